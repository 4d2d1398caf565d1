"""A form that says "Creating link…" is tried again while Slack is busy or down, and not for ever."""

import asyncio

import aiohttp
import pytest

from bot.domain.links import Status
from bot.slack.threads import SlackThreads

from .shelf import LOOK, facts, link, story
from .test_calls import refusal

DOWN = refusal("service_unavailable", 503)
CLOSED = refusal("not_found")

PAGE = "https://pay.example.com/p/{}".format


def busy(seconds):
    return refusal("ratelimited", 429, **{"Retry-After": str(seconds)})


class Slack:
    """Answers one redrawn form after the other with what it was given, and then with success."""

    def __init__(self, *answers):
        self.answers, self.shown = list(answers), []

    async def views_update(self, *, view_id, view):
        self.shown.append(view_id)
        if self.answers:
            raise self.answers.pop(0)
        return {"ok": True, "view": view}


async def show(slack):
    drawn = story(link(Status.REJECTED, known=facts(rejection="No.")))
    return await SlackThreads(slack, LOOK, PAGE, lambda _order, _link: "mailto:").show_result(drawn, drawn.newest, "V1")


@pytest.mark.parametrize(
    ("answers", "pauses"),
    [
        ([], []),
        ([DOWN], [2]),
        ([DOWN, aiohttp.ServerDisconnectedError(), TimeoutError()], [2, 5, 10]),
        ([busy(7)], [7]),
        ([busy(3), DOWN], [3, 5]),
    ],
)
async def test_the_result_is_shown_as_soon_as_slack_takes_it(waits, answers, pauses):
    slack = Slack(*answers)

    assert await show(slack)

    assert waits == pauses
    assert len(slack.shown) == len(answers) + 1


@pytest.mark.parametrize(
    ("answers", "tries"), [([DOWN] * 9, 4), ([CLOSED], 1), ([busy(20)], 1)], ids=["down", "closed", "busy for long"]
)
async def test_a_form_that_cannot_be_shown_is_given_up(waits, answers, tries):
    slack = Slack(*answers)

    assert not await show(slack)

    assert len(slack.shown) == tries
    assert sum(waits) < 20


async def test_a_slack_that_hangs_is_given_up_as_well(monkeypatch):
    monkeypatch.setattr("bot.slack.threads._SHOW_WITHIN", 0.05)

    class Hanging(Slack):
        async def views_update(self, *, view_id, view):
            self.shown.append((view_id, view))
            await asyncio.Event().wait()

    assert not await show(Hanging())


async def test_still_waiting_is_repeated_too(waits):
    slack = Slack(DOWN)

    await SlackThreads(slack, LOOK, PAGE, lambda _order, _link: "mailto:").show_waiting("V1")

    assert (len(slack.shown), waits) == (2, [2])
