"""POST leads/adf/: every prospect becomes a lead or a reject that a person sees."""

import pytest

from bdc.api.bodies import LIMIT
from leads.models import Lead, RawInput, Reject
from tests.factories import create_dealership

XML = "application/xml"


def adf(*prospects: str) -> str:
    return f'<?xml version="1.0"?><?adf version="1.0"?><adf>{"".join(prospects)}</adf>'


def prospect(number: int, *, vendor: str = "") -> str:
    return (
        f'<prospect><id source="Portal">PV-{number}</id>'
        "<requestdate>2026-11-24T09:58:00+01:00</requestdate>"
        '<vehicle interest="buy" status="new"><make>Volkswagen</make><model>ID.3</model></vehicle>'
        '<customer><contact><name part="full">Sander de Boer</name>'
        f"<phone>06 1234567{number}</phone></contact></customer>"
        f"<vendor><vendorname>{vendor}</vendorname></vendor></prospect>"
    )


def shown(client, pk):
    body = client.get(f"leads/{pk}/").json()
    del body["timeline"]
    return body


@pytest.mark.parametrize(
    "content_type",
    [XML, "text/xml; charset=utf-8", "application/x-adf+xml"],
)
def test_every_prospect_becomes_a_lead(as_marketer, salesperson, content_type):
    document = adf(prospect(1), prospect(2))

    response = as_marketer.post("leads/adf/", document, content_type=content_type)

    first, second = Lead.objects.order_by("pk")
    assert response.status_code == 201
    assert response.json() == {
        "leads": [shown(as_marketer, first.pk), shown(as_marketer, second.pk)],
        "rejected": [],
    }
    assert [lead["customer"]["phones"] for lead in response.json()["leads"]] == [
        ["+31612345671"],
        ["+31612345672"],
    ]
    raw = RawInput.objects.get()
    assert (bytes(raw.body), raw.content_type) == (document.encode(), content_type)


def test_what_cannot_be_read_is_kept_for_a_person(as_marketer, dealership):
    body = b"<adf><prospect>"

    response = as_marketer.post("leads/adf/", body, content_type=XML)

    reject = Reject.objects.get()
    assert response.status_code == 202
    assert response.json() == {
        "leads": [],
        "rejected": [{"id": reject.pk, "code": "XML_NOT_WELLFORMED", "detail": str(reject.detail)}],
    }
    assert bytes(RawInput.objects.get().body) == body


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"\0" * 50, b"<!DOCTYPE adf []><adf/>"])
def test_whatever_arrives_is_kept(as_marketer, dealership, body):
    response = as_marketer.post("leads/adf/", body, content_type=XML)

    assert response.status_code == 202
    assert response.json()["leads"] == []
    assert len(response.json()["rejected"]) == 1
    assert bytes(RawInput.objects.get().body) == body


def test_the_dealership_is_the_vendors_else_the_one_asked(as_marketer, marketer, dealership):
    create_dealership(group=dealership.group, slug="helmond", name="Noord Helmond")
    document = adf(prospect(1, vendor="Noord Helmond"), prospect(2), prospect(3, vendor="noord"))

    response = as_marketer.client.post(
        "/api/v1/leads/adf/?dealership=noord", document, content_type=XML
    )

    assert response.status_code == 201
    assert [lead["dealership"] for lead in response.json()["leads"]] == [
        "helmond",
        "noord",
        "noord",
    ]


def test_a_prospect_of_no_known_dealership_is_rejected_and_the_others_come_in(
    as_marketer, dealership
):
    create_dealership(group=dealership.group, slug="helmond")
    document = adf(prospect(1, vendor="nowhere"), prospect(2, vendor="noord"))

    response = as_marketer.post("leads/adf/", document, content_type=XML)

    reject = Reject.objects.get()
    assert response.status_code == 201
    assert [lead["id"] for lead in response.json()["leads"]] == [Lead.objects.get().pk]
    assert response.json()["rejected"] == [
        {
            "id": reject.pk,
            "code": "unknown_dealership",
            "detail": "No dealership of yours has this name: nowhere.",
        }
    ]


def test_a_dealership_that_the_user_may_not_see_cannot_be_asked(
    as_marketer, as_stranger, stranger, dealership
):
    elsewhere = stranger.memberships.get().dealership.slug
    path = f"leads/adf/?dealership={elsewhere}"

    response = as_marketer.post(path, adf(prospect(1)), content_type=XML)

    assert as_stranger.post(path, adf(prospect(1)), content_type=XML).status_code == 201
    assert response.status_code == 404
    assert RawInput.objects.count() == 1


def test_another_type_and_a_larger_body_are_refused(as_marketer, dealership):
    typed = as_marketer.post("leads/adf/", "{}", content_type="application/json")
    large = as_marketer.post("leads/adf/", b"x" * (LIMIT + 1), content_type=XML)
    fits = as_marketer.post("leads/adf/", b"x" * LIMIT, content_type=XML)

    assert (typed.status_code, large.status_code, fits.status_code) == (415, 413, 202)
    assert RawInput.objects.count() == 1


def test_a_document_that_was_sent_again_answers_the_lead_that_it_made(as_marketer, salesperson):
    first = as_marketer.post("leads/adf/", adf(prospect(1)), content_type=XML)

    again = as_marketer.post("leads/adf/", adf(prospect(1)), content_type=XML)

    assert again.json()["leads"] == first.json()["leads"]
    assert Lead.objects.count() == 1
