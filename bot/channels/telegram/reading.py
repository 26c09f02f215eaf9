"""One update of Telegram as an arrival of the street; None for what is nothing to us."""

from __future__ import annotations

from datetime import datetime

from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Message, Update, User
from telegram.constants import ChatType

from bot.street.words import Address, Arrival, Click, Kind

from .contents import attachments_of, note_of
from .mentions import for_us, without_our_name
from .wire import Me

NAME = "telegram"
FORWARDED = "[转发 / forwarded]"
"""Stands before words that are not the sender's own: no command and no code in them is obeyed."""


def arrival_of(update: Update, me: Me, bot_id: str, now: datetime) -> Arrival | None:
    """`external_id` is the bot's number and the update's: redelivered updates have the same, another bot's do not."""
    external_id = f"{bot_id}:{update.update_id}"
    if update.message is not None:
        return _message(update.message, me, external_id)
    if update.callback_query is not None:
        return _click(update.callback_query, external_id, now)
    if update.my_chat_member is not None:
        return _hello(update.my_chat_member, external_id)
    return None


def _message(message: Message, me: Me, external_id: str) -> Arrival | None:
    group = message.chat.type != ChatType.PRIVATE
    if message.chat.type == ChatType.CHANNEL or _machine(message.from_user, message):
        return None
    text = without_our_name(message, me, group=group)
    files = attachments_of(message)
    note = note_of(message)
    if not (text or files or note or (group and for_us(message, me))):
        return None
    quoted = _quoted(message)
    own = message.forward_origin is None
    hello = (text == "/start" and own) or not (text or files or note or quoted)
    if text and not own:
        text = f"{FORWARDED}\n{text}"
    return Arrival(
        channel=NAME,
        external_id=external_id,
        sender=_sender(message),
        sender_name=_name(message),
        address=_address(message, group),
        at=message.date,
        kind=Kind.HELLO if hello else Kind.MESSAGE,
        text="\n".join(part for part in (text, note) if part),
        quoted=quoted,
        attachments=files,
        addressed=not group or for_us(message, me),
        extra=_extra(message, own),
    )


def _extra(message: Message, own: bool) -> dict[str, str]:
    """`album`: which pictures were sent together. `forwarded`: nothing in it is the sender's own."""
    extra = {"album": message.media_group_id} if message.media_group_id else {}
    return extra if own else {**extra, "forwarded": "1"}


def _machine(user: User | None, message: Message) -> bool:
    """Other bots (two bots would talk for ever) and posts a linked channel copies into its group."""
    if message.is_automatic_forward:
        return True
    return user is not None and user.is_bot and message.sender_chat is None


def _sender(message: Message) -> str:
    """Who wrote as a chat (an anonymous admin, a channel) is no person: all such writers share one user id."""
    if message.sender_chat is not None:
        return f"chat:{message.sender_chat.id}"
    return str(message.from_user.id) if message.from_user else f"chat:{message.chat.id}"


def _name(message: Message) -> str:
    if message.sender_chat is not None:
        return message.sender_chat.title or ""
    return message.from_user.full_name if message.from_user else ""


def _address(message: Message, group: bool) -> Address:
    route = {}
    if message.is_topic_message and message.message_thread_id is not None:
        route["thread"] = str(message.message_thread_id)
    if group:
        route["reply_to"] = str(message.message_id)
    return Address(channel=NAME, to=str(message.chat.id), group=group, route=route)


def _quoted(message: Message) -> str:
    """The marked part when there is one, else the whole message it answers."""
    if message.quote is not None:
        return message.quote.text
    said = message.reply_to_message
    if said is None or said.forum_topic_created is not None:
        return ""
    return said.text or said.caption or ""


def _click(query: CallbackQuery, external_id: str, now: datetime) -> Arrival | None:
    """A press without a message (too old for Telegram to tell) still has its token; who pressed is never our own word."""
    if not isinstance(query.data, str) or not query.data:  # PTB hands on what it was given
        return None
    chat: Chat | None = query.message.chat if query.message is not None else None
    group = chat is not None and chat.type != ChatType.PRIVATE
    refs = {}
    if query.message is not None and chat is not None:
        refs = {"chat_id": str(chat.id), "message_id": str(query.message.message_id)}
    return Arrival(
        channel=NAME,
        external_id=external_id,
        sender=str(query.from_user.id),
        sender_name=query.from_user.full_name,
        address=Address(channel=NAME, to=str(chat.id if chat else query.from_user.id), group=group),
        at=now,
        kind=Kind.CLICK,
        click=Click(token=query.data, refs=refs),
        extra={"query_id": query.id},
    )


def _hello(change: ChatMemberUpdated, external_id: str) -> Arrival | None:
    """We were added to a group. In private /start says the same, and says it again after a block."""
    inside = (ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.RESTRICTED)
    was, now_is = change.old_chat_member.status, change.new_chat_member.status
    if change.chat.type not in (ChatType.GROUP, ChatType.SUPERGROUP) or was in inside or now_is not in inside:
        return None
    if change.from_user.is_bot:
        return None
    return Arrival(
        channel=NAME,
        external_id=external_id,
        sender=str(change.from_user.id),
        sender_name=change.from_user.full_name,
        address=Address(channel=NAME, to=str(change.chat.id), group=True),
        at=change.date,
        kind=Kind.HELLO,
    )
