"""The fixed list: what it names is judged and held, and the database follows it."""

from django.db import connection

from leads.domain.evidence import CHECKS
from leads.domain.reasons import load_fixed_reasons
from leads.models import FIXED_REASONS, CloseReason
from leads.models.round import EVIDENCE

NEEDS = {need for row in FIXED_REASONS for need in row["needs"].split(";") if need}
# Somebody else decides: that is a state of the lead and no evidence of the round.
APPROVAL = "approval"
# The system alone closes so, and counts the days itself.
OF_THE_SYSTEM = "no_ground_for_30_days"


def test_every_need_of_the_list_is_judged_and_nothing_else():
    assert set(CHECKS) == NEEDS - {APPROVAL, OF_THE_SYSTEM}


def test_every_need_of_the_list_is_held_by_the_database_and_nothing_else():
    assert set(EVIDENCE) == NEEDS - {APPROVAL}


def test_the_database_follows_a_list_that_has_changed_and_keeps_names(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL spits.loading_reference = 'on'")
        CloseReason.objects.filter(pk="BDC-12").update(needs=[], position=99, label_nl="Nee")
        cursor.execute("SET LOCAL spits.loading_reference = 'off'")

    assert load_fixed_reasons() == 1
    assert load_fixed_reasons() == 0

    reason = CloseReason.objects.get(pk="BDC-12")
    assert (reason.needs, reason.position, reason.label_nl) == (["spoken"], 12, "Nee")
