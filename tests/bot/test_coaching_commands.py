"""`chengdan tracker`, `scorecard`, `call note|mark|own-mood`: a rep proposes, the manager agrees, each hit has its second."""

from __future__ import annotations

from pathlib import Path

from .conftest import Run

TRACKER = "id: deadline\nname: 上线期限\nkeywords: [上线, 工期]\nside: customer\n"


def test_a_tracker_from_trying_to_its_hits(run: Run, tmp_path: Path) -> None:
    tried = run("tracker", "try", "上线", "--side", "customer", "--since", "2026-06-01", "--as", "p-lina")
    assert (tried.code, "命中" in tried.out) == (0, True)
    path = tmp_path / "t.yaml"
    path.write_text(TRACKER, encoding="utf-8")
    asked = run("tracker", "propose", "deadline", str(path), "-r", "常问", "--as", "p-lina", "--json")
    assert (asked.code, asked.json["state"]) == (0, "pending")
    assert run("approve", asked.json["code"], "--as", "p-lina").code == 1, "not one's own"
    assert run("approve", asked.json["code"], "--as", "p-zhaolei").code == 0
    assert "deadline" in {one["id"] for one in run("tracker", "list", "--as", "p-lina", "--json").json}
    (version,) = run("tracker", "versions", "--as", "p-lina", "--json").json
    assert (version["author"], version["reviewer"], version["in_force"]) == ("p-lina", "p-zhaolei", True)
    found = run("tracker", "hits", "deadline", "--since", "2026-01-01", "--as", "p-lina", "--json")
    assert found.code == 0
    assert all(one["matched"] in one["quote"] and one["side"] == "customer" for one in found.json)
    path.write_text("id: x\nname: y\npatterns: ['(a+)+']\n", encoding="utf-8")
    wrong = run("tracker", "propose", "x", str(path), "--as", "p-lina")
    assert (wrong.code, "不能重复" in wrong.out) == (1, True)


def test_a_mark_and_a_note_on_ones_own_call(run: Run) -> None:
    (call, *_) = [
        one["call"] for one in run("call", "list", "--deal", "D-001", "--as", "p-lina", "--json").json
    ]
    assert run("call", "review", call, "--as", "p-lina").code == 0
    assert run("call", "note", call, "先问预算", "--as", "p-lina").code == 0
    assert "先问预算" in run("call", "note", call, "--as", "p-lina").out
    assert "先问预算" not in run("call", "note", call, "--as", "p-zhaolei").out
    assert run("call", "mark", call, "6", "是", "--note", "口头约了", "--as", "p-zhaolei").code == 0
    again = run("call", "mark", call, "next_step", "0.5", "--as", "p-zhaolei")
    assert (again.code, "自动评分保留" in again.out) == (0, True)
    (mark,) = run("call", "review", call, "--as", "p-zhaolei", "--json").json["marks"]
    assert (mark["value"], mark["edits"], mark["scorer"]) == (0.5, 1, "p-zhaolei")
    assert run("call", "mark", call, "99", "1", "--as", "p-zhaolei").code == 2
    assert run("call", "mark", call, "next_step", "7", "--as", "p-zhaolei").code == 2
    assert "没有同意" in run("call", "own-mood", "--as", "p-lina").out
    assert run("call", "own-mood", "on", "--as", "p-lina").code == 0
    shown = run("scorecard", "show", "--as", "p-lina")
    assert (shown.code, "next_step" in shown.out) == (0, True)
