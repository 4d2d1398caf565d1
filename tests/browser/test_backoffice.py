"""What a colleague does in Dintero's Backoffice, and what the page says when it is refused."""

import pytest

from tests.browser.desk import LAPTOP
from tests.browser.test_payments import ONE_LINER, customer_pays, issues

PHONE = {"width": 390, "height": 844}
REFUSED = "“Preview” is not possible any more. Close the form, look at what has changed since, and begin once more."


async def in_backoffice(desk, what, amount=""):
    """Press a button of the payment 4711, with an amount typed or not."""
    form = desk.world.get_by_role("form", name="4711")
    if amount:
        await form.get_by_role("textbox").fill(amount)
    await form.get_by_role("button", name=f"{what}: 4711").click()


@pytest.mark.whole
async def test_what_was_captured_in_backoffice_is_refunded_there_without_a_reload(kari):
    await issues(kari)
    await customer_pays(kari)
    await kari.card_says("Reserved")
    await in_backoffice(kari, "Capture")
    await kari.card_says("Paid · 249,50 kr")

    await in_backoffice(kari, "Refund", "100")
    await kari.card_says("Partly refunded")
    await kari.world.get_by_role("form", name="4711").get_by_role("textbox").fill("")
    await in_backoffice(kari, "Refund")

    await kari.card_says("Refunded · 249,50 kr")


@pytest.mark.whole
@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
async def test_a_form_can_be_closed_while_the_page_says_that_something_was_refused(sits_down, size):
    desk = await sits_down(viewport=size)
    await desk.arrives()
    await desk.says(ONE_LINER)
    await desk.sees("New payment link", within=desk.form)
    await desk.page.route("**/do/press?*", lambda route: route.fulfill(status=409, body=REFUSED))

    await desk.presses("Preview", desk.form)
    await desk.sees(REFUSED, within=desk.page.locator("#trouble"))
    await desk.picture(f"refused-beside-a-form-{size['width']}")
    await desk.form.get_by_label("Mobile number").click()  # no field is covered either
    await desk.form.get_by_role("button", name="Close", exact=True).first.click()

    await desk.no_form()
    await desk.page.unroute("**/do/press?*")


async def test_what_is_drawn_anew_stands_for_what_it_says(kari):
    """What people typed stays; a button, a menu's option and a box that take another's place mean what they read."""
    await kari.says(ONE_LINER)
    await kari.sees("New payment link", within=kari.form)
    values = await kari.page.evaluate("""async () => {
      const { draw } = await import("/static/draw.js");
      const place = document.createElement("div");
      const form = (menu, button) => `<form data-keeps><input name="typed" value="">
        <select name="menu"><option value="${menu}">${menu}</option></select>
        <input type="hidden" name="about" value="${menu}">
        <button name="do" value="${button}">${button}</button></form>`;
      place.innerHTML = form("a", "capture");
      place.querySelector("[name=typed]").value = "49,50";
      draw(place, form("b", "refund"));
      return ["[name=typed]", "option", "[name=about]", "button"].map((one) => place.querySelector(one).value);
    }""")

    assert values == ["49,50", "b", "b", "refund"]
