"""What commit a217556 wrote is read by every later version: rows, buttons, open forms, tokens.

An id that is renamed, a value that is spelled differently or a row that is read otherwise breaks a story here.
"""

import pytest

from tests.stories.lining import opens_lines, top
from tests.stories.test_saved_items import KEPT, a_new_line, search
from tests.stories.till import done, moved, plain, sends, ticks, whispers
from tests.stories.written_before import card, form, line, shop_of_before

HEADLINES = {
    "EXPIRED": "⌛ Expired · 249,50 kr",
    "OPEN": "👀 Opened · 249,50 kr",
    "CANCELLED": "🚫 Cancelled · 249,50 kr",
    "FAILED": "❌ Payment failed · 249,50 kr",
    "HELD": "⏸️ Waiting for approval by the provider · 249,50 kr",
    "RESERVED": "🔒 Reserved · 249,50 kr",
    "PART": "✅ Partly paid · 100,00 kr of 249,50 kr",
    "PAID": "✅ Paid · 249,50 kr",
    "HALFBACK": "↩️ Partly refunded · 100,00 kr of 249,50 kr",
    "BACK": "↩️ Refunded · 249,50 kr",
    "RELEASED": "↩️ Reservation released · 249,50 kr",
    "LINES": "🔒 Reserved · 499,50 kr",
    "LATE": "🚨 Reserved, late · 249,50 kr",
    "PHONED": "🔗 Ready to share · 249,50 kr",
    "REMINDS": "🔗 Ready to share · 249,50 kr",
    "MAILED": "📨 Sent · 249,50 kr",
    "UNCERTAIN": "❓ Not sure it was sent · 249,50 kr",
}


@pytest.fixture
async def both(database, tmp_path):
    async with shop_of_before(database, tmp_path) as opened:
        yield opened


@pytest.fixture
def shop(both):
    return both[0]


def headline(shop, reference):
    return plain(card(shop, reference)).split("\n")[0]


async def test_every_card_is_drawn_again_as_it_was(shop):
    for reference, then in HEADLINES.items():
        shown = card(shop, reference).copy()
        await shop.presses("Refresh" if "Refresh" in shown.buttons else "Check again", card(shop, reference))

        assert headline(shop, reference) == then
        assert [one["type"] for one in card(shop, reference).blocks] == [one["type"] for one in shown.blocks]


@pytest.mark.parametrize(
    ("where", "presses"),
    [
        (
            card,
            {
                "RESERVED": ("Capture", "✅ Paid · 249,50 kr"),
                "LINES": ("Capture", "✅ Paid · 499,50 kr"),
                "LATE": ("Keep", "✅ Paid · 249,50 kr"),
                "UNCERTAIN": ("It arrived", "📨 Sent · 249,50 kr"),
                "UNKNOWN": ("Check again", "🔒 Reserved · 249,50 kr"),
                "OPEN": ("Cancel link", "🚫 Cancelled · 249,50 kr"),
            },
        ),
        (
            line,
            {
                "RESERVED": ("Capture", "✅ Paid · 249,50 kr"),
                "LATE": ("Give back", "↩️ Reservation released · 249,50 kr"),
                "UNKNOWN": ("Check again", "🔒 Reserved · 249,50 kr"),
            },
        ),
    ],
    ids=["card", "thread"],
)
async def test_a_button_does_what_it_says(shop, where, presses):
    for reference, (button, becomes) in presses.items():
        await shop.presses(button, where(shop, reference))

        assert headline(shop, reference) == becomes
    assert not any("another version" in each for each in whispers(shop))


async def test_a_button_opens_its_form(shop):
    for button, reference, title in [
        ("Send again…", "OPEN", "Send again"),
        ("Change order…", "OPEN", "Change order OPEN"),
        ("Extend…", "OPEN", "Extend OPEN"),
        ("Request again…", "EXPIRED", "New payment link"),
        ("Request again…", "BACK", "New payment link"),
        ("Capture part…", "LINES", "Capture part"),
        ("Release", "RESERVED", "Cancel and release"),
        ("Refund…", "PAID", "Refund"),
        ("Refund…", "HALFBACK", "Refund"),
    ]:
        await shop.presses(button, card(shop, reference))
        assert top(shop, shop.kari).content["title"]["text"] == title

    await shop.presses("Show link", card(shop, "OPEN"))
    assert "http" in whispers(shop)[-1]


async def test_a_form_that_was_open_moves_its_money(shop):
    await sends(shop, form(shop, "refund"), Reason="Wrong size")
    assert done(shop, "REFUND", "PAID") == [249_50]

    await sends(shop, form(shop, "capture part"), How_much="An amount", **{"Amount_(NOK)": "100"})
    assert done(shop, "CAPTURE", "RESERVED") == [100_00]

    await sends(shop, form(shop, "capture lines"), Lines=["Tow bar"])
    assert done(shop, "CAPTURE", "LINES") == [249_50]


async def test_a_form_that_was_open_releases(shop):
    release = form(shop, "release")
    await ticks(shop, release)
    await sends(shop, release)

    assert headline(shop, "RESERVED") == "↩️ Reservation released · 249,50 kr"


@pytest.mark.parametrize("name", ["resend", "change"])
async def test_a_form_that_was_open_replaces_its_link(shop, name):
    await sends(shop, form(shop, name))

    assert shop.session("OPEN-2")["order"]["amount"] == 249_50
    assert "cancelled_at" in shop.session("OPEN")


async def test_a_form_that_was_open_issues_a_link(shop):
    await sends(shop, form(shop, "issue"))
    assert shop.session("FORM")["order"]["amount"] == 249_50

    await sends(shop, form(shop, "request again"))
    assert shop.session("EXPIRED-2")["order"]["amount"] == 249_50


async def test_a_form_that_was_open_goes_on_to_its_lines(shop):
    assert "Tow bar" in (await opens_lines(shop, form(shop, "issue"))).read()


async def test_what_was_asked_for_is_done_and_what_was_being_sent_is_not_sent_again(both):
    shop, mailbox = both
    await shop.later(minutes=1)
    assert done(shop, "CAPTURE", "QUEUED") == [249_50]
    assert headline(shop, "QUEUED") == "✅ Paid · 249,50 kr"
    assert len(mailbox.mails) == 1

    await shop.later(minutes=2)
    assert done(shop, "CAPTURE", "SENDING") == []
    assert "Check again" in card(shop, "SENDING").buttons

    shop.dintero.complete_async()
    await shop.dintero_calls_back()
    assert done(shop, "CAPTURE", "ACCEPTED") == [249_50]
    assert headline(shop, "ACCEPTED") == "✅ Paid · 249,50 kr"
    assert moved(shop) == ["capture"]


async def test_a_link_that_is_out_is_paid_and_its_callback_heard(shop):
    await shop.customer_pays("OPEN")

    assert headline(shop, "OPEN") == "🔒 Reserved · 249,50 kr"


async def test_what_the_shop_kept_is_there(shop):
    assert "2026-0002" in (await shop.opens_form("100 91234567 Tow bar")).read()

    _, _, new = await a_new_line(shop)
    assert KEPT in await search(shop, new)
