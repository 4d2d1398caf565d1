"""What an app answers while somebody types into a searching select (Slack reference §6, §9)."""

import json
from typing import Any

from .blocks import OPTION, many, options_of

MOST = 100


def offered(body: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The options of an answer, and what is wrong with it; with anything wrong Slack shows no option at all."""
    try:
        told = json.loads(body or "{}")
    except ValueError:
        return [], ["search: the answer is no JSON"]
    if problems := [f"search: {one}" for one in many(OPTION, 0, MOST)(_options(told), "/options")]:
        return [], problems
    return _options(told), []


def _options(told: Any) -> Any:
    if not isinstance(told, dict) or not {"options", "option_groups"} & set(told):
        return None
    return told["options"] if "options" in told else options_of(told)
