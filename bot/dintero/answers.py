"""Dintero's answers: a model, or the error that says whether it may be asked again. Pure."""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from bot.dintero.models import CreateAnswer, ErrorBody, Published
from bot.dintero.words import presentable
from bot.domain.answers import Created
from bot.domain.errors import Declined, Missing, NotSent, OutcomeUnknown, Unreachable
from bot.domain.links import Delivered
from bot.domain.orders import TO_PHONE, Delivery

Model = TypeVar("Model", bound=BaseModel)

NOT_DINTEROS: Final = "not Dintero's API"
"""In the message of an error: another server answers."""

_ELEMENTS: Final = TypeAdapter(list[dict[str, Any]])
_IDENTITY: Final = re.compile(r"[\w.:=-]{1,80}", re.ASCII)
_NEUTRAL: Final[Mapping[int, str]] = {
    400: "Dintero did not accept this.",
    403: "Dintero does not let this account's API client do this.",
    404: "Dintero does not know this payment.",
}


class TryAgain(Unreachable):
    """A read that may go better in a moment. `wait` is the seconds Dintero asked for, if it did."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


def read(response: httpx.Response, into: type[Model]) -> Model:
    """The answer to a read.

    Raises:
        Missing: 404 in Dintero's own words.
        TryAgain: 408, 429, 5xx, an unreadable body, or another server's 404.
        Unreachable: everything else.

    """
    _check_read(response)
    try:
        return into.model_validate_json(response.content)
    except ValidationError:
        raise TryAgain(named(response, f"unreadable {into.__name__}")) from None


def elements(response: httpx.Response) -> list[dict[str, Any]]:
    """The raw elements of a list (Dintero reference §6: a plain array). Raises as `read` does."""
    _check_read(response)
    try:
        return _ELEMENTS.validate_json(response.content)
    except ValidationError:
        raise TryAgain(named(response, "unreadable list")) from None


def element(raw: Mapping[str, Any], into: type[Model]) -> Model | None:
    """One element of a list, or None when it is unreadable: a stranger's must not hide ours."""
    try:
        return into.model_validate(raw)
    except ValidationError:
        return None


def written(response: httpx.Response, into: type[Model]) -> Model:
    """The answer to a write: 200 and 202 are answers, 202 not yet the end (Dintero reference §8.1).

    Raises:
        NotSent: 401 or 429: refused before the work.
        Declined: 400, 403 or 404.
        OutcomeUnknown: 408, 409, 5xx, any other status, an unreadable body, or a page: it may hide the true answer.

    """
    status = response.status_code
    if is_page(response) and status != 429:
        raise OutcomeUnknown(f"{status}, a page")
    if status in {401, 429}:
        raise NotSent(str(status))
    if status in _NEUTRAL:
        raise Declined(status, refusal(response))
    if status not in {200, 202}:
        raise OutcomeUnknown(str(status))
    try:
        return into.model_validate_json(response.content)
    except ValidationError:
        raise OutcomeUnknown(f"unreadable {into.__name__}") from None


def refusal(response: httpx.Response) -> str:
    """Dintero's own message (Dintero reference §4.11), or a neutral sentence when it is not fit to show.

    Its id of the request comes last: Dintero's support finds the request by it.
    """
    try:
        message = ErrorBody.model_validate_json(response.content).error.message
    except ValidationError:
        message = ""
    sentence = presentable(message) or _NEUTRAL.get(response.status_code, _NEUTRAL[400])
    identity = request_id(response)
    if identity is None:
        return sentence
    return f"{sentence}{'' if sentence.endswith(tuple('.!?…')) else '.'} Dintero's request id: {identity}."


def request_id(response: httpx.Response) -> str | None:
    """Dintero's id of the request; None without one, and for what is none (Dintero reference §2)."""
    identity = response.headers.get("request-id", "")
    return identity if _IDENTITY.fullmatch(identity) else None


def created(answer: CreateAnswer, *, asked: Delivery, sandbox: bool) -> Created:
    """The new session; its deadline is the one Dintero echoes."""
    echo = answer.session
    published = answer.publish
    if published is None and echo is not None and echo.configuration is not None:
        published = echo.configuration.publish
    return Created(
        session_id=answer.id,
        url=answer.url,
        delivered=delivered(published or [], asked=asked, sandbox=sandbox),
        expires_at=echo.expires_at if echo else None,
    )


def delivered(published: list[Published], *, asked: Delivery, sandbox: bool) -> Delivered:
    """What became of the message (Dintero reference §2, §4.5, §4.10).

    A sandbox account sends nothing, whatever it says. `sent` is the only sign of delivery there is, so no entry and
    an unknown word both count as skipped: a seller who hands over the link once too often does less harm than one
    who waits for a message that never left. A message that nobody asked for comes from the payment profile, and of one
    that was left to the profile nothing is ever said.
    """
    statuses = {entry.status for entry in published}
    if asked not in TO_PHONE:
        return Delivered.BY_PROFILE if "sent" in statuses and not sandbox else Delivered.NONE
    if sandbox:
        return Delivered.SIMULATED
    if asked is Delivery.PROFILE and not statuses & {"failed", "skipped"}:
        return Delivered.BY_PROFILE
    if "sent" in statuses:
        return Delivered.SENT
    return Delivered.FAILED if "failed" in statuses else Delivered.SKIPPED


def retry_after(response: httpx.Response, *, otherwise: float) -> float:
    """The seconds to wait that a 429 names (Dintero reference §3); infinite when it names something else."""
    header = response.headers.get("retry-after")
    if header is None:
        return otherwise
    text = header.strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else float("inf")


def named(response: httpx.Response, why: str) -> str:
    """The reason, and that another server gave it where the answer is a page; a balancer's 5xx is one."""
    return f"{why}, {NOT_DINTEROS}" if is_page(response) and response.status_code < 500 else why


def is_page(response: httpx.Response) -> bool:
    """Whether another server answered, on the way or in Dintero's place: Dintero's answers are JSON, errors too."""
    return "html" in response.headers.get("content-type", "").lower() or response.content.lstrip().startswith(b"<")


def _check_read(response: httpx.Response) -> None:
    status = response.status_code
    if status == 200:
        return
    if status == 404 and not is_page(response):
        raise Missing("404")
    if status == 429:
        raise TryAgain("429", retry_after(response, otherwise=1.0))
    if status in {401, 404, 408} or status >= 500:
        raise TryAgain(named(response, str(status)))
    raise Unreachable(named(response, str(status)))
