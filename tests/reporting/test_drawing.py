"""Where the control chart has its lines and dots."""

from datetime import date, timedelta
from decimal import Decimal

from reporting.domain.weeks import ControlChart, Limits, Week
from reporting.drawing import drawing_of

MONDAY = date(2026, 11, 2)


def chart(*weeks: tuple[int, int], limits: Limits | None = None) -> ControlChart:
    """Weeks of (appointments, leads), of which the last is not over."""
    return ControlChart(
        tuple(
            Week(MONDAY + place * timedelta(weeks=1), leads, appointments, place < len(weeks) - 1)
            for place, (appointments, leads) in enumerate(weeks)
        ),
        limits,
        None,
    )


def test_weeks_stand_beside_each_other_and_higher_shares_higher():
    drawing = drawing_of(chart((3, 10), (6, 10)))

    assert [(dot.x, dot.y) for dot in drawing.dots] == [("25.00%", "57.14%"), ("75.00%", "14.29%")]
    assert [(line.share, line.y) for line in drawing.grid] == [
        (Decimal("0.0"), "100.00%"),
        (Decimal("0.2"), "71.43%"),
        (Decimal("0.4"), "42.86%"),
        (Decimal("0.6"), "14.29%"),
    ]
    assert drawing.target == "48.57%"


def test_a_week_without_leads_leaves_a_gap():
    drawing = drawing_of(chart((3, 10), (0, 0), (3, 10), (3, 10)))

    assert len(drawing.dots) == 3
    assert [(line.begin.place, line.end.place) for line in drawing.lines] == [(2, 3)]
    assert [label.number for label in drawing.labels] == [45, 46, 47, 48]


def test_the_week_that_is_not_over_is_drawn_so_and_the_one_before_is_named():
    drawing = drawing_of(chart((3, 10), (4, 10), (0, 10)))

    assert [line.is_unfinished for line in drawing.lines] == [False, True]
    assert drawing.latest.week.share == Decimal("0.4")


def test_a_full_week_outside_the_limits_stands_out():
    limits = Limits(mean=Decimal("0.4"), lower=Decimal("0.3"), upper=Decimal("0.5"))

    drawing = drawing_of(chart((2, 10), (4, 10), (2, 10), limits=limits))

    assert [dot.is_outside for dot in drawing.dots] == [True, False, False]
    assert (drawing.band.top, drawing.band.height, drawing.band.mean) == (
        "16.67%",
        "33.33%",
        "33.33%",
    )


def test_a_week_in_which_all_came_fits():
    assert drawing_of(chart((1, 1), (1, 1))).dots[0].y == "0.00%"


def test_without_any_leads_there_is_a_frame_and_nothing_in_it():
    drawing = drawing_of(chart((0, 0), (0, 0)))

    assert (drawing.dots, drawing.lines, drawing.latest, drawing.band) == ((), (), None, None)
