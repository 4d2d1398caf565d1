"""Many links at once, put into the database as the bot keeps them: nobody types a hundred forms."""

import uuid
from datetime import timedelta
from decimal import Decimal

from bot.domain.links import Facts, Link, Status
from bot.domain.orders import Capture, Delivery, Line, Order
from bot.domain.stories import CardState
from tests.stories.shop import ACCOUNT


async def crowd(shop, references, *, session=lambda reference: f"{ACCOUNT}.{reference}", due_in=timedelta(0)):
    """Open links of 99,00 kr for a week, whose cards stand in #sales; returns them by reference."""
    workspace_id = await shop.bot.store.introduce(team_id=shop.slack.team_id, account_id=ACCOUNT)
    made = {}
    async with shop.bot.store() as work:
        for reference in references:
            order = _order(shop, workspace_id, reference)
            link = _link(shop, order, session(reference))
            await work.add_order(order)
            await work.add_link(link, due_at=shop.clock.now() + due_in)
            version = (await work.story(order.id)).version
            ts = shop.slack.post(shop.sales, "UBOT", reference, []).ts
            await work.set_card(order.id, state=CardState.POSTED, channel=order.channel, ts=ts, version=version)
            made[reference] = link
        await work.commit()
    return made


def sessions(shop, references):
    """A session at Dintero for each reference, as the crowd's creates would have made it."""
    made = {}
    for reference in references:
        item = {"id": "1", "line_id": "1", "description": "Web shop", "quantity": 1, "amount": 99_00}
        order = {"amount": 99_00, "currency": "NOK", "merchant_reference": reference, "items": [item]}
        deadline = (shop.clock.now() + timedelta(days=7)).isoformat()
        address = {"return_url": "https://shop.example/thanks"}
        body = {"profile_id": "default", "url": address, "order": order, "expires_at": deadline}
        made[reference] = shop.dintero.create(body)["id"]
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
