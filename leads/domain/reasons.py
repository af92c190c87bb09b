"""The fixed list of close-out reasons is loaded, renamed and retired; never added to.

Source: product.md, Close-out; reference/close_out_reasons.csv.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import FieldProblem, Malformed, NotAllowed
from leads.formats.text import clean_text
from leads.models import FIXED_REASONS, CloseReason

# What a reason is; its names and whether it is retired are for who runs Spits to change.
FIXED = ("track", "group", "outcome", "needs", "effect", "position")


@transaction.atomic
def load_fixed_reasons() -> int:
    """Make the database's reasons those of the list; return how many were new or other.

    Names and next steps that were changed by hand stay. The list itself is guarded by a trigger,
    which this alone may pass.
    """
    known = CloseReason.objects.in_bulk()
    listed = [_reason_of(row, position) for position, row in enumerate(FIXED_REASONS, start=1)]
    missing = [reason for reason in listed if reason.code not in known]
    other = [
        reason
        for reason in listed
        if reason.code in known and _fixed(reason) != _fixed(known[reason.code])
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL spits.loading_reference = 'on'")
        CloseReason.objects.bulk_create(missing)
        for reason in other:
            reason.save(update_fields=FIXED)
        cursor.execute("SET LOCAL spits.loading_reference = 'off'")
    return len(missing) + len(other)


def _reason_of(row: Mapping[str, str], position: int) -> CloseReason:
    return CloseReason(
        code=row["code"],
        track=row["track"],
        group=row["group"],
        outcome=row["outcome"],
        label_nl=row["label_nl"],
        label_en=row["label_en"],
        needs=[need for need in row["needs"].split(";") if need],
        effect=row["effect"],
        sales_next_step=row["sales_next_step"],
        marketing_next_step=row["marketing_next_step"],
        position=position,
    )


def _fixed(reason: CloseReason) -> tuple[Any, ...]:
    return tuple(getattr(reason, name) for name in FIXED)


@transaction.atomic
def rename_reason(
    reason: CloseReason, *, label_nl: str, label_en: str, by: User, now: datetime
) -> CloseReason:
    """Give a reason other names; what was closed with it keeps its code."""
    _require(by)
    reason = CloseReason.objects.select_for_update().get(pk=reason.pk)
    reason.label_nl = clean_text(label_nl, limit=120)
    reason.label_en = clean_text(label_en, limit=120)
    if not reason.label_nl or not reason.label_en:
        raise Malformed(
            FieldProblem("label_nl", "required", _("A reason needs a name in both languages."))
        )
    reason.save(update_fields=["label_nl", "label_en"])
    return reason


@transaction.atomic
def retire_reason(reason: CloseReason, *, retired: bool, by: User, now: datetime) -> CloseReason:
    """Stop offering a reason, or offer it again; what was closed with it keeps it."""
    _require(by)
    reason = CloseReason.objects.select_for_update().get(pk=reason.pk)
    reason.retired_at = now if retired else None
    reason.save(update_fields=["retired_at"])
    return reason


def may_rename(user: User) -> bool:
    """Whether the user runs Spits itself: the list is the same for every dealer group."""
    return user.runs_spits


def _require(by: User) -> None:
    if not may_rename(by):
        raise NotAllowed(_("Only who runs Spits changes the reasons: they are everybody's."))
