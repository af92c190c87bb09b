"""Thousands of requests that have something wrong with them: none breaks the server."""

import json
import random
from itertools import islice

import time_machine
from django.test import Client

from bdc.accounts.models import ApiToken
from bdc.api.schema import schema_document
from tests.factories import TUESDAY_10, create_dealership, receive, receive_passive
from tests.proofs.doors.asking import errors_logged, flaws, rows_as_they_are, trial
from tests.proofs.doors.breaking_json import broken_requests, operations
from tests.proofs.doors.people import user_of_all_trades
from tests.proofs.size import size

SEED = 20261124
AT_A_TIME = 50


def test_no_malformed_request_breaks_the_server_or_changes_anything(db, settings, tally):
    settings.API_REQUESTS_A_MINUTE = 10**9
    tally.what, tally.unit = "malformed JSON: every operation", "requests"
    place, elsewhere = create_dealership(slug="noord-eindhoven"), create_dealership()
    keys = [ApiToken.issue(user_of_all_trades(place), now=TUESDAY_10)]
    leads = [receive(place), receive(place), receive_passive(place), receive(elsewhere)]
    ids = [*(str(lead.pk) for lead in leads * 4), "0", "9" * 19, "9" * 40, "-1", "x", "%00", "1.0"]
    document = json.loads(json.dumps(schema_document()))
    client = Client(raise_request_exception=False)
    wanted = size(ci=400, full=12_000)
    requests = islice(broken_requests(document, ids, keys, random.Random(SEED)), wanted)
    found, statuses = [], {}

    with time_machine.travel(TUESDAY_10, tick=False), errors_logged() as errors:
        while batch := list(islice(requests, AT_A_TIME)):
            rows = rows_as_they_are()
            for asking in batch:
                with trial() as one:
                    response = asking.send(client)
                    one.is_kept = response.status_code >= 400
                wrong = [*flaws(response), *errors.told]
                found += [f"{asking}: {flaw}" for flaw in wrong]
                errors.told.clear()
                statuses[response.status_code] = statuses.get(response.status_code, 0) + 1
            if rows_as_they_are() != rows:
                found.append("\n".join(["a refusal changed a row, one of", *map(str, batch)]))

    tally.count(wanted, violations=len(found))
    tally.remark = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
    assert wanted > 10 * len(operations(document)), "every operation is asked more than ten times"
    assert {200, 400, 404, 409, 413, 415} <= statuses.keys()
    assert not found, "\n".join(found)
