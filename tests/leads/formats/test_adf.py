"""ADF documents: the samples, the broken, the hostile."""

import json
import time
from datetime import date, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leads.formats.adf import read_adf
from leads.formats.adf_document import MOST_PROSPECTS
from leads.formats.adf_salvage import Prefill
from tests.leads.formats.samples import SAMPLES, STEADY, adf_sample

EXPECTED = json.loads((SAMPLES / "adf" / "expected.json").read_text(encoding="utf-8"))
READABLE = [name for name, told in EXPECTED.items() if isinstance(told, dict) and "leads" in told]
MEGABYTE = 1024 * 1024


def prospect(inner="", *, name="Jan Proefman", phone="0612345678"):
    contact = f"<contact><name>{name}</name><phone>{phone}</phone></contact>"
    return f"<prospect>{inner}<customer>{contact}</customer></prospect>"


def read_one(document):
    body = document if isinstance(document, bytes) else document.encode()
    adf = read_adf(body)
    assert (len(adf.prospects), adf.rejects) == (1, ())
    return adf.prospects[0]


def reject_of(document):
    body = document if isinstance(document, bytes) else document.encode()
    adf = read_adf(body)
    assert (adf.prospects, len(adf.rejects)) == ((), 1)
    return adf.rejects[0]


def read_sample(name):
    return read_one(adf_sample(name)), EXPECTED[name]["leads"][0]


# The samples.


def test_every_readable_sample_is_tested():
    assert len(READABLE) == 6


@pytest.mark.parametrize("name", READABLE)
def test_a_sample_has_its_expected_ids(name):
    read, expected = read_sample(name)

    assert (read.ids[0].value if read.ids else None) == expected.get("external_id")
    if "source" in expected:
        assert read.source == expected["source"]
    if "all_ids" in expected:
        ids = [[each.sequence, each.source, each.value] for each in read.ids]
        assert ids == expected["all_ids"]


@pytest.mark.parametrize("name", READABLE)
def test_a_sample_has_its_expected_phones(name):
    read, expected = read_sample(name)

    numbers = []
    for phone in expected["phones"]:
        numbers += phone.get("split", [phone.get("e164")] if phone["raw"] else [])
    assert [phone.read.e164 for phone in read.phones] == numbers

    by_raw = {phone.read.raw: phone for phone in read.phones}
    for told in expected["phones"]:
        if not told["raw"] or "split" in told:
            continue
        phone = by_raw[told["raw"]]
        assert phone.read.kind == told.get("kind", "UNKNOWN" if told["e164"] is None else None) or (
            "duplicate_of" in told
        )
        assert phone.read.extension == told.get("extension", "")
        assert phone.is_preferred == told.get("preferred", False)
        assert phone.duplicate_of == told.get("duplicate_of")
        if "callable" in told:
            assert phone.read.dialable == told["callable"]
        if "time" in told:
            assert phone.time == told["time"]


@pytest.mark.parametrize("name", READABLE)
def test_a_sample_has_its_expected_warnings(name):
    read, expected = read_sample(name)

    # The list was written by hand and does not name every mark of every sample.
    assert set(expected["warnings"]) <= set(read.warnings)
    extra = set(read.warnings) - set(expected["warnings"])
    assert extra <= {"NAME_FULL_ONLY", "PROVIDER_MISSING"}


@pytest.mark.parametrize("name", READABLE)
def test_a_sample_has_its_other_expected_facts(name):
    read, expected = read_sample(name)

    told_name = expected.get("name", {})
    if "full" in told_name:
        assert read.name.display == told_name["full"]
    if "first" in told_name:
        parts = (read.name.first_name, read.name.infix, read.name.last_name)
        assert parts == (told_name["first"], told_name["tussenvoegsel"], told_name["last"])
    if "requestdate" in expected:
        assert read.requested_at == datetime.fromisoformat(expected["requestdate"])
    if "email" in expected:
        assert [mail.address for mail in read.emails] == [expected["email"]] * bool(
            expected["email"]
        )
    if "postcode" in expected:
        assert read.address.postcode == expected["postcode"]
    if "city" in expected:
        assert read.address.city == expected["city"]
    if "make" in expected:
        assert read.wish.make == expected["make"]
    if "primary" in expected:
        assert read.primary_phone.e164 == expected["primary"]
    if "channel_preference" in expected:
        assert read.channel_preference == expected["channel_preference"]
    if "kenteken_in_comments" in expected:
        assert read.wish.plate.printed == expected["kenteken_in_comments"]
        assert read.wish.plate_from == "comments"


@pytest.mark.parametrize("name", READABLE)
def test_a_sample_has_its_expected_vehicles(name):
    read, expected = read_sample(name)
    told = expected.get("vehicles", [])

    for vehicle, facts in zip(read.vehicles, told, strict=False):
        assert vehicle.interest == facts["interest"]
        # Nobody said "new" in 01; the default of the DTD is no knowledge.
        assert vehicle.status in (facts["status"], "unknown")
        assert vehicle.model == facts["model"]
        assert vehicle.make == facts.get("make", vehicle.make)
        assert vehicle.year == facts.get("year", vehicle.year)
        assert (vehicle.plate.printed if vehicle.plate else None) == facts.get("kenteken")
        assert vehicle.mileage_km == facts.get("km")
    assert len(read.vehicles) == max(1, len(told))


def test_the_full_sample_loses_nothing():
    read = read_one(adf_sample("02_volledig.xml"))

    assert read.external_key == ("Portaal Voorbeeld", "PV-2026-0004711")
    assert read.status == "new"
    assert read.comments.startswith("Graag zaterdagochtend een proefrit.")
    assert read.address.street == "Voorbeeldstraat 12 Gebouw B"
    assert read.address.apartment == "3 hoog"
    assert read.time_preference == "evening"
    assert read.channel_preference == "phone"
    assert read.timeframe.description == "Binnen twee weken"
    assert read.timeframe.earliest_on == date(2026, 11, 18)
    assert read.timeframe.latest_on == date(2026, 11, 30)
    assert [each.value for each in read.vendor.ids] == ["VEST-03"]
    assert read.vendor.names[0] == "Autobedrijf Voorbeeld Ede (fictief)"
    assert (read.provider.name, read.provider.service) == ("Portaal Voorbeeld", "Occasions")
    wish = read.wish
    assert (wish.year, wish.trim, wish.stock) == (2021, "1.5 Hybrid Comfort", "OCC-1042")
    assert (wish.mileage_km, str(wish.price), wish.currency) == (48210, "23950.00", "EUR")
    assert read.rest["vehicle"]["finance"]["method"] == "lease"
    assert read.rest["vehicle"]["option"][1]["optionname"] == "Panoramadak"
    assert read.rest["customer"]["id"]["#text"] == "K-30551"
    json.dumps(read.rest)


def test_the_wish_and_the_trade_in_are_told_apart():
    read = read_one(adf_sample("03_twee_voertuigen_inruil.xml"))

    assert (read.wish.model, read.wish.interest) == ("E-Kruiser", "test-drive")
    assert (read.trade_in.model, read.trade_in.mileage_km) == ("Compact 1.0", 112500)
    assert (read.trade_in.plate.normal, read.trade_in.plate_from) == ("LXR18Z", "id")


def test_the_broken_sample_is_rejected_with_what_could_be_salvaged():
    reject = reject_of(adf_sample("07_kapotte_xml.xml"))
    told = EXPECTED["07_kapotte_xml.xml"]

    assert [reject.code] == told["warnings"]
    salvaged = {key: getattr(reject.prefill, key) for key in told["salvage_possible"]}
    assert salvaged == told["salvage_possible"]
    assert reject.prefill.external_id == "PV-2026-0004713"
    assert reject.prefill.vendor_names == ("Autobedrijf Voorbeeld Ede (fictief)",)
    assert "5" in str(reject.detail)


# Wrappings and encodings.


@pytest.mark.parametrize(
    "document",
    [
        "<adf>{}</adf>",
        "  \r\n<?xml version='1.0'?><adf>{}</adf>",
        "<?ADF VERSION \"1.0\"?>\n<?xml version='1.0'?>\n<adf>{}</adf>",
        "<?XML VERSION “1.0”?><adf>{}</adf>",
        "Beste verkoper,\nEr is een lead.\n<?xml version='1.0'?><adf>{}</adf>\nGroet & tot ziens",
        "<html><body><p>Lead<br><!--Body <adf>{}</adf> --></body></html>",
        "<html><body><!--<adf>{}</adf>--></body></html>",
        "<!DOCTYPE html><html><body><pre><adf>{}</adf></pre></body></html>",
        "<!doctype HTML PUBLIC '-//W3C//DTD'><html><br><adf>{}</adf></html>",
        "<mail><![CDATA[<adf>{}</adf>]]></mail>",
        "<ADF>{}</ADF>",
        "<a:adf xmlns:a='urn:adf'>{}</a:adf>",
        "<a:adf>{}</a:adf>",
        "<adf>{}",
        "<adf>{}</adf",
        "{}",
        "<leads><adf>{}</adf></leads>",
    ],
)
def test_adf_is_found_in_its_wrapping(document):
    read = read_one(document.format(prospect("<id source='S'>1</id>")))

    assert read.name.display == "Jan Proefman"
    assert read.external_key == ("S", "1")


def test_escaped_adf_in_a_page_is_found():
    escaped = f"<adf>{prospect()}</adf>".replace("<", "&lt;").replace(">", "&gt;")

    assert read_one(f"<html><pre>{escaped}</pre></html>").name.last_name == "Proefman"


def test_names_of_elements_and_attributes_have_any_case():
    read = read_one(
        "<ADF><Prospect STATUS='Resend'><Id SOURCE='S'>1</Id><Customer><Contact>"
        "<Name PART='First'>Jan</Name><Name Part='LAST'>Proefman</Name>"
        "<Phone TYPE='CellPhone' PREFERREDCONTACT='1'>0612345678</Phone>"
        "</Contact></Customer></Prospect></ADF>"
    )

    assert read.status == "resend"
    assert (read.name.first_name, read.name.last_name) == ("Jan", "Proefman")
    assert read.phones[0].is_preferred
    assert read.external_key == ("S", "1")


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", ""),
        ("utf-8", "UTF-8"),
        ("utf-8-sig", ""),
        ("utf-16", "UTF-16"),
        ("utf-16", ""),
        ("utf-16-le", ""),
        ("cp1252", ""),
        ("cp1252", "UTF-8"),
        ("cp1252", "windows-1252"),
        ("cp1252", "ISO-8859-1"),
        ("latin-1", "iso-8859-1"),
        ("iso8859-15", "ISO-8859-15"),
        ("utf-8", "nonsense"),
        ("utf-8", "utf-16"),
    ],
)
def test_letters_survive_every_encoding(encoding, declared):
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    document = f"{declaration}<adf>{prospect(name='Renée Böhm-Çelik')}</adf>"

    read = read_adf(document.encode(encoding))
    assert [each.name.display for each in read.prospects] == ["Renée Böhm-Çelik"]


def test_control_characters_do_not_lose_a_lead():
    name = "Jan\x0b Proef\x00man"
    adf = read_adf(f"<adf>{prospect(name=name)}</adf>".encode())

    assert adf.prospects[0].name.display == "Jan Proefman"
    assert adf.warnings == ("CONTROL_CHARACTERS",)


# Several prospects.


def test_a_bad_prospect_does_not_take_the_others_along():
    document = (
        f"<adf>{prospect(name='Eerste & Co')}{prospect(name='Tweede')}"
        f"<prospect><customer>{prospect(name='Derde')}</adf>"
    )

    adf = read_adf(document.encode())
    assert [(each.position, each.name.display) for each in adf.prospects] == [
        (2, "Tweede"),
        (4, "Derde"),
    ]
    assert [(each.position, each.code) for each in adf.rejects] == [
        (1, "XML_NOT_WELLFORMED"),
        (3, "XML_NOT_WELLFORMED"),
    ]
    assert adf.rejects[0].prefill.name == "Eerste & Co"


def test_prospects_cut_off_in_the_middle_are_rejected_alone():
    document = f"<adf>{prospect(name='Een')}{prospect(name='Twee')}{prospect(name='Drie')}</adf>"

    adf = read_adf(document[: document.index("Drie") + 2].encode())
    assert [each.name.display for each in adf.prospects] == ["Een", "Twee"]
    assert [(each.position, each.prefill.name) for each in adf.rejects] == [(3, "Dr")]


def test_two_documents_in_one_body_are_both_read():
    one, two = (f"<adf>{prospect(name=name)}</adf>" for name in ("Een", "Twee"))
    adf = read_adf(f"{one}\n{two}".encode())

    assert [each.name.display for each in adf.prospects] == ["Een", "Twee"]


def test_more_prospects_than_the_limit_are_told():
    document = f"<adf>{prospect() * (MOST_PROSPECTS + 3)}</adf>"

    for body in (document, document.replace("</adf>", "&")):
        adf = read_adf(body.encode())
        assert len(adf.prospects) == MOST_PROSPECTS
        [reject] = adf.rejects
        assert (reject.code, reject.position, reject.count) == ("TOO_MANY_PROSPECTS", 201, 3)
        assert "3" in str(reject.detail)


def test_a_prospect_that_is_too_big_or_too_deep_is_rejected_alone():
    big = prospect("<x/>" * 6000, name="Groot")
    deep = prospect("<x>" * 60 + "</x>" * 60, name="Diep")

    adf = read_adf(f"<adf>{prospect()}{big}{prospect()}</adf>".encode())
    assert [each.position for each in adf.prospects] == [1, 3]
    assert [(each.code, each.position, each.prefill.name) for each in adf.rejects] == [
        ("TOO_MANY_NODES", 2, "Groot")
    ]

    adf = read_adf(f"<adf>{prospect()}{deep}{prospect()}</adf>".encode())
    assert [each.position for each in adf.prospects] == [1, 3]
    assert [(each.code, each.position, each.prefill.name) for each in adf.rejects] == [
        ("TOO_DEEP", 2, "Diep")
    ]


# What is no lead.


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("", "EMPTY"),
        (" \r\n\t ", "EMPTY"),
        ("\x00" * 50, "EMPTY"),
        ("hallo", "NO_PROSPECT"),
        ("{}", "NO_PROSPECT"),
        ("<adf/>", "NO_PROSPECT"),
        ("<lead><name>Jan</name></lead>", "NO_PROSPECT"),
        ("<html><p>geen lead<br></html>", "NO_PROSPECT"),
        ("<!DOCTYPE html><html><p>geen lead<br></html>", "NO_PROSPECT"),
        ("<adf><", "XML_NOT_WELLFORMED"),
        ("<adf><prospect>", "XML_NOT_WELLFORMED"),
        ("<adf><prospect/></adf>", "NO_CUSTOMER"),
        ("<adf><prospect><customer/></prospect><prospect/></adf>", "NO_CUSTOMER"),
        ("<a>" * 100, "TOO_DEEP"),
        ("<a>" + "<b/>" * 60_000, "TOO_MANY_NODES"),
        ("x" * (MEGABYTE + 1), "TOO_LARGE"),
    ],
)
def test_what_is_no_lead_is_one_visible_reject(document, code):
    reject = reject_of(document)

    assert reject.code == code
    assert str(reject.detail)


BOMB = (
    "<!DOCTYPE adf [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY a{n} '&a{n - 1 if n else ''};&a{n - 1 if n else ''};'>" for n in range(40))
    + "]>"
)


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE adf>",
        '<!DOCTYPE adf SYSTEM "http://127.0.0.1:9/adf.dtd">',
        '<!DOCTYPE adf [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE adf [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>',
        BOMB,
        " <?adf?> <?xml version='1.0'?><!DOCTYPE adf [<!ENTITY x 'y'>]>",
    ],
)
def test_a_document_type_is_refused(doctype):
    reject = reject_of(f"{doctype}<adf>{prospect()}</adf>")

    assert (reject.code, reject.prefill.name) == ("DTD_FORBIDDEN", "Jan Proefman")


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ('<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "DTD_FORBIDDEN"),
        ("<!DOCTYPE html>", "XML_NOT_WELLFORMED"),
        ("", "XML_NOT_WELLFORMED"),
    ],
)
def test_an_entity_is_never_filled_in(page, code):
    reject = reject_of(f"{page}<adf>{prospect(name='Jan &x;')}</adf>")

    assert (reject.code, reject.prefill.name) == (code, "Jan &x;")


# Odd prospects.


def test_a_template_that_nobody_filled_in_is_empty():
    read = read_one(
        "<adf><prospect><vehicle><make>[make]</make><model>{{ model }}</model>"
        "<stock>[stock_type]</stock></vehicle>"
        "<customer><contact><name>[name]</name><email>%EMAIL%</email>"
        "<phone>0612345678</phone></contact></customer></prospect></adf>"
    )

    assert read.name.is_empty
    assert (read.wish.make, read.wish.model, read.wish.stock, read.emails) == ("", "", "", ())
    assert "TEMPLATE_UNFILLED:name" in read.warnings


def test_a_template_with_nobody_in_it_is_rejected():
    document = f"<adf>{prospect(name='[name]', phone='${phone}')}</adf>"

    assert reject_of(document).code == "NO_CUSTOMER"


def test_a_lead_without_phone_and_mail_is_taken():
    read = read_one(f"<adf>{prospect(phone='')}</adf>")

    assert read.primary_phone is None
    assert "PHONE_MISSING" in read.warnings


def test_a_phone_that_cannot_be_called_is_kept_and_marked():
    read = read_one(f"<adf>{prospect(phone='06-1234ABCD')}</adf>")

    assert read.phones[0].read.raw == "06-1234ABCD"
    assert read.primary_phone is None
    assert "PHONE_NOT_DIALABLE" in read.warnings


@pytest.mark.parametrize(
    ("typed", "at", "warning"),
    [
        ("2026-11-16T09:14:22.1234567Z", "2026-11-16T09:14:22.123456Z", ""),
        ("2008-06-25T8:47:50", "2008-06-25T06:47:50Z", "REQUESTDATE_ZONE_ASSUMED"),
        ("2026-11-16T09:14:22-08:0", "2026-11-16T17:14:22Z", "REQUESTDATE_ZONE_ASSUMED"),
        ("gisteren", "", "REQUESTDATE_UNREADABLE"),
        ("", "", "REQUESTDATE_MISSING"),
    ],
)
def test_the_moment_of_the_request_is_read(typed, at, warning):
    read = read_one(f"<adf>{prospect(f'<requestdate>{typed}</requestdate>')}</adf>")

    assert read.requested_at == (datetime.fromisoformat(at) if at else None)
    assert not warning or warning in read.warnings


def test_unknown_content_is_kept():
    unknown = "<leadtype kind='x'>hot</leadtype><region>a</region><region>b</region>"
    read = read_one(f"<adf>{prospect(unknown)}</adf>")

    assert read.rest["prospect"] == {
        "leadtype": {"@kind": "x", "#text": "hot"},
        "region": ["a", "b"],
    }
    assert "UNKNOWN_ELEMENT:leadtype" in read.warnings


@pytest.mark.parametrize(
    ("unknown", "most"),
    [
        ("<x>" + "z" * 500_000 + "</x>", 2_100),
        ("<x>" + "z" * 1_500 + "</x>", 1_600),
        ("<x>abc</x>" * 1000, 3_000),
        ("<x>" + "z" * 1_900 + "</x>", 2_000),
        (("<x>" + "z" * 1_900 + "</x>") * 100, 21_000),
        ("<x a='" + "z" * 90_000 + "'/>", 2_100),
    ],
)
def test_unknown_content_is_kept_within_bounds(unknown, most):
    read = read_one(f"<adf>{prospect(unknown)}</adf>")

    assert len(json.dumps(read.rest)) < most
    assert ("REST_CUT" in read.warnings) == (len(unknown) > 2_000)


@pytest.mark.parametrize(
    ("vehicle", "interest", "status", "warning"),
    [
        ("interest='buy' status='cpo'", "buy", "used", "VEHICLE_STATUS_UNKNOWN:cpo"),
        ("interest='Trade In'", "trade-in", "unknown", None),
        ("interest='TESTDRIVE' status='NEW'", "test-drive", "new", None),
        ("interest='info'", "buy", "unknown", "VEHICLE_INTEREST_UNKNOWN:info"),
        ("", "buy", "unknown", None),
    ],
)
def test_odd_vehicle_attributes_are_understood(vehicle, interest, status, warning):
    read = read_one(f"<adf>{prospect(f'<vehicle {vehicle}><make>Tulpa</make></vehicle>')}</adf>")

    assert (read.vehicles[0].interest, read.vehicles[0].status) == (interest, status)
    assert warning is None or warning in read.warnings


@pytest.mark.parametrize(
    ("vehicle", "plate_from"),
    [
        ("<id source='Kenteken'>TKN-42-P</id>", "id"),
        ("<licenseplate>tkn42p</licenseplate>", "licenseplate"),
        ("<stock>TKN-42-P</stock>", "stock"),
        ("<comments>kenteken tkn42p</comments>", "comments"),
    ],
)
def test_a_plate_is_found_in_its_four_places(vehicle, plate_from):
    read = read_one(f"<adf>{prospect(f'<vehicle>{vehicle}</vehicle>')}</adf>")

    assert (read.wish.plate.printed, read.wish.plate_from) == ("TKN-42-P", plate_from)


def test_a_mileage_in_miles_becomes_kilometres():
    vehicle = "<vehicle><odometer units='miles'>1,000</odometer></vehicle>"

    assert read_one(f"<adf>{prospect(vehicle)}</adf>").wish.mileage_km == 1609


def test_the_first_id_is_the_one_with_the_lowest_sequence():
    ids = "<id sequence='2' source='Hub'>H2</id><id sequence='1' source='Portaal'>P1</id>"

    assert read_one(f"<adf>{prospect(ids)}</adf>").external_key == ("Portaal", "P1")


def test_an_id_without_source_has_the_providers_name():
    document = prospect("<id>77</id>").replace(
        "</prospect>", "<provider><name>Portaal</name></provider></prospect>"
    )

    assert read_one(f"<adf>{document}</adf>").external_key == ("Portaal", "77")


def test_every_place_of_the_dealership_is_offered():
    vendor = (
        "<vendorid>noord</vendorid><vendor><id source='x'>V1</id><vendorname>Noord</vendorname>"
        "<contact><name>Verkoop</name></contact></vendor>"
    )
    read = read_one(f"<adf>{prospect(vendor)}</adf>")

    assert [each.value for each in read.vendor.ids] == ["V1", "noord"]
    assert read.vendor.names == ("Noord", "Verkoop")


def test_a_business_is_a_company():
    document = prospect(name="Proef Groep").replace("<name>", "<name type='business'>")

    assert read_one(f"<adf>{document}</adf>").name.company_name == "Proef Groep"


# Nothing breaks it, nothing slows it down.


@STEADY
@given(st.binary(max_size=500))
@example(b"<adf><prospect>\xff</prospect>")
@example("<adf><prospect/>".encode("utf-16"))
def test_no_bytes_break_the_reader(body):
    adf = read_adf(body)

    assert adf.prospects or adf.rejects


PIECES = [
    *("<adf>", "</adf>", "<prospect>", "</prospect>", "<customer>", "</customer>", "<contact>"),
    *("</contact>", "<name part='full'>", "<name>", "</name>", "<phone>", "</phone>", "<email>"),
    *("<!--", "-->", "<![CDATA[", "]]>", "&", "&lt;", "&#0;", "&#x41;", "<!DOCTYPE html>", "<"),
    *("<?xml version='1.0' encoding='", "'?>", "<vehicle interest='", "'>", "</vehicle>", "\x00"),
    *("<id source='kenteken'>", "</id>", "06-12345678", "jan@example.com", "TKN-42-P", "112.500"),
    *("<odometer>", "</odometer>", "<requestdate>", "</requestdate>", "2026-11-16", "[name]"),
]


@settings(STEADY, max_examples=400)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=40))
def test_no_pieces_of_adf_break_the_reader(pieces):
    adf = read_adf("".join(pieces).encode("utf-8", "surrogatepass"))

    assert adf.prospects or adf.rejects
    for read in adf.prospects:
        assert "\x00" not in json.dumps(read.rest)


CHANGES = ("cut", "flip", "drop", "twice", "add")


@settings(STEADY, max_examples=200)
@given(
    st.sampled_from([*READABLE, "07_kapotte_xml.xml"]),
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from(CHANGES)), max_size=6),
    st.binary(max_size=6),
)
def test_no_mutation_of_a_sample_breaks_the_reader(name, changes, noise):
    body = adf_sample(name)
    for share, change in changes:
        at = int(share * len(body))
        if change == "cut":
            body = body[:at]
        elif change == "flip":
            body = body[:at] + bytes(byte ^ 0x20 for byte in body[at : at + 1]) + body[at + 1 :]
        elif change == "drop":
            body = body[:at] + body[at + 20 :]
        elif change == "twice":
            body = body[:at] + body[max(0, at - 60) :]
        else:
            body = body[:at] + noise + body[at:]

    adf = read_adf(body)
    assert adf.prospects or adf.rejects


def filled(piece, before="", after=""):
    return (before + piece * ((MEGABYTE - len(before) - len(after)) // len(piece)) + after).encode()


CUSTOMER = "<adf><prospect><customer><contact>"


@pytest.mark.parametrize(
    "body",
    [
        filled("<a>"),
        filled("<prospect>"),
        filled("<prospect/>", "<adf>", "</adf>"),
        filled("<a/>", "<adf><prospect>", "</prospect></adf>"),
        filled("<prospect><name>a b<name></prospect>", "<adf>"),
        filled("<phone>+4930123456</phone>", CUSTOMER),
        filled(
            "<prospect><customer><contact>"
            + "<phone>0301234567 / 0201234567, 0101234567; +4930123456</phone>" * 20
            + "</contact></customer></prospect>",
            "<adf>",
            "</adf>",
        ),
        filled("<prospect><customer><contact>" + ("<phone>" + "0 " * 99 + "</phone>") * 20),
        filled("kenteken AB-12-CD ", "<adf><prospect><comments>", "</comments></prospect></adf>"),
        filled(" ", "<!DOCTYPE", "html><adf>"),
        filled("&lt;adf&gt;"),
        filled("<name ", "<adf><prospect>"),
        filled("<"),
        filled("a@", CUSTOMER + "<email>", "</email></contact></customer></prospect></adf>"),
        filled(" a='1'", "<adf><prospect", "/></adf>"),
        filled("-", "<!--", "-->"),
        filled("&#65;", CUSTOMER + "<name>", "</name></contact></customer></prospect></adf>"),
        filled("\n", "<adf><prospect><comments>", "</comments></prospect></adf>"),
    ],
    ids=lambda body: body[:40].decode(),
)
def test_a_megabyte_of_anything_is_read_in_time(body):
    began = time.process_time()
    adf = read_adf(body)

    assert time.process_time() - began < 1.5
    assert adf.prospects or adf.rejects


def test_a_prefill_knows_that_it_is_empty():
    assert Prefill().is_empty
    assert not Prefill(model="Mini").is_empty
    assert not Prefill(model="Mini").reaches_somebody
