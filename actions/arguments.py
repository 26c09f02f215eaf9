"""What every effect asks of its arguments: their shape with a sentence when it is wrong, moments, one-line texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from .action import UNTRUSTED_LABELS
from .effect import BadArguments, Scene

Model = TypeVar("Model", bound=BaseModel)
DAY_ENDS = 18
"""The hour that stands for a day without an hour: what is due on Friday is due when Friday's work ends."""
_UNSEEN = {
    code: None
    for code in (*range(0x20), 0x7F, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, *range(0x202A, 0x202F))
}


def given(model: type[Model], args: Mapping[str, Any], noun: tuple[str, str]) -> Model:
    """The arguments in their shape. Raises BadArguments naming the first one that is wrong; `noun` says of what."""
    try:
        return model.model_validate(dict(args))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadArguments(f"{noun[0]}的 {where} 不对 / {noun[1]} {where}: {first['msg']}") from error


def line(text: str) -> str:
    """A text as one line that shows everything it says: no control, invisible or direction-changing characters."""
    return " ".join(text.replace("\n", " ").replace("\r", " ").replace("\t", " ").translate(_UNSEEN).split())


def moment(text: str, scene: Scene, *, hour: int = DAY_ENDS) -> datetime:
    """An ISO day or moment as UTC; without a zone it is on the working calendar's clock, a day alone ends at `hour`.

    Raises BadArguments.
    """
    zone = timezone(timedelta(hours=scene.utc_offset_hours))
    try:
        found = (
            datetime.combine(date.fromisoformat(text), time(hour))
            if len(text.strip()) == len("2026-11-27")
            else datetime.fromisoformat(text)
        )
    except ValueError as error:
        raise BadArguments(f"时间 {text!r} 看不懂,请写成 2026-11-27 15:00 / not a time: {text!r}") from error
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def local(moment: datetime, utc_offset_hours: int = 8) -> datetime:
    """A moment on the working calendar's clock."""
    return moment.astimezone(timezone(timedelta(hours=utc_offset_hours)))


def shown(moment: datetime | None, utc_offset_hours: int = 8) -> str:
    """A moment as people read it, 2026-11-27 15:00; "" for none."""
    return f"{local(moment, utc_offset_hours):%Y-%m-%d %H:%M}" if moment else ""


def money(fen: int, currency: str = "CNY") -> str:
    """Hundredths of a unit as ¥1,280,000 or ¥1,280,000.50."""
    sign = {"CNY": "¥", "USD": "$", "EUR": "€", "HKD": "HK$"}.get(currency, f"{currency} ")
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{sign}{whole:,}" + (f".{rest:02d}" if rest else "")


def tainted(scene: Scene) -> frozenset[str]:
    """The arguments that carry an untrusted label."""
    return frozenset(name for name, labels in scene.labels.items() if labels & UNTRUSTED_LABELS)
