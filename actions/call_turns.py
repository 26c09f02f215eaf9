"""Recordings take turns, a chunk each: a short note never waits for the end of a long call, whoever sent it."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from sqlmodel import Session

from knowledge.library import files as file_rows
from knowledge.model import Recording
from knowledge.store import Store

from .call_words import Told
from .call_writing import Scribe, Writing, allowed

LOG = logging.getLogger(__name__)

MOST_OPEN = 6
"""Recordings that are open at once; each has a decoder that waits (a process of some 80 MB)."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 30.0, 3600.0
"""How long a recording whose engine failed is left alone, doubled each time, and one that another process holds."""


@dataclass
class _Going:
    call: str
    writing: Writing
    turns: int = 0


@dataclass
class Turns:
    """Writes down whatever waits and may be. `scribe_for` gives the scribe of the colleague who sent a recording, None
    where there is none any more; `ended` is told of every recording that came to an end, whichever, `progress` of every
    chunk: seconds done and of how many. `monotonic` counts seconds. With `only`, other recordings are left alone. What
    another process holds is passed over."""

    store: Store
    scribe_for: Callable[[str], Scribe | None]
    monotonic: Callable[[], float]
    ended: Callable[[str, Told], object] = lambda *_: None
    progress: Callable[[str, float, float | None], object] = lambda *_: None
    only: Collection[str] | None = None
    most_open: int = MOST_OPEN
    pause_s: float = FIRST_PAUSE_S
    _going: deque[_Going] = field(default_factory=deque)
    _not_before: dict[str, tuple[float, float]] = field(default_factory=dict)

    def turn(self) -> str | None:
        """One chunk of one recording; its id, None where nothing waits that may be done now.

        New ones come first, then those that are open in their order. With `most_open` open, a new one takes the place of
        the one that had the most turns, which goes on later from its checkpoint."""
        self._welcome()
        if not self._going:
            return None
        one = self._going.popleft()
        try:
            self.progress(one.call, *next(one.writing))
            one.turns += 1
            self._going.append(one)
        except StopIteration as end:
            self._end(one, end.value)
        except Exception:
            LOG.exception("the recording %s broke the scribe; it is tried again later", one.call)
            self._later(one.call)
        return one.call

    def close(self) -> None:
        """Let go of all that is open; what is done stays."""
        while self._going:
            self._going.pop().writing.close()

    @property
    def open(self) -> list[str]:
        """The recordings that are open, next first."""
        return [one.call for one in self._going]

    # inside ----------------------------------------------------------------------------------------------------

    def _welcome(self) -> None:
        """Open what waits, oldest last in line so that it is first in turn."""
        for call, person, fresh in reversed(self._waiting()):
            if len(self._going) >= self.most_open and not (fresh and self._give_way()):
                continue
            scribe = self.scribe_for(person)
            if scribe is None:
                self._later(call)
                continue
            one = _Going(call, scribe.writing(call))
            try:
                self.progress(call, *next(one.writing))
            except StopIteration as end:
                self._end(one, end.value)
            else:
                self._going.appendleft(one)

    def _give_way(self) -> bool:
        """Close the one that had the most turns, unless all are new."""
        longest = max(self._going, key=lambda one: one.turns)
        if longest.turns < 2:
            return False
        self._going.remove(longest)
        longest.writing.close()
        self._later(longest.call, 0.0)
        return True

    def _waiting(self) -> list[tuple[str, str, bool]]:
        """What may be opened now, no more than fits."""
        now, here = self.monotonic(), set(self.open)
        with self.store.reading() as session:
            found = [one for one in waiting(session) if one[0] not in here]
        found = [one for one in found if self.only is None or one[0] in self.only]
        return [one for one in found if self._not_before.get(one[0], (0.0, 0.0))[0] <= now][: self.most_open]

    def _end(self, one: _Going, told: Told) -> None:
        if told.done:
            self._not_before.pop(one.call, None)
        else:
            self._later(one.call, self.pause_s if told.code == "busy" else None)
        self.ended(one.call, told)

    def _later(self, call: str, pause: float | None = None) -> None:
        last = self._not_before.get(call, (0.0, self.pause_s / 2))[1]
        wait = min(2 * last, LONGEST_PAUSE_S) if pause is None else pause
        self._not_before[call] = (self.monotonic() + wait, last if pause is not None else wait)


def waiting(session: Session) -> list[tuple[str, str, bool]]:
    """Recordings that wait and may be written down: calls, their senders, and whether they were never begun; those first,
    then by age."""
    rows = [(file, session.get(Recording, row.id), row.id) for file, row in file_rows.to_transcribe(session)]
    found = [
        (call, file.person_id, recording is None or recording.done_s == 0.0)
        for file, recording, call in rows
        if allowed(recording, file)
    ]
    return sorted(found, key=lambda one: not one[2])
