"""Calling the API in tests, as a program does."""

from typing import Any

from django.http import HttpResponse
from django.test import Client

from bdc.accounts.models import ApiToken, User
from tests.factories import TUESDAY_10

JSON = "application/json"


class ApiClient:
    """A program with a token of `user`. Paths are those under /api/v1/."""

    def __init__(self, user: User | None = None, **headers: str) -> None:
        if user is not None:
            key = ApiToken.issue(user, now=TUESDAY_10)
            headers["Authorization"] = f"Token {key}"
        self.client = Client(headers={"Accept-Language": "en", **headers})

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self.client.get(f"/api/v1/{path}", query)

    def post(
        self, path: str, body: Any = None, *, content_type: str = JSON, **headers: str
    ) -> HttpResponse:
        """Post `body`: bytes and text as they are, all else as JSON."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(
            f"/api/v1/{path}",
            {} if body is None else body,
            content_type=content_type,
            headers=named,
        )


def problem(
    status: int, title: str, code: str, detail: str, *errors: tuple[str, str, str]
) -> dict[str, Any]:
    """The whole body of an error."""
    return {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": [
            {"field": field, "code": code, "message": message} for field, code, message in errors
        ],
    }


INVALID = "Some fields are not right. `errors` says which and why."
NOT_FOUND = problem(404, "Not Found", "not_found", "There is nothing here that you may see.")
NO_ROLE = problem(
    403,
    "Forbidden",
    "permission_denied",
    "Your role does not include this. Ask your team lead or sales manager.",
)
