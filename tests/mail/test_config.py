"""How the settings' two lines about mail are understood."""

import pytest

from bot.mail.config import SmtpServer, read_sender, read_smtp_url


@pytest.mark.parametrize(
    ("url", "server", "start_tls"),
    [
        (
            "smtp://pay%40shop:p%2Fw@mail.example.com",
            SmtpServer(host="mail.example.com", port=587, username="pay@shop", password="p/w"),
            True,
        ),
        (
            "smtps://pay:pw@mail.example.com",
            SmtpServer(host="mail.example.com", port=465, username="pay", password="pw", tls=True),
            False,
        ),
        ("smtp://mail.example.com:2525/", SmtpServer(host="mail.example.com", port=2525), True),
        ("smtp://127.0.0.1:1025", SmtpServer(host="127.0.0.1", port=1025), False),
    ],
)
def test_nothing_is_said_in_the_clear_except_on_this_computer(url, server, start_tls):
    assert read_smtp_url(url) == server
    assert read_smtp_url(url).start_tls is start_tls


def test_a_sender_may_have_a_name():
    assert str(read_sender("Fjord Shop <pay@example.com>")) == "Fjord Shop <pay@example.com>"
    assert str(read_sender("pay@example.com")) == "pay@example.com"
