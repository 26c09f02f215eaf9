"""Bringing a parcel out: text, file, card, and the change of a card, each with its fate."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.street.port import Pad
from bot.street.words import CardView, Fate, FilePart, Load, Parcel, Sent

from .cards import fits, full_text, settled_text, template_card
from .client import Api, Sleep
from .codes import Codes
from .faults import Case, Refused, TooFast, Unsent, Unsure, WecomFault, fate_of
from .looks import Looks
from .media import Unfit, upload, upload_kind
from .pace import Pace
from .plain import LIMIT, parts, plain

GAP_S = 0.5
"""Between two messages to one member: faster ones are shown in another order."""

MEMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-@.]{0,63}")
"""A user id by WeCom's own rule. `@all` and `a|b`, which would write to others, are none."""

CARD_CHECK = {"enable_duplicate_check": 1, "duplicate_check_interval": 14400}
"""A card is unique by its task id, so WeCom's check for duplicates can drop nothing that is wanted."""

MEDIA_S = 2.5 * 86400
AHEAD_S = 86400.0
WAITING = (Case.SETTINGS, Case.PACE, Case.CROWD, Case.BUSY, Case.TOKEN)


@dataclass
class Sender:
    """What the channel sends with. `note` hears of each fault and, with None, of each success."""

    api: Api
    agent_id: int
    pad: Pad
    clock: Callable[[], datetime]
    sleep: Sleep
    note: Callable[[WecomFault | None], None]
    looks: Looks = field(default_factory=Looks)
    pace: Pace = field(init=False)
    sent: int = 0

    def __post_init__(self) -> None:
        self.pace = Pace(self.clock)

    async def send(self, parcel: Parcel) -> Sent:
        """See bot.street.port.Channel.send."""
        if parcel.load is Load.DRAFT:
            return Sent(fate=Fate.SENT, note="企业微信应用不显示进行中的回答 / drafts are not shown")
        if parcel.address.group or not MEMBER.fullmatch(parcel.address.to):
            return Sent(fate=Fate.NEVER, note="不是成员帐号 / not a member's user id")
        try:
            return await self._load(parcel)
        except WecomFault as fault:
            self.note(fault)
            return fate_of(fault)

    async def _load(self, parcel: Parcel) -> Sent:
        if parcel.load is Load.TEXT:
            return await self._text(parcel)
        if parcel.load is Load.CARD and parcel.card is not None:
            return await self._card(parcel, parcel.card)
        if parcel.load is Load.CARD_UPDATE and parcel.card is not None:
            return await self._update(parcel, parcel.card)
        if parcel.file is not None:
            return await self._file(parcel, parcel.file)
        return Sent(fate=Fate.NEVER, note="包里没有内容 / the parcel is empty")

    async def _text(self, parcel: Parcel) -> Sent:
        """As Markdown where the answer has marks; a client of this member that shows none gets the words, and so does one
        whose Markdown WeCom will not take."""
        to = parcel.address.to
        shown = self.looks.of(parcel, to)
        if shown.size > LIMIT or not parcel.text.strip():
            return Sent(
                fate=Fate.NEVER,
                note=f"{shown.size} 字节,企业微信一条文本是 1 到 {LIMIT} / bytes, a text has 1 to {LIMIT}",
            )
        self._room(to, 1)
        if shown.markdown:
            try:
                return _done(await self.message(to, "markdown", {"content": shown.markdown}))
            except Refused as refused:
                if refused.case is not Case.CONTENT:
                    raise
                self.note(refused)
        return _done(await self.say(to, shown.words))

    async def _card(self, parcel: Parcel, card: CardView) -> Sent:
        to = parcel.address.to
        if not card.buttons:
            return await self._texts(parcel, full_text(card) if not card.status else settled_text(card))
        ahead = [] if fits(card) else parts(full_text(card))
        self._room(to, len(ahead) + 1)
        try:
            await self._ahead(parcel, ahead)
        except Unsure as unsure:  # the card itself surely is not out; a text twice is better than no card
            raise Unsent(f"卡片前的文字 / text before the card: {unsure}") from None
        try:
            told = await self.message(to, "template_card", template_card(card), **CARD_CHECK)
        except Refused as refused:
            if refused.case is not Case.CONTENT:
                raise
            self.note(refused)
            rest = (card.footer or f"[{card.code}]") if ahead else f"{full_text(card)}\n{card.footer}".strip()
            return await self._texts(parcel, rest, mark="instead", note=str(refused))
        code = told.get("response_code")
        return _done(told, Codes.first(code, self.clock()) if isinstance(code, str) and code else {})

    async def _update(self, parcel: Parcel, card: CardView) -> Sent:
        """With a code that is left, each used once; without one the news comes as a text."""
        codes = Codes(parcel.refs, self.clock())
        for code in codes.left():
            try:
                await self._change(parcel.address.to, code, card)
            except Refused as refused:
                if refused.case is Case.PERSON:
                    raise
                if refused.case in WAITING:
                    self.note(refused)
                    return replace(fate_of(refused), refs=codes.used())
                codes.use(code)
                continue
            codes.use(code)
            return Sent(fate=Fate.SENT, refs=codes.used())
        sent = await self._texts(parcel, settled_text(card), note="没有可用的 response_code / no code left")
        return Sent(fate=sent.fate, refs={**codes.used(), **sent.refs}, after_s=sent.after_s, note=sent.note)

    async def _change(self, to: str, code: str, card: CardView) -> None:
        """Repeated once when nobody answered: to change a card twice into the same is harmless."""
        body = {"userids": [to], "agentid": self.agent_id, "response_code": code}
        body["template_card"] = template_card(card)
        try:
            told = await self.api.call("message/update_template_card", body)
        except Unsure:
            await self.sleep(GAP_S)
            told = await self.api.call("message/update_template_card", body)
        self._heard(to, told)

    async def _file(self, parcel: Parcel, part: FilePart) -> Sent:
        to = parcel.address.to
        self._room(to, 1)
        try:
            kind = await asyncio.to_thread(upload_kind, part, as_image=parcel.load is Load.IMAGE)
            media_id = await self._media_id(part, kind)
            try:
                return _done(await self.message(to, kind, {"media_id": media_id}))
            except Refused as refused:
                if refused.case is not Case.MEDIA:
                    raise
            media_id = await self._media_id(part, kind, fresh=True)
            return _done(await self.message(to, kind, {"media_id": media_id}))
        except Unfit as unfit:
            await self._texts(parcel, str(unfit))
            return Sent(fate=Fate.NEVER, note=str(unfit))
        except OSError as error:
            return Sent(
                fate=Fate.NEVER, note=f"文件读不到 / the file cannot be read ({type(error).__name__})"
            )

    async def _media_id(self, part: FilePart, kind: str, *, fresh: bool = False) -> str:
        """Uploaded once in three days for all who get it."""
        digest = hashlib.sha256(
            "\x1f".join((part.path, part.name, kind)).encode("utf-8", "replace")
        ).hexdigest()
        key = f"media:{digest[:32]}"
        known = None if fresh else await asyncio.to_thread(self.pad.get, key)
        if known is not None:
            return str(known["media_id"])
        media_id = await upload(self.api, part, kind)
        await asyncio.to_thread(self.pad.put, key, {"media_id": media_id}, MEDIA_S)
        return media_id

    async def _texts(self, parcel: Parcel, text: str, mark: str = "", note: str = "") -> Sent:
        """A text of any length, part by part; a part that is out is not sent again."""
        texts = parts(text)
        self._room(parcel.address.to, len(texts))
        await self._ahead(parcel, texts, mark)
        return Sent(fate=Fate.SENT, note=note)

    async def _ahead(self, parcel: Parcel, texts: Sequence[str], mark: str = "") -> None:
        key = f"ahead:{mark}:{parcel.id}"
        told = await asyncio.to_thread(self.pad.get, key) if texts else None
        for number in range(int(told["sent"]) if told else 0, len(texts)):
            await self.say(parcel.address.to, texts[number])
            await asyncio.to_thread(self.pad.put, key, {"sent": number + 1}, AHEAD_S)
            await self.sleep(GAP_S)

    async def say(self, to: str, text: str) -> dict[str, Any]:
        """One text to one member, of at most LIMIT bytes. Raises WecomFault."""
        return await self.message(to, "text", {"content": plain(text)})

    async def message(self, to: str, kind: str, content: dict[str, Any], **more: object) -> dict[str, Any]:
        """One message to one member. Raises WecomFault, also where WeCom took it and names the member invalid."""
        body = {"touser": to, "msgtype": kind, "agentid": self.agent_id, kind: content, "safe": 0, **more}
        try:
            told = await self.api.call("message/send", body)
        except Unsure:
            self.pace.sent(to)
            raise
        self._heard(to, told)
        self.pace.sent(to)
        self.sent += 1
        return told

    def _heard(self, to: str, told: dict[str, Any]) -> None:
        """errcode 0 does not say that this member got it: those who did not are named, in lower case."""
        for name in ("invaliduser", "unlicenseduser"):
            said = told.get(name) or ""
            names = said.split("|") if isinstance(said, str) else [str(one) for one in said]
            if to.lower() in (one.strip().lower() for one in names):
                raise Refused(81013)
        self.note(None)

    def _room(self, to: str, count: int) -> None:
        if (wait := self.pace.wait_s(to, count)) > 0:
            raise TooFast(wait)


def _done(told: dict[str, Any], refs: dict[str, str] | None = None) -> Sent:
    message_id = told.get("msgid")
    own = {"message_id": message_id} if isinstance(message_id, str) and message_id else {}
    return Sent(fate=Fate.SENT, refs={**own, **(refs or {})})
