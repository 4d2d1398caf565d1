"""Whom the customer is dealing with, and the colour of their house."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from bot.domain.contacts import Contact

_OURS: Final = "#1f4e8c"


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """What customers see of the shop; all of it may be missing."""

    name: str = ""
    logo_url: str | None = None
    colour: str | None = None
    """`#rrggbb`."""
    contact: Contact | None = None

    @property
    def logo_origin(self) -> str | None:
        """Where the logo comes from, for the list of what the pages may load."""
        if self.logo_url is None:
            return None
        parts = urlsplit(self.logo_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def css(self) -> str:
        """The merchant's colour and one to write on it, as CSS."""
        return f":root {{ --house: {self.house}; --on-house: {self.ink}; }}\n"

    @property
    def house(self) -> str:
        """The merchant's colour, or ours."""
        return self.colour or _OURS

    @property
    def ink(self) -> str:
        """What is written with on that colour."""
        return readable_on(self.house)


def readable_on(colour: str) -> str:
    """Black or white, whichever stands out more on `colour`: at least 4.5 to 1, as WCAG AA asks of text."""
    return max("#000000", "#ffffff", key=lambda ink: contrast(ink, colour))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours `#rrggbb` by WCAG 2: 1 for the same, 21 for black and white."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
