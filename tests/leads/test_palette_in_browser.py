"""The palette in a real browser: keys, focus, what stays behind, and what axe finds."""

from __future__ import annotations

import pytest
import time_machine
from django.conf import settings

from tests.browser import new_page
from tests.factories import TUESDAY_10, create_agent, create_dealership, receive_passive

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = settings.BASE_DIR / "tests" / "vendor" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(autouse=True)
def _on_tuesday_at_ten():
    with time_machine.travel(TUESDAY_10):
        yield


@pytest.fixture
def lead(transactional_db):
    dealership = create_dealership(name="Noord Eindhoven")
    for name in ("Kaan Aardenburg", "Selma Hoefslag"):
        receive_passive(dealership, name=name)
    return receive_passive(
        dealership, name="Sander de Boer", phones=("06-12345678",), plate="7-TKL-82"
    )


@pytest.fixture
def opens(browser, client, lead, live_server):
    """Opens a page as an agent, at a width."""
    client.force_login(create_agent(lead.dealership, name="Noor Bakker"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    contexts = []

    def open_page(path: str = "/leads/", width: int = 1440):
        context = new_page(browser, live_server.url, width=width, height=900)
        contexts.append(context)
        page = context.__enter__()
        page.context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": live_server.url}]
        )
        page.goto(path)
        page.wait_for_function("() => document.documentElement.classList.contains('js')")
        return page

    yield open_page
    for context in contexts:
        context.__exit__(None, None, None)


def counted(page, words):
    page.wait_for_function(
        "words => document.getElementById('palette-count').innerText === words", arg=words
    )


def is_open(page):
    return page.evaluate("document.getElementById('palette').open")


def chosen(page):
    """The row that a screen reader is told of: the field names it, and it is marked."""
    return page.evaluate(
        """() => {
          const field = document.activeElement;
          const row = document.getElementById(field.getAttribute("aria-activedescendant"));
          return row?.getAttribute("aria-selected") === "true" && row.innerText.split("\\n")[0];
        }"""
    )


def test_a_plate_typed_in_one_go_opens_its_customer(opens, lead):
    page = opens()

    page.keyboard.press("Control+k")
    page.keyboard.type("7TKL82")
    page.keyboard.press("Enter")  # before anything has come

    page.wait_for_url(f"**/klanten/{lead.customer_id}/")


def test_the_arrows_move_the_choice_and_the_count_is_said(opens, lead):
    page = opens()
    page.keyboard.press("/")
    page.wait_for_selector("#palette [role=option]")

    page.keyboard.type("de boer")
    counted(page, "2 resultaten")
    assert chosen(page) == "de Boer, Sander"
    page.keyboard.press("ArrowDown")
    assert chosen(page) == f"#{lead.pk} de Boer, Sander"
    page.keyboard.press("ArrowDown")
    assert chosen(page) == "de Boer, Sander"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/leads/{lead.pk}/")


def test_escape_gives_the_focus_back_and_leaves_nothing_behind(opens):
    page = opens()
    page.focus("#id_search")

    page.keyboard.press("Control+k")
    page.keyboard.type("de boer")
    counted(page, "2 resultaten")
    page.keyboard.press("Escape")

    page.wait_for_function("() => !document.getElementById('palette').open")
    assert page.evaluate("document.activeElement.id") == "id_search"
    assert "Boer" not in page.inner_html("#palette")
    assert page.input_value("#palette-q") == ""
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "oer" not in kept


def test_a_slash_in_a_field_is_only_typed(opens):
    page = opens()
    page.focus("#id_search")

    page.keyboard.press("/")

    assert page.input_value("#id_search") == "/"
    assert not is_open(page)


def test_with_single_keys_off_ctrl_k_still_works_and_a_slash_does_not(opens):
    page = opens()
    page.keyboard.press("?")
    page.uncheck("[data-keys-on]")
    page.keyboard.press("Escape")

    page.keyboard.press("/")
    assert not is_open(page)
    page.keyboard.press("Control+k")
    assert is_open(page)


def test_what_the_screen_can_do_is_a_command_with_its_key(opens):
    page = opens("/bellen/")
    page.keyboard.press("Control+k")

    page.keyboard.type("volgende")
    counted(page, "1 resultaat")
    assert page.inner_text("#palette .palette-keys").split() == ["n"]
    page.keyboard.press("Enter")

    page.wait_for_selector("#who")
    assert not is_open(page)


def test_enter_in_an_empty_palette_does_nothing(opens):
    page = opens("/bellen/")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette [role=option]")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)

    assert is_open(page)
    assert not chosen(page)
    page.keyboard.press("ArrowDown")
    assert chosen(page) == "Volgende klant"


def test_a_command_that_is_sent_works_from_another_page(opens):
    page = opens()
    page.keyboard.press("Control+k")
    page.keyboard.type("volgende klant")
    page.keyboard.press("Enter")

    page.wait_for_url("**/bellen/")
    page.wait_for_selector("#who")


def test_nothing_found_is_said_and_enter_stays(opens):
    page = opens()
    page.keyboard.press("Control+k")
    page.keyboard.type("zzzz")
    counted(page, "Niets gevonden")
    page.keyboard.press("Enter")

    assert is_open(page)
    assert page.get_attribute("#palette-q", "aria-expanded") == "false"


def test_no_connection_is_said_in_the_palette(opens):
    page = opens()
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette [role=option]")
    page.context.set_offline(True)
    page.keyboard.type("de boer")

    page.wait_for_selector("#palette-count .message.tone-late")


def test_g_shows_where_one_can_go_and_the_letter_goes_there(opens):
    page = opens()

    page.keyboard.press("g")
    assert "Bellen" in page.inner_text("#go-menu")
    page.keyboard.press("Escape")
    assert page.inner_text("#go-menu") == ""
    page.keyboard.press("g")
    page.keyboard.press("b")

    page.wait_for_url("**/bellen/")


def test_the_key_sheet_holds_the_keys_of_this_screen_and_of_every_page(opens):
    page = opens("/bellen/")
    page.keyboard.press("?")

    sheet = page.inner_text("#keys")

    assert "Volgende klant" in sheet
    assert "Zoek of geef een opdracht" in sheet
    assert "Bellen" in sheet


def test_without_javascript_the_header_holds_a_search_form(browser, client, lead, live_server):
    client.force_login(create_agent(lead.dealership))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = context.new_page()
    page.goto("/leads/")

    page.fill("header input[name=q]", "0612345678")
    page.press("header input[name=q]", "Enter")

    assert page.url.endswith("/zoeken/?q=0612345678")
    assert "de Boer, Sander" in page.inner_text("main")
    context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1366), ("dark", 360)])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(opens, scheme, width):
    page = opens("/zoeken/?q=boer", width)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert violations(page) == []
    page.click("[data-opens-palette]")
    page.keyboard.type("boer")
    counted(page, "2 resultaten")

    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def violations(page):
    return page.evaluate(
        """rules => axe.run({runOnly: rules}).then(
          found => found.violations.map(one => [one.id, one.nodes.map(node => node.html)]))""",
        RULES,
    )


def test_a_page_of_the_entrance_works_without_it(opens):
    page = opens()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    page.goto("/accounts/password/reset/")
    page.wait_for_function("() => document.documentElement.classList.contains('js')")
    page.keyboard.press("Control+k")

    assert not is_open(page)
    assert errors == []
