"""Times, money and shares are written as people here write them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.template import Context, Engine
from django.utils import translation

from bdc.templatetags import shell

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)  # half past ten in the Netherlands
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture(autouse=True)
def _dutch_at_half_past_ten():
    with time_machine.travel(NOW, tick=False), translation.override("nl"):
        yield


def drawn(source, **context):
    return Engine.get_default().from_string("{% load shell %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("filter_name", "value", "dutch", "english"),
    [
        ("moment", NOW + timedelta(days=2), "do 26 nov 10:30", "Thu 26 Nov 10:30"),
        ("moment", NOW - timedelta(days=400), "ma 20 okt 2025 11:30", "Mon 20 Oct 2025 11:30"),
        ("day", date(2026, 3, 1), "zo 1 mrt", "Sun 1 Mar"),
        ("long_day", date(2026, 11, 22), "zondag 22 november 2026", "Sunday, 22 November 2026"),
        ("clock", NOW, "10:30", "10:30"),
        ("ago", NOW - timedelta(minutes=3), "3 minuten geleden", "3 minutes ago"),
        ("ago", NOW + timedelta(hours=2), "over 2 uur", "in 2 hours"),
        ("countdown", NOW + timedelta(seconds=107), "1:47", "1:47"),
        ("countdown", NOW + timedelta(seconds=11100), "3:05:00", "3:05:00"),
        ("countdown", NOW - timedelta(seconds=25), "\N{MINUS SIGN}0:25", "\N{MINUS SIGN}0:25"),
        ("number", 10240, "10.240", "10,240"),
        ("money", Decimal("1234.5"), f"€{NBSP}1.234,50", "€1,234.50"),
        ("money", Decimal("-12"), f"€{NBSP}-12,00", "-€12.00"),
        ("euros", Decimal("1379.6"), f"€{NBSP}1.380", "€1,380"),
        ("percent", 0.337, "33,7%", "33.7%"),
        ("percent", 0.6, "60%", "60%"),
        ("percent", None, "\N{EN DASH}", "\N{EN DASH}"),
        ("width", 0.337, "33.70%", "33.70%"),
        ("width", 1.4, "100.00%", "100.00%"),
        ("width", None, "0%", "0%"),
    ],
)
def test_words_in_both_languages(filter_name, value, dutch, english):
    source = "{{ value|" + filter_name + " }}"

    assert drawn(source, value=value) == dutch
    with translation.override("en"):
        assert drawn(source, value=value) == english


@pytest.mark.parametrize(
    "filter_name", ["moment", "day", "long_day", "clock", "ago", "countdown", "number", "money"]
)
def test_nothing_known_is_nothing_written(filter_name):
    assert drawn("{{ value|" + filter_name + " }}", value=None) == ""


def test_a_share_of_another_whole_is_measured_by_it():
    assert shell.width(0.3, 0.6) == "50.00%"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Sander de Boer", "SB"), ("Noor", "N"), ("agent@noord.example", "AN"), ("", "")],
)
def test_initials_are_of_the_first_and_the_last_name(name, letters):
    assert shell.initials(name) == letters


def test_an_icon_is_silent_and_comes_from_the_sprite():
    html = shell.icon("phone", "lg")

    assert 'class="icon icon-lg"' in html
    assert 'aria-hidden="true"' in html
    assert 'href="/static/vendor/tabler-icons/sprite.svg#phone"' in html


@pytest.mark.parametrize(
    ("level", "tone"),
    [("error", "late"), ("warning", "wait"), ("success", "goal"), ("info", "info"), ("", "info")],
)
def test_the_levels_of_messages_have_tones(level, tone):
    assert shell.message_tone(level) == tone
