"""What may be done with a link of an order: the table of actions, without what the order has nothing for."""

from datetime import datetime

from bot.domain.actions import ASKS_AGAIN, Action, actions
from bot.domain.links import Link
from bot.domain.orders import Delivery
from bot.domain.stories import Story


def offers(story: Story, link: Link, now: datetime) -> tuple[Action, ...]:
    """What may be done with `link` now, the most likely first."""
    order = story.order
    mailable = order.email is not None and order.delivery is not Delivery.EMAIL
    withheld: set[Action] = set() if mailable else {Action.SEND_EMAIL}
    if story.paid_beside(link):
        withheld |= ASKS_AGAIN
    return tuple(action for action in actions(link, now) if action not in withheld)
