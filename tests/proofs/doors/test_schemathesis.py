"""Every operation of the API, asked by Schemathesis as two dealer groups that hide from each other.

It reads the description of the API, and asks what that says and what it does not say; its checks
compare the answers with the description. A check that cannot apply is switched off in NOT_ASKED,
with the reason; that none of the others was left out is asserted.
"""

import json
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from unicodedata import category

import pytest
import schemathesis
import time_machine
from requests import PreparedRequest, Request
from rest_framework.exceptions import ParseError
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from bdc.accounts.models import ApiToken
from bdc.api.bodies import DEEPEST, JSONBody
from bdc.api.schema import schema_document
from leads.api.answers import LeadAnswers
from leads.models import Lead
from tests.factories import (
    TUESDAY_10,
    create_campaign,
    create_dealership,
    receive,
    receive_passive,
)
from tests.proofs.doors.people import user_of_all_trades
from tests.proofs.doors.served import served
from tests.proofs.size import CI, size
from tests.proofs.size import asked as asked_size

# Checks that cannot apply, and why.
NOT_ASKED = {
    "use_after_free": "Nothing is ever deleted: no operation has the method DELETE.",
}
CHECKS = {
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
    "ignored_auth",
    "object_level_authorization",
}
LEADS, LEAD = "/api/v1/leads/", "/api/v1/leads/{id}/"
PRESENCE = "/api/v1/presence/"
WITHOUT_EXAMPLES = "No examples in schema"
# A 400 for what the description allows, by its code or field, since no schema can say it.
UNSAYABLE = {
    "cursor": "a place in a list is one that was given",
    "unknown_call": "the call has to be there",
    "unknown_person": "the person has to work there",
    "unknown_phone": "the customer has to have the number",
    "unknown_email": "the customer has to have the address",
    "unknown_vehicle": "the customer has to have the car",
    "unknown_consent": "the customer has to have given it",
    "in_the_past": "what is past depends on the moment",
    "too_far": "as does what is too far ahead",
    "too_short": "two moments and what lies between",
    "too_long": "as above",
    "already_absent": "it depends on the days that are known",
    "null_characters_not_allowed": "a NUL is no text (see `has_nul`)",
    "parse_error": "the same in a body, also where nothing is described (see `is_unreadable`)",
    "active_lead": "it depends on the lead",
    "one": "two fields, of which one is given",
    "before_the_first": "two days in their order",
    "min_value": "a day of a year that figures have",
    "max_value": "as above",
    "amount": "a quote of nothing",
    "blank": "spaces alone are no name",
}


def is_unsayable(event: events.ScenarioFinished, case: str, check: Any) -> bool:
    response = event.recorder.interactions[case].response
    if check.name != "positive_data_acceptance" or response.status_code != 400:
        return False
    problem = json.loads(response.content)
    excused = UNSAYABLE.keys() - {
        code for code, is_in in SEEN_IN_THE_REQUEST.items() if not is_in(response.request)
    }
    return all(
        {error["code"], error["field"]} & excused
        for error in problem["errors"] or [{"code": problem["code"], "field": ""}]
    )


def has_nul(request: PreparedRequest) -> bool:
    return "%00" in (request.url or "") or any("\0" in text for text, _ in said_in(request))


def is_unreadable(request: PreparedRequest) -> bool:
    """Whether a body is JSON by the letter, and still nothing that a database can keep."""
    return any(
        depth > DEEPEST or "\0" in text or any(category(sign) == "Cs" for sign in text)
        for text, depth in said_in(request)
    )


# Codes that are excused only when the request shows why.
SEEN_IN_THE_REQUEST = {"null_characters_not_allowed": has_nul, "parse_error": is_unreadable}


def said_in(request: PreparedRequest) -> Iterator[tuple[str, int]]:
    """Every text of a JSON body, names too, and how deep it stands; what else it holds is ""."""
    if request.body and "json" in request.headers.get("Content-Type", ""):
        yield from texts_of(json.loads(request.body))


def texts_of(value: Any, depth: int = 0) -> Iterator[tuple[str, int]]:
    yield value if isinstance(value, str) else "", depth
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name, depth
            yield from texts_of(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner, depth + 1)


@dataclass
class Asked:
    """What was asked, what the checks said, and what was left out."""

    requests: int = 0
    checks: Counter[str] = field(default_factory=Counter)
    operations: set[str] = field(default_factory=set)
    failures: dict[tuple[str, str, str], str] = field(default_factory=dict)
    trouble: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def note(self, event: events.EngineEvent) -> None:
        if isinstance(event, events.ScenarioFinished):
            self._note_scenario(event)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            self.trouble.append(f"{getattr(event, 'label', '')}: {getattr(event, 'value', event)}")

    def _note_scenario(self, event: events.ScenarioFinished) -> None:
        if event.status == Status.SKIP and event.skip_reason not in (None, WITHOUT_EXAMPLES):
            self.skipped.append(f"{event.label} in {event.phase}: {event.skip_reason}")
        self.requests += len(event.recorder.interactions)
        for case in event.recorder.cases.values():
            self.operations.add(case.value.operation.label)
        for case, checks in event.recorder.checks.items():
            for check in checks:
                self.checks[check.name] += 1
                if check.status == Status.SKIP:
                    self.skipped.append(f"{check.name} on {event.label}")
                elif check.failure_info is not None and not is_unsayable(event, case, check):
                    failure = check.failure_info.failure
                    what = (failure.operation, check.name, failure.message[:300])
                    self.failures.setdefault(what, check.failure_info.code_sample)

    def told(self) -> str:
        return "\n".join(
            ["", *(f"{' | '.join(what)}\n    {how}" for what, how in self.failures.items())]
        )


@pytest.fixture
def peers(transactional_db) -> dict[str, str]:
    """The keys of two groups, each with leads of its own."""
    return {slug: _key_of(slug) for slug in ("noord-eindhoven", "zuid-breda")}


def _key_of(slug: str) -> str:
    place = create_dealership(slug=slug)
    user = user_of_all_trades(place)
    create_campaign(place)
    for _ in range(3):
        receive(place)
        receive_passive(place)
    return ApiToken.issue(user, now=TUESDAY_10)


def configuration(peers: dict[str, str], folder: Path, *, examples: int) -> SchemathesisConfig:
    people = [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Token {key}"}]}
        for name, key in peers.items()
    ]
    file = folder / "peers.json"
    file.write_text(json.dumps({"auth": people}))
    owner, *_others = peers
    return SchemathesisConfig.from_dict(
        {
            "auth": {"wfc": {"path": str(file), "peers": list(peers), "user": owner}},
            "generation": {"max-examples": examples, "deterministic": True, "database": "none"},
            "checks": {name: {"enabled": False} for name in NOT_ASKED},
            # It asks a thousand odd things by rule, which takes a minute: not in CI.
            "phases": {"coverage": {"enabled": asked_size() != CI}},
            "continue-on-failure": True,
            "workers": 1,
        }
    )


def asked_of(address: str, config: SchemathesisConfig, document: dict[str, Any]) -> Asked:
    schema = schemathesis.openapi.from_dict(document, config=config)
    schema.config.update(base_url=address)
    asked = Asked()
    for event in from_schema(schema).execute():
        asked.note(event)
    return asked


def operations_of(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for path, methods in document["paths"].items():
        for method in methods:
            yield method.upper(), path


@pytest.fixture
def on_tuesday_at_ten() -> Iterator[None]:
    with time_machine.travel(TUESDAY_10, tick=True):
        yield


def test_what_the_api_answers_is_what_it_describes(
    peers, tmp_path, settings, monkeypatch, caplog, tally, on_tuesday_at_ten
):
    settings.API_REQUESTS_A_MINUTE = 10**9
    tally.what, tally.unit = "Schemathesis: requests of two peers", "requests"
    document = json.loads(json.dumps(schema_document()))
    config = configuration(peers, tmp_path, examples=size(ci=2, full=1_000))

    with served(monkeypatch) as address:
        asked = asked_of(address, config, document)

    tally.count(asked.requests, violations=len(asked.failures))
    tally.remark = f"{sum(asked.checks.values()):,} checks"
    described = {f"{method} {path}" for method, path in operations_of(document)}
    assert not any(method == "DELETE" for method, _ in operations_of(document))
    assert asked.operations >= described
    assert not asked.trouble
    # Refused by the database alone, where a rule should have said why.
    assert [record.exc_text for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert not asked.skipped
    assert not asked.failures, asked.told()
    assert asked.checks.keys() == CHECKS - NOT_ASKED.keys()


def test_a_peer_who_is_shown_what_is_anothers_is_found(
    peers, tmp_path, settings, monkeypatch, on_tuesday_at_ten
):
    """The guard of the other test: when a lead is found by its id alone, a check says so."""
    settings.API_REQUESTS_A_MINUTE = 10**9
    monkeypatch.setattr(LeadAnswers, "visible_lead", lambda self, pk: Lead.objects.get(pk=pk))
    document = json.loads(json.dumps(schema_document()))
    document["paths"] = {path: document["paths"][path] for path in (LEADS, LEAD)}

    with served(monkeypatch) as address:
        asked = asked_of(address, configuration(peers, tmp_path, examples=5), document)

    assert "object_level_authorization" in {check for _, check, _ in asked.failures}


def test_a_body_that_is_refused_for_no_reason_is_found(
    peers, tmp_path, settings, monkeypatch, on_tuesday_at_ten
):
    """The guard of UNSAYABLE: "cannot be read" is excused for what nobody can read alone."""
    settings.API_REQUESTS_A_MINUTE = 10**9

    def parse(*_args: Any, **_kwargs: Any) -> Any:
        raise ParseError

    monkeypatch.setattr(JSONBody, "parse", parse)
    document = json.loads(json.dumps(schema_document()))
    document["paths"] = {PRESENCE: document["paths"][PRESENCE]}

    with served(monkeypatch) as address:
        asked = asked_of(address, configuration(peers, tmp_path, examples=2), document)

    assert "positive_data_acceptance" in {check for _, check, _ in asked.failures}


@pytest.mark.parametrize(
    ("body", "cannot_be_read"),
    [
        pytest.param(r'{"note": "een zin"}', False, id="plain"),
        pytest.param(
            r'{"note": "\ud83d\ude00 \\u0000"}', False, id="a whole pair, an escaped slash"
        ),
        pytest.param(r'{"note": "\ud83d"}', True, id="half a pair"),
        pytest.param(r'{"n\u0000": 1}', True, id="NUL in a name"),
        pytest.param("[" * 33 + "]" * 33, False, id="32 levels deep"),
        pytest.param("[" * 34 + "]" * 34, True, id="deeper"),
    ],
)
def test_what_is_excused_as_unreadable_is_what_the_api_cannot_read(body, cannot_be_read):
    """The rule above and the parser's, which were written apart, say the same."""
    asked = Request("POST", "http://spits.example/", data=body)
    asked.headers["Content-Type"] = "application/json"

    assert is_unreadable(asked.prepare()) is cannot_be_read
    with pytest.raises(ParseError) if cannot_be_read else nullcontext():
        JSONBody().parse(BytesIO(body.encode()))
