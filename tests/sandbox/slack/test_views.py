"""Modals: opening, typing, updating, submitting."""

import asyncio

import pytest
from slack_sdk.errors import SlackApiError

from sandbox.slack import NotOfferedError

from .conftest import actions, button, modal, mrkdwn, plain, typing

VAT = [{"text": plain("25 %"), "value": "25"}, {"text": plain("15 %"), "value": "15"}]


def select(block_id="vat", **more):
    element = {"type": "static_select", "action_id": "v", "options": VAT, **more}
    return {"type": "input", "block_id": block_id, "label": plain("VAT"), "element": element}


def form(**more):
    inputs = [typing("phone", "Phone", min_length=8, max_length=12), typing("text", "Text", optional=True)]
    return modal(*inputs, select(initial_option=VAT[0]), actions(button("Add line", "add")), callback_id="new", **more)


@pytest.fixture
async def view(ws, client, kari):
    """A form on Kari's screen."""
    opened = await client.views_open(trigger_id=ws.trigger(kari), view=form(private_metadata="d1"))
    assert [one.id for one in ws.modals(kari)] == [opened["view"]["id"]]
    return ws.modals(kari)[0]


@pytest.fixture
def submitted(bot):
    """Submissions that reach the bot; `bot.answer` is what it answers."""
    bot.answer = {}

    @bot.app.view("new")
    async def submit(ack, body):
        bot.seen.append(body)
        await ack(**bot.answer)

    return bot.seen


async def refusal(call):
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


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


async def test_a_submission_carries_the_state_of_all_inputs(ws, kari, view, submitted):
    """Slack reference §6, §26: untouched initial values arrive, nothing entered is null, no channel."""
    await ws.fill(view, {"Phone": "91234567"})
    await ws.submit(kari, view)

    [body] = submitted
    assert body["view"]["state"]["values"] == {
        "phone": {"v": {"type": "plain_text_input", "value": "91234567"}},
        "text": {"v": {"type": "plain_text_input", "value": None}},
        "vat": {"v": {"type": "static_select", "selected_option": VAT[0]}},
    }
    assert (body["view"]["private_metadata"], body["view"]["callback_id"]) == ("d1", "new")
    assert "channel" not in body
    assert view.closed
    assert ws.complaints == []


async def test_empty_required_inputs_are_refused_by_the_client(ws, kari, view, submitted):
    """Slack reference §8: nothing is sent."""
    answer = await ws.submit(kari, view)

    assert (answer.status, view.errors) == (None, {"phone": "Please complete this required field."})
    assert "! Please complete this required field." in view.read()
    assert submitted == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [("1234567", "Please enter at least 8 characters."), ("1" * 13, "Please enter no more than 12 characters.")],
)
async def test_lengths_are_checked_by_the_client(ws, kari, view, submitted, typed, told):
    """Slack reference §9: min_length and max_length."""
    await ws.fill(view, {"phone": typed})
    await ws.submit(kari, view)

    assert (view.errors, submitted) == ({"phone": told}, [])


@pytest.mark.parametrize(
    ("typed", "told"),
    [("x", "Please enter a number."), ("0", "Please enter a number of at least 1."), ("1,5", "Please enter a number.")],
)
async def test_number_inputs_take_numbers_between_their_bounds(ws, client, kari, typed, told):
    """Slack reference §9: bounds are strings; a decimal comma is refused, the harsher reading."""
    number = typing("n", "Number", type="number_input", is_decimal_allowed=True, min_value="1", max_value="9")
    await client.views_open(trigger_id=ws.trigger(kari), view=modal(number))
    [view] = ws.modals(kari)
    await ws.fill(view, {"Number": typed})
    await ws.submit(kari, view)

    assert view.errors == {"n": told}


async def test_an_email_input_checks_the_form_itself(ws, client, kari):
    """Slack reference §9."""
    await client.views_open(trigger_id=ws.trigger(kari), view=modal(typing("e", "E-mail", type="email_text_input")))
    [view] = ws.modals(kari)
    await ws.fill(view, {"E-mail": "kari"})
    await ws.submit(kari, view)

    assert view.errors == {"e": "Please enter a valid email address."}


async def test_options_are_chosen_by_their_text(ws, kari, view, submitted):
    """Slack reference §26; an option that is not offered cannot be chosen."""
    with pytest.raises(NotOfferedError):
        await ws.fill(view, {"VAT": "12 %"})
    await ws.fill(view, {"VAT": "15 %", "phone": "91234567"})
    await ws.submit(kari, view)

    assert submitted[0]["view"]["state"]["values"]["vat"]["v"]["selected_option"]["value"] == "15"


async def test_errors_keep_the_view_open(ws, kari, view, bot, submitted):
    """Slack reference §8: errors by block_id of input blocks."""
    bot.answer = {"response_action": "errors", "errors": {"phone": "Not a number"}}
    await ws.fill(view, {"phone": "91234567"})
    await ws.submit(kari, view)

    assert (view.errors, view.closed, len(submitted)) == ({"phone": "Not a number"}, False, 1)
    assert ws.complaints == []


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"acts": "not an input"}},
        {"response_action": "update", "view": modal(title=plain("x" * 25))},
        {"response_action": "explode"},
    ],
)
@pytest.mark.usefixtures("submitted")
async def test_an_answer_slack_cannot_use_looks_like_bad_connection(ws, kari, view, bot, answer):
    """Slack reference §8: views returned in an ack are rejected silently for the app."""
    bot.answer = answer
    await ws.fill(view, {"phone": "91234567"})
    await ws.submit(kari, view)

    assert view.errors == {"": "We had some trouble connecting. Try again?"}
    assert len(ws.complaints) == 1


async def test_a_late_answer_leaves_the_view_open(ws, kari, view, bot):
    """Slack reference §4: it stays open with a connection error and can be submitted again."""
    ws.ack_deadline = 0.05

    @bot.app.view("new")
    async def slow(ack):
        await asyncio.sleep(0.2)
        await ack()

    await ws.fill(view, {"phone": "91234567"})
    await ws.submit(kari, view)

    assert (view.closed, list(view.errors)) == (False, [""])
    assert len(ws.complaints) == 1


@pytest.mark.usefixtures("submitted")
async def test_update_push_and_clear(ws, kari, view, bot):
    """Slack reference §8: the answers of a submission; clear closes the whole stack."""
    bot.answer = {"response_action": "update", "view": form(private_metadata="d2")}
    await ws.fill(view, {"phone": "91234567"})
    await ws.submit(kari, view)
    assert (view.content["private_metadata"], view.values["phone"]) == ("d2", "91234567")

    bot.answer = {"response_action": "push", "view": form()}
    await ws.submit(kari, view)
    top = ws.modals(kari)[-1]
    assert (top.previous, top.root) == (view.id, view.id)
    with pytest.raises(NotOfferedError):
        await ws.submit(kari, view)

    bot.answer = {"response_action": "clear"}
    await ws.fill(top, {"phone": "91234567"})
    await ws.submit(kari, top)
    assert ws.modals(kari) == []
    assert ws.complaints == []


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


async def test_an_update_keeps_what_was_typed_where_the_ids_stay(ws, client, view):
    """Slack reference §8: block_id is the memory of an input; a new initial_value for it is ignored."""
    await ws.fill(view, {"phone": "91234567", "text": "Tea"})
    changed = modal(typing("phone", "Phone", initial_value="99999999"), typing("text:g1", "Text", initial_value="Cake"))
    await client.views_update(view_id=view.id, view=changed)

    assert view.values == {"phone": "91234567", "text:g1": "Cake"}


@pytest.mark.parametrize("loses", [True, False])
async def test_untouched_initials_may_get_lost_after_an_update(ws, client, kari, view, submitted, loses):
    """Slack reference §8, known server behaviour: on the screen, but null in the submission."""
    ws.loses_untouched_initials_after_update = loses
    await ws.fill(view, {"phone": "91234567"})
    await client.views_update(view_id=view.id, view=form())
    await ws.submit(kari, view)

    sent = submitted[0]["view"]["state"]["values"]
    assert view.values["vat"] == "25 %"
    assert sent["phone"]["v"]["value"] == "91234567"
    assert sent["vat"]["v"]["selected_option"] == (None if loses else VAT[0])


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


async def test_a_submission_may_come_twice(ws, kari, view, submitted):
    """Slack reference §1.2: nothing arrives exactly once."""
    await ws.fill(view, {"phone": "91234567"})
    await ws.submit(kari, view, times=2)

    assert [body["view"]["id"] for body in submitted] == [view.id, view.id]
    assert len({body["trigger_id"] for body in submitted}) == 2


async def test_each_answer_is_obeyed_when_it_comes(ws, bot, kari, view):
    """Slack reference §8: of two submissions the slower answer changes the view later."""

    @bot.app.view("new")
    async def submit(ack):
        bot.seen.append(view.content["private_metadata"])
        if len(bot.seen) == 1:
            return await ack(response_action="update", view=form(private_metadata="working"))
        await asyncio.sleep(0.05)
        bot.seen.append(view.content["private_metadata"])
        return await ack(response_action="errors", errors={"phone": "again"})

    await ws.fill(view, {"phone": "91234567"})
    await ws.submit(kari, view, times=2)

    assert bot.seen == ["d1", "d1", "working"]
    assert view.errors == {"phone": "again"}


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
