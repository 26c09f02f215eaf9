"""Downloads a file somebody sent: a fresh name, a limit kept while it comes in, and no word of the URL, which has the token."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

import httpx
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.street.words import Attachment, Fetched, Gone, TooLarge

from .fates import says, words_of
from .wire import Wire

DOWNLOAD_BYTES = 20_000_000
"""More the Bot API does not hand out."""

CHUNK = 1 << 18


async def fetch(wire: Wire, attachment: Attachment, folder: Path, limit: int) -> Fetched:
    """See Channel.fetch. `limit` in bytes."""
    most = min(limit, DOWNLOAD_BYTES)
    if attachment.size > most:
        raise TooLarge(most)
    url = await _where(wire, attachment.ref, most)
    path = await asyncio.to_thread(_fresh, folder)
    try:
        size = await _download(wire, url, path, most)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    name = attachment.name or url.rpartition("/")[2]
    return Fetched(path=str(path), name=name, mime=attachment.mime, size=size)


def _fresh(folder: Path) -> Path:
    handle, path = tempfile.mkstemp(prefix="telegram_", dir=folder)
    os.close(handle)
    return Path(path)


async def _where(wire: Wire, ref: str, most: int) -> str:
    try:
        file = await wire.bot.get_file(ref)
    except BadRequest as error:
        if says(error, "file is too big"):
            raise TooLarge(most) from None
        if says(error, "temporarily unavailable"):
            raise OSError(words_of(error)) from None
        raise Gone(f"Telegram 不给这个文件 / Telegram does not give this file: {words_of(error)}") from None
    except Forbidden as error:
        raise Gone(f"Telegram 不给这个文件 / Telegram does not give this file: {words_of(error)}") from None
    except TelegramError as error:
        raise OSError(words_of(error)) from None
    url = file.file_path or ""
    if not url.startswith(wire.files_base):  # a local Bot API server names paths on its own disk
        raise Gone("服务器没有给下载地址 / the server gave no address to download from")
    return url


async def _download(wire: Wire, url: str, path: Path, most: int) -> int:
    limits = wire.limits
    times = httpx.Timeout(limits.read_s, connect=limits.connect_s)
    try:
        async with httpx.AsyncClient(timeout=times) as http, http.stream("GET", url) as answer:
            if answer.status_code in (404, 410):
                raise Gone("文件已过期 / the file is no longer there")
            if answer.status_code != 200:
                raise OSError(f"HTTP {answer.status_code}")
            return await _write(answer, path, most)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OSError(words_of(error)) from None


async def _write(answer: httpx.Response, path: Path, most: int) -> int:
    """Whole pieces are written beside the loop; one byte too many ends it."""
    size = 0
    with await asyncio.to_thread(path.open, "wb") as out:
        async for piece in answer.aiter_bytes(CHUNK):
            size += len(piece)
            if size > most:
                raise TooLarge(most)
            await asyncio.to_thread(out.write, piece)
    return size
