"""An SMTP address as settings write it, read into options; errors never repeat it, for it may hold a password."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

FORM = "请写成 smtp://user:password@host:587 或 smtps://host:465 / write smtp://user:password@host:587"


@dataclass(frozen=True, kw_only=True)
class SmtpOptions:
    """`security`: tls (from the first byte), require or auto (STARTTLS must or may be offered), never.
    `timeout_seconds` holds for connecting and for each answer; `ca_file` trusts one more certificate."""

    host: str
    port: int
    security: Literal["tls", "require", "auto", "never"] = "auto"
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    timeout_seconds: float = 20.0
    ca_file: str = ""
    hello_name: str = ""

    def secrets(self) -> tuple[str, ...]:
        """Every spelling of user and password that a server might say back to us, longest first."""
        plain = [text for text in (self.user, self.password) if text]
        both = [f"\0{self.user}\0{self.password}"] if self.password else []
        encoded = [base64.b64encode(text.encode()).decode() for text in plain + both]
        return tuple(sorted((*plain, *encoded), key=len, reverse=True))


def smtp_options(url: str) -> SmtpOptions:
    """Read `smtp[s]://[user:pass@]host[:port][?starttls=require|auto|never&timeout=20&ca=/path&hello=name]`.

    Raises ValueError with a sentence that does not repeat the address.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        query = parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        raise ValueError(f"SMTP_URL 读不懂。{FORM}") from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError(f"SMTP_URL 读不懂。{FORM}")
    unknown = set(query) - {"starttls", "timeout", "ca", "hello"}
    if unknown:
        raise ValueError(
            "SMTP_URL 里有不认识的选项，只认 starttls、timeout、ca、hello / unknown option in SMTP_URL"
        )
    return SmtpOptions(
        host=parts.hostname,
        port=port or (465 if parts.scheme == "smtps" else 587),
        security=_security(parts.scheme, query),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        timeout_seconds=_timeout(query),
        ca_file=query.get("ca", [""])[-1],
        hello_name=query.get("hello", [""])[-1],
    )


def _security(scheme: str, query: dict[str, list[str]]) -> Literal["tls", "require", "auto", "never"]:
    if scheme == "smtps":
        return "tls"
    match query.get("starttls", ["auto"])[-1]:
        case "require":
            return "require"
        case "auto":
            return "auto"
        case "never":
            return "never"
    raise ValueError(
        "SMTP_URL 的 starttls 只能是 require、auto 或 never / starttls is require, auto or never"
    )


def _timeout(query: dict[str, list[str]]) -> float:
    text = query.get("timeout", ["20"])[-1]
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 600:
        raise ValueError("SMTP_URL 的 timeout 是 0 到 600 之间的秒数 / timeout is seconds between 0 and 600")
    return seconds
