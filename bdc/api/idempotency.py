"""A request that is sent again has its effect once, and gets the first answer again."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext_lazy as _
from rest_framework.response import Response

from bdc.api.tokens import SignedInApiRequest
from bdc.errors import FieldProblem, Malformed, RuleBroken
from bdc.models import IdempotentAnswer
from bdc.transactions import retrying_atomic

KEPT_FOR = timedelta(hours=24)
LONGEST_KEY = 200
HEADER = "Idempotency-Key"


@retrying_atomic
def answer_once(
    request: SignedInApiRequest, act: Callable[[], Response], *, now: datetime
) -> Response:
    """Answer with `act`, or with what it answered before to the same key and body.

    Key, effect and stored answer share this transaction: what fails leaves none of them. A
    second request with the key waits for the first one's end and then finds its answer.
    """
    key = _key(request)
    if key is None:
        return act()
    token_id = request.auth.pk
    digest = hashlib.sha256(request.body).hexdigest()
    _wait_for_others(token_id, key)
    known = IdempotentAnswer.objects.filter(token_id=token_id, key=key).first()
    if known is not None and known.created_at > now - KEPT_FOR:
        return _again(known, digest)
    response = act()
    answer = {
        "body_digest": digest,
        "status": response.status_code,
        "body": response.data,
        "created_at": now,
    }
    IdempotentAnswer.objects.update_or_create(defaults=answer, token_id=token_id, key=key)
    return response


def _key(request: SignedInApiRequest) -> str | None:
    header = request.headers.get(HEADER)
    if header is None:
        return None
    try:
        key = header.encode("latin-1").decode()  # servers hand over headers as Latin-1
    except UnicodeError:
        key = header
    if not 1 <= len(key) <= LONGEST_KEY or "\0" in key:
        wrong = _("The header Idempotency-Key has 1 to 200 characters.")
        raise Malformed(FieldProblem(HEADER, "invalid", wrong))
    return key


def _wait_for_others(token_id: int, key: str) -> None:
    """Hold a lock on the key until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{token_id} {key}"]
        )


def _again(known: IdempotentAnswer, digest: str) -> Response:
    if known.body_digest != digest:
        used = _("This Idempotency-Key was used for another body. Use a new key.")
        raise RuleBroken("idempotency_conflict", used)
    return Response(known.body, status=known.status, headers={"Idempotent-Replay": "true"})
