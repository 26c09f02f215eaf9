"""Taking files in, for their desk: a colleague's file becomes an interaction of a deal they see, or waits to be told which.

No skill reaches this: a file comes in because a person sent it, and is bound because a person said so.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from knowledge.attachments import Examined, examine, safe_name
from knowledge.embeddings import EmbeddingFailed
from knowledge.lexicon import IndexBroken
from knowledge.library import files as rows
from knowledge.model import Deal, Erased, InboundFile, Interaction, Person
from knowledge.model.files import BOUND, DROPPED, WAITING
from knowledge.search import Search

from .filing import choices, fresh_file, interaction_id, interaction_of, transcript_of
from .gate import Gate
from .holding import KEPT_FOR, MOST_WAITING, let_go, settle, shelf_of
from .people import deal_resource
from .received import Became, DealChoice, FileResult, SentFile
from .rows import Rows

LOG = logging.getLogger(__name__)


class FilesOf:
    """The part of a desk that takes files in; everything is the asker's own and inside their rights."""

    gate: Gate
    search: Search
    asker: Person
    conversation_id: str
    channel: str

    def take_file(self, sent: SentFile, deal_id: str = "") -> FileResult:
        """Examine a downloaded file and put it on the deal; without one (or one that the asker does not see) it waits
        and the answer holds what to ask. Takes up to 20 seconds for a document that is hard to read."""
        try:
            found = examine(sent.path, sent.name)
        except OSError:
            return _refused(safe_name(sent.name)[0], "missing")
        if found.refused or found.type is None:
            return _refused(found.name, found.refused, found.size)
        try:
            sha = shelf_of(self.gate).adopt(sent.path, found.type.suffix)
        except OSError:
            LOG.exception("a file could not be kept")
            return _refused(found.name, "no_room", found.size)
        file = fresh_file(sent, found, sha, self.asker.id, self.gate.clock())
        file.channel, file.conversation_id = self.channel, self.conversation_id
        done = self._file(file, found, deal_id, sent) if deal_id else None
        if done is None or done.became == Became.NO_DEAL:
            return self._wait(file, found)
        return done

    def bind_file(self, file_id: str, deal_id: str) -> FileResult:
        """The asker says which deal a waiting file of theirs is about."""
        file = self._own(file_id)
        if file is None:
            return FileResult(became=Became.GONE, name="")
        if file.state == BOUND and file.deal_id == deal_id:
            return self._known(file.interaction_id, file.name) or FileResult(
                became=Became.GONE, name=file.name
            )
        if file.state != WAITING or (file.expires_at and file.expires_at <= self.gate.clock()):
            return FileResult(became=Became.GONE, name=file.name, reason=file.state)
        try:
            found = examine(shelf_of(self.gate).path(file.sha256), file.name)
        except OSError:
            return FileResult(became=Became.GONE, name=file.name, reason="missing")
        if found.refused or found.type is None:
            return _refused(file.name, found.refused, file.size)
        return self._file(file, found, deal_id, None)

    def waiting_files(self) -> Sequence[InboundFile]:
        """The asker's files that wait, oldest first."""
        with self.gate.store.reading() as session:
            return rows.waiting_files(session, self.asker.id, self.gate.clock())

    def drop_file(self, file_id: str) -> bool:
        """Forget a waiting file of the asker's with its bytes; False when there is none."""
        file = self._own(file_id)
        if file is None or file.state != WAITING:
            return False
        return bool(settle(self.gate, [file_id], DROPPED))

    # inside ----------------------------------------------------------------------------------------------------

    def _own(self, file_id: str) -> InboundFile | None:
        with self.gate.store.reading() as session:
            file = session.get(InboundFile, file_id)
            return file if file and file.person_id == self.asker.id else None

    def _view(self, session: Session) -> Rows:
        return Rows(session, self.gate.judge_for(session), self.asker)

    def _seen(self, session: Session, deal_id: str) -> Deal | None:
        deal = session.get(Deal, deal_id)
        return deal if deal and self._view(session).may(deal_resource(deal)) else None

    def _file(self, file: InboundFile, found: Examined, deal_id: str, sent: SentFile | None) -> FileResult:
        key = interaction_id(file.sha256, deal_id)
        try:
            done = self._write(file, found, deal_id, key)
        except IntegrityError:  # the same file, by another hand, at the same moment: now it is known
            done = self._write(file, found, deal_id, key)
        if isinstance(done, Deal):
            self._keep_bytes(file, found, sent)
            return self._bound(file, found, done, key)
        if done == Became.KNOWN:
            return self._known(key, file.name) or FileResult(became=Became.GONE, name=file.name)
        if done == Became.REFUSED:
            settle(self.gate, [file.id], DROPPED)
            let_go(self.gate, file.sha256)
            return _refused(file.name, "erased", file.size)
        return FileResult(became=done, name=file.name, file_id=file.id)

    def _write(self, file: InboundFile, found: Examined, deal_id: str, key: str) -> Deal | Became:
        """One transaction: the interaction and what became of the file. The same bytes twice are one interaction."""
        with self.gate.store.session() as session:
            deal = self._seen(session, deal_id)
            if deal is None:
                return Became.NO_DEAL
            if session.get(Erased, ("interaction", key)) is not None:
                return Became.REFUSED
            known = session.get(Interaction, key) is not None
            if not known:
                session.add(interaction_of(session, file, found, deal, self.gate.clock()))
                session.flush()
            self._settled(session, file, found, deal_id, key, known)
            return Became.KNOWN if known else deal

    def _settled(
        self, session: Session, file: InboundFile, found: Examined, deal_id: str, key: str, known: bool
    ) -> None:
        """A file that is there already leaves no second trace, but one that waited stops waiting: also when its sender
        has sent it once more and said more."""
        waiting = rows.waiting_files(session, self.asker.id, self.gate.clock())
        same = next((one for one in waiting if one.sha256 == file.sha256), None)
        row = session.get(InboundFile, file.id) or same
        if row is None and known:
            return
        row = row or file
        row.state, row.deal_id, row.interaction_id = BOUND, deal_id, key
        row.transcript = "" if known else transcript_of(found)
        row.expires_at, row.settled_at = None, self.gate.clock()
        session.add(row)
        session.flush()

    def _keep_bytes(self, file: InboundFile, found: Examined, sent: SentFile | None) -> None:
        """The row holds the bytes from now on; whoever forgot them a moment ago did not know that."""
        if sent is None or found.type is None:
            return
        try:
            shelf_of(self.gate).path(file.sha256)
        except FileNotFoundError:
            shelf_of(self.gate).adopt(sent.path, found.type.suffix)

    def _bound(self, file: InboundFile, found: Examined, deal: Deal, key: str) -> FileResult:
        return _became(
            Became.BOUND,
            file,
            found,
            deal=DealChoice(id=deal.id, name=deal.name),
            interaction_id=key,
            characters=len(found.words.text),
            turns=len(found.words.segments),
            transcript=transcript_of(found),
            searchable=self.searchable(key),
        )

    def searchable(self, key: str) -> bool:
        """Bring the index up to date for one interaction; False where that must wait for the next reindex."""
        try:
            self.search.add([key])
        except (IndexBroken, EmbeddingFailed, OSError, RuntimeError, ValueError):
            LOG.warning(
                "interaction %s is stored and not searchable yet; the next reindex takes it in",
                key,
                exc_info=True,
            )
            return False
        return True

    def _known(self, key: str, name: str) -> FileResult | None:
        with self.gate.store.reading() as session:
            row = session.get(Interaction, key)
            deal = self._seen(session, row.deal_id or "") if row else None
            if row is None or deal is None:
                return None
            first = rows.first_sent(session, key)
            who = session.get(Person, first.person_id) if first else None
        return FileResult(
            became=Became.KNOWN,
            name=name,
            deal=DealChoice(id=deal.id, name=deal.name),
            interaction_id=key,
            since=first.at if first else row.at,
            by=who.name if who else "",
        )

    def _wait(self, file: InboundFile, found: Examined) -> FileResult:
        """Keep it waiting, once for the same bytes, and say which deals it may be about."""
        now = self.gate.clock()
        with self.gate.store.reading() as session:
            asked = choices(self._view(session).names(), found)
        with self.gate.store.session() as session:
            waiting = rows.waiting_files(session, self.asker.id, now)
            same = next((one for one in waiting if one.sha256 == file.sha256), None)
            full = same is None and len(waiting) >= MOST_WAITING
            if not full:
                file = same or file
                file.expires_at = now + KEPT_FOR
                session.add(file)
        if full:
            let_go(self.gate, file.sha256)
            return _refused(file.name, "too_many", file.size)
        return _became(Became.WAITING, file, found, choices=asked, expires_at=file.expires_at)


def _became(became: Became, file: InboundFile, found: Examined, **more: Any) -> FileResult:
    """What became of a file, with what it was found to be."""
    return FileResult(
        became=became,
        name=file.name,
        file_id=file.id,
        kind=found.type.kind if found.type else "",
        form=file.form,
        size=file.size,
        notes=found.notes,
        **more,
    )


def _refused(name: str, reason: str, size: int = 0) -> FileResult:
    return FileResult(became=Became.REFUSED, name=name, reason=reason, size=size)
