"""A demo's clock stands elsewhere than the real one, so nobody may look at another clock."""

import re

import pytest
from django.conf import settings

CLOCK = "bdc/clock.py"
LOOKS_AT_A_CLOCK = re.compile(
    r"\b(timezone\.now|datetime\.now|utcnow|date\.today|time\.time|timezone\.localdate)\b"
    r"|\b(timezone\.localtime|Now)\(\)|\bauto_now"
)


def modules():
    for app in ["bdc", "dealers", "leads", "campaigns", "reporting"]:
        for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
            yield path.relative_to(settings.BASE_DIR).as_posix(), path.read_text()


def test_no_module_but_the_clock_asks_the_time():
    curious = [name for name, text in modules() if LOOKS_AT_A_CLOCK.search(text)]

    assert curious == [CLOCK]


@pytest.mark.parametrize(
    "line",
    [
        "moment = timezone.now()",
        "moment = datetime.now(UTC)",
        "day = date.today()",
        "created_at = models.DateTimeField(auto_now_add=True)",
        "rows.filter(due_at__lte=Now())",
    ],
)
def test_a_look_at_another_clock_is_noticed(line):
    assert LOOKS_AT_A_CLOCK.search(line)
