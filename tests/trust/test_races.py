"""Twenty threads at once, on SQLite and on PostgreSQL: one winner, one effect, limits that hold, a chain that holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlmodel import select

from actions import record
from actions.action import State
from actions.performing import Performer
from actions.tables import Action, Approval, AuditRecord
from knowledge.model import Contact, DealContact
from tests.fakes.firm import BODY, Firm, founded

TWELVE = {"body": BODY + "可以给到 12% 的折扣。\n", "discount_bp": 1200}
THREADS = 20


@pytest.fixture(params=["sqlite", "postgres"])
def firm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Firm]:
    """The firm on either database; no card gets a twin."""
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    firm = founded(tmp_path, url)
    yield firm
    firm.store.close()


def _all(firm: Firm) -> list[Action]:
    with firm.store.reading() as session:
        return list(session.exec(select(Action)))


def _holds(firm: Firm) -> None:
    with firm.store.reading() as session:
        assert record.verify(session, None).problems == ()


def test_twenty_clicks_of_two_approvers_are_one_yes_and_one_mail(firm: Firm) -> None:
    waiting = firm.send("w", **TWELVE)
    people = ["p-zhao", "p-zhou"] * (THREADS // 2)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda who: firm.approve(who, waiting.code), people))
    with firm.store.reading() as session:
        votes = Counter(vote.person_id for vote in session.exec(select(Approval)))
        asked = session.exec(select(AuditRecord.event).where(AuditRecord.event == "approved")).all()
    assert set(votes.values()) == {1}
    assert len(asked) == len(votes) == 1, "the first yes was enough; the second found it decided"
    firm.clock.pass_(121)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda _: Performer(firm.gate).tick(), range(THREADS)))
    assert len(firm.posted()) == 1
    _holds(firm)


def test_yes_no_undo_and_edit_at_once_have_one_winner(firm: Firm) -> None:
    for number in range(4):
        waiting = firm.send(f"w{number}", **(TWELVE | {"subject": f"第 {number} 封"}))
        deeds = [
            lambda: firm.approve("p-zhao", waiting.code),  # noqa: B023
            lambda: firm.approvals.reject("p-zhou", waiting.code, "不行"),  # noqa: B023
            lambda: firm.approvals.undo("p-lina", waiting.code),  # noqa: B023
            lambda: firm.approvals.edit("p-lina", waiting.code, {"subject": "改过"}),  # noqa: B023
        ] * 5
        with ThreadPoolExecutor(THREADS) as pool:
            for done in [pool.submit(deed) for deed in deeds]:
                done.result()
        with firm.store.reading() as session:
            rows = session.exec(
                select(AuditRecord.event).where(AuditRecord.action_id == waiting.action_id)
            ).all()
        ends = [row for row in rows if row in ("rejected", "cancelled", "superseded", "undone")]
        assert len(ends) == 1, f"one end, not {rows}"
    _holds(firm)


def test_the_same_wish_from_twenty_threads_is_one_action(firm: Firm) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        outcomes = list(pool.map(lambda _: firm.send("same"), range(THREADS)))
    assert len({outcome.action_id for outcome in outcomes}) == 1
    assert len(_all(firm)) == 1


def test_twenty_performers_send_each_mail_once(firm: Firm) -> None:
    with firm.store.session() as session:
        session.add_all(
            Contact(id=f"C-y{i}", account_id="A-1", name=f"甲{i}", email=f"y{i}@hd.example.com")
            for i in range(10)
        )
        session.flush()
        session.add_all(DealContact(deal_id="D-1", contact_id=f"C-y{i}") for i in range(10))
    for number in range(10):
        firm.send(f"k{number}", subject=f"第 {number} 封", to=[{"address": f"y{number}@hd.example.com"}])
    firm.clock.pass_(121)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda _: Performer(firm.gate).tick(), range(THREADS)))
    states = Counter(action.state for action in _all(firm))
    assert len(firm.posted()) == states[State.EXECUTED]
    assert states[State.EXECUTED] >= 2, states
    _holds(firm)


def test_a_quota_is_not_passed_by_asking_from_twenty_threads(firm: Firm) -> None:
    """Three mails a week to one person go by themselves; whoever comes fourth, however fast, waits for the manager."""
    with ThreadPoolExecutor(THREADS) as pool:
        outcomes = list(pool.map(lambda n: firm.send(f"q{n}", subject=f"第 {n} 封"), range(THREADS)))
    states = Counter(outcome.state for outcome in outcomes)
    assert states[State.SCHEDULED] == 3, "reserved in the transaction that judged"
    assert states[State.PENDING] == THREADS - 3
    firm.clock.pass_(121)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: Performer(firm.gate).tick(), range(4)))
    assert len(firm.posted()) == 3, "consumed in the transaction that claims"
    _holds(firm)


def test_an_undone_mail_gives_its_place_back(firm: Firm) -> None:
    codes = [firm.send(f"q{n}", subject=f"第 {n} 封").code for n in range(3)]
    assert firm.send("fourth", subject="第四封").state is State.PENDING
    firm.approvals.undo("p-lina", codes[0])
    assert firm.send("fifth", subject="第五封").state is State.SCHEDULED
