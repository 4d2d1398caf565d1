"""A payment bot as Bolt's tutorials write one: default flags, the sync client, its own server, nothing kept."""

import os
from typing import Any

import httpx
from slack_bolt import App
from slack_sdk import WebClient

FORM = {
    "type": "modal",
    "callback_id": "payment_link",
    "title": {"type": "plain_text", "text": "New payment link"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": name,
            "label": {"type": "plain_text", "text": label},
            "element": {"type": "plain_text_input", "action_id": "typed"},
        }
        for name, label in (("phone", "Mobile number"), ("text", "What for"), ("price", "Price"))
    ],
}


def serve(port: int, slack_url: str, token: str, secret: str, dintero_url: str, account: str) -> None:
    """Run until killed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    app = App(client=WebClient(token, base_url=slack_url), signing_secret=secret)
    dintero = httpx.Client(base_url=f"{dintero_url}/v1", trust_env=False)
    access = _token(dintero, account, dintero_url)

    @app.command("/paylink")
    def open_form(ack: Any, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=FORM | {"private_metadata": body["channel_id"]})

    @app.view("payment_link")
    def send(ack: Any, view: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        ack()
        typed = {name: inputs["typed"]["value"] for name, inputs in view["state"]["values"].items()}
        amount = round(float(typed["price"].replace(",", ".")) * 100)
        session = _create(dintero, access, typed, amount, view["id"])
        words = (
            f"Payment link · {amount / 100:.2f} NOK · {typed['text']} · by <@{body['user']['id']}>\n{session['url']}"
        )
        card = [{"type": "section", "text": {"type": "mrkdwn", "text": words}}]
        client.chat_postMessage(channel=view["private_metadata"], text=words, blocks=card)

    app.start(port=port, http_server_logger_enabled=False)


def _token(dintero: httpx.Client, account: str, url: str) -> str:
    body = {"grant_type": "client_credentials", "audience": f"{url}/v1/accounts/{account}"}
    answer = dintero.post(f"/accounts/{account}/auth/token", json=body, auth=("client", "secret"))
    return str(answer.raise_for_status().json()["access_token"])


def _create(dintero: httpx.Client, access: str, typed: dict[str, str], amount: int, reference: str) -> dict[str, Any]:
    item = {"id": "1", "line_id": "1", "description": typed["text"], "quantity": 1, "amount": amount, "vat": 25}
    body = {
        "profile_id": "default",
        "url": {"return_url": "https://shop.example/thanks"},
        "customer": {"phone_number": f"+47{typed['phone']}"},
        "order": {"amount": amount, "currency": "NOK", "merchant_reference": reference, "items": [item]},
        "configuration": {"publish": [{"type": "checkout-link", "channel": "sms"}]},
    }
    answer = dintero.post("/sessions-profile", json=body, headers={"Authorization": f"Bearer {access}"})
    found: dict[str, Any] = answer.raise_for_status().json()
    return found
