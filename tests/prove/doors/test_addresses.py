"""Every route: guessed tokens, wrong methods, too much at once, and what each answer says to browsers and caches."""

import httpx
import pytest

from tests.prove.doors.knocking import FORM, books, knock, signed
from tests.stories.browsing import token as token_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
QUIET = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}
KEPT_A_WHILE = {"/p/page.css", "/p/seen.js"}
"""They hold nothing of anybody's."""


def routes(shop):
    return [route.path for route in shop.bot.web.routes]


def spoilt(token):
    """Guesses near a token, and far from it."""
    swapped = token.swapcase()
    near = [token[:-1], token + "A", token + "=", token + "/", f"/{token}", f"{token}%00", f"%20{token}", token[::-1]]
    near += [token[:at] + chr(ord(token[at]) ^ 1) + token[at + 1 :] for at in range(0, len(token), 4)]
    odd = ["x", "%2e%2e", "..", "%2F..%2F", "*", "%", "'%20OR%201=1", "x" * 3000, "%ff%fe", "page.css", "null", "0"]
    return [one for one in (swapped, *near, *odd) if one != token]


async def test_a_guessed_token_opens_nothing(shop, proof, chosen):
    await shop.issues()
    token = token_of(shop)
    paths = [path for path in routes(shop) if "{token}" in path]
    attempts = [(path, guess, method) for path in paths for guess in spoilt(token) for method in ("GET", "POST")]
    before = await books(shop)

    with proof(promise=5, varied="routes × guessed tokens") as tally:
        for path, guess, method in chosen(attempts):
            tally.tried += 1
            answer = await knock(shop.url, method, path.replace("{token}", guess))
            file = answer.status == 200 and guess == "page.css"
            if not file and answer.status not in {401, 404, 405, 429}:
                tally.let_in.append(f"{method} {path} {guess}: {answer.status}")
        await shop.work()
        if await books(shop) != before:
            tally.let_in.append("one of them had an effect")
    assert (await knock(shop.url, "GET", f"/p/{token}")).status == 200, "who holds it is not refused for guessers"


async def test_every_route_takes_its_own_methods_only(shop, proof, chosen):
    await shop.issues()
    token = token_of(shop)
    allowed = {route.path: route.methods for route in shop.bot.web.routes}
    attempts = [(path, method) for path in allowed for method in METHODS if method not in (allowed[path] or METHODS)]
    before = await books(shop)

    with proof(promise=5, varied="routes × methods that are not theirs") as tally:
        for path, method in chosen(attempts):
            tally.tried += 1
            answer = await knock(shop.url, method, path.replace("{token}", token), (), b"x")
            if answer.status not in {400, 405}:
                tally.let_in.append(f"{method} {path}: {answer.status}")
        if await books(shop) != before:
            tally.let_in.append("one of them had an effect")


@pytest.mark.parametrize("chunked", [False, True], ids=["said", "in pieces"])
async def test_no_route_swallows_too_much(shop, proof, chosen, chunked):
    """Also where the body is not said to be large: as many bytes as a minute of an honest day."""
    await shop.issues()
    token = token_of(shop)
    posts = [route.path for route in shop.bot.web.routes if "POST" in (route.methods or ())]
    before = await books(shop)

    with proof(promise=5, varied="bodies of two megabytes") as tally:
        for path in chosen(posts):
            tally.tried += 1
            body = b"payload=" + b"x" * 2_000_000
            seals = signed(body) if path == "/slack/events" else [("Content-Type", FORM)]
            if chunked:
                seals = [*seals, ("Transfer-Encoding", "chunked")]
                body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
            answer = await knock(shop.url, "POST", path.replace("{token}", token), seals, body)
            if answer.status != 413:
                tally.let_in.append(f"{path}: {answer.status}")
        if await books(shop) != before:
            tally.let_in.append("one of them had an effect")


async def test_every_answer_is_quiet(shop, proof, chosen):
    """Pages, pictures, errors, refusals: not kept, not indexed, not framed, no cookie, and not told on."""
    await shop.issues()
    token = token_of(shop)
    paths = [*routes(shop), "/", "/p", "/nothing", "/p/{token}/nothing"]
    named = [path.replace("{token}", name) for path in paths for name in (token, "guess")]
    attempts = [(path, method) for path in named for method in ("GET", "HEAD", "POST", "PUT")]

    with proof(promise=5, varied="headers of every answer") as tally:
        for path, method in chosen(attempts):
            tally.tried += 1
            said = (await knock(shop.url, method, path, (("Host", "evil.example"), ("Accept-Language", "nb")))).headers
            wanted = dict(QUIET)
            if path in KEPT_A_WHILE and said.get("cache-control", "").startswith("public"):
                wanted.pop("cache-control")
            policy = said.get("content-security-policy", "")
            sealed = "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
            quiet = wanted.items() <= said.items() and sealed and "set-cookie" not in said
            if not quiet or "evil.example" in str(said) or "server" in said:
                tally.let_in.append(f"{method} {path}: {said}")


@pytest.mark.parametrize("path", ["/p/page.css/", "/health/live/", "/slack/events/", "/thanks/x/"])
async def test_no_redirect_follows_the_name_that_a_request_gives_us(shop, path):
    """Whoever can make a browser or a cache send another Host could send customers there."""
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(f"{shop.url}{path}", headers={"Host": "evil.example"})

    assert answer.status_code == 404
    assert "evil.example" not in str(answer.headers)
