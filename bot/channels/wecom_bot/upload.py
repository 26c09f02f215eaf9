"""Files we send on the long connection: in pieces of 512 KB, taken up again where a try broke off [WX 101463]."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.street.words import Fate, FilePart, Load, Parcel, Sent

from . import frames
from .download import safe_name
from .frames import Ack, NoAck, NotSent
from .outcome import BUSY, LIMIT_S, later, limited, never, refused

PIECE = 512 * 1024
FILE_LIMIT, IMAGE_LIMIT = 20 << 20, 10 << 20
SESSION_S = 25 * 60.0
"""The platform keeps an upload for 30 minutes."""
TRIES = 3
Ask = Callable[[str, str, dict[str, Any]], Awaitable[Ack]]
_TOO_LARGE = "文件 {mb} MB,智能机器人最多发 20 MB / the file has {mb} MB, the bot can send 20 MB at most"
_MISSING = "要发的文件不在了 / the file to send is no longer there"


class _Broke(Exception):
    """The upload stopped; `sent` says whether another try is of use."""

    def __init__(self, sent: Sent) -> None:
        super().__init__(sent.note)
        self.sent = sent


@dataclass
class _Progress:
    upload_id: str
    since: float
    done: set[int] = field(default_factory=set)
    media_id: str = ""


class Uploads:
    """An upload shows nothing to anybody, so a piece without an acknowledgement is simply sent again (it is idempotent)."""

    def __init__(self, ask: Ask, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._ask, self._sleep = ask, sleep
        self._progress: dict[str, _Progress] = {}

    async def media(self, parcel: Parcel, file: FilePart) -> tuple[str, str] | Sent:
        """Its kind on the platform and its media id, or why there is none yet."""
        path = Path(file.path)
        if not await asyncio.to_thread(path.is_file):
            return never(_MISSING)
        if (size := (await asyncio.to_thread(path.stat)).st_size) > FILE_LIMIT:
            return never(_TOO_LARGE.format(mb=size >> 20))
        data = await asyncio.to_thread(path.read_bytes)
        if len(data) < 6:
            return never("文件是空的 / the file is empty")
        kind = "image" if parcel.load is Load.IMAGE and _is_picture(data) else "file"
        try:
            return kind, await self._media_id(parcel.id, kind, safe_name(file.name) or "file", data)
        except _Broke as error:
            return error.sent
        except (NotSent, NoAck) as error:
            return later(f"upload: {error}")

    def forget(self, parcel_id: str) -> None:
        """The file was sent."""
        self._progress.pop(parcel_id, None)

    async def _media_id(self, parcel_id: str, kind: str, name: str, data: bytes) -> str:
        now = asyncio.get_running_loop().time()
        self._progress = {key: one for key, one in self._progress.items() if now - one.since < SESSION_S}
        pieces = [data[at : at + PIECE] for at in range(0, len(data), PIECE)]
        progress = self._progress.get(parcel_id)
        resumed = progress is not None
        if progress is None:
            progress = _Progress(await self._init(kind, name, data, len(pieces)), now)
            self._progress[parcel_id] = progress
        try:
            for index, piece in enumerate(pieces):
                if index not in progress.done:
                    await self._piece(progress, index, piece)
            if not progress.media_id:
                progress.media_id = await self._finish(progress.upload_id)
        except _Broke as error:
            if error.sent.fate is Fate.NEVER:
                self.forget(parcel_id)
                if resumed:  # the old session may be what is wrong: once more from the beginning
                    raise _Broke(later(error.sent.note)) from None
            raise
        return progress.media_id

    async def _init(self, kind: str, name: str, data: bytes, count: int) -> str:
        md5 = await asyncio.to_thread(lambda: hashlib.md5(data, usedforsecurity=False).hexdigest())
        body = {"type": kind, "filename": name, "total_size": len(data), "total_chunks": count, "md5": md5}
        return _word(await self._again(frames.UPLOAD_INIT, body), "upload_id")

    async def _piece(self, progress: _Progress, index: int, piece: bytes) -> None:
        """Numbered from 0, as the platform's own SDK does; its page does not say."""
        text = base64.b64encode(piece).decode()
        body = {"upload_id": progress.upload_id, "chunk_index": index, "base64_data": text}
        await self._again(frames.UPLOAD_CHUNK, body)
        progress.done.add(index)

    async def _finish(self, upload_id: str) -> str:
        return _word(await self._again(frames.UPLOAD_FINISH, {"upload_id": upload_id}), "media_id")

    async def _again(self, cmd: str, body: dict[str, Any]) -> Ack:
        """A few tries at one step. Raises NotSent, NoAck, _Broke."""
        for attempt in range(1, TRIES + 1):
            try:
                ack = await self._ask(cmd, frames.fresh_id(cmd), body)
            except NoAck:
                if attempt == TRIES:
                    raise
            else:
                if ack.code == 0:
                    return ack
                if limited(ack.code, ack.words):
                    raise _Broke(later(f"{cmd}: errcode {ack.code}", LIMIT_S))
                if ack.code != BUSY or attempt == TRIES:
                    raise _Broke(refused(ack.code, ack.words))
            await self._sleep(0.5 * attempt)
        raise AssertionError("unreachable")


def _word(ack: Ack, name: str) -> str:
    word = ack.body.get(name)
    if not isinstance(word, str) or not word:
        raise _Broke(later(f"the answer has no {name}"))
    return word


def _is_picture(data: bytes) -> bool:
    """What the platform shows as an image; anything else goes as a file."""
    return len(data) <= IMAGE_LIMIT and data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
