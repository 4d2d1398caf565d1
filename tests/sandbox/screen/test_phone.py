"""The customer's phone on the page: its messages, and a browser that reaches the sandbox and the bot alone."""

import contextlib
from dataclasses import replace
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from starlette.routing import Route

from sandbox import servers
from sandbox.servers import free_port
from tests.sandbox.dintero.shop import changed
from tests.sandbox.dintero.test_app_links import ALONE
from tests.serving import serving

POLICY = {"Content-Security-Policy": "default-src 'none'; script-src 'self'; frame-ancestors 'none'"}
HERE = "http://127.0.0.1"
LINK = f"{HERE}/dintero/v1/view/"


class Site:
    """A server on this computer that remembers whoever came."""

    def __init__(self):
        self.visits, self.url = [], ""

    @contextlib.asynccontextmanager
    async def open(self):
        async with serving(
            Starlette(routes=[Route("/{path:path}", self._visited, methods=["GET", "POST"])])
        ) as self.url:
            yield self

    async def _visited(self, request):
        self.visits.append(request.url.path)
        if request.url.path == "/away":
            return RedirectResponse(request.query_params["to"])
        if request.url.path == "/plain":
            return PlainTextResponse("plain words")
        if request.method == "POST":
            return RedirectResponse("../known", 303)
        status = 200 if request.url.path == "/thanks/known" else 404
        return HTMLResponse("<style>p{}</style><p>Thanks for stopping by", status, POLICY)


@pytest.fixture
async def bot():
    async with Site().open() as site:
        yield site


@pytest.fixture
async def foreign():
    async with Site().open() as site:
        yield site


@pytest.fixture
async def stage(tmp_path, bot):
    """The world of the demo with a bot that only has pages, and a browser in front of it."""
    world = replace(servers._made(tmp_path), bot_url=bot.url)
    world.slack.base_url, world.dintero.base_url = f"{HERE}/slack", f"{HERE}/dintero"
    transport = httpx.ASGITransport(servers._app(world))
    async with httpx.AsyncClient(transport=transport, base_url=HERE) as browser:
        yield SimpleNamespace(
            world=world,
            browser=browser,
            phone=lambda to: browser.get("/phone", params={"to": to}),
            at=partial(follow, browser),
        )
    await world.slack.aclose()
    await world.dintero.aclose()


async def follow(browser, to):
    """The page that stands on the phone in the end."""
    return await browser.get("/phone", params={"to": to}, follow_redirects=True)


def a_link(stage, **paths):
    """A link that lives for a day, made as the bot makes one."""
    paths.setdefault("expires_at", (stage.world.clock.now() + timedelta(days=1)).isoformat())
    return stage.world.dintero.create(changed(**paths))


async def test_a_payment_link_opens_on_the_phone(stage):
    session = a_link(stage)

    answer = await stage.phone(stage.world.dintero.url_of(session))

    assert (answer.status_code, answer.headers["location"]) == (303, f"/dintero/v1/view/{session['id']}")
    page = await stage.browser.get(answer.headers["location"])
    assert "300.00 NOK" in page.text
    assert [(one.sender, one.receiver, one.status) for one in stage.world.traffic.exchanges] == [
        ("customer", "Dintero", 200)
    ]


async def test_a_wallets_own_address_opens_its_app(stage):
    session = a_link(stage, **ALONE)

    answer = await stage.phone(stage.world.dintero.url_of(session))

    page = await stage.browser.get(answer.headers["location"])
    assert "Waiting for Vipps" in page.text
    assert (await stage.phone("vipps://pay?token=nobodys")).status_code == 404


async def test_a_link_may_be_typed_without_its_scheme(stage):
    answer = await stage.phone(" 127.0.0.1/dintero/v1/view/x ")

    assert answer.headers["location"] == "/dintero/v1/view/x"


async def test_the_browser_stays_on_the_phone_from_the_link_to_the_thanks(stage, bot):
    session = a_link(stage, url__return_url=f"{bot.url}/thanks/known")
    pay = f"/dintero/v1/view/{session['id']}/pay"

    page = await stage.browser.post(pay, data={"outcome": "pay", "method": "vipps"}, follow_redirects=True)

    assert page.url.path == "/phone/bot/thanks/known"
    assert page.url.query.startswith(b"merchant_reference=4711&transaction_id=")
    assert "Thanks for stopping by" in page.text
    assert [(one.sender, one.receiver, one.status) for one in stage.world.traffic.exchanges] == [
        ("customer", "bot", 200),
        ("customer", "Dintero", 303),
    ]


@pytest.mark.parametrize(("path", "status"), [("known", 200), ("unknown", 404)])
async def test_the_bots_page_is_shown_as_the_bot_answers_it(stage, bot, path, status):
    page = await stage.at(f"{bot.url}/thanks/{path}")

    assert (page.status_code, page.text) == (status, "<style>p{}</style><p>Thanks for stopping by")
    assert page.headers["content-type"] == "text/html; charset=utf-8"


async def test_the_bots_page_is_no_markup_where_the_bot_says_so(stage, bot):
    assert (await stage.at(f"{bot.url}/plain")).headers["content-type"] == "text/plain; charset=utf-8"


async def test_the_bots_page_may_stand_in_the_phone_and_is_bound_by_its_own_policy_there(stage, bot):
    page = await stage.at(f"{bot.url}/thanks/known")

    policy = page.headers["content-security-policy"]
    assert policy == "default-src 'none'; script-src 'self'; frame-ancestors 'self'"


async def test_a_form_on_the_bots_page_leads_on(stage, bot):
    page = await stage.browser.post("/phone/bot/thanks/known/report", follow_redirects=True)

    assert page.url.path == "/phone/bot/thanks/known"
    assert bot.visits == ["/thanks/known/report", "/thanks/known"]


async def test_a_bot_that_does_not_answer_is_named(stage):
    stage.world = replace(stage.world, bot_url=f"{HERE}:{free_port()}")
    transport = httpx.ASGITransport(servers._app(stage.world))
    async with httpx.AsyncClient(transport=transport, base_url=HERE) as browser:
        page = await browser.get("/phone", params={"to": f"{stage.world.bot_url}/thanks/known"}, follow_redirects=True)

    assert page.status_code == 504
    assert "The bot does not answer" in page.text
    assert f"{stage.world.bot_url}/thanks/known" in page.text


@pytest.mark.parametrize(
    "spelt",
    [
        "{foreign}/thanks/known",
        "{foreign}/dintero/v1/view/x",
        "http://{bot}@{host}/thanks/known",
        "http://{bot}\\@{host}/thanks/known",
        "//{host}/thanks/known",
        "http:{foreign}",
        "{foreign}/?{bot}/",
        "{foreign}#{bot}/",
    ],
)
async def test_no_other_place_is_ever_reached(stage, bot, foreign, spelt):
    hosts = {
        "foreign": foreign.url,
        "host": foreign.url.removeprefix("http://"),
        "bot": bot.url.removeprefix("http://"),
    }

    page = await stage.phone(spelt.format(**hosts))

    assert page.status_code == 404
    assert "location" not in page.headers
    assert foreign.visits == []
    assert not stage.world.traffic.exchanges


async def test_a_redirect_of_the_bots_leads_out_of_its_reach_and_no_further(stage, bot, foreign):
    here = await stage.phone(f"{bot.url}/away?to={foreign.url}/x")
    answer = await stage.browser.get(here.headers["location"])

    assert answer.headers["location"].startswith("/phone?to=")
    page = await stage.browser.get(answer.headers["location"])
    assert page.status_code == 404
    assert f"{foreign.url}/x" in page.text
    assert foreign.visits == []


async def test_where_the_browser_would_be_is_told_and_is_no_markup(stage):
    page = await stage.phone("https://shop.example/<script>?order=4711")

    assert page.status_code == 404
    assert "This phone has no internet" in page.text
    assert "https://shop.example/&lt;script&gt;?order=4711" in page.text
    assert "<script" not in page.text


@pytest.mark.parametrize(
    "nonsense", ["http://", "javascript:alert(1)", "http://[", "a\x00b", "http://xn--/", "æøå", "%"]
)
async def test_nonsense_is_no_address(stage, nonsense):
    page = await stage.phone(nonsense)

    assert page.status_code == 404
    assert "<h1>This" in page.text
    assert not stage.world.traffic.exchanges


@pytest.mark.parametrize("address", ["/phone", "/phone?to=", "/phone?to=%20"])
async def test_an_empty_phone_says_what_it_is_for(stage, address):
    page = await stage.browser.get(address)

    assert page.status_code == 200
    assert "A link to the payment page opens here" in page.text


async def test_the_page_shows_what_a_sandbox_account_did_not_send(stage):
    world = stage.world
    first, second = a_link(stage), a_link(stage, order__merchant_reference="4712")

    page = (await stage.browser.get("/")).text

    assert page.count("Not sent: a sandbox account sends no SMS. This is what a production account would send.") == 2
    urls = [world.dintero.url_of(session) for session in (first, second)]
    links = [f'<a class="button" href="{url}" target="phone">Open the link</a>' for url in urls]
    assert all(link in page for link in links)
    assert page.index(links[1]) < page.index(links[0]), "the newest stands first"
    kari = next(iter(world.slack.people.values()))
    assert f">{world.dintero.messages[0].at.astimezone(ZoneInfo(kari.tz)):%H:%M}</time>" in page


async def test_what_a_production_account_sent_is_not_called_withheld(stage):
    stage.world.dintero.account_id = "P12345678"
    a_link(stage)

    page = (await stage.browser.get("/")).text

    assert "<strong>SMS</strong> <span>+4799999999</span>" in page
    assert "Not sent" not in page


async def test_a_link_that_nobody_asked_to_send_leaves_the_phone_without_a_message(stage):
    a_link(stage, configuration__publish=None)

    assert "No messages." in (await stage.browser.get("/")).text


async def test_the_address_bar_and_the_frame_need_no_script(stage):
    page = (await stage.browser.get("/")).text

    assert '<form class="address-bar" action="/phone" target="phone">' in page
    assert '<iframe name="phone" src="/phone"' in page
