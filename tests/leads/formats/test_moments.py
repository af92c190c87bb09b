"""Moments as agents type them: understood to the minute, a day or a week, or refused in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leads.domain.booking import FURTHEST
from leads.domain.call_backs import LONGEST_PROMISE
from leads.formats.moment_words import NotUnderstoodError
from leads.formats.moments import Precision, SaidMoment, read_said_moment
from tests.leads.formats.samples import STEADY

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 24, 10, 3, 20, tzinfo=AMSTERDAM)  # a Tuesday in week 48


def read(text: str, now: datetime = NOW) -> SaidMoment:
    return read_said_moment(text, now=now, zone=AMSTERDAM, within=LONGEST_PROMISE)


def here(year, month, day, hour=0, minute=0, fold=0):
    return datetime(year, month, day, hour, minute, fold=fold, tzinfo=AMSTERDAM).astimezone(UTC)


EXACT = {
    # A weekday and a time, however it is written.
    "do 14.30": here(2026, 11, 26, 14, 30),
    "do 14:30": here(2026, 11, 26, 14, 30),
    "DO OM 14.30": here(2026, 11, 26, 14, 30),
    "donderdag om 14.30 uur": here(2026, 11, 26, 14, 30),
    "do. 14u30": here(2026, 11, 26, 14, 30),
    "do 14h30": here(2026, 11, 26, 14, 30),
    "do 1430": here(2026, 11, 26, 14, 30),
    "  do   14.30 ": here(2026, 11, 26, 14, 30),
    "do, 14.30": here(2026, 11, 26, 14, 30),
    "14.30 do": here(2026, 11, 26, 14, 30),
    "do half 3": here(2026, 11, 26, 14, 30),
    "do kwart voor 3": here(2026, 11, 26, 14, 45),
    "do kwart over twee": here(2026, 11, 26, 14, 15),
    "do 10 over half 3": here(2026, 11, 26, 14, 40),
    "do 5 voor 12": here(2026, 11, 26, 11, 55),
    "do half 1": here(2026, 11, 26, 12, 30),
    "do 10u": here(2026, 11, 26, 10),
    "do 10 u": here(2026, 11, 26, 10),
    "do 10 uur": here(2026, 11, 26, 10),
    "do 10": here(2026, 11, 26, 10),
    "do om 10": here(2026, 11, 26, 10),
    "don 10u": here(2026, 11, 26, 10),
    "thursday at 10": here(2026, 11, 26, 10),
    "thu 10am": here(2026, 11, 26, 10),
    "thu 2:30 pm": here(2026, 11, 26, 14, 30),
    "thu 2 p.m.": here(2026, 11, 26, 14),
    "komende vrijdag 9u": here(2026, 11, 27, 9),
    "a.s. vrijdag 9u": here(2026, 11, 27, 9),
    "ma 7": here(2026, 11, 30, 7),
    "ma 7.30": here(2026, 11, 30, 7, 30),
    # The small hours are those of the afternoon, unless they are written as night.
    "ma 3": here(2026, 11, 30, 15),
    "ma 3u": here(2026, 11, 30, 15),
    "ma 6.15": here(2026, 11, 30, 18, 15),
    "ma 03.00": here(2026, 11, 30, 3),
    "ma 12u": here(2026, 11, 30, 12),
    # Today while its time is ahead, else a week later.
    "di 14.30": here(2026, 11, 24, 14, 30),
    "di 9u": here(2026, 12, 1, 9),
    "di 10.03": here(2026, 12, 1, 10, 3),
    "di 10.04": here(2026, 11, 24, 10, 4),
    # Only a time.
    "14.30": here(2026, 11, 24, 14, 30),
    "om 14.30": here(2026, 11, 24, 14, 30),
    "om 14u": here(2026, 11, 24, 14),
    "14": here(2026, 11, 24, 14),
    "9.30": here(2026, 11, 25, 9, 30),
    "9u": here(2026, 11, 25, 9),
    "half 3": here(2026, 11, 24, 14, 30),
    "half elf": here(2026, 11, 24, 10, 30),
    "drie uur": here(2026, 11, 24, 15),
    "'s middags 3 uur": here(2026, 11, 24, 15),
    "8 uur 's avonds": here(2026, 11, 24, 20),
    # So many days on.
    "vandaag 16u": here(2026, 11, 24, 16),
    "morgen 9u": here(2026, 11, 25, 9),
    "morgen om 9": here(2026, 11, 25, 9),
    "morgen half 10": here(2026, 11, 25, 9, 30),
    "morgenmiddag 2 uur": here(2026, 11, 25, 14),
    "morgen 8u 's avonds": here(2026, 11, 25, 20),
    "overmorgen 11.15": here(2026, 11, 26, 11, 15),
    "vanavond 7 uur": here(2026, 11, 24, 19),
    "vanavond half 8": here(2026, 11, 24, 19, 30),
    "vanmiddag 4 uur": here(2026, 11, 24, 16),
    "tomorrow 9": here(2026, 11, 25, 9),
    "tomorrow 9 am": here(2026, 11, 25, 9),
    "today at 4pm": here(2026, 11, 24, 16),
    "over 3 dagen 10u": here(2026, 11, 27, 10),
    "over een week 10u": here(2026, 12, 1, 10),
    # So long from now, to the next whole minute.
    "over 1 uur": here(2026, 11, 24, 11, 4),
    "over een uur": here(2026, 11, 24, 11, 4),
    "over een uurtje": here(2026, 11, 24, 11, 4),
    "over 20 min": here(2026, 11, 24, 10, 24),
    "over 20min": here(2026, 11, 24, 10, 24),
    "over 20 minuten": here(2026, 11, 24, 10, 24),
    "over een kwartier": here(2026, 11, 24, 10, 19),
    "over kwartier": here(2026, 11, 24, 10, 19),
    "over 3 kwartier": here(2026, 11, 24, 10, 49),
    "over half uur": here(2026, 11, 24, 10, 34),
    "over een half uur": here(2026, 11, 24, 10, 34),
    "over anderhalf uur": here(2026, 11, 24, 11, 34),
    "over twee uur": here(2026, 11, 24, 12, 4),
    "over 26 uur": here(2026, 11, 25, 12, 4),
    "+2u": here(2026, 11, 24, 12, 4),
    "in 2 hours": here(2026, 11, 24, 12, 4),
    "in half an hour": here(2026, 11, 24, 10, 34),
    # Dates.
    "24-11 14.30": here(2026, 11, 24, 14, 30),
    "24/11 14.30": here(2026, 11, 24, 14, 30),
    "24.11 14.30": here(2026, 11, 24, 14, 30),
    "2-12 9u": here(2026, 12, 2, 9),
    "2-12-2026 9.00": here(2026, 12, 2, 9),
    "22/12/26 9.00": here(2026, 12, 22, 9),
    "22.12.2026 9.00": here(2026, 12, 22, 9),
    "2026-12-02T09:15": here(2026, 12, 2, 9, 15),
    "2026-12-02 09:15:00": here(2026, 12, 2, 9, 15),
    "24 nov 14:30": here(2026, 11, 24, 14, 30),
    "24nov 14:30": here(2026, 11, 24, 14, 30),
    "24 november om half 3": here(2026, 11, 24, 14, 30),
    "1 dec. 10u": here(2026, 12, 1, 10),
    "1e december 10u": here(2026, 12, 1, 10),
    "1 december 2026 10u": here(2026, 12, 1, 10),
    "di 1 december 10.30": here(2026, 12, 1, 10, 30),
    "dec 1st 10am": here(2026, 12, 1, 10),
    "nov 24 14:30": here(2026, 11, 24, 14, 30),
    "de 3e om 10u": here(2026, 12, 3, 10),
    "vr 27 10.30": here(2026, 11, 27, 10, 30),
    # The turn of the year.
    "2 januari 10u": here(2027, 1, 2, 10),
    "2-1 10u": here(2027, 1, 2, 10),
    "31-12 16u": here(2026, 12, 31, 16),
    # Weeks by ISO 8601, and this or the next one.
    "wk 49 di 10": here(2026, 12, 1, 10),
    "di wk 49 10u": here(2026, 12, 1, 10),
    "week 49 14.30": here(2026, 11, 30, 14, 30),
    "wk 53 vr 10u": here(2027, 1, 1, 10),
    "wk 1 ma 10u": here(2027, 1, 4, 10),
    "wk 2-2028 wo 10u": here(2028, 1, 12, 10),
    "volgende week di 10": here(2026, 12, 1, 10),
    "di volgende week 10u": here(2026, 12, 1, 10),
    "next week tue 10": here(2026, 12, 1, 10),
    "deze week vr 10u": here(2026, 11, 27, 10),
}


@pytest.mark.parametrize(("text", "at"), EXACT.items())
def test_a_moment_is_understood_to_the_minute(text, at):
    said = read(text)

    assert (said.at, said.precision) == (at, Precision.MINUTE)


SPANS = {
    "maandag": (Precision.DAY, here(2026, 11, 30), here(2026, 12, 1)),
    "ma": (Precision.DAY, here(2026, 11, 30), here(2026, 12, 1)),
    "di": (Precision.DAY, here(2026, 12, 1), here(2026, 12, 2)),
    "morgen": (Precision.DAY, here(2026, 11, 25), here(2026, 11, 26)),
    "overmorgen": (Precision.DAY, here(2026, 11, 26), here(2026, 11, 27)),
    "vandaag": (Precision.DAY, here(2026, 11, 24, 10, 4), here(2026, 11, 25)),
    "24-11": (Precision.DAY, here(2026, 11, 24, 10, 4), here(2026, 11, 25)),
    "24.11": (Precision.DAY, here(2026, 11, 24, 10, 4), here(2026, 11, 25)),
    "1 december": (Precision.DAY, here(2026, 12, 1), here(2026, 12, 2)),
    "1 dec": (Precision.DAY, here(2026, 12, 1), here(2026, 12, 2)),
    "december 1": (Precision.DAY, here(2026, 12, 1), here(2026, 12, 2)),
    "vr 27": (Precision.DAY, here(2026, 11, 27), here(2026, 11, 28)),
    "3e": (Precision.DAY, here(2026, 12, 3), here(2026, 12, 4)),
    "2 januari": (Precision.DAY, here(2027, 1, 2), here(2027, 1, 3)),
    "29 feb": (Precision.DAY, here(2028, 2, 29), here(2028, 3, 1)),
    "over een week": (Precision.DAY, here(2026, 12, 1), here(2026, 12, 2)),
    "over 14 dagen": (Precision.DAY, here(2026, 12, 8), here(2026, 12, 9)),
    "over 3 maanden": (Precision.DAY, here(2027, 2, 24), here(2027, 2, 25)),
    "tomorrow": (Precision.DAY, here(2026, 11, 25), here(2026, 11, 26)),
    "next week tue": (Precision.DAY, here(2026, 12, 1), here(2026, 12, 2)),
    "vanmiddag": (Precision.PART, here(2026, 11, 24, 12), here(2026, 11, 24, 18)),
    "vanavond": (Precision.PART, here(2026, 11, 24, 17), here(2026, 11, 25)),
    "vanochtend": (Precision.PART, here(2026, 11, 24, 10, 4), here(2026, 11, 24, 12)),
    "morgenochtend": (Precision.PART, here(2026, 11, 25), here(2026, 11, 25, 12)),
    "morgen vroeg": (Precision.PART, here(2026, 11, 25), here(2026, 11, 25, 12)),
    "vrijdagmiddag": (Precision.PART, here(2026, 11, 27, 12), here(2026, 11, 27, 18)),
    "di middag": (Precision.PART, here(2026, 11, 24, 12), here(2026, 11, 24, 18)),
    "tonight": (Precision.PART, here(2026, 11, 24, 17), here(2026, 11, 25)),
    "wk 49": (Precision.WEEK, here(2026, 11, 30), here(2026, 12, 7)),
    "WK49": (Precision.WEEK, here(2026, 11, 30), here(2026, 12, 7)),
    "week 49": (Precision.WEEK, here(2026, 11, 30), here(2026, 12, 7)),
    "weeknr 49": (Precision.WEEK, here(2026, 11, 30), here(2026, 12, 7)),
    "wk 48": (Precision.WEEK, here(2026, 11, 24, 10, 4), here(2026, 11, 30)),
    "wk 53": (Precision.WEEK, here(2026, 12, 28), here(2027, 1, 4)),
    "wk 2": (Precision.WEEK, here(2027, 1, 11), here(2027, 1, 18)),
    "volgende week": (Precision.WEEK, here(2026, 11, 30), here(2026, 12, 7)),
}


@pytest.mark.parametrize(("text", "span"), SPANS.items())
def test_a_day_a_part_of_it_or_a_week_is_understood_as_all_of_it(text, span):
    said = read(text)

    assert (said.precision, said.at, said.until) == span


REFUSED = [
    *(
        "bel",
        "gisteren",
        "do bellen 14.30",
        "straks",
        "ma of di",
        "tussen 2 en 3 bellen",
        "x" * 500,
    ),
    *("do do", "do 14.30 15.30", "morgen di", "over 1 uur om 10", "24-11 25-11", "wk 49 wk 50"),
    *("31-2", "31 november", "0-0", "45-1", "25.00", "do 14.61", "wk 54", "wk 0", "13 pm", "32e"),
    *("vanmiddag 9u", "morgenochtend 14.30", "29-2-2027", "24-13", "9999-12-31", "0001-01-01"),
    *("vandaag 9u", "24-11 9u", "20 november", "20-11-2026 14.30", "24-11-2025", "deze week ma"),
    *("wk 47", "24-11-2030", "over 999 maanden", "over 40 maanden"),
    *("ma 24-11 14.30", "vr 1 december", "", "   ", "om", ",", "-"),
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_unclear_or_over_is_refused_with_examples(text):
    with pytest.raises(NotUnderstoodError, match=r"do 14\.30, morgen 9u"):
        read(text)


def test_a_refusal_names_the_word_and_the_day_that_do_not_fit():
    with pytest.raises(NotUnderstoodError, match="“bellen”"):
        read("do bellen 14.30")
    with pytest.raises(NotUnderstoodError, match="24 november is een dinsdag"):
        read("ma 24-11 14.30")


def test_in_december_january_is_next_year_and_a_date_of_last_week_is_a_slip():
    december = datetime(2026, 12, 29, 11, tzinfo=AMSTERDAM)

    assert read("2 januari 10u", december).at == here(2027, 1, 2, 10)
    assert read("wk 1", december).at == here(2027, 1, 4)
    assert read("ma", december).at == here(2027, 1, 4)
    with pytest.raises(NotUnderstoodError, match="al geweest"):
        read("22 december", december)


def test_a_time_that_summer_time_leaves_out_is_the_one_an_hour_later():
    saturday = datetime(2027, 3, 27, 12, tzinfo=AMSTERDAM)

    assert read("zo 02.30", saturday).at == here(2027, 3, 28, 3, 30)
    assert read("zo 10u", saturday).at == datetime(2027, 3, 28, 8, tzinfo=UTC)
    assert read("over 24 uur", saturday).at == datetime(2027, 3, 28, 11, tzinfo=UTC)


def test_a_time_that_comes_twice_is_the_first_one_ahead():
    saturday = datetime(2026, 10, 24, 12, tzinfo=AMSTERDAM)
    between = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)  # 2.45, the first time

    assert read("zo 02.30", saturday).at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert read("02.30", between).at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert read("over 30 min", between).at == between + timedelta(minutes=30)


def test_visits_and_promises_reach_equally_far():
    assert FURTHEST == LONGEST_PROMISE


WORDS = st.sampled_from(
    [
        *("do", "maandag", "di", "volgende", "week", "wk", "49", "over", "een", "half", "3", "uur"),
        *(
            "14.30",
            "14:30",
            "24-11",
            "31-12",
            "29 feb",
            "2028",
            "u",
            "min",
            "om",
            "vanmiddag",
            "1e",
        ),
        *("morgen", "kwart", "voor", "december", "mei", ".", "-", "/", "+", "'s", "avonds", "pm"),
        *("dagen", "maanden", "999", "00", "2400", "9999-12-31", "ochtend", "weken", "kwartier"),
    ]
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2029, 12, 31)).map(  # noqa: DTZ001 -- made so below
    lambda at: at.replace(tzinfo=UTC)
)
TEXTS = (
    st.text(max_size=80) | st.lists(WORDS, max_size=7).map(" ".join) | st.lists(WORDS).map("".join)
)


@STEADY
@given(TEXTS, MOMENTS, st.sampled_from(["Europe/Amsterdam", "Pacific/Apia", "UTC"]))
@example("31", datetime(2027, 1, 31, 22, 59, 59, tzinfo=UTC), "Europe/Amsterdam")
@example("²½ ١٤", datetime(2027, 3, 28, tzinfo=UTC), "Europe/Amsterdam")
def test_any_text_is_a_moment_ahead_or_refused_and_nothing_else(text, now, zone):
    try:
        said = read_said_moment(text, now=now, zone=ZoneInfo(zone), within=LONGEST_PROMISE)
    except NotUnderstoodError:
        return

    assert now < said.at <= now + LONGEST_PROMISE
    assert said.until >= said.at
    assert said.at.tzinfo is UTC
