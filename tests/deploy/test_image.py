"""The image holds the application and nothing else, and serves its files as browsers keep them."""

import json
import re

from django.conf import settings

from tests.deploy.compose import DOCKERFILE as FILE
from tests.deploy.compose import ROOT, image_environment

DOCKERFILE = FILE.read_text()


def test_every_app_is_in_the_image():
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    taken = {line.removeprefix("!") for line in lines if line.startswith("!")}
    own = {
        app.split(".")[0] for app in settings.INSTALLED_APPS if (ROOT / app.split(".")[0]).is_dir()
    }

    assert "*" in lines
    assert own <= taken
    assert {"manage.py", "pyproject.toml", "locale", "static", "templates"} <= taken
    assert all((ROOT / one).exists() for one in taken)
    compiled = re.search(r"compileall -q ([a-z ]+)", DOCKERFILE)[1].split()
    assert set(compiled) == own


def test_image_has_no_demo_no_secrets_and_no_root():
    assert image_environment()["SPITS_DEMO"] == "0"
    assert not re.search(r"^(ENV|ARG).*(KEY|PASSWORD|TOKEN)", DOCKERFILE, re.M)
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.M) == ["10001:10001"]
    assert "--require-hashes" in DOCKERFILE


def paths(collected):
    """Return under which name each file is collected."""
    return json.loads((collected / "staticfiles.json").read_text())["paths"]


def test_modules_name_each_other_by_what_is_in_them(collected):
    shell = collected / paths(collected)["spits/js/shell.js"]
    imported = re.findall(r'import\s*"\./([^"]+)"', shell.read_text())

    assert len(imported) > 5
    assert all(re.search(r"\.[0-9a-f]{12}\.js$", name) for name in imported)
    assert all((collected / "spits" / "js" / name).exists() for name in imported)


def test_files_are_compressed_beforehand(collected):
    css = collected / paths(collected)["spits/shell.css"]

    gzip, brotli = (css.with_suffix(f".css.{ending}").stat().st_size for ending in ("gz", "br"))
    assert brotli < gzip < css.stat().st_size / 2


def test_own_style_sheets_are_sent_without_comments_and_others_with_their_licence(collected):
    written = (ROOT / "static" / "spits" / "shell.css").read_text()
    sent = (collected / paths(collected)["spits/shell.css"]).read_text()
    of_others = (collected / paths(collected)["vendor/bootstrap/bootstrap.min.css"]).read_text()

    assert "/*" in written
    assert "/*" not in sent
    assert sent.count("{") == written.count("{")
    assert "Licensed under MIT" in of_others


def test_every_file_that_a_template_names_is_collected(collected):
    named = {
        name
        for template in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r"""{% static ["']([^"']+)["']""", template.read_text())
    }

    assert len(named) > 10
    assert named <= paths(collected).keys()
