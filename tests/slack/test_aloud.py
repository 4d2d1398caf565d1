"""The words for the customer's ear, in every language."""

from dataclasses import replace
from string import Formatter

import pytest

from bot.domain.links import Delivered
from bot.domain.orders import Delivery
from bot.slack.views.aloud import WORDS, Promise, promised, read_aloud
from bot.slack.views.blocks import Look

from .shelf import NOW, facts, link, order, story

PROMISE = Promise(delivery=Delivery.SMS, amount=24900, currency="NOK", until=NOW, draft_id="d1")
LOCALES = {"nb": "nb_NO", "sv": "sv_SE", "da": "da_DK", "fi": "fi_FI", "en": "en_GB"}


def said(promise, language="en"):
    return read_aloud(promise, Look(locale=LOCALES[language], seller="Fjord"))["text"]["text"].split("\n")[1]


def holes(sentence):
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", WORDS)
def test_every_language_has_every_sentence_with_the_same_values_in_it(language):
    assert {name: holes(words) for name, words in WORDS[language].items()} == {
        name: holes(words) for name, words in WORDS["en"].items()
    }


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("delivery", Delivery)
def test_every_way_of_delivery_can_be_said(language, delivery):
    sentence = said(replace(PROMISE, delivery=delivery), language)

    assert "249" in sentence
    assert "Fjord" in sentence
    assert "{" not in sentence


@pytest.mark.parametrize("delivery", Delivery)
def test_a_code_word_is_said_only_where_the_customer_sees_it(delivery):
    assert ("code word" in said(replace(PROMISE, delivery=delivery))) == (
        delivery in {Delivery.LINK, Delivery.EMAIL, Delivery.QR}
    )


def test_a_single_wallet_gets_a_push():
    assert "in your Vipps app" in said(replace(PROMISE, methods=("vipps",)))
    assert "an SMS" in said(replace(PROMISE, methods=("vipps", "card")))


def test_a_mail_that_the_server_refused_is_not_promised():
    failed = link(known=facts(delivered=Delivered.FAILED))

    assert promised(story(failed, of=replace(order(), delivery=Delivery.EMAIL)), failed).by_hand


@pytest.mark.parametrize("delivered", Delivered)
def test_only_a_message_that_went_out_is_promised(delivered):
    made = promised(story(link(known=facts(delivered=delivered))), link(known=facts(delivered=delivered)))

    assert made.by_hand == (delivered not in {Delivered.SENT, Delivered.BY_PROFILE})


def test_a_link_by_mail_is_not_by_hand_for_want_of_a_message():
    mailed = order(delivery=Delivery.EMAIL)
    made = link(known=facts(delivered=Delivered.NONE))

    assert not promised(story(made, of=mailed), made).by_hand


def test_a_name_cannot_call_anybody():
    block = read_aloud(PROMISE, Look(seller="<!channel>"))

    assert "<!channel>" not in block["text"]["text"]
