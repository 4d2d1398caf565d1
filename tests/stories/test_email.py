"""A link by e-mail: the bot sends it once, says what became of it, and never guesses."""

import asyncio
import contextlib
from dataclasses import replace

import pytest

from bot.app import assembled
from bot.domain.mails import MailState
from bot.mail.smtp import SmtpMailer
from bot.settings import Settings
from sandbox.dintero import Switches
from sandbox.dintero.faults import Fault
from sandbox.mail import UNUSUAL, text_of
from storage.mails import Mails
from tests.stories import database
from tests.stories.browsing import page_of
from tests.stories.database import statuses
from tests.stories.doubting import made
from tests.stories.mailing import CUSTOMER, created, issues, sends_again, shop_with_mail, states, submits
from tests.stories.till import card, lines, plain, until


@pytest.fixture
async def both(database):
    async with shop_with_mail(database) as both:
        yield both


async def test_the_customer_gets_one_mail_that_leads_to_our_page_and_the_card_says_sent(both):
    shop, mailbox = both

    await issues(shop)

    [mail] = mailbox.mails
    assert mail["To"] == CUSTOMER
    assert mail["From"] == "Fjord Shop <pay@fjord-example.no>"
    assert page_of(shop) in text_of(mail)
    assert page_of(shop) in text_of(mail, "html")
    assert "249,50" in text_of(mail)
    assert "Sent · 249,50 kr" in card(shop)
    assert "n•••@f•••.no" in card(shop)
    assert lines(shop) == []


async def test_until_a_server_has_taken_it_the_card_says_that_it_is_on_its_way(both):
    shop, mailbox = both
    await created(shop)

    await shop.bot.telling.tell_once()

    assert "E-mail on its way" in card(shop)
    assert mailbox.mails == []


async def test_a_customer_who_pays_by_the_mail_is_seen_like_any_other(both):
    shop, _ = both
    await issues(shop)

    await shop.customer_pays()

    assert "Reserved" in card(shop)


async def test_an_address_that_the_server_refuses_is_told_without_naming_it(both, journal):
    shop, mailbox = both
    mailbox.troubles.append("refuse recipient")

    await issues(shop)

    assert "Not delivered" in card(shop)
    [line] = lines(shop)
    assert "The mail server does not take mails for this address." in line
    assert "Show link" in line
    assert CUSTOMER not in f"{card(shop)}{line}{journal()}"
    assert states(shop) == [(0, "refused", 0)]


async def test_a_mail_that_the_server_refuses_is_not_sent_again(both):
    shop, mailbox = both
    mailbox.troubles.append("refuse mail")

    await issues(shop)
    await shop.later(hours=2)

    assert mailbox.mails == []
    assert mailbox.tried == 1
    assert "The mail server refuses the mail." in lines(shop)[0]


@pytest.mark.parametrize("when", ["not now", "not now after"])
async def test_a_server_that_says_not_now_is_asked_again(both, when):
    """Also when it says so after it has read the mail: a refusal is an answer, and nothing was taken."""
    shop, mailbox = both
    mailbox.troubles += [when, when]
    await issues(shop)
    assert "E-mail on its way" in card(shop)
    assert "A mail server has not taken the e-mail yet." in card(shop)

    await shop.later(seconds=16)
    await shop.later(seconds=31)

    assert len(mailbox.mails) == 1
    assert "Sent" in card(shop)
    assert states(shop) == [(0, "sent", 2)]


@pytest.mark.parametrize("answer", UNUSUAL)
async def test_a_mail_that_was_taken_with_an_unusual_answer_is_not_sent_twice(both, answer):
    """Only a refusal says that it was not taken; a filter or a proxy in between may answer anything."""
    shop, mailbox = both
    mailbox.troubles.append(answer)

    await issues(shop)
    await shop.later(hours=2)

    assert len(mailbox.mails) == 1
    assert "Not sure it was sent" in card(shop)


async def test_a_server_that_was_away_gets_it_when_it_is_back(database):
    async with shop_with_mail(database) as (shop, mailbox):
        other = f"smtp://127.0.0.1:{mailbox.port}"
        await shop.restart(paylink_smtp_url="smtp://127.0.0.1:1")
        await issues(shop)
        await shop.later(minutes=2)
        assert mailbox.mails == []

        await shop.restart(paylink_smtp_url=other)
        await shop.later(minutes=10)

        assert len(mailbox.mails) == 1
        assert "Sent" in card(shop)


async def test_after_an_hour_without_a_server_the_seller_is_told(both):
    shop, _ = both
    await shop.restart(paylink_smtp_url="smtp://127.0.0.1:1")
    await issues(shop)

    for _ in range(14):
        await shop.later(minutes=5)

    assert "Not delivered" in card(shop)
    assert "No mail server took it for an hour." in lines(shop)[0]


@pytest.mark.parametrize(("trouble", "arrived"), [("cut before", 0), ("cut after", 1)])
async def test_a_connection_that_breaks_while_it_is_handed_over_leaves_it_open_and_sends_no_second(
    both, trouble, arrived
):
    shop, mailbox = both
    mailbox.troubles.append(trouble)

    await issues(shop)
    await shop.later(hours=2)

    assert len(mailbox.mails) == arrived
    assert states(shop) == [(0, "unknown", 0)]
    assert "Not sure it was sent" in card(shop)
    assert "it may have been sent" in card(shop)
    assert "Not sure the e-mail was sent" in lines(shop)[0]
    assert "Send again…" in shop.thread[0].buttons


async def test_two_processes_send_one_mail(both):
    shop, mailbox = both
    async with assembled(Settings(**shop.settings), shop.clock) as other:
        await created(shop)

        await asyncio.gather(*(bot.mailing.send_once() for bot in (shop.bot, other)))

    assert len(mailbox.mails) == mailbox.tried == 1


async def test_a_process_that_dies_while_it_hands_a_mail_over_leaves_a_question_and_no_second_mail(both, monkeypatch):
    shop, mailbox = both
    stuck = asyncio.Event()

    async def hanging(*_):
        stuck.set()
        await asyncio.sleep(3600)

    monkeypatch.setattr("bot.mail.smtp._hand_over", hanging)
    await created(shop)
    sending = asyncio.create_task(shop.bot.mailing.send_once())
    await asyncio.wait_for(stuck.wait(), 5)
    assert states(shop) == [(0, "sending", 0)]
    sending.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sending
    monkeypatch.undo()

    await shop.restart()
    await shop.later(seconds=80)
    assert states(shop) == [(0, "sending", 0)]
    await shop.later(seconds=20)

    assert mailbox.mails == []
    assert states(shop) == [(0, "unknown", 0)]
    assert "Not sure it was sent" in card(shop)


async def test_a_process_that_dies_before_it_is_handed_over_loses_nothing(both):
    shop, mailbox = both
    await created(shop)
    await shop.bot.store.claim_mails(shop.clock.machine_now(), lease=shop.clock.at - shop.clock.at, limit=1)

    await shop.restart()
    await shop.later(seconds=61)

    assert len(mailbox.mails) == 1


async def test_a_mailer_that_asks_twice_is_told_no(both):
    """Leave to hand a mail over is given once: whoever repeats it by itself would send two."""
    shop, mailbox = both
    asked = []

    class Eager:
        async def send(self, _letter, may_hand_over):
            asked.extend([await may_hand_over(), await may_hand_over()])

    await created(shop)
    await replace(shop.bot.mailing, mailer=Eager()).send_once()

    assert asked == [True, False]
    assert mailbox.mails == []


@pytest.mark.parametrize(("seconds", "mails", "after"), [(4.9, 1, (0, "sent", 0)), (5.1, 0, (0, "wanted", 1))])
async def test_a_process_that_was_paused_before_it_hands_a_mail_over_does_not(both, monkeypatch, seconds, mails, after):
    """Suspended once *sending* was committed: another may have said by now that nobody is sure of it."""
    shop, mailbox = both
    move = Mails.move_mail

    async def pauses(work, mail, **more):
        moved = await move(work, mail, **more)
        if mail.state is MailState.SENDING:
            shop.clock.pass_(seconds=seconds)
        return moved

    monkeypatch.setattr(Mails, "move_mail", pauses)
    await created(shop)

    await shop.bot.mailing.send_once()

    assert len(mailbox.mails) == mails
    assert states(shop) == [after]


async def test_a_mail_that_breaks_us_keeps_no_other_from_going_out(both):
    shop, mailbox = both
    send = SmtpMailer.send

    class Clumsy(SmtpMailer):
        async def send(self, letter, may_hand_over):
            if letter.order.reference == "1":
                raise ZeroDivisionError
            await send(self, letter, may_hand_over)

    await created(shop, reference="1")
    await created(shop, reference="2")
    fields = {name: getattr(shop.bot.mailing.mailer, name) for name in ("server", "sender", "now")}
    await replace(shop.bot.mailing, mailer=Clumsy(**fields)).send_once()

    assert [mail["Subject"].endswith("(2)") for mail in mailbox.mails] == [True]


async def test_sending_again_mails_the_new_link_and_no_longer_the_old_one(both):
    shop, mailbox = both
    await issues(shop)
    shop.clock.pass_(minutes=2)

    await sends_again(shop)

    first, second = mailbox.mails
    assert page_of(shop, "4711") in text_of(first)
    assert page_of(shop, "4711-2") in text_of(second)
    assert first["Message-ID"] != second["Message-ID"]
    assert "Sent" in card(shop)


async def test_a_link_that_was_cancelled_before_its_mail_went_out_gets_none(both):
    shop, mailbox = both
    mailbox.troubles.append("not now")
    await issues(shop)
    await shop.presses("Cancel link")

    await shop.later(minutes=5)

    assert mailbox.mails == []
    assert states(shop) == [(0, "withdrawn", 1)]
    assert "Cancelled" in card(shop)


async def test_a_link_whose_create_was_in_doubt_is_mailed_once_it_is_found(database):
    async with shop_with_mail(database, switches=Switches(session_search=True), account="P12345678") as (shop, mailbox):
        shop.dintero.faults.add("create", Fault.drop_after())
        await submits(shop)
        await shop.bot.running.run_once()
        assert states(shop) == []

        await shop.later(seconds=6)

        assert len(mailbox.mails) == 1
        assert "Sent" in card(shop)


async def test_an_answer_that_comes_after_the_lease_has_lapsed_still_mails_the_link_once(database):
    """The sender was held up, another took the link for uncertain: only the late answer knows that it was made."""
    async with shop_with_mail(database, account="P12345678") as (shop, mailbox):
        shop.dintero.faults.add("create", Fault.delay(0.5, after=True))
        await submits(shop)
        sending = asyncio.create_task(shop.bot.running.run_once())
        await made(shop, "4711")
        shop.clock.pass_(seconds=91)
        await shop.bot.running.find_orphans()
        assert statuses(shop) == [("4711", "uncertain")]

        await sending
        await shop.work()
        await shop.later(minutes=2)

        assert len(mailbox.mails) == 1
        assert states(shop) == [(0, "sent", 0)]
        assert "It arrived" not in shop.card.buttons, "nothing had gone out that could have"
        assert "Sent" in card(shop)


async def test_no_address_stands_in_plain_in_the_database_or_the_log(both, journal):
    shop, mailbox = both
    mailbox.troubles += ["not now", "refuse recipient"]
    await issues(shop)
    await shop.later(minutes=1)

    assert not any(CUSTOMER.encode() in kept for kept in database.raw(shop).values())
    assert CUSTOMER not in journal()
    assert mailbox.tried == 2


async def test_without_a_mail_server_the_seller_gets_the_mail_filled_in(shop):
    form = await shop.opens_form()
    await submits(shop, view_id=form.id)
    await shop.work()

    [form] = shop.slack.modals(shop.kari)
    assert "Ready to share" in card(shop)
    assert "Open in mail app" in plain(form)
    await shop.presses("Show link")
    told = shop.slack.ephemerals(shop.kari)[-1]
    assert f"mailto:{CUSTOMER}?subject=249%2C50" in str(told.blocks)
    assert "%2Fp%2F" in str(told.blocks)


async def test_the_form_says_that_a_mail_is_on_its_way(both):
    shop, _ = both
    form = await shop.opens_form()
    await submits(shop, view_id=form.id)

    await shop.bot.running.run_once()

    await until(lambda: "E-mail on its way" in plain(shop.slack.modals(shop.kari)[-1]))
