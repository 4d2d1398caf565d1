"""Saved items, in a menu and as a list for one person's eyes."""

from collections.abc import Sequence

from bot.domain.items import Item
from bot.slack import ids
from bot.slack.views.blocks import Block, Look, Message, button, context, fit, option, plain, section
from bot.slack.views.words import percent

_NONE = "No items are saved yet. Tick *Keep as a saved item* where you write a line."


def item_option(item: Item, look: Look) -> Block:
    """An item in the searching menu."""
    price = f" · {look.money(item.unit_price, item.currency)}"
    return option(f"{fit(item.name, 75 - len(price))}{price}", item.id, f"VAT {percent(item.vat)}")


def item_list(items: Sequence[Item], count: int, look: Look, *, removable: bool) -> Message:
    """`/paylink items`: the first of `count` items, each with *Remove* for those who may."""
    if not items:
        return Message(text="No items are saved yet.", blocks=[section(_NONE)])
    heading = "*Saved items* (1)" if count == 1 else f"*Saved items* ({count})"
    blocks = [section(heading), *(_row(item, look, removable=removable) for item in items)]
    if count > len(items):
        blocks.append(context(f"+{count - len(items)} more"))
    return Message(text=f"Saved items: {count}", blocks=blocks)


def _row(item: Item, look: Look, *, removable: bool) -> Block:
    price = look.money(item.unit_price, item.currency)
    words = plain(f"{fit(item.name, 200)} · {price} incl. {percent(item.vat)} VAT")
    row: Block = {"type": "section", "block_id": f"item:{item.id}", "text": words}
    if removable:
        row["accessory"] = button(ids.ITEM_REMOVE, "Remove", item.id, f"Remove {item.name}")
    return row
