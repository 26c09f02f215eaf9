"""One raw event becomes a clean one: identifiers hashed, clocks corrected, words masked, fields typed. No database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from knowledge.insight.journey.events import SOURCES

from .cleaning import UTM, masked, page_of, utm_of
from .faults import quarantined, rejected
from .fields import currency, flag, moment, money, old_enough, props, seconds, text
from .keys import HouseKey

NAMED = {
    "user_id": "user", "phone": "phone", "email": "email", "wecom_id": "wecom", "external_userid": "wecom",
    "unionid": "wecom", "anon_id": "anon", "device_id": "device",
}  # fmt: skip
"""Field of an event -> kind of identifier."""

PERSONAL = frozenset({*NAMED, "session_id", "ip", "user_agent"})
FIELDS = PERSONAL | {
    "id", "name", "at", "sent_at", "source", "page", "title", "referrer", "utm", *(f"utm_{one}" for one in UTM),
    "visible_s", "engaged", "value", "value_fen", "currency", "direction", "props", "consent", "account_id", "bot",
}  # fmt: skip
PURPOSES = ("analytics", "identity", "marketing")

FAST_CLOCK = timedelta(minutes=1)
STALE = timedelta(days=400)


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Who hands events in. `source` is where they happened when they do not say; `live` are events of a browser or an app, whose
    clock is corrected and whose `bot` is known from what the browser says of itself."""

    source: str
    received_at: datetime
    live: bool = False
    bot: bool = False


@dataclass(frozen=True, kw_only=True)
class Clean:
    """An event without raw identifiers. `ids` are its identifiers, the strongest first."""

    id: str
    name: str
    at: datetime
    received_at: datetime
    source: str
    ids: tuple[str, ...] = ()
    consent: Mapping[str, bool] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    props: Mapping[str, Any] = field(default_factory=dict)


def clean(payload: Mapping[str, Any], origin: Origin, key: HouseKey, blocked: tuple[str, ...] = ()) -> Clean:
    """The event in a payload. Raises Fault for one that is none (no name, no moment, a field that means something else)."""
    unknown = sorted(str(one) for one in payload if one not in FIELDS)
    if unknown:
        shown = masked(", ".join(unknown), 100)
        raise quarantined("unknown_field", f"不认识的字段 {shown}", f"unknown fields {shown}")
    name = text(payload, "name", 80)
    if not name:
        raise rejected("no_name", "没有事件名 name", "there is no event name")
    source = text(payload, "source", 20) or origin.source
    if source not in SOURCES:
        raise rejected(
            "source", f"source 只能是 {', '.join(SOURCES)}", f"source is one of {', '.join(SOURCES)}"
        )
    ids = key.identifiers(_raw(payload), blocked)
    page_view = text(payload, "session_id", 200)
    session = key.digest("session", page_view) if page_view else ""
    return Clean(
        id=_id(payload, key, origin),
        name=name,
        at=_moment(payload, origin),
        received_at=origin.received_at,
        source=source,
        ids=(*ids, f"session:{session}") if session else ids,
        consent=_consent(payload),
        fields=_fields(payload, origin, session),
        props=props(payload),
    )


def _raw(payload: Mapping[str, Any]) -> list[tuple[str, Any]]:
    found = []
    for name, kind in NAMED.items():
        value = payload.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            found.append((kind, value))
        elif value is not None:
            raise rejected("identifier", f"{name} 应为文字", f"{name} should be a text")
    return found


def _id(payload: Mapping[str, Any], key: HouseKey, origin: Origin) -> str:
    """The sender's own id; one that holds a number or an address is hashed. Without one, a hash of the whole event, so that
    the same line of a file is the same event at every import."""
    given = text(payload, "id", 200)
    if given:
        return given if masked(given) == given else f"ev-{key.digest('event', given)}"
    try:
        whole = payload if payload.get("at") else {**payload, "at": origin.received_at.isoformat()}
        told = json.dumps(whole, ensure_ascii=False, sort_keys=True, default=str)
    except (TypeError, ValueError):
        raise rejected("type", "事件不是 JSON", "the event is not JSON") from None
    return f"ev-{key.digest('event', hashlib.sha256(told.encode()).hexdigest())}"


def _moment(payload: Mapping[str, Any], origin: Origin) -> datetime:
    """When it happened. A live clock that runs wrong is corrected by what it said when it sent: the moment of arrival less the
    time between the event and its sending. A future that stays is the moment of arrival."""
    at = moment(payload.get("at"), "at") if payload.get("at") not in (None, "") else None
    if at is None and not origin.live:
        raise rejected("no_moment", "没有时间 at", "there is no moment: at")
    arrived = origin.received_at
    at = at or arrived
    if not origin.live:
        if at > arrived + timedelta(days=1):
            raise rejected(
                "future", f"时间 {at:%Y-%m-%d %H:%M} 在将来", f"{at:%Y-%m-%d %H:%M} lies in the future"
            )
        return old_enough(at)
    sent = moment(payload["sent_at"], "sent_at") if payload.get("sent_at") else None
    if sent is not None and abs(arrived - sent) > FAST_CLOCK:
        at += arrived - sent
    at = min(at, arrived)
    if at < arrived - STALE:
        raise quarantined("clock", "时钟不可信:时间太早", "a clock that cannot be trusted: too long ago")
    return at


def _consent(payload: Mapping[str, Any]) -> dict[str, bool]:
    given = payload.get("consent")
    if given is None:
        return {}
    if not isinstance(given, Mapping) or any(
        one not in PURPOSES or not isinstance(value, bool) for one, value in given.items()
    ):
        told = ", ".join(PURPOSES)
        raise rejected(
            "consent", f"consent 只能有 {told},值为 true/false", f"consent holds {told}, true or false"
        )
    return dict(given)


def _fields(payload: Mapping[str, Any], origin: Origin, session: str) -> dict[str, Any]:
    page, direction = text(payload, "page", 4000), text(payload, "direction", 10)
    if direction not in ("", "in", "out"):
        raise rejected("direction", "direction 只能是 in 或 out", "direction is in or out")
    found = {
        "page": page_of(page) if page else "",
        "title": masked(text(payload, "title", 400), 200),
        "referrer": page_of(text(payload, "referrer", 4000)),
        "direction": direction,
        "session": session[:16],
        "visible_s": seconds(payload.get("visible_s")),
        "engaged": flag(payload, "engaged"),
        "value_fen": money(payload),
        "currency": currency(payload),
        "bot": origin.bot or bool(flag(payload, "bot")),
        "account_id": text(payload, "account_id", 100),
    }
    labels = payload.get("utm")
    named = labels if isinstance(labels, Mapping) else {}
    in_page = utm_of(page)
    given = {one: str(named.get(one) or payload.get(f"utm_{one}") or in_page.get(one, "")) for one in UTM}
    return found | {f"utm_{one}": masked(value, 100) for one, value in given.items()}
