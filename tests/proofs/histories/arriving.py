"""Leads come in: from a form, a document or a file, and sometimes a second time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from campaigns.domain.importing import import_file
from campaigns.models import ImportRow
from dealers.models import Dealership
from leads.models import Lead, Reject
from tests.proofs.histories.chronicle import Chronicle, Violation
from tests.proofs.histories.model import LeadModel
from tests.proofs.histories.world import PEOPLE


class Arriving(Chronicle):
    """The steps by which a lead comes in."""

    def receive(
        self,
        *,
        person: int,
        place: int,
        kind: str = "active",
        channel: str = "online",
        interest: str = "new",
        external_id: str = "",
        who: str = "",
        key: str = "",
        words: bool = True,
        later_phone: bool = False,
    ) -> LeadModel | None:
        """A lead comes in: new, repeated, or the same document again."""
        where = self.world.places[place]
        whom = PEOPLE[person]
        phones = [p for p in (whom.phone, whom.later_phone if later_phone else "") if p]
        body = {
            "kind": kind,
            "channel": channel if kind == "active" else "data_mining",
            "dealership": where.slug,
            "name": whom.name,
            "company": whom.company,
            "phones": phones,
            "emails": [whom.email] if whom.email else [],
            "interest": interest,
            "source": "site",
            "external_id": external_id,
            "consent": kind == "passive" and words,
        }
        who = who or self.world.with_role(where, "agent")[0]
        allowed = bool(self.model.roles_of(who, where.pk))
        answer = self.step("receive", who, allowed=allowed, body=body, key=key)
        if answer.refused:
            self.check()
            return None
        self.sent.append((who, {**body, "key": key}, answer.made))
        self.keys.setdefault(key, self.now)
        self._received(answer.made, where, body)
        self.check()
        return self.model.leads.get(answer.made)

    def _received(self, made: int, where: Dealership, body: dict[str, Any]) -> None:
        model = self.model
        again = [
            lead
            for _who, sent, lead in self.sent[:-1]
            if body["external_id"]
            and (sent["dealership"], sent["external_id"])
            == (body["dealership"], body["external_id"])
        ]
        if again:
            if made != again[0]:
                raise Violation(f"the same document made lead {made} after {again[0]}")
            return
        customer = model.customers.arrives(
            where.group_id,
            phones=body["phones"],
            emails=body["emails"],
            consents=body["consent"],
            is_company=bool(body["company"]),
        )
        active = body["kind"] == "active"
        joined = model.to_join(customer, where.pk, body["interest"], self.now) if active else None
        arrives = active and body["channel"] in ("phone", "walk_in", "service_referral")
        if joined is not None:
            if made != joined.pk:
                raise Violation(f"a repeat enquiry made lead {made} and did not join {joined.pk}")
            model.join(joined, self._side_of(made), self.now, arrives=arrives)
            return
        if made in model.leads:
            raise Violation(f"lead {made} was joined, though it is another matter")
        side = self._side_of(made)
        wanted = {"passive"} if not active else {"salesperson", "inbound"}
        if active and not model.places[where.pk].bdc_first:
            wanted = {"salesperson"}
        if side not in wanted:
            raise Violation(f"lead {made} went to {side} and not to {wanted}")
        lead = LeadModel(
            pk=made,
            place=where.pk,
            customer=customer,
            active=active,
            interest=body["interest"],
            received_at=self.now,
            requested_at=self.now if active else None,
        )
        model.receive(lead, side, self.now, arrives=arrives)

    def receive_adf(self, *, person: int, place: int) -> None:
        """An ADF document with one prospect, and one that nobody can read."""
        where, whom = self.world.places[place], PEOPLE[person]
        phone = f"<phone>{whom.phone}</phone>" if whom.phone else ""
        email = f"<email>{whom.email}</email>" if whom.email else ""
        document = (
            "<?xml version='1.0'?><?adf version='1.0'?><adf><prospect>"
            "<vehicle interest='buy' status='new'><make>Volkswagen</make></vehicle>"
            f"<customer><contact><name part='full'>{whom.company or whom.name}</name>"
            f"{email}{phone}</contact></customer>"
            f"<vendor><contact><name part='full'>{where.slug}</name></contact></vendor>"
            "</prospect></adf>"
        ).encode()
        answer = self.step("adf", "team", allowed=True, document=document)
        body = {
            "kind": "active",
            "channel": "online",
            "dealership": where.slug,
            "company": whom.company,
            "phones": [whom.phone] if whom.phone else [],
            "emails": [whom.email] if whom.email else [],
            "interest": "new",
            "external_id": "",
            "consent": False,
        }
        if not answer.made:
            raise Violation("an ADF document made no lead")
        self._received(answer.made, where, body)
        rejects = Reject.objects.count()
        self.step("adf", "team", allowed=True, document=b"<adf><prospect>&broken;")
        if Reject.objects.count() <= rejects:
            raise Violation("a document that nobody can read left no reject")
        self.check()

    def import_rows(self, *, place: int, people: list[int], words: bool) -> None:
        """A small passive file, perhaps with rows that are there already."""
        where = self.world.places[place]
        header = "Naam;Telefoon;E-mail;Toestemming;Datum toestemming"
        lines = [
            f"{whom.name};{whom.phone or whom.later_phone};{whom.email};ja;2026-01-05"
            for whom in (PEOPLE[person] for person in people)
        ]
        body = "\r\n".join([header, *lines, ";;;;", "Zonder Contact;;;;"]).encode()
        taken_in = self.system(
            f"import {people} at {where.slug}",
            lambda: import_file(
                body,
                file_name="lijst.csv",
                dealership=self.place(where.slug),
                campaign=self.world.campaigns[where.pk],
                by=self.user("team"),
                now=self.now,
                consent_words="Bel mij gerust." if words else "",
            ),
        )
        if taken_in.rows != taken_in.imported + taken_in.duplicates + taken_in.rejected:
            raise Violation(f"rows of import {taken_in.pk} do not add up")
        rows = ImportRow.objects.filter(import_of=taken_in, outcome="imported").order_by("pk")
        for row in rows.select_related("lead__customer"):
            lead = row.lead
            whom = PEOPLE[people[row.row_number - 2]]  # below the header
            customer = self.model.customers.arrives(
                where.group_id,
                phones=[whom.phone or whom.later_phone],
                emails=[whom.email] if whom.email else [],
                consents=lead.customer.consents.exclude(words="").exists(),
                is_company=bool(whom.company and lead.customer.company_name),
            )
            self.model.receive(
                LeadModel(
                    pk=lead.pk,
                    place=where.pk,
                    customer=customer,
                    active=False,
                    interest=lead.interest,
                    received_at=self.now,
                    requested_at=None,
                ),
                "passive",
                self.now,
                arrives=False,
            )
        self.check()

    def send_again(self, number: int, *, other_body: bool) -> None:
        """What was sent with a key or an id of its source is sent once more."""
        kept = [one for one in self.sent if one[1]["external_id"]]
        if not kept:
            return
        who, body, made = kept[number % len(kept)]
        again = {**body, "interest": "other" if other_body else body["interest"]}
        key = again.pop("key")
        allowed: bool | None = bool(self.model.roles_of(who, self.place(body["dealership"]).pk))
        if self.driver.name == "http" and key and allowed:
            is_kept = self.now - self.keys[key] < timedelta(hours=23)
            allowed = not other_body if is_kept and key not in self.renewed else None
            if not is_kept:
                self.renewed.add(key)
        before = Lead.objects.count()
        answer = self.step("receive", who, allowed=allowed, body=again, key=key)
        if not answer.refused and (answer.made != made or Lead.objects.count() != before):
            raise Violation(f"what made lead {made} was sent again and made {answer.made}")
        self.check()
