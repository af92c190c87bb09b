"""Passive files come in: each row becomes a lead, a duplicate, or a reject that a person sees.

Source: contract.md, Imports; product.md, May we call (consent, its words and its proof).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import datetime, time
from pathlib import PurePath
from typing import Any

from bdc.accounts.models import User
from bdc.transactions import retrying_atomic
from campaigns.models import Import, ImportRow
from dealers.models import Dealership
from leads.domain.access import require
from leads.domain.contact_details import ConsentIn
from leads.domain.intake import LeadIn, keep_raw, receive_lead
from leads.domain.matching import known_customer
from leads.domain.rejects import KEPT_OF_A_FILE
from leads.formats.contact_file import ContactFile, read_contact_file
from leads.formats.contact_row import ContactRow, RowReject
from leads.formats.mails import mail_key
from leads.formats.text import clean_text
from leads.models import (
    Campaign,
    Channel,
    ConsentPurpose,
    CustomerVehicle,
    Interest,
    Kind,
    Lead,
    RawInput,
    Reject,
)


@retrying_atomic
def import_file(
    body: bytes,
    *,
    file_name: str,
    dealership: Dealership,
    campaign: Campaign,
    by: User | None,
    now: datetime,
    consent_words: str = "",
) -> Import:
    """Take in a whole file in one transaction; the same file again changes nothing.

    `consent_words` are those that the customers agreed to; without any, from here or from the
    campaign, consents are kept and are no ground to call.
    """
    require(by, "import", dealership.pk)
    raw = keep_raw(RawInput.Door.FILE, body, "text/csv", by=by, now=now)
    name = clean_text(PurePath(file_name).name, limit=200) or "–"
    file = read_contact_file(body)
    taken_in = Import.objects.create(
        group=dealership.group,
        dealership=dealership,
        campaign=campaign,
        raw=raw,
        file_name=name,
        by=by,
        at=now,
        state=Import.State.FAILED if file.problem else Import.State.DONE,
        problem=file.problem.code if file.problem else "",
    )
    words = consent_words or campaign.consent_words
    _Importing(taken_in, words=words, by=by, now=now).take_in(file)
    return taken_in


class _Importing:
    """One import under way: it knows the file's campaign and counts what becomes of rows."""

    def __init__(self, taken_in: Import, *, words: str, by: User | None, now: datetime) -> None:
        self.taken_in = taken_in
        self.words = words
        self.by = by
        self.now = now

    def take_in(self, file: ContactFile) -> None:
        for row in file.rows():
            self._count(self._take_in_row(row))
        self.taken_in.save()

    def _count(self, outcome: str) -> None:
        self.taken_in.rows += 1
        if outcome == ImportRow.Outcome.IMPORTED:
            self.taken_in.imported += 1
        elif outcome == ImportRow.Outcome.DUPLICATE:
            self.taken_in.duplicates += 1
        else:
            self.taken_in.rejected += 1

    def _take_in_row(self, row: ContactRow | RowReject) -> str:
        digest = digest_of(row.cells)
        before = ImportRow.objects.filter(
            dealership=self.taken_in.dealership, campaign=self.taken_in.campaign, digest=digest
        ).exclude(outcome=ImportRow.Outcome.DUPLICATE)
        earlier = before.first()
        if earlier is not None and earlier.outcome == ImportRow.Outcome.REJECTED:
            return ImportRow.Outcome.REJECTED  # it waits already; nobody has to look twice
        if earlier is not None:
            return self._keep(row, digest, ImportRow.Outcome.DUPLICATE, earlier.lead)
        if isinstance(row, RowReject):
            self._reject(row)
            return self._keep(row, digest, ImportRow.Outcome.REJECTED, None)
        open_lead = self._open_lead(row)
        if open_lead is not None:
            return self._keep(row, digest, ImportRow.Outcome.DUPLICATE, open_lead)
        lead = receive_lead(self._lead_in(row), raw=self.taken_in.raw, by=self.by, now=self.now)
        self._note_vehicle(lead, row)
        return self._keep(row, digest, ImportRow.Outcome.IMPORTED, lead)

    def _keep(
        self, row: ContactRow | RowReject, digest: str, outcome: str, lead: Lead | None
    ) -> str:
        ImportRow.objects.create(
            import_of=self.taken_in,
            dealership=self.taken_in.dealership,
            campaign=self.taken_in.campaign,
            row_number=row.row_number,
            digest=digest,
            outcome=outcome,
            lead=lead,
        )
        return outcome

    def _reject(self, row: RowReject) -> None:
        Reject.objects.create(
            raw=self.taken_in.raw,
            group=self.taken_in.group,
            dealership=self.taken_in.dealership,
            position=row.row_number,
            code=row.code,
            detail=str(row.problem),
            prefill=self._prefill(row),
        )

    def _prefill(self, row: RowReject) -> dict[str, Any]:
        """What fills in the form of whoever corrects the row, and what its lead keeps beside it."""
        known = {
            "cells": list(row.cells.items()),  # in order, which an object in JSON forgets
            "campaign": self.taken_in.campaign.slug,
            "source": self.taken_in.file_name,
        }
        if row.row is None:
            return known
        read = self._lead_in(row.row)
        return known | {
            "name": row.row.name.display,
            "phone": next((phone.read.raw for phone in row.row.phones), ""),
            "email": next(iter(read.emails), ""),
            "interest": read.interest,
            "make": read.make,
            "model": read.model,
            "message": read.message,
            "kept": {name: getattr(read, name) for name in KEPT_OF_A_FILE},
            "consents": [
                asdict(one) | {"given_at": one.given_at.isoformat()} for one in read.consents
            ],
        }

    def _open_lead(self, row: ContactRow) -> Lead | None:
        """An open lead of this customer about this car, or about none."""
        customer = known_customer(
            self.taken_in.group.pk,
            phones=[phone.read.e164 for phone in row.phones if phone.read.e164],
            emails=[mail_key(mail.address) for mail in row.emails if mail.address],
        )
        if customer is None:
            return None
        plate = row.plate.normal[:8] if row.plate else ""
        return (
            Lead.objects.filter(
                customer=customer, dealership=self.taken_in.dealership, plate__in={plate, ""}
            )
            .not_closed()
            .first()
        )

    def _lead_in(self, row: ContactRow) -> LeadIn:
        campaign = self.taken_in.campaign
        is_service = campaign.consent_purpose == ConsentPurpose.SERVICE
        name = row.name
        house = " ".join(part for part in (row.house_number, row.house_addition) if part)
        return LeadIn(
            kind=Kind.PASSIVE,
            channel=Channel.DATA_MINING,
            dealership=self.taken_in.dealership,
            first_name=name.first_name,
            infix=name.infix,
            last_name=name.last_name,
            initials=name.initials,
            salutation=name.salutation,
            company=name.company_name,
            phones=tuple(phone.read.raw for phone in row.phones if phone.read.dialable),
            emails=tuple(mail.address for mail in row.emails if mail.address),
            postcode=row.postcode,
            street=f"{row.street} {house}".strip(),
            city=row.city,
            customer_number=row.customer_number,
            consents=self._consents(row),
            interest=Interest.SERVICE if is_service else Interest.OTHER,
            source=self.taken_in.file_name,
            campaign=campaign,
            make=row.make,
            model=row.model,
            plate=row.plate.normal if row.plate else "",
            year=row.year,
            message=row.remarks,
            warnings=row.warnings,
        )

    def _consents(self, row: ContactRow) -> tuple[ConsentIn, ...]:
        """Consent that the row reports: row and file are the proof, the campaign has the words.

        Consent without a date proves nothing and is not kept.
        """
        if not row.opt_in or row.opt_in_on is None:
            return ()
        zone = self.taken_in.dealership.zone
        proof = f"{self.taken_in.file_name}, row {row.row_number}"
        if row.opt_in_source:
            proof += f": {row.opt_in_source}"
        return (
            ConsentIn(
                purpose=self.taken_in.campaign.consent_purpose or ConsentPurpose.ALL,
                given_at=datetime.combine(row.opt_in_on, time(), tzinfo=zone),
                words=self.words,
                proof=proof,
            ),
        )

    def _note_vehicle(self, lead: Lead, row: ContactRow) -> None:
        if row.plate is None:
            return
        CustomerVehicle.objects.filter(customer=lead.customer, plate=lead.plate).update(
            mileage_km=row.mileage_km,
            purchased_on=row.purchased_on,
            apk_expires_on=row.apk_expires_on,
            last_workshop_on=row.last_workshop_on,
        )


def digest_of(cells: dict[str, str]) -> str:
    """The same for equal rows, whatever file they stand in."""
    kept = json.dumps(cells, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(kept.encode("utf-8", errors="surrogatepass")).hexdigest()


def summary(taken_in: Import) -> dict[str, object]:
    """The import as commands and programs are told of it."""
    return {
        "id": taken_in.pk,
        "state": taken_in.state,
        "problem": taken_in.problem or None,
        "file": taken_in.file_name,
        "dealership": taken_in.dealership.slug,
        "campaign": taken_in.campaign.slug,
        "rows": taken_in.rows,
        "imported": taken_in.imported,
        "duplicates": taken_in.duplicates,
        "rejected": taken_in.rejected,
    }
