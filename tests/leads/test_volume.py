"""Volume for measuring: as much as was asked, and every row as the domain would have made it."""

import pytest
from django.core.management import CommandError, call_command

from leads.demo.volume import fill
from leads.models import Attempt, Lead, Status
from tests.factories import TUESDAY_10, create_dealership
from tests.proofs.invariants import violations


@pytest.mark.django_db(transaction=True)
def test_volume_is_as_asked_and_breaks_no_rule():
    filled = fill(leads=3_000, attempts=12_000, seed=1, now=TUESDAY_10)

    assert filled.leads == Lead.objects.count() == pytest.approx(3_000, rel=0.05)
    assert filled.attempts == Attempt.objects.count() == pytest.approx(12_000, rel=0.15)
    assert Lead.objects.filter(status=Status.CLOSED).count() == pytest.approx(2_400, rel=0.05)
    # Nobody is told of a copy; all else is as if each lead had come in by itself.
    broken = {violation.invariant for violation in violations()}
    assert broken == {"I18 given_lead_is_told_to_its_owner"}


def test_a_database_that_is_in_use_is_not_filled(db, settings):
    settings.DEMO = False
    create_dealership()

    with pytest.raises(CommandError, match="fill an empty one"):
        call_command("fill", "--leads", "10", "--attempts", "10")

    assert not Lead.objects.exists()
