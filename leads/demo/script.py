"""What arrives when: thirteen weeks of chance, and one certain case for each reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from dealers.domain.hours import is_open, is_working_day, local, opening_blocks
from dealers.models import Dealership, Role
from leads.demo.cast import BREDA, EINDHOVEN, HELMOND
from leads.demo.names import Customer, car_of, customer_near, invented_customers, question
from leads.demo.stage import Stage
from leads.demo.story import LeadStory, Opening
from leads.domain.contact_details import ConsentIn
from leads.domain.intake import LeadIn
from leads.models import Channel, Interest, Kind, Queue

# Active leads by weekday, Monday first, over all dealerships.
ACTIVE_A_DAY = (2, 2, 2, 1, 2, 1, 1)
SHARE = {EINDHOVEN: 46, HELMOND: 27, BREDA: 27}
CHANNELS = {
    Channel.ONLINE: 38,
    Channel.PHONE: 15,
    Channel.WALK_IN: 28,
    Channel.EMAIL: 8,
    Channel.CHAT: 6,
    Channel.MAILING: 5,
    Channel.SERVICE_REFERRAL: 4,
}
IN_PERSON = (Channel.PHONE, Channel.WALK_IN, Channel.SERVICE_REFERRAL)
INTERESTS = {Interest.NEW: 42, Interest.USED: 48, Interest.SERVICE: 4, Interest.OTHER: 6}
# Where an online lead comes from, by line.
SOURCES = {1: ("Eigen website",), 2: ("Merksite", "Importeur"), 3: ("Occasionportaal", "Autobeurs")}
OFFLINE_SOURCES = {
    Channel.PHONE: "Telefoon",
    Channel.WALK_IN: "Showroom",
    Channel.SERVICE_REFERRAL: "Werkplaats",
    Channel.EMAIL: "E-mail",
    Channel.CHAT: "Chat op de website",
    Channel.MAILING: "Mailing",
}
KNOWN_CUSTOMER = 0.1


@dataclass(frozen=True)
class Batch:
    """Passive leads of a campaign that came in together: how many days ago, where, how many."""

    days_ago: int
    place: str
    campaign: str
    count: int
    is_worked: bool = True


BATCHES = (
    Batch(86, EINDHOVEN, "apk-herinnering", 6),
    Batch(72, BREDA, "einde-lease", 6),
    Batch(58, HELMOND, "nieuw-model", 6),
    Batch(44, EINDHOVEN, "einde-lease", 6),
    Batch(37, BREDA, "apk-herinnering", 6),
    Batch(30, EINDHOVEN, "mailing-occasions", 6),
    Batch(16, HELMOND, "apk-herinnering", 6),
    Batch(9, EINDHOVEN, "nieuw-model", 6),
    # Nobody has come to these yet.
    Batch(5, BREDA, "mailing-occasions", 20, is_worked=False),
    Batch(4, HELMOND, "einde-lease", 20, is_worked=False),
    Batch(3, EINDHOVEN, "apk-herinnering", 30, is_worked=False),
)
INTEREST_OF = {
    "apk-herinnering": Interest.SERVICE,
    "einde-lease": Interest.NEW,
    "mailing-occasions": Interest.USED,
    "nieuw-model": Interest.NEW,
}


class Script:
    """Writes the openings of stories, with customers whom nobody else has."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.cast = stage.cast
        self.random = stage.random("script")
        self._people = invented_customers(stage.random("names"))
        self._known: dict[str, list[tuple[Customer, bool]]] = {slug: [] for slug in SHARE}
        self._stories = 0

    def random_weeks(self) -> None:
        """What comes in by itself, up to the opening of the last day."""
        first = local(self.cast.place(EINDHOVEN), self.stage.began).date()
        last = local(self.cast.place(EINDHOVEN), self.stage.ends).date()
        for offset in range((last - first).days):
            day = first + timedelta(days=offset)
            for _number in range(ACTIVE_A_DAY[day.weekday()]):
                self._random_active(day)
        for batch in BATCHES:
            self._batch(batch)

    def active(
        self,
        place: Dealership,
        *,
        at: datetime,
        channel: str = Channel.ONLINE,
        interest: str = Interest.NEW,
        customer: Customer | None = None,
        in_own_area: bool = True,
        without_phone: bool = False,
        **opening: Any,
    ) -> LeadStory:
        """A customer who asks something himself."""
        random = self.stage.random("active", self._stories)
        who = customer or self.customer(place, in_own_area=in_own_area)
        asked = self._asked(place, who, channel=channel, interest=interest, random=random)
        if without_phone:
            asked = replace(asked, phones=())
        if random.random() < 0.5 and channel not in IN_PERSON:
            words = "Ja, jullie mogen mij ook later bellen over aanbiedingen."
            asked = replace(
                asked,
                consents=(
                    ConsentIn(purpose="all", given_at=at, words=words, proof="webformulier"),
                ),
            )
        return self._story(Opening(place, who, asked, in_own_area, **opening), random)

    def passive(
        self,
        place: Dealership,
        *,
        at: datetime,
        campaign: str,
        has_consent: bool = True,
        is_company: bool = False,
        channel: str = "",
        row: int = 1,
        **opening: Any,
    ) -> LeadStory:
        """A customer whom a file names, and who asked nothing."""
        random = self.stage.random("passive", self._stories)
        in_own_area = random.random() < 0.7
        who = self.customer(place, in_own_area=in_own_area, is_company=is_company)
        make, model = car_of(place, random)
        campaign_row = self.cast.campaign(place, campaign)
        consent = ConsentIn(
            purpose=campaign_row.consent_purpose,
            given_at=at - timedelta(days=random.randint(60, 400)),
            words=campaign_row.consent_words,
            proof=f"bestand {campaign} {at:%d-%m-%Y}, rij {row}",
        )
        is_mailing = campaign in ("mailing-occasions", "nieuw-model")
        asked = replace(
            _told_by(who, place, kind=Kind.PASSIVE),
            channel=channel or (Channel.MAILING if is_mailing else Channel.DATA_MINING),
            consents=(consent,) if has_consent else (),
            interest=INTEREST_OF[campaign],
            source=campaign_row.name,
            campaign=campaign_row,
            make=make,
            model=model,
            plate=who.plate,
            year=random.randint(2016, 2023),
            cost=Decimal("0.80"),
        )
        by = self.cast.at(place, Role.MARKETER)[0]
        return self._story(Opening(place, who, asked, in_own_area, by=by, **opening), random)

    def customer(
        self, place: Dealership, *, in_own_area: bool = True, is_company: bool = False
    ) -> Customer:
        """Somebody new."""
        return customer_near(
            place, next(self._people), self.random, in_own_area=in_own_area, is_company=is_company
        )

    def working_day(self, days_ago: int, clock_time: time, place: Dealership) -> datetime:
        """A moment on the first working day that is at most `days_ago` days before the end."""
        day = local(place, self.stage.ends).date() - timedelta(days=days_ago)
        while not is_working_day(day):
            day -= timedelta(days=1)
        return datetime.combine(day, clock_time, tzinfo=place.zone)

    def _batch(self, batch: Batch) -> None:
        place = self.cast.place(batch.place)
        at = self.working_day(batch.days_ago, time(9, 10), place)
        for row in range(1, batch.count + 1):
            story = self.passive(
                place,
                at=at,
                campaign=batch.campaign,
                has_consent=row % 6 != 0,
                is_company=row % 7 == 0,
                row=row,
                leave_in="" if batch.is_worked else Queue.PASSIVE,
            )
            self.stage.begin(at + timedelta(seconds=row), story.play())

    def _random_active(self, day: date) -> None:
        place = self.cast.place(self._one_of(SHARE))
        channel = self._one_of(CHANNELS)
        at = self._moment(place, day)
        if channel in IN_PERSON and not is_open(place, at):
            channel = Channel.ONLINE
        interest = Interest.USED if channel == Channel.MAILING else self._one_of(INTERESTS)
        in_own_area = self.random.random() < 0.6
        known = self._known[place.slug]
        if known and self.random.random() < KNOWN_CUSTOMER:
            who, in_own_area = self.random.choice(known)
        else:
            who = self.customer(place, in_own_area=in_own_area)
            known.append((who, in_own_area))
        story = self.active(
            place,
            at=at,
            channel=channel,
            interest=interest,
            customer=who,
            in_own_area=in_own_area,
            without_phone=channel == Channel.EMAIL and self.random.random() < 0.3,
        )
        self.stage.begin(at, story.play())

    def _moment(self, place: Dealership, day: date) -> datetime:
        """Most come in opening hours, some in the evening."""
        blocks = opening_blocks(place, day)
        if blocks and self.random.random() < 0.82:
            opens, closes = blocks[0]
            minutes = int((closes - opens).total_seconds() // 60)
            return opens + timedelta(minutes=self.random.randrange(5, minutes - 20))
        return datetime.combine(
            day,
            time(self.random.randint(19, 22), self.random.randrange(60)),
            tzinfo=place.zone,
        )

    def _asked(
        self, place: Dealership, who: Customer, *, channel: str, interest: str, random: Random
    ) -> LeadIn:
        make, model = car_of(place, random)
        line, source, external_id = None, OFFLINE_SOURCES.get(Channel(channel), ""), ""
        if not source:
            line = random.choices((1, 2, 3), weights=(50, 20, 30))[0]
            source = random.choice(SOURCES[line])
            external_id = f"{source[:2].upper()}-{self._stories:05d}" if line > 1 else ""
        is_mailing = channel == Channel.MAILING
        return replace(
            _told_by(who, place, kind=Kind.ACTIVE),
            channel=channel,
            interest=interest,
            line=line,
            source=source,
            campaign=self.cast.campaign(place, "mailing-occasions") if is_mailing else None,
            make=make,
            model=model,
            year=random.randint(2018, 2024) if interest == Interest.USED else None,
            message=question(interest, model, random),
            external_id=external_id,
            cost=Decimal("25.00") if line == 3 else None,
        )

    def _story(self, opening: Opening, random: Random) -> LeadStory:
        self._stories += 1
        return LeadStory(self.stage, opening, random=random)

    def _one_of(self, weights: Mapping[Any, int]) -> str:
        return str(self.random.choices(list(weights), weights=list(weights.values()))[0])


def _told_by(who: Customer, place: Dealership, *, kind: str) -> LeadIn:
    return LeadIn(
        kind=kind,
        channel=Channel.ONLINE,
        dealership=place,
        first_name=who.first_name,
        infix=who.infix,
        last_name=who.last_name,
        company=who.company,
        phones=(who.phone,),
        emails=(who.email,),
        postcode=who.postcode,
        street=who.street,
        city=who.city,
    )
