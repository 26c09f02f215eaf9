"""A mailbox behind IMAP: signed in over TLS, opened for reading only, asked for little at a time. Only this file knows IMAPClient."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from .errors import FeedError, one_line

for _name in ("imapclient", "imapclient.imaplib"):
    logging.getLogger(_name).setLevel(
        logging.WARNING
    )  # below that it writes down what is said, passwords too

TIMEOUT_S = 60.0
HEADER = "BODY.PEEK[HEADER.FIELDS (FROM TO CC REPLY-TO DATE SUBJECT MESSAGE-ID IN-REPLY-TO REFERENCES CONTENT-TYPE)]"
MAX_HEADER = 64 * 1024

Role = Literal["inbox", "sent", "other"]
_NOT_READ = (b"\\Trash", b"\\Junk", b"\\Drafts", b"\\All", b"\\Flagged", b"\\Important", b"\\Noselect")
_SENT_NAMES = frozenset(
    {"sent", "sent items", "sent messages", "已发送", "已发送邮件", "发件箱", "已传送", "inbox.sent"}
)
_SKIPPED_NAMES = frozenset({
    "trash", "junk", "spam", "drafts", "deleted items", "deleted messages", "junk e-mail", "已删除", "已删除邮件",
    "垃圾邮件", "垃圾箱", "草稿箱", "草稿", "病毒文件夹", "广告邮件", "订阅邮件",
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Box:
    """Where a mailbox is and how one signs in. `secret` gives the password, or with `xoauth2` an access token; it is asked
    for anew at every sign-in, because tokens run out. `tls` is implicit, starttls or none (loopback only)."""

    host: str
    port: int
    user: str
    secret: Callable[[], str] = field(repr=False)
    auth: Literal["password", "xoauth2"] = "password"
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    ca_file: str = ""


@dataclass(frozen=True, kw_only=True)
class Folder:
    """One folder and what it is for."""

    name: str
    role: Role


@dataclass(frozen=True, kw_only=True)
class Head:
    """What is known of a mail before it is fetched. `size` in bytes; `at` is when the server took it in."""

    uid: int
    size: int
    at: datetime | None
    header: bytes


class Mailbox:
    """An open connection; folders are only ever examined, no flag is changed. What the server refuses is a FeedError."""

    def __init__(self, client: IMAPClient) -> None:
        self._client = client

    def folders(self) -> tuple[Folder, ...]:
        """The folders worth reading, the inbox first; trash, spam, drafts and virtual folders are left out."""
        found = []
        for flags, _mark, name in self._client.list_folders():
            if any(flag in _NOT_READ for flag in flags) or str(name).casefold() in _SKIPPED_NAMES:
                continue
            sent = b"\\Sent" in flags or str(name).casefold() in _SENT_NAMES
            role: Role = "sent" if sent else "inbox" if str(name).upper() == "INBOX" else "other"
            found.append(Folder(name=str(name), role=role))
        order = ("inbox", "sent", "other")
        return tuple(sorted(found, key=lambda one: (order.index(one.role), one.name)))

    def open(self, folder: str) -> int:
        """Examine a folder; its UIDVALIDITY."""
        return int(self._client.select_folder(folder, readonly=True)[b"UIDVALIDITY"])

    def uids(self, after: int, since: datetime | None = None) -> list[int]:
        """The UIDs above `after`, ascending; with `since` only of mails taken in on that day or later."""
        criteria: list[Any] = ["UID", f"{after + 1}:*"]
        if since is not None:
            criteria += ["SINCE", since.date()]
        return sorted(
            uid for uid in self._client.search(criteria) if uid > after
        )  # n:* always names the last one

    def heads(self, uids: Sequence[int]) -> list[Head]:
        """Sizes and the headers that say who wrote to whom; what has vanished meanwhile is left out."""
        found = self._client.fetch(list(uids), ["RFC822.SIZE", "INTERNALDATE", HEADER])
        return [_head(uid, found[uid]) for uid in uids if uid in found]

    def body(self, uid: int) -> bytes | None:
        """The whole mail; None when it has vanished. It stays unread."""
        found = self._client.fetch([uid], ["BODY.PEEK[]"]).get(uid)
        return None if found is None else bytes(found.get(b"BODY[]") or b"")

    def search_header(self, name: str, value: str) -> list[int]:
        """UIDs of the mails of the open folder whose header holds this value."""
        return sorted(self._client.search(["HEADER", name, value]))

    def search_body(self, words: str, since: datetime) -> list[int]:
        """UIDs of the mails of the open folder, taken in since then, that say this anywhere."""
        return sorted(self._client.search(["SINCE", since.date(), "TEXT", words]))


@contextmanager
def signed_in(box: Box) -> Iterator[Mailbox]:
    """An open mailbox. Raises FeedError with what to do; the secret is in none of its sentences."""
    try:
        client = _connected(box)
    except (OSError, IMAPClientError) as error:
        raise FeedError(f"连不上 {box.host}:{box.port} (cannot connect)：{one_line(error)}") from None
    try:
        _sign_in(client, box)
        yield Mailbox(client)
    except FeedError:
        raise
    except IMAPClientError as error:
        raise FeedError(f"邮箱服务器拒绝了请求 (the mail server refused)：{one_line(error, 160)}") from None
    except (OSError, UnicodeError, ValueError) as error:
        raise FeedError(f"与 {box.host} 的连接断了 (the connection broke)：{one_line(error)}") from None
    finally:
        with suppress(Exception):
            client.logout()


def _connected(box: Box) -> IMAPClient:
    if box.tls == "none" and box.host not in ("localhost", "127.0.0.1", "::1"):
        raise FeedError(f"{box.host}：不经 TLS 不登录 (no sign-in without TLS)；用 imaps:// 或 imap://")
    context = ssl.create_default_context(cafile=box.ca_file or None)
    client = IMAPClient(box.host, box.port, ssl=box.tls == "implicit", ssl_context=context, timeout=TIMEOUT_S)
    if box.tls == "starttls":
        client.starttls(context)
    return client


def _sign_in(client: IMAPClient, box: Box) -> None:
    try:
        if box.auth == "xoauth2":
            client.oauth2_login(box.user, box.secret())
        else:
            client.login(box.user, box.secret())
    except (LoginError, UnicodeEncodeError):
        raise FeedError(
            f"{box.user} 登录 {box.host} 被拒绝：检查密码(很多邮箱要用授权码)或令牌 "
            "(sign-in refused: check the password, an app password, or the token)。"
        ) from None
    if b"ID" in client.capabilities():
        with suppress(IMAPClientError):
            client.id_(
                {"name": "chengdan", "version": "1"}
            )  # 163 and 126 open no folder to a nameless client


def _head(uid: int, found: Any) -> Head:
    header = next((value for key, value in found.items() if key.startswith(b"BODY[HEADER")), b"") or b""
    at = found.get(b"INTERNALDATE")
    moment = at.astimezone(UTC) if isinstance(at, datetime) else None  # naive: the client made it local time
    return Head(
        uid=uid, size=int(found.get(b"RFC822.SIZE") or 0), at=moment, header=bytes(header)[:MAX_HEADER]
    )
