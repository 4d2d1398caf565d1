"""Whatever is typed or pasted: an amount is the whole number that stands there, or the field stays empty.

The texts are made of an amount, in one of the ways in which people write one, and of what people put around it in five
languages. What the three readers (a price field, the one-liner, a message) make of them is held to one rule.
"""

import re
import unicodedata

import phonenumbers
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.domain.drafts import Draft
from bot.domain.field_parsers import BadAmount, BadPhone, parse_amount, parse_mobile
from bot.domain.picking import pick
from bot.domain.quickline import Nonsense, read_quickline

EVERY = [*map(chr, range(0x3001)), "\ufeff", "\uff0d", "\uff07"]
SPACES = [*sorted(one for one in EVERY if unicodedata.category(one) == "Zs"), "\t", "  ", "\n", "\u2028"]
UNSEEN = ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f"]
BIDI = ["\u200e", "\u200f", "\u061c", "\u202a", "\u202b", "\u202c", "\u202d", "\u2066", "\u2067", "\u2068", "\u2069"]
APOSTROPHES = ["'", "\u2018", "\u2019", "\u201b", "\u2032", "\u02b9", "\u02bb", "\u02bc", "\u00b4", "`", "\uff07"]
DASHES = ["-", "--", *sorted(one for one in EVERY if unicodedata.category(one) == "Pd"), "\u2212"]
SEPARATORS = ["", ".", ",", *SPACES, *UNSEEN, *APOSTROPHES]
BEFORE = ["", "", "", "kr ", "kr", "Kr. ", "NOK ", "nok ", "NOK\u00a0", "kr\u2009", "\u200ekr ", "EUR ", "$"]
BEHIND = ["", "", " kr", "kr", "\u00a0kr", " kr.", " NOK", " nok", " kroner", ",-", ".-", ":-", " euro", "\u2009kr"]
WORDS = {
    "no": ["Kan du sende lenke", "takk", "til Ola", "vi har nok", "ring meg", "for tilhengerfeste", "i dag"],
    "sv": ["Kan du skicka länk", "tack", "till Olle", "vänta 30 sek", "för dragkrok", "i dag"],
    "da": ["Kan du sende et link", "tak", "til Ole", "vi har nok", "for anhængertræk", "i dag"],
    "fi": ["Voitko lähettää linkin", "kiitos", "Ollille", "odota 30 sek", "vetokoukku", "tänään"],
    "en": ["Can you send a link", "thanks", "to Ola", "wait a sec", "for the tow bar", "today"],
}
PARTIAL = [
    "eks mva", "ekskl. mva", "+ mva", "+ 25 % mva", "u/mva", "uten mva", "exkl. moms", "exkl moms", "utan moms",
    "ekskl. moms", "uden moms", "plus moms", "ilman alv", "alv 0 %", "+ alv", "veroton", "excl. VAT", "ex VAT",
    "plus VAT", "before tax", "per stk", "pr. stk", "pr stk.", "/stk", "per styck", "/st", "pr. styk", "/kpl",
    "per kpl", "each", "per piece", "per hour", "minus 10 %", "-10 %", "10 % rabatt", "10 % rabat", "10 % alennus",
    "10 % off", "med rabatt", "with discount", "- 20%",
]  # fmt: skip
COUNTED = [
    "2 x {}",
    "2x {}",
    "3 stk à {}",
    "3 stk {}",
    "3 st à {}",
    "2 stk. {}",
    "2 kpl {}",
    "3 pcs {}",
    "2 * {}",
    "4 × {}",
]
RANGES = [
    "{}-{}",
    "{} - {}",
    "{}\u2013{}",
    "{} \u2014 {}",
    "{}\u2212{}",
    "{}/{}",
    "{}x{}",
]
JOINERS = ["or", "eller", "tai", "and", "og", "och", "ja", "to", "til", "till"]
JOINED = [way for one in JOINERS for way in (f"{{}} {one} {{}}", f"{{}} kr {one} {{}}", f"{{}},  {one}\n{{}}")]

figures = st.integers(1, 9_999_999).map(str)
"""Fewer than a mobile number has: two readers of a phone and an amount side by side are tried elsewhere."""
decimals = st.sampled_from(["", "", ",00", ".50", ",5", ",505", "."])


@st.composite
def amounts(draw: st.DrawFn) -> str:
    """Figures as they may stand in a text: grouped by anything, in any script's digits, with marks in between."""
    whole, mark = draw(figures), draw(st.sampled_from(SEPARATORS))
    grouped = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", lambda _: mark, whole)
    typed = grouped + draw(decimals)
    if draw(st.booleans()) and draw(st.booleans()):
        typed = "".join(chr(0xFF10 + int(one)) if one.isdigit() else one for one in typed)
    around = draw(
        st.sampled_from([("", ""), *[(one, "") for one in [*UNSEEN, *BIDI]], *[("", one) for one in [*UNSEEN, *BIDI]]])
    )
    return f"{around[0]}{typed}{around[1]}"


@st.composite
def marked(draw: st.DrawFn) -> str:
    """An amount with a currency before or behind it, or with neither."""
    return draw(st.sampled_from(BEFORE)) + draw(amounts()) + draw(st.sampled_from(BEHIND))


@st.composite
def texts(draw: st.DrawFn, *more: st.SearchStrategy[str]) -> str:
    """An amount, and what people of one language write around it."""
    words = WORDS[draw(st.sampled_from(sorted(WORDS)))]
    parts = [draw(marked()), *(draw(one) for one in more), *draw(st.lists(st.sampled_from(words), max_size=3))]
    joined = st.sampled_from([" ", " ", " ", "  ", ", ", "\n", ": ", " - ", "\u00a0"])
    return "".join(part + draw(joined) for part in draw(st.permutations(parts)))


def digits_of(text: str) -> str:
    return "".join(str(unicodedata.decimal(one)) for one in text if one.isdecimal())


def numbers_in(text: str) -> set[str]:
    """Every run of figures that reads as one number: its separators are blanks, marks or invisible, all of one kind."""
    seen = "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)
    between = rf"[{re.escape(''.join([*SPACES, *UNSEEN, *BIDI, *APOSTROPHES]))}.,:]*"
    runs = re.findall(rf"\d+(?:{between}\d+)*", seen)
    return {digits_of(run) for run in runs}


def holds(price: str, text: str) -> bool:
    """Whether the price is a whole number of the text, with all of its figures and no others."""
    whole = price.replace(",", "")
    likely = {whole, whole.removesuffix("00"), whole.removesuffix("0")}
    return any(number.lstrip("0") in {one.lstrip("0") for one in likely} for number in numbers_in(text))


def from_field(text: str) -> str:
    try:
        minor = parse_amount(text, "NOK")
    except BadAmount as refused:
        said = set(re.findall(r"\d[\d ,.]*\d", str(refused))) - {"249,50", "1 249,50", "21474836,47"}
        assert all(digits_of(one) in numbers_in(text) for one in said), f"a sentence proposes {said}"
        return ""
    return f"{minor // 100},{minor % 100:02}"


def from_one_liner(text: str) -> Draft | None:
    try:
        return read_quickline(text, Draft(id="d1"), currency="NOK", country="NO")
    except Nonsense:
        return None


def from_message(text: str) -> Draft:
    return pick(text, Draft(id="d1"), currency="NOK", country="NO")


def prices(text: str) -> list[str]:
    """What the readers of free texts propose."""
    drafts = [from_one_liner(text), from_message(text)]
    return [draft.lines[0].price for draft in drafts if draft is not None and draft.lines[0].price]


@given(marked())
@example("kr 1\u2009249")
@example("249,50\u200b")
@example("249,00-")
@example("1.249")
def test_a_price_field_takes_the_whole_number_or_none(text):
    price = from_field(text)

    assert not price or holds(price, text)


@given(texts())
@example("kr 1\u2009249 til 91234567")
@example("12\u2009490,- takk")
@example("12\u2060490 kr")
@example("2\t490 kr")
def test_free_texts_give_the_whole_number_or_none(text):
    for price in prices(text):
        assert holds(price, text), price


@given(texts(marked()))
@example("1,- 100 ")
@example("kr 27,050.50 ")
@example("25,020.50 kr 25,020.50 ")
@example("4500000 1 000 001 ")
@example("4500000 1 100 000 ")
def test_of_two_amounts_none_is_taken_unless_they_are_one_number_or_alike(text):
    for price in prices(text):
        assert holds(price, text), price


@given(texts(), st.sampled_from(PARTIAL))
def test_a_price_that_something_is_added_to_or_taken_from_stays_empty(text, partial):
    for said in (f"{text.rstrip()} {partial}", f"{text} ({partial})"):
        assert from_message(said).lines[0].price == "", said
        draft = from_one_liner(said)
        assert draft is None or draft.lines[0].price == "", said


@given(st.integers(1, 99_999).map(str), st.sampled_from(COUNTED), st.sampled_from([" kr", ",-", " NOK", ""]))
def test_a_price_of_one_of_several_stays_empty(amount, counted, mark):
    said = f"{counted.format(amount)}{mark} Tow bar"

    assert prices(said) == []


@given(st.integers(1, 99_999).map(str), st.integers(1, 99_999).map(str), st.sampled_from(RANGES))
def test_a_range_gives_none_of_its_ends(low, high, way):
    for said in (f"{way.format(low, high)} kr", f"kr {way.format(low, high)}", f"{way.format(low, high)} Tow bar"):
        assert prices(said) == [], said


@given(st.integers(1, 99_999).map(str), st.integers(1, 99_999).map(str), st.sampled_from(JOINED))
def test_of_two_amounts_that_a_word_joins_none_is_taken(first, second, way):
    both = way.format(first, second)
    for said in (
        both,
        f"{both} kr",
        f"kr {both}",
        f"{both} 91234567",
        f"{both} kr til 91234567",
        f"91234567 {both} kr",
    ):
        assert prices(said) == [], said


MOBILES = ["91234567", "912 34 567", "+47 91 23 45 67", "0047 912 34 567", "(+47) 91234567", "41234567"]


@given(st.sampled_from(MOBILES), st.sampled_from([*SPACES, *UNSEEN, *DASHES, *BIDI, "."]), st.integers(0, 12))
def test_a_phone_field_takes_every_figure_or_none(number, mark, at):
    typed = number[:at] + mark + number[at:]
    try:
        read = parse_mobile(typed, "NO")
    except BadPhone:
        return
    assert read.removeprefix("+47") == digits_of(typed)[-8:]
    assert digits_of(typed)[:-8] in {"", "47", "0047"}


@given(
    st.sampled_from(MOBILES),
    st.sampled_from(
        [", ", "; ", "/", " / ", "#", " og ", " eller ", " or ", " ja ", " & ", "|", " ext. ", ";ext=", " x"]
    ),
    st.sampled_from([*MOBILES, "12", "7", "1234"]),
)
def test_of_two_numbers_or_a_number_with_an_extension_none_is_taken(first, between, second):
    try:
        read = parse_mobile(f"{first}{between}{second}", "NO")
    except BadPhone:
        return
    raise AssertionError(read)


@given(
    texts(), st.sampled_from(MOBILES), st.sampled_from(["kari@example.com", "<mailto:a@example.com|a@example.com>", ""])
)
def test_no_phone_number_and_no_email_address_stays_in_the_text_of_a_line(text, number, email):
    draft = from_one_liner(f"249 {text} {number} {email}")
    assume(draft is not None)

    assert draft is not None
    said = draft.lines[0].text
    assert "@" not in said
    found = [match.raw_string for match in phonenumbers.PhoneNumberMatcher(said, "NO")]
    assert digits_of(number)[-8:] not in {digits_of(one)[-8:] for one in found}


@given(
    texts(),
    st.sampled_from(["https://shop.example/{}", "https://shop.example/{}|shop.example/{}", "#C1|{}", "@U{}"]),
    figures,
)
def test_figures_in_links_and_mentions_are_no_amount_of_a_message(text, link, number):
    with_link = f"<{link.replace('{}', number)}> {text}"

    assert from_message(with_link).lines[0].price == from_message(f"; {text}").lines[0].price
