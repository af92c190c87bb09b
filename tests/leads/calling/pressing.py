"""Buttons of the work screen as a browser presses them, with and without htmx."""

from __future__ import annotations

import re

from django.urls import reverse

from leads.models import (
    Event,
)

HTMX = {"HX-Request": "true"}


def url(name, *args):
    return reverse(f"leads:calling-{name}" if name else "leads:calling", args=args)


def seen(lead):
    return Event.objects.filter(lead=lead).order_by("-pk").values_list("pk", flat=True)[0]


def send(client, name, lead, htmx=True, **typed):
    """Press a button of the screen as it was drawn for `lead`."""
    typed = {"seen": seen(lead), **typed}
    # To undo is pressed in the bar below, everything else in the form of the customer.
    headers = {**HTMX, **({"HX-Target": "call"} if name != "undo" else {})} if htmx else {}
    return client.post(url(name, lead.pk), typed, headers=headers)


def text_of(response):
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(words.split())
