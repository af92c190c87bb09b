"""The ten invented customers, each of whom teaches one key.

They exist here alone. Their numbers cannot be dialled and their plates were never given out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.models import AppointmentKind, Interest, Result

THURSDAY = 3


class Did(StrEnum):
    """What ends the work on a customer, or lets him wait."""

    NO_ANSWER = Result.NO_ANSWER
    VOICEMAIL = Result.VOICEMAIL
    ENGAGED = Result.ENGAGED
    CALL_BACK = "call_back"
    CLOSED = "closed"
    OBJECTION = "objection"
    LET_GO = "let_go"


@dataclass(frozen=True)
class Fitting:
    """What fits a customer; None and False ask for nothing."""

    did: Did
    reason: str = ""  # the code of a close-out
    weekday: int | None = None
    clock: time | None = None
    is_undone_first: bool = False
    has_note: bool = False


@dataclass(frozen=True)
class PracticeCustomer:
    """Somebody who does not exist, with what is said to him and what he says."""

    first_name: str
    infix: str
    last_name: str
    city: str
    make: str
    model: str
    year: int
    why: Promise  # why we call
    opening: Promise  # what the agent says
    says: Promise  # what is heard
    key: str  # the key of the work screen that he teaches
    better: Promise  # which key fits, and why
    fitting: Fitting
    fewest_presses: int  # from the start of the call to the next customer
    interest: Interest = Interest.SERVICE
    attempts: int = 0
    visit: str = ""  # the kind of an appointment that stands already
    # Just after he was noted as not reached, until that is undone.
    twist: Promise | str = ""
    says_after: Promise | str = ""

    @property
    def surname(self) -> str:
        return " ".join(part for part in (self.infix, self.last_name) if part)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.surname}"


CUSTOMERS = (
    PracticeCustomer(
        first_name="Gijs",
        infix="van",
        last_name="Buiten",
        city="Ermelo",
        make="Škoda",
        model="Octavia",
        year=2019,
        why=_("The APK of his car ends soon."),
        opening=_("The APK of your Octavia ends soon. Shall I plan it right away?"),
        says=_("It rings eight times. Gijs walks the dog, or the dog walks Gijs. Nobody answers."),
        key="1",
        better=_(
            "Nobody answered and there was no voicemail: key 1. Spits plans the next attempt "
            "itself, at another part of the day."
        ),
        fitting=Fitting(Did.NO_ANSWER),
        fewest_presses=3,
    ),
    PracticeCustomer(
        first_name="Wil",
        infix="de",
        last_name="Zwijger",
        city="Delft",
        make="Volkswagen",
        model="Polo",
        year=2018,
        why=_("Was not reached once, and has not been in the workshop for a year."),
        opening=_("Your Polo has not been with us for a year. Shall we check it?"),
        says=_("“Hello, this is Wil. I am in the bath. Say something nice after the beep.” Beep."),
        key="2",
        better=_(
            "You heard a voicemail: key 2. It counts as an attempt, and Spits remembers that "
            "there was a beep."
        ),
        fitting=Fitting(Did.VOICEMAIL),
        fewest_presses=3,
        attempts=1,
    ),
    PracticeCustomer(
        first_name="Bram",
        infix="",
        last_name="Broodmans",
        city="Deventer",
        make="Volkswagen",
        model="Caddy",
        year=2017,
        why=_("His delivery van still has its summer tyres."),
        opening=_("Your Caddy still has its summer tyres. Shall we change them?"),
        says=_(
            "“I am up to my elbows in the dough. Call me Thursday at half past two, then the "
            "bread is sold.”"
        ),
        key="3",
        better=_(
            "He names a moment himself: key 3, then 0, and type “thu 14.30”. Spits brings him back "
            "by itself then."
        ),
        fitting=Fitting(Did.CALL_BACK, weekday=THURSDAY, clock=time(14, 30)),
        fewest_presses=4,
    ),
    PracticeCustomer(
        first_name="Sjoukje",
        infix="",
        last_name="Sopma",
        city="Sneek",
        make="Toyota",
        model="Aygo",
        year=2016,
        why=_("The APK of her car ends soon."),
        opening=_("The APK of your Aygo ends soon. Shall I plan it right away?"),
        says=_("“The first free slot is fine. Then I have an excuse not to wash the car.”"),
        key="4",
        better=_(
            "She takes the first free moment: key 4, then 1. With 4 once more you say why the "
            "round ends: an appointment in the workshop."
        ),
        fitting=Fitting(Did.CLOSED, reason="AS-01"),
        fewest_presses=5,
    ),
    PracticeCustomer(
        first_name="Cees",
        infix="",
        last_name="Centen",
        city="Goes",
        make="Opel",
        model="Astra",
        year=2014,
        why=_("Looked at electric cars on our site."),
        opening=_("You looked at electric cars with us. What would you like to know?"),
        says=_("“What does such a thing cost? I want to see it on paper, to the cent.”"),
        key="5",
        better=_(
            "He asks for a price on paper: key 5, then Enter. With 3 he goes on to a salesperson, "
            "who makes the quote."
        ),
        fitting=Fitting(Did.CLOSED, reason="BDC-19"),
        fewest_presses=5,
        interest=Interest.NEW,
    ),
    PracticeCustomer(
        first_name="Fien",
        infix="",
        last_name="Fietsma",
        city="Zwolle",
        make="Ford",
        model="Ka",
        year=2011,
        why=_("Her car is getting on in years."),
        opening=_("Your Ka has served you well. Are you thinking of another car?"),
        says=_(
            "“I have a cargo bike now. The dog fits in it, the groceries fit in it. I will never "
            "have a car again.”"
        ),
        key="6",
        better=_(
            "She will never have another car: key 6, then 4. The reasons are fixed, so that they "
            "can be counted."
        ),
        fitting=Fitting(Did.CLOSED, reason="BDC-12"),
        fewest_presses=4,
        interest=Interest.USED,
    ),
    PracticeCustomer(
        first_name="Sjaak",
        infix="",
        last_name="Snel",
        city="Assen",
        make="SEAT",
        model="Ibiza",
        year=2015,
        why=_("The brakes of his car are due for a check."),
        opening=_("The brakes of your Ibiza are due for a check. When does that suit you?"),
        says=_(
            "“Hair salon Curl and Clip, good morning. Sjaak? He has not had this number for years. "
            "He can come for a haircut on Friday.”"
        ),
        key="7",
        better=_(
            "The number is not his any more: key 7, then 1. Spits asks him for the right one by "
            "e-mail."
        ),
        fitting=Fitting(Did.CLOSED, reason="BDC-05"),
        fewest_presses=4,
    ),
    PracticeCustomer(
        first_name="Mieke",
        infix="",
        last_name="Meerman",
        city="Hoorn",
        make="Renault",
        model="Clio",
        year=2018,
        why=_("A colleague booked a showroom appointment with her; you confirm it."),
        opening=_("You have an appointment in our showroom. Can you still come?"),
        says=_(
            "“I will be there. But let a salesperson call me about my trade-in first: it comes "
            "with a cat hair or two.”"
        ),
        key="8",
        better=_(
            "The appointment stands and a salesperson goes on with her: key 8, then 1. Whose turn "
            "it is gets her."
        ),
        fitting=Fitting(Did.CLOSED, reason="BDC-17"),
        fewest_presses=4,
        interest=Interest.NEW,
        visit=AppointmentKind.SHOWROOM,
    ),
    PracticeCustomer(
        first_name="Riet",
        infix="",
        last_name="Rustenburg",
        city="Veere",
        make="Opel",
        model="Corsa",
        year=2013,
        why=_("Her car is due for its service."),
        opening=_("Your Corsa is due for its service. Shall I plan it right away?"),
        says=_(
            "“You sound very kind, but I would rather not be called any more. I am busy with a "
            "jigsaw puzzle of five thousand pieces.”"
        ),
        key="9",
        better=_(
            "She does not want to be called any more: key 9, at once. Then no campaign calls her "
            "again."
        ),
        fitting=Fitting(Did.OBJECTION),
        fewest_presses=3,
    ),
    PracticeCustomer(
        first_name="Otto",
        infix="",
        last_name="Oepkes",
        city="Ommen",
        make="Suzuki",
        model="Swift",
        year=2017,
        why=_("His car was recalled for a loose cup holder."),
        opening=_("Your Swift was recalled: the cup holder is loose. When can you come?"),
        says=_("It rings, and rings, and rings. Otto seems not to be at home. Note that with 1."),
        twist=_("Just as you press 1, Otto answers after all. Take it back with z."),
        says_after=_(
            "“Sorry! I was blow-drying the cat. Call me tomorrow morning, and write down that the "
            "cat is called Minister.”"
        ),
        key="z",
        better=_(
            "First take it back with z. Then write the note (m) and choose a moment with 3: the "
            "note goes along with every button."
        ),
        fitting=Fitting(Did.CALL_BACK, is_undone_first=True, has_note=True),
        fewest_presses=6,
    ),
)
FEWEST_PRESSES = sum(customer.fewest_presses for customer in CUSTOMERS)
