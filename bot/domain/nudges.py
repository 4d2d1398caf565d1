"""What is told because time passed, not because something happened: questions that become askable."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from bot.domain.actions import AUTO_CAPTURE_WINDOW, may_stop_waiting
from bot.domain.events import Data, Happened, News, Source
from bot.domain.headlines import PAYS_FOR
from bot.domain.links import Link, Status
from bot.domain.operations import ASK_AGAIN_AFTER, ASK_ARRIVED_AFTER, GIVE_UP_AFTER, Kind, State

AUTO_CAPTURE_PATIENCE: Final = timedelta(minutes=15)
"""After this the card asks whether automatic capture is enabled on the account (Dintero reference §4.5)."""


def nudges(link: Link, asked_up_to: datetime | None, now: datetime) -> tuple[News, ...]:
    """The questions about `link` that became askable after `asked_up_to`, until `now`."""

    def crossed(moment: datetime) -> bool:
        return _crossed(moment, asked_up_to, now)

    news: list[News] = []
    operation = link.operation
    sent_at = operation.sent_at if operation and operation.state is State.UNKNOWN else None
    is_asked = operation and operation.kind is not Kind.CREATE and not link.facts.possible_entry
    if operation and sent_at and is_asked and crossed(sent_at + ASK_AGAIN_AFTER):
        data: Data = {"operation": operation.kind.value, "amount": operation.amount, "still": True}
        news.append(News(kind=Happened.UNKNOWN, source=Source.SLACK, at=now, actor=operation.requested_by, data=data))
    news += _still_in_progress(link, now, crossed)
    news += ask_arrived(link, asked_up_to, now)
    since = link.facts.authorized_at
    if link.status is Status.AUTHORIZED and link.auto_capture and since:
        for moment, over in ((since + AUTO_CAPTURE_PATIENCE, False), (since + AUTO_CAPTURE_WINDOW, True)):
            if crossed(moment):
                left: Data = {"amount": link.facts.open_to_capture, "over": over}
                news.append(News(kind=Happened.AUTO_CAPTURE_MISSING, source=Source.AUTOMATIC, at=now, data=left))
    return tuple(news)


def _still_in_progress(link: Link, now: datetime, crossed: Callable[[datetime], bool]) -> list[News]:
    """After a day a person may stop waiting for what Dintero has begun, or may have."""
    operation = link.operation
    if operation is None or operation.sent_at is None or not crossed(operation.sent_at + GIVE_UP_AFTER):
        return []
    if not may_stop_waiting(link, now):
        return []
    data: Data = {"operation": operation.kind.value, "amount": operation.amount, "still": True}
    return [News(kind=Happened.ASKED, source=Source.SLACK, at=now, actor=operation.requested_by, data=data)]


def arrival_asked_at(link: Link) -> datetime | None:
    """When the question becomes askable whether an unanswered create arrived: a minute after it was sent."""
    operation = link.operation
    unanswered = link.status is Status.UNCERTAIN and not link.replaced and operation is not None
    sent_at = operation.sent_at if unanswered and operation and operation.state is State.UNKNOWN else None
    return sent_at + ASK_ARRIVED_AFTER if sent_at else None


def ask_arrived(link: Link, asked_up_to: datetime | None, now: datetime) -> tuple[News, ...]:
    """The question whether an unanswered create arrived: by time alone, whether or not Dintero can be read."""
    moment = arrival_asked_at(link)
    if moment is None or not _crossed(moment, asked_up_to, now):
        return ()
    return (News(kind=Happened.UNCERTAIN, source=Source.AUTOMATIC, at=now),)


def ran_out(link: Link, asked_up_to: datetime | None, now: datetime) -> bool:
    """Whether the deadline of an open link, or the time that paying takes, passed after `asked_up_to`.

    Its card says so, and the thread does not.
    """
    begun = link.facts.paying_since
    moments = [link.expires_at, *([begun + PAYS_FOR] if begun is not None else [])]
    return link.status is Status.OPEN and any(_crossed(moment, asked_up_to, now) for moment in moments)


def _crossed(moment: datetime, asked_up_to: datetime | None, now: datetime) -> bool:
    return moment <= now and (asked_up_to is None or asked_up_to < moment)
