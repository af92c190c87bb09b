"""How the interface writes what is counted and how long somebody waited."""

from django import forms, template

from reporting import wording

register = template.Library()
register.filter("segment_label", wording.segment_label)
register.filter("minutes", wording.minutes)


@register.filter
def chosen(field: forms.BoundField) -> str:
    """What is chosen in a list, in words: all dealerships."""
    widget = field.field.widget
    choices = dict(widget.choices) if isinstance(widget, forms.Select) else {}
    return str(choices.get(field.value() or "", next(iter(choices.values()), "")))
