"""`chengdan ingest events`, `chengdan identity …` and `chengdan journey …`, on a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes.journey import event

from .conftest import Run


@pytest.fixture
def loaded(run: Run, tmp_path: Path) -> Run:
    path = tmp_path / "events.jsonl"
    at = "2026-11-20T09:00:00+08:00"
    rows = [
        event("1", anon_id="x", at=at, name="page_view"),
        event("2", anon_id="x", phone="139 0000 2001", at=at),
        event("3", anon_id="y", at=at),
        event("4", anon_id="y", at=at, name="strange"),
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    told = run("ingest", str(path), "--json")
    assert (told.code, told.json["new"], told.json["feeds"][0]["quarantined"]) == (0, 3, 1)
    return run


def test_the_story_of_an_identity(loaded: Run, tmp_path: Path) -> None:
    shown = loaded("identity", "why", "contact:C-001", "--as", "p-lina")
    assert (shown.code, "A-001 · C-001" in shown.out, "login ×1" in shown.out) == (0, True, True)
    foreign = loaded("identity", "show", "contact:C-001", "--as", "p-heqiang")
    unknown = loaded("identity", "show", "jp-none", "--as", "p-heqiang")
    assert (foreign.code, foreign.err) == (unknown.code, unknown.err) == (3, foreign.err)
    no = loaded("identity", "merge", "contact:C-001", "anon:y", "-r", "展会", "--as", "p-lina")
    assert no.code == 1
    one = loaded("identity", "merge", "contact:C-001", "anon:y", "-r", "展会", "--as", "p-zhaolei", "--json")
    assert (one.code, one.json["events"]) == (0, 3)
    (edge,) = [edge for edge in one.json["edges"] if edge["kind"] == "manual"]
    back = loaded("identity", "unmerge", edge["id"], "-r", "看错", "--as", "p-zhaolei", "--json")
    assert sorted(row["events"] for row in back.json["profiles"]) == [1, 2]
    copy = tmp_path / "copy.json"
    assert loaded("identity", "export", "contact:C-001", "-o", str(copy), "--as", "p-zhaolei").code == 1
    assert loaded("identity", "export", "contact:C-001", "-o", str(copy), "--as", "p-admin").code == 0
    assert len(json.loads(copy.read_text(encoding="utf-8"))["events"]) == 2
    told = loaded("identity", "consent", "contact:C-001", "identity", "no", "--how", "电话", "--as", "p-lina")
    assert (told.code, "撤回" in told.out) == (0, True)
    assert loaded("identity", "show", "contact:C-001", "--as", "p-lina").code == 3
    assert loaded("audit", "verify", "--as", "p-admin").code == 0


def test_quarantine_plan_and_sources(loaded: Run) -> None:
    held = loaded("journey", "quarantine", "--json").json
    assert [(row["name"], row["times"]) for row in held] == [("strange", 1)]
    assert "仍在隔离区 1" in loaded("journey", "quarantine", "--replay").out
    plan = loaded("journey", "plan", "--json").json
    assert plan["events"]["payment"]["payment"] is True
    assert loaded("journey", "source", "site", "--origin", "https://a.example", "--as", "p-lina").code == 1
    wrong = loaded("journey", "source", "site", "--origin", "a.example/x", "--as", "p-admin")
    assert (wrong.code, "https://www.example.com" in wrong.err) == (2, True)
    made = loaded(
        "journey", "source", "site", "--origin", "https://a.example", "--as", "p-admin", "--json"
    ).json
    assert made["key"].startswith("wk_")
    assert loaded("journey", "source", "site", "--as", "p-admin").code == 2
    assert loaded("journey", "source", "site", "--close", "--as", "p-admin").code == 0
    (row,) = loaded("journey", "source", "--json").json
    assert (row["open"], row["origins"]) == (False, ["https://a.example"])


def test_the_doctor_tells_of_quarantine(loaded: Run) -> None:
    found = {row["what"]: row for row in loaded("doctor", "--json").json}
    assert "strange ×1" in found["隔离区 / quarantine"]["says"]
    assert found["旅程 / journey"]["level"] == "ok"
