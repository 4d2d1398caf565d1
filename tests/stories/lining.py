"""Somebody's hands behind *Lines…*: add, edit, remove, and back to the form."""


def called(view, kind):
    """The block id of the one field of this kind: `price` → `price:2@1`."""
    [found] = [one for one in view.values if one.partition(":")[0].partition("@")[0] == kind]
    return found


async def presses(shop, view, button, **how):
    await shop.slack.click(view.person, view, button, **how)
    await shop.bot.owned.settled()


async def opens_lines(shop, form):
    """Press *Lines…*; the view that comes."""
    await presses(shop, form, "Lines…")
    return top(shop, form.person, "Lines")


async def opens_line(shop, lines, button, **how):
    """Press *Add line* or *Edit*; the view that comes."""
    await presses(shop, lines, button, **how)
    return top(shop, lines.person, "Line")


async def types(shop, view, **typed):
    """Fill fields by their kind: `text`, `quantity`, `price`, `vat`, `other_vat`, `keep`, `item`."""
    await shop.slack.fill(view, {called(view, kind): words for kind, words in typed.items()})
    await shop.bot.owned.settled()


async def saves(shop, view):
    await shop.slack.submit(view.person, view)
    await shop.bot.owned.settled()


async def adds(shop, lines, text, price, **typed):
    """*Add line*, type, *Save*."""
    line = await opens_line(shop, lines, "Add line")
    await types(shop, line, text=text, price=price, **typed)
    await saves(shop, line)
    return line


async def edits(shop, lines, line_id, **typed):
    """*Edit* in a line's menu, type, *Save*."""
    line = await opens_line(shop, lines, "Edit", value=f"edit:{line_id}")
    await types(shop, line, **typed)
    await saves(shop, line)
    return line


async def removes(shop, lines, line_id, **how):
    await presses(shop, lines, "Remove", value=f"remove:{line_id}", **how)


async def has_lines(shop, form, *sold, first=None):
    """Go to *Lines…*, change the first line, add these (text, price, more typed), and come back with *Done*."""
    lines = await opens_lines(shop, form)
    if first:
        await edits(shop, lines, "1", **first)
    for text, price, typed in sold:
        await adds(shop, lines, text, price, **typed)
    await saves(shop, lines)
    assert top(shop, form.person) is form


def top(shop, person, title=None):
    """The view on top of the person's screen."""
    view = shop.slack.modals(person)[-1]
    assert title in {None, view.content["title"]["text"]}, shop.slack.complaints
    return view


def rows(view):
    """The lines that the view shows, one row each."""
    return [row for row in said(view).split("\n") if row.partition(".")[0].isdigit()]


def said(view):
    return view.read().replace("\xa0", " ")
