"""Files out (uploaded, then sent as what DingTalk takes) and files in (by download code)."""

from __future__ import annotations

import asyncio
import io
import re
import uuid
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import Message
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

import httpx

from bot.street.words import Attachment, Fate, Fetched, FilePart, Gone, Load, Parcel, Sent, TooLarge

from .api import Api
from .speaking import Speaker
from .trouble import REFUSED, Trouble

MOST_BYTES = 20 * 1024 * 1024
TAKEN = {"doc", "docx", "xls", "xlsx", "ppt", "pptx", "zip", "pdf", "rar"}
PICTURES = {"jpg", "jpeg", "png", "gif", "bmp"}
HOPS = 3
_ODD = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]')


async def send_file(api: Api, speaker: Speaker, parcel: Parcel, file: FilePart) -> Sent:
    """Upload and send. What DingTalk does not take goes as a zip, what is too large is said in words. Raises Trouble."""
    name = safe_name(file.name)
    try:
        content = await asyncio.to_thread(_read, Path(file.path))
    except OSError:
        raise Trouble(Fate.NEVER, REFUSED, "文件读不到 / the file cannot be read") from None
    kind = name.rpartition(".")[2].lower()
    picture = parcel.load is Load.IMAGE and kind in PICTURES
    if not picture and kind not in TAKEN and len(content) <= 8 * MOST_BYTES:
        content = await asyncio.to_thread(_zipped, name, content)
        name, kind = f"{name}.zip", "zip"
    if len(content) > MOST_BYTES:
        return await _too_large(speaker, parcel, file)
    mime = file.mime if kind != "zip" else "application/zip"
    media = await api.upload("image" if picture else "file", name, content, mime)
    if picture:
        return await speaker.robot(parcel.address, "sampleImageMsg", {"photoURL": media})
    param = {"mediaId": media, "fileName": name, "fileType": kind}
    return await speaker.robot(parcel.address, "sampleFile", param)


async def _too_large(speaker: Speaker, parcel: Parcel, file: FilePart) -> Sent:
    words = f"文件 {safe_name(file.name)} 超过钉钉的 20 MB,发不出去。 / is larger than DingTalk's 20 MB and cannot be sent."
    await speaker.say(parcel.address, words, plain=True)
    return Sent(fate=Fate.NEVER, note="超过 20 MB,已告知 / larger than 20 MB, the chat was told")


def _read(path: Path) -> bytes:
    """At most what could still fit once it is packed."""
    with path.open("rb") as file:
        return file.read(8 * MOST_BYTES + 1)


def _zipped(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def safe_name(name: str) -> str:
    """A name to show: no folders, no control or direction marks, not too long, its ending kept."""
    bare = _ODD.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(" .")
    stem, dot, ending = bare.rpartition(".")
    return f"{(stem or ending)[:80]}{dot if stem else ''}{ending[:10] if stem else ''}" or "file"


async def download(api: Api, robot: str, attachment: Attachment, folder: Path, limit: int) -> Fetched:
    """Fetch by download code, at most `limit` bytes. Raises TooLarge, Gone, or OSError for what may be tried again."""
    try:
        body = {"downloadCode": attachment.ref, "robotCode": robot}
        record = await api.call("POST", "/v1.0/robot/messageFiles/download", body)
    except Trouble as trouble:
        raise (Gone(trouble.note) if trouble.fate is Fate.NEVER else OSError(trouble.note)) from None
    url = record.get("downloadUrl")
    if not isinstance(url, str) or not url:
        raise Gone("钉钉没有给出下载地址 / no address to download from")
    path = folder / uuid.uuid4().hex
    try:
        async with _opened(api, url) as response:
            size = await _save(response, path, limit)
            mime = response.headers.get("content-type", "").partition(";")[0].strip()
            name = _told_name(response) or attachment.name or _made_name(attachment, url)
    except httpx.HTTPError as error:
        path.unlink(missing_ok=True)
        raise OSError(f"下载中断 / the download broke: {type(error).__name__}") from None
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Fetched(path=str(path), name=safe_name(name), mime=mime, size=size)


@asynccontextmanager
async def _opened(api: Api, url: str) -> AsyncIterator[httpx.Response]:
    """The response behind a few redirects, each of which is looked at before it is followed."""
    for _ in range(HOPS):
        _check(api, url)
        async with api.http.stream("GET", url) as response:
            if response.is_redirect:
                url = urljoin(url, response.headers.get("location", ""))
                continue
            if response.status_code in (400, 401, 403, 404, 410):
                raise Gone(f"文件已失效 / the file is gone: HTTP {response.status_code}")
            if response.status_code >= 300:
                raise OSError(f"下载失败 / the download failed: HTTP {response.status_code}")
            yield response
            return
    raise Gone("下载地址一再跳转 / too many redirects")


def _check(api: Api, url: str) -> None:
    """Files lie on public https hosts; an address inside our own network is none. (Where the API itself was moved to plain http
    we are in a test or behind a proxy, and its own host is good.)"""
    parts, ours = urlsplit(url), urlsplit(api.api_base)
    if parts.scheme == "http" == ours.scheme and parts.hostname == ours.hostname:
        return
    host = parts.hostname or ""
    if parts.scheme != "https" or re.fullmatch(r"[\d.]+|.*:.*|localhost|[^.]*", host):
        raise Gone("下载地址不可信 / the download address is not trusted")


async def _save(response: httpx.Response, path: Path, limit: int) -> int:
    said = response.headers.get("content-length", "")
    if said.isdigit() and int(said) > limit:
        raise TooLarge(limit)
    size = 0
    with path.open("xb") as file:
        async for chunk in response.aiter_bytes(256 * 1024):
            size += len(chunk)
            if size > limit:
                raise TooLarge(limit)
            await asyncio.to_thread(file.write, chunk)
    return size


def _told_name(response: httpx.Response) -> str:
    header = Message()
    header["content-disposition"] = response.headers.get("content-disposition", "")
    try:
        return unquote(header.get_filename() or "")
    except (LookupError, ValueError):
        return ""


def _made_name(attachment: Attachment, url: str) -> str:
    """Voices come without a name; AMR is the usual kind."""
    ending = PurePosixPath(urlsplit(url).path).suffix
    usual = {"voice": ".amr", "image": ".jpg", "video": ".mp4"}.get(attachment.kind, "")
    return f"{attachment.kind}{ending if 1 < len(ending) <= 6 else usual}"
