"""An open link whose order was wrong: changed in the form it was made with, cancelled, and sent anew."""

import pytest

from sandbox.dintero import Fault
from tests.stories.browsing import looks, read
from tests.stories.lining import adds, has_lines, opens_lines, saves
from tests.stories.shop import opened_shop
from tests.stories.till import captures_part, card, done, lines, opens, refunds, strictly, whispers


@pytest.fixture
async def shop(database):
    """A production account, two minutes after the first message."""
    async with opened_shop(database, account="P12345678") as shop:
        await shop.issues()
        await shop.later(minutes=2)
        yield shop
        assert shop.slack.complaints == []


def texts(shop):
    return [message.to for message in shop.dintero.inbox]


async def sends(shop, form):
    await shop.slack.submit(form.person, form)
    await shop.work()


async def changes(shop, **typed):
    """The whole way: the menu, the form, its fields by label, the button."""
    form = await opens(shop, "Change order…")
    await shop.slack.fill(form, typed)
    await sends(shop, form)
    return form


def sold(shop, reference):
    return [(item["description"], item["amount"]) for item in shop.session(reference)["order"]["items"]]


async def test_the_form_shows_the_whole_order_and_says_what_happens(shop):
    form = await opens(shop, "Change order…")

    assert form.content["title"]["text"] == "Change order 4711"
    assert form.content["submit"]["text"] == "Change and send again"
    assert (form.values["phone"], form.values["deadline"]) == ("+4791234567", "1 week")
    assert (form.values["text:1"], form.values["price:1"], form.values["vat:1"]) == ("Tow bar", "249,50", "25 %")
    last = form.content["blocks"][-1]["elements"][0]["text"]
    assert last.startswith("The link that is out now stops working, and a new SMS goes out to the customer.")


async def test_what_stood_behind_more_is_seen_at_once(database):
    async with opened_shop(database, account="P12345678") as shop:
        form = await shop.opens_form("249,50 91234567 Tow bar #4711 7d")
        await shop.slack.click(shop.kari, form, "More…")
        await shop.bot.owned.settled()
        typed = {"Money": "Capture automatically", "Note": "Blue car", "Customer's e-mail": "kari@example.com"}
        await shop.slack.fill(form, typed)
        await sends(shop, form)
        await shop.later(minutes=2)

        form = await opens(shop, "Change order…")

        assert form.content["title"]["text"] == "Change order 4711"
        shown = [form.values[field] for field in ("capture", "note", "email")]
        assert shown == ["Capture automatically", "Blue car", "kari@example.com"]


async def test_a_changed_order_goes_out_under_the_next_suffix(shop):
    form = await changes(shop, **{"What for": "Tow bar, fitted", "Price incl. VAT (NOK)": "349,50"})

    assert shop.session("4711")["cancelled_by"]
    assert sold(shop, "4711-2") == [("Tow bar, fitted", 349_50)]
    assert texts(shop) == ["+4791234567", "+4791234567"]
    assert card(shop).startswith("📨 Sent · 349,50 kr")
    assert "Tow bar, fitted" in card(shop)
    assert len(shop.cards) == 1
    assert "Sent" in form.read()
    assert lines(shop) == [
        "🚫 @kari cancelled the link. (4711)",
        "🔁 4711-2 replaces 4711: the price from 249,50 kr to 349,50 kr, other lines. Asked for by @kari.",
    ]


async def test_the_thread_says_what_changed_and_never_to_what(shop):
    await changes(shop, **{"Mobile number": "998 76 543", "What for": "Hitch", "Pay within": "1 day"})

    told = lines(shop)[-1]
    assert told == "🔁 4711-2 replaces 4711: other lines, another number, a new deadline. Asked for by @kari."


async def test_lines_are_added_as_in_any_form_of_an_order(shop):
    form = await opens(shop, "Change order…")
    view = await opens_lines(shop, form)
    await adds(shop, view, "Fitting", "100")
    await saves(shop, view)
    assert form.content["title"]["text"] == "Change order 4711"

    await sends(shop, form)

    assert sold(shop, "4711-2") == [("Tow bar", 249_50), ("Fitting", 100_00)]
    assert card(shop).startswith("📨 Sent · 349,50 kr")


async def test_a_form_that_shows_lines_of_the_past_is_drawn_anew_instead_of_sent(shop):
    form = await opens(shop, "Change order…")
    asleep = form.payload()
    view = await opens_lines(shop, form)
    await adds(shop, view, "Fitting", "100")
    await saves(shop, view)
    payload = shop.slack._base("view_submission", shop.kari, form) | {"view": asleep, "response_urls": []}

    answer = await shop.slack._interact(payload, "an old form")
    await shop.work()

    assert "The lines are not those that stood here" in answer.body
    assert "cancelled_by" not in shop.session("4711")


async def test_the_words_to_say_hold_the_code_word_that_the_customer_will_see(shop):
    form = await opens(shop, "Change order…")
    await shop.slack.click(shop.kari, form, "More…")
    await shop.bot.owned.settled()
    await shop.slack.fill(form, {"Delivery": "Just give me the link"})
    await shop.bot.owned.settled()
    promised = form.read().rpartition("The code word on the page is ")[2].partition(".")[0]

    await sends(shop, form)

    assert promised
    assert promised in read(await looks(shop, "4711-2"))


async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_cancelled(shop):
    form = await changes(shop, **{"Price incl. VAT (NOK)": "many", "Mobile number": "12"})

    assert form.errors.keys() == {"phone", "price:1"}
    assert "cancelled_by" not in shop.session("4711")


async def test_a_customer_who_paid_meanwhile_has_paid_the_order_as_it_was(shop):
    form = await opens(shop, "Change order…")
    await shop.slack.fill(form, {"Price incl. VAT (NOK)": "349,50"})
    shop.dintero.pay(shop.session()["id"])

    await sends(shop, form)

    assert texts(shop) == ["+4791234567"]
    assert card(shop).startswith("🔒 Reserved · 249,50 kr")
    assert "already ended or been paid" in whispers(shop)[-1]
    assert "already ended or been paid" in form.read(), "nobody waits before a form for a link that will not come"


async def test_what_was_typed_is_there_again_when_the_cancel_was_refused(shop):
    shop.dintero.faults.add("cancel", Fault.status(403))
    await changes(shop, **{"Price incl. VAT (NOK)": "349,50"})
    assert texts(shop) == ["+4791234567"]

    form = await opens(shop, "Change order…")

    assert form.values["price:1"] == "349,50"
    assert "This is what you wanted before" in form.read()
    await sends(shop, form)
    assert sold(shop, "4711-2") == [("Tow bar", 349_50)]


async def test_what_was_typed_behind_more_is_seen_again_too(shop):
    form = await opens(shop, "Change order…")
    await shop.slack.click(shop.kari, form, "More…")
    await shop.bot.owned.settled()
    await shop.slack.fill(form, {"Money": "Capture automatically"})
    shop.dintero.faults.add("cancel", Fault.status(403))
    await sends(shop, form)

    form = await opens(shop, "Change order…")

    assert form.values["capture"] == "Capture automatically"


async def test_what_was_typed_is_there_again_when_it_came_too_soon(shop):
    await changes(shop, **{"Price incl. VAT (NOK)": "349,50"})
    refused = await changes(shop, **{"Price incl. VAT (NOK)": "449,50"})
    assert "less than a minute old" in refused.read()

    await shop.later(minutes=2)
    form = await opens(shop, "Change order…")

    assert form.values["price:1"] == "449,50"


async def test_another_person_begins_with_the_order_as_it_is(shop):
    shop.dintero.faults.add("cancel", Fault.status(403))
    await changes(shop, **{"Price incl. VAT (NOK)": "349,50"})

    form = await opens(shop, "Change order…", shop.people["ola"])
    assert form.values["price:1"] == "249,50"
    await shop.slack.fill(form, {"What for": "Hitch"})
    await sends(shop, form)

    assert sold(shop, "4711-2") == [("Hitch", 249_50)]


async def test_a_form_that_was_open_for_more_than_a_day_makes_no_second_order(shop):
    form = await opens(shop, "Change order…")
    await shop.later(days=1, hours=1)
    await shop.bot.sweeping.purge_drafts()

    await sends(shop, form)

    assert "no longer kept" in form.read()
    assert texts(shop) == ["+4791234567"]
    assert len(shop.cards) == 1


async def test_a_note_that_was_added_stands_in_the_thread(shop):
    form = await opens(shop, "Change order…")
    await shop.slack.click(shop.kari, form, "More…")
    await shop.bot.owned.settled()
    await shop.slack.fill(form, {"Note": "Wants it in blue"})
    await sends(shop, form)

    assert any("📝 @kari (4711-2):\nWants it in blue" in line for line in lines(shop))
    assert any("4711-2 replaces 4711: the note." in line for line in lines(shop))


# -- each link is about the lines it was made with


async def two_lists_of_lines(shop):
    """4711 asked for a tow bar and a fitting; 4711-2 asks for one hitch. Both amounts fit neither's lines otherwise."""
    form = await opens(shop, "Change order…")
    await has_lines(shop, form, ("Fitting", "100", {}))
    await sends(shop, form)
    await shop.later(minutes=2)
    form = await opens(shop, "Change order…")
    view = await opens_lines(shop, form)
    await shop.slack.click(shop.kari, view, "Remove", value="remove:1")
    await shop.bot.owned.settled()
    await saves(shop, view)
    await sends(shop, form)
    assert (sold(shop, "4711-2"), sold(shop, "4711-3")) == (
        [("Tow bar", 249_50), ("Fitting", 100_00)],
        [("Fitting", 100_00)],
    )


async def late_on_the_second(shop):
    await two_lists_of_lines(shop)
    shop.dintero.pay_late(shop.session("4711-2")["id"])
    await shop.dintero_calls_back()
    await shop.sweep()


async def test_late_money_on_an_older_link_is_kept_by_its_own_lines(shop):
    await late_on_the_second(shop)
    [asks] = [line for line in shop.thread if "Keep" in line.buttons]

    await shop.presses("Keep", asks)

    [capture] = shop.writes("capture")
    assert strictly(capture)["items"] == [{"line_id": "1", "amount": 249_50}, {"line_id": "2", "amount": 100_00}]
    assert done(shop, "CAPTURE", "4711-2") == [349_50]


async def test_a_refund_of_an_older_link_offers_its_own_lines(shop):
    await late_on_the_second(shop)
    [asks] = [line for line in shop.thread if "Keep" in line.buttons]
    await shop.presses("Keep", asks)
    [paid] = [line for line in shop.thread if "Refund…" in line.buttons]

    form = await opens(shop, "Refund…", target=paid)
    typed = {"How much": "Whole lines", "Lines": ["Tow bar"], "Reason": "Wrong size"}
    await shop.slack.fill(form, typed)
    await sends(shop, form)

    [refund] = shop.writes("refund")
    assert strictly(refund)["items"] == [{"line_id": "1", "amount": 249_50}]


async def test_a_part_of_the_newest_link_goes_by_the_newest_lines(shop):
    await two_lists_of_lines(shop)
    await shop.customer_pays("4711-3")

    await captures_part(shop, How_much="Whole lines", Lines=["Fitting"])

    [capture] = shop.writes("capture")
    assert strictly(capture)["items"] == [{"line_id": "2", "amount": 100_00}]
    await refunds(shop)
    assert done(shop, "REFUND", "4711-3") == [100_00]


async def test_a_customer_who_paid_the_older_link_sees_what_was_paid_for(shop):
    await late_on_the_second(shop)

    page = read(await looks(shop, "4711-2")).replace("\N{NO-BREAK SPACE}", " ")

    assert "Tow bar" in page
    assert "349.50" in page
