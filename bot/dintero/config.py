"""What the gateway must know about the account."""

from dataclasses import dataclass, field


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

    @property
    def is_sandbox(self) -> bool:
        """Whether the account never sends an SMS (Dintero reference §2)."""
        return self.account_id.startswith("T")

    def owns(self, identity: str) -> bool:
        """Whether a session or transaction id is this account's, and safe in a path (Dintero reference §2)."""
        prefix, dot, rest = identity.partition(".")
        plain = rest.isascii() and rest.replace("-", "").replace("_", "").isalnum()
        return prefix == self.account_id and bool(dot) and plain
