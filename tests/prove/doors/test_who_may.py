"""Every button of every state, pressed by everybody who may not, and with every value that was not drawn for it.

The tables are walked: a new action or form is attacked by itself.
"""

import json

import pytest
from sqlalchemy import select

from bot.domain.actions import ENDS_OPERATION, MOVES_MONEY, PRESSED_FOR, Action, open_amount
from bot.slack import ids
from bot.slack.views.issue_form import FormMetadata
from sandbox.dintero.faults import Fault
from storage.tables import links
from tests.prove.doors.knocking import books
from tests.stories.till import a_paid_link, a_reserved_link, captures_part, forges, moved

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""What is asked here is decided before anything is written, whatever it would be written to."""

VIEWS = sorted(value for name, value in vars(ids).items() if name.startswith("VIEW_") and value)


async def an_open_link(shop):
    await shop.issues()


async def an_uncertain_link(shop):
    shop.dintero.faults.add("create", Fault.drop_before())
    await shop.issues()
    await shop.later(minutes=2)


async def a_refused_link(shop):
    shop.dintero.faults.add("create", Fault.status(400))
    await shop.issues()


async def a_part_taken(shop):
    await a_reserved_link(shop)
    await captures_part(shop, How_much="An amount", **{"Amount_(NOK)": "100"})


async def a_capture_in_doubt(shop):
    await a_reserved_link(shop)
    shop.dintero.faults.add("capture", Fault.drop_before())
    await shop.presses("Capture")
    await shop.later(minutes=10)
    await shop.later(minutes=1)


async def late_money(shop):
    await shop.issues()
    await shop.presses("Cancel link")
    shop.dintero.pay_late(shop.session()["id"], "vipps")
    await shop.sweep()
    assert "late" in shop.card.read()


async def an_expired_link(shop):
    await shop.issues()
    await shop.later(days=8)


STATES = [an_open_link, an_uncertain_link, a_refused_link, a_reserved_link, a_part_taken, a_paid_link,
          a_capture_in_doubt, late_money, an_expired_link]  # fmt: skip


async def the_link(shop):
    """The newest link as it is kept."""
    async with shop.bot.store._engine.connect() as connection:
        row = (await connection.execute(select(links.c.id).order_by(links.c.created_at.desc()))).first()
    async with shop.bot.store.read() as work:
        return await work.link(row.id)


async def value_for(shop, action):
    """What a button for `action` would carry if it were drawn now."""
    link = await the_link(shop)
    operation = link.operation.name if link.operation else None
    return ids.ButtonValue(link.id, link.version, open_amount(link, action), action, operation)


def as_what(action, link):
    """Ending or repeating it is as much as doing it: a create or a cancel needs no trust with money."""
    return PRESSED_FOR[link.operation.kind] if action in ENDS_OPERATION and link.operation else action


def outsiders(shop):
    """Who may do nothing at all with a link of Kari's, and who may only not move money."""
    robot = shop.slack.people.get("robot") or shop.slack.person("robot", bot=True)
    elsewhere = shop.slack.people.get("elsewhere") or shop.slack.person("elsewhere", stranger=True)
    return {
        "stranger": (shop.people["eve"], set(Action)),
        "of another workspace": (elsewhere, set(Action)),
        "robot": (robot, set(Action)),
        "guest": (shop.people["guest"], set(Action)),
        "not trusted": (shop.people["ola"], MOVES_MONEY),
    }


async def trust_them_by_name(shop):
    """All but Ola stand on the list of those trusted with money: who they are must refuse them."""
    named = [who.id for name, (who, _) in outsiders(shop).items() if name != "not trusted"]
    await shop.restart(paylink_money_users=",".join(named))


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
async def test_no_button_works_for_who_may_not(state, shop, proof, chosen):
    await state(shop)
    await trust_them_by_name(shop)
    link = await the_link(shop)
    attempts = [
        (name, who, action)
        for name, (who, forbidden) in outsiders(shop).items()
        for action in sorted(forbidden)
        if as_what(action, link) in forbidden
    ]

    with proof(promise=5, varied="states × buttons × people who may not") as tally:
        for name, who, action in chosen(attempts):
            tally.tried += 1
            value = await value_for(shop, action)
            before, forms = kept(await books(shop)), len(shop.slack.views)
            await forges(shop, who, action, value.encode().replace(f"|{action}", ""))
            await forges_in_menu(shop, who, value)
            if kept(await books(shop)) != before or len(shop.slack.views) != forms:
                tally.let_in.append(f"{name}: {action}")


async def forges_in_menu(shop, who, value):
    """The same out of the overflow menu, where the option's value names the action."""
    option = {"text": {"type": "plain_text", "text": "x"}, "value": value.encode()}
    pressed = {"type": "overflow", "action_id": ids.LINK_MORE, "block_id": "b", "selected_option": option}
    await shop.slack._interact(shop.slack._action(who, shop.card, pressed), "forged")
    await shop.work()


def kept(told):
    """The books without what was whispered to the person, and without how the bot counts its calls and its turns."""
    rows, asked, _ = told
    return {name: found for name, found in rows.items() if name not in {"lane", "budget", "task"}}, asked


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
async def test_no_form_works_for_who_may_not(state, shop, proof, chosen):
    await state(shop)
    await trust_them_by_name(shop)
    link = await the_link(shop)
    attempts = [(name, *about, view) for name, about in outsiders(shop).items() for view in VIEWS]
    filled = {
        "sure": {"v": {"selected_options": [{"value": "sure"}]}},
        "part": {"v": {"selected_option": {"value": "all"}}},
    }
    filled |= {"reason": {"v": {"value": "Wrong size"}}, "phone": {"v": {"value": "91234567"}}}

    with proof(promise=5, varied="states × forms × people who may not") as tally:
        for name, who, forbidden, view in chosen(attempts):
            action = next((one for one in Action if one == view), Action.RELEASE)
            if as_what(action, link) not in forbidden:
                continue
            tally.tried += 1
            value = await value_for(shop, action)
            memories = [value.encode(), FormMetadata("d1", shop.sales.id).encode()]
            for memory in memories:
                before, wrote = kept(await books(shop)), moved(shop)
                content = {"id": "V1", "type": "modal", "callback_id": view, "private_metadata": memory}
                content |= {"blocks": [], "hash": "1"}
                content |= {"state": {"values": filled}}
                await shop.slack._interact(shop.slack._base("view_submission", who) | {"view": content}, "forged")
                await shop.work()
                now = kept(await books(shop))
                harmless = name in {"guest", "not trusted", "robot"}  # a draft of their own is theirs to keep
                if moved(shop) != wrote or (now != before and not (harmless and same_but_drafts(now, before))):
                    tally.let_in.append(f"{name}: {view} with {memory}")


async def test_a_made_up_form_works_for_who_may(shop):
    """Else the forms above would prove nothing."""
    await a_reserved_link(shop)
    value = await value_for(shop, Action.RELEASE)
    content = {"id": "V1", "type": "modal", "callback_id": ids.VIEW_RELEASE, "private_metadata": value.encode()}
    content |= {"state": {"values": {"sure": {"v": {"selected_options": [{"value": "sure"}]}}}}, "blocks": []}

    await shop.slack._interact(shop.slack._base("view_submission", shop.kari) | {"view": content}, "forged")
    await shop.work()

    assert moved(shop) == ["void"]


def same_but_drafts(now, before):
    return all(now[0][name] == before[0][name] for name in now[0] if name != "draft")


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
async def test_no_value_that_was_not_drawn_moves_money(state, shop, proof, chosen):
    """The issuer herself, with another amount, another link, another question, or an action that is not offered."""
    await state(shop)
    right = {action: await value_for(shop, action) for action in sorted(Action)}
    attempts = [(action, *odd) for action, value in right.items() for odd in spoilt(value)]

    with proof(promise=5, varied="states × buttons × values that were not drawn") as tally:
        for action, name, text in chosen(attempts):
            tally.tried += 1
            before = moved(shop)
            await forges(shop, shop.kari, action, text)
            if moved(shop) != before:
                tally.let_in.append(f"{action}, {name}: {text}")


def spoilt(value):
    """What a button might carry and was not drawn with."""
    link, version, amount, action = value.link_id, value.version, value.open_minor, value.action
    if action in MOVES_MONEY:
        amounts = {amount + 1, max(amount - 1, 0), amount * 10, 9_999_999_999, 1} - {amount}
        yield from (("another amount", f"1|{link}|{version}|{one}") for one in sorted(amounts))
    yield "nobody's link", f"1|{'0' * 32}|{version}|{amount}"
    if action in ENDS_OPERATION:
        yield "another question", f"1|{link}|{version}|{amount}|C99"
        yield "no question", f"1|{link}|{version}|{amount}"
    numbers = f"{link}|{version}|{amount}"
    yield from (("malformed", odd) for odd in ("", "1", "1||", "x" * 3000, json.dumps({"l": link}), f"2|{numbers}"))
    yield from (("malformed", odd) for odd in (f"1|{link}|{version}|-{amount}", f"1|{link}|1|1e9", f"1|{numbers}|x"))
    yield "malformed", f"1|{link}' OR 1=1|{version}|{amount}"
