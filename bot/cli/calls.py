"""What the commands of calls do: a person's desk, one call, one answer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.wiring import House

from . import EXIT_FAILED, EXIT_NOT_FOUND, EXIT_USAGE
from .opening import asker, opened
from .screen import err, out, out_json, progress, table
from .trouble import Trouble

if TYPE_CHECKING:
    from actions.call_records import Calls
    from actions.call_words import Told
    from actions.received import FileResult

SUMMED_UP = frozenset({"written", "added_transcript"})
NOT_FOUND = frozenset({"unknown", "no_deal", "no_file"})


def add(
    file: Path,
    deal: str,
    who: str,
    *,
    consent: str,
    at: str,
    language: str,
    rep_channel: int,
    reps: Sequence[str],
    customers: Sequence[str],
    speakers: Sequence[str],
    wait: bool,
    as_json: bool,
) -> None:
    """Take it in; a recording whose consent is given is written down at once unless it shall wait."""
    from actions.call_records import CallFile
    from actions.call_words import Told

    house, calls = calls_of(who)
    given = CallFile(
        path=file,
        at=_moment(at, house.settings.utc_offset_hours),
        consent=consent,
        language=language,
        rep_channel=rep_channel,
        reps=tuple(reps),
        customers=tuple(customers),
        named=_labels(speakers),
    )
    found = calls.add(given, _deal_id(calls, deal))
    if not isinstance(found, Told):
        raise Trouble(_refused(found), EXIT_FAILED)
    told = [found]
    if found.code == "added_recording" and not wait:
        told += _written(house, calls, [found.call])
    _summed_up(found, told, who, as_json=as_json)
    answered(told, as_json=as_json)


def _summed_up(found: Told, told: list[Told], who: str, *, as_json: bool) -> None:
    """The summary comes unasked when there are words: after the answer about the file itself, for people."""
    if as_json or not all(one.done for one in told) or told[-1].code not in SUMMED_UP:
        return
    from .call_judgements import summary

    while told:
        out(told.pop(0).both)
    summary(found.call, who, renew=False, as_json=False)


def listed(who: str, deal: str, *, as_json: bool) -> None:
    """Calls, newest first, with consent and how far they are written down."""
    _, calls = calls_of(who)
    rows = [_row(row, recording) for row, recording in calls.listed(_deal_id(calls, deal) if deal else "")]
    if as_json:
        out_json(rows)
        return
    names = ["call", "at", "subject", "turns", "consent", "minutes", "problem"]
    table(names, [[str(row[name]) for name in names] for row in rows])


def consent(call: str, state: str, how: str, who: str, *, rep_channel: int, as_json: bool) -> None:
    """Note how the consent stands."""
    _, calls = calls_of(who)
    answered([calls.consent(call, state, how, rep_channel)], as_json=as_json)


def transcribe(call: str, who: str, *, as_json: bool) -> None:
    """One recording, or all that wait and may be written down, a chunk of each in turn."""
    from actions.call_writing import Scribe
    from bot.speech_engine import engine_of

    house, calls = calls_of(who)
    waiting = [call] if call else Scribe(calls, engine_of(house.settings)).waiting()
    if not waiting:
        err("没有可以转写的录音 / no recording waits that may be written down")
    answered(_written(house, calls, waiting), as_json=as_json)


# inside --------------------------------------------------------------------------------------------------------


def calls_of(who: str) -> tuple[House, Calls]:
    """The house and the calls of the person who asks."""
    from actions.call_records import Calls

    house = opened()
    person = asker(house, who)
    return house, Calls(house.desk(person, "", "terminal", person.language or "zh"))


def _written(house: House, calls: Calls, wanted: Sequence[str]) -> list[Told]:
    """Write these down, with a bar where somebody looks and a line a chunk where nobody does."""
    from actions.call_holding import Holding
    from actions.call_turns import Turns
    from actions.call_writing import Scribe
    from actions.workers import SCRIBE, Beat, worker_name
    from bot.speech_engine import engine_of

    ended: dict[str, Told] = {}
    worker = worker_name()
    holding = Holding(house.store, house.clock, worker, house.settings.uncertain_after_s)
    scribe = Scribe(calls, engine_of(house.settings, say=err), holding=holding)
    with progress("转写 / transcribing") as tick, Beat(house.store, worker, SCRIBE, house.clock):

        def show(call: str, done: float, of: float | None) -> None:
            tick(round(done), round(of or 0))
            whole, which = f"/{of / 60:.0f}" if of else "", f"{call}: " if len(wanted) > 1 else ""
            err(f"{which}已转写 {done / 60:.0f}{whole} 分钟 / {done / 60:.0f}{whole} minutes written down")

        turns = Turns(
            store=house.store,
            scribe_for=lambda _: scribe,
            monotonic=time.monotonic,
            ended=ended.__setitem__,
            progress=show,
            only=wanted,
        )
        with closing(turns):
            while turns.turn() is not None:
                pass
    return [ended.get(call) or scribe.write_down(call) for call in wanted]


def _deal_id(calls: Calls, deal: str) -> str:
    """The id of the deal that is meant; an id stays one, whether it exists is the desk's to say."""
    names = calls.desk.names()
    if deal in names.by_id:
        return deal
    found = {entry.id for entry in names.by_id.values() if entry.kind == "deal" and entry.name == deal}
    return found.pop() if len(found) == 1 else deal


def answered(told: Sequence[Told], *, as_json: bool) -> None:
    """What came of it; the exit code says whether all of it was done."""
    if as_json:
        out_json([asdict(one) for one in told])
    else:
        for one in told:
            out(one.both)
    if any(not one.done for one in told):
        missing = any(one.code in NOT_FOUND for one in told)
        raise SystemExit(EXIT_NOT_FOUND if missing else EXIT_FAILED)


def _refused(found: FileResult) -> str:
    from bot.street.file_sentences import told as said

    return f"{said(found, 'zh')} / {said(found, 'en')}"


def _row(row: Any, recording: Any) -> dict[str, Any]:
    minutes = (
        f"{recording.done_s / 60:.0f}/{recording.seconds / 60:.0f}" if recording and recording.seconds else ""
    )
    return {
        "call": row.id,
        "at": row.at.isoformat(timespec="minutes"),
        "deal": row.deal_id or "",
        "subject": row.subject,
        "turns": len(row.segments),
        "consent": recording.consent if recording else "",
        "minutes": minutes,
        "problem": recording.problem if recording else "",
    }


def _labels(speakers: Sequence[str]) -> dict[str, str]:
    found = {}
    for one in speakers:
        label, equals, name = one.partition("=")
        if not equals or not label.strip() or not name.strip():
            raise Trouble("--speaker 写成“说话人 1=李娜” / --speaker is LABEL=NAME", EXIT_USAGE)
        found[label.strip()] = name.strip()
    return found


def _moment(text: str, offset_hours: int) -> datetime | None:
    """A moment on the office's clock, in UTC."""
    if not text.strip():
        return None
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Trouble("--at 写成 2026-08-05 14:30 / --at is 2026-08-05 14:30", EXIT_USAGE) from None
    here = timezone(timedelta(hours=offset_hours))
    return (at if at.tzinfo else at.replace(tzinfo=here)).astimezone(UTC)
