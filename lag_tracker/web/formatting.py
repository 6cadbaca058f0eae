"""Dates, times and texts as people read them, in Latvian and English."""

from datetime import date, time
from typing import NamedTuple
from urllib.parse import quote

from flask_babel import gettext
from markupsafe import Markup, escape

from lag_tracker.latvian import MONTHS, WEEKDAYS, date_in_words, month_in_words, plural_form
from lag_tracker.models.bilingual import Bilingual, Text
from lag_tracker.models.traits import Certainty, Precision
from lag_tracker.web.language import reading_language

ENGLISH_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
ENGLISH_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WORDS_A_MINUTE = 180
#: Terms are whole years without leap days: 1825 days are five.
DAYS_OF_YEAR = 365


class When(NamedTuple):
    """A date as a page shows it, part by part; empty parts are not known."""

    day: str
    month: str
    year: str
    weekday: str
    time: str
    #: The whole in words, for reading aloud and for titles.
    words: str
    #: Value for the `datetime` attribute of HTML's time element; empty when nothing is known.
    iso: str
    is_inferred: bool


def month_name(month: int, lang: str) -> str:
    """Return "novembris" or "November"."""
    return (ENGLISH_MONTHS if lang == "en" else MONTHS)[month - 1]


def weekday_name(day: date, lang: str) -> str:
    """Return "otrdiena" or "Tuesday"."""
    return (ENGLISH_WEEKDAYS if lang == "en" else WEEKDAYS)[day.weekday()]


def month_and_year(year: int, month: int, lang: str) -> str:
    """Return "2020. gada novembris" or "November 2020"."""
    return f"{ENGLISH_MONTHS[month - 1]} {year}" if lang == "en" else month_in_words(year, month)


def year_in_words(year: int, lang: str) -> str:
    """Return "2020. gads" or "2020"."""
    return str(year) if lang == "en" else f"{year}. gads"


def long_date(day: date, lang: str | None = None) -> str:
    """Return "2020. gada 10. novembris" or "10 November 2020"."""
    if (lang or reading_language()) == "en":
        return f"{day.day} {ENGLISH_MONTHS[day.month - 1]} {day.year}"
    return date_in_words(day)


def short_date(day: date, lang: str | None = None) -> str:
    """Return "10.11.2020." or "10 Nov 2020": for tables and lists, where the year may not be dropped."""
    if (lang or reading_language()) == "en":
        return f"{day.day} {ENGLISH_MONTHS[day.month - 1][:3]} {day.year}"
    return f"{day.day:02d}.{day.month:02d}.{day.year}."


def coarse_date(day: date | None, precision: Precision, lang: str | None = None) -> str:
    """Return a date no finer than it is known; empty when there is none."""
    lang = lang or reading_language()
    if day is None or precision is Precision.UNKNOWN:
        return ""
    if precision is Precision.YEAR:
        return year_in_words(day.year, lang)
    if precision is Precision.MONTH:
        return month_and_year(day.year, day.month, lang)
    return long_date(day, lang)


def date_range(first: date | None, last: date | None, precision: Precision, lang: str | None = None) -> str:
    """Return the days from `first` to `last`, as short as they can be said: "2020. gada 10.–12. novembris"."""
    lang = lang or reading_language()
    if first is None or last is None or last == first:
        return coarse_date(first or last, precision, lang)
    if precision is Precision.DAY and (first.year, first.month) == (last.year, last.month):
        if lang == "en":
            return f"{first.day}–{last.day} {ENGLISH_MONTHS[last.month - 1]} {last.year}"
        return f"{first.year}. gada {first.day}.–{last.day}. {MONTHS[last.month - 1]}"
    return f"{coarse_date(first, precision, lang)} – {coarse_date(last, precision, lang)}"


def clock_range(starts: time | None, ends: time | None) -> str:
    """Return "18:00–20:00", "18:00", or nothing when the time is not known."""
    if starts is None:
        return ""
    return f"{starts:%H:%M}–{ends:%H:%M}" if ends else f"{starts:%H:%M}"


def when(  # noqa: PLR0917 -- the columns of a date, in the order in which every row holds them
    first: date | None,
    last: date | None,
    precision: Precision,
    certainty: Certainty,
    starts: time | None = None,
    ends: time | None = None,
) -> When:
    """Return a record's date, and time if it has one, in the parts that pages show."""
    lang = reading_language()
    if first is None or precision is Precision.UNKNOWN:
        return When("", "", "", "", "", gettext("date not known"), "", certainty is Certainty.INFERRED)
    clock = clock_range(starts, ends)
    words = date_range(first, last, precision, lang)
    day, month, weekday, iso = "", "", "", f"{first.year:04d}"
    if precision is not Precision.YEAR:
        month, iso = month_name(first.month, lang), f"{iso}-{first.month:02d}"
    if precision is Precision.DAY:
        day, weekday, iso = _days(first, last, lang), _weekdays(first, last, lang), first.isoformat()
        if last is None or last == first:
            words = f"{weekday}, {words}"
        if starts:
            words, iso = f"{words}, {clock}", f"{iso}T{starts:%H:%M}"
    return When(day, month, str(first.year), weekday, clock, words, iso, certainty is Certainty.INFERRED)


def _days(first: date, last: date | None, lang: str) -> str:
    """Return "10." or "10.–12." ("10", "10–12" in English); a stay into the next month shows its first day."""
    dot = "." if lang == "lv" else ""
    if last and last != first and (first.year, first.month) == (last.year, last.month):
        return f"{first.day}{dot}–{last.day}{dot}"
    return f"{first.day}{dot}"


def _weekdays(first: date, last: date | None, lang: str) -> str:
    """Return "otrdiena", "ceturtdiena–piektdiena" for a stay, and "līdz 2. oktobrim" for one into another month."""
    if last is None or last == first:
        return weekday_name(first, lang)
    if (first.year, first.month) == (last.year, last.month):
        return f"{weekday_name(first, lang)}–{weekday_name(last, lang)}"
    if lang == "en":
        return (
            f"until {long_date(last, lang)}"
            if last.year != first.year
            else f"until {last.day} {ENGLISH_MONTHS[last.month - 1]}"
        )
    return f"līdz {date_in_words(last, case='dative', year=last.year != first.year)}"


def said(text: Text) -> Markup:
    """Return a passage for a page, marked with its language where that is not the page's."""
    if text.lang == reading_language():
        return escape(text.words)
    return Markup('<span lang="{}">{}</span>').format(text.lang, text.words)


def said_in(words: str, lang: str) -> Markup:
    """Return words of which the language is on record, such as somebody's comment, marked with it where needed."""
    return said(Text(words, lang))


def passage(text: Bilingual) -> Text:
    """Return a bilingual text in the language being read, or the one that exists, with its language."""
    return text.read_in(reading_language())


def read(text: Bilingual) -> Markup:
    """Return a bilingual text in the language being read, or the one that exists with its `lang`."""
    return said(passage(text))


def plain(text: Bilingual) -> str:
    """Return a bilingual text without marks, for titles, attributes and files, which have no place for them."""
    return passage(text).words


def paragraphs(text: Bilingual) -> Markup:
    """Return a bilingual text as paragraphs: an empty line parts them."""
    words, spoken = passage(text)
    lang = "" if spoken == reading_language() else Markup(' lang="{}"').format(spoken)
    blocks = [block.strip() for block in words.replace("\r\n", "\n").split("\n\n")]
    return Markup("").join(Markup("<p{}>{}</p>").format(lang, block) for block in blocks if block)


def lines(text: Bilingual) -> list[Markup]:
    """Return each line of a bilingual text on its own, for lists."""
    words, spoken = passage(text)
    return [said(Text(line.strip(), spoken)) for line in words.splitlines() if line.strip()]


def reading_minutes(*texts: Bilingual | str) -> int:
    """Return how many minutes the texts take to read, 0 when it is less than one."""
    words = sum(len((plain(text) if isinstance(text, Bilingual) else text).split()) for text in texts)
    return round(words / WORDS_A_MINUTE)


def term_in_words(days: int, lang: str) -> str:
    """Return for how long something is kept: "5 gadi", "90 dienas"; 0 keeps it without an end."""
    if not days:
        return "without an end" if lang == "en" else "bez termiņa"
    number, is_years = (days // DAYS_OF_YEAR, True) if days % DAYS_OF_YEAR == 0 else (days, False)
    if lang == "en":
        return f"{number} {'year' if is_years else 'day'}{'' if number == 1 else 's'}"
    is_one = plural_form(number) == 1
    return f"{number} {('gads' if is_one else 'gadi') if is_years else ('diena' if is_one else 'dienas')}"


def starting_capital(words: str) -> str:
    """Return the words with a capital at the start, for headings."""
    return words[:1].upper() + words[1:]


def mail_link(address: str) -> str:
    """Return the link by which a mail program writes to an address, and to nobody else (RFC 6068, 2)."""
    return f"mailto:{quote(address, safe='@+')}"


def phone_number(number: str | None) -> str:
    """Return a number in the international form as people read it: "+371 26 123 456"; empty when there is none."""
    if not number:
        return ""
    if number.startswith("+371") and len(number) == len("+37126123456"):
        return f"+371 {number[4:6]} {number[6:9]} {number[9:]}"
    return number
