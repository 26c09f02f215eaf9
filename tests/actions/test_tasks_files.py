"""Ticking off one's own tasks, and fetching what an export made: each to its owner alone, each in the record."""

from __future__ import annotations

from sqlmodel import select

from actions import record, tasks
from actions.fetching import fetch
from actions.tables import AuditRecord
from knowledge.model import Task
from tests.fakes.deeds import wish
from tests.fakes.firm import Firm


def _task(firm: Firm, owner: str = "p-lina") -> str:
    outcome = wish(firm, "create_task", {"title": "打电话", "owner_id": owner}, key=owner)
    firm.performer.tick()
    return f"T-{outcome.code}"


def _events(firm: Firm, name: str) -> list[AuditRecord]:
    with firm.store.reading() as session:
        return list(session.exec(select(AuditRecord).where(AuditRecord.event == name)))


def test_a_task_is_ticked_off_once_and_written_down(firm: Firm) -> None:
    task = _task(firm)
    assert tasks.finish(firm.gate, "p-lina", task.lower())[0] == f"✓ {task} 打电话"
    assert "早已完成" in tasks.finish(firm.gate, "p-lina", task)[0]
    (event,) = _events(firm, "task_done")
    assert (event.actor, event.detail) == ("p-lina", {"task": task})
    with firm.store.reading() as session:
        assert session.get_one(Task, task).status == "done"
        assert tasks.open_tasks(session, "p-lina") == []
        assert record.verify(session, firm.gate.head_file).problems == ()


def test_anothers_task_and_no_task_sound_alike(firm: Firm) -> None:
    task = _task(firm, "p-chen")
    assert (
        tasks.finish(firm.gate, "p-lina", task)
        == tasks.finish(firm.gate, "p-lina", "T-NONE")
        == tasks.UNKNOWN
    )


def test_what_is_due_first_comes_first(firm: Firm) -> None:
    for key, due in (("a", ""), ("b", "2026-12-01"), ("c", "2026-11-25")):
        wish(firm, "create_task", {"title": key, "due_at": due}, key=key)
    firm.performer.tick()
    with firm.store.reading() as session:
        assert [one.title for one in tasks.open_tasks(session, "p-lina")] == ["c", "b", "a"]


def test_an_export_is_fetched_by_its_asker_while_it_stands(firm: Firm) -> None:
    outcome = wish(firm, "export_data", {"what": "deals", "format": "csv"}, about="t-1")
    assert "没有可取的文件" in fetch(firm.gate, "p-lina", outcome.code).zh
    firm.approve("p-zhao", outcome.code)
    firm.performer.tick()
    found = fetch(firm.gate, "p-lina", outcome.code)
    assert found.name == f"deals-t-1-{outcome.code}.csv"
    assert found.path is not None
    assert found.path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert "没有找到" in fetch(firm.gate, "p-zhao", outcome.code).zh
    assert "没有找到" in fetch(firm.gate, "p-lina", "").zh
    assert len(_events(firm, "fetched")) == 1
    found.path.write_bytes(b"changed")
    assert "改动过" in fetch(firm.gate, "p-lina", outcome.code).zh
    firm.approvals.undo("p-lina", outcome.code)
    assert "不能再取" in fetch(firm.gate, "p-lina", outcome.code).zh
