"""The description of the API: valid OpenAPI 3.1, complete, and for who has signed in."""

import json
import re

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from bdc.api.schema import schema_document
from dealers.models import Role
from tests.api_client import ApiClient
from tests.factories import create_dealership, create_member

# The calls of contract.md that are there so far.
CALLS = {
    "POST /api/v1/leads/",
    "POST /api/v1/leads/adf/",
    "GET /api/v1/leads/",
    "GET /api/v1/leads/{id}/",
    "POST /api/v1/leads/{id}/calls/",
    "POST /api/v1/leads/{id}/attempts/",
    "POST /api/v1/leads/{id}/conversations/",
    "POST /api/v1/leads/{id}/take/",
    "POST /api/v1/leads/{id}/appointments/",
    "POST /api/v1/leads/{id}/quotes/",
    "POST /api/v1/leads/{id}/callbacks/",
    "GET /api/v1/leads/{id}/reasons/",
    "POST /api/v1/leads/{id}/close/",
    "POST /api/v1/leads/{id}/approve/",
    "POST /api/v1/leads/{id}/send-back/",
    "POST /api/v1/leads/{id}/reopen/",
    "POST /api/v1/leads/{id}/assign/",
    "POST /api/v1/queue/next/",
    "POST /api/v1/queue/renew/",
    "POST /api/v1/queue/release/",
    "GET /api/v1/close-reasons/",
    "POST /api/v1/customers/{id}/objection/",
    "POST /api/v1/appointments/{id}/outcome/",
    "POST /api/v1/presence/",
}


@pytest.fixture
def client(db):
    return ApiClient(create_member(Role.MARKETER, create_dealership()))


def operations():
    return {
        f"{method.upper()} {path}": operation
        for path, methods in schema_document()["paths"].items()
        for method, operation in methods.items()
    }


def test_it_is_valid_openapi_3_1():
    document = schema_document()

    assert document["openapi"].startswith("3.1.")
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_call_of_the_contract_is_described():
    assert set(operations()) >= CALLS


@pytest.mark.parametrize("call", sorted(CALLS))
def test_a_call_says_what_it_takes_what_it_answers_and_how_it_fails(call):
    operation = operations()[call]
    answers = operation["responses"]
    body = operation.get("requestBody", {}).get("content", {})
    succeeds = {status: answer for status, answer in answers.items() if status < "300"}
    fails = {status: answer for status, answer in answers.items() if status >= "400"}

    assert operation["summary"]
    assert operation["security"] == [{"Token": []}]
    assert all(one["schema"] and one["examples"] for one in body.values())
    assert succeeds
    for status, answer in succeeds.items():
        if status != "204":
            assert answer["content"]["application/json"]["schema"]
            assert answer["content"]["application/json"]["examples"]
    assert {"401", "406", "429"} <= set(fails)
    for answer in fails.values():
        problem = answer["content"]["application/problem+json"]["schema"]
        assert problem == {"$ref": "#/components/schemas/Problem"}


def test_the_example_of_a_lead_has_the_shape_of_a_lead():
    lead = schema_document()["components"]["schemas"]["LeadOut"]
    answer = operations()["GET /api/v1/leads/{id}/"]["responses"]["200"]
    (example,) = answer["content"]["application/json"]["examples"].values()

    assert set(example["value"]) == {*lead["required"], "timeline"}


@pytest.mark.parametrize(
    ("headers", "query", "content_type", "read"),
    [
        ({}, "", "application/json", json.loads),
        ({"Accept": "application/json"}, "", "application/json", json.loads),
        ({"Accept": "text/html,*/*;q=0.8"}, "?format=json", "application/json", json.loads),
        ({"Accept": "application/yaml"}, "", "application/yaml", yaml.safe_load),
        ({}, "?format=yaml", "application/yaml", yaml.safe_load),
    ],
)
def test_it_is_served_as_json_and_as_yaml(client, headers, query, content_type, read):
    response = client.client.get(f"/api/v1/schema/{query}", headers=headers)

    assert response.status_code == 200
    assert response.headers["Content-Type"].split(";")[0] == content_type
    assert read(response.content) == json.loads(json.dumps(schema_document()))


def test_it_is_for_who_has_signed_in_by_token_or_session(client, db):
    anyone, signed_in = ApiClient(), ApiClient()
    signed_in.client.force_login(create_member(Role.MARKETER, create_dealership()))

    refused = anyone.get("schema/", format="yaml")

    assert refused.status_code == 401
    assert refused.json()["code"] == "not_authenticated"
    assert signed_in.get("schema/").status_code == 200
    assert client.get("schema/").status_code == 200


def test_the_page_shows_every_call_and_needs_no_script_of_its_own(client):
    response = client.get("docs/")

    page = response.content.decode()
    assert response.status_code == 200
    for call in CALLS:
        assert call.split(" ")[1] in page
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", page)


def test_who_has_not_signed_in_is_sent_to_sign_in_from_the_page(db):
    for anyone in (ApiClient(), ApiClient(Authorization="Token nonsense")):
        response = anyone.get("docs/")

        assert response.status_code == 302
        assert response.headers["Location"] == "/accounts/login/?next=/api/v1/docs/"
