"""What a message holds besides words: its files, and notes in words for what is no file (places, contacts, stickers)."""

from __future__ import annotations

from datetime import timedelta

from telegram import Message, PhotoSize

from bot.street.words import Attachment

UNREADABLE = "[收到一种我还不会看的消息 / a kind of message I cannot read yet]"
NOT_READ = ("poll", "dice", "game", "story", "paid_media", "checklist", "invoice", "giveaway", "gift")
"""Things a person sends on purpose that are neither words nor files for us."""


def attachments_of(message: Message) -> tuple[Attachment, ...]:
    """At most one in practice: an album comes as one message each."""
    found = (_voice(message), _video(message), _photo(message), _document(message))
    return tuple(one for one in found if one is not None)


def _voice(message: Message) -> Attachment | None:
    voice, audio = message.voice, message.audio
    if voice is not None:
        return Attachment(
            kind="voice",
            ref=voice.file_id,
            name=f"voice_{message.message_id}.ogg",
            mime=voice.mime_type or "audio/ogg",
            size=voice.file_size or 0,
            seconds=_seconds(voice.duration),
        )
    if audio is None:
        return None
    return Attachment(
        kind="file",
        ref=audio.file_id,
        name=audio.file_name or f"{audio.title or 'audio'}_{message.message_id}.mp3",
        mime=audio.mime_type or "audio/mpeg",
        size=audio.file_size or 0,
        seconds=_seconds(audio.duration),
    )


def _video(message: Message) -> Attachment | None:
    video = message.video or message.animation or message.video_note
    if video is None:
        return None
    return Attachment(
        kind="video",
        ref=video.file_id,
        name=getattr(video, "file_name", None) or f"video_{message.message_id}.mp4",
        mime=getattr(video, "mime_type", None) or "video/mp4",
        size=video.file_size or 0,
        seconds=_seconds(video.duration),
    )


def _photo(message: Message) -> Attachment | None:
    """The largest of the sizes Telegram made."""
    if not message.photo:
        return None
    largest = max(message.photo, key=_pixels)
    return Attachment(
        kind="image",
        ref=largest.file_id,
        name=f"photo_{message.message_id}.jpg",
        mime="image/jpeg",
        size=largest.file_size or 0,
    )


def _pixels(size: PhotoSize) -> int:
    return size.width * size.height


def _document(message: Message) -> Attachment | None:
    """A GIF comes as animation and as document: once is enough."""
    document = message.document
    if document is None or message.animation is not None:
        return None
    return Attachment(
        kind="image" if (document.mime_type or "").startswith("image/") else "file",
        ref=document.file_id,
        name=document.file_name or f"file_{message.message_id}",
        mime=document.mime_type or "",
        size=document.file_size or 0,
    )


def _seconds(duration: int | timedelta) -> float:
    return duration.total_seconds() if isinstance(duration, timedelta) else float(duration)


def note_of(message: Message) -> str:
    """Words for what has none; "" when there is nothing to note (a service message)."""
    if message.venue is not None:
        where = message.venue.location
        return (
            f"[地点 / place: {message.venue.title}, {message.venue.address}"
            f" ({where.latitude:.6f}, {where.longitude:.6f})]"
        )
    if message.location is not None:
        return f"[位置 / location: {message.location.latitude:.6f}, {message.location.longitude:.6f}]"
    if message.contact is not None:
        who = f"{message.contact.first_name} {message.contact.last_name or ''}".strip()
        return f"[联系人 / contact: {who}, {message.contact.phone_number}]"
    if message.sticker is not None:
        return f"[贴纸 / sticker {message.sticker.emoji or ''}]".replace(" ]", "]")
    if any(getattr(message, name, None) for name in NOT_READ):
        return UNREADABLE
    return UNREADABLE if _new_kind(message) and not attachments_of(message) else ""


def _new_kind(message: Message) -> bool:
    """Something this version of PTB has no name for, with no words beside it: better a sentence than silence."""
    return bool(message.api_kwargs) and message.text is None and message.caption is None
