"""How figures, dates and terms are written for a salesperson, in Chinese and English."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from pydantic import ValidationError

from knowledge import blueprints
from knowledge.blueprints.process import Process
from knowledge.blueprints.trackers import in_force
from knowledge.insight.sentences import split
from knowledge.terms import query_terms

from .skill import Turn

KINDS = {
    "mail": ("邮件", "e-mail"),
    "call": ("电话", "call"),
    "meeting": ("会议", "meeting"),
    "chat": ("聊天", "chat"),
    "web": ("网页访问", "web visit"),
    "order": ("订单", "order"),
    "note": ("记录", "note"),
    "playbook": ("话术库", "playbook"),
}
INFLUENCES = {
    "decision_maker": ("决策人", "decision maker"),
    "economic_buyer": ("预算决策人", "economic buyer"),
    "champion": ("内部支持者", "champion"),
    "user": ("使用者", "user"),
    "gatekeeper": ("把关人", "gatekeeper"),
    "blocker": ("反对者", "blocker"),
}
OFFER_STATES = {
    "draft": ("草稿", "draft"),
    "approved": ("已批准", "approved"),
    "sent": ("已发出", "sent"),
    "accepted": ("已接受", "accepted"),
    "expired": ("已过期", "expired"),
}
_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "HKD": "HK$"}


def process_of(turn: Turn) -> Process:
    """The sales process in force with the trackers that feed its warnings; the default that ships when the published one does
    not have its shape."""
    content: Any = turn.desk.blueprint("process", "default")
    try:
        found = Process.model_validate(content)
    except ValidationError:
        found = Process.model_validate(blueprints.default("process"))
    return found.with_trackers(in_force(turn.desk.blueprints("trackers")))


def term(turn: Turn, table: dict[str, tuple[str, str]], key: str) -> str:
    """The word for a key in the asker's language; the key itself when it has none."""
    return turn.say(*table.get(key, (key, key)))


def money(fen: int, currency: str = "CNY") -> str:
    """Hundredths of a unit as ¥1,280,000 or ¥1,280,000.50."""
    sign = _SIGNS.get(currency, f"{currency} ")
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{sign}{whole:,}" + (f".{rest:02d}" if rest else "")


def percent(basis_points: int) -> str:
    """1250 -> 12.5%."""
    return f"{basis_points / 100:g}%"


def day(moment: datetime, utc_offset_hours: int = 8) -> str:
    """The ISO date of a moment on the working clock."""
    return moment.astimezone(timezone(timedelta(hours=utc_offset_hours))).date().isoformat()


def clock(iso: str, utc_offset_hours: int = 8) -> str:
    """The time of day of an ISO moment on the working clock, HH:MM:SS; what was given when it is no moment."""
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return moment.astimezone(timezone(timedelta(hours=utc_offset_hours))).strftime("%H:%M:%S")


def short(text: str, limit: int = 90) -> str:
    """A verbatim beginning of a text, at most `limit` characters, cut at a sentence or clause when there is one."""
    line = text.strip().splitlines()[0].strip() if text.strip() else ""
    if len(line) <= limit:
        return line
    cut = max(line.rfind(mark, limit // 3, limit) for mark in "。！？；，!?;, ")
    return line[: cut + 1].rstrip() if cut > 0 else line[:limit]


def excerpt(text: str, query: str, limit: int = 160) -> str:
    """The line of a text that shares most telling terms with the query, verbatim, at most `limit` characters."""
    wanted = set(query_terms(query))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    # Without a word in common (another language, say) the fullest line tells more than the first one.
    best = max(
        lines, key=lambda line: (len(wanted & set(query_terms(line))), min(len(line), limit)), default=""
    )
    if len(best) <= limit:
        return best
    pieces = split(best)
    at = max(range(len(pieces)), key=lambda n: len(wanted & set(query_terms(pieces[n]))))
    return short(pieces[at], limit)
