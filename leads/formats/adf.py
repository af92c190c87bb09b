"""ADF 1.0, the exchange format of car leads: every prospect becomes a lead or a visible reject."""

from dataclasses import dataclass

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from bdc.errors import Sentence
from leads.formats.adf_document import (
    LARGEST_BODY,
    MOST_NODES_IN_A_PROSPECT,
    MOST_PROSPECTS,
    Found,
    decode_document,
    find_prospects,
)
from leads.formats.adf_prospect import AdfProspect
from leads.formats.adf_reader import ProspectReader
from leads.formats.adf_salvage import Prefill, salvage
from leads.formats.markup import DEEPEST


@dataclass(frozen=True, slots=True)
class AdfReject:
    """A prospect (or with `position` None: a document) that a person has to look at.

    `count` is how many prospects it stands for.
    """

    code: str
    detail: Sentence
    position: int | None
    count: int
    prefill: Prefill


@dataclass(frozen=True, slots=True)
class AdfDocument:
    """What came of a document; prospects and rejects are never both empty."""

    prospects: tuple[AdfProspect, ...]
    rejects: tuple[AdfReject, ...]
    encoding: str
    warnings: tuple[str, ...]


_DETAILS: dict[str, Sentence] = {
    "EMPTY": _("There is nothing in it. Send the lead again."),
    "TOO_LARGE": _("It is larger than 1 MiB. Send fewer leads at a time."),
    "DTD_FORBIDDEN": _("It brings its own document type (DOCTYPE). Send it without."),
    "TOO_DEEP": format_lazy(
        _("Its elements are nested more than {limit} deep. Check what the sender made."),
        limit=DEEPEST,
    ),
    "TOO_MANY_NODES": format_lazy(
        _("It has more than {limit} elements. Check what the sender made."),
        limit=MOST_NODES_IN_A_PROSPECT,
    ),
    "NO_PROSPECT": _("There is no ADF prospect in it. Read the text and enter the lead by hand."),
    "NO_CUSTOMER": _("It has no name, phone number or e-mail address. Ask the sender for them."),
    "XML_NOT_WELLFORMED": _(
        "The XML is not well-formed. Check the fields and enter the lead by hand."
    ),
}


def read_adf(body: bytes) -> AdfDocument:
    """Read an ADF document as it came in; never raises, whatever the bytes.

    Tolerant as in the parser rules of reference/domain.md 2.3; bounds from trust.md E15.
    """
    if len(body) > LARGEST_BODY:
        return _nothing_but("TOO_LARGE")
    decoded = decode_document(body)
    if not decoded.text.strip():
        return _nothing_but("EMPTY")
    prospects: list[AdfProspect] = []
    rejects: list[AdfReject] = []
    for found in find_prospects(decoded.text):
        outcome = _judge(found)
        if isinstance(outcome, AdfProspect):
            prospects.append(outcome)
        else:
            rejects.append(outcome)
    if not prospects:
        rejects = _as_one_when_nothing_was_salvaged(rejects)
    return AdfDocument(tuple(prospects), tuple(rejects), decoded.encoding, decoded.warnings)


def _judge(found: Found) -> AdfProspect | AdfReject:
    prospect = None
    if found.element is not None:
        prospect = ProspectReader(found.element, position=found.position or 1).read()
        if not found.code and _has_customer(prospect):
            return prospect
    return AdfReject(
        code=found.code or "NO_CUSTOMER",
        detail=_detail(found),
        position=found.position,
        count=found.count,
        prefill=_prefill(prospect) if prospect else salvage(found.text),
    )


def _has_customer(prospect: AdfProspect) -> bool:
    return not prospect.name.is_empty or bool(prospect.phones or prospect.emails)


def _prefill(prospect: AdfProspect) -> Prefill:
    vehicle = prospect.wish or prospect.trade_in
    phone = prospect.primary_phone
    return Prefill(
        name=prospect.name.display,
        phone=phone.e164 or "" if phone else "",
        email=next((read.address for read in prospect.emails if read.address), ""),
        make=vehicle.make if vehicle else "",
        model=vehicle.model if vehicle else "",
        external_id=prospect.ids[0].value if prospect.ids else "",
        vendor_names=prospect.vendor.names,
    )


def _detail(found: Found) -> Sentence:
    if found.code == "TOO_MANY_PROSPECTS":
        return format_lazy(
            _("{count} more leads were not read. Send at most {limit} in one document."),
            count=found.count,
            limit=MOST_PROSPECTS,
        )
    if found.place:
        return format_lazy(
            _(
                "The XML is not well-formed at line {place}. "
                "Check the fields and enter the lead by hand."
            ),
            place=found.place,
        )
    return _DETAILS[found.code or "NO_CUSTOMER"]


def _as_one_when_nothing_was_salvaged(rejects: list[AdfReject]) -> list[AdfReject]:
    """Keep one reject of a document that is no lead at all, instead of one per broken tag."""
    if len(rejects) < 2 or any(reject.prefill.reaches_somebody for reject in rejects):
        return rejects
    first = rejects[0]
    count = sum(reject.count for reject in rejects)
    return [AdfReject(first.code, first.detail, None, count, first.prefill)]


def _nothing_but(code: str) -> AdfDocument:
    reject = AdfReject(code, _DETAILS[code], position=None, count=1, prefill=Prefill())
    return AdfDocument(prospects=(), rejects=(reject,), encoding="", warnings=())
