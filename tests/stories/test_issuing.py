"""Send: one transaction, then one request to Dintero, one card, and the result in the form."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from sandbox.dintero import Switches
from storage.engine import LOOKS_ONLY
from tests.stories import database
from tests.stories.lining import has_lines
from tests.stories.shop import opened_shop

GOOD = "249,50 91234567 Tow bar #4711 7d"
PHONE = "+4791234567"
STRICT = Draft202012Validator(
    json.loads((Path(__file__).parents[1] / "schemas/dintero/session-create.request.strict.json").read_text())
)


@pytest.fixture
async def production(database):
    """The same shop on an account that sends messages."""
    async with opened_shop(database, account="P12345678") as opened:
        yield opened
        assert opened.slack.complaints == []


async def more(shop, form):
    await shop.slack.click(shop.kari, form, "More…")
    await shop.bot.owned.settled()


async def test_what_is_wanted_is_committed_before_the_answer_and_before_dintero_hears_of_it(shop):
    form = await shop.opens_form(GOOD)

    await shop.slack.submit(shop.kari, form)

    assert form.read() == "New payment link\n⏳ Creating link…\n[Close]"
    wanted = "SELECT kind, operation.state, reference, requested_by, amount FROM operation"
    assert database.rows(shop, wanted) == [("create", "wanted", "4711-S1", shop.kari.id, 24950)]
    assert database.statuses(shop) == [("4711", "requested")]
    assert shop.dintero.log == []
    assert shop.sales.messages == []


async def test_one_transaction_stands_between_send_and_the_answer(shop):
    form = await shop.opens_form(GOOD)
    transactions, inserts = [], []

    def begins(connection):
        options = connection.get_execution_options()
        if not options.get(LOOKS_ONLY) and not options.get("postgresql_readonly"):
            transactions.append(connection)

    def executes(_connection, _cursor, statement, *_):
        if statement.startswith("INSERT"):
            inserts.append(statement)

    with database.heard(shop, begin=begins, before_cursor_execute=executes):
        await shop.slack.submit(shop.kari, form)

    assert len(transactions) == 1
    assert inserts


async def test_dintero_is_asked_for_exactly_this(shop):
    await shop.issues(GOOD)

    [create] = shop.writes("create")
    assert (create.method, create.path, create.status) == ("POST", "/v1/sessions-profile", 200)
    STRICT.validate(create.body)
    [callback, back] = [create.body["url"].pop(name) for name in ("callback_url", "return_url")]
    assert create.body == {
        "profile_id": "default",
        "url": {},
        "customer": {"phone_number": PHONE},
        "order": {
            "amount": 24950,
            "currency": "NOK",
            "merchant_reference": "4711",
            "vat_amount": 4990,
            "items": [
                {
                    "id": "1",
                    "line_id": "1",
                    "description": "Tow bar",
                    "quantity": 1,
                    "amount": 24950,
                    "vat_amount": 4990,
                    "vat": 25,
                }
            ],
        },
        "expires_at": "2026-11-27T12:00:00Z",
        "configuration": {"auto_capture": False, "publish": [{"type": "checkout-link", "channel": "sms"}]},
    }
    path, _, options = callback.partition("?")
    assert options == "method=POST&report_error=true&report_event=CAPTURE&report_event=REFUND&report_event=VOID"
    assert path.startswith(f"{shop.url}/dintero/callback/")
    assert back.startswith(f"{shop.url}/thanks/")
    assert path.rpartition("/")[2] == back.rpartition("/")[2], "one token per attempt"
    assert len(path.rpartition("/")[2]) >= 32


async def test_dintero_is_told_who_calls_and_asked_to_check_the_sum(shop):
    await shop.issues(GOOD)

    [create] = shop.writes("create")
    told = {name.lower(): value for name, value in create.headers.items()}
    assert told["authorization"].startswith("Bearer ")
    assert told["dintero-feature-toggles"] == "strict-session-amounts"
    assert told["dintero-system-name"] == "Paylink"
    assert told["dintero-system-plugin-name"] == "Paylink for Slack"
    assert told["dintero-system-version"] == told["dintero-system-plugin-version"] != ""
    assert told["user-agent"].startswith("Paylink/")
    assert told["content-type"] == "application/json"


async def test_the_return_page_can_be_the_shops_own(shop):
    await shop.restart(paylink_return_url="https://shop.example/thanks", dintero_profile_id="P1.web")
    shop.dintero.profiles["P1.web"] = shop.dintero.profiles["default"]

    await shop.issues(GOOD)

    [create] = shop.writes("create")
    assert create.body["url"]["return_url"] == "https://shop.example/thanks"
    assert create.body["profile_id"] == "P1.web"


async def test_lines_sum_to_the_amount_whatever_is_rounded(shop):
    """1,5 × 33,33 = 49,995 and 3 × 0,333… : every line is rounded by itself, and the amount is their sum."""
    form = await shop.opens_form("33,33 91234567 Cable #4711")
    await has_lines(
        shop,
        form,
        ("Line 2", "0,05", {"quantity": "0,5", "vat": "12 %"}),
        ("Line 3", "10,01", {"quantity": "3", "vat": "0 %"}),
        first={"quantity": "1,5", "vat": "15 %"},
    )

    await shop.slack.submit(shop.kari, form)
    await shop.work()

    [create] = shop.writes("create")
    STRICT.validate(create.body)
    order = create.body["order"]
    assert [(one["quantity"], one["amount"], one["vat"], one["vat_amount"]) for one in order["items"]] == [
        (1.5, 5000, 15, 652),
        (0.5, 3, 12, 0),
        (3, 3003, 0, 0),
    ]
    assert order["amount"] == 5000 + 3 + 3003 == sum(one["amount"] for one in order["items"])
    assert order["vat_amount"] == 652


async def test_one_card_appears_and_the_form_ends_with_the_link(shop):
    form = await shop.issues(GOOD)

    url = shop.dintero.url_of(shop.session())
    assert "🔗 Ready to share · 249,50 kr · 4711 · +47 ••• •• 567" in form.read().replace("\xa0", " ")
    assert url in form.read()
    assert form.buttons == []
    assert "submit" not in form.content
    [card] = shop.sales.messages
    assert "Ready to share" in card.read()
    assert "Tow bar" in card.read()
    assert "@kari" in card.read()
    assert "+47 ••• •• 567" in card.read()
    assert url not in json.dumps(card.snapshot())
    assert card.edits == 0, "an ordinary link costs one post"


async def test_a_sandbox_account_says_that_no_sms_is_sent_and_offers_the_link(shop):
    form = await shop.issues(GOOD)

    assert shop.dintero.inbox == []
    assert "Sandbox: no SMS is sent. Open the link below yourself." in form.read()
    assert "Sandbox: no SMS is sent. Use Show link." in shop.card.read()
    assert "Sandbox, no real money" in shop.card.read()
    assert "Show link" in shop.card.buttons


@pytest.mark.parametrize("status", ["sent", "skipped", "failed"])
async def test_a_sandbox_account_sends_nothing_whatever_it_says(database, status):
    """What a sandbox answers about a message it never sends is not known (Dintero reference §2)."""
    async with opened_shop(database, switches=Switches(sandbox_publish_status=status)) as shop:
        form = await shop.issues(GOOD)

        assert "Sandbox: no SMS is sent." in form.read()
        assert "🔗 Ready to share" in shop.card.read()
        assert shop.thread == []


async def test_show_link_is_for_one_person_and_never_on_the_card(shop):
    await shop.issues(GOOD)
    url = shop.dintero.url_of(shop.session())

    await shop.presses("Show link", person=shop.people["ola"])

    [whisper] = shop.slack.ephemerals(shop.people["ola"])
    assert url in whisper.read()
    assert whisper.via == "response_url"
    assert shop.slack.ephemerals(shop.kari) == []
    public = json.dumps([message.snapshot() for message in shop.sales.posted])
    assert url not in public
    assert "/v1/view/" not in public


async def test_a_message_that_was_sent_is_called_sent(production):
    form = await production.issues(GOOD)

    [message] = production.dintero.inbox
    assert (message.to, message.channel) == (PHONE, "sms")
    assert "📨 Sent · " in form.read()
    assert "📨 Sent · " in production.card.read()
    assert "Sandbox" not in production.card.read()
    assert production.thread == []


async def test_a_message_that_failed_says_so_and_offers_the_link(production):
    production.dintero.unreachable.add(PHONE)

    form = await production.issues(GOOD)

    assert "📵 Not delivered · " in form.read()
    assert "The SMS was not delivered. Share the link below yourself." in form.read()
    assert production.dintero.url_of(production.session()) in form.read()
    assert "📵 Not delivered · " in production.card.read()
    assert "The SMS was not delivered. Press Show link and share the link yourself" in production.card.read()
    [line] = production.thread
    assert "The SMS was not delivered." in line.read()
    assert "Show link" in line.buttons


async def test_a_message_that_was_skipped_says_so_and_offers_the_link(production):
    production.dintero._send = lambda _session, _channel: "skipped"

    form = await production.issues(GOOD)

    assert "No SMS was sent to this number. Share the link below yourself." in form.read()
    assert "📵 Not delivered · " in production.card.read()
    assert "No SMS was sent to this number." in production.lines[0]


async def test_a_plain_link_on_a_production_account_sends_nothing_and_says_so(production):
    form = await production.opens_form("249,50 Tow bar #4711")
    await more(production, form)
    await production.slack.fill(form, {"Delivery": "Just give me the link"})
    await production.bot.owned.settled()
    await production.slack.submit(production.kari, form)
    await production.work()

    assert production.dintero.inbox == []
    assert "Nothing is sent to the customer. Share the link below yourself." in form.read()
    assert "Nothing is sent to the customer. Press Show link" in production.card.read()
    assert production.thread == []


async def test_the_deadline_is_the_one_dintero_echoes(shop):
    await shop.issues("249,50 91234567 Tow bar #4711 1d")

    assert "Pay before\nNov 21, 2026 13:00" in shop.card.read()
    assert shop.session()["expires_at"].startswith("2026-11-21T12:00:00")


async def test_the_card_is_posted_three_seconds_after_send_when_dintero_takes_its_time(shop):
    form = await shop.opens_form(GOOD)
    await shop.slack.submit(shop.kari, form)
    assert await shop.bot.telling.tell_once() == 0

    shop.clock.pass_(seconds=3.1)
    await shop.bot.telling.tell_once()

    assert "⏳ Creating link… · " in shop.card.read()
    await shop.work()
    assert len(shop.cards) == 1
    assert "Ready to share" in shop.card.read()
