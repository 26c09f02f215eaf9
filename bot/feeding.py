"""Reads one feed: opens what its settings name, hands it to the importer under a lease, and writes down how it went."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from actions import sightings
from actions.workers import worker_name
from knowledge.feeds import FeedError, FeedReport, IngestReport
from knowledge.feeds.load import Scope
from knowledge.feeds.rowfeed import Run
from knowledge.library import doors
from knowledge.library import feeds as rows
from knowledge.model import FeedSource
from knowledge.store import StoreError

from .feed_kinds import KINDS, Reading
from .wiring import House

LOG = logging.getLogger(__name__)

HOLD_S = 900.0
"""How long one worker has a feed to itself without a sign of life; each batch is one, and between two a CRM may ask to be
left alone for minutes."""

LONGEST_PAUSE = timedelta(hours=6)
MAX_TROUBLE = 500


class Taken(Exception):
    """Somebody else is reading this feed."""


class Stopped(Exception):
    """The process ends: what was read until here is kept, and the feed stays due."""


@dataclass
class Feeder:
    """Reads feeds of one house. `going_on` is asked between batches; progress goes to `tick` as well."""

    house: House
    going_on: Callable[[], bool] = lambda: True
    worker: str = field(default_factory=worker_name)

    def due(self) -> Sequence[str]:
        """The feeds whose time has come."""
        with self.house.store.reading() as session:
            return rows.due(session, self.house.clock())

    def read(
        self,
        name: str,
        *,
        dry_run: bool = False,
        anew: bool = False,
        tick: Callable[[str, int], None] | None = None,
    ) -> IngestReport:
        """Read one feed from where its last reading ended, or with `anew` from the beginning. Raises FeedError with what
        is wrong (written down, unless it is a rehearsal), Taken when it is being read elsewhere, Stopped half-way."""
        source = self._source(name)
        self._lead(name)
        started = self.house.clock()
        try:
            report = self._read(source, dry_run, anew, tick)
        except (FeedError, StoreError) as error:
            if not dry_run:
                self.failed(name, str(error))
            raise
        finally:
            with self.house.store.session() as session:
                doors.resign(session, f"feed:{name}", self.worker)
        if not dry_run:
            self._ended(name, report.feeds, started)
        return report

    def _read(
        self, source: FeedSource, dry_run: bool, anew: bool, tick: Callable[[str, int], None] | None
    ) -> IngestReport:
        house, scope = self.house, Scope(self.house.store)

        def progress(feed: str, done: int) -> None:
            if not self.going_on():
                raise Stopped(source.name)
            if not dry_run:
                self._lead(source.name)
            if tick is not None:
                tick(feed, done)

        run = Run(
            scope=scope, now=house.clock(), rejected=house.settings.var_dir / "rejected", progress=progress
        )
        reading = Reading(
            settings=house.settings, store=house.store, feed=source.name, options=dict(source.options), run=run,
            anew=anew, sent_by_us=self._sent_by_us, doubtful=self._doubtful,
        )  # fmt: skip
        if dry_run:
            with scope.rehearsal():
                return IngestReport(feeds=tuple(KINDS[source.kind](reading)), dry_run=True)
        feeds = tuple(KINDS[source.kind](reading))
        sightings.write(house.gate, reading.seen, run.now)
        return IngestReport(feeds=feeds, dry_run=False)

    def _source(self, name: str) -> FeedSource:
        with self.house.store.reading() as session:
            source = session.get(FeedSource, name)
        if source is None:
            raise FeedError(f"没有叫 {name} 的来源 (no such feed)；chengdan feed list")
        return source

    def _lead(self, name: str) -> None:
        with self.house.store.session() as session:
            if not doors.lead(session, f"feed:{name}", self.worker, self.house.clock(), HOLD_S):
                raise Taken(name)

    def _sent_by_us(self, ids: Sequence[str]) -> set[str]:
        with self.house.store.reading() as session:
            return sightings.sent_by_us(session, ids)

    def _doubtful(self) -> list[tuple[str, datetime]]:
        with self.house.store.reading() as session:
            return sightings.doubtful(session)

    def _ended(self, name: str, feeds: Sequence[FeedReport], started: datetime) -> None:
        now = self.house.clock()
        counts = {key: sum(getattr(feed, key) for feed in feeds) for key in COUNTED}
        with self.house.store.session() as session:
            source = session.get(FeedSource, name)
            if source is None:
                return  # removed meanwhile
            source.ended_at = source.whole_at = now
            source.due_at = started + timedelta(seconds=source.every_s)
            source.failures, source.trouble, source.counts = 0, "", counts
            session.add(source)

    def failed(self, name: str, why: str) -> None:
        """A reading failed. The pause doubles with every failure in a row: a wrong password stays wrong, and servers lock
        accounts."""
        now = self.house.clock()
        with self.house.store.session() as session:
            source = session.get(FeedSource, name)
            if source is None:
                return
            source.failures += 1
            pause = timedelta(seconds=source.every_s) * 2 ** min(source.failures - 1, 10)
            source.ended_at, source.due_at = (
                now,
                now + min(pause, max(LONGEST_PAUSE, timedelta(seconds=source.every_s))),
            )
            source.trouble = why[:MAX_TROUBLE]
            session.add(source)


COUNTED = ("new", "changed", "unchanged", "rejected", "passed", "gone")


def shown(source: FeedSource, held: int) -> dict[str, Any]:
    """A feed as plain values, for `feed list --json`."""
    return {
        "name": source.name, "kind": source.kind, "options": source.options, "every_s": source.every_s,
        "enabled": source.enabled, "due_at": source.due_at, "ended_at": source.ended_at, "whole_at": source.whole_at,
        "failures": source.failures, "trouble": source.trouble, "counts": source.counts, "held": held,
    }  # fmt: skip
