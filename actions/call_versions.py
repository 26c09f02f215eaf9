"""Transcripts corrected by a person: each correction is a new version with author and time, the old ones stay.

No skill reaches this: a correction is a person's, and what stands in a transcript is what others point to as evidence.
Whoever may read the call may correct it; the colleague whose call it is hears of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from knowledge.library import call_versions as rows
from knowledge.library import recordings
from knowledge.model import Interaction, Person, TranscriptVersion
from knowledge.model.calls import FIRST, RENAMED, RESTORED, SPEAKER, WORDS
from knowledge.transcripts import hash_of, transcript_hash
from speech import corrections
from speech.corrections import Correction, corrected, touched
from speech.sides import folded, side_of

from . import notices, record
from .action import digest
from .call_words import Told, told
from .counter import PersonDesk
from .wording import local_moment

LONGEST_WORDS, LONGEST_NAME, SHOWN = 2000, 60, 40
HOW = {
    corrections.NAME: RENAMED,
    corrections.WORDS: WORDS,
    corrections.SPEAKER: SPEAKER,
    corrections.LABEL: SPEAKER,
}
_SPOKEN = re.compile(r"([^\s:：]{1,20})\s*[:：]\s*(.*)")


@dataclass(frozen=True)
class Versions:
    """Bound to a desk: whoever does not see a call gets the answer of one that does not exist."""

    desk: PersonDesk

    def correct(self, call_id: str, wish: Correction, base: int = 0) -> Told:
        """Write one correction as a new version. `base` is the version the person was looking at (0: not known): where
        an utterance that the correction touches was changed since by somebody else, nothing is written and they are told
        what stands there now."""
        if not wish.new.strip() or len(wish.new) > (
            LONGEST_WORDS if wish.kind == corrections.WORDS else LONGEST_NAME
        ):
            return told("edit_empty", name=call_id)
        with self.desk.gate.store.session() as session:
            record.lock_system(session)  # editors take turns, so that the second sees what the first wrote
            row = self._row(session, call_id)
            if row is None:
                return told("unknown", name=call_id)
            before = segments_of(row)
            wish = self._sided(session, row, wish)
            if wish.line >= len(before):
                return told("edit_no_line", name=call_id, line=wish.line + 1, lines=len(before))
            hit = touched(before, wish)
            if not hit:
                return told("edit_nothing", name=call_id, old=wish.old or str(wish.line + 1))
            quicker = self._quicker(session, row, base, hit, before)
            if quicker is not None:
                return self._beaten(session, row, quicker, hit[0], before, wish)
            done = self._written(session, row, corrected(before, wish), HOW[wish.kind], _what(wish, before))
        answer = told("edited", name=call_id, number=done.number, what=halves(done.what))
        return self._after(call_id, done, answer)

    def restore(self, call_id: str, number: int, base: int = 0) -> Told:
        """An older version stands there again, as a new one; `base` as in `correct`."""
        with self.desk.gate.store.session() as session:
            record.lock_system(session)
            row = self._row(session, call_id)
            if row is None:
                return told("unknown", name=call_id)
            known = rows.versions(session, call_id)
            old = next((one for one in known if one.number == number), None)
            if old is None:
                return told("edit_no_version", name=call_id, number=number)
            if old.transcript_hash == transcript_hash(row):
                return told("edit_same", name=call_id, number=number)
            if base and known[-1].number != base:
                author = self._name(session, known[-1].author_id)
                when = local_moment(known[-1].at)
                return told("restore_beaten", name=call_id, number=known[-1].number, who=author, when=when)
            what = f"恢复第 {number} 版 / version {number} again"
            done = self._written(session, row, old.segments, RESTORED, what, old.text)
        return self._after(call_id, done, told("restored", name=call_id, number=done.number, old=number))

    def history(self, call_id: str) -> list[tuple[TranscriptVersion, str]]:
        """Every version with its author's name, oldest first; nothing where the call may not be read. A call that was
        never corrected has one, which is shown and not stored."""
        with self.desk.gate.store.reading() as session:
            row = self._row(session, call_id)
            if row is None:
                return []
            known = list(rows.versions(session, call_id)) or [self._first(session, row)]
            return [(one, self._name(session, one.author_id)) for one in known]

    def number(self, call_id: str) -> int:
        """The number of the version that stands there now; 0 for a call one does not see."""
        known = self.history(call_id)
        return known[-1][0].number if known else 0

    # inside ----------------------------------------------------------------------------------------------------

    def _row(self, session: Session, call_id: str) -> Interaction | None:
        row = session.get(Interaction, call_id)
        return row if row is not None and self.desk.sees_call(session, row) else None

    def _quicker(
        self, session: Session, row: Interaction, base: int, hit: Sequence[int], now: list[dict[str, Any]]
    ) -> TranscriptVersion | None:
        """The newest version, where somebody else has changed one of these utterances since `base`."""
        known = rows.versions(session, row.id)
        seen = next((one for one in known if one.number == base), None)
        if seen is None or not known or known[-1].number == base:
            return None
        theirs = {one.author_id for one in known if one.number > base} != {self.desk.person.id}
        clash = any(seen.segments[at : at + 1] != now[at : at + 1] for at in hit)
        return known[-1] if theirs and clash else None

    def _beaten(
        self, session: Session, row: Interaction, by: TranscriptVersion, line: int,
        now: list[dict[str, Any]], wish: Correction,
    ) -> Told:  # fmt: skip
        facts = {
            "name": row.id,
            "who": self._name(session, by.author_id),
            "when": local_moment(by.at),
            "number": by.number,
            "line": line + 1,
            "stands": str(now[line].get("text") or "")[:SHOWN],
            "yours": wish.new[:SHOWN],
        }
        return told("edit_beaten", **facts)

    def _sided(self, session: Session, row: Interaction, wish: Correction) -> Correction:
        """Which side somebody is on who is named as the speaker: from who is known at this customer and here."""
        if wish.kind not in (corrections.SPEAKER, corrections.LABEL) or wish.side:
            return wish
        customers = {folded(one) for one in recordings.contact_names(session, row.account_id)}
        person = session.get(Person, row.person_id) if row.person_id else None
        own = [self.desk.person.name, *([person.name] if person else [])]
        colleagues = {folded(one) for one in (*own, *rows.colleague_names(session))}
        side = side_of(wish.new, customers, colleagues)
        return wish if side == "unknown" else replace(wish, side=side)

    def _first(self, session: Session, row: Interaction) -> TranscriptVersion:
        recording = recordings.recording(session, row.id)
        made = _version(row, 1, FIRST, row.segments, row.text)
        made.at = recording.at if recording else row.at
        made.what = recording.engine if recording and recording.engine else row.source
        return made

    def _written(
        self, session: Session, row: Interaction, after: Sequence[Any], how: str, what: str, text: str = ""
    ) -> TranscriptVersion:
        """The version before the first correction is kept with it; the words are then the new ones."""
        known = rows.versions(session, row.id)
        if not known:
            session.add(self._first(session, row))
        before = segments_of(row)
        row.text = text or corrections.text_of(row.text, before, after)
        row.segments = [dict(one) for one in after]
        session.add(row)
        made = _version(row, (known[-1].number if known else 1) + 1, how, row.segments, row.text)
        made.what, made.at = what, self.desk.now
        made.author_id, made.channel = self.desk.person.id, self.desk.channel
        session.add(made)
        detail = {"call": row.id, "version": made.number, "how": how, "hash": made.transcript_hash}
        event = record.Event(
            name="transcript_edited", actor=self.desk.person.id, channel=self.desk.channel, detail=detail
        )
        record.append(session, event, self.desk.now)
        self._tell_owner(session, row, made)
        return made

    def _tell_owner(self, session: Session, row: Interaction, made: TranscriptVersion) -> None:
        if not row.person_id or row.person_id == self.desk.person.id:
            return
        who, title = self.desk.person.name, row.subject or row.id
        zh = f"{who} 修改了你的通话“{title}”({row.id})的文字稿,现在是第 {made.number} 版: {made.what};纪要已过期"
        en = f"{who} corrected the transcript of your call “{title}” ({row.id}), now version {made.number}; its minutes are stale"
        notices.tell(session, row.person_id, (zh, en), "", self.desk.now)

    def _after(self, call_id: str, made: TranscriptVersion, answer: Told) -> Told:
        self.desk.gate.after()
        self.desk.searchable(call_id)
        return replace(answer, version=made.number)

    @staticmethod
    def _name(session: Session, person_id: str | None) -> str:
        person = session.get(Person, person_id) if person_id else None
        return person.name if person else ""


def halves(what: str) -> tuple[str, str]:
    """The Chinese and the English words of what a version changed; an arrow between names has one for both."""
    zh, slash, en = what.partition(" / ")
    return (zh, en) if slash else (what, what)


def segments_of(row: Interaction) -> list[dict[str, Any]]:
    """The utterances of a call, those of its text where it has no segments (`name: words`, a line each)."""
    if row.segments:
        return [dict(one) for one in row.segments]
    found = []
    for line in filter(str.strip, row.text.splitlines()):
        match = _SPOKEN.fullmatch(line.strip())
        speaker, words = (match[1], match[2]) if match else ("", line.strip())
        found.append({"speaker": speaker, "text": words, "side": "unknown", "start": None, "end": None})
    return found


def _version(
    row: Interaction, number: int, how: str, segments: Sequence[Any], text: str
) -> TranscriptVersion:
    return TranscriptVersion(
        id="tv-" + digest(f"{row.id}\n{number}")[:16],
        interaction_id=row.id,
        number=number,
        how=how,
        text=text,
        segments=[dict(one) for one in segments],
        transcript_hash=hash_of(text, segments, row.at, row.language),
    )


def _what(wish: Correction, before: Sequence[dict[str, Any]]) -> str:
    """What a version changed, in both languages."""
    if wish.kind == corrections.NAME:
        return f"{wish.old} → {wish.new}"
    if wish.kind == corrections.LABEL:
        return f"说话人 {wish.old} → {wish.new} / speaker {wish.old} → {wish.new}"
    old = before[wish.line]
    if wish.kind == corrections.SPEAKER:
        was = str(old.get("speaker") or "?")
        return f"第 {wish.line + 1} 句: {was} → {wish.new} / utterance {wish.line + 1}: {was} → {wish.new}"
    words = f"“{str(old.get('text') or '')[:SHOWN]}” → “{wish.new[:SHOWN]}”"
    return f"第 {wish.line + 1} 句: {words} / utterance {wish.line + 1}: {words}"
