"""No SMS went out: the thread says so and offers the other ways at once."""

import pytest

from tests.stories.shop import opened_shop
from tests.stories.test_buttons import drawn
from tests.stories.till import lines, opens, sends, whispers


@pytest.fixture
async def shop(database):
    async with opened_shop(database, account="P12345678") as shop:
        shop.sends_for_real = shop.dintero._send
        shop.dintero._send = lambda _session, _channel: "skipped"
        yield shop


async def issued(shop, **typed):
    form = await shop.opens_form("249,50 91234567 Tow bar #4711 7d")
    if typed:
        await shop.slack.click(shop.kari, form, "More…")
        await shop.bot.owned.settled()
        await shop.slack.fill(form, {label.replace("_", " "): value for label, value in typed.items()})
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    shop.dintero._send = shop.sends_for_real
    await shop.later(minutes=2)


async def test_the_line_offers_to_show_the_link_and_to_send_it_again(shop):
    await issued(shop)

    assert lines(shop)[0].startswith("📵 No SMS was sent to this number. Press Show link and share the link yourself")
    assert drawn(shop.thread[0])[0][:2] == ["Show link", "Send again…"]


async def test_the_link_can_be_shared_at_once_without_a_new_one(shop):
    await issued(shop)

    await shop.presses("Show link", shop.thread[0])

    assert f"/view/{shop.session()['id']}" in whispers(shop)[-1]
    assert len(shop.writes("create")) == 1


async def test_another_number_is_tried_from_the_line(shop):
    await issued(shop)
    form = await opens(shop, "Send again…", target=shop.thread[0])

    await sends(shop, form, Mobile_number="998 76 543")

    assert [message.to for message in shop.dintero.inbox] == ["+4799876543"]
    assert "📨 Sent" in shop.card.read()


async def test_nobody_waits_a_minute_after_a_message_that_never_went_out(shop):
    await shop.issues()
    shop.dintero._send = shop.sends_for_real
    form = await opens(shop, "Send again…")

    await sends(shop, form, Mobile_number="998 76 543")

    assert [message.to for message in shop.dintero.inbox] == ["+4799876543"]


async def test_e_mail_is_offered_where_an_address_is_known(shop):
    await issued(shop, **{"Customer's_e-mail": "kari@example.com"})
    assert "Send by e-mail" in drawn(shop.thread[0])[0]

    await shop.presses("Send by e-mail", shop.thread[0])

    assert shop.session("4711")["cancelled_by"]
    assert "publish" not in shop.writes("create")[-1].body["configuration"]
    assert any("4711-2 replaces 4711: another way." in line for line in lines(shop))
    assert "Send by e-mail" not in shop.card.buttons


async def test_e_mail_is_not_offered_to_nobody(shop):
    await issued(shop)

    assert "Send by e-mail" not in shop.thread[0].buttons
