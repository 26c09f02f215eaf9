"""The street's words: what a channel hands in, what it is given to bring out, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What an arrival is."""

    MESSAGE = "message"
    CLICK = "click"
    FEEDBACK = "feedback"
    HELLO = "hello"
    """Somebody opened the chat or added the bot; there is nothing to answer but a greeting."""


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file as the platform announces it. `ref` is the platform's handle (media id, download code, file id or URL),
    `key` a key of its own where the bytes come encrypted. `name` is the sender's word and never used as a path."""

    kind: str
    """file, image, voice or video"""
    ref: str
    name: str = ""
    mime: str = ""
    size: int = 0
    """bytes; 0: not said"""
    seconds: float = 0.0
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where an answer goes. `to` is the platform's id of the person (private chat) or of the group; `route` holds what
    only lives for a while: a session webhook, a request id, a message to reply to."""

    channel: str
    to: str
    group: bool = False
    route: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Click:
    """A pressed button. `token` is what our card put there; `refs` what the platform said about the card pressed."""

    token: str
    refs: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """One thing that came in, verified by the channel. `external_id` is the platform's key of redelivery: the same id
    on the same channel is the same arrival. `sender` is what the *platform* says; `addressed` is False for talk in a
    group that is not meant for us."""

    channel: str
    external_id: str
    sender: str
    address: Address
    at: datetime
    kind: Kind = Kind.MESSAGE
    sender_name: str = ""
    text: str = ""
    quoted: str = ""
    """the message this one replies to, as far as the platform tells it; untrusted"""
    attachments: tuple[Attachment, ...] = ()
    addressed: bool = True
    click: Click | None = None
    extra: dict[str, str] = field(default_factory=dict)
    """what one kind needs besides: `feedback_id`, `rating` (good, bad, cancelled), `comment`"""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the intake made of an arrival: `fresh` is False for one it has had before."""

    id: int
    fresh: bool


@dataclass(frozen=True, kw_only=True)
class Button:
    """`token` comes back in a Click; at most 64 bytes of ASCII. `tone` is primary, danger or plain."""

    text: str
    token: str
    tone: str = "plain"


@dataclass(frozen=True, kw_only=True)
class CardView:
    """An approval card for every platform: `title` one line, `facts` label and value in the order of authority.md E7,
    `body` the untrusted text marked ⟦⟧, `footer` what a platform without buttons shows. No `buttons`: it is settled and
    `status` says who decided and when. `id` is our card copy's (it stands in every token)."""

    id: str
    code: str
    title: str
    facts: tuple[tuple[str, str], ...] = ()
    body: str = ""
    buttons: tuple[Button, ...] = ()
    status: str = ""
    footer: str = ""
    text: str = ""
    """the whole card as plain text: what is sent where the platform's own card cannot hold it"""


@dataclass(frozen=True, kw_only=True)
class FilePart:
    """A file to bring out. `path` is ours (by content hash), `name` is what the person sees."""

    path: str
    name: str
    mime: str = "application/octet-stream"
    svg: str = ""
    """the same picture as SVG, for a page; "" where there is none"""


class Load(StrEnum):
    """What a parcel is."""

    TEXT = "text"
    DRAFT = "draft"
    """the text of a running answer so far, replacing what was shown; losing one is harmless"""
    CARD = "card"
    CARD_UPDATE = "card_update"
    FILE = "file"
    IMAGE = "image"


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One thing to bring out. `id` never changes between tries (a platform's idempotency key where it has one). `turn`
    names the running answer that a DRAFT and its final TEXT belong to; `last` is true for the TEXT that ends it. `refs`
    are those of the card copy that a CARD_UPDATE changes (`response_code`, `message_id`, ...)."""

    id: str
    load: Load
    address: Address
    text: str = ""
    card: CardView | None = None
    file: FilePart | None = None
    turn: str = ""
    last: bool = False
    refs: dict[str, str] = field(default_factory=dict)
    marked: bool = False
    """the text is the assistant's and its marks (bot/street/marks.py) are meant; else a sign in it is only a sign"""


class Fate(StrEnum):
    """What became of a try."""

    SENT = "sent"
    LATER = "later"
    """surely not sent, may be tried again"""
    NEVER = "never"
    """surely not sent, and trying again is of no use"""
    UNKNOWN = "unknown"
    """the platform did not say; it is not sent again by itself"""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """The end of one try. `refs` is what the platform gave for later (message id, response code). `after_s` is the
    platform's own wish at LATER. `note` has no secrets: it goes to the log and to `doctor`."""

    fate: Fate
    refs: dict[str, str] = field(default_factory=dict)
    after_s: float = 0.0
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ClickAnswer:
    """What a click is answered with at once: a short sentence for the one who pressed, and the card as it is now. `told`:
    the sentence is on its way as a message too, so a platform without toasts says nothing more."""

    toast: str
    card: CardView | None = None
    told: bool = False


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A downloaded file: `name` from the platform's headers when it has one there, else the announced one."""

    path: str
    name: str
    mime: str = ""
    size: int = 0


class TooLarge(Exception):
    """The file is larger than we take; `limit` in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} bytes")
        self.limit = limit


class Gone(Exception):
    """The platform does not have the file any more, or does not give it to us; the words say why."""
