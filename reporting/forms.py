"""What is asked of the figures, read from an address: the same for the page and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import Sentence
from dealers.domain.access import dealerships_visible_to
from dealers.models import Dealership
from leads.models import Campaign, Kind, Queue
from reporting.domain.asking import (
    By,
    Question,
    ask,
    campaigns_reported_to,
    dealerships_reported_to,
    salespeople_reported_to,
)
from reporting.domain.periods import Period, Span, period_between, period_of

NOT_SEEN = "not_found"
YES, NO = ("true", "1"), ("false", "0")
Named = TypeVar("Named", Dealership, User)


class OneOf(forms.ChoiceField):
    """A word of a fixed list; what is left out is the default."""

    def __init__(self, words: list[str], *, default: str = "") -> None:
        problem = format_lazy(_("Choose one of: {words}."), words=", ".join(words))
        super().__init__(
            choices=[(word, word) for word in words],
            required=False,
            error_messages={"invalid_choice": problem},
        )
        self.default = default

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).lower()

    def clean(self, value: Any) -> str:
        return super().clean(value) or self.default


class Day(forms.DateField):
    """A day, written as 2026-11-24."""

    def __init__(self) -> None:
        problem = _("Write the day as 2026-11-24, between 1900 and 2199.")
        super().__init__(
            required=False,
            input_formats=["%Y-%m-%d"],
            validators=[
                MinValueValidator(date(1900, 1, 1), problem),
                MaxValueValidator(date(2199, 12, 31), problem),
            ],
            error_messages={"invalid": problem},
        )


class FiguresForm(forms.Form):
    """Reads a question; `unseen` is the field that names what the asker may not see."""

    period = OneOf(Span.values, default=Span.WEEK)
    dealership = forms.CharField(required=False)
    salesperson = forms.CharField(required=False)
    queue = OneOf(Queue.values)
    campaign = forms.CharField(required=False)
    kind = OneOf(Kind.values, default=Kind.ACTIVE)
    by = OneOf(By.values, default=By.RECEIVED)
    net = OneOf([*YES, *NO], default=YES[0])

    def __init__(self, *args: Any, user: User, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.today = today
        self.fields["from"] = Day()
        self.fields["to"] = Day()

    @property
    def unseen(self) -> str:
        for field, problems in self.errors.as_data().items():
            if any(problem.code == NOT_SEEN for problem in problems):
                return field
        return ""

    @property
    def span(self) -> str:
        """The name of the period; empty when its days are given."""
        asked = self.cleaned_data
        return "" if asked["from"] or asked["to"] else asked["period"]

    def question(self) -> Question:
        """Return what is asked; raises NotAllowed when the asker's roles do not include it."""
        asked = self.cleaned_data
        return ask(
            self.user,
            period=self._period(),
            by=By(asked["by"]),
            kind=Kind(asked["kind"]),
            net=asked["net"] in YES,
            dealership=asked["dealership"],
            salesperson=asked["salesperson"],
            queue=asked["queue"],
            campaigns=asked["campaign"],
        )

    def clean_dealership(self) -> Dealership | None:
        slug = self.cleaned_data["dealership"]
        return _first(dealerships_visible_to(self.user).filter(slug=slug)) if slug else None

    def clean_salesperson(self) -> User | None:
        email = self.cleaned_data["salesperson"].lower()
        return _first(salespeople_reported_to(self.user).filter(email=email)) if email else None

    def clean_campaign(self) -> tuple[Campaign, ...] | None:
        """Groups name their own campaigns, so a team lead may mean more than one."""
        slug = self.cleaned_data["campaign"]
        if not slug:
            return None
        campaigns = tuple(campaigns_reported_to(self.user).filter(slug=slug))
        if not campaigns:
            raise _not_seen()
        return campaigns

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        first, last = asked.get("from"), asked.get("to")
        if first and last and last < first:
            problem = _("The last day lies before the first. Choose a later one.")
            self.add_error("to", ValidationError(problem, code="before_the_first"))
        return asked

    def _period(self) -> Period:
        asked = self.cleaned_data
        if self.span:
            return period_of(self.span, today=self.today)
        return period_between(asked["from"], asked["to"], today=self.today)


class FiguresFilter(FiguresForm):
    """The same question, asked with lists to choose from."""

    SHOWN = ("dealership", "salesperson", "campaign")
    # Fold away until they are used.
    FOLDED = ("by", "from", "to")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dealerships = dealerships_reported_to(self.user).values_list("slug", "name")
        self._offer("dealership", _("Dealership"), [("", _("All dealerships")), *dealerships])
        people = salespeople_reported_to(self.user).values_list("email", "name")
        self._offer("salesperson", _("Salesperson"), [("", _("All salespeople")), *people])
        campaigns = campaigns_reported_to(self.user).values_list("slug", "name")
        self._offer("campaign", _("Campaign"), [("", _("All campaigns")), *campaigns])
        self._offer("by", _("Count"), By.choices)
        for name, label in (("from", _("First day")), ("to", _("Last day"))):
            self.fields[name].label = label
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    @property
    def shown(self) -> list[forms.BoundField]:
        """The lists with more to choose than all of one."""
        all_of_one = 2
        lists = {name: self.fields[name].widget for name in self.SHOWN}
        return [
            self[name]
            for name, widget in lists.items()
            if isinstance(widget, forms.Select) and len(list(widget.choices)) > all_of_one
        ]

    @property
    def folded(self) -> list[forms.BoundField]:
        return [self[name] for name in self.FOLDED]

    @property
    def unfolds(self) -> bool:
        """Whether something is asked that would be folded away."""
        return any(self.data.get(name) not in (None, "", By.RECEIVED) for name in self.FOLDED)

    def _offer(self, name: str, label: Sentence, choices: Sequence[tuple[str, Sentence]]) -> None:
        self.fields[name].label = str(label)
        self.fields[name].widget = forms.Select(choices=choices)


def _first(named: QuerySet[Named]) -> Named:
    found = named.first()
    if found is None:
        raise _not_seen()
    return found


def _not_seen() -> ValidationError:
    return ValidationError(_("There is nothing here that you may see."), code=NOT_SEEN)
