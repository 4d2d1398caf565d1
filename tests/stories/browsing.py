"""What stories about the customer's pages share: a browser that speaks a language, and what a person reads there."""

import html
import re

import httpx


def read(page):
    """What a person reads on a page, one line per piece of text."""
    body = page.text.partition("<body>")[2]
    pieces = (" ".join(html.unescape(piece).split()) for piece in re.split(r"<[^>]*>", body))
    return "\n".join(piece for piece in pieces if piece)


def token(shop, reference="4711"):
    """The capability in the addresses of a link."""
    return re.search(r"/dintero/callback/([^?/]+)", shop.session(reference)["url"]["callback_url"])[1]


def page_of(shop, reference="4711"):
    return f"{shop.url}/p/{token(shop, reference)}"


async def browse(address, *, method="GET", speaks="en", **more):
    """Ask for a page as a browser of that language does; a redirect is followed."""
    async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as http:
        return await http.request(method, address, headers={"Accept-Language": speaks}, **more)


async def looks(shop, reference="4711", **how):
    """Open the page of a link."""
    return await browse(page_of(shop, reference), **how)


async def sees(shop, reference="4711"):
    """What the page's own script sends once the page stands before somebody's eyes."""
    return await browse(f"{page_of(shop, reference)}/seen", method="POST")


async def reports(shop, reference="4711"):
    """Press *Report this*; returns the page that follows."""
    return await browse(f"{page_of(shop, reference)}/report", method="POST")


async def hands_over(shop, text="249,50 Tow bar #4711", **typed):
    """Issue a link that the seller hands over; returns the form."""
    form = await shop.opens_form(text)
    await shop.slack.click(shop.kari, form, "More…")
    await shop.bot.owned.settled()
    await shop.slack.fill(form, {"Delivery": "Just give me the link", **typed})
    await shop.bot.owned.settled()
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    return form
