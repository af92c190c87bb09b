"""How the interface writes what is counted and how long somebody waited."""

from django import template

from reporting import wording

register = template.Library()
register.filter("segment_label", wording.segment_label)
register.filter("minutes", wording.minutes)
