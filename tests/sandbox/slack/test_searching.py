"""A select that searches, and Enter in a text field (Slack reference §6, §8, §9)."""

import asyncio

import pytest

from sandbox.slack import NotOfferedError
from tests.sandbox.slack.conftest import modal, plain, typing


def searching(**more):
    element = {"type": "external_select", "action_id": "v", "min_query_length": 0, **more}
    return {"type": "input", "block_id": "item", "label": plain("Item"), "element": element, "optional": True}


def options(*names):
    return [{"text": plain(name), "value": name.lower()} for name in names]


@pytest.fixture
async def opened(ws, client, kari):
    """Open a form of these blocks on Kari's screen."""

    async def open_form(*blocks):
        await client.views_open(trigger_id=ws.trigger(kari), view=modal(*blocks, callback_id="new"))
        return ws.modals(kari)[-1]

    return open_form


@pytest.fixture
def answering(bot):
    """The bot answers searches with these options; what it was asked."""

    def answer(*found):
        @bot.app.options("v")
        async def search(ack, body):
            bot.seen.append(body)
            await ack(options=list(found))

        return bot.seen

    return answer


async def test_what_the_app_offers_can_be_chosen_and_is_in_the_state(ws, opened, answering):
    seen = answering(*options("Tow bar", "Bar stool"))
    view = await opened(searching())

    assert await ws.search(view, "item", "bar") == ["Tow bar", "Bar stool"]
    await ws.fill(view, {"item": "Bar stool"})

    [asked] = seen
    assert (asked["type"], asked["value"], asked["block_id"], asked["view"]["id"]) == (
        "block_suggestion",
        "bar",
        "item",
        view.id,
    )
    assert "trigger_id" not in asked
    assert view.payload()["state"]["values"]["item"]["v"]["selected_option"]["value"] == "bar stool"


async def test_what_was_found_can_be_chosen_while_the_next_search_is_under_way(ws, bot, opened):
    asked, answered = asyncio.Event(), asyncio.Event()

    @bot.app.options("v")
    async def search(ack, body):
        if body["value"] == "bars":
            asked.set()
            await answered.wait()
        await ack(options=options("Tow bar"))

    view = await opened(searching())
    await ws.search(view, "item", "bar")
    slow = asyncio.create_task(ws.search(view, "item", "bars"))
    await asked.wait()

    try:
        await ws.fill(view, {"item": "Tow bar"})
    finally:
        answered.set()
        await slow

    assert view.values["item"] == "Tow bar"


async def test_nothing_can_be_chosen_that_was_not_found(ws, opened, answering):
    answering(*options("Tow bar"))
    view = await opened(searching())
    await ws.search(view, "item")

    with pytest.raises(NotOfferedError):
        await ws.fill(view, {"item": "Hitch"})


async def test_too_few_letters_ask_nobody(ws, opened, answering):
    seen = answering(*options("Tow bar"))
    view = await opened(searching(min_query_length=3))

    assert await ws.search(view, "item", "to") == []
    assert seen == []


async def test_more_than_a_hundred_options_are_none_and_a_complaint(ws, opened, answering):
    answering(*options(*(f"Bolt {n}" for n in range(101))))
    view = await opened(searching())

    assert await ws.search(view, "item") == []
    assert "must have 0 to 100 items" in ws.complaints[0]
    ws.complaints.clear()


async def test_a_choice_outlives_a_redrawing_of_the_form(ws, client, opened, answering):
    answering(*options("Tow bar"))
    view = await opened(searching())
    await ws.search(view, "item")
    await ws.fill(view, {"item": "Tow bar"})

    await client.views_update(view_id=view.id, view=modal(searching(), callback_id="new"))

    assert view.values["item"] == "Tow bar"


@pytest.mark.parametrize(("asks", "told"), [(["on_enter_pressed"], 1), (["on_character_entered"], 0)])
async def test_enter_tells_the_app_where_the_field_asks_for_it_and_sends_the_form_elsewhere(
    ws, bot, opened, asks, told
):
    @bot.app.action("v")
    async def entered(ack, body):
        bot.seen.append(("entered", body["actions"][0]["value"]))
        await ack()

    @bot.app.view("new")
    async def sent(ack):
        bot.seen.append(("sent", None))
        await ack()

    field = typing("price", "Price", initial_value="300", dispatch_action_config={"trigger_actions_on": asks})
    view = await opened(field | {"dispatch_action": True})

    await ws.enter(view, "price")

    assert bot.seen == ([("entered", "300")] if told else [("sent", None)])
