"""One conversation after the other, each in order: what came in is answered, and the answer is queued to go out.

A turn that breaks off is done again from the start by whoever finds it: the conversation keeps the reply under the
arrival's key, the gate keeps the effect under the same key, and the way out keeps each part under a key of its own.
"""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bot.inbox import Inbox
from bot.messages import Inbound, Reply
from bot.wiring import House
from knowledge.library import arrivals, deliveries, doors
from knowledge.model import ArrivalRow, DeliveryRow, Person

from .clicks import Clicks
from .feedback import Feedback
from .file_talk import FileTalk, Heard
from .files import Download
from .footnotes import handed_over, in_words, shown
from .live import Live
from .port import Traits
from .porter import Porter
from .post import row_of, text_row
from .splitting import split
from .waiting_words import WaitingWords
from .wire import address_json, arrival_of
from .words import Address, Arrival, Kind, Load, Parcel

LOG = logging.getLogger(__name__)

TRIES = 3
KNOWN_PLACE_S = 90 * 86400.0
BARE_WORD = re.compile(
    r"^\s*(批准|同意|驳回|拒绝|撤回|撤销|approve|reject|undo)(?:\s+(.*))?$", re.IGNORECASE | re.DOTALL
)
QUOTED_CODE = re.compile(r"\[([ACDEFGHJKMNPQRTUVWXY34679]{4,16})\]")
BROKE = "这条消息处理时出错了,已记录;请换个说法再试。 / This message could not be answered; please put it another way."
IN_PRIVATE = "已私聊回复你。 / Answered you in private."
COME_PRIVATE = "这里人多,请私聊问我。 / Please ask me in private."
NO_SWITCH = "这里不能换身份。 / You cannot be somebody else here."


@dataclass
class Turns:
    """Answers arrivals. `traits` says what a channel can do, None for one that is not open here; `moved` is told the
    channel that has something to bring out."""

    house: House
    porter: Porter
    clicks: Clicks
    feedback: Feedback
    waiting: WaitingWords
    worker: str
    alive: Callable[[], set[str]]
    traits: Callable[[str], Traits]
    moved: Callable[[str], None]
    fetch: Callable[[Arrival, Path], list[Download]]

    def drain(self, lane: str) -> None:
        """Answer everything that waits in this lane; stops at one that must be tried again later."""
        while (row := self._next(lane)) is not None:
            if not self._one(row):
                return

    def _next(self, lane: str) -> ArrivalRow | None:
        # Within this process one lane is drained once at a time: a row of ours that is still open was left lying.
        others = self.alive() - {self.worker}
        with self.house.store.session() as session:
            return arrivals.claim_next(session, lane, self.worker, others, self.house.clock())

    def _one(self, row: ArrivalRow) -> bool:
        arrival = arrival_of(row.payload)
        try:
            out = self._answered(row, arrival)
            state = "done"
        except Exception:
            LOG.exception("a message could not be answered (try %d)", row.tries)
            if row.tries < TRIES:
                with self.house.store.session() as session:
                    arrivals.put_back(session, row.id or 0)
                return False
            out, state = [text_row(f"broke:{row.id}", arrival.address, BROKE, self.house.clock())], "dropped"
        with self.house.store.session() as session:
            if state == "done":
                deliveries.drop_draft(session, f"draft:{_turn_of(row)}")
            for delivery in out:
                deliveries.put(session, delivery)
            arrivals.finish_arrival(session, row.id or 0, state, self.house.clock())
        self.moved(arrival.channel)
        return True

    def _answered(self, row: ArrivalRow, arrival: Arrival) -> list[DeliveryRow]:
        if arrival.kind is Kind.CLICK:
            toast = self.clicks.decide(row.id or 0, arrival).toast
            return [self._text(f"click:{row.id}", self._private(arrival), toast)]
        met = self.porter.meet(arrival)
        if met.person is None:
            return [self._text(f"door:{row.id}", arrival.address, met.say)] if met.say else []
        if arrival.kind is Kind.FEEDBACK:
            self.feedback.take(met.person, arrival)
            return []
        if arrival.kind is Kind.HELLO:
            return [self._text(f"hello:{row.id}", arrival.address, _hello(met.person))]
        return self._message(row, arrival, met.person)

    def _message(self, row: ArrivalRow, arrival: Arrival, person: Person) -> list[DeliveryRow]:
        """The answer of a colleague's message. In a group the members are unknown to us, so the answer goes to the one who
        asked, and the group hears that it did: nobody there learns what they may not see."""
        turn, traits = _turn_of(row), self.traits(arrival.channel)
        address, out = arrival.address, []
        if address.group:
            if not traits.push:
                return [self._text(f"group:{row.id}", address, COME_PRIVATE)]
            out.append(self._text(f"group:{row.id}", address, IN_PRIVATE))
            address = self._private(arrival)
        else:
            self._remember(person, address)
        text = _with_code(arrival.text, arrival.quoted)
        # What a button asked for in private is not answered by a line in a group.
        if not arrival.address.group:
            text = self.waiting.complete(person.id, address, text)
        reply = self._reply(person, arrival, address, text, turn, traits)
        return [*out, *self._parts(reply, address, turn, traits)]

    def _reply(
        self, person: Person, arrival: Arrival, address: Address, text: str, turn: str, traits: Traits
    ) -> Reply:
        inbound = Inbound(
            channel=arrival.channel,
            person_id=person.id,
            thread=address.to,
            text=text,
            external_id=f"{arrival.channel}:{arrival.external_id}",
        )
        inbox = Inbox(self.house, alone=False)
        with Live(
            self.house.store, self.house.clock, address, turn, traits, lambda: self.moved(arrival.channel)
        ) as live:
            heard = self._heard(arrival, inbound)
            if heard is not None and not heard.goes_on:
                return Reply(text=heard.text)
            reply = inbox.handle(inbound, on_text=live.say)
        if reply.switch_to:
            return Reply(text=NO_SWITCH)
        return reply if heard is None else replace(reply, text=f"{heard.text}\n\n{reply.text}")

    def _heard(self, arrival: Arrival, inbound: Inbound) -> Heard | None:
        """Files of this message are fetched and taken; a word about files that wait is theirs as well."""
        # A voice message whose words the platform has given is a message, not a file.
        files = [one for one in arrival.attachments if not (one.kind == "voice" and arrival.text)]
        if not files:
            return FileTalk(self.house).heard(inbound)
        room = self.house.settings.var_dir / "incoming"  # the same disk that keeps them; /tmp may be small
        room.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="files-", dir=room) as folder:
            downloads = self.fetch(replace(arrival, attachments=tuple(files)), Path(folder))
            return FileTalk(self.house).heard(inbound, downloads)

    def _parts(self, reply: Reply, address: Address, turn: str, traits: Traits) -> list[DeliveryRow]:
        """The reply cut to the platform's size; its first part ends the running answer."""
        now, rows = self.house.clock(), []
        files, text = handed_over(reply)
        pictures = shown(reply) if traits.pictures else []
        if not traits.pictures:
            text = f"{text}\n\n{in_words(reply)}".rstrip()
        marked = reply.answer is not None
        for number, part in enumerate(split(text, traits.limit, traits.measure, marked=marked)):
            key = f"reply:{turn}:{number}"
            parcel = Parcel(
                id=key,
                load=Load.TEXT,
                address=address,
                text=part,
                turn=turn if number == 0 else "",
                last=number == 0,
                marked=marked,
            )
            rows.append(row_of(key, parcel, now))
        for number, file in enumerate(files):
            key = f"file:{turn}:{number}"
            rows.append(row_of(key, Parcel(id=key, load=Load.FILE, address=address, file=file), now))
        for number, (picture, alt) in enumerate(pictures):
            key = f"picture:{turn}:{number}"
            parcel = Parcel(id=key, load=Load.IMAGE, address=address, file=picture, text=alt)
            rows.append(row_of(key, parcel, now))
        return rows

    def _text(self, key: str, address: Address, text: str) -> DeliveryRow:
        return text_row(key, address, text, self.house.clock())

    def _private(self, arrival: Arrival) -> Address:
        if not arrival.address.group:
            return arrival.address
        return Address(channel=arrival.channel, to=arrival.sender)

    def _remember(self, person: Person, address: Address) -> None:
        """Where this person talks to us: notices and cards go there."""
        with self.house.store.session() as session:
            value = address_json(Address(channel=address.channel, to=address.to))
            doors.put_note(session, f"at:{person.id}", value, self.house.clock(), KNOWN_PLACE_S)


def _turn_of(row: ArrivalRow) -> str:
    """The running answer's name, for the channel and for its drafts."""
    return f"t{row.id}"


def _hello(person: Person) -> str:
    if person.language == "en":
        return f"Hello {person.name}. Ask me about a deal, or send /help."
    return f"你好,{person.name}。可以问我任何商机,或发 /help。"


def _with_code(text: str, quoted: str) -> str:
    """“批准” in reply to a card means that card: the code is taken from our own words that were quoted. Nothing else of a
    quoted text is read: it may be anybody's."""
    bare, code = BARE_WORD.match(text), QUOTED_CODE.search(quoted)
    if bare is None or code is None or QUOTED_CODE.search(f"[{(bare[2] or '').split(' ')[0].upper()}]"):
        return text
    return f"{bare[1]} {code[1]} {bare[2] or ''}".strip()
