"""`audit verify`: every byte of every row that matters is looked at; any one of them flipped is found."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from actions import heads
from actions.action import State
from actions.incidents import Incidents
from actions.proofs import prove
from actions.tables import Action, Approval, AuditRecord, Incident
from knowledge.store import Store
from tests.fakes.firm import BODY, Firm, founded
from tests.fakes.rule_books import agree, propose, publish, stricter, with_admin

SPARE = {
    "action": {"nudged_at", "escalated_at", "attempts", "worker"},
    "approval": set(),
    "audit_record": set(),
    "incident": set(),
}
"""Bookkeeping that no decision and no proof rests on."""


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    """Mails sent, refused, approved, rejected and undone; a change of the rules, a demotion, an incident."""
    firm = with_admin(founded(tmp_path_factory.mktemp("busy")))
    sent = firm.send("a")
    priced = firm.send("b", body=BODY + "可以给到 12% 的折扣。\n", discount_bp=1200)
    firm.approve("p-zhao", priced.code)
    other = firm.send("c", subject="另一封", body=BODY + "可以给到 12% 的折扣。\n", discount_bp=1200)
    firm.approvals.reject("p-zhao", other.code, "再议")
    firm.approvals.undo("p-lina", firm.send("d", subject="撤回我").code)
    firm.clock.pass_(121)
    firm.performer.tick()
    agree(firm, "p-zhou", publish(firm, "r", stricter(20)).code)
    propose(firm, "p", "p-zhao", kind="pilot", verb="book_meeting", scope="region:east", add=True)
    Incidents(firm.gate).report("p-zhao", sent.code, "serious", "发错了")
    heads.write(firm.outbox.parent / "heads", "2026-11-23", _head(firm))
    firm.gate.after()
    assert _problems(firm) == ()
    yield firm
    firm.store.close()


def _head(firm: Firm) -> heads.Head:
    with firm.store.reading() as session:
        found = heads.head(session)
    assert found is not None
    return found


def _problems(firm: Firm, store: Store | None = None) -> tuple[str, ...]:
    folder = firm.outbox.parent
    with (store or firm.store).reading() as session:
        return prove(session, firm.clock(), firm.gate.head_file, folder / "heads").problems


@pytest.fixture
def tampered(busy: Firm, tmp_path: Path) -> Callable[..., tuple[str, ...]]:
    """`tampered(sql, parameters)` changes a copy of the database past the program and proves it."""
    with closing(sqlite3.connect(busy.outbox.parent / "firm.db")) as source:
        source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    place = tmp_path / "copy.db"

    def change(sql: str, parameters: tuple[object, ...] = ()) -> tuple[str, ...]:
        shutil.copy(busy.outbox.parent / "firm.db", place)
        with closing(sqlite3.connect(place)) as database, database:
            assert database.execute(sql, parameters).rowcount > 0
        store = Store(f"sqlite:///{place}")
        try:
            return _problems(busy, store)
        finally:
            store.close()

    return change


def _rows(firm: Firm, table: str) -> tuple[list[str], list[tuple[object, ...]]]:
    with closing(sqlite3.connect(firm.outbox.parent / "firm.db")) as database:
        found = database.execute(f"SELECT rowid, * FROM {table}")
        return [column[0] for column in found.description], found.fetchall()


def _flips(value: object) -> Iterator[object]:
    """The value with one byte changed: at the beginning, at the end; a number one up; nothing something."""
    if value is None:
        yield "2026-11-23 02:00:00.000000"
    elif isinstance(value, int):
        yield value + 1000
    elif value == "":
        yield "x"
    else:
        text = str(value)
        for place in sorted({0, len(text) - 1}):
            other = "1" if text[place] != "1" else "2"
            yield text[:place] + other + text[place + 1 :]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("table", ["audit_record", "approval", "incident", "action"])
def test_any_column_of_any_row_changed_is_found(
    busy: Firm, tampered: Callable[..., tuple[str, ...]], table: str
) -> None:
    """Every column; of the many alike rows the first and the last."""
    names, rows = _rows(busy, table)
    model = {"action": Action, "approval": Approval, "audit_record": AuditRecord, "incident": Incident}[table]
    assert set(names) - {"rowid"} == set(model.model_fields)
    missed = []
    for row in {rows[0], rows[-1]}:
        for name, value in zip(names[1:], row[1:], strict=True):
            if name in SPARE[table]:
                continue
            for other in _flips(value):
                if not tampered(f"UPDATE {table} SET {name} = ? WHERE rowid = ?", (other, row[0])):
                    missed.append((row[0], name, value, other))
    assert missed == []


@pytest.mark.timeout(600)
def test_every_byte_of_a_payload_and_of_a_link_is_looked_at(
    busy: Firm, tampered: Callable[..., tuple[str, ...]]
) -> None:
    names, rows = _rows(busy, "action")
    row = next(row for row in rows if row[names.index("action")] == "send_email")
    payload = str(row[names.index("payload")])
    for place in range(0, len(payload), 7):
        other = "1" if payload[place] != "1" else "2"
        changed = payload[:place] + other + payload[place + 1 :]
        assert tampered("UPDATE action SET payload = ? WHERE rowid = ?", (changed, row[0])), place
    names, rows = _rows(busy, "audit_record")
    for column in ("hash", "detail", "ts_utc"):
        value = str(rows[3][names.index(column)])
        for place in range(0, len(value), 5):
            other = "1" if value[place] != "1" else "2"
            changed = value[:place] + other + value[place + 1 :]
            if (column, place) == ("ts_utc", 10):
                continue  # what stands between day and hour is not read at all
            assert tampered(f"UPDATE audit_record SET {column} = ? WHERE rowid = ?", (changed, rows[3][0])), (
                column,
                place,
            )


@pytest.mark.parametrize("table", ["audit_record", "approval", "incident", "action"])
def test_any_row_taken_out_is_found(busy: Firm, tampered: Callable[..., tuple[str, ...]], table: str) -> None:
    _, rows = _rows(busy, table)
    for row in rows:
        assert tampered(f"DELETE FROM {table} WHERE rowid = ?", (row[0],)), row


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO approval (action_id, person_id, role, verdict, payload_hash, basis_hash, reason, channel, delegated_from, at)"
        " SELECT id, 'p-zhou', 'director', 'yes', payload_hash, '', '', '', '', created_at FROM action LIMIT 1",
        "INSERT INTO autonomy (action, scope, level, reason, by_id, at)"
        " VALUES ('book_meeting', '', 6, '', 'p-x', '2026-11-23 00:00:00.000000')",
        "UPDATE autonomy SET level = 5",
        "DELETE FROM pilot",
        "UPDATE pilot SET scope = 'region:south'",
        "UPDATE blueprint SET active = 0",
        "UPDATE blueprint SET content = replace(content, 'many-mails', 'many-mail')",
        "INSERT INTO emergency_rules SELECT action.id, 'abc', 'p-x', '2026-11-23 00:00:00.000000',"
        " '2030-01-01 00:00:00.000000', NULL FROM action LIMIT 1",
        "UPDATE action SET erased_at = '2026-11-23 02:00:00.000000', payload = '', salt = ''",
    ],
)  # fmt: skip
def test_what_was_put_in_or_switched_past_the_program_is_found(
    tampered: Callable[..., tuple[str, ...]], sql: str
) -> None:
    assert tampered(sql)


def test_a_chain_that_was_written_anew_is_found_by_a_copy_outside(busy: Firm, tmp_path: Path) -> None:
    """The strongest forger: changes a row and recomputes every hash after it. Only a copy outside tells."""
    folder = busy.outbox.parent
    place = tmp_path / "forged.db"
    shutil.copy(folder / "firm.db", place)
    store = Store(f"sqlite:///{place}")
    from sqlmodel import select

    from actions.record import GENESIS, record_hash

    with store.session() as session:
        previous = GENESIS
        for link in session.exec(select(AuditRecord).order_by(AuditRecord.seq)):  # type: ignore[arg-type]
            if link.seq == 2:
                link.actor = "p-somebody"
            link.prev_hash = previous
            link.hash = previous = record_hash(link)
            session.add(link)
    with store.reading() as session:
        assert prove(session, busy.clock()).problems == (), "by itself it agrees"
        assert prove(session, busy.clock(), busy.gate.head_file).problems
        assert prove(session, busy.clock(), None, folder / "heads").problems
    store.close()


def test_a_copy_that_is_no_copy_is_a_finding(busy: Firm, tmp_path: Path) -> None:
    for name, text in (("2026-11-20.json", "nonsense"), ("latest.json", "{}")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / name).write_text(text)
        with busy.store.reading() as session:
            assert any(name in one for one in prove(session, busy.clock(), None, folder).problems)


def test_the_head_is_written_once_a_day_and_told(firm_with_daily: tuple[Firm, Path]) -> None:
    from actions.daily import Daily
    from knowledge.model import Notice

    firm, folder = firm_with_daily
    daily = Daily(firm.gate, folder)
    daily.tick()
    assert not folder.exists(), "an empty chain has no head"
    firm.send("a")
    daily.tick()
    first = (folder / "2026-11-23.json").read_text()
    firm.send("b", subject="x")
    daily.tick()
    assert (folder / "2026-11-23.json").read_text() == first
    firm.clock.pass_(24 * 3600)
    daily.tick()
    assert len(list(folder.iterdir())) == 2
    from sqlmodel import select

    with firm.store.reading() as session:
        told = session.exec(select(Notice).where(Notice.kind == "head")).all()
        assert {notice.person_id for notice in told} == {"p-admin", "p-admin2", "p-audit"}
        assert prove(session, firm.clock(), firm.gate.head_file, folder).ok


@pytest.fixture
def firm_with_daily(tmp_path: Path) -> Iterator[tuple[Firm, Path]]:
    firm = with_admin(founded(tmp_path))
    yield firm, tmp_path / "heads"
    firm.store.close()


def test_states_are_what_the_chain_says(busy: Firm, tampered: Callable[..., tuple[str, ...]]) -> None:
    """The one change that would matter most: something sent again, or a no turned into a yes."""
    for state in (State.SCHEDULED, State.PENDING, State.EXECUTED):
        assert tampered("UPDATE action SET state = ? WHERE state = 'rejected'", (state.value,))
