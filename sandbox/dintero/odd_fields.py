"""Transactions and sessions whose fields are not of the documented types (Dintero reference §5, §6, §18)."""

from collections.abc import Callable
from typing import Any, Final, Literal

from sandbox.dintero.rules import Json

OddFields = Literal[
    "none",
    "whole_floats",
    "text_amounts",
    "null_currency",
    "text_corrections",
    "text_success",
    "settlements",
    "odd_dates",
    "new_words",
    "new_status",
    "missing_fields",
    "number_ids",
]


def made_odd(answer: Any, how: OddFields) -> Any:
    """A copy of an answer with every transaction and session in it made odd; `none` gives it back as it is."""
    if how == "none":
        return answer
    if isinstance(answer, list):
        return [made_odd(one, how) for one in answer]
    if not isinstance(answer, dict):
        return answer
    made = {key: made_odd(value, how) for key, value in answer.items()}
    is_session = "order" in made and "id" in made
    return _HOW[how](made) if is_session or _is_transaction(made) else made


def _is_transaction(body: Json) -> bool:
    return "session_id" in body and "events" in body


def _every(keys: Callable[[str], bool], change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Change the values of such keys at any depth."""

    def walk(value: Any) -> Any:
        if isinstance(value, list):
            return [walk(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {key: change(inner) if keys(key) else walk(inner) for key, inner in value.items()}

    return walk


def _is_money(key: str) -> bool:
    return key in {"amount", "vat_amount"} or key.startswith("remaining_")


def _with_last_event(body: Json, changes: Json) -> Json:
    *before, last = body["events"]
    return body | {"events": [*before, last | changes]}


def _with_event(body: Json, event: Json) -> Json:
    return body | {"events": [*body.get("events", ()), event]}


def _text_corrections(body: Json) -> Json:
    return _with_last_event(body, {"correction": "see the provider"}) if _is_transaction(body) else body


def _text_success(body: Json) -> Json:
    return _with_last_event(body, {"success": "true"}) if _is_transaction(body) else body


def _settlements(body: Json) -> Json:
    """A payout is an event as well (Dintero reference §6); its amount has decimals here."""
    paid_out = {"id": "se", "event": "SETTLEMENT", "success": True, "amount": 293.75, "created_at": body["created_at"]}
    return _with_event(body, paid_out) if _is_transaction(body) else body


def _odd_date(value: Any) -> Any:
    return {"Z": "0001-01-01T00:00:00Z"}.get(str(value)[-1:], "soon")


def _new_words(body: Json) -> Json:
    if _is_transaction(body):
        new = {"id": "ne", "event": "SCORED", "success": True, "created_at": body["created_at"]}
        return _with_event(body | {"payment_product": "cash", "channel": "pigeon"}, new)
    return _with_event(body, {"id": "ne", "name": "SCORED", "created_at": body["created_at"]})


def _missing_fields(body: Json) -> Json:
    if _is_transaction(body):
        return {key: value for key, value in body.items() if key not in {"currency", "events", "updated_at"}}
    order = {key: value for key, value in body["order"].items() if key != "currency"}
    return {key: value for key, value in body.items() if key != "events"} | {"order": order}


def _number_ids(body: Json) -> Json:
    named = _every(lambda key: key in {"line_id", "merchant_reference"}, _number)(body)
    events = [event | {"id": at} for at, event in enumerate(named.get("events", ()))]
    if _is_transaction(body):
        return named | {"events": events, "session_id": 4711}
    return named | {"events": events} | ({"transaction_id": 4712} if "transaction_id" in named else {})


def _number(value: Any) -> Any:
    return int(value) if str(value).isdecimal() else value


_HOW: Final[dict[str, Callable[[Json], Json]]] = {
    "whole_floats": _every(_is_money, float),
    "text_amounts": _every(_is_money, str),
    "null_currency": _every(lambda key: key == "currency", lambda _: None),
    "text_corrections": _text_corrections,
    "text_success": _text_success,
    "settlements": _settlements,
    "odd_dates": _every(lambda key: key.endswith("_at"), _odd_date),
    "new_words": _new_words,
    "new_status": lambda body: body | ({"status": "UNDER_REVIEW"} if _is_transaction(body) else {}),
    "missing_fields": _missing_fields,
    "number_ids": _number_ids,
}
