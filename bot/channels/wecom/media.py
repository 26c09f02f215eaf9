"""Files up and down: uploads under the name people see, downloads in ranges to disk, with a limit."""

from __future__ import annotations

import asyncio
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

import httpx

from bot.street.words import Attachment, Fetched, FilePart, Gone, TooLarge

from .client import Api, check_status, checked, line_fault
from .faults import Case, Refused, Unsent, Unsure, WecomFault

RANGE = 8 * 1024 * 1024
"""Bytes asked for at once: above 20 MB WeCom wants ranges, and a broken line costs one range only."""

PIECE = 256 * 1024
RESUMES = 3
LEAST, IMAGE_MOST, FILE_MOST = 6, 10 * 1024 * 1024, 20 * 1024 * 1024
"""Bytes of an upload (platforms.md 1.13)."""

IMAGES = ("image/jpeg", "image/png")
NAME_MOST = 120


class Unfit(Exception):
    """A file that WeCom does not take; the words say why, in both languages."""


def upload_kind(part: FilePart, *, as_image: bool) -> str:
    """`image` where it is one WeCom shows, else `file`. Raises Unfit, or OSError when the file is not there."""
    size = Path(part.path).stat().st_size
    name = clean_name(part.name)
    if size < LEAST:
        raise Unfit(f"文件 {name} 是空的,没有发出 / the file {name} is empty and was not sent")
    if size > FILE_MOST:
        mb = f"{size / 1024 / 1024:.0f} MB"
        raise Unfit(
            f"文件 {name} 有 {mb},超过企业微信的 20 MB,没有发出 / {name} has {mb}; WeCom takes 20 MB, it was not sent"
        )
    return "image" if as_image and part.mime in IMAGES and size <= IMAGE_MOST else "file"


async def upload(api: Api, part: FilePart, kind: str) -> str:
    """The media id. A fault here means that nothing was sent. Raises WecomFault, OSError."""
    content = await asyncio.to_thread(Path(part.path).read_bytes)
    try:
        told = await api.call(
            "media/upload",
            params={"type": kind},
            files={"media": (clean_name(part.name), content, part.mime)},
        )
    except Unsure as unsure:
        raise Unsent(f"media/upload: {unsure}") from None
    media_id = told.get("media_id")
    if not isinstance(media_id, str) or not media_id:
        raise Unsent("media/upload: 没有 media_id / no media_id")
    return media_id


@dataclass
class _Got:
    """What is there so far of a download."""

    path: Path
    limit: int
    size: int = 0
    whole: int | None = None
    name: str = ""
    mime: str = ""
    file: BinaryIO | None = field(default=None, repr=False)


async def fetch(api: Api, attachment: Attachment, folder: Path, limit: int) -> Fetched:
    """See bot.street.port.Channel.fetch. The file's name in `folder` is ours; nothing stays behind when it fails."""
    got = _Got(folder / f"wecom-{secrets.token_hex(12)}", limit)
    whole = False
    try:
        with got.path.open("xb") as got.file:
            await _ranges(api, attachment.ref, got)
        whole = True
    except Refused as refused:
        if refused.case in (Case.MEDIA, Case.CONTENT, Case.PERSON):
            raise Gone(str(refused)) from None
        raise OSError(str(refused)) from None
    except WecomFault as fault:
        raise OSError(str(fault)) from None
    finally:
        if not whole:
            got.path.unlink(missing_ok=True)
    name = attachment.name or got.name
    return Fetched(path=str(got.path), name=clean_name(name), mime=got.mime or attachment.mime, size=got.size)


async def _ranges(api: Api, media_id: str, got: _Got) -> None:
    """Range after range until all is there; a broken line goes on where it broke, a few times."""
    broken = 0
    while got.whole is None or got.size < got.whole:
        before = got.size

        async def once(token: str) -> None:
            await _one_range(api, api.media_request(token, media_id, got.size, got.size + RANGE - 1), got)

        try:
            await api.with_token(once)
        except (Unsure, Unsent):
            broken = broken + 1 if got.size == before else 1
            if broken > RESUMES:
                raise
            continue
        if got.size == before:
            raise Unsure("企业微信没有给出内容 / WeCom gave no content")


async def _one_range(api: Api, request: httpx.Request, got: _Got) -> None:
    try:
        response = await api.http.send(request, stream=True)
    except httpx.HTTPError as error:
        raise line_fault(error) from None
    try:
        check_status(response.status_code)
        if "content-disposition" not in response.headers and _is_words(response.headers):
            checked(await _short(response))  # failures come as JSON with status 200
            raise Unsure("不是文件 / not a file")
        _headers(response, got)
        await _pour(response, got)
    except httpx.HTTPError as error:
        raise line_fault(error) from None
    finally:
        await response.aclose()


def _is_words(headers: httpx.Headers) -> bool:
    kind = str(headers.get("content-type", "")).lower()
    return kind.startswith(("application/json", "text/plain", "text/json"))


async def _short(response: httpx.Response) -> bytes:
    """An error's body, as far as an error's body goes."""
    body = b""
    async for piece in response.aiter_bytes(4096):
        body += piece
        if len(body) > 65536:
            break
    return body


def _headers(response: httpx.Response, got: _Got) -> None:
    """Where these bytes belong and how many there are in all. Raises TooLarge before the first byte is taken."""
    got.mime = response.headers.get("content-type", "").partition(";")[0].strip()
    got.name = got.name or _disposition_name(response.headers.get("content-disposition", ""))
    if response.status_code == 206:
        match = re.fullmatch(
            r"bytes (\d{1,18})-\d{1,18}/(\d{1,18})", response.headers.get("content-range", "")
        )
        if match is None or int(match[1]) != got.size:
            raise Unsure("范围不对 / the range is not the one asked for")
        got.whole = int(match[2])
    elif got.size:
        raise Unsure("文件中途变成整份 / the whole file came instead of the rest")
    else:
        length = response.headers.get("content-length", "")
        got.whole = int(length) if length.isdigit() and len(length) < 19 else None
    if got.whole is not None and got.whole > got.limit:
        raise TooLarge(got.limit)


async def _pour(response: httpx.Response, got: _Got) -> None:
    """Piece by piece to disk; never more than the limit, whatever the headers said."""
    assert got.file is not None
    async for piece in response.aiter_raw(PIECE):
        if got.size + len(piece) > got.limit:
            raise TooLarge(got.limit)
        await asyncio.to_thread(got.file.write, piece)
        got.size += len(piece)
    if got.whole is None:
        got.whole = got.size


def _disposition_name(header: str) -> str:
    """RFC 5987's name first, then the plain one."""
    message = Message()
    message["content-disposition"] = re.sub(r"[\r\n]", " ", header)
    found = message.get_filename() or ""
    with suppress(UnicodeEncodeError, UnicodeDecodeError):
        found = found.encode("latin-1").decode("utf-8")
    return unquote(found)


def clean_name(name: str) -> str:
    """A name to be shown: no folder, no control character, no endless length; its extension stays."""
    bare = re.sub(
        r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\"]", "", name.replace("\\", "/").rpartition("/")[2]
    )
    bare = bare.strip(" .") or "file"
    if len(bare) <= NAME_MOST:
        return bare
    stem, dot, extension = bare.rpartition(".")
    tail = f"{dot}{extension}" if stem and len(extension) <= 10 else ""
    return bare[: NAME_MOST - len(tail)] + tail
