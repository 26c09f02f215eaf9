"""A message that brings files, or answers the question about some: told once, kept with the conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from actions.counter import PersonDesk
from bot import commands
from bot.language import language_of
from bot.messages import Inbound
from bot.wiring import House
from knowledge.library import conversations
from knowledge.model import Conversation, Message, Person

from .file_answers import meant
from .files import Download, FilesIn

BARE = "(文件 / file)"
"""What stands for the files in the person's own line. Never their names: what stands there counts as typed by the person."""


@dataclass(frozen=True)
class Heard:
    """What the person is told. `goes_on`: they wrote something beside the files that the inbox must answer as well."""

    text: str
    goes_on: bool = False


@dataclass
class FileTalk:
    """Stands before the inbox. `heard` is None for a message that has nothing to do with files: the inbox answers it."""

    house: House
    files: FilesIn = field(default_factory=FilesIn)

    def heard(self, inbound: Inbound, downloads: Sequence[Download] = ()) -> Heard | None:
        """Take the files of a message, or the word about those that wait. The same `external_id` is told the same once
        more. Plain sync, up to 20 seconds for each document; `inbound.text` is what was written beside the files."""
        if not downloads and commands.parse(inbound.text):
            return None
        opened = self._open(inbound, bool(downloads))
        if opened is None:
            return None
        desk, conversation, told = opened
        goes_on = bool(downloads) and _asks(desk, inbound.text)
        if told is not None:
            return Heard(told, goes_on) if downloads else None
        focus = dict(conversation.focus)
        if downloads:
            words: str | None = self.files.take(desk.person, desk, focus, downloads, inbound.text)
        else:
            words = self.files.answer(desk, focus, inbound.text)
        self._keep(conversation, inbound, bool(downloads), words, focus)
        return None if words is None else Heard(words, goes_on)

    def _open(self, inbound: Inbound, with_files: bool) -> tuple[PersonDesk, Conversation, str | None] | None:
        with self.house.store.session() as session:
            person = session.get(Person, inbound.person_id)
            if person is None or not person.active:
                return None
            conversation = conversations.open_conversation(
                session, person.id, inbound.channel, inbound.thread, self.house.clock()
            )
            key = f"reply:{_key(inbound, with_files)}"
            told = conversations.message_by_external_id(session, conversation.id, key)
        language = language_of(inbound.text, person.language)
        desk = self.house.desk(person, conversation.id, inbound.channel, language)
        return desk, conversation, told.text if told else None

    def _keep(
        self,
        conversation: Conversation,
        inbound: Inbound,
        with_files: bool,
        words: str | None,
        focus: dict[str, Any],
    ) -> None:
        """Both lines and what the talk is about now, in one transaction; nothing when nothing was said or changed."""
        if words is None and focus == conversation.focus:
            return
        key, now = _key(inbound, with_files), self.house.clock()
        said = BARE if with_files else inbound.text
        with self.house.store.session() as session:
            for role, text, id in (("user", said, key), ("assistant", words, f"reply:{key}")):
                if words is not None and text is not None:
                    line = Message(
                        conversation_id=conversation.id, role=role, text=text, at=now, external_id=id
                    )
                    conversations.add_message(session, line)
            conversations.save_focus(session, conversation.id, focus)


def _key(inbound: Inbound, with_files: bool) -> str:
    """Files have a line of their own: what was written beside them may be answered by the inbox under the plain key."""
    return f"{inbound.external_id}:files" if with_files else inbound.external_id


def _asks(desk: PersonDesk, text: str) -> bool:
    """Whether what was written beside the files is more than the name of a deal."""
    return bool(text.strip()) and meant(text, desk.names(), []) is None
