"""What stays undone after three tries: a person has it tried again, or sets it aside."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import NotAllowed, RuleBroken
from bdc.outbox.effects import ring_after_commit
from bdc.outbox.models import Effect, EffectQuerySet


def dead_letters(by: User) -> EffectQuerySet:
    """Return what waits for a person, longest first. Raises NotAllowed but for who runs Spits."""
    if not by.runs_spits:
        raise NotAllowed(_("Only who runs Spits sees what stays undone: it is of every group."))
    return Effect.objects.for_a_person()


@transaction.atomic
def try_again(pk: int, *, by: User, now: datetime) -> None:
    """Have the effect tried three times more, from now on."""
    effect = _locked(pk, by)
    effect.dead_at = None
    effect.attempts = 0
    effect.due_at = now
    effect.save(update_fields=["dead_at", "attempts", "due_at"])
    ring_after_commit()


@transaction.atomic
def set_aside(pk: int, *, by: User, now: datetime) -> None:
    """Leave the effect undone for good."""
    effect = _locked(pk, by)
    effect.set_aside_at = now
    effect.set_aside_by = by
    effect.save(update_fields=["set_aside_at", "set_aside_by"])


def _locked(pk: int, by: User) -> Effect:
    found = dead_letters(by).select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise RuleBroken("already_decided", _("Somebody has decided on this meanwhile."))
    return found
