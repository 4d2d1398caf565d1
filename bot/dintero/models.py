"""The JSON we rely on, and no more of it.

Lenient on purpose: unknown keys and words pass, and what only decorates (times, texts, items) becomes None when it
is unreadable. Money and ids do not bend: where they are unreadable the whole answer is.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

_FIRST_YEAR, _LAST_YEAR = 2000, 2999
"""Times outside leave no room to reckon with: a grace period after the year 9999 is an overflow."""


def _utc(value: datetime) -> datetime:
    """UTC where no zone is named (Dintero reference §6)."""
    try:
        utc = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        raise ValueError("no such time") from None
    if not _FIRST_YEAR <= utc.year <= _LAST_YEAR:
        raise ValueError("no time of a payment")
    return utc


def _or_none(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    try:
        return handler(value)
    except ValidationError:
        return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> Any:
    return [] if value is None else value


Soft = WrapValidator(_or_none)
Minor = Annotated[int, Field(strict=True, ge=-(2**53), le=2**53)]
"""Minor units; the API knows no other money (Dintero reference §1)."""
Moment = Annotated[Annotated[datetime, AfterValidator(_utc)] | None, Soft]
Text = Annotated[str, BeforeValidator(_text)]
"""A word that may be missing: then it is empty."""
Id = Annotated[str, Field(strict=True, min_length=1, max_length=256)]


class Wire(BaseModel):
    """Everything that Dintero sends."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Granted(Wire):
    """A token (Dintero reference §3). `expires_in` is seconds."""

    access_token: Annotated[str, Field(pattern=r"^[\x21-\x7e]+$", repr=False)]
    expires_in: Annotated[float, Field(ge=0, le=1e9)] = 600.0


class ErrorDetails(Wire):
    """The inside of an error body (Dintero reference §4.11)."""

    message: Text = ""


class ErrorBody(Wire):
    """An error body."""

    error: ErrorDetails


class Published(Wire):
    """What became of one message to the customer (Dintero reference §4.5)."""

    channel: Text = ""
    status: Text = ""


Publications = Annotated[list[Published] | None, Soft]


class Configuration(Wire):
    """The part of a session's configuration that is echoed."""

    publish: Publications = None


class SessionEcho(Wire):
    """The session inside the answer to a create (`include_session=true`)."""

    expires_at: Moment = None
    configuration: Annotated[Configuration | None, Soft] = None


class CreateAnswer(Wire):
    """The answer to a create (Dintero reference §4.10). Formally all is optional; without a link it is useless."""

    id: Id
    url: Annotated[str, Field(strict=True, pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$")]
    publish: Publications = None
    session: Annotated[SessionEcho | None, Soft] = None


class SessionOrder(Wire):
    """The order inside a session."""

    amount: Minor
    currency: str
    merchant_reference: Text = ""


class SessionEventDetails(Wire):
    """Why an attempt failed."""

    error: Text = ""


class SessionEvent(Wire):
    """One entry of a session's log (Dintero reference §5)."""

    name: Text = ""
    created_at: Moment = None
    details: Annotated[SessionEventDetails | None, Soft] = None


class SessionUrls(Wire):
    """What we gave it on creation, and nobody else knows."""

    callback_url: Text = ""


class SessionBody(Wire):
    """A session as it is read (Dintero reference §5). It has no status."""

    id: Id
    order: SessionOrder
    url: Annotated[SessionUrls | None, Soft] = None
    events: Annotated[list[SessionEvent], BeforeValidator(_list)] = []
    transaction_id: Text = ""
    cancelled_at: Any = None
    """Any value means cancelled, readable or not."""
    created_at: Moment = None
    updated_at: Moment = None
    expires_at: Moment = None


class Item(Wire):
    """One line of a transaction or of an event. `amount` is minor units."""

    line_id: Text = ""
    amount: Minor | None = None


Items = Annotated[list[Item] | None, Soft]


class EventError(Wire):
    """Why an event failed (Dintero reference §6)."""

    code: Text = ""
    message: Text = ""
    type: Annotated[list[Text] | None, Soft] = None


class Correction(Wire):
    """The true position after a failed operation was corrected (Dintero reference §6). Minor units."""

    event_ids: Annotated[list[Text], BeforeValidator(_list)] = []
    status: Text = ""
    remaining_capture_amount: Minor | None = None
    remaining_refund_amount: Minor | None = None


class TransactionEvent(Wire):
    """One entry of a transaction's log (Dintero reference §6)."""

    id: Text = ""
    event: Text = ""
    success: Annotated[bool | None, BeforeValidator(lambda value: value if isinstance(value, bool) else None)] = None
    """None where it is missing or unreadable: no money then, and no failure of what was begun."""
    amount: Minor | None = None
    items: Items = None
    created_at: Moment = None
    event_reference: Text = ""
    request_id: Text = ""
    """The request that made this entry."""
    correlation_request_id: Annotated[
        Text, Field(validation_alias=AliasChoices("correlation_request_id", "initiate_request_id"))
    ] = ""
    """The request that this entry ends; it was once called `initiate_request_id` (`dintero-2026.md` §6)."""
    error: Annotated[EventError | None, Soft] = None
    correction: Correction | None = None


class TransactionBody(Wire):
    """A transaction as it is read (Dintero reference §6). `amount` is what was authorized, whatever came after."""

    id: Id
    status: Text = ""
    amount: Minor
    currency: str
    session_id: Text = ""
    merchant_reference: Text = ""
    payment_product: Text = ""
    payment_product_type: Text = ""
    items: Items = None
    events: Annotated[list[TransactionEvent], BeforeValidator(_list)] = []
    created_at: Moment = None
    updated_at: Moment = None
