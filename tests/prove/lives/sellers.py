"""What people do in Slack: issue, press any button they see, fill in any form that opens."""

import contextlib
from decimal import Decimal

from hypothesis import strategies as st

from bot.slack.ids import ButtonValue, pressed
from sandbox.dintero import RefusedError
from sandbox.slack.finding import find
from sandbox.slack.model import NotOfferedError
from tests.prove.lives.life import PHONES, Life, newest, nth, step, works
from tests.prove.lives.rest import kroner
from tests.stories.lining import called

LETTERS = {"C": "CAPTURE", "R": "REFUND", "V": "VOID", "X": "CANCEL"}
DOES = {"capture_part": "CAPTURE", "refund": "REFUND", "release": "VOID"}
GIVES_WAY = {"hung_up", "send_email"}
MONEY = {"capture", "capture_part", "release", "refund", "keep", "give_back"}

sellers = st.sampled_from(["kari", "ola", "guest"])
MOVES = {"Capture", "Capture part…", "Capture the rest", "Release", "Release the rest", "Refund…", "Keep", "Give back"}
MOVES |= {"Try again", "Check again"}
LOOKS = {"Show link", "Refresh", "Request again…"}
anybody = st.sampled_from(["kari", "kari", "ola", "ola", "guest", "eve"])
press = {"who": anybody, "which": nth, "button": nth, "times": st.sampled_from([1, 1, 1, 2]), "bot": works}
send = {"which": nth, "part": st.integers(1, 4), "minor": st.integers(100, 999_99), "bot": works}
send |= {"times": st.sampled_from([1, 1, 2])}
move = press | {"who": st.sampled_from(["kari", "ola", "kari", "ola", "guest"]), "button": st.integers(0, 3)}
move |= {"part": st.integers(1, 4), "meanwhile": st.sampled_from(["", "", "", "capture", "refund", "void"])}
decide = press | {"button": st.integers(0, 3)}


class Sellers(Life):
    """Kari and Ola sell, Ola is trusted with money, the guest sells and sees to their own, Eve is from elsewhere."""

    def __init__(self):
        super().__init__()
        self.issued = 0
        self.old_screens = []
        self.changed = {}  # forms of *Change order…*, and the link that each is about

    @step(
        who=sellers,
        amount=st.integers(100, 999_99),
        phone=st.sampled_from(sorted(PHONES)),
        days=st.integers(1, 9),
        bot=works,
    )
    def somebody_issues_a_link(self, who, amount, phone, days, bot):
        self._types(who, amount, phone, days, bot)

    def _types(self, who, amount, phone, days, bot):
        self.issued += 1
        text = f"{amount // 100},{amount % 100:02} {phone} Tow bar #{4710 + self.issued} {days}d"
        self.says(f"{who} types /paylink {text} and sends the form; the bot {bot}")
        self.world.do(self._issues(self.shop.people[who], text, amount))
        self.then(bot)

    async def _issues(self, person, text, amount):
        with contextlib.suppress(NotOfferedError):
            await self.shop.slack.command(person, self.shop.sales, "/paylink", text)
            await self.shop.bot.owned.settled()
            forms = [one for one in self.shop.slack.modals(person) if one.content["callback_id"] == "issue"]
            if forms and forms[-1] is self.shop.slack.modals(person)[-1]:
                await self._submits(forms[-1], [self.books.wants("CREATE", amount=amount)])

    def begins(self):
        """Kari and Ola have each issued a link."""
        self._types("kari", 249_50, "91234567", 7, "works")
        self._types("ola", 100_00, "92345678", 2, "works")

    # -- buttons

    @step(when=lambda self: self._messages(self.shop.kari), **press)
    def somebody_presses_a_button(self, who, which, button, times, bot):
        self._presses(self.shop.people[who], self._messages(self.shop.people[who]), which, button, times, bot)

    def somebody_decides(self, who, which, button, times, bot):
        decided = [one for one in self._messages(self.shop.people[who]) if set(one.buttons) - LOOKS]
        self._presses(self.shop.people[who], decided, which, button, times, bot)

    def somebody_moves_money(self, who, which, button, times, part, meanwhile, bot):
        """They press what moves money and send the form that asks how much; a colleague may be at it elsewhere."""
        person = self.shop.people[who]
        messages = [one for one in self._messages(person) if MOVES & set(one.buttons)]
        self._presses(person, messages, which, button, times, "waits", MOVES)
        forms = [one for one in self._forms() if one.person is person and one.content["callback_id"] in DOES]
        if forms:
            self.says(f"and sends {part} quarters of it")
            self.world.do(self._fills(person, forms[-1], part, 0, times))
        if meanwhile and self.books.open:
            self._elsewhere(self.books.open[-1].link, meanwhile)
        self.then(bot)

    def _elsewhere(self, link, deed):
        """Backoffice does a tenth, or lets all go, before the bot has worked."""
        self.says(f"meanwhile {link}: {deed} in Backoffice")
        for payment in list(self.dintero.transactions.values()):
            if payment["merchant_reference"] == link:
                amount = () if deed == "void" else (payment["amount"] // 10,)
                with contextlib.suppress(RefusedError):
                    getattr(self.dintero, f"backoffice_{deed}")(payment["id"], *amount)

    moving = step(when=lambda self: self.dintero.transactions, **move)(somebody_moves_money)
    moving_more = step(when=lambda self: self.dintero.transactions, **move)(somebody_moves_money)
    moving_again = step(when=lambda self: self.dintero.transactions, **move)(somebody_moves_money)

    deciding = step(when=lambda self: self._messages(self.shop.kari), **decide)(somebody_decides)
    deciding_more = step(when=lambda self: self._messages(self.shop.kari), **decide)(somebody_decides)

    @step(when=lambda self: self.old_screens, **press)
    def somebody_presses_what_stood_on_an_old_screen(self, who, which, button, times, bot):
        self._presses(self.shop.people[who], self.old_screens, which, button, times, bot)

    @step(when=lambda self: self._messages(self.shop.kari), which=nth, how=st.sampled_from(["keep", "keep", "delete"]))
    def a_message_is_kept_on_a_screen_or_deleted(self, which, how):
        target = newest(self._messages(self.shop.kari), which)
        if how == "keep":
            self.old_screens.append(target.copy())
            return
        self.says(f"the message that says {target.text!r} is deleted")
        self.taken_away.add(target.ts)
        self.world.witness.doubts += 1  # a card is posted afresh when it is found to be gone
        self.shop.slack.forget(target)

    def _messages(self, person):
        slack = self.shop.slack
        seen = [one for one in slack.channels.values() if one.kind == "public" or person.id in one.members]
        return [message for channel in seen for message in channel.posted if message.user == "UBOT"]

    def _presses(self, person, messages, which, button, times, bot, liked=None):
        target = newest([one for one in messages if one.buttons], which)
        if target is None:
            return
        offered = [label for label in target.buttons if (label in liked if liked else label not in LOOKS)]
        offered = offered if offered and button < 4 else target.buttons
        button = offered[button % len(offered)]
        twice = " twice" if times == 2 else ""
        self.says(f"{person.name} presses {button}{twice} where it says {target.text!r}; the bot {bot}")
        with contextlib.suppress(NotOfferedError):
            self.world.do(self._press(person, target, button, times))
        self.then(bot)

    async def _press(self, person, target, button, times):
        _, element, option = find(target.blocks, button, None)
        about = pressed({"action_id": element["action_id"], "value": element.get("value"), "selected_option": option})
        story, link = await self.world.witness.link(about.link_id)
        wanted = self._wanted(person, about, story, link)
        self.world.witness.whispered(person.id)
        try:
            await self.shop.slack.click(person, target, button, times=times)
        finally:
            await self.shop.bot.owned.settled()
        for form in self.shop.slack.modals(person):
            if form.content["callback_id"] == "change" and about.action == "change":
                self.changed.setdefault(form.id, link.reference)
        refused = any("Code: " in said for said in self.world.witness.whispered(person.id, person))
        if refused and times == 1:
            self._forget(wanted)

    def _wanted(self, person, about, story, link):
        """What somebody who may wants by such a press."""
        action, open_now, reference = str(about.action), about.open_minor, link.reference
        others = person.guest and self._name(story.order.issuer) != person.name
        if person.stranger or others or (action in MONEY and not self._may_move_money(person, story)):
            return []
        wants = self.books.wants
        if action == "capture" or (action == "keep" and open_now):
            return [wants("CAPTURE", link=reference, amount=open_now, seen=open_now)]
        if action == "give_back":
            return [wants("VOID", "REFUND", link=reference, amount=open_now, seen=open_now)]
        if action == "try_again" and about.operation and link.operation:
            kind = LETTERS[about.operation[0]]
            allowed = kind == "CANCEL" or self._may_move_money(person, story)
            amount = link.operation.amount
            return [wants(kind, link=reference, amount=amount, seen=open_now)] if allowed else []
        if action == "send_again":
            return [wants("CREATE", amount=story.order.amount)]
        if action == "cancel":
            return [wants("CANCEL", link=reference)]
        if action in GIVES_WAY:
            return [wants("CANCEL", link=reference), wants("CREATE", amount=story.order.amount)]
        return []

    def _may_move_money(self, person, story):
        return not person.guest and not person.stranger and person.name in {"ola", self._name(story.order.issuer)}

    def _name(self, user_id):
        return self.shop.slack.people[user_id].name

    def _forget(self, intents):
        for intent in intents:
            self.books.forgets(intent)

    # -- forms

    def somebody_sends_a_form(self, which, part, minor, times, bot):
        person = newest(self._forms(), which).person
        forms = self.shop.slack.modals(person)
        self.says(f"{person.name} sends the form {forms[-1].content['title']['text']!r}; the bot {bot}")
        with contextlib.suppress(NotOfferedError):
            self.world.do(self._fills(person, forms[-1], part, minor, times))
        self.then(bot)

    sending = step(when=lambda self: self._forms(), **send)(somebody_sends_a_form)
    sending_more = step(when=lambda self: self._forms(), **send)(somebody_sends_a_form)
    sending_again = step(when=lambda self: self._forms(), **send)(somebody_sends_a_form)

    def _forms(self):
        """The forms that wait to be sent."""
        asking = [one for one in self.shop.slack.views.values() if not one.closed and "submit" in one.content]
        return [one for one in asking if self.shop.slack.modals(one.person)[-1] is one]

    async def _fills(self, person, form, part, minor, times):
        kind = form.content["callback_id"]
        if kind == "issue":
            price = form.values[called(form, "price")].replace("\N{NO-BREAK SPACE}", "")
            wanted = [self.books.wants("CREATE", amount=int(Decimal(price.replace(",", ".")) * 100))]
        elif kind == "change":
            wanted = await self._fill_change(form, minor)
        elif kind in {"capture_part", "refund", "release", "resend"}:
            wanted = await self._fill(form, person, part)
        else:
            form.closed = True
            return
        await self._submits(form, wanted, times)

    async def _fill(self, form, person, part):
        about = ButtonValue.decode(form.content["private_metadata"])
        story, link = await self.world.witness.link(about.link_id)
        kind, open_now = form.content["callback_id"], about.open_minor
        if kind == "resend":
            if about.action == "extend":
                await self.shop.slack.fill(form, {"Pay within": "1 month"})
            return self._gives_way(link.reference, story.order.amount)
        amount = open_now if kind == "release" else max(open_now * part // 4, 1)
        if kind == "release":
            [box] = form.content["blocks"][-1]["element"]["options"]
            await self.shop.slack.fill(form, {"sure": [box["text"]["text"]]})
        else:
            await self.shop.slack.fill(form, {"part": "An amount", "amount": kroner(amount).removesuffix(" kr")})
        if kind == "refund":
            await self.shop.slack.fill(form, {"reason": "Wrong size"})
        if not self._may_move_money(person, story):
            return []
        return [self.books.wants(DOES[kind], link=link.reference, amount=amount, seen=open_now)]

    async def _fill_change(self, form, minor):
        await self.shop.slack.fill(form, {called(form, "price"): kroner(minor).removesuffix(" kr")})
        await self.shop.bot.owned.settled()
        return self._gives_way(self.changed[form.id], minor)

    def _gives_way(self, reference, amount):
        return [self.books.wants("CANCEL", link=reference), self.books.wants("CREATE", amount=amount)]

    async def _submits(self, form, wanted, times=1):
        kind = form.content["callback_id"]
        try:
            await self.shop.slack.submit(form.person, form, times=times)
        finally:
            await self.shop.bot.owned.settled()
        still_there = not form.closed and form.content["callback_id"] == kind
        if times == 1 and (still_there or (not form.closed and "Code: " in form.read())):
            self._forget(wanted)
