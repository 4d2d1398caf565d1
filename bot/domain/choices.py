"""What this shop's forms may offer beside the usual: methods, profiles, ways of shipping, terms. Pure.

Here they are also read from the settings' texts: `Home delivery=99, Collect in shop=0`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from bot.domain.field_parsers import parse_amount
from bot.domain.methods import opens_app, title
from bot.domain.money import plain_amount
from bot.domain.orders import SHIPPING_LINE, Line

MAX_OPTIONS: Final = 10
MAX_WORDS: Final = 75
"""Characters of an option and of the value behind it (Slack reference §9)."""
MAX_PAIRS: Final = 50
"""More than anybody looks through; a menu holds 100 (Slack reference §9)."""
_NEXT_PAIR: Final = re.compile(r",(?=[^,=]*=)")
"""A comma with a pair behind it, unlike the one in `99,50`."""
_NOTHING: Final = re.compile(r"0+(?:[.,]0+)?")


@dataclass(frozen=True, slots=True)
class Profile:
    """A payment profile: the provider's id of it, and what people call it."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Shipping:
    """A way in which what was bought reaches its address; `price` is minor units of `currency` incl. VAT."""

    name: str
    price: int
    currency: str
    vat: int
    """Hundredths of a percent."""

    @property
    def line(self) -> Line | None:
        """The order line that its price is paid by; None when it costs nothing."""
        if not self.price:
            return None
        return Line(line_id=SHIPPING_LINE, text=self.name, quantity=Decimal(1), unit_price=self.price, vat=self.vat)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """All that can be chosen; what is empty is on no form."""

    methods: tuple[str, ...] = ()
    """All that the profiles have."""
    profiles: tuple[Profile, ...] = ()
    """The preset one first."""
    shipping: tuple[Shipping, ...] = ()
    terms: str = ""
    """Where the shop's terms stand, for orders that name no others."""

    def payable(self, chosen: Sequence[str]) -> tuple[str, ...]:
        """What a link can be paid with when these are ticked; empty when nobody knows: whatever the profile has."""
        return tuple(chosen) or (self.methods if len(self.methods) == 1 else ())

    def read_methods(self, chosen: Sequence[str], *, for_app: bool) -> tuple[str, ...]:
        """The methods of an order, empty for all; `for_app` when its link is to open an app.

        Raises:
            ValueError: with the sentence to show beside the field.

        """
        gone = [title(method) for method in chosen if method not in self.methods]
        if gone:
            raise ValueError(f"{' and '.join(gone)} cannot be chosen any more. Choose again.")
        payable = self.payable([method for method in self.methods if method in chosen])
        if for_app and not opens_app(payable):
            raise ValueError("An app link needs exactly one payment method, and that one Vipps or MobilePay.")
        return payable

    def read_profile(self, chosen: str) -> str:
        """The id of an order's profile; empty for the first.

        Raises:
            ValueError: with the sentence to show beside the field.

        """
        if chosen and self.profiles and chosen not in {profile.id for profile in self.profiles}:
            raise ValueError("This payment profile cannot be chosen any more. Choose another.")
        return "" if self.profiles and chosen == self.profiles[0].id else chosen

    def read_address(self, chosen: str, currency: str) -> Shipping | None:
        """The way of shipping by its name, for an order in `currency`; None when no address is wanted.

        Raises:
            ValueError: with the sentence to show beside the field.

        """
        if not chosen:
            return None
        found = next((one for one in self.shipping if one.name == chosen), None)
        if found is None:
            raise ValueError(f"“{chosen}” cannot be chosen any more. Choose again.")
        if found.price and found.currency != currency:
            price = f"{plain_amount(found.price, found.currency)} {found.currency}"
            raise ValueError(
                f"{found.name} costs {price}, and this link is in {currency}. Choose {found.currency}, or no address."
            )
        return found


NO_CHOICES: Final = Choices()


def read_profiles(text: str) -> tuple[Profile, ...]:
    """Read `default=Web shop, P12345678.abc=Workshop`.

    Raises:
        ValueError: with what to write instead.

    """
    profiles = tuple(Profile(identity, name) for identity, name in _pairs(text, "default=Web shop"))
    if len({profile.id for profile in profiles}) < len(profiles):
        raise ValueError("the same profile stands there twice; name each once")
    return profiles


def read_shipping(text: str, *, currency: str, vat: int) -> tuple[Shipping, ...]:
    """Read `Home delivery=99, Collect in shop=0`: prices incl. VAT of that rate, in that currency.

    Raises:
        ValueError: with what to write instead.

    """
    options = tuple(
        Shipping(name, _price(price, currency), currency, vat) for name, price in _pairs(text, "Home delivery=99")
    )
    if len({option.name for option in options}) < len(options):
        raise ValueError("the same name stands there twice; give each option its own")
    return options


def _price(text: str, currency: str) -> int:
    if _NOTHING.fullmatch(text):
        return 0
    try:
        return parse_amount(text, currency)
    except ValueError as error:
        raise ValueError(f"a price cannot be read. {str(error).rstrip('.')}") from None


def _pairs(text: str, example: str) -> list[tuple[str, str]]:
    """`a=b, c=d` as pairs.

    Raises:
        ValueError: when it is something else.

    """
    parts = [part for one in _NEXT_PAIR.split(text) if (part := one.strip(" ,"))]
    pairs = [(" ".join(left.split()), " ".join(right.split())) for left, _, right in (p.partition("=") for p in parts)]
    if not all(any(map(str.isalnum, left)) and right for left, right in pairs):
        raise ValueError(f"write {example}, with a comma before the next one")
    if len(pairs) > MAX_PAIRS:
        raise ValueError(f"at most {MAX_PAIRS} of them")
    if any(len(word) > MAX_WORDS for pair in pairs for word in pair):
        raise ValueError(f"at most {MAX_WORDS} characters on each side of =")
    return pairs
