"""What may be done with a link of an order: the table of actions, without what the order has nothing for."""

from datetime import datetime
from typing import Final

from bot.domain.actions import ASKS_AGAIN, Action, actions
from bot.domain.links import Link
from bot.domain.orders import Delivery
from bot.domain.stories import Story

WITHHELD_WHEN_PAID: Final = ASKS_AGAIN | {Action.SHOW_LINK, Action.REQUEST_AGAIN}
"""What nobody may do with a link while another one of its order holds money, or may."""


def offers(story: Story, link: Link, now: datetime) -> tuple[Action, ...]:
    """What may be done with `link` now, the most likely first."""
    order = story.order
    mailable = order.email is not None and order.delivery is not Delivery.EMAIL
    withheld: set[Action] = set() if mailable else {Action.SEND_EMAIL}
    if story.paid_beside(link) or story.maybe_paid_beside(link):
        withheld |= WITHHELD_WHEN_PAID
    possible = [action for action in actions(link, now) if action not in withheld]
    first = _likely_first(story, link)
    return tuple(sorted(possible, key=lambda action: action not in first))


def _likely_first(story: Story, link: Link) -> frozenset[Action]:
    """What comes before the usual order: money that came twice goes back, a reported link is ended."""
    if story.paid_twice and link.facts.late:
        return frozenset({Action.GIVE_BACK})
    if link.facts.reported_at is not None:
        return frozenset({Action.CANCEL, Action.RELEASE})
    return frozenset()
