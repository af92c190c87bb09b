"""The frame of the pages and the parts that they are made of."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.template import Context, Engine
from django.template.loader import get_template
from django.utils import translation

from bdc import clock
from bdc.errors import FieldProblem, RuleBroken

TEMPLATES = settings.BASE_DIR / "templates"
FILES = sorted(TEMPLATES.rglob("*.html"))
SPRITE = settings.BASE_DIR / "static" / "vendor" / "tabler-icons" / "sprite.svg"
ICONS_THERE = set(re.findall(r'<symbol id="([\w-]+)"', SPRITE.read_text(encoding="utf-8")))
OF_ITS_OWN = re.compile(r"style|on[a-z]+|hx-on.*")
PERSON = SimpleNamespace(is_authenticated=True, name="Noor van Dijk", email="agent@noord.example")


def named(path):
    return path.relative_to(TEMPLATES).as_posix()


class CallBackForm(forms.Form):
    phone = forms.CharField(label="Telefoonnummer", help_text="Bijvoorbeeld 06 12345678.")
    part = forms.ChoiceField(
        label="Dagdeel", choices=[("m", "ochtend"), ("a", "middag")], widget=forms.RadioSelect
    )
    kind = forms.ChoiceField(label="Soort", choices=[("a", "APK")], required=False)
    by_mail = forms.BooleanField(label="Per e-mail", required=False)


EVERYTHING = """{% extends "base.html" %}{% load shell lead_words crispy_forms_tags %}
{% block title %}Proef{% endblock %}
{% block status %}<span class="part">41/110</span>{% endblock %}
{% block main %}
<form method="post" data-once>{{ form|crispy }}</form>
{% include "parts/_badge.html" with tone="wait" icon="phone-off" text="Niet bereikt" %}
{% include "parts/_empty.html" with icon="phone" title="Leeg" url="/" action="Verder" %}
{% with action_key="z" action_label="Terug" action_url="/" %}
{% include "parts/_message.html" with text="Klaar." tone="goal" %}{% endwith %}
{% include "parts/_problem.html" %}
{% include "parts/_pager.html" with previous_url="?a" next_url="?b" %}
<fieldset>
{% include "parts/_reason.html" with code="BDC-06" label="Op" problem="Nog 3." key=1 only %}
{% include "parts/_reason.html" with code="BDC-09" label="Gekocht" next="Sneller" key=2 only %}
</fieldset>
{% include "parts/_timeline.html" %}
{% include "parts/_bullet.html" with label="MAP" value=0.337 target=0.36 scale=0.6 beside="31/92" %}
{% include "parts/_funnel.html" with caption="Trechter" %}
{% include "parts/_countdown.html" with due=due %}
{% include "parts/_phone.html" with number="+31612345678" large=True %}
{% include "parts/_phone.html" with number=None %}
{% endblock %}"""


def context(**more):
    now = clock.now()
    problem = RuleBroken("attempts_left", "Nog 3.", FieldProblem("attempts", "few", "Bel nog 3x."))
    return {
        "navigation": [
            SimpleNamespace(
                label=f"Blad {n}", url=f"/{n}/", icon="phone", count=n, active=n == 1, key="b"
            )
            for n in range(6)
        ],
        "user": PERSON,
        "demo_clock": now,
        "csrf_token": "geheim",
        "messages": [Message(constants.ERROR, "Net geboekt.")],
        "form": CallBackForm(),
        "problem": problem,
        "due": now + timedelta(seconds=107),
        "entries": [SimpleNamespace(at=now, by=None, text="Binnen.", note="<b>hond</b>")],
        "steps": [
            SimpleNamespace(label="Leads", count=92, share=1),
            SimpleNamespace(label="Afspraak", count=31, share=0.337, target=0.36),
        ],
        **more,
    }


def rendered(source=EVERYTHING, **more):
    template = Engine.get_default().from_string(source)
    return template.render(Context(context(**more)))


class Page(HTMLParser):
    """The elements of a page, each as its name and attributes."""

    def __init__(self, html):
        super().__init__()
        self.elements = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def all(self, tag, **wanted):
        return [
            attrs
            for name, attrs in self.elements
            if name == tag and all(attrs.get(key) == value for key, value in wanted.items())
        ]


# --- What the browser's rules forbid ---------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=named)
def test_no_template_holds_script_style_or_handlers_of_its_own(path):
    for tag, attrs in Page(path.read_text(encoding="utf-8")).elements:
        assert tag != "style"
        assert tag != "script" or "src" in attrs
        assert [name for name in attrs if OF_ITS_OWN.fullmatch(name) and attrs[name]] == []


def test_the_whole_page_holds_none_either():
    for tag, attrs in Page(rendered()).elements:
        assert tag != "style"
        assert tag != "script" or attrs["src"].startswith("/static/")
        assert [name for name in attrs if OF_ITS_OWN.fullmatch(name)] == []


def test_every_icon_that_a_template_names_is_in_the_sprite():
    named_icons = {
        icon
        for path in FILES
        for icon in re.findall(
            r'(?:\{% icon|icon=|icon\|default:) ?"([\w-]+)"', path.read_text(encoding="utf-8")
        )
    }

    assert {"phone", "inbox"} <= named_icons
    assert named_icons - ICONS_THERE == set()


@pytest.mark.parametrize("path", sorted((TEMPLATES / "parts").iterdir()), ids=named)
def test_every_part_says_at_its_top_how_it_is_used(path):
    assert path.read_text(encoding="utf-8").startswith("{% comment %}")


# --- The frame --------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_says_its_language(language):
    with translation.override(language):
        assert Page(rendered()).all("html")[0]["lang"] == language


def test_ids_are_given_once():
    ids = [attrs["id"] for _tag, attrs in Page(rendered()).elements if "id" in attrs]

    assert len(ids) == len(set(ids))


def test_the_skip_link_leads_to_the_content():
    page = Page(rendered())

    assert page.all("a", **{"class": "skip"})[0]["href"] == "#main"
    assert len(page.all("main", id="main")) == 1


def test_the_place_for_messages_is_there_with_and_without_a_message():
    for messages in ([], [Message(constants.SUCCESS, "Opgeslagen.")]):
        html = rendered(messages=messages)
        assert len(Page(html).all("div", id="messages", role="status")) == 1
        assert html.count("Opgeslagen.") == len(messages)


def test_every_change_by_htmx_carries_the_csrf_token():
    assert Page(rendered()).all("body")[0]["hx-headers"] == '{"X-CSRFToken": "geheim"}'


def test_the_menu_marks_the_page_that_is_open_in_header_and_tab_bar():
    page = Page(rendered())

    current = [attrs["href"] for attrs in page.all("a") if attrs.get("aria-current") == "page"]
    assert current == ["/1/", "/1/"]


def test_a_phone_has_four_tabs_and_the_rest_under_more():
    tabs = [attrs["href"] for attrs in Page(rendered()).all("a", **{"class": "tab"})]

    assert tabs == ["/0/", "/1/", "/2/", "/3/"]


def test_a_visitor_gets_no_menu_and_no_sign_out():
    stranger = SimpleNamespace(is_authenticated=False)

    page = Page(rendered(user=stranger, navigation=[]))

    assert page.all("nav", **{"class": "nav-main"}) == []
    assert page.all("form", action="/accounts/logout/") == []


def test_the_title_says_that_a_form_has_errors():
    form = CallBackForm({"phone": ""})

    with translation.override("en"):
        assert "<title>Error: Proef · Spits</title>" in rendered(form=form)
        assert "<title>Proef · Spits</title>" in rendered()


def test_the_chosen_theme_is_drawn_by_the_server():
    chosen = SimpleNamespace(COOKIES={"spits_theme": "dark"}, get_full_path=lambda: "/leads/")
    forged = SimpleNamespace(COOKIES={"spits_theme": '"><b>'}, get_full_path=lambda: "/leads/")

    assert Page(rendered(request=chosen)).all("html")[0]["data-bs-theme"] == "dark"
    assert "data-bs-theme" not in Page(rendered(request=forged)).all("html")[0]


def test_the_banner_shows_only_in_a_demo():
    assert 'class="banner"' in rendered()
    assert 'class="banner"' not in rendered(demo_clock=None)


# --- Parts ------------------------------------------------------------------------------


def test_errors_stand_on_top_and_beside_the_field_and_lead_to_it():
    page = Page(rendered(form=CallBackForm({"phone": ""})))

    assert len(page.all("div", **{"class": "error-summary"})) == 1
    assert len(page.all("a", href="#id_phone")) == 1
    field = page.all("input", id="id_phone")[0]
    assert field["class"] == "form-control is-invalid"
    described = field["aria-describedby"].split()
    assert described == ["id_phone_helptext", "id_phone_error"]
    assert all(page.all("div", id=name) for name in described)


def test_a_locked_reason_cannot_be_chosen_and_has_no_key():
    page = Page(rendered())

    locked = page.all("input", value="BDC-06")[0]
    free = page.all("input", value="BDC-09")[0]
    assert ("disabled" in locked, "data-key" in locked) == (True, False)
    assert ("disabled" in free, free["data-key"]) == (False, "2")


def test_a_bullet_says_in_words_what_it_draws():
    with translation.override("en"):
        drawing = Page(rendered()).all("svg", role="img")[0]

    assert drawing["aria-label"] == "MAP 33.7%, target 36%"


def test_a_bar_is_as_long_as_its_share_whatever_the_language():
    with translation.override("nl"):
        assert Page(rendered()).all("rect", **{"class": "funnel-bar"})[1]["width"] == "33.70%"


def test_what_people_wrote_is_shown_as_text():
    assert "&lt;b&gt;hond&lt;/b&gt;" in rendered()


def test_a_phone_number_calls_when_pressed():
    assert len(Page(rendered()).all("a", href="tel:+31612345678")) == 1


def test_a_clock_that_ran_out_is_late_without_a_script():
    html = rendered(
        '{% include "parts/_countdown.html" %}', due=clock.now() - timedelta(seconds=25)
    )

    assert "tone-late" in html
    assert "\N{MINUS SIGN}0:2" in html


# --- Pages for mishaps --------------------------------------------------------------------


@pytest.mark.parametrize("code", ["500", "503"])
def test_the_page_for_our_own_failure_needs_nothing(code):
    html = get_template(f"{code}.html").template.render(Context())

    assert Page(html).all("a", href="/") != []


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "409", "429"])
def test_the_other_mishaps_stand_in_the_frame_and_show_a_way_on(code):
    template = Engine.get_default().get_template(f"{code}.html")

    page = Page(template.render(Context(context(form=None))))

    assert len(page.all("main", id="main")) == 1
    assert "/" in [attrs["href"] for attrs in page.all("a", **{"class": "btn btn-primary"})]


@pytest.mark.parametrize("code", ["403", "409"])
def test_htmx_gets_only_the_sentence(code):
    part = get_template(f"{code}.html#message")

    html = part.render({"problem": RuleBroken("no", "Nog 3 belpogingen.")})

    assert "Nog 3 belpogingen." in html
    assert "<main" not in html
