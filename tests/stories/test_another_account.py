"""The bot is started with another Dintero account: the old one's links are not read, and nothing wrong is said."""

import json
from dataclasses import replace

import httpx
import pytest

from bot.domain.accounts import NOT_FOLLOWED
from bot.domain.operations import State
from bot.settings import Settings
from bot.stop_following import ask_and_stop
from sandbox.dintero.post import hook_signature
from storage.orders import Orders
from tests.stories import database
from tests.stories.counting import counted
from tests.stories.knocking import knock, ready
from tests.stories.shop import ACCOUNT

OTHER = "T87654321"


async def ends_following(shop, typed=ACCOUNT, account=ACCOUNT):
    """`paylink stop-following` with the new account in the settings; returns what was asked and what was done."""
    asked = []

    def ask(question):
        asked.append(question)
        return typed

    settings = Settings(**{**shop.settings, "dintero_account_id": OTHER})
    return asked, await ask_and_stop(settings, account, ask)


async def moves(shop):
    """To the other account, with the old one's links left behind."""
    await shop.stop()
    await ends_following(shop)
    shop.dintero.account_id = OTHER
    await shop.start(dintero_account_id=OTHER)
    await shop.work()


async def page(shop, reference="4711"):
    """What the customer reads."""
    token = shop.session(reference)["url"]["callback_url"].rpartition("/")[2].partition("?")[0]
    async with httpx.AsyncClient(trust_env=False) as http:
        return (await http.get(f"{shop.url}/p/{token}", headers={"Accept-Language": "en"})).text


async def test_it_refuses_to_start_while_links_of_the_old_account_are_open(shop):
    await shop.issues()
    await shop.issues("99 92345678 Mat #4712 7d")
    await shop.stop()

    with pytest.raises(ValueError, match="still followed") as refused:
        await shop.start(dintero_account_id=OTHER)

    assert str(refused.value) == (
        f"2 links of Dintero account {ACCOUNT} are still followed, and DINTERO_ACCOUNT_ID is {OTHER}. Put the old "
        f"account and its client back, or end following its links: paylink stop-following {ACCOUNT}"
    )
    await shop.start()
    await shop.customer_pays()
    assert "Reserved" in shop.cards[0].read()


async def test_it_starts_when_nothing_of_the_old_account_can_happen_any_more(shop):
    await shop.issues()
    await shop.presses("Cancel link")

    await shop.restart(dintero_account_id=OTHER)

    assert "Cancelled" in shop.card.read()


async def test_it_starts_with_the_same_account_whatever_is_open(shop):
    await shop.issues()

    await shop.restart()


async def test_stop_following_says_how_many_links_and_how_much_reserved_money_it_leaves(shop):
    await shop.issues()
    await shop.customer_pays()
    await shop.issues("99 92345678 Mat #4712 7d")

    [question], done = await ends_following(shop)

    assert f"2 links of Dintero account {ACCOUNT} are followed, with 249,50 kr reserved." in question.replace(
        "\xa0", " "
    )
    assert question.endswith(f"Type {ACCOUNT} to end following them:")
    assert done == "2 links no longer followed. Cards and threads say so once paylink serve runs."


@pytest.mark.parametrize("typed", ["", "yes", ACCOUNT.lower(), OTHER])
async def test_stop_following_does_nothing_unless_the_accounts_name_is_typed(shop, typed):
    await shop.issues()

    with pytest.raises(ValueError, match="nothing was changed"):
        await ends_following(shop, typed)

    await shop.customer_pays()
    assert "Reserved" in shop.card.read()


async def test_the_account_in_use_cannot_be_left(shop):
    with pytest.raises(ValueError, match="is the account that Paylink uses"):
        await ends_following(shop, OTHER, OTHER)


async def test_an_account_without_followed_links_is_named(shop):
    with pytest.raises(ValueError, match="No link of Dintero account T11111111 is followed"):
        await ends_following(shop, "T11111111", "T11111111")


async def test_card_and_thread_say_that_a_link_is_no_longer_followed(shop):
    await shop.issues()
    await moves(shop)

    said = shop.card.read()
    assert "No longer followed, last seen: ready to share" in said
    assert "Pay before" not in said
    assert shop.card.buttons == []
    assert f"It was made with Dintero account {ACCOUNT}" in shop.lines[-1]


async def test_a_paid_link_keeps_what_was_known_of_its_money(shop):
    await shop.issues()
    await shop.customer_pays()
    await moves(shop)

    assert "No longer followed, last seen: reserved" in shop.card.read()
    assert shop.card.buttons == []


async def test_an_old_link_that_is_paid_is_never_called_expired_or_unpaid(shop):
    await shop.issues()
    await moves(shop)
    shop.dintero.pay(shop.session()["id"])

    with counted(shop, "session", "transaction", "search") as spent:
        await shop.dintero_calls_back()
        for _ in range(10):
            await shop.later(days=1)
            await shop.sweep()
    said = shop.card.read() + " ".join(shop.lines) + await page(shop)

    assert spent() == 0
    assert "xpired" not in said
    assert "not paid" not in said
    assert "time to pay is over" not in said
    assert "do not pay again" in said
    assert "contact the person who sent you this link before you pay" in said


async def test_what_waits_to_be_carried_out_is_withdrawn_and_never_sent_to_the_new_account(shop):
    await shop.issues()
    await shop.customer_pays()
    await shop.presses_only("Capture")
    await moves(shop)

    assert shop.writes("capture") == []
    assert database.rows(shop, "SELECT state FROM operation WHERE kind = 'capture'") == [("withdrawn",)]


async def test_what_another_replica_began_to_send_meanwhile_is_not_called_withdrawn(shop, monkeypatch):
    """The link was read while its capture still waited, and by now the old account's replica sends it."""
    await shop.issues()
    await shop.customer_pays()
    await shop.presses_only("Capture")
    await shop.stop()
    database.write(shop, "UPDATE operation SET state = 'sending' WHERE kind = 'capture'")
    read = Orders.held_story

    async def read_before(work, link_id):
        monkeypatch.setattr(Orders, "held_story", read)
        story = await read(work, link_id)
        [link] = story.links
        waiting = replace(link.operation, state=State.WANTED)
        return replace(story, links=(replace(link, operation=waiting),))

    monkeypatch.setattr(Orders, "held_story", read_before)
    await ends_following(shop)

    assert database.rows(shop, "SELECT state FROM operation WHERE kind = 'capture'") == [("unknown",)]


async def test_callbacks_of_old_links_are_no_problem_and_cause_nothing(shop):
    """They are signed with the old account's id and secret."""
    await shop.issues()
    await moves(shop)

    answers = [await knock(shop) for _ in range(5)]
    await shop.work()

    assert {answer.status_code for answer in answers} == {200}
    told = await ready(shop)
    assert told["problems"] == []
    assert told["counts"]["callbacks_of_other_accounts"] == 5
    assert database.rows(shop, "SELECT due_at FROM link") == [(None,)]


async def test_a_customer_who_comes_back_to_an_old_link_causes_nothing(shop):
    await shop.issues()
    await moves(shop)
    token = shop.session()["url"]["callback_url"].rpartition("/")[2].partition("?")[0]

    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(f"{shop.url}/thanks/{token}")

    assert answer.status_code == 200
    assert database.rows(shop, "SELECT due_at FROM link") == [(None,)]


async def test_the_old_accounts_webhooks_are_refused_and_no_problem(shop):
    """Dintero deletes a subscription that is refused."""
    await shop.issues()
    await moves(shop)
    raw = json.dumps({"account_id": ACCOUNT, "event": "checkout_transaction"}).encode()

    async with httpx.AsyncClient(trust_env=False) as http:
        for _ in range(5):
            headers = {"event-signature": hook_signature("the old secret", raw)}
            assert (await http.post(f"{shop.url}/dintero/webhook", content=raw, headers=headers)).status_code == 401

    told = await ready(shop)
    assert told["problems"] == []
    assert told["counts"] == {"webhooks_of_other_accounts": 5}


async def test_new_links_of_the_new_account_are_followed_beside_the_old_ones(shop):
    await shop.issues()
    await moves(shop)

    await shop.issues("99 92345678 Mat #4712 7d")
    await shop.customer_pays("4712")

    assert "Reserved" in shop.cards[-1].read()
    assert "No longer followed" in shop.cards[0].read()


async def test_a_click_on_a_card_from_before_is_refused_with_the_reason(shop):
    """The links that nothing could happen to any more were not asked about: their cards keep their buttons."""
    await shop.issues()
    await shop.presses("Cancel link")
    await shop.restart(dintero_account_id=OTHER)

    with counted(shop, "session", "transaction") as spent:
        await shop.presses("Refresh")

    assert spent() == 0
    assert NOT_FOLLOWED in shop.whispers()[-1]


async def test_links_that_another_replica_made_with_its_account_are_left_to_it(shop):
    """Two replicas with different settings: neither may call the other's links unpaid."""
    await shop.restart(dintero_account_id=OTHER)
    other = shop.bot
    shop.bot = None
    await shop.start()
    await shop.issues()
    mine, shop.bot = shop.bot, other
    shop.dintero.pay(shop.session()["id"])

    shop.dintero.account_id = OTHER
    with counted(shop, "session", "transaction", "list") as spent:
        for _ in range(3):
            shop.clock.pass_(days=4)
            await other.sweeping.look_at_due()
    shop.dintero.account_id = ACCOUNT

    assert spent() == 0
    assert database.statuses(shop) == [("4711", "open")]
    shop.bot = mine
    await shop.later(minutes=2)
    assert database.statuses(shop) == [("4711", "authorized")]
