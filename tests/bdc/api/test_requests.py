"""What every request meets: who asks, in which form, how much; and every error's whole body."""

import io
import json

import pytest
from django.core.handlers.asgi import ASGIRequest

from bdc.accounts.models import ApiToken
from bdc.api.bodies import LIMIT
from dealers.models import Role
from leads.api.queue import QueueViewSet
from tests.api_client import NOT_FOUND, ApiClient, problem
from tests.factories import TUESDAY_10, create_dealership, create_member


@pytest.fixture
def user(db):
    return create_member(Role.SALES_MANAGER, create_dealership())


@pytest.fixture
def client(user):
    return ApiClient(user)


NOT_SIGNED_IN = problem(
    401, "Unauthorized", "not_authenticated", "Authentication credentials were not provided."
)
NOT_VALID = problem(
    401,
    "Unauthorized",
    "authentication_failed",
    "This token is not valid, or not any more.",
)


@pytest.mark.parametrize(
    ("header", "body"),
    [
        pytest.param({}, NOT_SIGNED_IN, id="no header"),
        pytest.param({"Authorization": "Basic YTpi"}, NOT_SIGNED_IN, id="another scheme"),
        pytest.param({"Authorization": "Token nonsense"}, NOT_VALID, id="no such key"),
        pytest.param({"Authorization": "Token é"}, NOT_VALID, id="an odd key"),
        pytest.param(
            {"Authorization": "Token a b"},
            problem(
                401,
                "Unauthorized",
                "authentication_failed",
                "Write the header as: Authorization: Token KEY.",
            ),
            id="two keys",
        ),
    ],
)
def test_without_a_valid_token_nobody_comes_in(db, header, body):
    response = ApiClient(**header).get("leads/")

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Token"
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json() == body


def test_a_session_does_not_sign_in_to_the_api(user):
    client = ApiClient()
    client.client.force_login(user)

    assert client.get("leads/").json() == NOT_SIGNED_IN


def test_a_revoked_token_and_one_of_who_left_are_not_valid(user):
    revoked, left = ApiClient(user), ApiClient(user)
    assert (revoked.get("leads/").status_code, left.get("leads/").status_code) == (200, 200)

    ApiToken.objects.filter(pk=ApiToken.objects.earliest("pk").pk).update(revoked_at=TUESDAY_10)
    revoked_answer = revoked.get("leads/")
    still_valid = left.get("leads/")
    user.is_active = False
    user.save()

    assert revoked_answer.json() == NOT_VALID
    assert still_valid.status_code == 200
    assert left.get("leads/").json() == NOT_VALID


@pytest.mark.parametrize(
    "path", ["", "nothing/", "leads", "leads/abc/", "leads/7/nothing/", "leads/%00/", "leads/-1/"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_address_is_a_problem_and_no_page(client, path, method):
    response = getattr(client, method)(path)

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json() == NOT_FOUND


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_a_method_that_a_call_does_not_have_is_refused(client, method):
    response = getattr(client.client, method)("/api/v1/leads/")

    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, POST, HEAD"
    assert response.json() == problem(
        405,
        "Method Not Allowed",
        "method_not_allowed",
        f'Method "{method.upper()}" not allowed.',
    )


def test_only_json_is_answered(user):
    response = ApiClient(user, Accept="text/html").get("leads/")

    assert response.status_code == 406
    assert response.json() == problem(
        406,
        "Not Acceptable",
        "not_acceptable",
        "Could not satisfy the request Accept header.",
    )


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"],
)
def test_a_body_of_another_type_is_refused(client, content_type):
    response = client.post("leads/", "kind=active", content_type=content_type)

    assert response.status_code == 415
    assert response.json() == problem(
        415,
        "Unsupported Media Type",
        "unsupported_media_type",
        f'Unsupported media type "{content_type}" in request.',
    )


TOO_LARGE = problem(
    413, "Request Entity Too Large", "too_large", "The body is too large: 1 MiB at most."
)


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("leads/", "application/json"),
        ("leads/adf/", "application/xml"),
        ("queue/next/", "application/json"),
    ],
)
def test_a_body_above_the_limit_is_refused(client, path, content_type):
    response = client.post(path, b" " * (LIMIT + 1), content_type=content_type)

    assert response.status_code == 413
    assert response.json() == TOO_LARGE


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b'{"reason": "boring"}', 400, id="read as any other"),
        pytest.param(b" " * (LIMIT + 1), 413, id="bounded as any other"),
    ],
)
def test_a_chunked_request_states_no_length_and_is(user, body, status):
    key = ApiToken.issue(user, now=TUESDAY_10).encode()
    headers = [(b"authorization", b"Token " + key), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/api/v1/queue/release/", "headers": headers}
    request = ASGIRequest(scope, io.BytesIO(body))

    response = QueueViewSet.as_view({"post": "release"})(request)

    assert response.status_code == status


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        pytest.param("{", None, id="half a text"),
        pytest.param("kind=active", None, id="a form"),
        pytest.param(b'{"kind": "\xff"}', None, id="no UTF-8"),
        pytest.param('{"kind": "a\x01b"}', None, id="a control character"),
        pytest.param(
            '{"kind": "active", "kind": "passive"}',
            "This is no JSON: a key occurs twice in one object",
            id="a key twice",
        ),
        pytest.param('{"cost": NaN}', "This is no JSON: NaN is no JSON number", id="NaN"),
        pytest.param('{"a": -Infinity}', "This is no JSON: -Infinity is no JSON number", id="inf"),
        pytest.param(
            '{"source": ["a\\u0000"]}', "This is no JSON: a text holds the NUL character", id="NUL"
        ),
        pytest.param(
            '{"\\ud800": 1}',
            "This is no JSON: a text holds half of a surrogate pair",
            id="half a character in a key",
        ),
        pytest.param(
            '{"kind": "\\udfff"}',
            "This is no JSON: a text holds half of a surrogate pair",
            id="half a character",
        ),
        pytest.param('{"a":' * 40 + "1" + "}" * 40, "This JSON is nested too deep.", id="deep"),
        pytest.param("[" * 100_000, "This JSON is nested too deep.", id="very deep"),
        pytest.param('{"line": ' + "9" * 5000 + "}", None, id="a number of 5000 digits"),
    ],
)
@pytest.mark.parametrize("path", ["leads/", "queue/renew/"])
def test_what_is_no_json_is_refused(client, path, body, detail):
    response = client.post(path, body)

    answered = response.json()
    assert response.status_code == 400
    if detail is not None:
        assert answered["detail"] == detail
    assert {**answered, "detail": ""} == problem(400, "Bad Request", "parse_error", "")


@pytest.mark.parametrize("body", ["[]", "5", '"active"', "null", "true"])
def test_json_that_is_no_object_is_refused(client, body):
    response = client.post("leads/", body)

    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [""]


def test_emoji_and_accents_are_text_like_any_other(client):
    response = client.post("leads/", json.dumps({"kind": "Renée 🚗", "line": 10**400}))

    assert response.status_code == 400
    assert '"Renée 🚗" is not a valid choice.' in [
        error["message"] for error in response.json()["errors"]
    ]


def test_too_many_requests_in_a_minute_are_refused(client, user, settings):
    settings.API_REQUESTS_A_MINUTE = 2
    answers = [client.get("leads/").status_code for _ in range(2)]

    response = client.get("leads/")

    assert answers == [200, 200]
    assert response.status_code == 429
    seconds = int(response.headers["Retry-After"])
    assert 1 <= seconds <= 60
    assert (response.json()["code"], response.json()["errors"]) == ("throttled", [])
    assert ApiClient(user).get("leads/").status_code == 200  # each token has its own count


def test_without_valkey_only_the_limit_is_gone(client, settings):
    settings.API_REQUESTS_A_MINUTE = 0
    refused = client.get("leads/").status_code
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }

    response = client.get("leads/")

    assert refused == 429
    assert response.status_code == 200
