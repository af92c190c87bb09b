"""Pages that do nothing but try the frame: what it does with keys, forms and bad answers."""

import time
from collections import Counter
from types import SimpleNamespace

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import engines
from django.urls import include, path
from django.views.i18n import set_language

POLLED = """<div id="polled" hx-get="/poll/" hx-trigger="refresh, page-shown from:body"
     hx-swap="morph:outerHTML" data-poll="0">
  <span>{{ times|default:0 }}</span> <label>Zoek <input></label>
</div>"""
TRIED = (
    """{% extends "base.html" %}{% load shell %}
{% block title %}Proef{% endblock %}
{% block main %}
<h1>Proef</h1>
<form method="post" action="/count/" hx-post="/count/" hx-target="#counted" hx-swap="outerHTML"
      data-once>{% csrf_token %}
  <button id="count" class="btn" data-key="1">Tel <kbd>1</kbd></button>
</form>
<p id="counted">0</p>
<form method="post" action="/count/" data-once>{% csrf_token %}
  <button id="plain" class="btn">Gewoon tellen</button></form>
{% for code in codes %}
  <button class="btn" id="answer-{{ code }}" hx-post="/answer/{{ code }}/">{{ code }}</button>
{% endfor %}
<button class="btn" id="signed-out" hx-post="/signed-out/">Afgemeld</button>
<div id="form">
  <button class="btn" id="invalid" hx-post="/invalid/" hx-target="#form">Fout</button>
</div>
<label for="typed">Notitie</label> <input class="form-control" id="typed">
<section class="card" data-key-scope hidden id="panel">
  <button class="btn" data-key="2" id="two">Twee</button>
  <button class="btn" data-escape>Dicht</button>
</section>
<ul class="list"><li><a class="row-link" href="#a" id="a">Aarts</a></li>
  <li><a class="row-link" href="#b" id="b">Bakker</a></li></ul>
"""
    + POLLED
    + "{% endblock %}"
)
FORM = "{% load crispy_forms_tags %}<form>{{ form|crispy }}</form>"

PERSON = SimpleNamespace(is_authenticated=True, name="Noor van Dijk", email="noor@noord.example")

asked: Counter[str] = Counter()


class PhoneForm(forms.Form):
    phone = forms.CharField(label="Telefoonnummer")


def drawn(request: HttpRequest, source: str, status: int = 200, **context: object) -> HttpResponse:
    template = engines["django"].from_string(source)
    return HttpResponse(template.render(context, request), status=status)


@login_not_required
def tried(request: HttpRequest) -> HttpResponse:
    return drawn(request, TRIED, user=PERSON, codes=[403, 404, 409, 429, 500])


@login_not_required
def count(request: HttpRequest) -> HttpResponse:
    asked["counted"] += request.method == "POST"
    time.sleep(0.2)  # long enough for a second press
    return drawn(request, '<p id="counted">{{ times }}</p>', times=asked["counted"])


@login_not_required
def poll(request: HttpRequest) -> HttpResponse:
    asked["polled"] += 1
    return drawn(request, POLLED, times=asked["polled"])


@login_not_required
def answer(request: HttpRequest, code: int) -> HttpResponse:
    return HttpResponse("<p>Zin van de server.</p>", status=code)


@login_not_required
def signed_out(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect("/accounts/login/?next=/")


@login_not_required
def invalid(request: HttpRequest) -> HttpResponse:
    return drawn(request, FORM, status=422, form=PhoneForm({}))


@login_not_required
def search(request: HttpRequest) -> HttpResponse:
    asked["looked up"] += 1
    return HttpResponse()


urlpatterns = [
    path("", tried),
    path("", include(([path("zoeken/", search, name="search")], "leads"))),
    path("count/", count),
    path("poll/", poll),
    path("answer/<int:code>/", answer),
    path("signed-out/", signed_out),
    path("invalid/", invalid),
    path("accounts/", include("allauth.urls")),
    path("", include("dealers.urls")),
    path("language/", login_not_required(set_language), name="set_language"),
]
