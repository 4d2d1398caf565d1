"""Why a press of a button did nothing, in a sentence for the person who pressed it."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.domain.actions import Action, needs_backoffice
from bot.domain.errors import OperationOpen, Refused
from bot.domain.links import Link, Status
from bot.domain.offers import WITHHELD_WHEN_PAID
from bot.domain.stories import Story


@contextmanager
def naming(link: Link) -> Iterator[None]:
    """Say of every refusal inside which link it is about: three in a row would mean nothing.

    Raises:
        Refused: also in place of OperationOpen.

    """
    try:
        yield
    except OperationOpen as rival:
        sentence = f"<@{rival.requested_by}> was faster: something is already under way."
        raise Refused(sentence, "busy", about=link.reference) from None
    except Refused as refusal:
        refusal.about = link.reference
        raise


def paid_beside(story: Story, link: Link) -> str | None:
    """Why nothing more is asked of a customer whose money is, or may be, on another link; None when it is not."""
    if paid := story.paid_beside(link):
        return f"The customer's money is on {paid.reference} already."
    if maybe := story.maybe_paid_beside(link):
        return f"A payment for {maybe.reference} is being checked."
    return None


def not_offered(story: Story, link: Link, action: Action) -> str:
    """Why the link does not offer the action (any more)."""
    beside = paid_beside(story, link) if action in WITHHELD_WHEN_PAID else None
    if beside:
        return f"Nothing was done. {beside}"
    if action is Action.REQUEST_AGAIN and link.holds_money:
        return f"Nothing was done. The customer's money is on {link.reference} already."
    if needs_backoffice(link):
        return "Nothing was done. What Dintero shows of this payment has to be looked up in Backoffice first."
    if link.replaced and link.status in {Status.UNCERTAIN, Status.REJECTED}:
        return "A newer link was sent since this button was drawn. The card shows it."
    if link.operation is not None:
        return f"Something is already under way, asked for by <@{link.operation.requested_by}>. The card follows it."
    if link.status is Status.OPEN and link.url and action is Action.SHOW_LINK:
        return "The deadline has passed, so there is nothing left to share. Issue a new link."
    return "The link has moved on since this button was drawn. The card shows what can be done now."
