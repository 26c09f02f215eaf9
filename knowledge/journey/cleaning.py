"""What may be kept of an event's words: addresses of pages without their queries, texts without numbers and addresses. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

MASK = "[masked]"
LONGEST_PAGE = 500
UTM = ("source", "medium", "campaign", "term", "content")

_EMAIL = re.compile(r"[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?<![\d.])(?:\+|00)?\d(?:[\s()-]{0,2}\d){9,14}(?![\d.])|(?<!\d)1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)"
)
_ID_CARD = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dXx])")
_BOTS = re.compile(
    r"bot\b|bot[/;) -]|crawl|spider|slurp|headless|phantom|selenium|puppeteer|playwright|curl/|wget/|python-|"
    r"java/|go-http|okhttp|httpclient|scrapy|lighthouse|monitor|preview|facebookexternalhit|bytespider|baiduspider",
    re.IGNORECASE,
)


def masked(text: str, longest: int = 500) -> str:
    """The text without mail addresses, telephone and identity numbers, cut to `longest` characters."""
    kept = _EMAIL.sub(MASK, text.replace("\x00", ""))
    return _NUMBER.sub(MASK, _ID_CARD.sub(MASK, kept))[:longest]


def page_of(url: str) -> str:
    """Host and path; a query or a fragment may hold anything and is not kept. "" for what is no address of a page."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme not in ("", "http", "https") or (not host and not parts.path.startswith("/")):
        return ""
    return masked(host + unquote(parts.path or "/"), LONGEST_PAGE)


def utm_of(url: str) -> dict[str, str]:
    """The campaign labels in a page's query, without `utm_`."""
    try:
        query = parse_qsl(urlsplit(url.strip()).query, max_num_fields=100)
    except ValueError:
        return {}
    named = {
        key.lower().removeprefix("utm_"): value for key, value in query if key.lower().startswith("utm_")
    }
    return {name: masked(named[name], 100) for name in UTM if named.get(name)}


def is_bot(agent: str) -> bool:
    """Whether a browser says of itself that nobody sits before it; a browser that says nothing does as well."""
    return not agent.strip() or bool(_BOTS.search(agent))


def minimal(payload: Mapping[str, Any], drop: frozenset[str], longest: int = 2000) -> dict[str, Any]:
    """What may be kept of an event that was not understood: no identifiers, masked texts, nothing nested deep."""
    kept: dict[str, Any] = {}
    size = 0
    for key in sorted(map(str, payload)):
        value = payload[key]
        if key in drop:
            continue
        made = _minimal(value)
        size += len(key) + len(str(made))
        if size > longest:
            kept["…"] = True
            break
        kept[masked(key, 60)] = made
    return kept


def _minimal(value: Any, depth: int = 0) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return value if abs(value) < 1e9 else MASK
    if isinstance(value, str):
        is_url = value.startswith(("http://", "https://"))
        return f"https://{page_of(value)}" if is_url else masked(value, 200)
    if isinstance(value, Mapping) and depth < 2:
        return {
            masked(str(key), 60): _minimal(one, depth + 1) for key, one in sorted(value.items(), key=str)[:20]
        }
    if isinstance(value, list | tuple) and depth < 2:
        return [_minimal(one, depth + 1) for one in value[:20]]
    return MASK
