"""One message in, one reply out: stored under a unique key first, answered once, whatever is redelivered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import col, select

from actions.advice import ledger
from actions.counter import PersonDesk
from actions.tables import Action
from actions.wording import state_name
from agents.answer import Answer
from knowledge.library import conversations
from knowledge.model import Conversation, Message, Person

from . import commands
from .call_talk import CallTalk
from .command_keys import Keys
from .jobs import tick
from .keeping import keep
from .language import language_of
from .messages import Inbound, Reply
from .wiring import House

HISTORY = 12
"""Lines of the conversation a brain is shown."""

REMEMBERED = 40
"""Lines of the conversation in which a value counts as the person's own when they wrote it there."""

TOO_LONG = 100_000


@dataclass
class Inbox:
    """The one way from a channel to the assistant."""

    house: House
    alone: bool = True
    """Whether each message also looks at the clock and hands out what the person must be told. The street has a clock of
    its own and tells it by itself, as cards."""

    def handle(
        self,
        inbound: Inbound,
        on_text: Callable[[str], None] | None = None,
        on_reply: Callable[[Reply], None] | None = None,
    ) -> Reply:
        """Answer one message. The same `external_id` in the same thread gets the same reply and no second effect.

        `on_reply` gets the reply as soon as it is stored, without notices: before the house is kept in order, for which
        nobody who asked something needs to wait. The notices stand in what is returned.
        """
        show = on_reply or (lambda _: None)
        opened = self._open(inbound)
        if opened is None or opened[2] is not None:
            known = _known(opened[2] if opened else None)
            show(known)
            return known
        person, conversation, _ = opened
        reply = self._reply(person, conversation, inbound, on_text)
        show(reply)
        if not self.alone:
            return reply
        tick(self.house)
        keep(self.house)
        return replace(reply, notices=self.notices(person.id))

    def _reply(
        self,
        person: Person,
        conversation: Conversation,
        inbound: Inbound,
        on_text: Callable[[str], None] | None,
    ) -> Reply:
        """What is said to a new message, stored."""
        language = language_of(inbound.text, person.language)
        desk = self.house.desk(person, conversation.id, inbound.channel, language)
        parsed = commands.parse(inbound.text)
        if parsed:
            reply = commands.run(*parsed, self._station(desk, conversation, inbound, language))
        else:
            about_a_call = CallTalk(desk, self.house.approvals).heard(dict(conversation.focus), inbound.text)
            reply = about_a_call or self._answer(desk, conversation, inbound, language, on_text)
        self._close(person, conversation, inbound, reply)
        return reply

    def notices(self, person_id: str) -> tuple[str, ...]:
        """What this person must be told now; handed out once."""
        with self.house.store.session() as session:
            now = self.house.clock()
            rows = conversations.waiting_notices(session, person_id, now)
            digest = [row.text for row in rows if row.due_at is not None]
            texts = [row.text for row in rows if row.due_at is None]
            conversations.mark_delivered(session, rows, now)
        return (*texts, *([digest_text(digest)] if digest else []))

    def _open(self, inbound: Inbound) -> tuple[Person, Conversation, Message | None] | None:
        now = self.house.clock()
        with self.house.store.session() as session:
            person = session.get(Person, inbound.person_id)
            if person is None or not person.active:
                return None
            conversation = conversations.open_conversation(
                session, person.id, inbound.channel, inbound.thread, now
            )
            line = Message(
                conversation_id=conversation.id,
                role="user",
                text=inbound.text[:TOO_LONG],
                at=now,
                external_id=inbound.external_id,
            )
            if conversations.add_message(session, line) is None:
                key = _reply_key(inbound)
                return (
                    person,
                    conversation,
                    conversations.message_by_external_id(session, conversation.id, key),
                )
            return person, conversation, None

    def _answer(
        self,
        desk: PersonDesk,
        conversation: Conversation,
        inbound: Inbound,
        language: str,
        on_text: Callable[[str], None] | None,
    ) -> Reply:
        with self.house.store.reading() as session:
            lines = conversations.messages(session, conversation.id, REMEMBERED + 1)
        said = [(line.role, line.text) for line in lines if line.external_id != inbound.external_id]
        words = tuple(text for role, text in said if role == "user")
        turn = self.house.turn(desk, inbound, language, dict(conversation.focus), words)
        answer = self.house.assistant.answer(turn, said[-HISTORY:], on_text)
        return Reply(text=answer.text, answer=answer)

    def _close(self, person: Person, conversation: Conversation, inbound: Inbound, reply: Reply) -> None:
        now = self.house.clock()
        with self.house.store.session() as session:
            line = Message(
                conversation_id=conversation.id,
                role="assistant",
                text=reply.text,
                at=now,
                external_id=_reply_key(inbound),
                answer=reply.answer.as_json() if reply.answer else {},
            )
            conversations.add_message(session, line)
            if reply.answer:
                ledger.shown(
                    session,
                    reply.answer.advice,
                    person.id,
                    now,
                    channel=inbound.channel,
                    cause=f"{conversation.id}:{line.external_id}",
                )
                conversations.save_focus(session, conversation.id, reply.answer.focus)

    def _station(
        self, desk: PersonDesk, conversation: Conversation, inbound: Inbound, language: str
    ) -> commands.Station:
        return commands.Station(
            desk=desk,
            approvals=self.house.approvals,
            keys=Keys(self.house.gate, self.house.switch, self.house.timers, self.house.handing),
            sources=self._last_of(conversation.id, "sources"),
            language=language,
            own_actions=lambda: self._own_actions(desk.person.id, language),
            skill=lambda name, args: self._skill(desk, conversation, inbound, language, name, args),
            advice=lambda: self._last_of(conversation.id, "advice"),
        )

    def _skill(
        self,
        desk: PersonDesk,
        conversation: Conversation,
        inbound: Inbound,
        language: str,
        name: str,
        args: dict[str, Any],
    ) -> Reply:
        """One skill by its name, for a command: no model is asked."""
        from agents.by_name import by_name

        turn = self.house.turn(desk, inbound, language, dict(conversation.focus))
        answer = by_name(turn, name, args)
        return Reply(text=answer.text, answer=answer)

    def _last_of(self, conversation_id: str, part: str) -> list[Any]:
        """A part (sources, advice) of the last answer that has sources."""
        with self.house.store.reading() as session:
            lines = conversations.messages(session, conversation_id, 40)
        for line in reversed(lines):
            if line.role == "assistant" and line.answer.get("sources"):
                return list(line.answer.get(part, ()))
        return []

    def _own_actions(self, person_id: str, language: str) -> list[tuple[str, str, str]]:
        with self.house.store.reading() as session:
            query = (
                select(Action)
                .where(Action.requester_id == person_id, Action.canary_of == "")
                .order_by(col(Action.created_at).desc())
            )
            return [
                (row.code, state_name(row.state, language), row.action)
                for row in session.exec(query.limit(20))
            ]


def _known(seen: Message | None) -> Reply:
    """What was said the first time, or, where there is nothing, that nobody here knows the account."""
    if seen is not None:
        return Reply(text=seen.text, answer=Answer.from_json(seen.answer) if seen.answer else None)
    return Reply(text="我不认识你的账号,请联系管理员绑定。/ I do not know you; ask your administrator.")


def digest_text(texts: list[str]) -> str:
    """What could wait, told together."""
    return "\n".join([f"📋 摘要 / digest ({len(texts)}):", *(f"  - {text}" for text in texts)])


def _reply_key(inbound: Inbound) -> str:
    return f"reply:{inbound.external_id}"


def answer_of(reply: Reply, mode: str) -> Answer:
    """A command's text in the shape of an answer, for programs that read JSON."""
    return reply.answer or Answer(text=reply.text, mode=mode)
