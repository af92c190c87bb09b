"""The demo as its users meet it: served, by browser and by API, with days that can be moved."""

from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from bdc.serve.welcome import PASSWORD
from tests.browser import new_page
from tests.serving import free_port, run_command, serving

PATIENCE = 60_000  # milliseconds, on a busy machine
SETTINGS = {"SPITS_LOG": "json", "EMAIL_URL": "dummymail://"}


class Demo:
    """A Spits with demo data. A later day comes as in real life: started again with its clock."""

    def __init__(self, browser: Browser, data_dir: Path, *, clock: str):
        self.browser = browser
        self.data_dir = data_dir
        self._port = free_port()
        self._tokens: dict[str, str] = {}
        self._running = ExitStack()
        self.start(clock)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self, clock: str):
        settings = {"SPITS_CLOCK": clock, **SETTINGS}
        self._running.enter_context(serving(self.data_dir, port=self._port, **settings))

    def stop(self):
        self._running.close()

    def move_to(self, clock: str, *pages: Page):
        """Let it be later; `pages` look away meanwhile, since nobody answers them."""
        for page in pages:
            page.goto("about:blank")
        self.stop()
        self.start(clock)

    def api(self, email: str) -> "Api":
        """The API as a program calls it with a token of that user."""
        if email not in self._tokens:
            self._tokens[email] = run_command(self.data_dir, "api_token", email).strip()
        headers = {"Authorization": f"Token {self._tokens[email]}", "Accept-Language": "en"}
        context = self.browser.new_context(base_url=self.address, extra_http_headers=headers)
        return Api(context.request)

    @contextmanager
    def signed_in(self, email: str, **size: int):
        """A page of somebody who signed in. In the end nothing went wrong in it unseen."""
        with new_page(self.browser, self.address, **size) as page:
            page.set_default_timeout(PATIENCE)
            complaints = complaints_of(page, self.address)
            page.goto("/accounts/login/")
            page.fill("[name=login]", email)
            page.fill("[name=password]", PASSWORD)
            page.get_by_role("button", name="Aanmelden").click()
            page.wait_for_url(lambda url: "/accounts/" not in url)
            yield page
            assert complaints == []


class Api:
    """Answers of the API under /api/v1/, checked for the status that is expected."""

    def __init__(self, requests):
        self._requests = requests

    def get(self, path: str, **query):
        return self._answer(self._requests.get(f"/api/v1/{path}", params=query), 200)

    def post(self, path: str, body, *, expect: int):
        return self._answer(self._requests.post(f"/api/v1/{path}", data=body), expect)

    def post_adf(self, document: str):
        answer = self._requests.post(
            "/api/v1/leads/adf/", data=document, headers={"Content-Type": "application/xml"}
        )
        return self._answer(answer, 201)

    def lead(self, pk: int):
        return self.get(f"leads/{pk}/")

    def _answer(self, answer, expected: int):
        assert answer.status == expected, answer.text()
        return answer.json()


def complaints_of(page: Page, address: str) -> list[str]:
    """Errors in the console and requests to anybody else, as they come."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on(
        "request",
        lambda sent: None if sent.url.startswith(address) else complaints.append(sent.url),
    )
    return complaints
