"""What the gateway must know about the account."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

_REST: Final = re.compile(r"[A-Za-z0-9._~:-]{1,200}")
"""An opaque id: whatever needs no escaping."""
_ID: Final = re.compile(r"[PT]\d{8}\.\S+")


def looks_like_an_id(identity: str) -> bool:
    """Whether this may be the id of a session or transaction of some account (Dintero reference §2)."""
    return _ID.fullmatch(identity) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class DinteroConfig:
    """One account and its addresses. URLs have no trailing slash and no query."""

    account_id: str
    """`T12345678` (sandbox) or `P12345678` (production)."""
    client_id: str
    client_secret: str = field(repr=False)
    profile_id: str
    api_url: str
    """Where tokens come from: `https://api.dintero.com/v1`."""
    checkout_url: str
    """Sessions and transactions: `https://checkout.dintero.com/v1`."""
    public_url: str
    """Where the world reaches us: callbacks and the return page."""
    return_url: str | None = None
    """The shop's own page to return to; ours when None."""
    version: str
    methods: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """All that the profiles have: our word to Dintero's names of it; empty when nobody chooses among them."""

    @property
    def is_sandbox(self) -> bool:
        """Whether the account never sends an SMS (Dintero reference §2)."""
        return self.account_id.startswith("T")

    def owns(self, identity: str) -> bool:
        """Whether a session or transaction id is this account's (Dintero reference §2), and cannot leave its path."""
        prefix, _, rest = identity.partition(".")
        return prefix == self.account_id and _REST.fullmatch(rest) is not None
