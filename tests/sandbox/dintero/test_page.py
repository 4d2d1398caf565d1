"""The page that the customer pays on: what it shows, and every end that it can come to."""

import re
from datetime import timedelta
from html import unescape

import pytest

from sandbox.dintero.page import money

FORM = re.compile(
    r'<form method="post" action="([^"]+)">\s*<input type="hidden" name="method" value="([^"]*)">\s*'
    r'<button name="outcome" value="(\w+)">(.*?)</button>'
)


def buttons(page):
    """(outcome, method) → what its button says."""
    return {(outcome, method): words(label) for _, method, outcome, label in FORM.findall(page.text)}


def words(page):
    """What a person reads."""
    body = re.sub(r"(?s)<head>.*</head>|<[^>]+>", " ", page if isinstance(page, str) else page.text)
    return " ".join(unescape(body).split())


async def looks(shop, session):
    return await shop.http.get(f"view/{session['id']}")


async def presses(shop, session, outcome, method=""):
    return await shop.http.post(f"view/{session['id']}/pay", data={"outcome": outcome, "method": method})


async def test_the_customer_sees_what_is_to_be_paid_and_for_what(shop):
    page = await looks(shop, await shop.create(order__vat_amount=6000))

    shown = words(page)
    assert "300.00 NOK Reference 4711" in shown
    assert "Lamp 200.00 2 × Bulb 100.00 Of which VAT 60.00" in shown
    assert "1 × Lamp" not in shown
    assert "Sandbox, no real money" in shown


async def test_nothing_is_said_about_vat_or_lines_that_are_not_there(shop):
    shown = words(await looks(shop, await shop.create(order__items=None)))

    assert "300.00 NOK Reference 4711 Pay with" in shown
    assert "VAT" not in shown


async def test_vat_stands_alone_where_there_are_no_lines(shop):
    shown = words(await looks(shop, await shop.create(order__items=None, order__vat_amount=6000)))

    assert "Reference 4711 Of which VAT 60.00 Pay with" in shown


async def test_what_the_merchant_wrote_is_never_markup(shop):
    item = {"id": "1", "line_id": "1", "description": "<script>alert(1)</script>", "quantity": 1.5, "amount": 30000}
    page = await looks(shop, await shop.create(order__items=[item], order__merchant_reference="<i>"))

    assert "<script" not in page.text
    assert "Reference <i> 1.5 × <script>alert(1)</script> 300.00" in words(page)


@pytest.mark.parametrize(("minor", "written"), [(5, "0.05"), (-150, "-1.50"), (-5, "-0.05"), (1234567, "12345.67")])
def test_a_discount_is_written_as_what_it_is(minor, written):
    assert money(minor) == written
    assert money(minor, "NOK") == f"{written} NOK"


async def test_methods_have_names_and_those_of_two_providers_can_be_told_apart(shop):
    """Dintero reference §4.6."""
    offered = buttons(await looks(shop, await shop.create()))

    assert {method: said for (outcome, method), said in offered.items() if outcome == "pay"} == {
        "vipps": "Vipps",
        "swish.swish": "Swish Takes the money at once, nothing is reserved.",
        "dintero_psp.creditcard": "Card Through dintero_psp.",
        "payex.mobilepay": "MobilePay",
        "payex.creditcard": "Card Through payex.",
        "klarna.klarna": "Klarna",
    }


async def test_every_button_of_the_page_leads_somewhere(shop):
    pressed = buttons(await looks(shop, await shop.create()))

    assert {outcome for outcome, _ in pressed} == {
        "pay", "fail_attempt", "start_payment", "hold", "decline", "fail", "walk_away",
    }  # fmt: skip
    for outcome, method in pressed:
        session = await shop.create()
        answer = await presses(shop, session, outcome, method)
        assert answer.status_code == (200 if outcome == "start_payment" else 303), outcome


async def test_a_wallet_that_reserves_nothing_takes_the_money_at_once(shop, dintero):
    """Dintero reference §7."""
    session = await shop.create()

    await presses(shop, session, "pay", "swish.swish")

    assert dintero.transactions[session["transaction_id"]]["status"] == "CAPTURED"


async def test_a_card_that_fails_leaves_the_customer_on_the_page_to_try_again(shop, dintero):
    """Dintero reference §5."""
    session = await shop.create()
    assert "failed" not in words(await looks(shop, session))

    answer = await presses(shop, session, "fail_attempt", "dintero_psp.creditcard")

    assert (answer.status_code, answer.headers["location"]) == (303, dintero.url_of(session))
    again = await looks(shop, session)
    assert again.status_code == 200
    assert "The last attempt failed, and nothing was taken. Try again, or pay another way." in words(again)
    assert (await presses(shop, session, "pay", "payex.creditcard")).status_code == 303
    assert dintero.transactions[session["transaction_id"]]["status"] == "AUTHORIZED"


async def test_an_attempt_can_fail_where_no_card_is_offered(shop, dintero):
    dintero.profiles["default"]["configuration"] = {"vipps": {"enabled": True}}

    assert buttons(await looks(shop, await shop.create()))["fail_attempt", ""].startswith("Let this attempt fail")


ENDS = {
    "expired": (lambda d, _s: d.clock.__self__.jump(timedelta(days=2)), "This link has expired"),
    "cancelled": (lambda d, s: d.cancel(s["id"]), "This link was cancelled"),
    "paid": (lambda d, s: d.pay(s["id"]), "This is paid already"),
    "held": (lambda d, s: d.hold(s["id"]), "The payment waits for approval"),
    "being paid": (lambda d, s: d.start_payment(s["id"]), "Somebody is paying this right now"),
    "declined": (lambda d, s: d.decline(s["id"]), "This payment was declined"),
    "rejected": (lambda d, s: d.fail(s["id"]), "This payment was rejected"),
}


@pytest.mark.parametrize(("end", "said"), ENDS.values(), ids=ENDS)
async def test_a_dead_link_says_why(shop, dintero, end, said):
    """Dintero reference §5."""
    session = await shop.create()
    end(dintero, session)

    page = await looks(shop, session)

    assert page.status_code == 404
    assert said in words(page)
    assert not any(outcome == "pay" for outcome, _ in buttons(page))


async def test_an_address_that_was_copied_badly_is_no_link(shop):
    page = await shop.http.get("view/P12345678.<b>")

    assert page.status_code == 404
    assert "There is no such link" in words(page)
    assert "<b>" not in page.text


async def test_a_page_that_stood_open_too_long_says_why_instead_of_paying(shop, dintero):
    """Dintero reference §5."""
    session = await shop.create()
    await looks(shop, session)
    dintero.cancel(session["id"])

    answer = await presses(shop, session, "pay", "vipps")

    assert answer.status_code == 404
    assert "This link was cancelled" in words(answer)
    assert "transaction_id" not in session


async def test_an_app_left_unanswered_keeps_everybody_else_out_until_it_is_answered(shop, dintero):
    """Dintero reference §5."""
    session = await shop.create()

    waiting = await presses(shop, session, "start_payment", "vipps")

    tx = dintero.transactions[session["transaction_id"]]
    assert waiting.status_code == 200
    assert "Waiting for Vipps" in words(waiting)
    assert tx["status"] == "INITIATED"
    elsewhere = await looks(shop, session)
    assert elsewhere.status_code == 404
    assert list(buttons(elsewhere)) == [("start_payment", "")]
    assert (await presses(shop, session, "start_payment")).text == waiting.text
    assert (await presses(shop, session, "pay", "vipps")).headers["location"].startswith("https://shop.example/thanks?")
    assert tx["status"] == "AUTHORIZED"


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("pay", "CAPTURED"), ("hold", "ON_HOLD"), ("decline", "DECLINED"), ("fail", "FAILED"), ("walk_away", "DECLINED")],
)
async def test_the_app_is_answered_with_the_method_that_opened_it(shop, dintero, outcome, status):
    session = await shop.create()
    offered = buttons(await presses(shop, session, "start_payment", "swish.swish"))
    [method] = [method for name, method in offered if name == outcome]

    await presses(shop, session, outcome, method)

    tx = dintero.transactions[session["transaction_id"]]
    assert (tx["payment_product_type"], tx["status"]) == ("swish.swish", status)


async def test_the_form_of_an_answer_to_a_form_points_to_the_same_place(shop):
    """The page is at /view/{id}, what a button answers at /view/{id}/pay: their forms differ, their target does not."""
    session = await shop.create()
    place = shop.http.base_url.join(f"view/{session['id']}/pay")

    for page in (await looks(shop, session), await presses(shop, session, "start_payment"), await looks(shop, session)):
        targets = {str(page.url.join(action)) for action, *_ in FORM.findall(page.text)}
        assert targets == {str(place)}


async def test_the_page_may_stand_in_a_frame_and_is_never_shown_stale(shop):
    page = await looks(shop, await shop.create())

    assert "frame-ancestors" not in page.headers.get("content-security-policy", "")
    assert "x-frame-options" not in page.headers
    assert page.headers["cache-control"] == "no-store"


async def test_a_demo_may_keep_the_browser_after_the_payment(shop, dintero):
    """Dintero reference §10: the parameters of the return address stay with it."""
    session = await shop.create()
    dintero.browser_goes = lambda address: f"/elsewhere?{address}"

    answer = await presses(shop, session, "walk_away")

    place = "/elsewhere?https://shop.example/thanks?merchant_reference=4711&error=cancelled"
    assert answer.headers["location"] == place
