"""The customer's own page: who asks, for what, how much, until when; and kind words when there is nothing to pay."""

import httpx
import pytest

from bot.domain.codeword import code_word
from tests.stories import database
from tests.stories.browsing import browse, hands_over, looks, page_of, read, reports, sees, token
from tests.stories.doubting import asked, doubt
from tests.stories.shop import opened_shop
from tests.stories.till import releases

NAMED = {
    "paylink_merchant_name": "Fjord & Fjell",
    "paylink_merchant_logo_url": "https://shop.example.com/logo.svg",
    "paylink_merchant_colour": "#0a7a3c",
    "paylink_contact": "22 33 44 55",
}


@pytest.fixture
async def fjord(database):
    """A shop with a name, a logo, a colour and a telephone."""
    async with opened_shop(database, **NAMED) as opened:
        yield opened
        assert opened.slack.complaints == []


async def word_of(shop):
    async with shop.bot.store.read() as work:
        link = await work.link_by_token(token(shop))
        return code_word((await work.story_of_link(link.id)).order.draft_id)


# -- what it says


async def test_the_page_says_who_asks_for_what_how_much_until_when_and_the_code_word(fjord):
    await hands_over(fjord, "249,50 Tow bar #4711 1d")

    page = await looks(fjord)

    said = read(page).replace("\xa0", " ")
    assert page.status_code == 200
    assert said.startswith("Fjord & Fjell\nFjord & Fjell asks you to pay\nTo pay\nNOK 249.50\n")
    assert "Saturday, 21 November 2026 at 13:00 (Oslo time)" in said
    assert "1 × Tow bar\nNOK 249.50" in said
    assert f"Code word\n{await word_of(fjord)}" in said
    assert "Reference\n4711" in said
    assert "Questions? Contact\n+47 22 33 44 55" in said


async def test_pay_now_goes_to_dinteros_page_and_tells_it_nothing_about_ours(shop):
    await hands_over(shop)

    page = await looks(shop)

    assert (
        f'<a class="pay" href="{shop.dintero.url_of(shop.session())}" rel="noreferrer" data-elsewhere>Pay now</a>'
        in page.text
    )


async def test_a_shop_without_a_name_still_asks_kindly(shop):
    await hands_over(shop)

    said = read(await looks(shop))

    assert said.startswith("You are asked to pay\n")
    assert said.endswith("Questions? Ask whoever sent you the link.")


async def test_ten_lines_are_listed_and_the_rest_is_counted(shop):
    form = await shop.opens_form("249,50 91234567 Tow bar #4711")
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    await _sell(shop, 12)

    said = read(await looks(shop))

    assert "Thing 10" in said
    assert "Thing 11" not in said
    assert "and 2 more" in said


async def _sell(shop, count):
    """Make the order's lines so many, as a longer form would."""
    async with shop.bot.store() as work:
        link = await work.link_by_token(token(shop))
        template = (
            "INSERT INTO order_line (order_id, since, position, line_id, text, quantity, unit_price, vat, without_vat) "
            "VALUES ('{}', 1, {}, '{}', 'Thing {}', '1', 100, 2500, false)"
        )
        for n in range(2, count + 1):
            await work._connection.exec_driver_sql(template.format(link.order_id, n, n, n))
        await work.commit()


async def test_what_the_seller_typed_is_shown_as_typed_and_runs_nowhere(shop):
    await hands_over(shop, "249,50 #4711", **{"What for": "<script>alert(1)</script> & more"})

    page = await looks(shop)

    assert "<script>alert" not in page.text
    assert "<script>alert(1)</script> & more" in read(page)


async def test_nothing_personal_stands_on_the_page(shop):
    """Whoever finds the link somewhere learns what is sold, and not to whom."""
    form = await shop.opens_form("249,50 91234567 Tow bar #4711")
    await shop.slack.click(shop.kari, form, "More…")
    await shop.bot.owned.settled()
    await shop.slack.fill(form, {"Customer's e-mail": "nora@example.com", "Note": "Called twice"})
    await shop.slack.submit(shop.kari, form)
    await shop.work()

    page = await looks(shop)

    assert page.status_code == 200
    for private in ("+47", "91234567", "912 34", "nora", "example.com", "Called", "kari", "Kari"):
        assert private not in page.text


# -- what the seller hands over


async def test_a_link_to_hand_over_is_our_own_page(shop):
    form = await hands_over(shop)
    await shop.presses("Show link")

    assert page_of(shop) in form.read()
    assert page_of(shop) in shop.whispers()[-1]
    assert f"The code word on the page is {await word_of(shop)}." in form.read()
    assert await word_of(shop) in shop.whispers()[-1]


async def test_a_link_that_went_by_sms_stays_dinteros(shop):
    """Its receiver never sees a code word, so none is given to read aloud."""
    form = await shop.issues()
    await shop.presses("Show link")

    assert "/p/" not in form.read() + shop.whispers()[-1]
    assert "/v1/view/" in shop.whispers()[-1]
    assert "code word" not in (form.read() + shop.whispers()[-1]).lower()


# -- what became of it


async def test_a_reserved_payment_is_thanked_for_and_cannot_be_made_again(shop):
    await hands_over(shop)
    await shop.customer_pays()

    said = read(await looks(shop))

    assert said.startswith("The money is reserved\nThank you.")
    assert "Amount\nNOK 249.50" in said.replace("\xa0", " ")
    assert "Pay now" not in said
    assert "To pay" not in said


async def test_a_paid_link_says_so(shop):
    await hands_over(shop)
    await shop.customer_pays()
    await shop.presses("Capture")

    assert read(await looks(shop)).startswith("This is paid\nThank you. There is nothing more to pay here.")


async def test_a_refunded_payment_says_that_the_money_comes_back(shop):
    await hands_over(shop)
    await shop.customer_pays()
    await shop.presses("Capture")
    shop.dintero.backoffice_refund(shop.session()["transaction_id"])
    await shop.presses("Refresh")

    assert read(await looks(shop)).startswith("The money goes back\n")


async def test_a_released_reservation_says_that_nothing_was_taken(shop):
    await hands_over(shop)
    await shop.customer_pays()
    await releases(shop)

    assert read(await looks(shop)).startswith("The reservation was released\n")


async def test_a_payment_on_hold_must_not_be_made_twice(shop):
    await hands_over(shop)
    shop.dintero.hold(shop.session()["id"])
    await shop.dintero_calls_back()

    said = read(await looks(shop))

    assert said.startswith("Waiting for approval\n")
    assert "must not be paid again" in said
    assert "Pay now" not in said


async def test_the_deadline_ends_the_offer_on_the_second(shop):
    """Whether Dintero has said so or not."""
    await hands_over(shop, "249,50 Tow bar #4711 1d")
    shop.clock.pass_(hours=24)

    said = read(await looks(shop))

    assert said.startswith("The time to pay is over\n")
    assert "ask for a new one" in said
    assert "Pay now" not in said


async def test_a_cancelled_link_says_whom_to_ask(fjord):
    await hands_over(fjord)
    await fjord.presses("Cancel link")

    said = read(await looks(fjord))

    assert "This link was cancelled\n" in said
    assert said.endswith("Questions? Contact\n+47 22 33 44 55\n.")


async def test_a_link_that_is_being_cancelled_is_not_offered(shop):
    await hands_over(shop)
    await shop.presses_only("Cancel link")

    assert read(await looks(shop)).startswith("Not quite ready\n")


async def test_a_declined_payment_ends_the_link(shop):
    await hands_over(shop)
    shop.dintero.fail(shop.session()["id"])
    await shop.dintero_calls_back()

    assert read(await looks(shop)).startswith("The payment did not go through\n")


async def test_a_link_that_is_being_made_asks_for_a_minute(shop):
    await doubt(shop)

    said = read(await looks(shop))

    assert said.startswith("Not quite ready\n")
    assert "Try again in a minute." in said


async def replaced(shop):
    """A create without an answer, sent again under the next reference; the first one is found afterwards."""
    await asked(shop)
    await shop.presses("Send again")


async def test_an_old_link_says_that_there_is_a_newer_one_and_does_not_reveal_it(shop):
    await replaced(shop)

    page = await looks(shop)

    said = read(page)
    assert said.startswith("There is a newer link\n")
    assert "Look for the newer one among your messages" in said
    assert "4711" not in said
    assert token(shop, "4711-2") not in page.text
    assert "/v1/view/" not in page.text


async def test_whoever_has_paid_with_one_link_is_not_asked_to_pay_with_another(shop):
    await replaced(shop)
    await shop.customer_pays("4711")
    await shop.sweep()

    assert read(await looks(shop, "4711-2")).startswith("Do not pay this again\n")


# -- telling


async def test_the_page_before_somebodys_eyes_is_an_opened_link(shop):
    await hands_over(shop)
    shop.clock.pass_(seconds=30)

    answer = await sees(shop)
    await shop.work()

    assert answer.status_code == 204
    assert "Opened" in shop.card.read()
    assert shop.lines == ["👀 The customer opened the link."]


async def test_a_robot_that_draws_a_preview_has_not_opened_it(shop):
    """It fetches the page, and runs no script."""
    await hands_over(shop)

    await looks(shop)
    await shop.work()

    assert "Opened" not in shop.card.read()
    assert shop.lines == []


async def test_it_is_opened_once_however_often_it_is_seen(shop):
    await hands_over(shop)

    for _ in range(3):
        await sees(shop)
    await shop.work()
    shop.dintero.open(shop.session()["id"])
    await shop.later(seconds=30)

    assert shop.lines == ["👀 The customer opened the link."]


async def test_an_ended_link_is_not_opened_by_looking_at_its_page(shop):
    await hands_over(shop)
    await shop.presses("Cancel link")
    before = shop.card.read()

    await sees(shop)
    await shop.work()

    assert shop.card.read() == before


async def test_a_report_freezes_the_page_and_tells_the_channel(shop):
    await hands_over(shop)

    page = await reports(shop)
    await shop.work()

    assert read(page).startswith("You have reported this\n")
    assert "Pay now" not in read(page)
    assert "/v1/view/" not in page.text
    assert page.url == page_of(shop)
    [line] = shop.lines
    assert line.startswith("🚩 The customer reported this link. Paylink no longer offers it on its page; cancel it if")
    assert shop.card.read().startswith("🚩 Reported by the customer")
    assert shop.card.text.startswith("Reported by the customer")
    assert "🚩 The customer reported this link." in shop.card.read()
    assert shop.card.buttons[0] == shop.thread[-1].buttons[0] == "Cancel link"


async def test_a_reported_link_is_cancelled_by_the_seller_and_by_nobody_else(shop):
    await hands_over(shop)
    await reports(shop)
    await shop.work()

    assert "cancelled_at" not in shop.session()
    await shop.presses("Cancel link", shop.thread[-1])
    assert "Cancelled" in shop.card.read()


async def test_a_report_is_told_once(shop):
    await hands_over(shop)

    for _ in range(3):
        await reports(shop)
    await shop.work()

    assert len(shop.lines) == 1


async def test_a_report_survives_every_later_look_at_dintero(shop):
    await hands_over(shop)
    await reports(shop)
    shop.dintero.open(shop.session()["id"])
    await shop.later(minutes=1)

    assert read(await looks(shop)).startswith("You have reported this\n")


async def test_there_is_nothing_to_report_about_a_paid_link(shop):
    await hands_over(shop)
    await shop.customer_pays()
    lines = shop.lines

    page = await reports(shop)
    await shop.work()

    assert read(page).startswith("The money is reserved\n")
    assert shop.lines == lines


# -- knocking at it


async def test_an_unknown_address_is_told_kindly(fjord):
    page = await browse(f"{fjord.url}/p/nobodys")

    assert page.status_code == 404
    assert "We do not know this link\n" in read(page)
    assert "+47 22 33 44 55" in read(page)


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/seen"), ("POST", "/report")])
async def test_guessing_addresses_is_limited(shop, method, path):
    statuses = [(await browse(f"{shop.url}/p/guess-{n}{path}", method=method)).status_code for n in range(31)]

    assert statuses == [404] * 30 + [429]


async def test_a_customer_behind_the_same_proxy_as_a_guesser_sees_the_page(shop):
    await hands_over(shop)
    for n in range(31):
        await browse(f"{shop.url}/p/guess-{n}")

    assert (await looks(shop)).status_code == 200
    assert (await sees(shop)).status_code == 204


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("GET", "/report"), ("GET", "/seen"), ("PUT", "/report")])
async def test_only_the_form_reports_and_only_the_script_has_seen(shop, method, path):
    """A robot that follows every link must not freeze anything."""
    await hands_over(shop)

    answer = await browse(page_of(shop) + path, method=method)
    await shop.work()

    assert answer.status_code == 405
    assert shop.lines == []


@pytest.mark.parametrize("path", ["/seen", "/report"])
async def test_nobody_fills_the_memory_through_it(shop, path):
    await hands_over(shop)

    answer = await browse(page_of(shop) + path, method="POST", content=b"x" * (256 * 1024 + 1))

    assert answer.status_code == 413


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/seen"), ("POST", "/report")])
async def test_without_the_database_the_page_asks_to_come_back(shop, method, path):
    await hands_over(shop)

    with database.refusing(shop):
        page = await browse(page_of(shop) + path, method=method)

    assert page.status_code == 503
    assert page.headers["retry-after"] == "30"
    assert read(page).startswith("One moment, please\n")


async def test_looking_costs_dintero_nothing(shop):
    await hands_over(shop)
    asked = len(shop.dintero.log)

    await looks(shop)
    await sees(shop)
    await reports(shop)

    assert len(shop.dintero.log) == asked


async def test_no_token_stands_in_the_log(shop, journal):
    await hands_over(shop)
    await looks(shop)
    await sees(shop)
    await reports(shop)

    written = journal()
    assert "/p/{token}" in written
    assert token(shop) not in written


async def test_the_pages_files_are_ours_and_need_no_token(shop):
    async with httpx.AsyncClient(trust_env=False) as http:
        style = await http.get(f"{shop.url}/p/page.css")
        script = await http.get(f"{shop.url}/p/seen.js")

    assert style.headers["content-type"].startswith("text/css")
    assert script.headers["content-type"].startswith("text/javascript")
    assert "visibilityState" in script.text
