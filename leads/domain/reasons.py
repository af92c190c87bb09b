"""The fixed list of close-out reasons is loaded, renamed and retired; never added to.

Source: product.md, Close-out; reference/close_out_reasons.csv.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import FieldProblem, Malformed, NotAllowed
from leads.formats.text import clean_text
from leads.models import FIXED_REASONS, CloseReason


@transaction.atomic
def load_fixed_reasons() -> int:
    """Add the reasons of the list that the database does not have yet; return how many.

    Names that were changed by hand stay. The list itself is guarded by a trigger, which these
    inserts alone may pass.
    """
    known = set(CloseReason.objects.values_list("code", flat=True))
    missing = [
        CloseReason(
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
        for position, row in enumerate(FIXED_REASONS, start=1)
        if row["code"] not in known
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL spits.loading_reference = 'on'")
        CloseReason.objects.bulk_create(missing)
        cursor.execute("SET LOCAL spits.loading_reference = 'off'")
    return len(missing)


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
    return user.is_active and (user.is_superuser or user.is_staff)


def _require(by: User) -> None:
    if not may_rename(by):
        raise NotAllowed(_("Only who runs Spits changes the reasons: they are everybody's."))
