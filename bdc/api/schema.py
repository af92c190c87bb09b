"""The description of the API in OpenAPI 3.1, made from its views, and who may read it."""

from functools import cache
from http import HTTPStatus
from typing import Any

from django.utils.translation import override
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer2
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bdc.api.fields import BodyIn, QuestionIn
from bdc.api.problems import CONTENT_TYPE
from bdc.api.tokens import TokenAuthentication

DESCRIPTION = """\
The leads of Spits, and the same actions on them as on the pages. A token can do what its user
can do in the browser, no more; what the user may not see is a 404.

Times are ISO 8601 with their offset, money is in euros, phone numbers are answered in E.164.
An optional field that is null is one that is not given; a field that is not described is
passed over. Every error is a problem detail of RFC 9457; programs go by its code."""

EVERY_TIME = (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.TOO_MANY_REQUESTS)
OF_ACTIONS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
WHEN = {
    HTTPStatus.BAD_REQUEST: "It cannot be read, or a field is wrong: errors says which.",
    HTTPStatus.UNAUTHORIZED: "There is no token, or it is not valid any more.",
    HTTPStatus.FORBIDDEN: "Your role does not include this.",
    HTTPStatus.NOT_FOUND: "There is nothing here that you may see.",
    HTTPStatus.NOT_ACCEPTABLE: "Only JSON is answered.",
    HTTPStatus.CONFLICT: "A rule of the business says no: code names the rule.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than 1 MiB.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is of another type than this call reads.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests in a minute: see Retry-After.",
}
TEXT = {"type": "string"}
PROBLEM = {
    "type": "object",
    "description": "What is wrong, as RFC 9457 has it.",
    "required": ["type", "title", "status", "detail", "code", "errors"],
    "properties": {
        "type": TEXT,
        "title": {**TEXT, "description": "The words of the status."},
        "status": {"type": "integer"},
        "detail": {**TEXT, "description": "For people: what is wrong and how to mend it."},
        "code": {**TEXT, "description": "For programs: the rule or the kind of error."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {"field": TEXT, "code": TEXT, "message": TEXT},
            },
        },
    },
    "examples": [
        {
            "type": "about:blank",
            "title": "Conflict",
            "status": 409,
            "detail": "2 more attempts are needed for this reason.",
            "code": "attempts_left",
            "errors": [
                {
                    "field": "attempts",
                    "code": "attempts_left",
                    "message": "2 more attempts are needed for this reason.",
                }
            ],
        }
    ],
}


class OpenApi(AutoSchema):
    """Takes the first line of a view's docstring for the summary of its operation."""

    def get_summary(self) -> str | None:
        return (self.get_description() or "").split("\n\n")[0].replace("\n", " ") or None

    def _get_serializer_field_meta(self, field: Any, direction: str) -> dict[str, Any]:
        """Say of the fields of a body what `BodyIn` does: null is not given, and blank is wrong."""
        untyped: Any = super()
        meta: dict[str, Any] = untyped._get_serializer_field_meta(field, direction)
        if not isinstance(field.parent, BodyIn):
            return meta
        if not field.required and not isinstance(field.parent, QuestionIn):
            meta["nullable"] = True
        if isinstance(field, serializers.CharField) and not field.allow_blank:
            meta["minLength"] = 1
        return meta


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "bdc.api.TokenAuthentication"
    name = "Token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token KEY`. An administrator makes the key of a user.",
        }


def with_problems(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Say of every operation which errors it can give."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    for path in result["paths"].values():
        for method, operation in path.items():
            for status in sorted(_statuses(method, operation)):
                operation["responses"].setdefault(str(int(status)), _problem_response(status))
    return result


def _statuses(method: str, operation: dict[str, Any]) -> set[HTTPStatus]:
    statuses = set(EVERY_TIME)
    if method in ("post", "patch"):
        statuses |= set(OF_ACTIONS)
    places = {parameter["in"] for parameter in operation.get("parameters", [])}
    if "query" in places:
        statuses |= {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND}
    if "path" in places:
        statuses.add(HTTPStatus.NOT_FOUND)
    return statuses


def _problem_response(status: HTTPStatus) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": WHEN[status], "content": {CONTENT_TYPE: {"schema": schema}}}


@cache
def schema_document() -> dict[str, Any]:
    """The whole description. It is one for everybody: rights are told, not left out."""
    with override("en"):
        generator = SchemaGenerator()  # type: ignore[no-untyped-call]
        document: dict[str, Any] = generator.get_schema(public=True)  # type: ignore[no-untyped-call]
        return document


class SchemaView(APIView):
    """The description as JSON, or as YAML with `?format=yaml`; for who has signed in."""

    authentication_classes = [TokenAuthentication, SessionAuthentication]
    renderer_classes = [OpenApiJsonRenderer2, OpenApiYamlRenderer2]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(schema_document())
