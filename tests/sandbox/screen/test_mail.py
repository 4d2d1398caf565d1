"""The customer's mails on the page: what came in, as text, and as the mail program on the phone shows it."""

from email.message import EmailMessage

from aiosmtplib import send

from sandbox.mail import Mailbox

LINK = "http://127.0.0.1:1/p/token?a=1&amp;b=2"


def a_mail(html=f'<p>Pay <a href="{LINK}">here</a></p><img src="http://spy.example/x.png">'):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "pay@shop.example", "nora@example.no", "249,50 kr <to> pay"
    mail.set_content("Pay here: http://127.0.0.1:1/p/token\n")
    mail.add_alternative(html, subtype="html")
    return mail


async def arrives(world, mail):
    async with world.mailbox.open():
        await send(mail, hostname="127.0.0.1", port=world.mailbox.port, start_tls=False)


async def test_without_any_message_the_phone_says_what_appears_there(page):
    assert "An SMS, a push or an e-mail with a payment link appears here." in page.drawn("inbox")


async def test_a_mail_appears_with_whom_it_is_for_and_its_text_and_the_page_is_told(world, page):
    beats = world.pulse.beats

    await arrives(world, a_mail())

    inbox = page.drawn("inbox")
    assert "nora@example.no" in inbox
    assert "249,50 kr &lt;to&gt; pay" in inbox
    assert "Pay here: http://127.0.0.1:1/p/token" in inbox
    assert 'href="/mail/0"' in inbox
    assert world.pulse.beats > beats


async def test_a_mail_is_read_on_the_phone_its_links_open_there_and_nothing_is_fetched(world, page):
    await arrives(world, a_mail())

    read = await page.http.get("/mail/0")

    assert 'href="/phone?to=http%3A%2F%2F127.0.0.1%3A1%2Fp%2Ftoken%3Fa%3D1%26b%3D2"' in read.text
    assert "default-src 'none'" in read.headers["content-security-policy"]
    assert read.headers["content-security-policy"].startswith("sandbox;")


async def test_a_mail_that_never_came_is_not_there(page):
    assert (await page.http.get("/mail/0")).status_code == 404


async def test_a_mailbox_that_opens_again_is_where_it_was():
    mailbox = Mailbox()
    async with mailbox.open() as first:
        assert first.endswith(str(mailbox.port))
    async with mailbox.open() as second:
        assert second == first
