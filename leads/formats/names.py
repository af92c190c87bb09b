"""Names of people and companies, with the Dutch infix (tussenvoegsel) apart."""

import re
from dataclasses import dataclass
from enum import StrEnum

from leads.formats.text import clean_text, search_form


class NameKind(StrEnum):
    PERSON = "person"
    COMPANY = "company"


class LegalForm(StrEnum):
    """How a company exists in law; what may be called without consent depends on it."""

    NONE = ""
    BV = "bv"
    NV = "nv"
    FOUNDATION = "stichting"
    ASSOCIATION = "vereniging"
    SOLE_TRADER = "eenmanszaak"
    GENERAL_PARTNERSHIP = "vof"
    PROFESSIONAL_PARTNERSHIP = "maatschap"
    LIMITED_PARTNERSHIP = "cv"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class NameRead:
    """A name in its parts. A company may come with the person to speak to."""

    kind: NameKind = NameKind.PERSON
    salutation: str = ""
    initials: str = ""
    first_name: str = ""
    infix: str = ""
    last_name: str = ""
    company_name: str = ""
    legal_form: LegalForm = LegalForm.NONE
    warnings: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.first_name or self.initials or self.last_name or self.company_name)

    @property
    def display(self) -> str:
        """Outside lists: "Sander de Boer", or the company."""
        return self.company_name or self.person_display

    @property
    def person_display(self) -> str:
        """The person alone; the infix takes a capital when nothing stands before it."""
        given = self.first_name or self.initials
        infix = self.infix if given else self.infix[:1].upper() + self.infix[1:]
        return " ".join(part for part in (given, infix, self.last_name) if part)

    @property
    def list_display(self) -> str:
        """In lists: "de Boer, Sander"."""
        family = " ".join(part for part in (self.infix, self.last_name) if part)
        given = self.first_name or self.initials
        return self.company_name or ", ".join(part for part in (family, given) if part)

    @property
    def sort_key(self) -> str:
        """Under the surname without infix, as in the Netherlands."""
        given = self.first_name or self.initials
        return search_form(self.company_name or f"{self.last_name} {given} {self.infix}")

    @property
    def search_text(self) -> str:
        return search_form(f"{self.company_name} {self.person_display} {self.initials}")


LONGEST_PART = {"first": 80, "infix": 20, "last": 120, "company": 160, "full": 240}

_ARTICLES = ("de", "den", "der", "het", "'t", "ten", "ter")
_PREPOSITIONS = ("van", "in", "op", "aan", "bij", "uit", "onder", "over", "voor", "tot")
# Source: reference/domain.md 3.5, with the pairs that occur of preposition and article.
_INFIXES = frozenset(
    (
        *(f"{word} {article}" for word in _PREPOSITIONS for article in _ARTICLES),
        *_PREPOSITIONS,
        *("de", "den", "der", "ten", "ter", "te", "'t", "'s", "v.d.", "v/d", "vd"),
        *("el", "al", "di", "da", "du", "la", "le", "von", "zu", "del", "della", "dos"),
        *("de la", "von der", "von dem", "zu der"),
    )
)
_MOST_WORDS_IN_AN_INFIX = 2
# Only these may stand behind the surname without a comma ("Berg van den").
_TRAILING_INFIXES = frozenset(
    f"{word} {article}".strip() for word in ("van", "") for article in ("de", "den", "der", "")
) - {""}
# As typed, these belong to the writing of a foreign name; the Dutch ones go in lower case.
_FOREIGN_INFIXES = frozenset(
    ("el", "al", "di", "da", "du", "la", "le", "von", "zu", "del", "della", "dos")
)

_APOSTROPHES = re.compile("[\u2018\u2019\u201b`\u00b4\u02bc]")
_GLUED_ARTICLE = re.compile(r"\b(van|in|op|aan|bij|uit)'t\b", re.IGNORECASE)
_SALUTATIONS = {
    "Dhr.": ("de heer", "den heer", "heer", "dhr", "hr", "meneer", "mijnheer", "man", "male", "mr"),
    "Mevr.": ("mevrouw", "mevr", "mw", "mej", "vrouw", "female", "mrs", "ms", "miss"),
    "Fam.": ("familie", "fam"),
}
_SALUTATION_OF = {form: said for said, forms in _SALUTATIONS.items() for form in forms}
_SALUTATION_BEFORE = re.compile(
    r"(?:(?:geachte|beste)\s+)?(?:(?:de\s+)?heer\s*/\s*mevrouw|dhr\.?\s*/\s*mevr\.?"
    r"|(?P<said>d[en]{1,2}\s+heer|heer|dhr|hr|meneer|mijnheer|mevrouw|mevr|mw|mej|familie|fam|mrs|ms)\b)"
    r"\.?\s+(?=\S)",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"(?:(?:[A-Z][a-z]{0,2}|IJ)\.[ -]?){1,8}|[A-Z](?: [A-Z]){0,5}")
_BARE_INITIALS = re.compile(r"[A-Z]{2,5}|[a-z]")
_QUOTES = re.compile('["\u201c-\u201f\u00ab\u00bb]')
_MAIDEN_NAME = re.compile(r"\s+(?=(?:e/v|e\.v\.|geb\.?|gescheiden van|wed\.)\s)", re.IGNORECASE)

_BUSINESS_MARKS: tuple[tuple[LegalForm, re.Pattern[str]], ...] = tuple(
    (form, re.compile(pattern, re.IGNORECASE))
    for form, pattern in (
        (LegalForm.BV, r"(?<![\w.])b\.?\s?v\.?(?![\w.])"),
        (LegalForm.NV, r"(?<![\w.])n\.?\s?v\.?(?![\w.])"),
        (LegalForm.GENERAL_PARTNERSHIP, r"(?<![\w.])v\.?\s?o\.?\s?f\.?(?![\w.])"),
        # A CV boiler is not a partnership, so only at the end.
        (LegalForm.LIMITED_PARTNERSHIP, r"(?<![\w.])c\.?\s?v\.?\)?$"),
        (LegalForm.SOLE_TRADER, r"\beenmanszaak\b"),
        (LegalForm.PROFESSIONAL_PARTNERSHIP, r"\bmaatschap\b"),
        (LegalForm.FOUNDATION, r"^\(?stichting\b|\bstichting\)?$"),
        (LegalForm.ASSOCIATION, r"^\(?(?:\w{0,30}vereniging)\b|\bvereniging\)?$"),
    )
)

_ENDS_AS_BUSINESS = re.compile(r"[\s,(][bn]\.?\s?v\.?\)?(?:\s*i\.?o\.?)?$", re.IGNORECASE)


def read_name(
    *,
    full: str = "",
    salutation: str = "",
    initials: str = "",
    first: str = "",
    infix: str = "",
    last: str = "",
    company: str = "",
    is_company: bool = False,
) -> NameRead:
    """Read a name from whatever parts the sender has. Source: reference/domain.md 3.5.

    `full` may be a whole name, or only the surname when `first` or `initials` come along;
    `infix` may be what ADF calls the middle name. `is_company` is what the sender says it is.
    """
    warnings: list[str] = []
    full, first, infix, last, company = (
        _part(text, name, warnings)
        for name, text in (
            ("full", full),
            ("first", first),
            ("infix", infix),
            ("last", last),
            ("company", company),
        )
    )
    whole = full or last
    if whole and not company and (is_company or _is_business_name(whole)):
        company, full, last = whole, "", last if full else ""
    person = _read_person(
        full=full, salutation=salutation, initials=initials, first=first, infix=infix, last=last
    )
    return NameRead(
        kind=NameKind.COMPANY if company else NameKind.PERSON,
        salutation=person.salutation,
        initials=person.initials,
        first_name=person.first_name,
        infix=person.infix,
        last_name=person.last_name,
        company_name=company,
        legal_form=legal_form_of(company) if company else LegalForm.NONE,
        warnings=(*warnings, *person.warnings),
    )


def legal_form_of(company: str) -> LegalForm:
    """Return the legal form that a company's name tells; UNKNOWN when it tells none."""
    name = company.strip()
    return next(
        (form for form, pattern in _BUSINESS_MARKS if pattern.search(name)), LegalForm.UNKNOWN
    )


def _is_business_name(name: str) -> bool:
    """Whether a name without a company beside it is one; "B.V. Jansen" may be a person."""
    form = legal_form_of(name)
    if form in (LegalForm.BV, LegalForm.NV):
        return bool(_ENDS_AS_BUSINESS.search(name))
    return form != LegalForm.UNKNOWN


def split_infix(surname: str) -> tuple[str, str]:
    """Split "van den Berg", "Berg, van den" or "Berg van den" into infix and surname."""
    surname = _with_plain_apostrophes(surname)
    before, comma, after = surname.partition(",")
    if comma and before.strip() and _is_infix(after):
        return _infix_form(after), before.strip()
    words = surname.split()
    for length in range(min(_MOST_WORDS_IN_AN_INFIX, len(words) - 1), 0, -1):
        leading = " ".join(words[:length])
        if _is_infix(leading):
            return _infix_form(leading), " ".join(words[length:])
    return _without_trailing_infix(surname)


def _without_trailing_infix(name: str) -> tuple[str, str]:
    words = name.split()
    for length in range(min(_MOST_WORDS_IN_AN_INFIX, len(words) - 1), 0, -1):
        trailing = " ".join(words[-length:])
        if trailing in _TRAILING_INFIXES:
            return trailing, " ".join(words[:-length])
    return "", name


def _with_plain_apostrophes(name: str) -> str:
    return _GLUED_ARTICLE.sub(r"\1 't", _APOSTROPHES.sub("'", name))


def _part(text: str, name: str, warnings: list[str]) -> str:
    limit = LONGEST_PART[name]
    # The margin is for white space and control characters that fall away.
    tidy = clean_text(text[: limit * 4], limit=limit * 4)
    if len(tidy) > limit or len(text) > limit * 4:
        warnings.append("NAME_TOO_LONG")
    tidy = _with_plain_apostrophes(tidy[:limit].rstrip())
    return tidy if search_form(tidy) else ""


def _read_person(
    *, full: str, salutation: str, initials: str, first: str, infix: str, last: str
) -> NameRead:
    warnings = []
    said = _salutation(salutation)
    full, said = _without_salutation(full, said)
    last, said = _without_salutation(last, said)
    initials = _initials_form(clean_text(initials, limit=20))
    if not last and not (first or initials):
        first, initials, infix_of_full, last = _split_full(full)
        infix = infix or infix_of_full
    else:
        last = _without_given_name(last or full, first or initials)
    if first and not initials and _INITIALS.fullmatch(first):
        first, initials = "", _initials_form(first)
    if infix and not _is_infix(infix):
        warnings.append("NAME_INFIX_UNKNOWN")
        # A middle name belongs to the first; what a portal writes there ("from ...") does not.
        if first and all(word[:1].isupper() for word in infix.split()[:3]):
            first = f"{first} {infix}"[: LONGEST_PART["first"]]
        infix = ""
    if last and not infix:
        infix, last = split_infix(last)
    return NameRead(
        salutation=said,
        initials=initials,
        first_name=first,
        infix=_infix_form(infix),
        last_name=last,
        warnings=tuple(warnings),
    )


def _salutation(text: str) -> str:
    tidy = clean_text(text, limit=30)
    form = tidy.lower().rstrip(".").removeprefix("geachte ").removeprefix("beste ")
    if form in ("m", "v"):
        form = {"m": "man", "v": "vrouw"}[form]
    return _SALUTATION_OF.get(form, "")


def _without_salutation(name: str, said: str) -> tuple[str, str]:
    match = _SALUTATION_BEFORE.match(name)
    if match is None:
        return name, said
    return name[match.end() :], said or _salutation(match["said"] or "")


def _without_given_name(full: str, given: str) -> str:
    """Return `full` without the given name that also came apart."""
    if given and full.lower().startswith(f"{given.lower()} "):
        return full[len(given) :].strip() or full
    return full


def _split_full(full: str) -> tuple[str, str, str, str]:
    """Split a whole name into first name, initials, infix and surname."""
    family, comma, given = (part.strip() for part in full.partition(","))
    if comma and family and given:
        return _split_turned_round(family, given)
    if not full or _QUOTES.search(full):  # the name of a shop, not of a person
        return "", "", "", full
    own_name, *maiden = _MAIDEN_NAME.split(full, maxsplit=1)
    infix, own_name = _without_trailing_infix(own_name)
    words = own_name.split()
    start = _surname_start(words)
    if not infix:
        infix, own_name = split_infix(" ".join(words[start:]))
    else:
        own_name = " ".join(words[start:])
    first, initials = _given(words[:start])
    return first, initials, infix, " ".join((own_name, *maiden))


def _split_turned_round(family: str, given: str) -> tuple[str, str, str, str]:
    """Split "Boer, S. de" or "de Boer, Sander"."""
    infix, last = split_infix(family)
    words = given.split()
    for length in range(min(_MOST_WORDS_IN_AN_INFIX, len(words)), 0, -1):
        if not infix and _is_infix(" ".join(words[-length:])):
            infix, words = _infix_form(" ".join(words[-length:])), words[:-length]
    first, initials = _given(words)
    return first, initials, infix, last


def _surname_start(words: list[str]) -> int:
    """Return at which word the surname begins, its infix included."""
    for position, word in enumerate(words):
        is_last = position == len(words) - 1
        if not is_last and _is_infix(word):
            return position
        # "Jansen-de Vries", "Jansen - de Vries"
        if not is_last and "-" in word[1:] and _is_infix(word.rpartition("-")[2]):
            return position
        if word == "-" and position:
            return position - 1
    initials = 0
    while initials < len(words) - 1 and _INITIALS.fullmatch(words[initials]):
        initials += 1
    return initials or len(words) - 1


def _given(words: list[str]) -> tuple[str, str]:
    """Return first name and initials: "A.B." are initials, "Jan Willem" is a name."""
    given = " ".join(words)
    return ("", _initials_form(given)) if _INITIALS.fullmatch(given) else (given, "")


def _initials_form(text: str) -> str:
    """Return "ABC" and "A B C" as "A.B.C."; "Th." and "A.B." stay."""
    letters = text.replace(" ", "")
    if text and "." not in text and (_BARE_INITIALS.fullmatch(letters) or len(letters) == 1):
        return "".join(f"{letter}." for letter in letters.upper())
    return text if "." not in text else letters


def _is_infix(text: str) -> bool:
    return " ".join(text.split()).lower() in _INFIXES


def _infix_form(infix: str) -> str:
    tidy = " ".join(infix.split())
    return tidy if tidy.lower() in _FOREIGN_INFIXES else tidy.lower()
