"""The steps of a history through the API: each person has a token, each answer is judged.

Whatever is asked, the answer is one that the contract knows: never an error of the server, and
never a refusal that only the database had thought of.
"""

from __future__ import annotations

from typing import Any

import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from leads.models import Lead
from tests.api_client import JSON
from tests.proofs.histories.chronicle import Answer, Chronicle, Violation
from tests.proofs.histories.world import World

ANSWERS = (200, 201, 202, 204, 400, 401, 403, 404, 409)
PROBLEM = {"type", "title", "status", "detail", "code", "errors"}
PATHS = {
    "receive": "leads/",
    "adf": "leads/adf/",
    "start_call": "leads/{lead}/calls/",
    "attempt": "leads/{lead}/attempts/",
    "conversation": "leads/{lead}/conversations/",
    "call_back": "leads/{lead}/callbacks/",
    "appointment": "leads/{lead}/appointments/",
    "outcome": "appointments/{appointment}/outcome/",
    "move": "appointments/{appointment}/move/",
    "quote": "leads/{lead}/quotes/",
    "close": "leads/{lead}/close/",
    "approve": "leads/{lead}/approve/",
    "send_back": "leads/{lead}/send-back/",
    "reopen": "leads/{lead}/reopen/",
    "undo": "leads/{lead}/undo/",
    "assign": "leads/{lead}/assign/",
    "take": "leads/{lead}/take/",
    "objection": "customers/{customer}/objection/",
    "merge": "customers/{customer}/merge/",
    "unmerge": "customers/{customer}/unmerge/",
    "withdraw_objection": "customers/{customer}/objection/withdraw/",
    "presence": "presence/",
    "next": "queue/next/",
    "renew": "queue/renew/",
    "release": "queue/release/",
}


class Http:
    """Each step is one request with the token of who does it."""

    name = "http"

    def __init__(self, world: World) -> None:
        world.issue_tokens()
        self.clients = {
            who: Client(headers={"Authorization": f"Token {key}", "Accept-Language": "en"})
            for who, key in world.tokens.items()
        }
        with connection.cursor() as cursor:
            cursor.execute("SELECT conname FROM pg_constraint")
            self.constraints = {name for (name,) in cursor.fetchall()} | {"conflict"}

    def do(self, history: Chronicle, verb: str, who: str, lead: int, **given: Any) -> Answer:
        with time_machine.travel(history.now, tick=False):
            answer = self._ask(history, verb, who, lead, given)
        if answer.status_code not in ANSWERS:
            raise Violation(f"{verb} was answered with {answer.status_code}: {answer.content!r}")
        if answer.status_code == 204:
            return Answer()
        body = answer.json()
        if answer.status_code < 400:
            return Answer(made=_made(verb, body))
        if set(body) != PROBLEM or body["status"] != answer.status_code:
            raise Violation(f"{verb} was answered with {body}, which is no problem as we tell it")
        if body["code"] in self.constraints:
            raise Violation(f"only the database refused {verb}: {body['code']}")
        return Answer(refused=body["code"])

    def _ask(
        self, history: Chronicle, verb: str, who: str, lead: int, given: dict[str, Any]
    ) -> HttpResponse:
        client = self.clients[who]
        if verb == "look":
            return client.get(f"/api/v1/leads/{lead}/")
        customer = given.pop("customer", "")
        if verb == "objection":
            customer = Lead.objects.values_list("customer", flat=True).get(pk=lead)
        path = PATHS[verb].format(
            lead=lead, appointment=given.pop("appointment", ""), customer=customer
        )
        if verb == "adf":
            return client.post(f"/api/v1/{path}", given["document"], content_type="application/xml")
        headers = {}
        if verb == "receive":
            key = given.pop("key", "")
            headers = {"Idempotency-Key": key} if key else {}
            given = _lead_in(given["body"], history)
        elif verb == "close":
            given = {"reason": given["reason"], **given["told"]}
        elif verb == "assign":
            user = history.user(given["user"]).email if given["user"] else ""
            given = {"user": user} if user else {"queue": given["queue"]}
        body = {
            name: value.isoformat() if hasattr(value, "isoformat") else value
            for name, value in given.items()
        }
        return client.post(f"/api/v1/{path}", body, content_type=JSON, headers=headers)


def _lead_in(body: dict[str, Any], history: Chronicle) -> dict[str, Any]:
    customer: dict[str, Any] = {
        "name": body["name"],
        "company": body["company"],
        "phones": body["phones"],
        "email": next(iter(body["emails"]), ""),
    }
    if body["consent"]:
        customer["consent"] = {
            "purpose": "all",
            "given_at": history.now.isoformat(),
            "words": "Ja, u mag mij bellen over aanbiedingen.",
            "proof": "row 1",
        }
    kept = ("kind", "channel", "dealership", "interest", "source", "external_id")
    return {**{name: body[name] for name in kept}, "customer": customer}


def _made(verb: str, body: dict[str, Any]) -> int:
    if verb == "start_call":
        return int(body["call"])
    if verb == "attempt":
        return int(body["attempt"]["id"])
    if verb == "adf":
        return int(body["leads"][0]["id"]) if body["leads"] else 0
    if verb == "presence":
        return 0
    return int(body["id"])
