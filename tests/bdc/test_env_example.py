"""Every setting that the environment may give is listed in .env.example."""

import re

from django.conf import settings


def test_every_setting_is_listed():
    listed = set(re.findall(r"^#(\w+)=", (settings.BASE_DIR / ".env.example").read_text(), re.M))
    read = set()
    for path in (settings.BASE_DIR / "bdc").rglob("*.py"):
        read |= set(re.findall(r'env(?:iron)?\.\w+\(\s*"([A-Z_]+)"', path.read_text()))
        secrets = re.findall(r'\bgiven\(\s*"([A-Z_]+)"', path.read_text())
        read |= {*secrets, *(f"{name}_FILE" for name in secrets)}

    assert read - {"DJANGO_SETTINGS_MODULE"} == listed
