"""The connection to the database breaks during a COMMIT: it is kept, and the bot hears of an error."""

import contextlib

import pytest
from sqlalchemy.exc import OperationalError

from sandbox.slack.model import NotOfferedError
from storage.transaction import Transaction
from tests.stories import database
from tests.stories.mailing import shop_with_mail, states, submits
from tests.stories.till import a_reserved_link, card, done, moved, operations

GOOD = "249,50 91234567 Tow bar #4711 7d"
each_commit = pytest.mark.parametrize("commits_before", range(6))


@contextlib.contextmanager
def unanswered_commit(commits_before):
    """The commit after so many others is kept, and nobody is told."""
    whole, left = Transaction.commit, [commits_before]

    async def commit(self):
        await whole(self)
        left[0] -= 1
        if left[0] == -1:
            raise OperationalError("COMMIT", {}, ConnectionError("connection was closed in the middle"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Transaction, "commit", commit)
        yield


async def lives_on(shop):
    """What was being done when the answer was lost is given up, and found again when its lease has ended."""
    for _ in range(4):
        with contextlib.suppress(OperationalError):
            await shop.later(seconds=50)
        await shop.bot.running.find_orphans()
        await shop.bot.mailing.find_orphans()
    await shop.later(minutes=3)


@each_commit
async def test_one_form_makes_one_link_or_asks(shop, commits_before):
    form = await shop.opens_form(GOOD)
    with unanswered_commit(commits_before):
        await shop.slack.submit(shop.kari, form)
        with contextlib.suppress(NotOfferedError):  # what says "Not saved. Press Send again." is still there
            await shop.slack.submit(shop.kari, form)
        await lives_on(shop)

    assert len(shop.writes("create")) <= 1
    [(_, status)] = database.statuses(shop)
    assert status == ("open" if shop.dintero.sessions else "uncertain")
    assert len(shop.cards) == 1


@each_commit
async def test_one_click_captures_once_or_stays_in_doubt(shop, commits_before):
    await a_reserved_link(shop)
    with unanswered_commit(commits_before):
        await shop.presses_only("Capture")
        if "Capture" in shop.card.buttons:
            await shop.presses_only("Capture")
        await lives_on(shop)

    [operation] = await operations(shop)
    assert (operation.state, done(shop, "CAPTURE")) in [("done", [24950]), ("unknown", [])]
    assert moved(shop).count("capture") <= 1


@each_commit
async def test_one_mail_goes_out_once_or_the_card_says_that_it_is_not_sure(database, commits_before):
    async with shop_with_mail(database) as (shop, mailbox):
        await submits(shop)
        await shop.bot.running.run_once()
        with unanswered_commit(commits_before):
            await lives_on(shop)
        await shop.later(hours=2)

        [(_, state, _)] = states(shop)
        assert (len(mailbox.mails), state) in {(1, "sent"), (1, "unknown"), (0, "unknown")}
        assert state == "sent" or "Not sure it was sent" in card(shop)
