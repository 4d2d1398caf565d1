"""The QR code: any camera reads it, and it leads to our page."""

import io

import pytest
import zxingcpp
from PIL import Image

from bot.web.pictures import draw_code

PAGE = "https://pay.example.com/p/" + "t" * 43


@pytest.mark.parametrize(
    "page", [PAGE, "http://127.0.0.1:8080/p/abc", f"https://{'sub.' * 40}example.com/paylink/p/{'t' * 43}"]
)
def test_a_scanner_reads_the_address_of_the_page(page):
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(draw_code(page))))

    assert found.text == page
    assert found.ec_level == "M"


def test_it_is_large_enough_for_a_screen_has_its_quiet_zone_and_is_a_small_file():
    picture = draw_code(PAGE)
    image = Image.open(io.BytesIO(picture)).convert("L")

    assert image.format is None or image.format == "PNG"
    assert 400 <= image.width == image.height <= 600
    assert len(picture) < 10_000
    edge = 4 * image.width // 45
    assert {image.getpixel((at, edge - 2)) for at in range(image.width)} == {255}
