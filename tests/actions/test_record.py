"""The chain: any changed, missing or reordered row is found, and it holds no personal text."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from actions import record
from tests.fakes.firm import Firm


@pytest.fixture
def busy(firm: Firm) -> Firm:
    for number in range(4):
        firm.send(f"k{number}", subject=f"s{number}")
    waiting = firm.send("k9", body="给您 12% 的折扣。")
    firm.approvals.approve("p-zhao", waiting.code)
    firm.clock.pass_(121)
    firm.performer.tick()
    assert _problems(firm) == ()
    return firm


def _problems(firm: Firm) -> tuple[str, ...]:
    with firm.store.reading() as session:
        return record.verify(session, firm.gate.head_file).problems


def _sql(firm: Firm, statement: str) -> None:
    with firm.store.session() as session:
        session.connection().execute(text(statement))


COLUMNS = (
    "event", "action_id", "actor", "on_behalf_of", "channel", "payload_hash", "preview_hash", "policy_ver", "facts_hash",
    "decision", "model", "prev_hash", "hash",
)  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
def test_any_changed_column_is_found(busy: Firm, column: str) -> None:
    _sql(busy, f"UPDATE audit_record SET {column} = {column} || 'x' WHERE seq = 3")
    assert _problems(busy)


@pytest.mark.parametrize("column", ["rules", "labels", "detail"])
def test_any_changed_list_is_found(busy: Firm, column: str) -> None:
    _sql(busy, f"UPDATE audit_record SET {column} = '[\"x\"]' WHERE seq = 3")
    assert _problems(busy)


def test_a_changed_time_is_found(busy: Firm) -> None:
    _sql(busy, "UPDATE audit_record SET ts_utc = '2026-01-01 00:00:00.000000' WHERE seq = 2")
    assert _problems(busy)


@pytest.mark.parametrize("seq", [1, 4])
def test_a_missing_row_is_found(busy: Firm, seq: int) -> None:
    _sql(busy, f"DELETE FROM audit_record WHERE seq = {seq}")
    assert _problems(busy)


def test_a_cut_off_tail_is_found_by_the_head_outside(busy: Firm) -> None:
    _sql(busy, "DELETE FROM audit_record WHERE seq >= (SELECT max(seq) FROM audit_record)")
    assert _problems(busy)


def test_reordered_rows_are_found(busy: Firm) -> None:
    _sql(busy, "UPDATE audit_record SET seq = -1 WHERE seq = 2")
    _sql(busy, "UPDATE audit_record SET seq = 2 WHERE seq = 3")
    _sql(busy, "UPDATE audit_record SET seq = 3 WHERE seq = -1")
    assert _problems(busy)


def test_an_action_without_a_record_is_found(busy: Firm) -> None:
    voted = "SELECT action_id FROM approval"
    one = f"SELECT min(code) FROM action WHERE state = 'executed' AND id NOT IN ({voted})"
    _sql(busy, f"UPDATE action SET id = 'act-smuggled' WHERE code = ({one})")
    assert any("act-smuggled" in problem for problem in _problems(busy))


def test_an_unreadable_head_is_a_finding(busy: Firm) -> None:
    head = busy.gate.head_file
    assert isinstance(head, Path)
    head.write_text("nonsense")
    assert _problems(busy)


def test_no_personal_text_in_the_chain(busy: Firm) -> None:
    with busy.store.reading() as session:
        dump = "".join(str(record.as_json(row)) for row in record.records(session))
    for secret in ("王建国", "wang@hd", "折扣", "李娜"):
        assert secret not in dump
