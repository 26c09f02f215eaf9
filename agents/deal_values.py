"""What a person calls a new value of a deal's field, as the value it is, and whether they said it themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from .lookup import Unclear, not_found, the_colleague_id
from .offline.dates import ZONE, moment, period
from .offline.quantities import money_fen
from .provenance import was_typed
from .skill import Turn
from .stages import stage_of
from .wording import process_of

DAY_ENDS = time(18)


@dataclass(frozen=True, kw_only=True)
class NewValues:
    """The changes to ask for, each {field, new}, and which of them the asker said in their own words."""

    changes: tuple[Mapping[str, str | int], ...]
    typed: bool


def read(turn: Turn, field: str, said: str) -> NewValues | Unclear:
    """The value meant by `said` for a field; a sentence when it cannot be understood."""
    return _READERS[field](turn, field, said.strip())


def typed_moment(turn: Turn, wanted: datetime | date) -> bool:
    """Whether the asker's own words name this day (and this hour, where it has one other than the day's end)."""
    day = wanted.astimezone(ZONE).date() if isinstance(wanted, datetime) else wanted
    if day.isoformat() in turn.text:
        return True
    found = period(turn.text, turn.desk.now)
    if found is None or day not in (found.since, found.until):
        return False
    named = moment(turn.text, turn.desk.now)
    if not isinstance(wanted, datetime) or wanted.astimezone(ZONE).time() in (time(), DAY_ENDS):
        return True
    return named is None or named == wanted


def iso_moment(turn: Turn, said: str) -> datetime | date | None:
    """An ISO day or moment (Beijing time where it has no zone), or a day in words; None when it is neither."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", said.strip()):
            return date.fromisoformat(said.strip())
        found = datetime.fromisoformat(said.strip())
        return found if found.tzinfo else found.replace(tzinfo=ZONE)
    except ValueError:
        pass
    named = moment(said, turn.desk.now)
    if named is not None:
        return named if named.time() != time() else named.date()
    span = period(said, turn.desk.now)
    return span.until if span is not None and span.until is not None else None


def _one(field: str, new: str | int, typed: bool) -> NewValues:
    return NewValues(changes=({"field": field, "new": new},), typed=typed)


def _stage(turn: Turn, field: str, said: str) -> NewValues | Unclear:
    process = process_of(turn)
    stage = stage_of(said, process)
    if not stage:
        names = turn.say("、", ", ").join(turn.say(one.name, one.name_en) for one in process.stages)
        return Unclear(
            turn.say(
                f"没有“{said[:30]}”这个阶段,可以是:{names}。", f"There is no stage “{said[:30]}”: {names}."
            )
        )
    return _one(
        field, stage, stage_of(turn.text, process) == stage or said.casefold() in turn.text.casefold()
    )


def _amount(turn: Turn, field: str, said: str) -> NewValues | Unclear:
    fen = money_fen(said)
    if fen is None:
        plain = re.sub(r"[,,\s¥¥元]", "", said)
        try:
            fen = int(Decimal(plain) * 100)
        except (InvalidOperation, ValueError):
            return Unclear(
                turn.say(
                    f"“{said[:30]}”不是金额,例如 120 万。", f"“{said[:30]}” is no amount; say 1.2 million."
                )
            )
    digits = re.sub(r"[,,\s]", "", turn.text)
    return _one(field, fen, money_fen(turn.text) == fen or f"{fen // 100}" in digits)


def _day(turn: Turn, field: str, said: str) -> NewValues | Unclear:
    found = iso_moment(turn, said)
    if found is None:
        return Unclear(
            turn.say(
                f"“{said[:30]}”不是日期,例如 12 月 15 号。", f"“{said[:30]}” is no date; say December 15."
            )
        )
    return _one(field, found.isoformat(), typed_moment(turn, found))


def _owner(turn: Turn, field: str, said: str) -> NewValues | Unclear:
    person_id = the_colleague_id(turn, said)
    person = turn.desk.colleague(person_id) if person_id else None
    if person is None:
        return not_found(turn, said)
    own = person.id == turn.desk.person.id
    return _one(field, person.id, own or was_typed(turn, person.name) or was_typed(turn, said))


def _words(turn: Turn, field: str, said: str) -> NewValues | Unclear:
    return _one(field, said, was_typed(turn, said) or not said)


def _next_step(turn: Turn, field: str, said: str) -> NewValues | Unclear:
    """The step and its day: a new step without a day leaves no day of the old one behind."""
    when = moment(said, turn.desk.now)
    stamp = "" if when is None else (when.date().isoformat() if when.time() == time() else when.isoformat())
    changes = ({"field": field, "new": said}, {"field": "next_step_at", "new": stamp})
    return NewValues(changes=changes, typed=was_typed(turn, said) or not said)


_READERS: dict[str, Callable[[Turn, str, str], NewValues | Unclear]] = {
    "stage": _stage,
    "amount": _amount,
    "expected_close": _day,
    "next_step_at": _day,
    "owner": _owner,
    "next_step": _next_step,
    "competitor": _words,
    "lost_reason": _words,
    "note": _words,
}
