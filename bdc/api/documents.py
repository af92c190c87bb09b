"""The page that explains the API to people: its operations, fields and errors."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from bdc.api.schema import DESCRIPTION, schema_document
from bdc.api.tokens import TokenAuthentication

METHODS = ("get", "post", "patch")


@require_safe
@login_not_required  # a token signs in as well
def documents(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated and not _has_token(request):
        return redirect_to_login(request.get_full_path())
    context = {"introduction": DESCRIPTION.split("\n\n"), "sections": sections()}
    return render(request, "api/documents.html", context)


def _has_token(request: HttpRequest) -> bool:
    try:
        return TokenAuthentication().authenticate(Request(request)) is not None
    except APIException:
        return False


@cache
def sections() -> list[dict[str, Any]]:
    """The operations of the description, by the first word of their address."""
    document = schema_document()
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method in METHODS:
            if operation := methods.get(method):
                tag = operation["tags"][0]
                found.setdefault(tag, []).append(_operation(document, path, method, operation))
    return [{"name": name, "operations": operations} for name, operations in found.items()]


def _operation(
    document: dict[str, Any], path: str, method: str, operation: dict[str, Any]
) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {})
    answers = operation["responses"]
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "parameters": [_parameter(one) for one in operation.get("parameters", [])],
        "types": list(body),
        "fields": [field for one in body.values() for field in _fields(document, one["schema"])],
        "example": _example(body),
        "answers": [
            {
                "status": status,
                "description": answer.get("description", ""),
                # In an answer every field is there, so none is marked.
                "fields": [
                    {**field, "is_required": False}
                    for field in _fields(document, _schema_of(answer))
                ],
                "example": _example(answer.get("content", {})),
            }
            for status, answer in answers.items()
            if status.startswith("2")
        ],
        "errors": [
            {"status": status, "description": answer["description"]}
            for status, answer in answers.items()
            if not status.startswith("2")
        ],
    }


def _schema_of(answer: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = next(iter(answer.get("content", {}).values()), {})
    schema: dict[str, Any] = content.get("schema", {})
    return schema


def _example(content: dict[str, Any]) -> str:
    for one in content.values():
        for example in one.get("examples", {}).values():
            value = example["value"]
            is_text = isinstance(value, str)
            return value if is_text else json.dumps(value, indent=2, ensure_ascii=False)
    return ""


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": parameter["name"],
        "place": parameter["in"],
        "is_required": parameter.get("required", False),
        **_words(parameter["schema"]),
        "description": parameter.get("description", ""),
    }


def _fields(
    document: dict[str, Any], schema: dict[str, Any], before: str = ""
) -> Iterator[dict[str, Any]]:
    """Every field of a schema with its path, those of nested objects included."""
    schema = _resolved(document, schema)
    if schema.get("type") == "array":
        yield from _fields(document, schema["items"], f"{before}[]")
    required = schema.get("required", [])
    for name, inner in schema.get("properties", {}).items():
        path = f"{before}.{name}" if before else name
        resolved = _resolved(document, inner)
        yield {"name": path, "is_required": name in required, **_words(resolved)}
        yield from _fields(document, resolved, path)


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that a reference means, also when it may be null."""
    options = schema.get("oneOf") or schema.get("anyOf") or schema.get("allOf") or []
    for option in options:
        if "$ref" in option:
            return {**_resolved(document, option), "nullable": len(options) > 1}
    if "$ref" not in schema:
        return schema
    name = schema["$ref"].rsplit("/", 1)[1]
    resolved: dict[str, Any] = document["components"]["schemas"][name]
    return {**resolved, **{key: value for key, value in schema.items() if key != "$ref"}}


def _words(schema: dict[str, Any]) -> dict[str, Any]:
    kind = schema.get("type", "object")
    kinds = list(kind) if isinstance(kind, list) else [kind]
    if schema.get("nullable"):
        kinds.append("null")
    told = " | ".join(dict.fromkeys(kinds))
    return {
        "type": f"{told} ({schema['format']})" if "format" in schema else told,
        "choices": [choice for choice in schema.get("enum", []) if choice not in ("", None)],
        "description": schema.get("description", ""),
    }
