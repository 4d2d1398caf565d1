"""Every language says everything, with the same values in it, and the reader's wish decides."""

import string
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.page_state import PageState
from bot.domain.wording import LANGUAGES, spoken
from bot.web.words import WORDS, chosen

OSLO = ZoneInfo("Europe/Oslo")
ENGLISH = WORDS["en"].sentences


def values(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything_and_nothing_else(language):
    assert list(WORDS[language].sentences) == list(ENGLISH)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ENGLISH)
def test_a_sentence_has_the_same_values_in_every_language(language, name):
    sentence = WORDS[language].sentences[name]

    assert sentence.strip()
    assert values(sentence) == values(ENGLISH[name])


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_no_sentence_was_left_untranslated(language):
    alike = {name for name, sentence in WORDS[language].sentences.items() if sentence == ENGLISH[name]}

    assert alike <= {"reference"}  # Danish and English share the word


@pytest.mark.parametrize("state", [state for state in PageState if state is not PageState.PAYABLE])
def test_every_state_of_a_page_has_its_words(state):
    assert {f"{state}_title", f"{state}_text"} <= set(ENGLISH)


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ("nb-NO,nb;q=0.9,en;q=0.5", "nb"),
        ("no", "nb"),
        ("nn-NO", "nb"),
        ("SV-se", "sv"),
        ("da", "da"),
        ("fi-FI", "fi"),
        ("en-GB,en;q=0.9", "en"),
        ("de-DE,de;q=0.9,sv;q=0.3", "sv"),
        ("en;q=0.3,fi;q=0.8", "fi"),
        ("fi;q=0, en;q=0.1", "en"),
        ("en;q=0.5, da;q=0.5", "en"),
        ("de, *;q=0.5", "sv"),
        ("de", "sv"),
        ("", "sv"),
        ("fi;q=much, da", "da"),
        ("fi;q=9, da", "da"),
        (";;;,,,=", "sv"),
        ("da" * 5000, "sv"),
    ],
)
def test_the_reader_gets_the_language_they_like_best(wishes, language):
    assert chosen(wishes, "sv") == language


@pytest.mark.parametrize(("locale", "language"), [("nb_NO", "nb"), ("no_NO", "nb"), ("fi", "fi"), ("de_DE", "en")])
def test_who_wishes_for_none_of_ours_is_spoken_to_as_the_shop_speaks(locale, language):
    assert spoken(locale) == language


@pytest.mark.parametrize(
    ("language", "amount", "moment"),
    [
        ("nb", "1 249,50 kr", "fredag 27. november 2026 kl. 13:00 (tid i Oslo)"),
        ("sv", "1 249,50 Nkr", "fredag 27 november 2026 kl. 13:00 (tid i Oslo)"),
        ("da", "1.249,50 NOK", "fredag den 27. november 2026 kl. 13.00 (tid i Oslo)"),
        ("fi", "1 249,50 NOK", "perjantai 27. marraskuuta 2026 klo 13.00 (paikallista aikaa: Oslo)"),
        ("en", "NOK 1,249.50", "Friday, 27 November 2026 at 13:00 (Oslo time)"),
    ],
)
def test_amounts_and_times_are_written_as_the_reader_writes_them(language, amount, moment):
    words = WORDS[language]

    assert words.money(124950, "NOK").replace("\xa0", " ") == amount
    assert words.moment(datetime(2026, 11, 27, 12, tzinfo=UTC), OSLO) == moment


def test_what_is_put_into_a_sentence_is_escaped():
    assert WORDS["en"]("asks", name="<b>Fjord & Fjell</b>") == "&lt;b&gt;Fjord &amp; Fjell&lt;/b&gt; asks you to pay"
