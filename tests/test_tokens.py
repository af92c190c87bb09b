"""The colours of Helder can be read, in the light and in the dark, and told apart."""

import itertools
import re

import pytest
from django.conf import settings

SHEETS = settings.BASE_DIR / "static" / "spits"
TOKENS = (SHEETS / "tokens.css").read_text(encoding="utf-8")
DECLARATION = re.compile(r"--([\w-]+):\s*([^;]+);")
LEAST_APART = 15  # of two tones, CIE76
TONES = ["info", "plan", "wait", "late", "goal", "closed", "stop"]
GROUNDS = ["h-canvas", "h-surface", "h-sunken", "h-hover"]


def block(opening):
    """The declarations of the first block of the sheet that opens with `opening`."""
    _, _, rest = TOKENS.partition(opening)
    return dict(DECLARATION.findall(rest.partition("}")[0]))


LIGHT = block(":root {")
DARK_BY_SYSTEM = block(':root:not([data-bs-theme="light"]) {')
DARK_BY_CHOICE = block(':root[data-bs-theme="dark"] {')
THEMES = {"light": LIGHT, "dark": LIGHT | DARK_BY_CHOICE}

TEXT = [
    *itertools.product(["h-ink", "h-ink-2", "h-ink-3", "h-brand", "h-brand-hover"], GROUNDS),
    ("h-on-brand", "h-brand"),
    ("h-on-brand", "h-brand-hover"),
    ("h-plate-ink", "h-plate"),
    *[(f"{tone}-on", tone) for tone in TONES],
    *[(f"{tone}-ink", f"{tone}-soft") for tone in TONES],
    *itertools.product(["late-ink", "goal-ink", "wait-ink", "info-ink"], GROUNDS[:2]),
]
SHAPES = [
    *itertools.product(["h-control", "h-focus"], GROUNDS),
    *itertools.product(["h-edge"], GROUNDS[:2]),
    ("h-measure", "h-band"),
    ("h-measure", "h-sunken"),
    ("h-ink", "h-band"),
    ("h-ink", "h-sunken"),
]


def linear(colour):
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def contrast(one, other):
    """WCAG 2.2: relative luminance against relative luminance."""
    weights = (0.2126, 0.7152, 0.0722)
    light, dark = sorted(
        (
            sum(w * c for w, c in zip(weights, linear(colour), strict=True))
            for colour in (one, other)
        ),
        reverse=True,
    )
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_on_white_is_what_the_standard_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT, ids="-on-".join)
def test_text_can_be_read(theme, text, ground):
    tokens = THEMES[theme]

    assert contrast(tokens[text], tokens[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("shape", "ground"), SHAPES, ids="-on-".join)
def test_borders_focus_and_bars_can_be_seen(theme, shape, ground):
    tokens = THEMES[theme]

    assert contrast(tokens[shape], tokens[ground]) >= 3


def test_dark_is_the_same_by_system_and_by_choice():
    assert DARK_BY_SYSTEM == DARK_BY_CHOICE


def test_dark_gives_every_colour_of_the_light():
    colours = {name for name, value in LIGHT.items() if value.startswith("#")}

    assert colours - DARK_BY_CHOICE.keys() == {"h-plate", "h-plate-ink"}


# Machado, Oliveira and Fernandes (2009), full severity, on linear RGB.
SIGHT = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
TO_XYZ = (
    (0.4124 / 0.9505, 0.3576 / 0.9505, 0.1805 / 0.9505),
    (0.2126, 0.7152, 0.0722),
    (0.0193 / 1.089, 0.1192 / 1.089, 0.9505 / 1.089),
)


def times(matrix, vector):
    return [sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix]


def lab(colour, sight):
    seen = [min(1, max(0, channel)) for channel in times(SIGHT[sight], linear(colour))]
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in times(TO_XYZ, seen))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def closest_tones(sight):
    """The distance (CIE76) between the two tones that are most alike to such eyes."""
    seen = [lab(LIGHT[tone], sight) for tone in TONES]
    return min(
        sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5
        for one, other in itertools.combinations(seen, 2)
    )


@pytest.mark.parametrize("sight", SIGHT)
def test_tones_are_told_apart_by_every_kind_of_eye(sight):
    assert closest_tones(sight) >= LEAST_APART


@pytest.mark.parametrize("sheet", ["app.css", "shell.css", "work.css"])
def test_every_colour_and_size_of_a_sheet_is_a_token(sheet):
    text = (SHEETS / sheet).read_text(encoding="utf-8")
    parts = {"tone", "tone-on", "tone-soft", "tone-ink"}  # set by the classes .tone-...
    parts |= {"h-bars"}  # set by messages.js, and without it what stands beside it
    known = LIGHT.keys() | dict(DECLARATION.findall(text)).keys() | parts

    assert re.findall(r"(?<!%23)#[0-9a-f]{3,8}\b|\brgba?\(", text) == []
    assert {used for used in re.findall(r"var\(--([\w-]+)", text) if used not in known} == set()
