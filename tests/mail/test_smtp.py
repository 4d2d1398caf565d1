"""What a mail server's answers mean, told by a server that gives them; nothing of its words goes on."""

import asyncio

import pytest

from bot.domain.errors import MailNotSent, MailRefused, MailUnknown
from bot.mail.config import SmtpServer
from bot.mail.smtp import NoMailer, SmtpMailer
from sandbox.mail import Mailbox

from .test_writing import NOW, SENDER, TO, a_letter

NO_RELAY = (
    "The mail server does not send to this address for Paylink. If it refuses others too, tell whoever runs Paylink."
)


async def yes():
    return True


async def no():
    return False


@pytest.fixture
async def mailbox():
    mailbox = Mailbox()
    async with mailbox.open():
        yield mailbox


def mailer(mailbox, **server):
    at = {"host": "127.0.0.1", "port": mailbox.port, **server}
    return SmtpMailer(server=SmtpServer(**at), sender=SENDER, now=lambda: NOW)


async def send(mailbox, may=yes, *, server=None, **letter):
    await mailer(mailbox, **(server or {})).send(a_letter(**letter), may)


async def test_a_mail_that_is_taken_is_there(mailbox):
    await send(mailbox)

    assert [mail["To"] for mail in mailbox.mails] == [TO]


@pytest.mark.parametrize(
    ("trouble", "kind", "words"),
    [
        ("not now", MailNotSent, "SMTPRecipientRefused 451"),
        ("refuse recipient", MailRefused, "The mail server does not take mails for this address."),
        ("refuse mail", MailRefused, "The mail server refuses the mail."),
        ("cut before", MailUnknown, "SMTPServerDisconnected"),
        ("cut after", MailUnknown, "SMTPServerDisconnected"),
        ("another yes", MailUnknown, "SMTPDataError 251"),
        ("another number", MailUnknown, "SMTPDataError 354"),
        ("no number", MailUnknown, "SMTPResponseException -1"),
        ("too long", MailUnknown, "SMTPResponseException -1"),
        ("refuse sender", MailRefused, "The mail server takes no mails from Paylink. Tell whoever runs Paylink."),
        ("no relay", MailRefused, NO_RELAY),
    ],
)
async def test_what_an_answer_means_and_that_it_names_nobody(mailbox, trouble, kind, words):
    mailbox.troubles.append(trouble)

    with pytest.raises(kind) as error:
        await send(mailbox)

    assert getattr(error.value, "sentence", str(error.value)) == words
    assert TO not in f"{error.value!r} {error.value.__cause__!r}"


async def test_a_server_that_is_not_there_has_taken_nothing(mailbox):
    with pytest.raises(MailNotSent):
        await send(mailbox, server={"port": 1})


async def test_a_server_without_encryption_is_told_nothing(mailbox):
    """Only a server on this computer may be spoken to in the clear; this spelling is not known to be it."""
    with pytest.raises(MailRefused) as refused:
        await send(mailbox, server={"host": "127.1"})

    assert "offers no encryption" in refused.value.sentence
    assert mailbox.tried == 0


async def test_a_wrong_password_is_for_good_and_whoever_runs_it_is_to_be_told():
    mailbox = Mailbox(password="right")
    async with mailbox.open():
        with pytest.raises(MailRefused) as refused:
            await send(mailbox, server={"username": "pay", "password": "wrong"})

    assert "Tell whoever runs Paylink." in refused.value.sentence


async def test_a_mail_that_may_not_go_out_after_all_does_not(mailbox):
    with pytest.raises(MailNotSent):
        await send(mailbox, no)

    assert mailbox.mails == []


async def test_leave_is_asked_once_and_only_when_the_recipient_is_taken(mailbox):
    asked = []

    async def may():
        asked.append(mailbox.tried)
        return True

    await send(mailbox, may)
    assert asked == [1]
    mailbox.troubles.append("refuse recipient")
    with pytest.raises(MailRefused):
        await send(mailbox, may)
    assert asked == [1]


async def test_a_server_that_hangs_is_left_and_has_taken_nothing(monkeypatch):
    monkeypatch.setattr("bot.mail.smtp._TALK_SECONDS", 0.1)
    held = []

    async def hang(reader, writer):
        held.append(writer)
        await reader.read()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    mailbox = Mailbox(port=server.sockets[0].getsockname()[1])

    with pytest.raises(MailNotSent):
        await send(mailbox)

    for writer in held:
        writer.close()
    server.close()


@pytest.mark.parametrize("address", ["kåri@example.com", "kari@exam\x7fple.com", "kari", ""])
async def test_an_address_that_no_server_takes_is_refused_before_anything_is_said(mailbox, address):
    with pytest.raises(MailRefused) as refused:
        await send(mailbox, email=address)

    assert refused.value.sentence == "The address has letters that mail servers do not take."
    assert mailbox.tried == 0


@pytest.mark.parametrize(
    ("domain", "spelt"),
    [
        ("blåbær.no", "xn--blbr-roah.no"),
        ("BLÅBÆR.no", "xn--blbr-roah.no"),
        ("straße.de", "xn--strae-oqa.de"),
        ("βόλος.gr.com", "xn--nxasmm1c.gr.com"),
        ("my_shop.example.com", "my_shop.example.com"),
    ],
)
async def test_letters_of_a_domain_are_spelt_as_servers_know_them(mailbox, domain, spelt):
    """By IDNA 2008: strasse.de is not straße.de, and may be anybody's."""
    await send(mailbox, email=f"kari@{domain}")

    assert mailbox.mails[0]["To"] == f"kari@{spelt}"


async def test_check_hears_of_a_sender_that_the_server_does_not_take(mailbox):
    mailbox.troubles.append("refuse sender")

    with pytest.raises(MailRefused) as refused:
        await mailer(mailbox).check()

    assert refused.value.sentence == "The mail server takes no mails from Paylink. Tell whoever runs Paylink."


@pytest.mark.parametrize("greeting", ["554 5.7.1 not from there", "421 4.3.2 too busy", "no SMTP here"])
async def test_a_server_that_does_not_let_us_begin(greeting):
    """For now or for good, but nothing about the mail or the customer."""

    async def greet(_reader, writer):
        writer.write(f"{greeting}\r\n".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        with pytest.raises((MailNotSent, MailRefused)) as told:
            await send(Mailbox(port=server.sockets[0].getsockname()[1]))

    for_good = "The mail server takes no mails from Paylink. Tell whoever runs Paylink."
    assert getattr(told.value, "sentence", None) == (for_good if greeting.startswith("5") else None)


async def test_without_a_mail_server_what_was_wanted_is_refused():
    with pytest.raises(MailRefused) as refused:
        await NoMailer().send(a_letter(), yes)

    assert refused.value.sentence == "No mail server is set up here any more."
