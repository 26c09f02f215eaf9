"""Closed deals replayed: nothing that came later is seen, nothing of the open ones, and the same twice."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from knowledge import blueprints, migrate, win_replay
from knowledge.blueprints.process import Process
from knowledge.blueprints.scores import Scores
from knowledge.model import Deal, Interaction, StageChange
from knowledge.store import Store
from knowledge.win_history import win_history
from knowledge.win_replay import learned_history
from tests.knowledge.test_own_models import NOW, company

PROCESS = Process.model_validate(blueprints.default("process"))
RULES = Scores.model_validate(blueprints.default("scores")).win
THEN = NOW - timedelta(days=300)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    path: Path = tmp_path_factory.mktemp("replay")
    made = Store(f"sqlite:///{path / 'a.db'}")
    migrate.upgrade(made)
    with made.session() as session:
        company(session, 60)
    return made


def test_a_history_is_what_had_closed_and_been_said_by_then(store: Store) -> None:
    with store.reading() as session:
        before = learned_history(session, RULES, PROCESS, THEN)
    assert before.learned is not None
    assert 0 < before.learned.n == before.n < 60
    assert before.learned.won == before.won
    with store.session() as session:
        for row in session.exec(select(Interaction).where(col(Interaction.at) > THEN)):
            row.text, row.kind = "我们不买了,取消合同", "meeting"
            session.add(row)
        for deal in session.exec(select(Deal).where(col(Deal.closed_at) > THEN)):
            deal.stage = "won" if deal.stage == "lost" else "lost"
            session.add(deal)
        assert learned_history(session, RULES, PROCESS, THEN) == before
        session.rollback()


def test_every_odds_keeps_its_n_and_those_that_records_do_not_tell_stay_the_experts(store: Store) -> None:
    with store.reading() as session:
        history = learned_history(session, RULES, PROCESS, NOW)
        assert learned_history(session, RULES, PROCESS, NOW) == history
        plain = win_history(session, RULES, NOW)
    learned = history.learned
    assert learned is not None
    assert (history.n, history.won, history.stages) == (plain.n, plain.won, plain.stages)
    assert "overdue" not in learned.odds
    assert set(learned.odds) < set(RULES.odds)
    for one in learned.odds.values():
        assert one.n + one.n_without == learned.n
        assert one.won + one.won_without == learned.won
    heard, unheard = learned.odds["heard"], learned.odds["unheard"]
    assert heard.n > 0
    assert heard.points > 0 > unheard.points


def test_without_a_closed_deal_the_experts_are_left_alone(tmp_path: Path) -> None:
    made = Store(f"sqlite:///{tmp_path / 'b.db'}")
    migrate.upgrade(made)
    with made.reading() as session:
        assert learned_history(session, RULES, PROCESS, NOW).learned is None


def test_what_was_replayed_before_is_replayed_anew_when_a_row_of_it_changed(store: Store) -> None:
    """Kept from call to call, by the state of all the rows: after a change it is as if nothing had been kept."""

    def learned(session: Session) -> object:
        return learned_history(session, RULES, PROCESS, NOW).learned

    with store.session() as session:
        before = learned(session)
        talk = session.exec(select(Interaction).where(col(Interaction.deal_id).is_not(None))).all()
        for row in talk:
            row.kind, row.direction = "note", ""
        session.flush()
        after = learned(session)
        win_replay._KEPT.clear()
        assert after == learned(session)
        assert after != before
        session.rollback()
    with store.session() as session:
        assert learned(session) == before
        for step in session.exec(select(StageChange).where(StageChange.stage == "proposal")):
            session.delete(step)
        session.flush()
        after = learned(session)
        win_replay._KEPT.clear()
        assert after == learned(session)
        assert after != before
        session.rollback()
