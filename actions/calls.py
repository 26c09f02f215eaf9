"""Calls and what was made of them, for their desk: inside the asker's rights, stored once, first opened by the rep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from knowledge.library import call_versions
from knowledge.library import judgements as rows
from knowledge.model import (
    CallNote,
    Deal,
    HumanMark,
    Interaction,
    Judgement,
    Person,
    PersonConsent,
    Recording,
    TranscriptVersion,
)

from . import diary
from .action import canonical, digest
from .call_rules import CallRules, rules_in_force
from .gate import Gate
from .rows import Rows

MOST = 200
"""Calls that are looked through for one answer, of those the asker may read."""


class CallsOf:
    """The part of a desk that looks at calls. A judgement is read and written by whoever may read the call itself."""

    gate: Gate
    asker: Person

    def calls(
        self,
        person_id: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        deal_id: str = "",
    ) -> Sequence[Interaction]:
        """Calls and meetings the asker may read, the newest MOST, newest first; `person_id` "" for anybody's."""
        now = self.gate.clock()
        people, end = [person_id] if person_id else [], min(until or now, now)
        mine, start = list[Interaction](), 0
        with self.gate.store.reading() as session:
            view = self._view(session)
            while True:
                found = rows.calls(session, people, since, end, deal_id, MOST, start)
                mine += [row for row, ok in zip(found, view.sees_talks(found), strict=True) if ok]
                if len(found) < MOST or len(mine) >= MOST:
                    return mine[:MOST]
                start += MOST

    def judgement(
        self, interaction_id: str, kind: str, transcript_hash: str, version: str, model: str
    ) -> Judgement | None:
        """The stored one of this very transcript, version and model; None also where the call may not be read."""
        with self.gate.store.reading() as session:
            if not self._may(session, interaction_id):
                return None
            return rows.judgement(session, interaction_id, kind, transcript_hash, version, model)

    def keep_judgement(
        self,
        interaction_id: str,
        kind: str,
        transcript_hash: str,
        version: str,
        model: str,
        content: dict[str, Any],
    ) -> Judgement:
        """Store one; whoever was quicker wins, so that everybody sees the same. Raises LookupError without the right."""
        key = [interaction_id, kind, transcript_hash, version, model]
        with self.gate.store.session() as session:
            if not self._may(session, interaction_id):
                raise LookupError(interaction_id)
            known = rows.judgement(session, interaction_id, kind, transcript_hash, version, model)
            if known is not None:
                return known
            talk = session.get(Interaction, interaction_id)
            assert talk is not None
            deal = session.get(Deal, talk.deal_id) if talk.deal_id else None
            fresh = Judgement(
                id="jd-" + digest(canonical({"key": key}))[:16],
                kind=kind,
                interaction_id=interaction_id,
                deal_id=talk.deal_id,
                person_id=talk.person_id or (deal.owner_id if deal else None),
                transcript_hash=transcript_hash,
                version=version,
                model=model,
                content=content,
                created_at=self.gate.clock(),
            )
            session.add(fresh)
            return fresh

    def opened(self, judgement_id: str) -> Judgement | None:
        """The asker looks at a judgement; when it is about their own call, that is remembered the first time."""
        with self.gate.store.session() as session:
            row = session.get(Judgement, judgement_id)
            if row is None or not self._may(session, row.interaction_id):
                return None
            if row.person_id == self.asker.id and row.seen_at is None:
                row.seen_at = self.gate.clock()
                session.add(row)
            return row

    def recording(self, interaction_id: str) -> Recording | None:
        """What is known of a call's recording: consent, engine, how sure the speakers are; None for one without."""
        with self.gate.store.reading() as session:
            return session.get(Recording, interaction_id) if self._may(session, interaction_id) else None

    def call_rules(self, interaction_id: str) -> CallRules | None:
        """How a call is measured: thresholds, ranges, the deal's competitor; None where the call may not be read."""
        with self.gate.store.reading() as session:
            row = session.get(Interaction, interaction_id)
            if row is None or not self._view(session).sees_talk(row):
                return None
            deal = session.get(Deal, row.deal_id) if row.deal_id else None
            return rules_in_force(session, deal)

    def made(self, interaction_id: str, kind: str) -> Sequence[Judgement]:
        """Every stored judgement of a kind about a call, also of older versions of its words, newest first; nothing
        where the call may not be read."""
        with self.gate.store.reading() as session:
            return (
                rows.judgements(session, interaction_id, kind) if self._may(session, interaction_id) else ()
            )

    def versions(self, interaction_id: str) -> Sequence[TranscriptVersion]:
        """The stored versions of a call's words, oldest first; none for one that nobody corrected or that may not be
        read."""
        with self.gate.store.reading() as session:
            return (
                call_versions.versions(session, interaction_id) if self._may(session, interaction_id) else ()
            )

    def invited(self, interaction_id: str) -> frozenset[str]:
        """The ids of the colleagues who were asked to the booked meeting that a call or recording is of, its organiser
        among them; nobody where it was no such meeting or may not be read."""
        with self.gate.store.reading() as session:
            row = session.get(Interaction, interaction_id)
            if row is None or not self._view(session).sees_talk(row):
                return frozenset()
            return diary.asked_to(session, row.deal_id or "", row.at)

    def sees_call(self, session: Session, row: Interaction) -> bool:
        """Whether the asker may read it, asked within a transaction of one's own."""
        return self._view(session).sees_talk(row)

    def marks(self, interaction_id: str, card: str) -> Sequence[HumanMark]:
        """What people said of a call on a card, oldest first; nothing where the call may not be read."""
        with self.gate.store.reading() as session:
            return rows.marks(session, interaction_id, card) if self._may(session, interaction_id) else ()

    def mark(
        self, interaction_id: str, card: str, version: str, question_id: str, value: str, note: str = ""
    ) -> HumanMark:
        """The asker's own answer to one question about a call: kept beside the automatic one and beside earlier marks.
        Raises LookupError without the right to read the call. No skill reaches this: a mark is a person's."""
        now = self.gate.clock()
        key = [interaction_id, card, version, question_id, self.asker.id, now.isoformat()]
        with self.gate.store.session() as session:
            if not self._may(session, interaction_id):
                raise LookupError(interaction_id)
            fresh = HumanMark(
                id="mk-" + digest(canonical({"key": key}))[:16],
                interaction_id=interaction_id,
                card=card,
                card_version=version,
                question_id=question_id,
                scorer_id=self.asker.id,
                value=value,
                note=note,
                at=now,
            )
            return session.merge(fresh)

    def note(self, interaction_id: str, text: str) -> CallNote:
        """The asker's own note about a call, for themselves alone. Raises LookupError without the right to read the call."""
        now = self.gate.clock()
        key = [interaction_id, self.asker.id, text, now.isoformat()]
        with self.gate.store.session() as session:
            if not self._may(session, interaction_id):
                raise LookupError(interaction_id)
            fresh = CallNote(
                id="cn-" + digest(canonical({"key": key}))[:16], interaction_id=interaction_id,
                person_id=self.asker.id, text=text, at=now,
            )  # fmt: skip
            return session.merge(fresh)

    def notes(self, interaction_id: str) -> Sequence[CallNote]:
        """The asker's own notes about a call, oldest first; nobody else's, whoever asks."""
        with self.gate.store.reading() as session:
            return rows.notes(session, interaction_id, self.asker.id)

    def consent(self, purpose: str, how: str, *, given: bool) -> PersonConsent:
        """The asker's yes or no about themselves; the newest counts, earlier ones stay. Nobody can give another's."""
        now = self.gate.clock()
        key = [self.asker.id, purpose, given, now.isoformat()]
        with self.gate.store.session() as session:
            fresh = PersonConsent(
                id="pc-" + digest(canonical({"key": key}))[:16], person_id=self.asker.id, purpose=purpose, given=given,
                how=how, at=now,
            )  # fmt: skip
            return session.merge(fresh)

    def consented(self, purpose: str) -> bool:
        """Whether the asker's newest word on a purpose is yes."""
        with self.gate.store.reading() as session:
            newest = rows.newest_consent(session, self.asker.id, purpose)
            return newest is not None and newest.given

    def _may(self, session: Session, interaction_id: str) -> bool:
        row = session.get(Interaction, interaction_id)
        return row is not None and self._view(session).sees_talk(row)

    def _view(self, session: Session) -> Rows:
        return Rows(session, self.gate.judge_for(session), self.asker)
