"""The columns of a contact file: which title means which field."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from bdc.errors import Sentence
from leads.formats.text import clean_text, search_form

# The fields that a mapping may name, as a person reads them.
FIELDS: dict[str, Sentence] = {
    "customer_number": _("customer number"),
    "company": _("company"),
    "salutation": _("salutation"),
    "initials": _("initials"),
    "first_name": _("first name"),
    "infix": _("infix"),
    "last_name": _("last name"),
    "name": _("name"),
    "street": _("street"),
    "house_number": _("house number"),
    "house_addition": _("house number addition"),
    "postcode": _("postcode"),
    "city": _("city"),
    "phone": _("phone number"),
    "mobile": _("mobile number"),
    "email": _("e-mail address"),
    "plate": _("licence plate"),
    "make": _("make"),
    "model": _("model"),
    "year": _("year"),
    "purchased_on": _("date of purchase"),
    "mileage": _("mileage"),
    "apk_expires_on": _("APK until"),
    "last_workshop_on": _("last workshop visit"),
    "dealership": _("dealership"),
    "opt_in": _("opt-in for calling"),
    "opt_in_on": _("date of the opt-in"),
    "opt_in_source": _("source of the opt-in"),
    "remarks": _("remarks"),
}
REPEATABLE_FIELDS = ("phone", "mobile", "email")
NAME_FIELDS = ("name", "last_name", "company", "first_name")
CONTACT_FIELDS = ("phone", "mobile", "email")

# As titles read without accents, punctuation and spaces. Source: reference/domain.md 3.5, 3.6
# and the passive samples.
_SYNONYMS = {
    "customer_number": "klantnummer klantnr klantid klantcode relatienummer relatienr relatieid "
    "debiteurnummer debiteurnr debiteurennummer customernumber customerno customerid",
    "company": "bedrijfsnaam bedrijf firma firmanaam organisatie zakelijkenaam company companyname",
    "salutation": "aanhef titel titulatuur geslacht mv salutation gender title",
    "initials": "voorletters voorletter vl vltrs initialen initials",
    "first_name": "voornaam roepnaam voornamen firstname givenname",
    "infix": "tussenvoegsel tussenvoegsels tussenv tv tsv voorvoegsel voorvoegsels infix "
    "middlename prefix",
    "last_name": "achternaam familienaam lastname surname familyname",
    "name": "naam name klantnaam naamklant klant volledigenaam fullname contactpersoon contact "
    "customer customername relatie relatienaam tenaamstelling eigenaar berijder",
    "street": "straat straatnaam adres straatenhuisnummer adresregel adresregel1 street address",
    "house_number": "huisnummer huisnr hnr nr housenumber number",
    "house_addition": "toevoeging toev huisnummertoevoeging huisnrtoevoeging huisnrtoev addition",
    "postcode": "postcode pc zip zipcode postalcode",
    "city": "plaats woonplaats plaatsnaam stad city town",
    "mobile": "mobiel mobiele mobielnummer mobielnr mobieltelefoon mobieletelefoon "
    "mobieletelefoonnummer gsm gsmnummer gsmnr mob mobile mobilephone mobilenumber cell cellphone "
    "mobielprive mobielzakelijk mobielwerk telefoonmobiel telmobiel telmob 06 06nummer",
    "email": "email mail emailadres mailadres emailaddress emailprive emailzakelijk emailwerk",
    "plate": "kenteken kentekennummer kentekennr nummerplaat plate licenseplate licenceplate "
    "numberplate registration registrationnumber",
    "make": "merk automerk merknaam make brand",
    "model": "model type modelnaam handelsbenaming merktype",
    "year": "bouwjaar jaar modeljaar year modelyear",
    "purchased_on": "datumaankoop aankoopdatum koopdatum datumkoop leverdatum datumlevering "
    "afleverdatum datumaflevering verkoopdatum purchasedate purchasedon dateofpurchase",
    "mileage": "kilometerstand kmstand km kilometers mileage odometer",
    "apk_expires_on": "apk apkdatum apkvervaldatum apkvervalt apkgeldigtot apktot vervaldatumapk "
    "datumvolgendeapk volgendeapk datumapk apkexpiry motexpiry apkexpireson",
    "last_workshop_on": "laatstewerkplaatsbezoek datumlaatstewerkplaatsbezoek laatstebezoek "
    "laatsteonderhoud datumlaatsteonderhoud laatstebeurt datumlaatstebeurt laatstebezoekwerkplaats "
    "lastservice lastservicedate lastworkshopvisit",
    "dealership": "vestiging vestigingsnaam filiaal locatie dealer dealership branch location",
    "opt_in": "optin optintelefoon optinbellen optinphone toestemming toestemmingbellen "
    "toestemmingtelefoon toestemmingtelefonisch bellentoegestaan magbellen maggebeldworden consent",
    "opt_in_on": "datumoptin optindatum optindate datumtoestemming toestemmingsdatum "
    "toestemmingdatum consentdate",
    "opt_in_source": "bronoptin optinbron optinsource brontoestemming toestemmingbron "
    "consentsource",
    "remarks": "opmerkingen opmerking notitie notities memo toelichting bijzonderheden remarks "
    "remark notes comments",
}
_FIELD_OF = {title: field for field, titles in _SYNONYMS.items() for title in titles.split()}
_PHONE_TITLE = re.compile(
    r"(?:vaste?)?(?:tel|telefoon|phone|telephone|home|work)(?:nummer|nr|number|phone)?"
    r"(?:vast|prive|thuis|werk|zakelijk|overdag|avond|privenummer|[0-9])*"
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `title` is unique within the file, `field` is "" when it is not used."""

    index: int
    title: str
    field: str


def field_of(title: str) -> str:
    """Return the field that a title means, or "" when we do not know it."""
    folded = search_form(title).replace(" ", "")
    known = _FIELD_OF.get(folded) or _FIELD_OF.get(folded.rstrip("0123456789"), "")
    if not known and _PHONE_TITLE.fullmatch(folded):
        return "phone"
    return known


def count_known_titles(cells: Iterable[str]) -> int:
    """Count the different fields among `cells`: how much a record looks like the header."""
    return len({field_of(cell) for cell in cells if 0 < len(cell) <= 60} - {""})


def read_columns(
    titles: Iterable[str], mapping: Mapping[str, str]
) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    """Return the columns for the titles of a header, and what is odd about them.

    `mapping` (title to field) goes before what we think ourselves. When two columns would fill
    one field, the first does.
    """
    columns: list[Column] = []
    warnings: list[str] = []
    used: set[str] = set()
    seen: dict[str, int] = {}
    for index, written in enumerate(titles):
        title = clean_text(written, limit=80)
        seen[title] = seen.get(title, 0) + 1
        number = seen[title] if title else index + 1
        unique = title if title and number == 1 else f"{title} ({number})".strip()
        field = mapping.get(unique, mapping.get(title, field_of(title)))
        if field in used and field not in REPEATABLE_FIELDS:
            warnings.append(f"COLUMN_TWICE:{unique}"[:80])
            field = ""
        if field:
            used.add(field)
        columns.append(Column(index, unique, field))
    return tuple(columns), tuple(warnings)
