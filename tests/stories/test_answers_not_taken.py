"""What only one person should read reaches them, whatever Slack does to the first way there."""

import pytest

from sandbox.slack.faults import Fault
from tests.stories.till import a_reserved_link, moved, plain, whispers

NOTHING_DONE = "Nothing was done: the button was for 249,50 kr, and now 149,50 kr is open."
URL = "/p/"


@pytest.fixture
def shop(shop):
    """Slack refuses things in these stories, and may say so."""
    yield shop
    shop.slack.complaints.clear()


async def a_refused_capture(shop):
    """Kari presses a button that is too old; of the 249,50 kr a colleague has captured some."""
    late = shop.card.copy()
    shop.dintero.backoffice_capture(shop.transaction()["id"], 100_00)
    await shop.dintero_calls_back()
    await shop.presses("Capture", late)
    assert moved(shop) == []


def told(shop):
    return [*whispers(shop), *(plain(message) for message in shop.slack.dm(shop.kari).messages)]


NOT_TAKEN = {
    "a page": Fault.page(),
    "a page, 502": Fault.page(502),
    "used up": Fault.error("used_url"),
    "expired": Fault.error("expired_url"),
    "bad blocks": Fault.error("invalid_blocks"),
    "too fast": Fault.ratelimited(5),
}


@pytest.mark.parametrize("fault", NOT_TAKEN.values(), ids=NOT_TAKEN)
async def test_a_refusal_that_the_response_url_did_not_take_is_told_another_way(shop, fault):
    """Its status may be 200 all the same: the body says whether it was taken."""
    await a_reserved_link(shop)
    shop.slack.faults.add("response_url", fault)

    await a_refused_capture(shop)

    assert [sentence for sentence in told(shop) if NOTHING_DONE in sentence]


@pytest.mark.parametrize("status", [200, 404])
async def test_a_response_url_that_is_used_up_loses_nothing(shop, status):
    shop.slack.ways.response_url_refusal = status
    await a_reserved_link(shop)
    for hook in shop.slack.hooks.values():
        hook.uses = 5
    made, shop.slack.response_url = shop.slack.response_url, lambda *a, **k: used(shop, made(*a, **k))

    await a_refused_capture(shop)

    assert [sentence for sentence in told(shop) if NOTHING_DONE in sentence]


def used(shop, url):
    shop.slack.hooks[url.partition("/hooks/")[2]].uses = 5
    return url


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_blocks_too_long", "invalid_arguments"])
async def test_a_refusal_that_slack_will_not_show_with_blocks_is_told_as_text(shop, code):
    await a_reserved_link(shop)
    for way in ("response_url", "chat.postEphemeral"):
        shop.slack.faults.add(way, Fault.error(code))

    await a_refused_capture(shop)

    assert NOTHING_DONE in told(shop)[-1]


# -- pictures that Slack's servers cannot fetch: PAYLINK_PUBLIC_URL is not reachable from outside, or was not just now


@pytest.fixture
async def scanned(shop):
    """A link to scan, in a workspace whose Slack does not get the picture of its code."""
    shop.slack.ways.fetches_pictures = False
    form = await shop.opens_form("249,50 91234567 Tow bar #4711 7d qr")
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    shop.form = form
    return shop


async def test_a_form_shows_its_link_without_the_picture(scanned):
    assert "Creating link" not in plain(scanned.form)
    assert URL in plain(scanned.form)
    assert "Slack could not fetch the picture" in plain(scanned.form)


async def test_show_link_shows_it_without_the_picture(scanned):
    await scanned.presses("Show link")

    assert URL in whispers(scanned)[-1]
    assert "Slack could not fetch the picture" in whispers(scanned)[-1]


async def test_a_line_with_a_picture_says_the_rest(scanned):
    [line] = scanned.thread

    assert line.blocks, "only the picture is left out"
    assert "Slack could not fetch the picture" in plain(line)
    assert URL not in plain(line)


# -- where it stands


@pytest.mark.parametrize("way", ["response_url", "postEphemeral"])
async def test_an_answer_to_a_press_in_a_thread_stands_in_that_thread(shop, way):
    """In the channel a person who reads the thread, as on a phone, would not see it (Slack reference §7)."""
    await a_reserved_link(shop)
    late = shop.thread[-1].copy()
    shop.dintero.backoffice_capture(shop.transaction()["id"], 100_00)
    await shop.dintero_calls_back()
    if way == "postEphemeral":
        shop.slack.faults.add("response_url", Fault.error("expired_url"))

    await shop.presses("Capture", late)

    [answer] = shop.slack.ephemerals(shop.kari)
    assert (answer.via, answer.thread_ts) == (way, shop.card.ts)


async def test_a_refusal_that_comes_after_the_press_stands_in_its_thread_too(shop):
    await a_reserved_link(shop)
    await shop.presses_only("Capture", shop.thread[-1])
    shop.dintero.backoffice_capture(shop.transaction()["id"], 100_00)

    await shop.work()

    [answer] = shop.slack.ephemerals(shop.kari)
    assert "Nothing was done" in plain(answer)
    assert answer.thread_ts == shop.card.ts


@pytest.mark.parametrize("named", [False, True], ids=["no thread", "its own thread"])
async def test_an_answer_to_a_press_on_the_card_stands_in_the_channel(shop, named, monkeypatch):
    """Whether Slack names a card's own thread with a press on the card is UNCONFIRMED."""
    await a_reserved_link(shop)
    made = shop.slack._action

    def pressed(person, target, element):
        payload = made(person, target, element)
        payload["container"] |= {"thread_ts": target.ts} if named else {}
        return payload

    monkeypatch.setattr(shop.slack, "_action", pressed)
    await a_refused_capture(shop)

    [answer] = shop.slack.ephemerals(shop.kari)
    assert answer.thread_ts is None
