"""The JSON we rely on, and no more of it.

Lenient on purpose: unknown keys and words pass, and what only decorates (times, items) becomes None when it cannot be
read. Whatever says who owns which money is left out and named in `unread`, so that it is not taken for absent; an id
of its own everything must have.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
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
    found = _word(value)
    return found if isinstance(found, str) else ""


def _word(value: Any) -> Any:
    if value is None:
        return ""
    return str(value) if type(value) is int else value


def _list(value: Any) -> Any:
    return [] if value is None else value


def _whole(value: Any) -> Any:
    """JSON knows one kind of number: 30000.0 is 30000."""
    return int(value) if type(value) is float and value.is_integer() else value


Soft = WrapValidator(_or_none)
Minor = Annotated[int, BeforeValidator(_whole), Field(strict=True, ge=-(2**53), le=2**53)]
"""Minor units; the API knows no other money (Dintero reference §1)."""
Moment = Annotated[Annotated[datetime, AfterValidator(_utc)] | None, Soft]
Text = Annotated[str, BeforeValidator(_text)]
"""A word that only decorates: empty when it is missing or cannot be read."""
Word = Annotated[str, Field(strict=True), BeforeValidator(_word)]
"""A word that decides something: empty when it is missing; a number is taken for its digits, nothing else passes."""
Id = Annotated[str, Field(strict=True, min_length=1, max_length=256)]


class Wire(BaseModel):
    """Everything that Dintero sends."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Partial(Wire):
    """What may be read in part: fields of unexpected types have their default and are named in `unread`."""

    _unread: frozenset[str] = PrivateAttr(default=frozenset())

    @property
    def unread(self) -> frozenset[str]:
        """The fields that are there and cannot be read."""
        return self._unread

    @model_validator(mode="wrap")
    @classmethod
    def _leave_out_unread(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(value)
        except ValidationError as error:
            unread = {str(each["loc"][0]) for each in error.errors(include_url=False) if each["loc"]}
            if not isinstance(value, dict) or not unread:
                raise
            body = handler({key: inner for key, inner in value.items() if key not in unread})
        body._unread = frozenset(unread)  # noqa: SLF001  its own
        return body


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


class SessionOrder(Partial):
    """The order inside a session."""

    amount: Minor | None = None
    currency: str | None = None
    merchant_reference: Word = ""


class SessionEventDetails(Wire):
    """Why an attempt failed."""

    error: Text = ""


class SessionEvent(Partial):
    """One entry of a session's log (Dintero reference §5)."""

    name: Word = ""
    created_at: Moment = None
    details: Annotated[SessionEventDetails | None, Soft] = None


class SessionUrls(Partial):
    """What we gave it on creation, and nobody else knows."""

    callback_url: Word = ""


class SessionBody(Partial):
    """A session as it is read (Dintero reference §5). It has no status."""

    id: Id
    order: SessionOrder = SessionOrder()
    url: Annotated[SessionUrls | None, Soft] = None
    events: Annotated[list[SessionEvent], BeforeValidator(_list)] = []
    transaction_id: Word = ""
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

    event_ids: Annotated[list[Word], BeforeValidator(_list)] = []
    status: Word = ""
    remaining_capture_amount: Minor | None = None
    remaining_refund_amount: Minor | None = None


class TransactionEvent(Partial):
    """One entry of a transaction's log (Dintero reference §6)."""

    id: Text = ""
    event: Word = ""
    transaction_status: Text = ""
    """The payment's status after it."""
    success: Annotated[bool, Field(strict=True)] | None = None
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


class TransactionBody(Partial):
    """A transaction as it is read (Dintero reference §6). `amount` is what was authorized, whatever came after."""

    id: Id
    status: Word = ""
    amount: Minor | None = None
    currency: str | None = None
    session_id: Word = ""
    merchant_reference: Word = ""
    payment_product: Text = ""
    payment_product_type: Text = ""
    items: Items = None
    events: Annotated[list[TransactionEvent], BeforeValidator(_list)] = []
    created_at: Moment = None
    updated_at: Moment = None
