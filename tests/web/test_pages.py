"""How the customers' pages are served: the reader's language, and headers that keep a page to its reader."""

import re
from pathlib import Path

import pytest

from bot.web.drawing import STYLE
from bot.web.merchant import contrast
from tests.stories.browsing import browse, looks, page_of, read
from tests.stories.shop import opened_shop

LOGO = "https://shop.example.com/logo.svg"


@pytest.fixture
async def shop(database):
    async with opened_shop(database, paylink_merchant_name="Fjord", paylink_merchant_logo_url=LOGO) as opened:
        await opened.issues()
        yield opened


async def every_page(shop, **how):
    """A page of each kind."""
    return [
        await looks(shop, **how),
        await browse(f"{shop.url}/p/nobodys", **how),
        await browse(shop.session()["url"]["return_url"], **how),
        await browse(shop.session()["url"]["return_url"], params={"error": "failed"}, **how),
    ]


@pytest.mark.parametrize(
    ("speaks", "language", "said"),
    [
        ("nb-NO", "nb", "Fjord ber deg om å betale"),
        ("sv", "sv", "Fjord ber dig att betala"),
        ("da", "da", "Fjord beder dig om at betale"),
        ("fi", "fi", "Fjord pyytää sinulta maksua"),
        ("en-US", "en", "Fjord asks you to pay"),
        ("de", "nb", "Fjord ber deg om å betale"),
    ],
)
async def test_the_page_speaks_the_readers_language_else_the_shops(shop, speaks, language, said):
    page = await looks(shop, speaks=speaks)

    assert f'<html lang="{language}">' in page.text
    assert said in read(page)
    assert page.headers["vary"] == "Accept-Language"


async def test_every_page_is_kept_by_nobody_and_shown_in_no_frame(shop):
    for page in await every_page(shop):
        headers = page.headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-robots-tag"] == "noindex"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-type"] == "text/html; charset=utf-8"


async def test_a_page_may_load_its_style_its_script_and_the_logo_and_nothing_else(shop):
    for page in await every_page(shop):
        policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
        assert policy == {
            "default-src": "'none'",
            "style-src": "'self'",
            "script-src": "'self'",
            "connect-src": "'self'",
            "img-src": "https://shop.example.com",
            "form-action": "'self'",
            "frame-ancestors": "'none'",
            "base-uri": "'none'",
        }
        assert re.findall(r'(?:style="|<style|\bon\w+=|javascript:)', page.text) == []
        assert re.findall(r'src="([^"]+)"', page.text.replace("seen.js", "")) in ([LOGO], [LOGO, ""], ["", LOGO])


async def test_every_file_a_page_names_is_there(shop):
    """Addresses are relative, so that they hold behind a proxy's prefix."""
    for page in await every_page(shop):
        for name in re.findall(r'(?:href|src)="([^"]+\.(?:css|js))"', page.text):
            assert "://" not in name
            assert (await browse(page.url.join(name))).status_code == 200


async def test_every_page_has_one_first_heading_and_says_it_in_its_title(shop):
    for page in await every_page(shop):
        headings = re.findall(r"<(h[1-6])", page.text)
        assert headings[0] == "h1"
        assert headings.count("h1") == 1
        title, heading = (re.search(f"<{tag}>(.+?)</{tag}>", page.text)[1] for tag in ("title", "h1"))
        assert title == heading


def palettes():
    """The colours of the light page, and of the dark one."""
    light, dark = (dict(re.findall(r"--(\w+): (#\w{6})", block)) for block in STYLE.split("@media")[:2])
    return [light, dark]


@pytest.mark.parametrize("colours", palettes(), ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "ground"])
def test_text_meets_wcag_aa_in_light_and_dark(colours, ground):
    assert contrast(colours["ink"], colours[ground]) >= 7
    assert contrast(colours["soft"], colours[ground]) >= 4.5
    assert contrast(colours["focus"], colours[ground]) >= 3


def test_no_style_moves_anything():
    assert not re.search("animation|transition|@keyframes", STYLE)


async def test_the_default_language_follows_the_shops_locale(database):
    async with opened_shop(database, paylink_locale="sv_SE") as swedish:
        await swedish.issues()

        assert '<html lang="sv">' in (await browse(page_of(swedish), speaks="")).text


def test_what_the_pages_need_is_packaged():
    web = Path(__file__).parents[2] / "bot" / "web"
    packaged = (Path(__file__).parents[2] / "pyproject.toml").read_text()

    for folder, kind in {path.parent.name: path.suffix for path in web.rglob("*") if path.suffix in _DATA}.items():
        assert re.search(rf'"web/{folder}/\*(?:\{kind})?"', packaged), folder


_DATA = {".css", ".js", ".html", ".toml"}


async def test_a_frame_of_dinteros_is_allowed_only_where_the_checkout_stands_in_our_page(shop, tmp_path):
    sdk = tmp_path / "sdk.js"
    sdk.write_text("globalThis.dintero = {};")
    assert (await browse(f"{shop.url}/p/sdk.js")).status_code == 404

    await shop.restart(paylink_web_sdk=str(sdk))
    page = await looks(shop)

    origin = shop.dintero.base_url.removesuffix("/dintero")
    assert f"frame-src {origin}; style-src-attr 'unsafe-inline'; " in page.headers["content-security-policy"]
    assert f'data-session="{shop.session()["id"]}"' in page.text
    assert (await browse(f"{shop.url}/p/sdk.js")).text == sdk.read_text()
    assert (await browse(f"{shop.url}/p/embed.js")).status_code == 200
