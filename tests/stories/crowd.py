"""Many links at once, put into the database as the bot keeps them: nobody types a hundred forms."""

import uuid
from datetime import timedelta
from decimal import Decimal

from bot.domain.links import Facts, Link, Status
from bot.domain.orders import Capture, Delivery, Line, Order
from bot.domain.stories import CardState
from tests.stories.shop import ACCOUNT


async def crowd(
    shop, references, *, session=lambda reference: f"{ACCOUNT}.{reference}", due_in=timedelta(0), told=True
):
    """Open links of 99,00 kr for a week; returns them by reference. `told`: their cards are up to date."""
    workspace_id = await shop.bot.store.introduce(team_id=shop.slack.team_id, account_id=ACCOUNT)
    made = {}
    async with shop.bot.store() as work:
        for reference in references:
            order = _order(shop, workspace_id, reference)
            link = _link(shop, order, session(reference))
            await work.add_order(order)
            await work.add_link(link, due_at=shop.clock.now() + due_in)
            if told:
                version = (await work.story(order.id)).version
                await work.set_card(
                    order.id, state=CardState.POSTED, channel=order.channel, ts="1.000001", version=version
                )
            made[reference] = link
        await work.commit()
    return made


def _order(shop, workspace_id, reference):
    return Order(
        id=uuid.uuid4().hex,
        workspace_id=workspace_id,
        team_id=shop.slack.team_id,
        account_id=ACCOUNT,
        reference=reference,
        currency="NOK",
        lines=(Line(line_id="1", text="Web shop", quantity=Decimal(1), unit_price=99_00, vat=2500),),
        delivery=Delivery.LINK,
        capture=Capture.RESERVE,
        phone=None,
        issuer=shop.kari.id,
        draft_id=uuid.uuid4().hex,
        channel=shop.sales.id,
        created_at=shop.clock.now(),
    )


def _link(shop, order, session_id):
    return Link(
        id=uuid.uuid4().hex,
        order_id=order.id,
        n=1,
        reference=order.reference,
        status=Status.OPEN,
        version=1,
        amount=order.amount,
        currency="NOK",
        auto_capture=False,
        expires_at=shop.clock.now() + timedelta(days=7),
        created_at=shop.clock.now(),
        session_id=session_id,
        facts=Facts(),
    )
