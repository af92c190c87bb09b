"""Phone numbers as customers and systems write them, read with Dutch eyes."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType


class PhoneKind(StrEnum):
    MOBILE = "MOBILE"
    FIXED_LINE = "FIXED_LINE"
    FIXED_LINE_OR_MOBILE = "FIXED_LINE_OR_MOBILE"
    VOIP = "VOIP"
    UAN = "UAN"
    PERSONAL_NUMBER = "PERSONAL_NUMBER"
    PREMIUM_RATE = "PREMIUM_RATE"
    SHARED_COST = "SHARED_COST"
    TOLL_FREE = "TOLL_FREE"
    PAGER = "PAGER"
    VOICEMAIL = "VOICEMAIL"
    MACHINE = "MACHINE"
    UNKNOWN = "UNKNOWN"


class WhyNotDialable(StrEnum):
    LETTERS = "letters"
    SCIENTIFIC = "scientific"
    ROUNDED = "rounded"
    NO_NUMBER = "no_number"
    INVALID = "invalid"
    TOO_LONG = "too_long"
    PREMIUM_RATE = "premium_rate"
    SHARED_COST = "shared_cost"
    TOLL_FREE = "toll_free"
    PAGER = "pager"
    VOICEMAIL = "voicemail"
    MACHINE = "machine"
    MUNICIPALITY = "municipality"
    EMERGENCY = "emergency"
    FAX = "fax"
    GLOBAL_SERVICE = "global_service"


@dataclass(frozen=True, slots=True)
class PhoneRead:
    """One number as it came in and what it means.

    `e164` may be known while the number is not `dialable` (0900, fax); customers are matched
    on dialable numbers only.
    """

    raw: str
    e164: str | None
    kind: PhoneKind
    dialable: bool
    extension: str = ""
    why_not: WhyNotDialable | None = None
    note: str = ""
    warnings: tuple[str, ...] = ()


# A field with more than this is not a phone number any more.
LONGEST_FIELD = 120
MOST_NUMBERS_IN_A_FIELD = 10
LONGEST_SERIES = 40  # digits of numbers with only spaces between

_KINDS = {
    PhoneNumberType.MOBILE: PhoneKind.MOBILE,
    PhoneNumberType.FIXED_LINE: PhoneKind.FIXED_LINE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: PhoneKind.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.VOIP: PhoneKind.VOIP,
    PhoneNumberType.UAN: PhoneKind.UAN,
    PhoneNumberType.PERSONAL_NUMBER: PhoneKind.PERSONAL_NUMBER,
    PhoneNumberType.PREMIUM_RATE: PhoneKind.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST: PhoneKind.SHARED_COST,
    PhoneNumberType.TOLL_FREE: PhoneKind.TOLL_FREE,
    PhoneNumberType.PAGER: PhoneKind.PAGER,
    PhoneNumberType.VOICEMAIL: PhoneKind.VOICEMAIL,
}
_REFUSED_KINDS = {
    PhoneKind.PREMIUM_RATE: WhyNotDialable.PREMIUM_RATE,
    PhoneKind.SHARED_COST: WhyNotDialable.SHARED_COST,
    PhoneKind.TOLL_FREE: WhyNotDialable.TOLL_FREE,
    PhoneKind.PAGER: WhyNotDialable.PAGER,
    PhoneKind.VOICEMAIL: WhyNotDialable.VOICEMAIL,
}
_WARNINGS = {
    WhyNotDialable.PREMIUM_RATE: "PHONE_PREMIUM",
    WhyNotDialable.NO_NUMBER: "PHONE_INVALID",
    WhyNotDialable.INVALID: "PHONE_INVALID",
}

_UNLIKE_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_SEPARATORS = str.maketrans("", "", " .-")
_EXCEL_TEXT = re.compile(r'="([^"]*)"')
_EXCEL_FLOAT = re.compile(r"([0-9]{8,13})[.,]0+")
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?\s?[eE]\s?\+?[0-9]{1,3}(?![0-9])")
_EXTENSION = re.compile(
    r"[\s,;(]*(?:\b(?:toestel(?:nr|nummer)?|toest|tst|doorkies(?:nummer)?|extensi(?:on|e)|ext)\b|(?<![a-z])x)"
    r"[.:=\s]*([0-9]{1,6})(?![0-9])\)?",
    re.IGNORECASE,
)
# "0318/123456": here the slash is part of the one number.
_SLASH_AFTER_AREA_CODE = re.compile(
    r"(?<![0-9])(?<![0-9][ .\-])(0[0-9]{1,3})\s*[/,]\s*(?=[0-9]{2})"
)
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
_RUN = re.compile(r"\+?[0-9(][0-9().\- ]*")
_BORDER_BETWEEN_NUMBERS = re.compile(r"[.\- ]* [.\- ]*(?=0)")
_LABEL_BEFORE = re.compile(r"(?:tel|telefoon|mob|mobiel|gsm|nr)$", re.IGNORECASE)
_WORD = re.compile(r"[^\W_][\w.']*", re.UNICODE)
_WORDS_THAT_SAY_NOTHING = frozenset(
    ("of", "en", "tel", "telefoon", "telefoonnummer", "mob", "mobiel", "gsm", "nr", "nummer")
)
_PLAIN_DUTCH = re.compile(r"(?:\+31|0031|0)((6[1-58]|85|88)[0-9]{7})")
_PLAIN_KINDS = {"85": PhoneKind.VOIP, "88": PhoneKind.UAN}


def read_phones(text: str, *, stated_kind: str = "") -> list[PhoneRead]:
    """Read every number in `text`; an empty list when it is blank.

    What cannot be dialled is kept with the reason why. `stated_kind` is what the sender says
    it is ("fax" is kept but not called). Source: reference/domain.md 3.4.
    """
    if plain := _read_plain_dutch(text):
        reads = [plain]
    elif not (cleaned := _cleaned(text)):
        return []
    else:
        reads = _read_cleaned(cleaned)
    kind = stated_kind.strip().lower()
    if kind in ("fax", "pager"):
        return [_refused_as_stated(read, WhyNotDialable(kind)) for read in reads]
    return reads


def to_e164(text: str) -> str | None:
    """Return the first number in `text` that can be dialled, or None."""
    return next((read.e164 for read in read_phones(text) if read.dialable), None)


def national(e164: str) -> str:
    """Return `e164` as people here write it: "06 12345678", foreign as "+32 470 12 34 56".

    Source: ux.md 5.5.
    """
    if e164.startswith("+316") and len(e164) == 12:
        return f"06 {e164[4:]}"
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    is_dutch = number.country_code == 31
    form = PhoneNumberFormat.NATIONAL if is_dutch else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def looks_rounded(numbers: Iterable[str]) -> bool:
    """Whether Excel rounded this column of numbers (6,12346E+08 saved as 612346000).

    Such a number is a valid mobile of a stranger, so it must not be called. One in a thousand
    numbers ends in 000 by nature. Source: reference/domain.md 3.4.
    """
    seen = rounded = 0
    for number in numbers:
        digits = re.sub(r"[^0-9]", "", number[:LONGEST_FIELD])
        if len(digits) >= 8:
            seen += 1
            rounded += digits.endswith("000")
    return rounded >= 3 and rounded * 5 >= seen


def is_rounded(read: PhoneRead) -> bool:
    """Whether `read` may be one of the rounded numbers of a column that `looks_rounded`."""
    return read.e164 is not None and read.e164.endswith("000")


def refuse_rounded(read: PhoneRead) -> PhoneRead:
    """Return `read` as not dialable, since its column was rounded."""
    return _refused_as_stated(
        replace(read, warnings=(*read.warnings, "PHONE_ROUNDED")), WhyNotDialable.ROUNDED
    )


def _refused_as_stated(read: PhoneRead, why_not: WhyNotDialable) -> PhoneRead:
    return replace(read, dialable=False, why_not=why_not) if read.dialable else read


def _read_plain_dutch(text: str) -> PhoneRead | None:
    """Read the commonest notations without the library; agrees with the careful way."""
    if len(text) > 20:
        return None
    match = _PLAIN_DUTCH.fullmatch(text.translate(_SEPARATORS))
    if match is None:
        return None
    kind = _PLAIN_KINDS.get(match[2], PhoneKind.MOBILE)
    return PhoneRead(raw=text.strip(), e164=f"+31{match[1]}", kind=kind, dialable=True)


def _cleaned(text: str) -> str:
    text = unicodedata.normalize("NFKC", text[: LONGEST_FIELD + 1]).translate(_UNLIKE_DASHES)
    text = "".join(_plain_character(c) for c in text).strip()
    if match := _EXCEL_TEXT.fullmatch(text):
        text = match[1].strip()
    text = text.lstrip("'").strip()
    if match := _EXCEL_FLOAT.fullmatch(text):
        return match[1]
    return text


def _plain_character(character: str) -> str:
    if character.isascii():
        return character if character.isprintable() else " "
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return "" if unicodedata.category(character) in ("Cf", "Cc", "Cs") else character


def _read_cleaned(text: str) -> list[PhoneRead]:
    if len(text) > LONGEST_FIELD:
        return [_unreadable(text[:LONGEST_FIELD], WhyNotDialable.TOO_LONG)]
    reads = []
    without_rounded = _SCIENTIFIC.sub(" | ", text)
    if without_rounded != text:
        rounded = _SCIENTIFIC.search(text)
        reads.append(_unreadable(rounded[0] if rounded else text, WhyNotDialable.SCIENTIFIC))
        if not re.search("[0-9]", without_rounded):
            return reads
    reads += _read_numbers(_SLASH_AFTER_AREA_CODE.sub(r"\1-", without_rounded))
    if len(reads) == 1:
        return [replace(reads[0], raw=text)]
    several = [replace(r, warnings=("PHONE_MULTIPLE_IN_FIELD", *r.warnings)) for r in reads]
    return several[:MOST_NUMBERS_IN_A_FIELD]


def _read_numbers(text: str) -> list[PhoneRead]:
    """Read the numbers of `text`, each with the extension that follows it."""
    pieces = _EXTENSION.split(text)
    reads: list[PhoneRead] = []
    failures: list[PhoneRead] = []
    for piece, extension in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        found = list(_read_runs(piece))
        good = [read for read in found if read.e164]
        failures += [read for read in found if not read.e164]
        if good and extension:
            warnings = (*good[-1].warnings, "PHONE_EXTENSION")
            good[-1] = replace(good[-1], extension=extension, warnings=warnings)
        reads += good
    if reads:
        return reads + [read for read in failures if _count_digits(read.raw) >= 8]
    if failures:
        longest = max(failures, key=lambda read: _count_digits(read.raw))
        letters = any(read.why_not == WhyNotDialable.LETTERS for read in failures)
        return [_unreadable(text, WhyNotDialable.LETTERS if letters else _reason(longest))]
    return [_unreadable(text, WhyNotDialable.NO_NUMBER)]


def _reason(read: PhoneRead) -> WhyNotDialable:
    return read.why_not or WhyNotDialable.INVALID


def _count_digits(text: str) -> int:
    return sum(character.isdigit() for character in text)


def _read_runs(text: str) -> Iterator[PhoneRead]:
    """Yield a read for each run of digits in `text`, with the words around it as its note."""
    text = _TRUNK_ZERO.sub(" ", text)
    runs = [match for match in _RUN.finditer(text) if re.search("[0-9]", match[0])]
    # Beside a number, "18" is a word ("after 18"); by itself it is all there is.
    runs = ([run for run in runs if _count_digits(run[0]) >= 6] or runs)[:MOST_NUMBERS_IN_A_FIELD]
    label_comes_first = bool(runs) and bool(_words(text[: runs[0].start()]))
    for position, run in enumerate(runs):
        start = runs[position - 1].end() if position else 0
        end = runs[position + 1].start() if position + 1 < len(runs) else len(text)
        beside = text[start : run.start()] if label_comes_first else text[run.end() : end]
        note = _words(beside) or _words(text[run.end() : end])
        for read in _read_run(text, run):
            yield replace(read, note=note)


def _words(text: str) -> str:
    words = [word.strip(".'") for word in _WORD.findall(text)]
    told = [word for word in words if word.lower() not in _WORDS_THAT_SAY_NOTHING]
    return " ".join(told)[:40]


def _read_run(text: str, run: re.Match[str]) -> Iterator[PhoneRead]:
    number = run[0].strip(" .-").rstrip(" .-(")
    before, after = text[: run.start()], text[run.end() :]
    touched = after[:1].isalpha() and run[0][-1].isdigit()
    if touched and " " in number:
        # "06 12345678 3e keer": the 3 belongs to the words that follow.
        number, touched = number.rpartition(" ")[0], False
        if not _judge(number).e164:
            touched = True
    read = _judge(number)
    joined_to_letters = after[:1].isalpha() and run[0][-1] in "-."
    if _ends_in_letter(before) or touched or (joined_to_letters and not read.e164):
        # The library would turn the letters of 06-1234ABCD into digits: a stranger's number.
        yield _unreadable(number, WhyNotDialable.LETTERS)
        return
    if not read.e164 and 11 < _count_digits(number) <= LONGEST_SERIES:
        several = [_judge(part) for part in _BORDER_BETWEEN_NUMBERS.split(number)]
        if all(part.e164 for part in several):
            yield from several
            return
    yield read


def _ends_in_letter(before: str) -> bool:
    return before[-1:].isalpha() and not _LABEL_BEFORE.search(before)


def _judge(number: str) -> PhoneRead:
    """Say what one number is, given as digits with separators and perhaps a plus."""
    dialled = re.sub(r"[^0-9+]", "", number)
    if why_not := _refused_before_parsing(dialled):
        return _unreadable(number, why_not)
    try:
        parsed = phonenumbers.parse(dialled, "NL")
    except phonenumbers.NumberParseException:
        return _unreadable(number, WhyNotDialable.INVALID)
    kind = _KINDS.get(phonenumbers.number_type(parsed), PhoneKind.UNKNOWN)
    why_not = _REFUSED_KINDS.get(kind)
    if parsed.country_code == 31 and str(parsed.national_number).startswith("97"):
        # Machines talking to machines, which the library takes for mobiles.
        kind, why_not = PhoneKind.MACHINE, WhyNotDialable.MACHINE
    elif phonenumbers.region_code_for_number(parsed) == "001":
        why_not = WhyNotDialable.GLOBAL_SERVICE  # satellites and the like: very dear to call
    if kind == PhoneKind.UNKNOWN:
        return _unreadable(number, why_not or WhyNotDialable.INVALID)
    return PhoneRead(
        raw=number,
        e164=phonenumbers.format_number(parsed, PhoneNumberFormat.E164),
        kind=kind,
        dialable=why_not is None,
        why_not=why_not,
        warnings=tuple(_number_warnings(dialled, parsed, why_not)),
    )


def _refused_before_parsing(dialled: str) -> WhyNotDialable | None:
    if dialled in ("112", "+31112", "0031112"):
        return WhyNotDialable.EMERGENCY
    if re.fullmatch(r"(?:\+31|0031)?14[0-9]{2,4}", dialled):
        return WhyNotDialable.MUNICIPALITY
    if len(dialled) < 6:
        return WhyNotDialable.NO_NUMBER
    return None


def _number_warnings(
    dialled: str, parsed: phonenumbers.PhoneNumber, why_not: WhyNotDialable | None
) -> Iterator[str]:
    if why_not:
        yield _WARNINGS.get(why_not, f"PHONE_{why_not.name}")
    if parsed.country_code != 31:
        yield "PHONE_FOREIGN"
    elif str(parsed.national_number).startswith(("84", "87")):
        yield "PHONE_CHECK_COST"
    if len(dialled) == 9 and not dialled.startswith(("0", "+")):
        yield "PHONE_ZERO_LOST"
        if dialled.endswith("000"):
            yield "PHONE_MAYBE_ROUNDED"


def _unreadable(raw: str, why_not: WhyNotDialable) -> PhoneRead:
    return PhoneRead(
        raw=raw,
        e164=None,
        kind=PhoneKind.UNKNOWN,
        dialable=False,
        why_not=why_not,
        warnings=(_WARNINGS.get(why_not, f"PHONE_{why_not.name}"),),
    )
