"""The frame in a real browser: keys, forms sent once, bad answers, themes, and what axe finds."""

import json
import secrets
import string

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread

from tests import shell_pages
from tests.browser import new_page

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.shell_pages")]
AXE = settings.BASE_DIR / "tests" / "vendor" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def address():
    """A server of the pages to try; they need no database, so that no test waits for one."""
    server = LiveServerThread("127.0.0.1", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()


@pytest.fixture
def page(browser, address):
    shell_pages.asked.clear()
    with new_page(browser, address) as page:
        page.goto("/")
        page.wait_for_function("() => document.documentElement.classList.contains('js')")
        yield page


def message(page, words):
    page.wait_for_function(
        "words => document.getElementById('messages').innerText.includes(words)", arg=words
    )


def quiet(page):
    """Wait until nothing is under way and keys work again after a change."""
    page.wait_for_timeout(700)


def test_a_form_pressed_three_times_is_sent_once(page):
    page.evaluate("for (const press of [1, 2, 3]) document.getElementById('count').click()")
    quiet(page)

    assert page.inner_text("#counted") == "1"


def test_so_is_one_without_htmx(page):
    page.evaluate(
        """() => {
          const button = document.getElementById("plain");
          button.click();
          setTimeout(() => button.click(), 50);  // the first is with the server by now
        }"""
    )
    page.wait_for_url("**/count/")
    quiet(page)

    assert shell_pages.asked["counted"] == 1


def test_a_key_presses_its_button_and_a_held_key_does_so_once(page):
    for _repeat in range(15):
        page.keyboard.down("1")
        page.wait_for_timeout(100)
    page.keyboard.up("1")
    quiet(page)

    assert page.inner_text("#counted") == "1"


def test_a_character_in_a_field_is_only_typed(page):
    page.focus("#typed")
    page.keyboard.press("1")
    quiet(page)

    assert page.input_value("#typed") == "1"
    assert page.inner_text("#counted") == "0"


def test_keys_can_be_switched_off(page):
    page.keyboard.press("?")
    page.uncheck("[data-keys-on]")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    quiet(page)

    assert page.inner_text("#counted") == "0"


def test_an_open_panel_has_the_keys_to_itself_until_escape(page):
    page.evaluate(
        """() => {
          const panel = document.getElementById("panel");
          panel.hidden = false;
          panel.querySelector("[data-escape]").onclick = () => (panel.hidden = true);
          const two = document.getElementById("two");
          two.onclick = () => (two.textContent = "gekozen");
        }"""
    )
    page.keyboard.press("1")
    page.keyboard.press("2")
    quiet(page)
    assert page.inner_text("#two") == "gekozen"
    assert page.inner_text("#counted") == "0"

    page.keyboard.press("Escape")
    page.keyboard.press("1")
    quiet(page)

    assert page.inner_text("#counted") == "1"


def test_j_and_k_walk_through_the_rows(page):
    walked = []
    for key in "jjjk":
        page.keyboard.press(key)
        walked.append(page.evaluate("document.activeElement.id"))

    assert walked == ["a", "b", "b", "a"]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (403, "said-refused"),
        (404, "said-gone"),
        (429, "said-too-often"),
        (500, "said-not-saved-number"),
    ],
)
def test_a_bad_answer_is_said_in_the_bar_below(page, code, sentence):
    words = page.evaluate(
        "id => document.getElementById(id).content.textContent.trim().split('#')[0]", arg=sentence
    )

    page.click(f"#answer-{code}")

    message(page, words)


def test_a_broken_rule_is_said_in_the_words_of_the_server(page):
    page.click("#answer-409")

    message(page, "Zin van de server.")


def test_who_is_signed_out_keeps_what_was_typed_and_can_sign_in(page):
    page.fill("#typed", "half gesprek")
    page.click("#signed-out")

    page.wait_for_selector("#sign-in[open]")
    page.keyboard.press("Escape")
    page.click("#messages button")
    page.wait_for_selector("#sign-in[open]")
    assert page.input_value("#typed") == "half gesprek"
    assert page.inner_text("#signed-out") == "Afgemeld"


def test_a_token_renewed_in_another_tab_is_used_here(page, address):
    fresh = "".join(secrets.choice(string.ascii_letters) for _ in range(32))
    page.context.add_cookies([{"name": settings.CSRF_COOKIE_NAME, "value": fresh, "url": address}])

    page.click("#count")
    quiet(page)

    assert page.inner_text("#counted") == "1"


def test_no_connection_is_said_until_there_is_one(page):
    page.context.set_offline(True)
    page.click("#count")
    page.wait_for_selector("#messages [data-said=offline]")

    page.context.set_offline(False)

    page.wait_for_selector("#messages [data-said=offline]", state="detached")


def test_a_form_with_errors_gets_focus_and_says_so_in_the_title(page):
    title = page.title()
    page.click("#invalid")
    page.wait_for_selector(".error-summary")
    quiet(page)

    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert page.title() != title
    assert page.title().endswith(title)


def test_what_is_polled_stands_still_while_somebody_types_in_it(page):
    page.wait_for_function("() => document.querySelector('#polled span').textContent > 1")

    page.fill("#polled input", "zoek")
    page.wait_for_timeout(300)
    polled = page.inner_text("#polled span")
    page.evaluate("document.body.dispatchEvent(new Event('page-shown'))")
    page.wait_for_timeout(1_200)  # it is looked each second what is due

    assert page.inner_text("#polled span") == polled
    assert page.input_value("#polled input") == "zoek"


def test_an_answer_that_comes_while_somebody_types_is_left(page):
    page.wait_for_function("() => document.querySelector('#polled span').textContent > 1")
    asked = []
    page.route("**/poll/", lambda route: asked.append(route))
    with page.expect_request("**/poll/"):
        page.evaluate("document.body.dispatchEvent(new Event('page-shown'))")

    page.fill("#polled input", "zoek")
    with page.expect_event("requestfinished"):
        asked[0].continue_()
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))")

    assert page.input_value("#polled input") == "zoek"


@pytest.mark.parametrize(("scheme", "width"), [("light", 1366), ("dark", 360), ("light", 320)])
@pytest.mark.parametrize("path", ["/", "/accounts/login/"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(browser, address, path, scheme, width):
    with new_page(browser, address, width=width, height=2000) as page:
        page.emulate_media(color_scheme=scheme)
        complaints = []
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else 0)
        page.on(
            "request",
            lambda sent: sent.url.startswith(address) or complaints.append(sent.url),
        )
        page.goto(path)

        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("rules => axe.run({runOnly: rules})", arg=RULES)["violations"]

        assert found == [], json.dumps(found, indent=1)
        assert complaints == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
