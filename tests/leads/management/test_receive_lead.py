"""receive_lead takes in ADF documents from files and from the input."""

import io
import json
import sys
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from leads.models import Lead, RawInput, Reject
from tests.factories import create_dealership

PROSPECT = (
    "<prospect><customer><contact><name part='full'>Sander de Boer</name>"
    "<phone>06 1234567{number}</phone></contact></customer>"
    "<vendor><vendorname>{vendor}</vendorname></vendor></prospect>"
)


def document(*prospects):
    return f"<adf>{''.join(prospects)}</adf>".encode()


def run(*args):
    out = io.StringIO()
    call_command("receive_lead", *args, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_one_line_of_json_for_every_prospect_of_every_file(db, tmp_path):
    create_dealership(slug="noord")
    create_dealership(slug="helmond")
    good, broken = tmp_path / "good.xml", tmp_path / "broken.xml"
    known = [PROSPECT.format(number=number, vendor="noord") for number in (1, 2)]
    good.write_bytes(document(*known, PROSPECT.format(number=3, vendor="nowhere")))
    broken.write_bytes(b"<adf>")

    lines = run(str(good), str(broken))

    first, second = Lead.objects.order_by("pk")
    unknown, unread = Reject.objects.order_by("pk")
    assert lines == [
        {"lead": first.pk},
        {"lead": second.pk},
        {"rejected": unknown.pk, "error": "unknown_dealership"},
        {"rejected": unread.pk, "error": "XML_NOT_WELLFORMED"},
    ]
    assert [raw.door for raw in RawInput.objects.all()] == ["command", "command"]


def test_a_document_comes_from_the_input_for_the_named_dealership(db, monkeypatch):
    create_dealership(slug="helmond")
    create_dealership(slug="noord")
    body = document(PROSPECT.format(number=1, vendor=""))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(body)))

    lines = run("-", "--dealership", "noord")

    lead = Lead.objects.get()
    assert lines == [{"lead": lead.pk}]
    assert lead.dealership.slug == "noord"


def test_a_dealership_that_is_not_there_takes_nothing_in(db, tmp_path):
    file = tmp_path / "lead.xml"
    file.write_bytes(document(PROSPECT.format(number=1, vendor="")))

    with pytest.raises(CommandError, match="There is no dealership nowhere"):
        run(str(file), "--dealership", "nowhere")
    assert not RawInput.objects.exists()


def test_a_file_that_is_not_there_is_named_after_the_others_came_in(db, tmp_path):
    create_dealership(slug="noord")
    file = tmp_path / "lead.xml"
    file.write_bytes(document(PROSPECT.format(number=1, vendor="")))

    with pytest.raises(CommandError, match=r"absent\.xml: No such file"):
        run(str(tmp_path / "absent.xml"), str(file))
    assert Lead.objects.count() == 1
