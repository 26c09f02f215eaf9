"""What the commands about versions of transcripts do."""

from __future__ import annotations

from typing import Any

from actions.call_versions import Versions
from speech.corrections import LABEL, NAME, SPEAKER, WORDS, Correction

from . import EXIT_NOT_FOUND, EXIT_USAGE
from .calls import answered, calls_of
from .screen import out, out_json, table
from .trouble import Trouble

MADE = ("minutes", "review")


def edit(
    call: str, who: str, *, name: str, line: int, text: str, speaker: str, base: int, as_json: bool
) -> None:
    """One correction; the exit code says whether it was written."""
    from bot.call_talk import speaker_of

    _, calls = calls_of(who)
    wish = _wish(name, line, text, speaker)
    row = calls.desk.interaction(call)
    if row is not None and wish.kind in (SPEAKER, LABEL):
        said, side = speaker_of(calls.desk, row, wish.new)
        wish = Correction(kind=wish.kind, old=wish.old, line=wish.line, new=said, side=side)
    answered([Versions(calls.desk).correct(call, wish, base)], as_json=as_json)


def history(call: str, who: str, *, show: int, as_json: bool) -> None:
    """All versions, or one in full; beside each what was made of it."""
    _, calls = calls_of(who)
    known = Versions(calls.desk).history(call)
    if not known:
        raise Trouble(f"没有找到通话 {call} / no call {call} was found", EXIT_NOT_FOUND)
    if show:
        found = next((one for one, _ in known if one.number == show), None)
        if found is None:
            raise Trouble(f"没有第 {show} 版 / there is no version {show}", EXIT_NOT_FOUND)
        out_json(found.model_dump(mode="json")) if as_json else out(found.text)
        return
    made = {kind: {one.transcript_hash for one in calls.desk.made(call, kind)} for kind in MADE}
    newest = known[-1][0].transcript_hash
    listed = [_row(one, author, made, newest) for one, author in known]
    if as_json:
        out_json(listed)
        return
    names = ["version", "at", "by", "how", "what", "rests_on_it"]
    table(names, [[_shown(row[name]) for name in names] for row in listed])


def restore(call: str, number: int, who: str, *, base: int, as_json: bool) -> None:
    """Go back to a version."""
    _, calls = calls_of(who)
    answered([Versions(calls.desk).restore(call, number, base)], as_json=as_json)


def keep(call: str, who: str, *, sound_days: int | None, words_days: int | None, as_json: bool) -> None:
    """Days for one recording, in place of the house's."""
    from actions.call_keeping import keep_for

    _, calls = calls_of(who)
    answered([keep_for(calls.desk, call, sound_days, words_days)], as_json=as_json)


def _wish(name: str, line: int, text: str, speaker: str) -> Correction:
    """The one correction that the options say."""
    if sum(map(bool, (name, text, speaker))) != 1:
        raise Trouble("--name、--text、--speaker 用一个 / one of --name, --text, --speaker", EXIT_USAGE)
    if name:
        old, equals, new = name.partition("=")
        if not equals or not old.strip() or not new.strip():
            raise Trouble("--name 写成 王总=汪总 / --name is OLD=NEW", EXIT_USAGE)
        return Correction(kind=NAME, old=old.strip(), new=new.strip())
    label, equals, new = speaker.partition("=")
    if speaker and equals:
        return Correction(kind=LABEL, old=label.strip(), new=new.strip())
    if not line:
        raise Trouble("还要 --line 第几句 / --line says which utterance", EXIT_USAGE)
    return Correction(kind=WORDS if text else SPEAKER, line=line - 1, new=(text or speaker).strip())


def _row(one: Any, author: str, made: dict[str, set[str]], newest: str) -> dict[str, Any]:
    rests = [kind for kind, hashes in made.items() if one.transcript_hash in hashes]
    stale = one.transcript_hash != newest
    return {
        "version": one.number,
        "at": one.at.isoformat(timespec="minutes"),
        "by": author,
        "how": one.how,
        "what": one.what,
        "hash": one.transcript_hash,
        "rests_on_it": [f"{kind}{' (过期/stale)' if stale else ''}" for kind in rests],
    }


def _shown(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
