"""Modals: opening, stacking, updating, clicking in them, closing."""

import pytest

from sandbox.slack import NotOfferedError

from .conftest import VAT, form, modal, mrkdwn, plain, refusal, select, typing


async def test_a_trigger_opens_one_view(ws, client, kari):
    """Slack reference §7: single use, exchanged_trigger_id; one nobody gave is invalid."""
    trigger = ws.trigger(kari)
    await client.views_open(trigger_id=trigger, view=form())

    assert await refusal(client.views_open(trigger_id=trigger, view=form())) == "exchanged_trigger_id"
    assert await refusal(client.views_open(trigger_id="1.2.3", view=form())) == "invalid_trigger_id"


@pytest.mark.parametrize(("seconds", "opens"), [(3, True), (3.01, False)])
async def test_a_trigger_lives_three_seconds(ws, clock, client, kari, seconds, opens):
    """Slack reference §7: expired_trigger_id."""
    trigger = ws.trigger(kari)
    clock.pass_(seconds)
    call = client.views_open(trigger_id=trigger, view=form())

    if opens:
        await call
    else:
        assert await refusal(call) == "expired_trigger_id"


async def test_a_command_opens_a_form_with_its_trigger(ws, bot, kari, sales):
    """Slack reference §5, §7: the whole way through Bolt."""

    @bot.app.command("/paylink")
    async def command(ack, client, body):
        await client.views_open(trigger_id=body["trigger_id"], view=form())
        await ack()

    await ws.command(kari, sales, "/paylink")

    [opened] = ws.modals(kari)
    assert opened.read().splitlines() == [
        "New link", "Phone", "> ", "Text (optional)", "> ", "VAT", "> 25 %", "[Add line]", "[Send]",
    ]  # fmt: skip
    assert ws.complaints == []


async def test_a_wrong_view_is_refused_with_pointers(ws, client, kari):
    """Slack reference §8: invalid_arguments; too many kB: view_too_large; one external_id once."""
    opening = client.views_open(trigger_id=ws.trigger(kari), view=modal(title=plain("x" * 25)))
    assert await refusal(opening) == "invalid_arguments"
    assert ws.complaints == [
        "views.open: invalid_arguments [ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    big = modal(*[mrkdwn("x" * 3000)] * 90)
    assert await refusal(client.views_open(trigger_id=ws.trigger(kari), view=big)) == "view_too_large"
    await client.views_open(trigger_id=ws.trigger(kari), view=form(external_id="e"))
    twice = client.views_open(trigger_id=ws.trigger(kari), view=form(external_id="e"))
    assert await refusal(twice) == "duplicate_external_id"


async def test_a_stack_holds_three_views(ws, bot, kari, client, view):
    """Slack reference §8: push_limit_reached; a push needs a trigger from a view."""

    @bot.app.action("add")
    async def push(ack, body, client):
        await ack()
        await client.views_push(trigger_id=body["trigger_id"], view=form())

    await ws.click(kari, view, "Add line")
    await ws.click(kari, ws.modals(kari)[-1], "Add line")
    assert len(ws.modals(kari)) == 3
    await ws.click(kari, ws.modals(kari)[-1], "Add line")

    assert ws.complaints[0] == "views.push: push_limit_reached"
    assert await refusal(client.views_push(trigger_id=ws.trigger(kari), view=form())) == "invalid_trigger_id"


async def test_an_update_with_an_old_hash_is_a_conflict(ws, client, view):
    """Slack reference §8: hash_conflict; a closed view is not_found."""
    old = view.hash
    await client.views_update(view_id=view.id, hash=old, view=form())

    assert await refusal(client.views_update(view_id=view.id, hash=old, view=form())) == "hash_conflict"
    await client.views_update(view_id=view.id, view=form())
    await ws.close(view)
    assert await refusal(client.views_update(view_id=view.id, view=form())) == "not_found"


async def test_a_view_may_be_named_by_its_external_id(ws, client, kari, view):
    """Slack reference §8: views.update takes view_id or external_id; a closed view has neither."""
    await client.views_open(trigger_id=ws.trigger(kari), view=form(external_id="e"))
    named = ws.modals(kari)[-1]
    await client.views_update(external_id="e", view=form(external_id="e", private_metadata="new"))

    assert (named.content["private_metadata"], view.content["private_metadata"]) == ("new", "d1")
    await ws.close(named)
    assert await refusal(client.views_update(external_id="e", view=form())) == "not_found"
    nameless = client.api_call("views.update", json={"view": form()})
    assert await refusal(nameless) == "not_found"


async def test_an_update_keeps_what_was_typed_where_the_ids_stay(ws, client, view):
    """Slack reference §8: block_id is the memory of an input; a new initial_value for it is ignored."""
    await ws.fill(view, {"phone": "91234567", "text": "Tea"})
    changed = modal(typing("phone", "Phone", initial_value="99999999"), typing("text:g1", "Text", initial_value="Cake"))
    await client.views_update(view_id=view.id, view=changed)

    assert view.values == {"phone": "91234567", "text:g1": "Cake"}


async def test_a_click_in_a_view_brings_its_state(ws, bot, kari, view):
    """Slack reference §6, §8: everything typed so far, the hash, and no channel or response_url."""

    @bot.app.action("add")
    async def add(ack, body):
        bot.seen.append(body)
        await ack()

    await ws.fill(view, {"phone": "9"})
    await ws.click(kari, view, "Add line")

    [body] = bot.seen
    assert body["container"] == {"type": "view", "view_id": view.id}
    assert body["view"]["state"]["values"]["phone"]["v"]["value"] == "9"
    assert body["view"]["hash"] == view.hash
    assert not {"channel", "message", "response_url"} & set(body)


async def test_a_choice_in_a_section_fires_at_once(ws, bot, client, kari):
    """Slack reference §8: section and actions elements fire, and their value is in the state as well."""

    @bot.app.action("rate")
    async def rate(ack, body):
        bot.seen.append(body)
        await ack()

    accessory = {"type": "radio_buttons", "action_id": "rate", "options": VAT}
    section = {"type": "section", "block_id": "b", "text": plain("VAT"), "accessory": accessory}
    await client.views_open(trigger_id=ws.trigger(kari), view=modal(section))
    await ws.click(kari, ws.modals(kari)[0], "rate", value="15 %")

    [body] = bot.seen
    assert body["actions"][0]["selected_option"] == VAT[1]
    assert body["view"]["state"]["values"]["b"]["rate"]["selected_option"] == VAT[1]


@pytest.mark.parametrize("dispatches", [True, False])
async def test_inputs_are_silent_unless_they_dispatch(ws, bot, client, kari, dispatches):
    """Slack reference §8: dispatch_action."""

    @bot.app.action("v")
    async def chosen(ack, body):
        bot.seen.append(body["actions"][0]["selected_option"])
        await ack()

    block = select() | {"dispatch_action": dispatches}
    await client.views_open(trigger_id=ws.trigger(kari), view=modal(block))
    await ws.fill(ws.modals(kari)[0], {"VAT": "15 %"})

    assert bot.seen == ([VAT[1]] if dispatches else [])


async def test_closing_is_told_where_it_is_wanted(ws, bot, client, kari, view):
    """Slack reference §6: view_closed only with notify_on_close; the corner cross reports the root, cleared."""

    @bot.app.view_closed("new")
    async def closed(ack, body):
        bot.seen.append((body["view"]["id"], body["is_cleared"]))
        await ack()

    await ws.close(view)
    await client.views_open(trigger_id=ws.trigger(kari), view=form(notify_on_close=True))
    [second] = ws.modals(kari)
    await ws.close(second, everything=True)
    await ws.close(second, everything=True)

    assert bot.seen == [(second.id, True)]
    with pytest.raises(NotOfferedError):
        await ws.fill(view, {"phone": "1"})


@pytest.mark.parametrize(("when", "told"), [("on_enter_pressed", []), ("on_character_entered", ["9"])])
async def test_texts_dispatch_when_asked_for_every_character(ws, bot, client, kari, when, told):
    """Slack reference §8: dispatch_action_config."""

    @bot.app.action("v")
    async def entered(ack, body):
        bot.seen.append(body["actions"][0]["value"])
        await ack()

    block = typing("b", "Text", dispatch_action_config={"trigger_actions_on": [when]}) | {"dispatch_action": True}
    await client.views_open(trigger_id=ws.trigger(kari), view=modal(block))
    await ws.fill(ws.modals(kari)[0], {"Text": "9"})

    assert bot.seen == told
