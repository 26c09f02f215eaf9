"""After an erasure: the files, the index and the free pages of the database. Tried again until nothing is left."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from sqlmodel import Session, col, select

from knowledge.embeddings import EmbeddingFailed
from knowledge.lexicon import IndexBroken

from . import notices, record
from .erasing.files import unreadable
from .gate import Gate
from .picturing import PICTURES
from .tables import Action, Sweep

AGAIN_AFTER = timedelta(minutes=10)


class Index(Protocol):
    """A search index that can be built anew."""

    def rebuild(self) -> object: ...


@dataclass
class Sweeper:
    """The clock's part of an erasure. Safe to repeat: what is gone is gone."""

    gate: Gate
    index: Index
    folder: Path

    def tick(self) -> list[str]:
        """Sweep what is due; returns the ids of erasures that are done for good now."""
        now = self.gate.clock()
        with self.gate.store.reading() as session:
            rows = list(session.exec(select(Sweep).where(col(Sweep.done_at).is_(None))))
        return [
            row.action_id for row in rows if not row.left or row.at + AGAIN_AFTER <= now if self._sweep(row)
        ]

    def _sweep(self, row: Sweep) -> bool:
        problem = self._files(row) or self._caches()
        now = self.gate.clock()
        with self.gate.store.session() as session:
            record.lock_system(session)
            kept = session.get_one(Sweep, row.action_id)
            kept.at, kept.left = now, problem
            kept.done_at = None if problem else now
            session.add(kept)
            session.flush()
            if not problem:
                self._done(session, kept)
        self.gate.after()
        return not problem

    def _caches(self) -> str:
        """Build the index anew and rewrite the database file; "" or why that did not work this time."""
        try:
            self.index.rebuild()
            if self.gate.store.compact():
                return ""
        except (OSError, RuntimeError, ValueError, IndexBroken, EmbeddingFailed) as error:
            return str(error)
        return "数据库正被读取,日志还没有清空 / the database is being read, its log is not emptied yet"

    def _files(self, row: Sweep) -> str:
        """Remove what the erasure named and every picture, for nobody can read names off one; "" or what could not be
        removed."""
        home = self.folder.resolve()
        try:
            if (home / PICTURES).exists():
                shutil.rmtree(home / PICTURES)
        except OSError as error:
            return f"{PICTURES}: {error.strerror}"
        for name in [*row.papers, *row.mails]:
            path = (home / name).resolve()
            try:
                if home in path.parents:
                    path.unlink(missing_ok=True)
            except OSError as error:
                return f"{name}: {error.strerror}"
        return ""

    def _done(self, session: Session, row: Sweep) -> None:
        now = self.gate.clock()
        action = session.get_one(Action, row.action_id)
        detail = {"files": len(row.papers) + len(row.mails)}
        record.append(session, record.Event(name="swept", action=action, actor="system", detail=detail), now)
        blind = unreadable(self.folder)
        more = (
            (
                f"。读不出内容的文件请人工核对: {', '.join(blind[:5])}",
                f". Files nobody can read, look yourself: {', '.join(blind[:5])}",
            )
            if blind
            else ("", "")
        )
        words = (
            f"🧹 {action.code} 的文件、索引和数据库空页已清理,删除 {detail['files']} 个文件{more[0]}",
            f"🧹 Files, index and free pages of {action.code} are swept; {detail['files']} files removed{more[1]}",
        )
        notices.tell(session, action.requester_id, words, action.id, now, kind="erasure")
