"""Invented customers, their cars and their words. Nobody here exists, and no number rings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from dealers.models import Dealership

FIRST_NAMES = (
    "Aafke Adil Alie Amber Annemiek Arjan Ayse Babette Bart Bilal Brechtje Casper Coen Dagmar"
    " Derya Dirkje Eelco Eline Ferdi Floor Frouke Geertje Gijs Hafsa Hidde Ilse Imane Isabel"
    " Jelte Jet Joachim Jorien Kaan Karlijn Katja Klaas Leyla Lieke Loes Maarten Mahmoud Maud"
    " Menno Mette Mirjam Mohamed Myrthe Nadia Nienke Olaf Oscar Pleun Quinten Rachid Renske Rosa"
    " Roos Selma Siem Silke Soraya Stijn Sytske Tess Tijmen Tygo Vera Victor Wieke Willemijn"
    " Yara Youssef Zeynep"
)
INFIXES = ("", "", "", "", "", "van", "de", "van de", "van der", "ter", "ten", "van den")
LAST_NAMES = (
    "Aardenburg Achterhoek Beekhuizen Berkenbosch Bloemendal Boterbloem Braakman Brandhof"
    " Dijkgraaf Doornbos Duinkerk Eikelboom Engbersen Fazantendal Geldrop Gerstenaar Goudsbloem"
    " Haverkamp Hazelaar Heideveld Hoefslag Hogeveen Houtzager Ijzerman Iepenburg Kastelein"
    " Kersenboom Kiekendief Klaproos Kolenbrander Korenaar Kruisbes Kwikstaart Lindenhof"
    " Meerkoet Mosselman Noordewind Olijslager Ooievaar Paardebloem Peppelman Populier"
    " Reigersberg Roggeveen Roodborst Sleedoorn Spreeuwenberg Tarwedam Tulpenveld Turfsteker"
    " Uilenburg Veldmuis Vlierbes Vossenberg Waterlelie Wielewaal Wilgenroos Zandloper"
    " Zeegras Zonnedauw Zwaluwstaart"
)
COMPANIES = (
    "Bakkerij Korenaar B.V.",
    "Installatiebedrijf Vlierbes B.V.",
    "Stichting Thuiszorg Tarwedam",
    "Schildersbedrijf Populier B.V.",
    "Hoveniersbedrijf Lindenhof B.V.",
    "Zwaluwstaart Houtbouw B.V.",
    "Wielewaal Advies B.V.",
    "Loonbedrijf Roggeveen v.o.f.",
)
STREETS = ("Voorbeeldstraat", "Voorbeeldlaan", "Testweg", "Proefpad", "Oefenplein")
# Where customers come from outside of the own areas, besides the neighbours'.
ELSEWHERE = ((5211, "'s-Hertogenbosch"), (5038, "Tilburg"), (6041, "Roermond"), (4611, "Bergen"))

MODELS = {
    "Volkswagen": ("Polo", "Golf", "T-Roc", "Tiguan", "Passat", "ID.3", "ID.4"),
    "Škoda": ("Fabia", "Octavia", "Kamiq", "Karoq", "Enyaq"),
    "SEAT": ("Ibiza", "Arona", "Leon", "Ateca"),
    "CUPRA": ("Born", "Formentor", "Leon", "Tavascan"),
    "Toyota": ("Aygo X", "Yaris", "Yaris Cross", "Corolla", "C-HR", "RAV4"),
}
OTHER_MAKES = (
    ("Kia", "Niro"),
    ("Hyundai", "Kona"),
    ("Peugeot", "2008"),
    ("Renault", "Captur"),
    ("Volvo", "EX30"),
    ("Ford", "Puma"),
    ("Opel", "Corsa"),
)
QUESTIONS = {
    "new": (
        "Wat is de levertijd van de {model}?",
        "Ik wil graag een proefrit maken in de {model}.",
        "Kan ik mijn huidige auto inruilen op een nieuwe {model}?",
        "Wat zijn de kosten per maand bij private lease van de {model}?",
        "Hebben jullie een {model} in de showroom staan?",
    ),
    "used": (
        "Is deze {model} nog beschikbaar?",
        "Is er iets van de prijs van de {model} af te doen?",
        "Wat is de onderhoudshistorie van deze {model}?",
        "Ik wil de {model} zaterdag komen bekijken, kan dat?",
        "Zit er een trekhaak op deze {model}?",
    ),
    "service": (
        "Mijn auto moet naar de APK, wanneer kan ik terecht?",
        "Er brandt een lampje op het dashboard.",
        "Ik wil een afspraak voor een grote beurt.",
        "Kunnen jullie de winterbanden wisselen?",
    ),
    "other": (
        "Kunnen jullie mij terugbellen?",
        "Ik zoek een auto voor een starter, waar moet ik op letten?",
        "Wat zijn jullie openingstijden in de vakantie?",
    ),
}
NOTES = (
    "Belt liever na vijven.",
    "Wil eerst met partner overleggen.",
    "Rijdt nu een lease-auto, loopt in het voorjaar af.",
    "Heeft twee kinderen, zoekt iets met een grote kofferbak.",
    "Twijfelt nog tussen benzine en elektrisch.",
    "Heeft ook elders een offerte gevraagd.",
    "Vriendelijk gesprek, wil rustig kijken.",
    "Inruil is acht jaar oud, goed onderhouden.",
)
PLATE_LETTERS = "BDFGHJKLNPRSTVXZ"


@dataclass(frozen=True)
class Customer:
    """Somebody who may become a lead, as a form or a file would tell it."""

    first_name: str
    infix: str
    last_name: str
    company: str
    phone: str
    email: str
    postcode: str
    street: str
    city: str
    plate: str


def invented_customers(random: Random) -> Iterator[tuple[str, str, str, str]]:
    """Names and telephone numbers without end to them, none twice: first, infix, last, phone."""
    # 06-12345100 and on: those below are in the sample documents.
    for number in range(100, 1000):
        yield (
            random.choice(FIRST_NAMES.split()),
            random.choice(INFIXES),
            random.choice(LAST_NAMES.split()),
            f"06-12345{number}",
        )
    raise LookupError("the demo has run out of telephone numbers")


def customer_near(
    place: Dealership,
    person: tuple[str, str, str, str],
    random: Random,
    *,
    in_own_area: bool,
    is_company: bool = False,
) -> Customer:
    """A customer of `place`, who lives in its own postcode area or outside of it."""
    first_name, infix, last_name, phone = person
    area, city = _home(place, random, in_own_area=in_own_area)
    letters = "".join(random.choices(PLATE_LETTERS, k=2))
    return Customer(
        first_name=first_name,
        infix=infix,
        last_name=last_name,
        company=random.choice(COMPANIES) if is_company else "",
        phone=phone,
        email=f"{first_name}.{last_name}{phone[-3:]}@example.com".lower(),
        postcode=f"{area} {letters}",
        street=f"{random.choice(STREETS)} {random.randint(1, 180)}",
        city=city,
        plate=invented_plate(random),
    )


def _home(place: Dealership, random: Random, *, in_own_area: bool) -> tuple[int, str]:
    if in_own_area:
        area = random.choice(list(place.postcode_areas.all()))
        return random.randint(area.first, area.last), place.name.split()[-1]
    return random.choice(ELSEWHERE)


def invented_plate(random: Random) -> str:
    """A plate of the shape that cars of the last years have: GT-381-P."""
    letters = random.choices(PLATE_LETTERS, k=3)
    return f"{letters[0]}{letters[1]}-{random.randint(100, 999)}-{letters[2]}"


def car_of(place: Dealership, random: Random) -> tuple[str, str]:
    """A make that the dealership carries, and a model of it."""
    make = random.choice(place.brands)
    return make, random.choice(MODELS[make])


def question(interest: str, model: str, random: Random) -> str:
    return random.choice(QUESTIONS[interest]).format(model=model)
