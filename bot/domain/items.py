"""What a shop sells again and again, kept by name."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A saved item. `unit_price` is minor units incl. VAT, `vat` hundredths of a percent."""

    id: str
    workspace_id: str
    name: str
    unit_price: int
    currency: str
    vat: int
    kept_by: str
    at: datetime


def name_key(name: str) -> str:
    """What makes two names the same, and what searches compare: no case, no double spaces."""
    return " ".join(name.split()).casefold()
