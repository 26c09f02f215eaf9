"""Whether words in a group are meant for us, and the words without our name. Offsets of Telegram count UTF-16 units."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from telegram import Message, MessageEntity

from .wire import Me


def cut_out(text: str, offset: int, length: int) -> str:
    """The piece at UTF-16 `offset`; "" for one that lies outside."""
    units = text.encode("utf-16-le", "surrogatepass")
    if offset < 0 or length < 0 or 2 * (offset + length) > len(units):
        return ""
    return units[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def words_and_entities(message: Message) -> tuple[str, Sequence[MessageEntity]]:
    """A text with its entities, or a caption with its own."""
    if message.text is not None:
        return message.text, message.entities
    return message.caption or "", message.caption_entities


def for_us(message: Message, me: Me) -> bool:
    """Addressed: our @name, our command, or an answer to what we said. Somebody else's command never is."""
    text, entities = words_and_entities(message)
    for entity in entities:
        if entity.type == MessageEntity.BOT_COMMAND and entity.offset == 0:
            return _command_is_ours(cut_out(text, entity.offset, entity.length), me)
    return _answers_us(message, me) or any(_ours(text, entities, me))


def _command_is_ours(command: str, me: Me) -> bool:
    """Without a name it is ours when Telegram only shows us what is ours (privacy mode)."""
    _, at, name = command.partition("@")
    return name.lower() == me.username.lower() if at else not me.sees_all


def _answers_us(message: Message, me: Me) -> bool:
    """Everything in a topic "answers" the message that opened the topic: that one does not count."""
    said = message.reply_to_message
    if said is None or said.from_user is None or said.forum_topic_created is not None:
        return False
    return said.from_user.id == me.id


def _ours(text: str, entities: Sequence[MessageEntity], me: Me) -> Iterator[MessageEntity]:
    for entity in entities:
        if entity.type == MessageEntity.MENTION:
            if cut_out(text, entity.offset, entity.length).lower() == f"@{me.username}".lower():
                yield entity
        elif (
            entity.type == MessageEntity.TEXT_MENTION and entity.user is not None and entity.user.id == me.id
        ):
            yield entity


def without_our_name(message: Message, me: Me, *, group: bool) -> str:
    """The text with @us cut out (in a group) and /command@us as /command."""
    text, entities = words_and_entities(message)
    units = text.encode("utf-16-le", "surrogatepass")
    spans = [(one.offset, one.offset + one.length) for one in _ours(text, entities, me)] if group else []
    for start, end in sorted(spans, reverse=True):
        if 0 <= 2 * start <= 2 * end <= len(units):
            units = units[: 2 * start] + units[2 * end :]
    rest = units.decode("utf-16-le", "replace")
    if spans:
        rest = re.sub(r"[ \t]{2,}", " ", rest)
    command = re.compile(rf"^(/\w+)@{re.escape(me.username)}\b", re.IGNORECASE)
    return command.sub(r"\1", rest.strip()) if me.username else rest.strip()
