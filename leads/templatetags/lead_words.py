"""How the interface writes telephone numbers and number plates."""

from django import template

from leads.formats import phones, plates

register = template.Library()


@register.filter
def phone(number: str | None) -> str:
    """06 12345678 for +31612345678."""
    return phones.national(number) if number else ""


@register.filter
def plate(letters: str | None) -> str:
    """7-TKL-82 for 7TKL82."""
    return plates.printed_plate(plates.normalise_plate(letters)) if letters else ""
