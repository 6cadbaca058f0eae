"""The Latvian language: what sorts where, which forms are one word, how days are written."""

import sqlite3
import unicodedata
from contextlib import closing
from datetime import date

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from lag_tracker.latvian import (
    ALPHABET,
    MONTHS,
    WEEKDAYS,
    WEEKDAYS_SHORT,
    date_in_words,
    fold,
    month_in_words,
    ordinal,
    plural_form,
    sort_key,
    stem,
    words,
)

ANY_TEXT = st.text(max_size=40)
LATVIAN_WORD = st.text(alphabet=ALPHABET, max_size=12)

PARADIGMS = {
    "first declension, lēmums": "lēmums lēmuma lēmumam lēmumu lēmumā lēmumi lēmumiem lēmumus lēmumos",
    "first declension, novads": "novads novada novadam novadu novadā novadi novadiem novadus novados",
    "first declension, biedrs": "biedrs biedra biedram biedru biedrā biedri biedriem biedrus biedros",
    "first declension, ceļš": "ceļš ceļa ceļam ceļu ceļā ceļi ceļiem ceļus ceļos",
    "first declension, velosipēds": "velosipēds velosipēda velosipēdam velosipēdu velosipēdā "
    "velosipēdi velosipēdiem velosipēdus velosipēdos",
    "first declension, gājējs": "gājējs gājēja gājējam gājēju gājējā gājēji gājējiem gājējus gājējos",
    "first declension, uzņēmējs": "uzņēmējs uzņēmēja uzņēmējam uzņēmēju uzņēmēji uzņēmējiem uzņēmējus uzņēmējos",
    "first declension, iedzīvotājs": "iedzīvotājs iedzīvotāja iedzīvotājam iedzīvotāju "
    "iedzīvotājā iedzīvotāji iedzīvotājiem iedzīvotājus iedzīvotājos",
    "second declension, latvietis": "latvietis latvieša latvietim latvieti latvietī latvieši "
    "latviešu latviešiem latviešus latviešos",
    "second declension, vācietis": "vācietis vācieša vācietim vācieti vācietī vācieši vāciešu "
    "vāciešiem vāciešus vāciešos",
    "second declension, lācis": "lācis lāča lācim lāci lācī lāči lāču lāčiem lāčus lāčos",
    "second declension, brālis": "brālis brāļa brālim brāli brālī brāļi brāļu brāļiem brāļus brāļos",
    "second declension, zutis": "zutis zuša zutim zuti zutī zuši zušu zušiem zušus zušos",
    "second declension, kurmis": "kurmis kurmja kurmim kurmi kurmī kurmji kurmju kurmjiem kurmjus kurmjos",
    "second declension, pārstāvis": "pārstāvis pārstāvja pārstāvim pārstāvi pārstāvji pārstāvju "
    "pārstāvjiem pārstāvjus pārstāvjos",
    "second declension, mēnesis": "mēnesis mēneša mēnesim mēnesi mēnesī mēneši mēnešu mēnešiem mēnešus mēnešos",
    "second declension, ceļvedis": "ceļvedis ceļveža ceļvedim ceļvedi ceļvedī ceļveži ceļvežu",
    "third declension, tirgus": "tirgus tirgum tirgu tirgū tirgi tirgiem tirgos",
    "fourth declension, pilsēta": "pilsēta pilsētas pilsētai pilsētu pilsētā pilsētām pilsētās",
    "fourth declension, iniciatīva": "iniciatīva iniciatīvas iniciatīvai iniciatīvu iniciatīvā iniciatīvām iniciatīvās",
    "fourth declension, pašvaldība": "pašvaldība pašvaldības pašvaldībai pašvaldību pašvaldībā pašvaldībām pašvaldībās",
    "fourth declension, biedrība": "biedrība biedrības biedrībai biedrību biedrībā biedrībām",
    "fourth declension, ideja": "ideja idejas idejai ideju idejā idejām idejās",
    "fourth declension, apspriešana": "apspriešana apspriešanas apspriešanai apspriešanu apspriešanā",
    "fourth declension, māja": "māja mājas mājai māju mājā mājām mājās",
    "fourth declension, ēka": "ēka ēkas ēkai ēku ēkā ēkām ēkās",
    "fifth declension, sanāksme": "sanāksme sanāksmes sanāksmei sanāksmi sanāksmē sanāksmju sanāksmēm sanāksmēs",
    "fifth declension, sēde": "sēde sēdes sēdei sēdi sēdē sēžu sēdēm sēdēs",
    "fifth declension, aktivitāte": "aktivitāte aktivitātes aktivitātei aktivitāti aktivitātē "
    "aktivitāšu aktivitātēm aktivitātēs",
    "fifth declension, izstāde": "izstāde izstādes izstādei izstādi izstādē izstāžu izstādēm",
    "fifth declension, atbilde": "atbilde atbildes atbildei atbildi atbildē atbilžu atbildēm",
    "fifth declension, upe": "upe upes upei upi upē upju upēm upēs",
    "sixth declension, valsts": "valsts valstij valsti valstī valstis valstu valstīm valstīs",
    "sixth declension, durvis": "durvis durvju durvīm durvīs",
    "adjective jauns": "jauns jauna jaunam jaunu jaunā jauni jauniem jaunus jaunos jaunai jaunas "
    "jaunām jaunās jaunais jaunajam jauno jaunajā jaunie jaunajiem jaunajos jaunajai jaunajām "
    "jaunajās jaunāks jaunāka jaunāki jaunākais jaunākā jaunāko jaunākajam jaunākajiem",
    "adjective vietējais": "vietējais vietējā vietējam vietējo vietējie vietējiem vietējos vietējai vietējās vietējām",
    "adjective trešais": "trešais trešā trešajam trešo trešajā trešie trešajiem",
    "place Ķekava": "Ķekava Ķekavas Ķekavai Ķekavu Ķekavā",
    "place Rīga": "Rīga Rīgas Rīgai Rīgu Rīgā",
    "place Cēsis": "Cēsis Cēsu Cēsīm Cēsīs",
    "place Liepāja": "Liepāja Liepājas Liepājai Liepāju Liepājā",
    "place Ādaži": "Ādaži Ādažu Ādažiem Ādažus Ādažos",
    "place Jēkabpils": "Jēkabpils Jēkabpilij Jēkabpili Jēkabpilī",
    "English meeting": "meeting meetings",
    "English decision": "decision decisions",
    "English city": "city cities",
    "English municipality": "municipality municipalities",
    "English committee": "committee committees",
    "English initiative": "initiative initiatives",
    "English process": "process processes",
    "English bus": "bus buses",
    "English video": "video videos",
    "English program": "program programs programme programmes",
    "English team": "team teams",
}

STRANGERS = [
    ("biedrs", "biedrība"),
    ("uzņēmējs", "uzņēmums"),
    ("vieta", "viesis"),
    ("Liepāja", "liepa"),
    ("vecāki", "vecs"),
    ("NVO", "NVA"),
    ("city", "citi"),
    ("skolotājs", "skola"),
    ("lats", "lasis"),
    ("tirgus", "tirgotājs"),
    ("valsts", "valis"),
    ("sanāksme", "sanitārs"),
]

NAMES_IN_ORDER = [
    "Abele",
    "Auce",
    "Ābele",
    "Ādaži",
    "Balvi",
    "Cēsis",
    "Cīrava",
    "Čakste",
    "Daugavpils",
    "Engure",
    "Ērgļi",
    "Gulbene",
    "Ģibuļi",
    "Ikšķile",
    "Ize",
    "Ylva",
    "Īle",
    "Jelgava",
    "Kuldīga",
    "Ķekava",
    "Liepāja",
    "Ļaudona",
    "Nīca",
    "Ņukši",
    "Rīga",
    "Rīga un apkārtne",
    "Rīgas dome",
    "Sigulda",
    "Šķūnis",
    "Tukums",
    "Ugāle",
    "Ūziņi",
    "Valka",
    "Zemgale",
    "Žīguri",
    "Юрмала",
]


@pytest.mark.parametrize("forms", PARADIGMS.values(), ids=PARADIGMS)
def test_the_forms_of_a_word_share_one_stem(forms: str) -> None:
    first, *others = forms.split()
    assert {form: stem(form) for form in others} == dict.fromkeys(others, stem(first))


@pytest.mark.parametrize("forms", PARADIGMS.values(), ids=PARADIGMS)
def test_forms_typed_without_accents_share_the_stem_of_the_accented(forms: str) -> None:
    first, *others = forms.split()
    assert {stem(fold(form)) for form in (first, *others)} == {stem(first)}


@pytest.mark.parametrize(("one", "other"), STRANGERS)
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("lēmumiem", "lemum"),
        ("Ķekavā", "kekav"),
        ("upju", "up"),
        ("un", "un"),
        ("par", "par"),
        ("ES", "es"),
        ("LAG", "lag"),
        ("2027", "2027"),
        ("CO2", "co2"),
        ("10.", "10."),
        ("", ""),
    ],
)
def test_a_stem_is_what_is_left_of_the_folded_word(word: str, expected: str) -> None:
    assert stem(word) == expected


@given(st.one_of(ANY_TEXT, LATVIAN_WORD))
def test_accents_and_case_never_change_a_stem(word: str) -> None:
    assert stem(fold(word)) == stem(word) == stem(unicodedata.normalize("NFD", word))


@given(LATVIAN_WORD.filter(lambda word: len(word) > 1))
def test_a_stem_of_letters_keeps_at_least_two_of_them(word: str) -> None:
    assert len(stem(word)) > 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ķekava", "kekava"),
        ("ŠĶŪŅU ČIEKURŽAGARĪTE", "skunu ciekurzagarite"),
        ("Łódź, Malmö, Ærø", "lodz, malmo, aero"),
        ("Straße", "strasse"),
        ("K\u0327ekava", "kekava"),
    ],
)
def test_folding_gives_what_is_typed_without_accents(text: str, expected: str) -> None:
    assert fold(text) == expected


@given(ANY_TEXT)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Park&Ride Ķekavā", ["park", "ride", "ķekavā"]),
        ("Stāvi_un-brauc: „Rīga–Cēsis” 2020.gada", ["stāvi", "un", "brauc", "rīga", "cēsis", "2020", "gada"]),
        ("pašvaldī\u00adbas", ["pašvaldības"]),
        ("s\u0327a\u0304", ["şā"]),
        ("— !", []),
    ],
)
def test_words_part_at_whatever_is_no_letter_or_digit(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(ANY_TEXT)
def test_the_words_of_joined_words_are_the_same(text: str) -> None:
    assert words(" ".join(words(text))) == words(text)


def test_names_sort_by_the_latvian_alphabet() -> None:
    backwards = NAMES_IN_ORDER[::-1]
    assert sorted(backwards, key=sort_key) == NAMES_IN_ORDER


def test_a_database_sorts_the_keys_as_python_does() -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE place (name TEXT, sort_key TEXT COLLATE BINARY)")
        rows = [(name, sort_key(name)) for name in reversed(NAMES_IN_ORDER)]
        database.executemany("INSERT INTO place VALUES (?, ?)", rows)
        found = database.execute("SELECT name FROM place ORDER BY sort_key").fetchall()
    assert [name for (name,) in found] == NAMES_IN_ORDER


@given(LATVIAN_WORD, LATVIAN_WORD)
def test_keys_order_words_as_the_alphabet_does(one: str, other: str) -> None:
    assert (sort_key(one) < sort_key(other)) == (
        [ALPHABET.index(letter) for letter in one] < [ALPHABET.index(letter) for letter in other]
    )


@given(ANY_TEXT, ANY_TEXT)
def test_only_equal_texts_have_equal_keys(one: str, other: str) -> None:
    same = unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)
    assert (sort_key(one) == sort_key(other)) == same


@given(ANY_TEXT)
def test_a_key_is_printable_ascii_that_any_text_column_stores(text: str) -> None:
    key = sort_key(text)
    assert key.isascii()
    assert key.isprintable()


@given(ANY_TEXT)
def test_a_key_does_not_depend_on_how_accents_are_stored(text: str) -> None:
    assert sort_key(unicodedata.normalize("NFD", text)) == sort_key(unicodedata.normalize("NFC", text))


@given(st.integers(min_value=0), st.integers(min_value=0))
def test_numbers_sort_by_value(one: int, other: int) -> None:
    assert (sort_key(f"{one}. grupa") < sort_key(f"{other}. grupa")) == (one < other)


@pytest.mark.parametrize(
    "texts",
    [
        ["Rīga 2", "Rīga Z", "Rīga2", "Rīgaa"],
        ["Ādažu 2. grupa", "Ādažu 10. grupa", "Ādažu grupa"],
        ["Rīga", "„Rīga”", "Rīga B", "Rīgā"],
        ["Liepājas iela", "„Liepājas” josla", "Liepājas ķēde"],
        ["ābols", "Ābols"],
        ["Muller", "Müller", "Mullere"],
        ["2. sanāksme", "002. sanāksmes", "3"],
        ["", "!", "1", "a", "ž", "я"],
    ],
)
def test_gaps_come_before_digits_digits_before_letters_and_signs_last(texts: list[str]) -> None:
    backwards = texts[::-1]
    assert sorted(backwards, key=sort_key) == texts


MONTHS_BY_CASE = [
    (1, "janvāris", "janvārī", "janvārim"),
    (2, "februāris", "februārī", "februārim"),
    (3, "marts", "martā", "martam"),
    (4, "aprīlis", "aprīlī", "aprīlim"),
    (5, "maijs", "maijā", "maijam"),
    (6, "jūnijs", "jūnijā", "jūnijam"),
    (7, "jūlijs", "jūlijā", "jūlijam"),
    (8, "augusts", "augustā", "augustam"),
    (9, "septembris", "septembrī", "septembrim"),
    (10, "oktobris", "oktobrī", "oktobrim"),
    (11, "novembris", "novembrī", "novembrim"),
    (12, "decembris", "decembrī", "decembrim"),
]


@pytest.mark.parametrize(("month", "nominative", "locative", "dative"), MONTHS_BY_CASE)
def test_a_month_is_written_in_the_case_asked_for(month: int, nominative: str, locative: str, dative: str) -> None:
    assert (
        month_in_words(2020, month),
        month_in_words(2020, month, case="locative"),
        month_in_words(2020, month, case="dative"),
    ) == (f"2020. gada {nominative}", f"2020. gada {locative}", f"2020. gada {dative}")


@pytest.mark.parametrize(("month", "nominative", "locative", "dative"), MONTHS_BY_CASE)
def test_a_day_is_written_in_the_case_asked_for(month: int, nominative: str, locative: str, dative: str) -> None:
    day = date(2020, month, 10)
    assert (
        date_in_words(day),
        date_in_words(day, case="locative"),
        date_in_words(day, case="dative"),
        date_in_words(day, year=False),
        date_in_words(day, case="locative", year=False),
    ) == (
        f"2020. gada 10. {nominative}",
        f"2020. gada 10. {locative}",
        f"2020. gada 10. {dative}",
        f"10. {nominative}",
        f"10. {locative}",
    )


@pytest.mark.parametrize("month", [0, 13, -1])
def test_a_month_outside_the_year_is_refused(month: int) -> None:
    with pytest.raises(ValueError, match=f"there is no month {month}"):
        month_in_words(2020, month)


def test_months_and_weekdays_are_named_as_the_locale_data_names_them() -> None:
    locale = Locale("lv")
    assert tuple(locale.months["format"]["wide"][month] for month in range(1, 13)) == MONTHS
    assert tuple(locale.days["format"]["wide"][day] for day in range(7)) == WEEKDAYS


def test_the_short_week_starts_on_monday() -> None:
    assert WEEKDAYS_SHORT == ("P", "O", "T", "C", "Pk", "S", "Sv")


def test_plural_forms_are_those_of_the_locale_data() -> None:
    plural = Locale("lv").plural_form
    names = ("zero", "one", "other")
    assert [names[plural_form(n)] for n in range(2000)] == [plural(n) for n in range(2000)]


@given(st.integers())
def test_a_count_below_zero_takes_the_plural_of_its_size(n: int) -> None:
    assert plural_form(n) == plural_form(-n)


def test_an_ordinal_ends_with_a_full_stop() -> None:
    assert ordinal(3) == "3."
