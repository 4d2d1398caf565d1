"""What a person is told, and has to confirm, before a form becomes a link."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.domain.links import Status

STILL_OPEN: Final = (Status.REQUESTED, Status.UNCERTAIN, Status.OPEN, Status.PENDING, Status.AUTHORIZED)
"""A link that may yet be paid, or holds money: a second one beside it may be paid twice."""
PAID: Final = frozenset({Status.AUTHORIZED, Status.CAPTURED})
"""A person who was told that it waits to be paid has not been told this."""
MOST_TWINS: Final = 3
_PAID_MARK: Final = "+"


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """An open link that may be for the same purchase, and where its card stands."""

    link_id: str
    reference: str
    status: Status
    issuer: str
    created_at: datetime
    same_reference: bool
    """Else it is the same phone and amount."""
    channel: str = ""
    ts: str | None = None
    """None while the card stands nowhere that everybody can look at."""
    thread: str | None = None
    issued_in: str = ""
    """The channel that it was issued in; empty for none."""

    def is_seen_in(self, channel: str) -> bool:
        """Whether everybody in that channel has its card before them."""
        return bool(channel) and self.issued_in == channel

    @property
    def told(self) -> str:
        """What a form that showed it remembers of it: which link, and whether it was paid."""
        return f"{self.link_id}{_PAID_MARK}" if self.status in PAID else self.link_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the form that was sent had told the person."""

    becomes: str = ""
    """The reference that theirs becomes."""
    twins: tuple[str, ...] = ()
    """The links, as `Twin.told` says."""

    @property
    def link_ids(self) -> tuple[str, ...]:
        """Which links, whatever has become of them."""
        return tuple(twin.removesuffix(_PAID_MARK) for twin in self.twins)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What speaks against sending a form just so."""

    reference: str
    """As it was typed."""
    becomes: str
    """What it becomes because it is used already; empty when it is free."""
    twins: tuple[Twin, ...]
    asks: str = ""
    """Who is asked: of what others issued in other channels, perhaps private ones, no reference is shown."""
    channel: str = ""
    """In which channel."""

    def shows(self, twin: Twin) -> bool:
        """Whether the person may read the link's reference."""
        return twin.issuer == self.asks or twin.is_seen_in(self.channel)

    def __bool__(self) -> bool:
        """Whether anything does."""
        return bool(self.becomes or self.twins)

    @property
    def told(self) -> Told:
        """Once it was shown."""
        return Told(becomes=self.becomes, twins=tuple(twin.told for twin in self.twins))

    def was_told(self, before: Told) -> bool:
        """Whether a person who was told that knows of it all; what is no longer so needs no confirming."""
        return self.becomes in {"", before.becomes} and {twin.told for twin in self.twins} <= set(before.twins)
