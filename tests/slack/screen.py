"""A form on somebody's screen: what Slack would send as its state."""

from copy import deepcopy

from bot.slack import ids


def state_of(view, **typed):
    """The form's `state.values`, with `typed` (by block id, `:` written `_`) put over what was preset."""
    values = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            values[block["block_id"]] = {ids.FIELD: _state(block["element"])}
    for name, value in typed.items():
        field, _, line_id = name.rpartition("_") if name[-1].isdigit() else (name, "", "")
        block_id = f"{field}:{line_id}" if line_id else name
        values[block_id] = {ids.FIELD: _put(values[block_id][ids.FIELD], value)}
    return values


def lost(values):
    """The same after a redrawing that forgot what was preset and never touched (Slack reference §8)."""
    return {block: {ids.FIELD: _put(elements[ids.FIELD], None)} for block, elements in values.items()}


def _state(element):
    kind = element["type"]
    if kind == "plain_text_input":
        return {"type": kind, "value": element.get("initial_value")}
    if kind == "checkboxes":
        return {"type": kind, "selected_options": deepcopy(element.get("initial_options", []))}
    if kind == "datepicker":
        return {"type": kind, "selected_date": element.get("initial_date")}
    return {"type": kind, "selected_option": deepcopy(element.get("initial_option"))}


def _put(element, value):
    if element["type"] == "plain_text_input":
        return {**element, "value": value}
    if element["type"] == "checkboxes":
        return {**element, "selected_options": [{"value": one} for one in value or ()]}
    if element["type"] == "datepicker":
        return {**element, "selected_date": value}
    return {**element, "selected_option": {"value": value} if value is not None else None}
