"""What is promised once nothing is in the way any more: all is known, all is told, once and in order."""

import re

from bot.domain.operations import State
from bot.domain.stories import CardState
from bot.slack.views.card import card
from sandbox.dintero.rules import moment
from sandbox.slack.model import Message

WORDS = {
    "ON_HOLD": {"Waiting for approval by the provider"},
    "AUTHORIZED": {"Reserved", "Reserved, late", "Reserved, capture follows"},
    "AUTHORIZATION_VOIDED": {"Reservation released", "Cancelled"},
    "DECLINED": {"Payment failed", "Cancelled", "Expired"},
    "FAILED": {"Payment failed", "Cancelled", "Expired"},
}
"""How a card begins, by the status at Dintero, while nothing was taken."""
ASKED = ("Not sure whether", "Dintero has accepted", "Not sure it was sent", "Nobody knows whether")
ASKS_AGAIN = {"Send again…", "Change order…", "Extend…", "Request again…", "Show link"}
MOVES_MONEY = {"Capture", "Capture part…", "Capture the rest", "Release", "Release the rest", "Refund…", "Keep"}
CLAIMS = ("Reserved", "Paid", "Partly paid", "Refunded", "Partly refunded")


def kroner(minor):
    """Minor units as a card writes them."""
    return f"{minor // 100},{minor % 100:02} kr"


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def first_words(message):
    """The card's headline without its emoji, and the amount behind it."""
    _, _, words = plain(message.read()).partition("\n")[0].partition(" ")
    words, _, amount = words.rpartition(" · ")
    return words, amount


def expected(truth):
    """The words and the amounts with which a card may begin, or None where no money is in it."""
    payment = truth.payment
    if payment is None or payment["status"] == "INITIATED":
        return None
    whole = kroner(truth.asked)
    if not truth.captured:
        differing = f"{kroner(payment['amount'])} of {whole}"
        if not truth.differs or payment["status"] not in {"AUTHORIZED", "AUTHORIZATION_VOIDED"}:
            return WORDS[payment["status"]], {whole}
        if payment["status"] == "AUTHORIZED":
            return {"Reserved, another amount", "Reserved, another amount, late"}, {differing}
        return WORDS[payment["status"]], {differing, whole}
    if truth.refunded:
        word = "Refunded" if truth.refunded >= truth.captured else "Partly refunded"
    else:
        word = "Partly paid" if truth.captured < payment["amount"] else "Paid"
    part = truth.refunded or truth.captured
    amount = whole if part >= truth.asked else f"{kroner(part)} of {whole}"
    words = {word} if truth.refunded or not truth.differs else {f"{word}, another amount", "Paid, another amount"}
    return {*words, *(f"{each}, late" for each in words)}, {amount}


def drawn(blocks):
    """What people see and press: blocks without the ids that Slack makes up, and without a link's version.

    A write that shows nothing raises the version too, and no click is refused because of it.
    """
    seen = [{key: value for key, value in block.items() if key != "block_id"} for block in blocks]
    return re.sub(r"'1\|(\w+)\|\d+\|", r"'1|\1|", repr(seen))


class Rest:
    """One look at the whole world while it rests; `lost` and `doubled` are what is wrong."""

    def __init__(self, world, *, taken_away, to_the_end):
        self.shop, self.witness = world.shop, world.witness
        self.taken_away, self.to_the_end = taken_away, to_the_end
        self.lost, self.doubled = [], []
        self.plain = 0

    async def look(self):
        """Compare Dintero, the bot's books and Slack."""
        self.links = {seen.row.merchant_reference: seen for seen in await self.witness.links()}
        self.untold = await self.witness.events()
        for seen in self.links.values():
            self._is_known(seen)
        stories = await self.witness.stories()
        for story in stories:
            self._is_shown(story)
        self._is_told(stories)
        if self.plain > self.witness.plain:
            self.lost.append(f"{self.plain} cards are text alone, Slack refused {self.witness.plain} messages")
        known = {reference for reference, seen in self.links.items() if seen.row.transaction_id}
        for session in self.witness.sessions:
            truth = self.witness.truth(session)
            if truth.kept and session["order"]["merchant_reference"] not in known:
                self.lost.append(f"a payment of {session['order']['merchant_reference']} that nobody knows")

    def _is_known(self, seen):
        """What Dintero has of a link stands in the books, or is about to be looked at."""
        reference, truth = seen.row.merchant_reference, seen.truth
        if seen.row.facts.unclear_since is not None:
            self.lost.append(f"{reference} is not understood, although all that Dintero says can be read")
        if truth is None or truth.payment is None or seen.agrees:
            return
        called_back = any(
            delivery.answers[-1:] == [200] and truth.session["id"] in delivery.url + delivery.body.decode()
            for delivery in self.shop.dintero.post.done
            if delivery.next_at >= max(truth.changed_at, seen.odd_until or truth.changed_at)
        )
        if not seen.is_unseen or called_back or self.to_the_end or seen.row.due_at is None:
            told = (truth.captured, truth.refunded, truth.reserved)
            self.lost.append(f"{reference}: {told} at Dintero, {seen.held} in our books")

    # -- the card

    def _is_shown(self, story):
        message = self._card_of(story)
        if message is None:
            return
        newest = self.links[story.newest.reference]
        text = plain(message.read())
        if message.blocks:
            self._is_possible(newest, message, text)
        if message.blocks and (self.to_the_end or not newest.is_unseen):
            self._begins_right(newest, message, twice=story.paid_twice)
        self._older_money(story, text)
        for link in story.links:
            if link.operation is not None:
                self._is_asked_about(link, text)
        now = card(story, self.shop.clock.now(), self.shop.bot.telling.threads.look)
        if not message.blocks:
            self.plain += 1
        if (drawn(message.blocks) != drawn(now.blocks)) if message.blocks else (message.text != now.text):
            again = Message("", "", now.text, now.blocks, self.shop.slack.names).read()
            self.lost.append(f"the card of {story.order.reference} says\n{message.read()}\ninstead of\n{again}")

    def _card_of(self, story):
        place = story.card
        if place.state is not CardState.POSTED:
            if place.state not in {CardState.NOWHERE, CardState.FROZEN}:
                self.lost.append(f"{story.order.reference} has no card: {place.state}")
            return None
        message = self.shop.slack.channel(place.channel).message(place.ts)
        if message is None and place.ts not in self.taken_away:
            self.lost.append(f"the card of {story.order.reference} is not where it is held to be")
        return message

    def _is_possible(self, seen, message, text):
        """What holds whenever it was drawn: nobody is told too early that a link has ended, or too late that it may."""
        words, _ = first_words(message)
        truth, buttons = seen.truth, set(message.buttons)
        if truth is None:
            return
        if words == "Expired" and self.shop.clock.true() < moment(truth.session["expires_at"]):
            self.lost.append(f"{seen.row.merchant_reference} is called expired before its deadline")
        known = words == "Sent" and "says that the message arrived" not in text
        if known and self._is_pushed(truth.session) and "may end the push" not in text:
            self.lost.append(f"{seen.row.merchant_reference} is a push, and the card does not say that it may end")
        if words.endswith("another amount") and buttons & (ASKS_AGAIN | MOVES_MONEY):
            self.lost.append(f"{seen.row.merchant_reference}: another amount was paid, and there is {buttons}")

    def _is_pushed(self, session):
        return len(self.shop.dintero.methods(session)) == 1 and bool(session["configuration"].get("publish"))

    def _begins_right(self, seen, message, *, twice):
        words, amount = first_words(message)
        words = words.removesuffix(", reported by the customer")
        if twice and words == "Paid twice":
            return
        wanted = expected(seen.truth) if seen.truth else None
        if wanted is None and words.removesuffix(", late") in CLAIMS:
            self.lost.append(f"{seen.row.merchant_reference} says {words} and nobody has paid")
        if wanted is not None and (words not in wanted[0] or amount not in wanted[1]):
            self.lost.append(f"{seen.row.merchant_reference} says {words} · {amount} instead of {wanted}")

    def _older_money(self, story, text):
        """Money on an older link is named, and a double payment is loud."""
        newest = self.links[story.newest.reference]
        older = [self.links[link.reference] for link in story.links[:-1]]
        holding = [one for one in older if one.truth and one.truth.kept and not one.is_unseen]
        for one in holding:
            if one.row.merchant_reference not in text:
                self.lost.append(f"{one.row.merchant_reference} holds money that the card does not name")
        paid = newest.truth and newest.truth.kept and not newest.is_unseen
        if holding and paid and "Paid twice" not in text:
            self.lost.append(f"{story.order.reference} is paid twice, and nobody is told")

    def _is_asked_about(self, link, text):
        if link.operation.state in {State.WANTED, State.SENDING}:
            self.lost.append(f"{link.operation.reference} is still {link.operation.state}")
        elif not any(words in text for words in ASKED) and link.facts.vouched_by is None:
            self.lost.append(
                f"{link.operation.reference} is {link.operation.state}, and the card does not ask about it"
            )

    # -- the thread

    def _is_told(self, stories):
        """Each event once, in order; more often only where a post was in doubt, and never less often."""
        order_of = {link.id: story.order.id for story in stories for link in story.links}
        told = {}
        for event in self.untold:
            if event.told_ts is None:
                self.lost.append(f"{event.kind} is not told")
            if event.told_ts:
                told.setdefault(order_of[event.link_id], []).append((event.link_id, event.seq, event.told_ts))
        repeated = 0
        for story in stories:
            events = told.get(story.order.id, [])
            self._is_in_order(story, events)
            repeated += self._repeats(story, {ts for _, _, ts in events})
        if repeated > self.witness.doubts:
            self.doubled.append(f"{repeated} messages too many, {self.witness.doubts} were in doubt")

    def _is_in_order(self, story, events):
        for link in story.links:
            stamps = [ts for link_id, _, ts in events if link_id == link.id]
            if len(set(stamps)) < len(stamps) or stamps != sorted(stamps):
                self.doubled.append(f"the story of {link.reference} is told in disorder: {stamps}")

    def _repeats(self, story, told):
        """How many copies of the card and of lines stand in Slack."""
        everywhere = [message for channel in self.shop.slack.channels.values() for message in channel.posted]
        mine = {"event_type": "paylink_card", "event_payload": {"order": story.order.id}}
        cards = {message.ts for message in everywhere if message.metadata == mine}
        lines = {message.ts for message in everywhere if message.thread_ts in cards and message.user == "UBOT"}
        return max(len(cards) - 1, 0) + len(lines - told)
