"""Numbers for references, taken in the transaction of the order that gets them."""

from dataclasses import replace
from datetime import date, tzinfo

from bot.domain.numbering import Numbering, Pattern
from bot.domain.orders import Order
from bot.services.ports.work import Work


async def numbered(work: Work, order: Order, zone: tzinfo) -> Order:
    """The order under its channel's next number, which is taken with it; as it is where nothing is numbered."""
    numbering = await work.hold_numbering(order.workspace_id, order.channel)
    if numbering is None:
        return order
    day = order.created_at.astimezone(zone).date()
    number = await next_number(work, numbering, order.account_id, day)
    pattern = Pattern.read(numbering.pattern)
    await work.count_on(replace(numbering, period=pattern.period(day), last=number))
    return replace(order, reference=pattern.reference(day, number))


async def next_number(work: Work, numbering: Numbering, account_id: str, day: date) -> int:
    """The number that comes next on that day; those that were typed by hand are skipped."""
    pattern = Pattern.read(numbering.pattern)
    before, after = pattern.around(day)
    return await work.free_number(account_id, before, after, at_least=numbering.least(day), digits=pattern.digits)
