"""Thousands of ADF documents that have something wrong with them: none is lost.

Whatever is answered with 2xx is kept as it came, and there is a lead of it or a reject that a
person sees; whatever is refused leaves nothing behind.
"""

import random
import time
from itertools import islice

import time_machine
from django.http import HttpResponse
from django.test import Client

from bdc.accounts.models import ApiToken, User
from leads.domain.rejects import rejects_visible_to
from leads.models import Lead, RawInput
from tests.factories import TUESDAY_10, create_dealership
from tests.proofs.doors.asking import Asking, errors_logged, flaws, rows_as_they_are, trial
from tests.proofs.doors.breaking_adf import broken_documents
from tests.proofs.doors.people import user_of_all_trades
from tests.proofs.size import size

SEED = 20261124
LIMIT = 1024 * 1024
PATIENCE = 5.0  # seconds of this process, for the largest document
TYPES = ["application/xml", "text/xml", "application/x-adf+xml", "text/xml; charset=utf-16"]
OTHER_TYPES = ["text/plain", "application/json", ""]


def test_no_document_is_lost_and_none_breaks_the_server(db, settings, tally):
    settings.API_REQUESTS_A_MINUTE = 10**9
    tally.what, tally.unit = "malformed ADF: documents", "documents"
    user = user_of_all_trades(create_dealership(slug="noord-eindhoven"))
    headers = {"Authorization": f"Token {ApiToken.issue(user, now=TUESDAY_10)}"}
    client, rng = Client(raise_request_exception=False), random.Random(SEED)
    wanted = size(ci=100, full=8_000)
    found, outcomes, slowest = [], {"leads": 0, "rejects": 0, "refused": 0}, 0.0

    with time_machine.travel(TUESDAY_10, tick=False), errors_logged() as errors:
        before = rows_as_they_are()
        for what, body in islice(broken_documents(rng), wanted):
            kind = rng.choice(OTHER_TYPES if rng.random() < 0.02 else TYPES)
            path = "/api/v1/leads/adf/" + rng.choice([*[""] * 19, "?dealership=nowhere"])
            asking = Asking(what, "POST", path, body, kind, headers)
            with trial() as one:
                began = time.process_time()
                response = asking.send(client)
                took = time.process_time() - began
                one.is_kept = response.status_code >= 400
                wrong = [*flaws(response), *errors.told]
                if 200 <= response.status_code < 300:
                    wrong += losses(response, body, user)
                    receipt = response.json()
                    outcomes["leads"] += len(receipt["leads"])
                    outcomes["rejects"] += len(receipt["rejected"])
                else:
                    outcomes["refused"] += 1
            if took > PATIENCE:
                wrong.append(f"took {took:.1f} seconds")
            slowest = max(slowest, took)
            found += [f"{asking}: {flaw}" for flaw in wrong]
            errors.told.clear()
        changed = rows_as_they_are() != before

    tally.count(wanted, violations=len(found) + changed)
    told = ", ".join(f"{name}: {count:,}" for name, count in outcomes.items())
    tally.remark = f"{told}, slowest {slowest:.1f} s"
    assert min(outcomes.values()) > 0, "some of each"
    assert not found, "\n".join(found)
    assert not changed, "a refusal changed a row"


def losses(response: HttpResponse, body: bytes, user: User) -> list[str]:
    """What of an accepted document is neither a lead nor a reject that its sender sees."""
    receipt = response.json()
    if bytes(RawInput.objects.latest("pk").body) != body:
        return ["it is not kept as it came"]
    leads = {lead["id"] for lead in receipt["leads"]}
    rejects = {reject["id"] for reject in receipt["rejected"]}
    if not leads | rejects:
        return ["neither a lead nor a reject"]
    wrong = []
    if {*Lead.objects.visible_to(user).values_list("pk", flat=True)} != leads:
        wrong.append("the leads are others than those answered")
    if {*rejects_visible_to(user).values_list("pk", flat=True)} != rejects:
        wrong.append("the rejects that are seen are others than those answered")
    return wrong
