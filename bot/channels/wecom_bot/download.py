"""Files people send: fetched within their five minutes, decrypted on the way to the disk, never larger than allowed."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import uuid
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx

from bot.street.words import Attachment, Fetched, Gone, TooLarge

from .sealing import BLOCK, Unreadable, Unsealing
from .texts import clean

MEDIA_HOSTS = (".qq.com", ".myqcloud.com", ".qpic.cn")
"""Where the platform keeps files; myqcloud.com was seen. A name with a leading dot means everything below it."""
PIECE = 256 * 1024
_GONE = "文件链接已失效(5 分钟),请重发 / the file's link is no longer valid (5 minutes), please send it again"
_UNREADABLE = "文件解不开,请重发 / the file cannot be decrypted, please send it again"
_EXTENDED = re.compile(r"filename\*\s*=\s*(?:utf-8|UTF-8)'[^']*'([^;\s]+)", re.IGNORECASE)
_QUOTED = re.compile(r'filename\s*=\s*"((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_BARE = re.compile(r"filename\s*=\s*([^;\s]+)", re.IGNORECASE)
_HOSTILE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def allowed(url: str, hosts: tuple[str, ...]) -> str:
    """Empty, or why this address is not asked: the addresses come from outside (defence in depth: they are signed). Plain
    http goes to loopback hosts that the settings name, never further."""
    try:
        parts = urlsplit(url)
        host, scheme = (parts.hostname or "").lower(), parts.scheme.lower()
    except ValueError:
        return "no address"
    named = any(host == one or (one.startswith(".") and host.endswith(one)) for one in hosts)
    if scheme not in {"https", "http"} or not host or parts.username is not None:
        return "only http(s) without a user name"
    if not named:
        return f"host {host[:100]} is not among those allowed"
    if scheme == "http" and not _loopback(host):
        return "plain http is not used"
    return ""


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def safe_name(name: str) -> str:
    """A name to show: no folders, no control or direction marks, at most 200 bytes with its ending kept."""
    last = _HOSTILE.sub("", clean(name)).replace("\\", "/").rsplit("/", 1)[-1].strip(" .")
    stem, dot, ending = last.rpartition(".")
    if not dot or len(ending.encode()) > 20:
        stem, dot, ending = last, "", ""
    room = 200 - len((dot + ending).encode())
    return stem.encode()[:room].decode("utf-8", "ignore") + dot + ending


def disposition_name(header: str) -> str:
    """The name in a Content-Disposition: RFC 5987 first, then the plain one percent-decoded. Header bytes may be raw UTF-8."""
    if found := _EXTENDED.search(header):
        return safe_name(unquote(found.group(1).strip('"')))
    found = _QUOTED.search(header) or _BARE.search(header)
    raw = re.sub(r"\\(.)", r"\1", found.group(1)) if found else ""
    with suppress(UnicodeEncodeError, UnicodeDecodeError):  # then it was no raw UTF-8
        raw = raw.encode("latin-1").decode("utf-8")
    return safe_name(unquote(raw))


async def download(
    http: httpx.AsyncClient,
    attachment: Attachment,
    key: bytes,
    folder: Path,
    limit: int,
    hosts: tuple[str, ...],
) -> Fetched:
    """To a fresh file in `folder`; nothing is left behind when it fails. Raises TooLarge, Gone, OSError."""
    if why := allowed(attachment.ref, hosts):
        raise Gone(f"文件地址不在允许之列 / the file's address is not allowed: {why}")
    path = folder / uuid.uuid4().hex
    try:
        async with http.stream("GET", attachment.ref, follow_redirects=False) as response:
            _check(response, limit)
            size = await _write(response, Unsealing(key), path, limit)
            name = disposition_name(response.headers.get("content-disposition", ""))
            mime = response.headers.get("content-type", "").partition(";")[0].strip()
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, Unreadable):
            raise Gone(_UNREADABLE) from None
        if isinstance(error, httpx.HTTPError | httpx.InvalidURL):
            # its words may hold the signed address
            raise OSError(f"the download broke off: {type(error).__name__}") from None
        raise
    return Fetched(path=str(path), name=name or safe_name(attachment.name), mime=mime, size=size)


def _check(response: httpx.Response, limit: int) -> None:
    if response.status_code >= 500 or response.status_code == 429:
        raise OSError(f"the file server answers {response.status_code}")
    if response.status_code != 200:
        raise Gone(f"{_GONE} ({response.status_code})")
    said = response.headers.get("content-length", "")
    if said.isdigit() and int(said) > limit + BLOCK:
        raise TooLarge(limit)


async def _write(response: httpx.Response, unsealing: Unsealing, path: Path, limit: int) -> int:
    """Bytes written. The limit is kept while they come: a length header may lie."""
    size = 0
    with await asyncio.to_thread(path.open, "xb") as file:
        async for data in response.aiter_bytes(PIECE):
            plain = unsealing.more(data)
            size += len(plain)
            if size > limit:
                raise TooLarge(limit)
            await asyncio.to_thread(file.write, plain)
        plain = unsealing.end()
        size += len(plain)
        if size > limit:
            raise TooLarge(limit)
        await asyncio.to_thread(file.write, plain)
    return size
