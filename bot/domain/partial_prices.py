"""Words around an amount that say it is not the whole of what is paid: a unit price, a price without VAT, a discount.

Five languages: Norwegian, Swedish, Danish, Finnish, English. Pure.
"""

import re
from typing import Final


def one_of(words: str) -> str:
    """A pattern for any of these words; `_` is a blank inside one of them."""
    return f"(?:{'|'.join(words.split()).replace('_', ' ')})"


_UNIT: Final = one_of(
    """stk styk styck st pcs pc pieces? kpl kappaletta par pairs? pk pakker paket boxes esker timer? timmar hours? hrs?
    tuntia dager dagar dage days? päivää uker veckor weeks? netter nätter nights? personer persons? people pers henkilöä
    h t m m2 m² cm mm km kg g l liter litraa meter metriä x × ganger gange gånger times kertaa"""
)
_CURRENCY: Final = one_of("kr nok sek dkk eur €")
_TAX: Final = one_of(r"mva moms\w* merverdiavgift vat alv arvonlisävero\w* tax avgift\w*")
_WITHOUT: Final = one_of(
    """eks ekskl eksklusive? ex exkl exklusive? excl excluding exclusive_of uten utan uden u without ilman før före
    before plus pluss tillkommer kommer_i_tillegg"""
)
_ADDED: Final = one_of("tillkommer kommer lisätään fri free ei_sisälly not_included added ikke_inkludert")
_WITHOUT_TAX: Final = re.compile(
    rf"(?:\b{_WITHOUT}\b[./]{{0,2}}|\+) ?(?:\d{{1,2}}(?:[.,]\d)? ?% ?)?{_TAX}\b"
    rf"|\b{_TAX}[ -]{{0,2}}(?:0 ?%|{_ADDED})|\b{one_of('netto net veroton verottomana nettohinta')}\b",
    re.IGNORECASE,
)
_REDUCED: Final = one_of(
    r"rabatt\w* rabat\w* avslag discount\w* alennu\w+ ale avdrag off prisavslag nedslag minus miinus"
)
_DISCOUNT: Final = re.compile(rf"\b{_REDUCED}\b|(?<![\w.,])-\s?\d+(?:[.,]\d+)? ?%", re.IGNORECASE)
_PER: Final = one_of(
    "per pr pro each styckpris stykpris stykkpris stykprisen enhetspris kappalehinta kpl-hinta unit_price apiece"
)
_EACH: Final = re.compile(
    rf"\b{_PER}\b|(?:^|[\s\d])[àáa@] ?(?=\d|{_CURRENCY})|(?:^|\s)[àá@](?=\s)"
    rf"|(?<![^\W\d_])/ ?{_UNIT}\b|[\d-]\s?{_CURRENCY}?\.?/ ?[a-zåäöæø]",
    re.IGNORECASE,
)
_SEVERAL: Final = re.compile(rf"(?<![\w.,/-])\d+(?:[.,]\d+)? ?(?:{_UNIT}\b|\*)|\b[x×] ?\d|×|\d ?\* ?\d", re.IGNORECASE)
_ROUGHLY: Final = one_of(
    """ca cirka circa omtrent omkring ungefär noin about around approx approximately roughly fra från from alkaen minst
    mindst vähintään maks max maksimalt högst højst enintään over över yli under alle inntil upptill optil op_til
    opp_til upp_till up_to at_least at_most more_than less_than mer_enn mindre_enn halve half halva puolet depositum
    deposit rest resten"""
)
_ABOUT: Final = re.compile(rf"(?:\b{_ROUGHLY}\b[. ]*|[~≈<>±] ?)(?:{_CURRENCY}\.?)? ?$", re.IGNORECASE)
_COUNT: Final = re.compile(rf"{_UNIT}[.,]?|[àá@*%a]")
"""In small letters: goods may be called Timer or Person."""


def speaks_of_part(text: str) -> bool:
    """Whether the text has a unit price, a price without VAT or a discount in it; `text` as `aligned_text` has it."""
    return any(one.search(text) for one in (_WITHOUT_TAX, _DISCOUNT, _EACH))


def speaks_of_several(text: str) -> bool:
    """Whether the text counts pieces, hours or the like, so that a price in it may be that of one."""
    return bool(_SEVERAL.search(text))


def is_about(before: str) -> bool:
    """Whether the words before an amount say that it is not exact, or a share of it."""
    return bool(_ABOUT.search(before))


def counts(word: str) -> bool:
    """Whether the word behind a figure makes it a number of pieces, and no price."""
    return bool(_COUNT.fullmatch(word))
