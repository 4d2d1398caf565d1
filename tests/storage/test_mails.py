"""Mails in rows: wanted once, held by one, and moved by whoever holds them."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.domain.mails import MailState
from tests.storage.conftest import LEASE, NOW


async def want(house, n=0, **changed):
    _, link = await house.issued(**changed)
    await wants(house, link, n)
    return link


async def wants(house, link, n):
    async with house.store() as work:
        await work.want_mail(link.id, n)
        await work.commit()


async def claim(house, store=None):
    return await (store or house.store).claim_mails(house.machine, LEASE, 10)


async def move(house, claimed, state, from_=(MailState.WANTED, MailState.SENDING), **how):
    async with house.store() as work:
        mail = await work.mail(claimed.id)
        moved = await work.move_mail(replace(mail, state=state), from_=from_, fence=claimed.fence, **how)
        await work.commit()
    return moved


async def state(house, claimed):
    async with house.store.read() as work:
        return (await work.mail(claimed.id)).state


async def test_a_mail_of_one_number_is_wanted_once(house):
    link = await want(house)
    await wants(house, link, 0)
    await wants(house, link, 1)

    rows = await house.query("SELECT n, state FROM mail ORDER BY n")

    assert [tuple(row) for row in rows] == [(0, "wanted"), (1, "wanted")]


async def test_two_replicas_never_hold_the_same_mail(house):
    await want(house)

    claims = await asyncio.gather(claim(house), claim(house, house.replica()))

    assert sum(map(len, claims)) == 1


async def test_a_mail_that_was_held_and_dropped_is_held_by_the_next_under_another_fence(house):
    await want(house)
    [first] = await claim(house)
    assert await claim(house) == []
    house.wait(31)

    [second] = await claim(house)

    assert second.fence == first.fence + 1
    assert not await move(house, first, MailState.SENDING)
    assert await move(house, second, MailState.SENDING)


async def test_a_mail_that_is_being_sent_is_never_wanted_again_by_itself(house):
    await want(house)
    [held] = await claim(house)
    await move(house, held, MailState.SENDING)
    house.wait(3600)

    assert await claim(house) == []


async def test_its_sender_is_given_ninety_seconds_and_then_the_row_is_another_s(house):
    await want(house)
    [held] = await claim(house)
    await move(house, held, MailState.SENDING)
    house.wait(89)
    assert await house.store.lapsed_mails(house.machine) == []
    house.wait(2)

    [lapsed] = await house.store.lapsed_mails(house.machine)

    assert not await move(house, held, MailState.SENT)
    assert await move(house, lapsed, MailState.UNKNOWN)
    assert await state(house, lapsed) is MailState.UNKNOWN


async def test_a_mail_to_be_tried_later_is_left_alone_until_then(house):
    await want(house)
    [held] = await claim(house)
    await move(house, held, MailState.WANTED, due_at=NOW + timedelta(seconds=60))
    house.wait(59)
    assert await claim(house) == []
    house.wait(1)

    assert len(await claim(house)) == 1


async def test_an_end_is_an_end(house):
    await want(house)
    [held] = await claim(house)
    await move(house, held, MailState.REFUSED)

    assert not await move(house, held, MailState.SENDING)
    assert await claim(house) == []


async def test_links_to_remind_are_found_by_their_time(house):
    _, due = await house.issued(remind_at=NOW)
    await house.issued(remind_at=NOW + timedelta(seconds=1))
    await house.issued()

    async with house.store.read() as work:
        found = await work.links_to_remind(NOW, 10)
        kept = await work.link(due.id)

    assert found == [due.id]
    assert (kept.remind_at, kept.reminded) == (NOW, 0)


async def test_a_reminder_of_a_story_that_cannot_be_read_is_put_off(house):
    _, link = await house.issued(remind_at=NOW)

    async with house.store() as work:
        await work.put_off_reminder(link.id, NOW + timedelta(hours=1))
        await work.commit()

    async with house.store.read() as work:
        assert await work.links_to_remind(NOW, 10) == []
