"""The sandbox's Dintero, in whose account everybody has just paid."""

import copy
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from benchmarks.houses import AMOUNT, reference
from benchmarks.stage import ACCOUNT, SIGNATURES
from sandbox.dintero import Dintero
from sandbox.dintero import create_app as dintero_app

_BODY = {
    "profile_id": "default",
    "url": {"return_url": "https://shop.example/thanks"},
    "order": {
        "amount": AMOUNT,
        "currency": "NOK",
        "items": [{"id": "1", "line_id": "1", "description": "Tow bar", "quantity": 1, "amount": AMOUNT, "vat": 25}],
    },
}


class PaidDintero(Dintero):
    """Callbacks are not sent: whoever measures sends them."""

    def __init__(self) -> None:
        super().__init__(
            account_id=ACCOUNT, client_id="client", client_secret="secret", base_url="",
            clock=lambda: self.at or datetime.now(UTC), signature_secret=SIGNATURES,
        )  # fmt: skip
        self.at: datetime | None = None
        self.faults.callbacks.off = True
        self.app = dintero_app(self)

    @property
    def port(self) -> int:
        """Where it answers."""
        return urlsplit(self.base_url).port or 80

    def paid(self, many: int) -> Sequence[str]:
        """So many sessions for the links of `copies`, paid an hour ago: no sweep finds them before their callback."""
        ids = self.opened(many)
        self.at = datetime.now(UTC) - timedelta(hours=1)
        for each in ids:
            self.pay(each, method="vipps")
        self.at = None
        return ids

    def opened(self, many: int) -> Sequence[str]:
        """So many sessions for the links of `copies`, opened an hour ago and not paid."""
        self.at = datetime.now(UTC) - timedelta(hours=1)
        order = {**_BODY["order"], "merchant_reference": reference(0)}
        expires_at = (datetime.now(UTC) + timedelta(days=2)).isoformat()
        first = self.create({**_BODY, "order": order, "expires_at": expires_at})
        ids = []
        for number in range(many):
            made = copy.deepcopy(first) | {"id": f"{ACCOUNT}.b{number}"}
            made["order"]["merchant_reference"] = reference(number)
            self.sessions[made["id"]] = made
            ids.append(made["id"])
        self.at = None
        return ids

    def reads(self, many: int) -> Sequence[bytes]:
        """The requests that find out what has become of so many of them."""
        token = self.issue_token(self.client_id, self.client_secret)
        paths = [
            path
            for each in list(self.sessions.values())[:many]
            if "transaction_id" in each
            for path in (f"/v1/sessions/{each['id']}", f"/v1/transactions/{each['transaction_id']}")
        ]
        return [
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
            for path in paths
        ]
