"""A link as a code to scan: a picture in the thread, for the customer at the counter."""

import io

import httpx
import pytest
import zxingcpp
from PIL import Image

from tests.stories.browsing import page_of
from tests.stories.mailing import issues, submits
from tests.stories.till import card, lines, plain


def code_in(blocks):
    """The address of the picture among them."""
    [picture] = [block for block in blocks if block["type"] == "image"]
    assert picture["alt_text"] == "QR code that opens the page on which 4711 is paid"
    return picture["image_url"]


async def fetched(url):
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.get(url)


@pytest.fixture
async def at_the_counter(shop):
    await issues(shop, delivery="qr", email="")
    return shop


async def test_the_code_stands_in_the_thread_and_leads_to_our_page(at_the_counter):
    shop = at_the_counter

    [line] = shop.thread
    answer = await fetched(code_in(line.blocks))

    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(answer.content)))
    assert found.text == page_of(shop)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "no-store"
    assert "The customer scans this code to pay 249,50 kr." in lines(shop)[0]
    assert "The code to scan stands in the thread." in card(shop)


async def test_the_seller_sees_the_code_in_the_form_and_in_show_link(shop):
    form = await shop.opens_form()
    await submits(shop, delivery="qr", email="", view_id=form.id)
    await shop.work()

    shown = shop.slack.modals(shop.kari)[-1]
    assert "The customer scans this code. It stands in the thread of the card as well." in plain(shown)
    assert code_in(shown.content["blocks"]).endswith("/qr.png")
    await shop.presses("Show link")
    assert code_in(shop.slack.ephemerals(shop.kari)[-1].blocks).endswith("/qr.png")


async def test_the_code_stays_where_it_is_when_the_story_goes_on(at_the_counter):
    shop = at_the_counter

    await shop.customer_pays()

    assert "Reserved" in card(shop)
    assert code_in(shop.thread[0].blocks)
    assert len([line for line in lines(shop) if "scans this code" in line]) == 1


async def test_a_guess_gets_no_picture_and_too_many_get_no_answer(at_the_counter):
    shop = at_the_counter
    guess = f"{shop.url}/p/{'x' * 43}/qr.png"

    answers = [await fetched(guess) for _ in range(31)]

    assert [answer.status_code for answer in answers] == [404] * 30 + [429]
    assert (await fetched(code_in(shop.thread[0].blocks))).status_code == 200


async def test_a_link_that_is_sent_by_sms_shows_no_code(shop):
    await shop.issues()

    assert shop.lines == []
