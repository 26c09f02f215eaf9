"""Recordings take turns: a short note does not wait for a long call, a process holds what it writes down, failures wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from actions.call_holding import Holding
from actions.call_records import CallFile, Calls
from actions.call_turns import FIRST_PAUSE_S, Turns, waiting
from actions.call_words import Told
from actions.call_writing import Scribe
from actions.workers import SCRIBE, Beat
from speech.heard import Hints
from speech.listening import listen
from tests.fakes.hearing import ToneTranscriber
from tests.fakes.receiving import Mailroom, mailroom
from tests.fakes.sounds import record, tone

RATE = 8_000


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Mailroom]:
    with mailroom(tmp_path) as made:
        yield made


def added(room: Mailroom, seconds: float, hertz: float) -> str:
    path = record(room.folder / f"{hertz}.wav", [tone(seconds, hertz, RATE)], codec="pcm_s16le", rate=RATE)
    room.firm.clock.pass_(1)
    found = Calls(room.desk()).add(CallFile(path=path, consent="王建国同意"), "D-1")
    assert isinstance(found, Told)
    return found.call


def holding(room: Mailroom, worker: str = "here") -> Holding:
    return Holding(room.firm.store, room.firm.clock, worker)


class Ledger:
    """Turns of one process, and what it was told."""

    def __init__(self, room: Mailroom, most_open: int = 6, breaks_at: int = 0, worker: str = "here") -> None:
        self.engine, self.ended, self.now = ToneTranscriber(breaks_at=breaks_at), dict[str, Told](), 0.0
        scribe = Scribe(Calls(room.desk()), self.engine, 10.0, holding(room, worker))
        self.turns = Turns(
            store=room.firm.store,
            scribe_for=lambda who: scribe if who == "p-lina" else None,
            monotonic=lambda: self.now,
            ended=self.ended.__setitem__,
            most_open=most_open,
        )

    def run(self, count: int = 99) -> list[str]:
        """So many turns, or until nothing waits."""
        done = []
        while len(done) < count and (one := self.turns.turn()) is not None:
            done.append(one)
        return done


def test_a_short_note_does_not_wait_for_the_end_of_a_long_call(room: Mailroom) -> None:
    long, ledger = added(room, 58, 400), Ledger(room)
    assert ledger.run(2) == [long, long]
    short = added(room, 6, 700)
    assert ledger.run(2) == [short, long], "it is next, and then both take turns"
    assert ledger.turns.turn() == short
    assert ledger.ended[short].code == "written"
    ledger.run()
    assert {call: told.code for call, told in ledger.ended.items()} == {short: "written", long: "written"}
    straight = listen(room.folder / "400.wav", ToneTranscriber(), Hints(), chunk_s=10.0)
    assert [one["text"] for one in room.row(long).segments] == [one.text for one in straight.heard]
    with room.firm.store.reading() as session:
        assert waiting(session) == []


def test_two_long_calls_share_the_machine_chunk_by_chunk(room: Mailroom) -> None:
    first, second = added(room, 38, 400), added(room, 38, 700)
    order = Ledger(room).run()
    assert order[:6] == [first, second] * 3


def test_with_all_places_taken_a_new_one_gets_the_place_of_the_one_that_had_most(room: Mailroom) -> None:
    long, ledger = added(room, 58, 400), Ledger(room, most_open=1)
    ledger.run(3)
    short = added(room, 6, 700)
    done = ledger.run()
    assert done[:2] == [short, short]
    assert set(done[2:]) == {long}
    straight = ToneTranscriber()
    listen(room.folder / "400.wav", straight, Hints(), chunk_s=10.0)
    assert ledger.engine.calls == straight.calls + 1, "what was done before stood in the checkpoint"


def test_what_another_process_holds_is_left_to_it_as_long_as_it_lives(room: Mailroom) -> None:
    call, clock = added(room, 18, 400), room.firm.clock
    other, ledger = Ledger(room, worker="other"), Ledger(room)
    with Beat(room.firm.store, "other", SCRIBE, clock, every_s=3600):
        other.run(1)
        assert ledger.run() == []
        assert ledger.ended[call].code == "busy"
        assert Scribe(Calls(room.desk()), ledger.engine, 10.0, holding(room)).write_down(call).code == "busy"
        clock.now += timedelta(seconds=61)  # the other one gives no sign of life any more
        ledger.now += FIRST_PAUSE_S
        assert set(ledger.run()) == {call}
    assert ledger.ended[call].code == "written"
    other.run()
    assert other.ended[call].code == "has_words", "one that was taken for dead changes nothing"


def test_closing_lets_go_and_the_next_process_goes_on(room: Mailroom) -> None:
    call, first = added(room, 58, 400), Ledger(room, worker="one")
    with Beat(room.firm.store, "one", SCRIBE, room.firm.clock, every_s=3600):
        first.run(3)
        first.turns.close()
        second = Ledger(room, worker="two")
        assert set(second.run()) == {call}
    assert second.ended[call].code == "written"
    straight = ToneTranscriber()
    listen(room.folder / "400.wav", straight, Hints(), chunk_s=10.0)
    assert first.engine.calls + second.engine.calls == straight.calls


def test_a_recording_whose_engine_failed_is_left_alone_for_longer_and_longer(room: Mailroom) -> None:
    call, ledger = added(room, 6, 400), Ledger(room, breaks_at=1)
    ledger.run()
    assert ledger.ended.pop(call).code == "failed"
    ledger.now += FIRST_PAUSE_S - 1
    assert ledger.run() == []
    ledger.now += 1
    ledger.engine.breaks_at = 2
    ledger.run()
    assert ledger.ended[call].code == "failed"
    ledger.now += FIRST_PAUSE_S
    assert ledger.run() == []
    ledger.now += FIRST_PAUSE_S
    ledger.run()
    assert ledger.ended[call].code == "written"


def test_a_recording_of_nobody_waits_without_stopping_the_others(room: Mailroom) -> None:
    path = record(room.folder / "wu.wav", [tone(6, 500, RATE)], codec="pcm_s16le", rate=RATE)
    Calls(room.desk("p-wu")).add(CallFile(path=path, consent="孙医生同意"), "D-3")
    call, ledger = added(room, 6, 400), Ledger(room)
    assert set(ledger.run()) == {call}
