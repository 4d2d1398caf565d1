"""A merchant who talks to the sandbox as the product does: by HTTP."""

import copy
import json
from datetime import timedelta
from pathlib import Path

from jsonschema import Draft202012Validator

SCHEMAS = Path(__file__).parents[2] / "schemas" / "dintero"
CALLBACK = "https://shop.example/cb"
BODY = {
    "profile_id": "default",
    "url": {"return_url": "https://shop.example/thanks", "callback_url": CALLBACK},
    "customer": {"phone_number": "+4799999999"},
    "order": {
        "amount": 30000,
        "currency": "NOK",
        "merchant_reference": "4711",
        "items": [
            {"id": "a", "line_id": "1", "description": "Lamp", "quantity": 1, "amount": 20000, "vat": 25},
            {"id": "b", "line_id": "2", "description": "Bulb", "quantity": 2, "amount": 10000, "vat": 25},
        ],
    },
    "configuration": {"publish": [{"type": "checkout-link", "channel": "sms"}], "auto_capture": False},
}


def valid(name, value):
    """`value`, which fits the schema of that name."""
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())
    if netaxept := schema.get("$defs", {}).get("TransactionNetaxept"):
        del netaxept["properties"]["events"]  # its copy of the statuses lacks one that the transaction's own has
    errors = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(value)]

    assert errors == []
    return value


def changed(**paths):
    """BODY with some places changed: `order__amount=0`; None removes the key."""
    body = copy.deepcopy(BODY)
    for path, value in paths.items():
        *way, last = path.split("__")
        place = body
        for step in way:
            place = place.setdefault(step, {})
        if value is None:
            place.pop(last)
        else:
            place[last] = value
    return body


class Shop:
    def __init__(self, dintero, http):
        self.dintero, self.http = dintero, http

    async def create(self, **paths):
        """A new session, as GET shows it."""
        paths.setdefault("expires_at", (self.dintero.clock() + timedelta(days=1)).isoformat())
        answer = await self.http.post("sessions-profile", json=changed(**paths))

        assert answer.status_code == 200, answer.text
        return self.dintero.sessions[valid("session-create.response", answer.json())["id"]]

    async def paid(self, method="vipps", **paths):
        return self.dintero.pay((await self.create(**paths))["id"], method)

    async def do(self, verb, tx, body=None):
        """POST capture, refund or void; (status code, answer)."""
        answer = await self.http.post(f"transactions/{tx['id']}/{verb}", **({"json": body} if body else {}))
        name = "transaction-get.response" if answer.is_success else "error.response"
        return answer.status_code, valid(name, answer.json())

    async def capture(self, tx, amount, **more):
        return await self.do("capture", tx, {"amount": amount} | more)

    async def refund(self, tx, amount, **more):
        return await self.do("refund", tx, {"amount": amount} | more)
