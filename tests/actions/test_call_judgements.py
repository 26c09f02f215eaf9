"""What is made of a call lives with the call: kept once, read by whoever may read it, gone when consent is taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from actions.call_records import CallFile, Calls
from actions.calls import MOST
from actions.counter import PersonDesk
from agents.judging import transcript_hash
from bot.wiring import House
from knowledge.model import Deal, HumanMark, Interaction, Judgement, Person, Recording
from tests.actions.test_calls import AT, calls, told
from tests.fakes.receiving import Mailroom, mailroom

CALL = "I-001-11"
KEY = ("minutes", "h", "v", "extractive-1")


def desk(house: House, who: str) -> PersonDesk:
    with house.store.reading() as session:
        person = session.get_one(Person, who)
    return house.desk(person, "cv", "test", "zh")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Mailroom]:
    with mailroom(tmp_path) as made:
        yield made


def test_kept_once_and_inside_the_rights(demo_house: House) -> None:
    mine, colleague, stranger = (desk(demo_house, who) for who in ("p-lina", "p-chenhao", "p-wuting"))
    first = mine.keep_judgement(CALL, *KEY, {"a": 1})
    assert colleague.keep_judgement(CALL, *KEY, {"a": 2}).content == {"a": 1}
    found = colleague.judgement(CALL, *KEY)
    assert found is not None
    assert found.person_id == "p-lina"
    assert stranger.judgement(CALL, *KEY) is None
    assert stranger.opened(first.id) is None
    assert stranger.marks(CALL, "c") == ()
    assert stranger.recording(CALL) is None
    assert stranger.calls("p-lina") == []
    with pytest.raises(LookupError):
        stranger.keep_judgement(CALL, "review", "h", "v", "m", {})
    with pytest.raises(LookupError):
        stranger.mark(CALL, "c", "v", "q", "1")


def test_only_the_reps_own_look_counts_as_seen(demo_house: House) -> None:
    kept = desk(demo_house, "p-lina").keep_judgement(CALL, *KEY, {})
    other = desk(demo_house, "p-zhaolei").opened(kept.id)
    assert other is not None
    assert other.seen_at is None
    own = desk(demo_house, "p-lina").opened(kept.id)
    assert own is not None
    assert own.seen_at == demo_house.clock()


def test_a_mark_never_deletes_another(demo_house: House) -> None:
    boss = desk(demo_house, "p-zhaolei")
    boss.mark(CALL, "sales-talk", "v", "next_step", "0.5", "约得含糊")
    demo_house.clock.pass_(60)  # type: ignore[attr-defined]
    boss.mark(CALL, "sales-talk", "v", "next_step", "1", "听了第二遍")
    assert [one.value for one in boss.marks(CALL, "sales-talk")] == ["0.5", "1"]


def test_calls_of_somebody_in_a_span(demo_house: House) -> None:
    found = desk(demo_house, "p-lina").calls("p-lina", deal_id="D-001")
    assert next(row.id for row in found) == CALL
    assert all(row.kind in ("call", "meeting") and row.deal_id == "D-001" for row in found)
    moments = [row.at for row in found]
    assert moments == sorted(moments, reverse=True)
    assert desk(demo_house, "p-lina").calls(
        "p-lina", since=moments[0], until=moments[0], deal_id="D-001"
    ) == [found[0]]


def test_many_calls_of_others_do_not_hide_ones_own(demo_house: House) -> None:
    before = [row.id for row in desk(demo_house, "p-lina").calls()]
    with demo_house.store.session() as session:
        theirs = session.get_one(Deal, "D-060")
        for number in range(2 * MOST + 1):
            at = demo_house.clock() - timedelta(seconds=number)
            row = Interaction(id=f"n-{number}", kind="call", at=at, text="A: 您好", deal_id=theirs.id)
            session.add(row.sqlmodel_update({"account_id": theirs.account_id, "team_id": theirs.team_id}))
    assert before
    assert [row.id for row in desk(demo_house, "p-lina").calls()] == before
    assert len(desk(demo_house, "p-wuting").calls()) == MOST


def test_a_corrected_transcript_is_another_one() -> None:
    row = Interaction(id="I", kind="call", at=AT, text="A: 预算三十万")
    fixed = Interaction(id="I", kind="call", at=AT, text="A: 预算四十万")
    assert transcript_hash(row) != transcript_hash(fixed)
    assert transcript_hash(row) == transcript_hash(
        Interaction(id="J", kind="call", at=AT, text="A: 预算三十万")
    )


def test_when_consent_is_taken_back_nothing_made_of_the_words_stays(room: Mailroom) -> None:
    path = room.folder / "talk.txt"
    path.write_text("李娜: 我明天把报价发给您。\n王建国: 价格太贵了。\n", encoding="utf-8")
    call = told(Calls(room.desk()).add(CallFile(path=path, at=AT), "D-1")).call
    here = room.desk()
    here.keep_judgement(call, *KEY, {"quote": "价格太贵了"})
    here.mark(call, "c", "v", "q", "1", "价格太贵了")
    with room.firm.store.session() as session:
        session.add(Recording(interaction_id=call, consent="given"))
    assert calls(room).consent(call, "withdrawn", "王建国").code == "consent_withdrawn"
    with room.firm.store.reading() as session:
        assert session.exec(select(Judgement)).all() == []
        assert session.exec(select(HumanMark)).all() == []


def test_the_commands_give_the_same_bytes_twice(demo_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.cli.app import app

    monkeypatch.setenv("VAR_DIR", str(demo_dir))
    run = CliRunner()

    def call(*arguments: str) -> str:
        shown = run.invoke(app, ["call", *arguments])
        assert shown.exit_code == 0, shown.output
        return shown.stdout

    first = call("summary", CALL, "--as", "p-lina", "--json")
    assert first == call("summary", CALL, "--as", "p-lina", "--json")
    assert json.loads(first)["meeting"]["engine"] == "extractive-1"
    assert call("review", CALL, "--as", "p-lina", "--json") == call(
        "review", CALL, "--as", "p-lina", "--json"
    )
    call("mark", CALL, "next_step", "0.5", "--note", "太含糊", "--as", "p-zhaolei")
    found = json.loads(call("review", CALL, "--as", "p-zhaolei", "--json"))
    assert [one["value"] for one in found["marks"]] == [0.5]
    assert next(one for one in found["answers"] if one["question_id"] == "next_step")["value"] == 1.0
    assert "人工 0.5" in call("review", CALL, "--as", "p-lina")
    assert run.invoke(app, ["call", "review", CALL, "--as", "p-chenhao"]).exit_code != 0
    assert run.invoke(app, ["call", "mark", CALL, "luck", "1", "--as", "p-zhaolei"]).exit_code != 0
