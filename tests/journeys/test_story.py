"""The main job from end to end, in a browser and by API, on a Spits that is really served.

The tests share one Spits and its clock: the days pass in the last one.
"""

import json
import re
from collections import Counter

import psycopg
import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from tests.browser import launched
from tests.journeys.demo_days import PATIENCE, Api, Demo
from tests.played_demo import played_demo
from tests.serving import data_folder, run_command, wait_until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),  # the demo is played beside the database of the tests
]

TUESDAY = "2026-11-24T10:00"
WEEK = {"from": "2026-11-23", "to": "2026-11-29"}
AGENT, AGENT_2 = "agent@noord.example", "agent2@noord.example"
SALES_MANAGER = "verkoopleider@noord.example"
SALESPERSON = "verkoper@noord.example"
ADMINISTRATOR = "beheer@noord.example"
PHONE = 360
POLLED = 10_000  # milliseconds: five seconds, and what a busy machine takes

AXE = settings.BASE_DIR / "tests" / "vendor" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

ADF = """<?xml version="1.0" encoding="UTF-8"?>
<?adf version="1.0"?>
<adf>
  <prospect>
    <requestdate>2026-11-24T09:58:00+01:00</requestdate>
    <vehicle interest="buy" status="{status}">
      <make>Volkswagen</make>
      <model>ID.7 Tourer</model>
    </vehicle>
    <customer>
      <contact>
        <name part="full">{name}</name>
        <phone>{phone}</phone>
      </contact>
      <comments>Kan ik zaterdag een proefrit maken?</comments>
    </customer>
    <vendor>
      <vendorname>noord-eindhoven</vendorname>
      <contact><name part="full">Noord Eindhoven</name></contact>
    </vendor>
    <provider><name part="full">Autobeurs</name></provider>
  </prospect>
</adf>"""


@pytest.fixture(scope="module")
def data_dir(django_db_setup, django_db_blocker):
    """Begins with the demo that is played for all tests; tests/proofs/two_by_two plays its own."""
    with data_folder() as data_dir:
        with django_db_blocker.unblock():
            backup = played_demo().backup
        run_command(data_dir, "restore", str(backup))
        yield data_dir


@pytest.fixture(scope="module")
def demo(data_dir):
    with launched() as browser:
        expect.set_options(timeout=PATIENCE)
        demo = Demo(browser, data_dir, clock=TUESDAY)
        yield demo
        demo.stop()


# --- No bare "geen interesse" -----------------------------------------------------------


def test_a_bare_geen_interesse_is_no_reason_of_the_api(demo):
    agent = demo.api(AGENT)
    lead = agent.get("leads/", queue="passive", status="open")["results"][0]["id"]

    for reason in [*agent.get("close-reasons/"), *agent.get(f"leads/{lead}/reasons/")]:
        assert not is_bare(reason["label_nl"])
        assert not is_bare(reason["label_en"])
    for words in ("geen interesse", "Geen Interesse", "no interest"):
        refused = agent.post(f"leads/{lead}/close/", {"reason": words}, expect=409)
        assert refused["code"] == "unknown_reason"
    for nothing in ({}, {"reason": ""}):
        agent.post(f"leads/{lead}/close/", nothing, expect=400)
    assert agent.lead(lead)["status"] == "open"


def test_nor_is_it_one_of_the_work_screen(demo):
    with demo.signed_in(AGENT) as page:
        ask_for_a_customer(page)

        press(page, "Geen interesse…")
        expect(panel(page)).to_contain_text("Heeft al een andere auto gekocht")
        few = options(page)
        press(page, "Alle redenen")
        expect(panel(page)).to_contain_text("Offerteverzoek")
        every = options(page)

        assert len(every) > len(few) > 5
        assert not [words for words in [*few, *every] if is_bare(words)]


# --- Two agents -------------------------------------------------------------------------


def test_two_agents_call_the_passive_list_and_never_meet_on_a_customer(demo):
    api = demo.api(AGENT)
    customers, called_from = Counter(), Counter()
    with demo.signed_in(AGENT) as page, demo.signed_in(AGENT_2) as page_2:
        for one in (page, page_2):
            ask_for_a_customer(one)
        while called_from["passive"] < 6:
            both = [held(one) for one in (page, page_2)]
            for pk in both:
                lead = api.lead(pk)
                customers[lead["customer"]["id"]] += 1
                called_from[lead["owner"]["queue"]] += 1
            assert called_from.total() < 60, called_from

            # At the same time: neither waits for the answer to the other.
            for one in (page, page_2):
                press(one, "Niet bereikt")
            for one, before in zip((page, page_2), both, strict=True):
                expect(work_form(one)).not_to_have_attribute("action", address_of(before))

    assert max(customers.values()) == 1


# --- An onverkocht ----------------------------------------------------------------------


def test_an_onverkocht_reaches_the_bdc_after_the_approval_of_the_manager(demo):
    api = demo.api(SALES_MANAGER)
    own = api.get("leads/", owner=SALESPERSON, status="open")["results"]
    lead = next(one for one in own if one["round"]["attempts"])  # not one that may pass on
    name = lead["customer"]["name"]

    with demo.signed_in(SALESPERSON) as page:
        page.goto(f"/leads/{lead['id']}/")
        press(page, "Anders gesproken…", "link")
        page.get_by_label("showroom", exact=True).check()
        press(page, "Gesprek vastleggen")
        press(page, "Afboeken…", "link")
        expect(panel(page)).to_contain_text("Ander merk gekocht")
        assert not [words for words in options(page) if is_bare(words)]
        press(page, "Ander merk gekocht", "link")
        page.get_by_label("Welk merk is gekocht?").fill("Kia")
        press(page, "Akkoord vragen")
        expect(said(page)).to_contain_text("akkoord gevraagd")
    proposed = api.lead(lead["id"])
    assert proposed["status"] == "proposed"
    assert proposed["owner"]["user"] == SALESPERSON

    with demo.signed_in(SALES_MANAGER) as page:
        page.goto("/akkoord/")
        page.locator(f"a[href$='?lead={lead['id']}']").click()
        request = page.locator("#request")
        expect(request.get_by_role("heading", name=name)).to_be_visible()
        expect(request).to_contain_text("Ander merk gekocht")
        expect(request).to_contain_text("Kia")
        press(page, "Akkoord")
        expect(said(page)).to_contain_text("akkoord gegeven")
    second = api.lead(lead["id"])
    assert second["status"] == "open"
    assert second["owner"] == {"type": "queue", "queue": "second_voice"}
    assert [one["reason"] for one in second["rounds"]][-2:] == ["VK-04", None]


# --- The pages --------------------------------------------------------------------------

PAGES = {
    AGENT: ["/bellen/", "/leads/", "/leads/{passive}/"],
    SALESPERSON: ["/leads/", "/leads/{own}/"],
    SALES_MANAGER: ["/akkoord/", "/cijfers/", "/leads/afgekeurd/"],
    ADMINISTRATOR: ["/beheer/", "/beheer/redenen/"],
}


@pytest.mark.parametrize("email", PAGES)
def test_pages_fit_a_phone_in_both_languages_and_axe_finds_nothing(demo, email):
    api = demo.api(SALES_MANAGER)
    at = {
        "passive": api.get("leads/", dealership="noord-eindhoven", kind="passive"),
        "own": api.get("leads/", owner=SALESPERSON, status="open"),
    }
    ids = {name: answer["results"][0]["id"] for name, answer in at.items()}
    paths = [path.format(**ids) for path in PAGES[email]]
    found = {}
    with demo.signed_in(email, width=PHONE) as page:
        for path in paths:
            visit(page, path)
            found[f"{path} in Dutch"] = [*too_wide(page), *english_in(page), *found_by_axe(page)]
        page.locator(".tabbar summary").click()
        page.locator(".tabbar").get_by_role("button", name="English").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        for path in paths:
            visit(page, path)
            found[f"{path} in English"] = too_wide(page)

    faults = {where: what for where, what in found.items() if what}
    assert faults == {}, json.dumps(faults, indent=1)


# --- From document to appointment -------------------------------------------------------


def test_a_document_becomes_an_appointment_by_way_of_the_bdc(demo):
    api = demo.api(SALES_MANAGER)
    before = api.get("reports/map/", **WEEK)
    regular = regular_customer_of(SALESPERSON, api)

    with demo.signed_in(SALESPERSON) as page:
        page.goto("/leads/")
        expect(page.locator("#mine")).to_be_visible()
        [arrived] = api.post_adf(document_of(regular))["leads"]
        assert arrived["owner"] == {"type": "salesperson", "user": SALESPERSON}
        row = page.locator(f"#lead-{arrived['id']}")
        expect(row).to_contain_text("ID.7 Tourer", timeout=POLLED)

        row.get_by_role("link").first.click()
        call_unanswered(page)
        for number in range(2, 6):
            demo.move_to(api.lead(arrived["id"])["next_call_at"], page)
            page.goto(f"/leads/{arrived['id']}/")
            call_unanswered(page)
            expect(said(page)).to_contain_text(f"poging {number} van 5")
        expect(said(page)).to_contain_text("het BDC gaat ermee verder")

    unreached = api.lead(arrived["id"])
    assert unreached["owner"] == {"type": "queue", "queue": "unreached"}
    assert unreached["milestones"]["reached_at"] is None
    assert api.get("reports/map/", **WEEK)["appointments"] == before["appointments"]

    demo.move_to(unreached["next_call_at"])
    with demo.signed_in(AGENT) as page:
        call_until(page, arrived["id"])
        press(page, "Gesproken")
        expect(said(page)).to_contain_text("gesproken")
        press(page, "Afspraak…")
        showroom = page.get_by_role("button", name="Showroom")
        expect(showroom).to_have_attribute("aria-pressed", "true")
        panel(page).locator("[name=slot]").first.click()
        press(page, "Afspraak showroom")
        expect(work_form(page)).not_to_have_attribute("action", address_of(arrived["id"]))

    booked = api.lead(arrived["id"])
    assert booked["owner"]["type"] == "salesperson"
    assert booked["milestones"]["appointment_at"]
    assert [one["reason"] for one in booked["rounds"]] == [None, "BDC-17", None]

    with demo.signed_in(booked["owner"]["user"]) as page:
        page.goto("/leads/")
        expect(page.locator(f"#lead-{arrived['id']}")).to_contain_text("Afspraak")

    after = api.get("reports/map/", **WEEK)
    assert after["leads"] == before["leads"] + 1
    assert after["reached"] == before["reached"] + 1
    assert after["appointments"] == before["appointments"] + 1
    with demo.signed_in(SALES_MANAGER) as page:
        page.goto("/cijfers/?from=2026-11-23&to=2026-11-29")
        expect(page.locator("#figures .sentence")).to_contain_text(
            f"{after['appointments']} van {after['leads']}"
        )


# --- And of all this --------------------------------------------------------------------


def test_no_log_line_tells_of_anybody(demo):
    """The last of the stories: it looks back on what the others left in the logs."""
    folder = demo.data_dir / "postgres"
    with psycopg.connect(host=str(folder), user="spits", dbname="spits") as database:
        personal = {
            word
            for query in (
                "SELECT last_name FROM leads_customer",
                "SELECT number FROM leads_customerphone",
                "SELECT address FROM leads_customeremail",
                "SELECT email FROM accounts_user",
            )
            for (word,) in database.execute(query)
            if len(word) > 3
        }

    def lines():
        return [
            line
            for part in ("web", "worker", "timetable")
            for log in (demo.data_dir / "logs").glob(f"{part}*.log")  # two of each, it may be
            for line in log.read_text().splitlines()
        ]

    def told(name):
        return {json.loads(line).get(name) for line in lines()}

    # Once half a minute, which a fast computer has not needed since the last morning.
    wait_until(lambda: {"sweep_leads", "tidy up"} <= told("job"))
    assert {"leads/<int:pk>/", "accounts/login/"} <= told("route")
    assert len(personal) > 500
    anybody = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, personal))})(?!\w)")
    assert all(anybody.search(f"Said by {word}.") for word in personal)
    assert [line for line in lines() if anybody.search(line)] == []


def regular_customer_of(salesperson: str, api: Api):
    """The only lead of somebody who bought: a new question goes to the same salesperson."""
    sold = api.get("leads/", dealership="noord-eindhoven", reason="VK-01")["results"]
    return next(
        lead
        for lead in sold
        if lead["interest"] in ("new", "used")
        and lead["rounds"][-1]["owner"]["user"] == salesperson
        and len(api.get("leads/", search=lead["customer"]["phones"][0])["results"]) == 1
    )


def document_of(lead) -> str:
    customer = lead["customer"]
    return ADF.format(status=lead["interest"], name=customer["name"], phone=customer["phones"][0])


def call_unanswered(page: Page):
    press(page, "Bel nu")
    press(page, "Niet bereikt")
    expect(said(page)).to_contain_text("poging")


def call_until(page: Page, wanted: int):
    """Call who comes first, and nobody answers, until the wanted lead is the one."""
    ask_for_a_customer(page)
    for _call in range(60):
        if (lead := held(page)) == wanted:
            return
        press(page, "Niet bereikt")
        expect(work_form(page)).not_to_have_attribute("action", address_of(lead))
    pytest.fail(f"lead {wanted} did not come up in 60 calls")


# --- What a page says -------------------------------------------------------------------


def ask_for_a_customer(page: Page):
    """The next customer at /bellen/, or the one who is held still."""
    page.goto("/bellen/")
    expect(page.locator("#next, #call")).to_be_visible()
    if page.locator("#next").is_visible():
        page.locator("#next").click()
    expect(work_form(page)).to_be_visible()


def work_form(page: Page):
    return page.locator("#call")


def address_of(lead: int) -> str:
    return f"/bellen/{lead}/notitie/"


def held(page: Page) -> int:
    """The lead of the customer on the work screen."""
    return int(work_form(page).get_attribute("action").split("/")[2])


def panel(page: Page):
    return page.locator("#panel")


def options(page: Page) -> list[str]:
    texts = panel(page).locator(".option-text").all_inner_texts()
    return [text.splitlines()[0] for text in texts]


def said(page: Page):
    """What the bar below says."""
    return page.locator("#messages")


def press(page: Page, name: str, role: str = "button"):
    page.get_by_role(role, name=name).first.click()


def is_bare(words: str) -> bool:
    return words.strip().lower() in ("geen interesse", "no interest")


def visit(page: Page, path: str):
    """Go to a page; the work screen is shown with a customer."""
    if path == "/bellen/":
        ask_for_a_customer(page)
    else:
        page.goto(path)


def too_wide(page: Page) -> list[str]:
    width = page.evaluate("document.documentElement.scrollWidth")
    return [f"is {width} pixels wide"] if width > PHONE else []


def found_by_axe(page: Page) -> list[object]:
    """What axe finds on the whole page, light and dark; nothing moves meanwhile."""
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": PHONE, "height": height + 200})
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for one in page.evaluate("rules => axe.run({runOnly: rules})", arg=RULES)["violations"]:
            found.append([scheme, one["id"], *(node["html"] for node in one["nodes"])])
    return found


ENGLISH = (
    "Next customer|Call back|Call now|Close out|Sign out|Change password|Search|Owner|Received|"
    "Dealership|Salesperson|Approve|Figures|Attempts?|Source|Settings|Queue|Show|Save|Cancel|Back|"
    "Note|Result|Today|Nobody|Nothing|Customer|Reasons?|People|Administration|Rejects|"
    "What|Who|Why|The|Your?|this|with"
)


def english_in(page: Page) -> list[str]:
    """English words in what the page shows or tells to those who hear it."""
    shown = page.evaluate(
        """() => [document.title, document.body.innerText,
          ...[...document.querySelectorAll("[aria-label], [title], [placeholder]")]
            .flatMap(one => [one.ariaLabel, one.title, one.placeholder])].join("\\n")"""
    )
    return re.findall(rf"\b(?:{ENGLISH})\b", shown)
