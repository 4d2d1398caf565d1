"""What Dintero answers to a write, in our words."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.links import Delivered
from bot.domain.observations import Payment, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """Dintero made the session."""

    session_id: str
    url: str
    delivered: Delivered
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Dintero answered a money operation with the payment as it is now.

    `correlation_id` is set when it only accepted it (202); `payment` is None when a cancel answered.
    """

    payment: Payment | None = None
    session: Session | None = None
    correlation_id: str | None = None
    accepted: bool = False
