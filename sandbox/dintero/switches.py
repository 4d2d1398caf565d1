"""What nobody could confirm about Dintero, one switch each (Dintero reference §19)."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Switches:
    """Each default is the harsher of the readings; a story that matters runs under both."""

    list_order: Literal["newest", "oldest", "shuffled"] = "shuffled"
    """Order of `GET /transactions` and `GET /sessions` (§6); shuffled is arbitrary but the same on every page."""
    list_lag: float = 0.0
    """Seconds until a new transaction shows up in lists (§6); 0, because any number here is a guess."""
    get_after_expiry: Literal[200, 404] = 404
    """What `GET /sessions/{id}` answers once `expires_at` has passed (§5)."""
    retries_resigned: bool = False
    """A repeated callback is signed with a new `t`; otherwise it arrives with its old one (§9.1)."""
    cancel_calls_back: bool = True
    """A cancel by API also calls back with `error=cancelled` (§5.3)."""
    failed_events_carry_reference: bool = False
    """A failed event echoes capture_reference or refund_reference as `event_reference` (§8.2)."""
    override: Literal["merges", "replaces"] = "merges"
    """`configuration` of a session is merged into its profile, or replaces the profile's methods (§4.5)."""
    session_search: bool = False
    """`GET /sessions` exists (§5.1); otherwise a plain 404."""
    sessions_listed_with_events: bool = False
    """Elements of `GET /sessions` carry `events` (§5.1)."""
    auto_capture_calls_back: Literal["authorized", "captured"] = "captured"
    """When the callback of an auto-captured payment is sent (§4.5)."""
    auto_capture_ignored: bool = True
    """The account's auto-capture was never enabled by support: the flag does nothing (§4.5)."""
    sandbox_publish_status: Literal["sent", "skipped", "failed"] = "skipped"
    """`publish[].status` on a T account, which never sends an SMS (§2, §4.10)."""
    void_rest: Literal["CAPTURED", "PARTIALLY_CAPTURED"] = "PARTIALLY_CAPTURED"
    """Status after the rest of a part capture was voided (§7)."""
