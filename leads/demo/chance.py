"""Chance: what customers do, so that some thirty-five of a hundred make an appointment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from dealers.models import Dealership
from leads.demo.names import OTHER_MAKES
from leads.models import Interest, Lead, Queue, Result

NEVER = 99  # misses: nobody ever picks up


@dataclass(frozen=True)
class Plan:
    """How often nobody picks up, and what is agreed when somebody does.

    `then` is the code of a reason, "bought" (the reason follows from what was bought), or
    appointment, quote, call_back or talk. `outcome` is that of an appointment made before.
    """

    misses: int
    then: str
    outcome: str = ""

    def after_a_miss(self) -> Plan:
        return replace(self, misses=self.misses - 1)


OF_SALES = ("VK-", "appointment", "quote", "bought")
OF_THE_BDC = ("AS-01", "AS-02", "BDC-06", *(f"BDC-{number:02}" for number in range(9, 20)))
USUAL_SKILL = 0.45
# What share of those a salesperson speaks with makes an appointment.
SKILL = {
    "verkoper@noord.example": 0.56,
    "internet@noord.example": 0.47,
    "showroom@noord.example": 0.40,
    "thijs@noord.example": 0.33,
    "fatima@noord.example": 0.62,
    "bram@noord.example": 0.30,
    "rick@noord.example": 0.25,
    "joris@noord.example": 0.44,
    "sanne@noord.example": 0.58,
    "emre@noord.example": 0.38,
    "wilma@noord.example": 0.45,
    "verkoper@zuid.example": 0.50,
    "iris@zuid.example": 0.55,
    "ruben@zuid.example": 0.36,
    "naima@zuid.example": 0.48,
    "gerard@zuid.example": 0.34,
}
WITHOUT_AN_APPOINTMENT = {
    "bought": 22,
    "VK-05": 10,
    "VK-06": 8,
    "VK-07": 12,
    "VK-08": 2,
    "BDC-04": 4,
    "call_back": 20,
    "quote": 12,
    "talk": 5,
}
AT_BDC = {
    Queue.INBOUND: {
        "BDC-17": 30,
        "BDC-18": 20,
        "BDC-19": 8,
        "call_back": 14,
        "BDC-09": 6,
        "BDC-05": 6,
        "BDC-07": 6,
        "BDC-11": 5,
        "BDC-12": 5,
        "BDC-13": 4,
        "BDC-14": 4,
        "BDC-16": 4,
    },
    Queue.SECOND_VOICE: {
        "BDC-17": 12,
        "BDC-18": 5,
        "BDC-12": 25,
        "BDC-09": 25,
        "BDC-13": 10,
        "BDC-14": 8,
        "BDC-15": 6,
        "BDC-16": 9,
    },
    Queue.UNREACHED: {
        "BDC-05": 34,
        "BDC-07": 22,
        "BDC-08": 6,
        "BDC-09": 14,
        "BDC-12": 10,
        "BDC-15": 4,
        "BDC-17": 10,
    },
    Queue.PASSIVE: {
        "BDC-17": 7,
        "BDC-18": 4,
        "BDC-19": 3,
        "BDC-09": 12,
        "BDC-10": 8,
        "BDC-11": 7,
        "BDC-12": 22,
        "BDC-13": 6,
        "BDC-14": 8,
        "BDC-15": 5,
        "BDC-16": 8,
        "call_back": 12,
    },
}
SERVICE_AT_BDC = {"AS-01": 38, "AS-02": 30, "BDC-12": 8, "BDC-15": 6, "call_back": 18}
NEVER_AT_BDC = {
    Queue.INBOUND: 0.14,
    Queue.SECOND_VOICE: 0.05,
    Queue.UNREACHED: 0,
    Queue.PASSIVE: 0.05,
}
PICKS_UP = {
    Queue.INBOUND: 0.62,
    Queue.SECOND_VOICE: 0.75,
    Queue.UNREACHED: 0.5,
    Queue.PASSIVE: 0.6,
}


def suits(plan: Plan, *, in_sales: bool) -> bool:
    """Whether a salesperson, or else the BDC, can come to this with a customer."""
    is_of_sales = plan.then.startswith(OF_SALES)
    is_of_the_bdc = plan.then in OF_THE_BDC
    return not is_of_the_bdc if in_sales else not is_of_sales


def draw_in_sales(lead: Lead, email: str, random: Random) -> Plan:
    """What comes of a lead with this salesperson."""
    if lead.interest == Interest.SERVICE:
        return Plan(0, "BDC-04")
    chance = random.random()
    if chance < 0.1:
        then = "BDC-05"
    elif chance < 0.19:
        then = "BDC-07"
    elif random.random() < SKILL.get(email, USUAL_SKILL):
        then = "appointment"
    else:
        then = _one_of(WITHOUT_AN_APPOINTMENT, random)
    return Plan(_misses(0.72, random, never=0.16), then)


def draw_at_bdc(lead: Lead, random: Random) -> Plan:
    """What comes of a lead in its queue."""
    queue = Queue(lead.queue)
    is_service = lead.interest == Interest.SERVICE
    then = _one_of(SERVICE_AT_BDC if is_service else AT_BDC[queue], random)
    return Plan(_misses(PICKS_UP[queue], random, never=NEVER_AT_BDC[queue]), then)


def unanswered(random: Random) -> Result:
    """How a call ends that nobody answers."""
    return random.choices(
        (Result.NO_ANSWER, Result.VOICEMAIL, Result.ENGAGED), weights=(60, 30, 10)
    )[0]


def lost_sale(place: Dealership, random: Random, *, in_own_area: bool) -> tuple[str, str]:
    """What was bought elsewhere, and the reason that follows from it."""
    if random.random() < 0.55:
        return random.choice(OTHER_MAKES)[0], "VK-04"
    return random.choice(place.brands), "VK-02" if in_own_area else "VK-03"


def _misses(picks_up: float, random: Random, *, never: float) -> int:
    if random.random() < never:
        return NEVER
    misses = 0
    while random.random() >= picks_up:
        misses += 1
    return misses


def _one_of(weights: dict[str, int], random: Random) -> str:
    return random.choices(list(weights), weights=list(weights.values()))[0]
