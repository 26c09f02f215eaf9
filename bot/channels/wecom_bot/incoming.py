"""What the platform tells, checked and put into words: the same JSON on the callback and on the long connection [WX 100719, 101027]."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from .texts import clean


def _text(value: Any) -> str:
    """A string, whatever was there: ids come as numbers now and then; anything but a scalar is nothing."""
    if isinstance(value, str):
        return clean(value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


Text = Annotated[str, BeforeValidator(_text)]
Number = Annotated[int, BeforeValidator(_number)]


class _Told(BaseModel):
    """Fields we do not know are ignored; a known one of the wrong shape makes the whole unreadable."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Content(_Told):
    """Of a text or a transcribed voice."""

    content: Text = ""


class Media(_Told):
    """Of an image, file or video. `aeskey` is there on the long connection only."""

    url: Text = ""
    aeskey: Text = ""


class Item(_Told):
    """One part of a mixed message."""

    msgtype: Text = ""
    text: Content | None = None
    image: Media | None = None


class Mixed(_Told):
    """Text and images together."""

    msg_item: tuple[Item, ...] = ()


class Said(_Told):
    """What somebody said: the message itself, or the one it quotes."""

    msgtype: Text = ""
    text: Content | None = None
    voice: Content | None = None
    mixed: Mixed | None = None
    image: Media | None = None
    file: Media | None = None
    video: Media | None = None

    def words(self) -> str:
        """Its text; of a mixed one all parts."""
        if self.mixed is not None and self.msgtype == "mixed":
            return "\n".join(item.text.content for item in self.mixed.msg_item if item.text)
        said = self.voice if self.msgtype == "voice" else self.text if self.msgtype == "text" else None
        return said.content if said else ""

    def media(self) -> list[tuple[str, Media]]:
        """Its files with their kind."""
        if self.mixed is not None and self.msgtype == "mixed":
            return [("image", item.image) for item in self.mixed.msg_item if item.image]
        named = {"image": self.image, "file": self.file, "video": self.video}
        found = named.get(self.msgtype)
        return [(self.msgtype, found)] if found else []


class Who(_Told):
    """The sender."""

    userid: Text = ""


class StreamId(_Told):
    """Which stream is asked for."""

    id: Text = ""


class CardEvent(_Told):
    """A pressed button."""

    event_key: Text = ""
    task_id: Text = ""
    card_type: Text = ""


class FeedbackEvent(_Told):
    """A thumb up or down."""

    id: Text = ""
    type: Number = 0
    content: Text = ""
    inaccurate_reason_list: tuple[Number, ...] | None = ()


class Event(_Told):
    """An event, known or not."""

    eventtype: Text = ""
    template_card_event: CardEvent | None = None
    feedback_event: FeedbackEvent | None = None


class Body(Said):
    """One message, event or stream poll."""

    msgid: Text = ""
    aibotid: Text = ""
    chatid: Text = ""
    chattype: Text = ""
    sender: Who = Field(default_factory=Who, alias="from")
    response_url: Text = Field(default="", repr=False)
    quote: Said | None = None
    event: Event | None = None
    stream: StreamId | None = None

    @property
    def eventtype(self) -> str:
        """Empty for a message."""
        return self.event.eventtype if self.event and self.msgtype == "event" else ""

    @property
    def group(self) -> bool:
        """Whether it was said in a group."""
        return self.chattype == "group" and bool(self.chatid)
