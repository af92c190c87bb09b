"""How the interface writes icons, times, money and shares; Dutch and English alike."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from uuid import uuid4

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent
from django import template
from django.forms.boundfield import BoundField, BoundWidget
from django.forms.widgets import CheckboxInput, Select
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from bdc import clock
from bdc.repeating import ACTION_ID
from bdc.shortcuts import EVERYWHERE, Shortcut, key_of

register = template.Library()

SPRITE = "vendor/tabler-icons/sprite.svg"
Number = int | float | Decimal


def _locale() -> str:
    return "en_GB" if get_language() == "en" else "nl"


@register.simple_tag
@cache
def icon(name: str, size: str = "") -> SafeString:
    """Draw an icon of the sprite; it is silent, so words stand beside it or in aria-label."""
    return format_html(
        '<svg class="icon{}" width="20" height="20" aria-hidden="true" focusable="false">'
        '<use href="{}#{}"/></svg>',
        f" icon-{size}" if size else "",
        static(SPRITE),
        name,
    )


@register.simple_tag
def shortcuts() -> tuple[Shortcut, ...]:
    """The keys of every page, for the key sheet; the listener reads them there."""
    return EVERYWHERE


@register.simple_tag
def shortcut(name: str) -> str:
    """The key that goes by this name."""
    return key_of(name)


@register.simple_tag
def sent_once() -> SafeString:
    """The id of what a form does, by which it is done once however often it is sent."""
    return format_html('<input type="hidden" name="{}" value="{}">', ACTION_ID, uuid4())


@register.filter
def initials(name: str) -> str:
    """Sander de Boer: SB."""
    words = [word for word in str(name).replace("@", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


# --- Messages and fields --------------------------------------------------------------

# The words of a tone, and the levels of Django's messages in the same tones.
TONES = {
    "success": "goal",
    "warning": "wait",
    "error": "late",
    "debug": "info",
    "goal": "goal",
    "wait": "wait",
    "late": "late",
}
ICONS = {"goal": "circle-check", "wait": "alert-circle", "late": "alert-triangle"}


@register.filter
def message_tone(level: str) -> str:
    return TONES.get(level, "info")


@register.filter
def message_icon(level: str) -> str:
    return ICONS.get(message_tone(level), "info-circle")


@register.filter
def is_checkbox(field: BoundField) -> bool:
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def choice_control(choice: BoundWidget) -> SafeString:
    """One radio button or checkbox of a field with choices."""
    choice.data["attrs"]["class"] = "form-check-input"
    return choice.tag()


@register.filter
def control(field: BoundField) -> SafeString:
    """The control of a field, in the classes that the style sheet knows."""
    widget = field.field.widget
    kind = "form-control"
    if isinstance(widget, CheckboxInput):
        kind = "form-check-input"
    elif isinstance(widget, Select):
        kind = "form-select"
    classes = [kind, widget.attrs.get("class", ""), "is-invalid" if field.errors else ""]
    return field.as_widget(attrs={"class": " ".join(filter(None, classes))})


# --- Times ----------------------------------------------------------------------------


@register.simple_tag
def clock_now() -> str:
    """The application's time, for the clocks that run in the browser."""
    return clock.now().isoformat()


def _is_this_year(value: date) -> bool:
    return value.year == timezone.localtime(clock.now()).year


@register.simple_tag
def moment_now() -> str:
    """The moment at which a page was drawn, as people write it."""
    return str(moment(timezone.localtime(clock.now())))


@register.filter(expects_localtime=True)
def moment(value: datetime | None) -> str:
    """do 26 nov 17:30; with the year when it is another one."""
    if not value:
        return ""
    pattern = "EEE d MMM HH:mm" if _is_this_year(value) else "EEE d MMM y HH:mm"
    return str(format_datetime(value, pattern, locale=_locale()))


@register.filter(expects_localtime=True)
def day(value: date | None) -> str:
    """do 26 nov; with the year when it is another one."""
    if not value:
        return ""
    pattern = "EEE d MMM" if _is_this_year(value) else "EEE d MMM y"
    return str(format_date(value, pattern, locale=_locale()))


@register.filter(expects_localtime=True)
def long_day(value: date | None) -> str:
    """zondag 22 november 2026."""
    return str(format_date(value, "full", locale=_locale())) if value else ""


@register.filter(name="clock", expects_localtime=True)
def clock_time(value: datetime | None) -> str:
    """17:30."""
    return f"{value:%H:%M}" if value else ""


@register.filter
def ago(value: datetime | None) -> str:
    """3 minuten geleden, over 2 uur; put it in <time data-ago> and it stays true."""
    if not value:
        return ""
    return str(
        format_timedelta(
            value - clock.now(), add_direction=True, granularity="minute", locale=_locale()
        )
    )


@register.filter
def countdown(value: datetime | None) -> str:
    """1:47 until `value` and below zero when it has passed; hours as 3:05:00."""
    if not value:
        return ""
    seconds = int((value - clock.now()).total_seconds())
    minutes, rest = divmod(abs(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    return f"\N{MINUS SIGN}{text}" if seconds < 0 else text


@register.filter
def is_past(value: datetime | None) -> bool:
    return value is not None and value < clock.now()


# --- Figures --------------------------------------------------------------------------


@register.filter
def number(value: Number | None) -> str:
    """10.240."""
    return "" if value is None else str(format_decimal(value, locale=_locale()))


@register.filter
def money(value: Number | None) -> str:
    """€ 1.234,50."""
    return "" if value is None else str(format_currency(value, "EUR", locale=_locale()))


@register.filter
def euros(value: Number | None) -> str:
    """€ 1.380: rounded, for tables."""
    if value is None:
        return ""
    spaced = "¤#,##0" if _locale() == "en_GB" else "¤\N{NO-BREAK SPACE}#,##0"
    return str(
        format_currency(round(value), "EUR", spaced, locale=_locale(), currency_digits=False)
    )


@register.filter
def percent(value: Number | None) -> str:
    """33,7% of a share such as 0.337; a dash when there is nothing to divide by."""
    if value is None:
        return "\N{EN DASH}"
    return str(format_percent(value, "#,##0.#%", locale=_locale()))


@register.filter
def width(value: Number | None, whole: Number | None = 1) -> str:
    """The length of a bar in a drawing, as a part of `whole`: 33.7%, never past 100%."""
    if not value or not whole:
        return "0%"
    return f"{min(100.0, max(0.0, 100 * float(value) / float(whole))):.2f}%"
