"""Typing into modals and submitting them."""

import asyncio

import pytest

from sandbox.slack import NotOfferedError

from .conftest import VAT, form, modal, plain, typing


@pytest.fixture
def submitted(bot):
    """Submissions that reach the bot; `bot.answer` is what it answers."""
    bot.answer = {}

    @bot.app.view("new")
    async def submit(ack, body):
        bot.seen.append(body)
        await ack(**bot.answer)

    return bot.seen


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
    [
        ("x", "Please enter a number."),
        ("0", "Please enter a number of at least 1."),
        ("10", "Please enter a number of at most 9."),
        ("1,5", "Please enter a number."),
    ],
)
async def test_number_inputs_take_numbers_between_their_bounds(ws, client, kari, typed, told):
    """Slack reference §9: bounds are strings; a decimal comma is refused, the harsher reading."""
    number = typing("n", "Number", type="number_input", is_decimal_allowed=True, min_value="1", max_value="9")
    await client.views_open(trigger_id=ws.trigger(kari), view=modal(number))
    [view] = ws.modals(kari)
    await ws.fill(view, {"Number": typed})
    await ws.submit(kari, view)
    assert view.errors == {"n": told}

    assert [view.field("n")._wrong_number(right) for right in ("1", "9", "1.5")] == [None, None, None]


async def test_an_email_input_checks_the_form_itself(ws, client, kari):
    """Slack reference §9."""
    await client.views_open(trigger_id=ws.trigger(kari), view=modal(typing("e", "E-mail", type="email_text_input")))
    [view] = ws.modals(kari)
    await ws.fill(view, {"E-mail": "kari"})
    await ws.submit(kari, view)

    assert view.errors == {"e": "Please enter a valid email address."}


async def test_options_are_chosen_by_their_text(ws, kari, view, submitted):
    """Slack reference §26; an option that is not offered cannot be chosen."""
    for wrong in ({"VAT": "12 %"}, {"Colour": "red"}):
        with pytest.raises(NotOfferedError):
            await ws.fill(view, wrong)
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
