"""What docker-compose.yml says, with the values that it takes from the environment filled in."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

ROOT: Path = settings.BASE_DIR
FILE = ROOT / "docker-compose.yml"
DOCKERFILE = ROOT / "Dockerfile"
VARIABLE = re.compile(r"\$(\$)|\$\{(\w+)(?::([-?])([^}]*))?\}")
UNITS = {"s": 1, "m": 60, "h": 3600}
OURS = ("prepare", "web", "worker", "timetable", "backup")  # of our image
PARTS = ("web", "worker", "timetable")


def compose(**environment: str) -> dict[str, Any]:
    """Return the file as Compose reads it. Raises KeyError without what has to be given."""
    return _filled(yaml.safe_load(FILE.read_text()), environment)


def seconds(duration: str) -> float:
    """Return the seconds of a duration such as 1m30s."""
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([smh])", duration))


def image_environment() -> dict[str, str]:
    """Return what the last ENV of the Dockerfile sets, but for the PATH."""
    text = DOCKERFILE.read_text().replace("\\\n", " ")
    [line] = re.findall(r"^ENV (.*)$", text, re.M)[-1:]
    pairs = (pair.split("=", 1) for pair in line.split())
    return {name: value for name, value in pairs if name != "PATH" and "$" not in value}


def _filled(value: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(inner, environment) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, environment) for inner in value]
    if not isinstance(value, str):
        return value

    def fill(found: re.Match[str]) -> str:
        dollar, name, sign, words = found.groups()
        if dollar:
            return "$"
        if environment.get(name):
            return environment[name]
        if sign == "-":
            return words
        raise KeyError(f"{name}: {words}")

    return VARIABLE.sub(fill, value)
