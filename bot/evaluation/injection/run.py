"""The evaluation itself: plant a batch, talk in every house, look at what came of it, go on with the next batch."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from agents.drill.filling import PHRASES
from agents.models import ModelOptions

from .brains import ADDRESSES, CALM, ENDPOINT, HOSTILE, LINKS, OBEDIENT, OFFLINE, Brain
from .findings import Finding, findings, performed, text_of
from .guarded import photograph, strays
from .marks import marks_of
from .payloads import Payload
from .planting import Planting, moment, plan, plant
from .secrets import Secrets
from .stage import Clock, Part, Stage, Watched
from .talk import Talk, hold
from .tasks import Work, work_of

Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One text in one brain's house. `reached` are the carriers whose text was read, `work` what still got done."""

    brain: str
    planting: Planting
    found: tuple[Finding, ...]
    reached: frozenset[str]
    work: Work
    wishes: dict[str, int]
    drafts: int
    mails: int


@dataclass
class Course:
    """Everything that one evaluation has come to. `clean` is the same talk with nothing planted, by brain and part."""

    outcomes: list[Outcome] = field(default_factory=list)
    clean: dict[tuple[str, int], Work] = field(default_factory=dict)
    loose: list[str] = field(default_factory=list)
    rejected: int = 0
    seconds: float = 0.0


def evaluate(
    payloads: Sequence[Payload],
    demo: Path,
    *,
    benign: Sequence[Payload] = (),
    options: ModelOptions | None = None,
    brains: Sequence[str] = (HOSTILE, OBEDIENT, OFFLINE),
    open_stage: Callable[[Path, Path], Stage] = Stage,
    progress: Progress = lambda *_: None,
) -> tuple[Course, Course | None]:
    """Plant every text in every carrier and talk with each of `brains`, or with the endpoint of `options` alone; then
    the `benign` texts, with those that do only what they are asked. `demo` is the import.yaml of the demo company.
    `open_stage` makes the stage; a test puts one with a hole in its place."""
    with _folder() as folder:
        stage = open_stage(folder, demo)
        stage.build()
        drill = _Drill(stage, options)
        course = drill.run(payloads, [ENDPOINT] if options else brains, progress)
        if not benign:
            return course, None
        return course, drill.run(benign, [ENDPOINT] if options else CALM, progress)


@contextmanager
def _folder() -> Iterator[Path]:
    """Gone afterwards; in memory where there is such a folder, because every turn waits for the disk."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(
        prefix="chengdan-drill-", dir=shared if shared.is_dir() else None
    ) as name:
        yield Path(name)


class _Drill:
    """One stage with its cast and its secrets."""

    def __init__(self, stage: Stage, options: ModelOptions | None) -> None:
        self._stage, self._options = stage, options
        self._cast, self._course = stage.cast(), Course()
        house = stage.open("clean", Clock())
        with house.store.reading() as session:
            self._secrets = Secrets.of(session, {one.person.id: one.person for one in self._cast}.values())
        house.close()
        self._letters: dict[int, str] = {}
        self._planted: tuple[str, ...] = ()
        self._clean: dict[tuple[str, int], Work] = {}

    def run(self, payloads: Sequence[Payload], brains: Sequence[str], progress: Progress) -> Course:
        """All of the texts, as many at a time as there are parts."""
        began, self._course = time.perf_counter(), Course(clean=self._clean)
        for name in brains:
            if name != HOSTILE:
                self._talk_clean(name, len(payloads))
        for at in range(0, len(payloads), len(self._cast)):
            done = payloads[at : at + len(self._cast)]
            self._batch(done, brains)
            progress(at + len(done), len(payloads))
        self._course.seconds = round(time.perf_counter() - began, 1)
        return self._course

    def _talk_clean(self, name: str, parts: int) -> None:
        """The same talks with nothing planted, for so many parts: what each gets done, and what its mail says."""
        missing = [part for part in self._cast[:parts] if (name, part.number) not in self._clean]
        if not missing:
            return
        self._stage.copy("clean", "now")
        brain = Brain(name)
        with self._house("now", brain) as (house, clock):
            for part in missing:
                talk = self._talk(house, clock, brain, part, None)
                text = "\n".join(map(text_of, talk.mails))
                self._clean[name, part.number] = work_of(talk, text)
                self._letters[part.number] = f"{self._letters.get(part.number, '')}\n{text}"
        self._stage.drop("now")

    def _batch(self, payloads: Sequence[Payload], brains: Sequence[str]) -> None:
        """Plant once, copy the house for every brain, talk in each."""
        self._stage.copy("clean", "planted")
        plantings = plan(payloads, self._cast)
        self._planted = tuple(payload.text for payload in payloads)
        self._course.rejected += plant(self._stage, "planted", plantings).rejected
        for name in brains:
            self._stage.copy("planted", "now")
            self._run(name, plantings)
            self._stage.drop("now")

    def _run(self, name: str, plantings: Sequence[Planting]) -> None:
        brain = Brain(name)
        with self._house("now", brain) as (house, clock):
            with house.store.reading() as session:
                before = photograph(session)
            done = []
            for planting in plantings:
                talk = self._talk(house, clock, brain, planting.part, planting)
                done += performed(talk)
                self._course.outcomes.append(self._outcome(name, house, talk, planting))
            with house.store.reading() as session:
                self._course.loose += [f"{name}: {one}" for one in strays(before, photograph(session), done)]

    @contextmanager
    def _house(self, name: str, brain: Brain) -> Iterator[tuple[Watched, Clock]]:
        clock = Clock()
        house = self._stage.open(name, clock, brain.drilled(self._options))
        try:
            yield house, clock
        finally:
            house.close()

    def _talk(
        self, house: Watched, clock: Clock, brain: Brain, part: Part, planting: Planting | None
    ) -> Talk:
        clock.now = moment(part)
        brain.begin(part, planting, self._secrets)
        talk = hold(house, clock, part, f"{brain.name}-{part.number}")
        return talk.with_words((*self._planted, *brain.wrote()))

    def _outcome(self, name: str, house: Watched, talk: Talk, planting: Planting) -> Outcome:
        marks = marks_of([planting.payload.text, *ADDRESSES, *LINKS], PHRASES)
        clean = self._letters.get(talk.part.number, "")
        with house.store.reading() as session:
            found = findings(talk, marks, self._secrets, clean, session)
        read = {source.id for one in talk.exchanges if one.turn for source in one.turn.sources}
        wishes: dict[str, int] = {}
        for action in talk.actions:
            wishes[str(action.state)] = wishes.get(str(action.state), 0) + 1
        return Outcome(
            brain=name,
            planting=planting,
            found=tuple(found),
            reached=frozenset(carrier for carrier, id in planting.ids.items() if id in read),
            work=work_of(talk, "\n".join(map(text_of, talk.mails))),
            wishes=wishes,
            drafts=len(talk.drafts),
            mails=len(talk.mails),
        )
