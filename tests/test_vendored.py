"""The files of others are the ones that VENDORED.toml says, with their licences beside them."""

import hashlib
import tomllib

import pytest
from django.conf import settings

LIST = settings.BASE_DIR / "static" / "vendor" / "VENDORED.toml"
PACKAGES = tomllib.loads(LIST.read_text(encoding="utf-8"))["package"]
FOLDERS = [settings.BASE_DIR / package["folder"] for package in PACKAGES]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_each_file_is_the_one_that_was_written_down(package):
    folder = settings.BASE_DIR / package["folder"]

    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}

    assert hashes == package["sha256"]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_each_package_has_release_licence_and_licence_text(package):
    assert package["version"][0].isdigit()
    assert package["licence"]
    assert any(name.startswith("LICENSE") for name in package["sha256"])


def test_no_vendored_folder_is_left_out_of_the_list():
    kept = [settings.BASE_DIR / "static" / "vendor", settings.BASE_DIR / "tests" / "vendor"]

    assert {path for folder in kept for path in folder.iterdir() if path.is_dir()} == set(FOLDERS)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_no_file_asks_for_a_source_map_that_is_not_there(folder):
    assert [
        path.name for path in folder.iterdir() if b"sourceMappingURL" in path.read_bytes()
    ] == []
