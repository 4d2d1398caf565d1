"""One phone number or one e-mail address, made into a link that dials or writes."""

import pytest

from bot.domain.contacts import Contact, read_contact


@pytest.mark.parametrize(
    ("typed", "contact"),
    [
        ("22 33 44 55", Contact("+47 22 33 44 55", "tel:+4722334455")),
        ("+46 8 123 456 78", Contact("+46 8 123 456 78", "tel:+46812345678")),
        (" help@shop.example.com ", Contact("help@shop.example.com", "mailto:help@shop.example.com")),
    ],
)
def test_a_contact_can_be_called_or_written_to(typed, contact):
    assert read_contact(typed, "NO") == contact


@pytest.mark.parametrize("typed", ["", "ask Kari", "12", "0800-CALL-US", "help@shop", "https://shop.example.com"])
def test_what_nobody_can_call_or_write_to_is_refused(typed):
    with pytest.raises(ValueError, match=r"write a phone number|not an e-mail address"):
        read_contact(typed, "NO")
