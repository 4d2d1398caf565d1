"""Blocks as text that a person can read in a file: what stands where, and what a press would ask."""

import re

DATE = re.compile(r"<!date\^\d+\^[^|]*\|([^>]*)>")


def read_message(message):
    return "\n".join([f"text   | {part}" for part in message.text.split("\n")] + read_blocks(message.blocks))


def read_view(view):
    buttons = " ".join(f"[{view[key]['text']}]" for key in ("close", "submit") if key in view)
    return "\n".join([f"form   | {view['title']['text']}", *read_blocks(view["blocks"]), f"       | {buttons}"])


def read_blocks(blocks):
    return [part for block in blocks for part in READERS[block["type"]](block)]


def _told(label, text):
    head, *rest = _plainly(text).split("\n")
    return [f"{label:<6} | {head}", *(f"       | {part}" for part in rest)]


def _plainly(text):
    return DATE.sub(r"\1", text).replace("\u00a0", " ").replace("\u202f", " ")


def _section(block):
    told = _told("", block["text"]["text"]) if "text" in block else []
    for one in block.get("fields", ()):
        told += _told("", one["text"].replace("\n", ": "))
    return told + (_element(block["accessory"]) if "accessory" in block else [])


def _actions(block):
    return [part for element in block["elements"] for part in _element(element)]


def _element(element):
    if element["type"] == "overflow":
        return _told("", f"[…] {' / '.join(option['text']['text'] for option in element['options'])}")
    spoken = f" (spoken: {element['accessibility_label']})" if "accessibility_label" in element else ""
    style = f" {element['style']}" if "style" in element else ""
    told = _told("", f"[{element['text']['text']}]{style}{spoken}")
    if asked := element.get("confirm"):
        words = [asked[key]["text"] for key in ("title", "text", "deny", "confirm")]
        told += _told("", "    asks: {} {} [{}] [{}]".format(*words))
    return told


def _input(block):
    element = block["element"]
    label = block["label"]["text"] + (" (optional)" if block.get("optional") else "")
    value = element.get("initial_value", element.get("initial_date", ""))
    told = _told("", f"{label} <{block['block_id']}>: {value}".rstrip())
    chosen = [*element.get("initial_options", ()), element.get("initial_option")]
    told += [
        part
        for option in element.get("options", ())
        for part in _told("", f"    {'(x)' if option in chosen else '( )'} {_option(option)}")
    ]
    return told + (_told("", f"    {block['hint']['text']}") if "hint" in block else [])


def _option(option):
    return option["text"]["text"] + (f" – {option['description']['text']}" if "description" in option else "")


def _rich(block):
    return _told("copy", block["elements"][0]["elements"][0]["text"])


READERS = {
    "header": lambda block: _told("HEADER", block["text"]["text"]),
    "section": _section,
    "context": lambda block: _told("small", " · ".join(element["text"] for element in block["elements"])),
    "actions": _actions,
    "input": _input,
    "rich_text": _rich,
    "divider": lambda _: ["       | ---"],
    "image": lambda block: _told("image", f"{block['alt_text']} ({block['image_url']})"),
}
