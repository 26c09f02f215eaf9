"""Models of the company's own history: refused below the floors, compared, versioned, rolled back."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from knowledge import blueprints, migrate
from knowledge.insight.deal_signals import as_of, moments
from knowledge.insight.scoring.model import ScoreModel
from knowledge.lead_history import closed_leads
from knowledge.library import scores as rows
from knowledge.model import (
    Account,
    Deal,
    FittedModel,
    Interaction,
    Lead,
    LeadTouch,
    Person,
    StageChange,
    Team,
)
from knowledge.own_models import Accepted, Refused, fit_model, history_table, in_use, roll_back
from knowledge.snapshot import deal_facts
from knowledge.store import Store

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(f"sqlite:///{tmp_path / 'a.db'}")
    migrate.upgrade(made)
    return made


def company(session: Session, deals: int, seed: int = 1, good: float = 2.2) -> None:
    """Closed deals in which the customer's voice decides, as strongly as `good` says."""
    dice = random.Random(seed)
    if session.get(Team, "t") is None:
        session.add(Team(id="t", name="华东"))
        session.flush()
        session.add(Person(id="p", name="李娜", team_id="t", roles=["rep"]))
        session.flush()
    for i in range(deals):
        key = f"{seed}-{i}"
        created = NOW - timedelta(days=60 + (i * 600) / deals)
        talks = dice.randint(0, 5)
        won = dice.random() < (0.15 + 0.14 * talks if good > 0 else 0.5)
        session.add(
            Account(id=f"a{key}", name=f"客户{key}", industry=dice.choice(["医院", "器械"]), owner_id="p")
        )
        session.flush()
        closed = created + timedelta(days=40)
        session.add(
            Deal(
                id=f"d{key}", name=f"单{key}", account_id=f"a{key}", owner_id="p", team_id="t",
                stage="won" if won else "lost", amount_fen=dice.randint(1, 90) * 1_000_000, created_at=created,
                closed_at=closed, expected_close=closed,
            )
        )  # fmt: skip
        session.flush()
        for at, stage in ((0, "discovery"), (20, "proposal"), (40, "won" if won else "lost")):
            session.add(
                StageChange(
                    id=f"s{key}-{at}", deal_id=f"d{key}", stage=stage, at=created + timedelta(days=at)
                )
            )
        for talk in range(talks):
            session.add(
                Interaction(
                    id=f"i{key}-{talk}", kind="mail", at=created + timedelta(days=4 + 5 * talk), deal_id=f"d{key}",
                    account_id=f"a{key}", direction="inbound", text="请发报价", provenance="inbound_mail",
                )
            )  # fmt: skip
    session.flush()


def test_below_the_floor_there_is_no_model_and_the_sentence_says_n(store: Store) -> None:
    with store.session() as session:
        company(session, 30)
        done = fit_model(session, "win", NOW)
        assert isinstance(done, Refused)
        assert done.n == 30
        assert "先验法" in done.zh
        assert "n=30" in done.en
        assert in_use(session, "win") is None
        assert isinstance(fit_model(session, "lead", NOW), Refused)


def floors(session: Session, n: int) -> None:
    rules = blueprints.default("scores")
    rules["win"] |= {"floor_won": n, "floor_lost": n}
    blueprints.publish(session, "scores", "default", rules, None, now=NOW)


@pytest.mark.timeout(240)
def test_fit_compare_keep_and_go_back(store: Store) -> None:
    with store.session() as session:
        floors(session, 25)
        company(session, 90)
        first = fit_model(session, "win", NOW, "p")
        assert isinstance(first, Accepted)
        assert first.row.active
        assert first.row.n == len(history_table(session, "win", NOW)[0].labels)
        assert first.row.metrics["cross_validation"]["auc"] > 0.6
        assert first.row.data_hash
        again = fit_model(session, "win", NOW, "p")
        assert isinstance(again, Accepted)
        assert again.same
        assert again.row.version == first.row.version
        company(session, 30, seed=5)
        second = fit_model(session, "win", NOW, "p")
        assert isinstance(second, Accepted), second
        assert second.row.id != first.row.id
        assert {"new", "in_use"} <= set(second.row.metrics["skill"])
        assert [row.active for row in rows.models(session, "win")].count(True) == 1
        back = roll_back(session, first.row.version[:10], NOW, "p")
        assert isinstance(back, FittedModel)
        model = in_use(session, "win")
        assert model is not None
        assert model[1] == first.row.version
        assert isinstance(roll_back(session, "nothing", NOW), Refused)


def test_a_worse_model_does_not_replace_a_better_one(store: Store) -> None:
    """The history becomes noise: what is learned from it must not take the place of what worked."""
    with store.session() as session:
        floors(session, 25)
        company(session, 70)
        first = fit_model(session, "win", NOW)
        assert isinstance(first, Accepted)
        first.row.metrics = {**first.row.metrics, "cross_validation": {"brier": 0.05, "base_brier": 0.25}}
        session.add(first.row)
        company(session, 60, seed=3, good=0)
        worse = fit_model(session, "win", NOW)
        assert isinstance(worse, Refused)
        assert "在用的" in worse.zh
        # On later rows both are judged alike: the one in use was fitted long ago, on nothing that happened since.
        first.row.fitted_at = NOW - timedelta(days=400)
        session.add(first.row)
        session.flush()
        judged = fit_model(session, "win", NOW)
        if isinstance(judged, Accepted):
            figures = judged.row.metrics
            assert figures["new"]["log_loss"] <= figures["in_use"]["log_loss"] + 0.002
        else:
            assert "later rows" in judged.en


def test_a_tampered_artefact_is_not_used(store: Store) -> None:
    model = ScoreModel(columns=(), terms=(), intercept=0.5, n=9, positives=3)
    with store.session() as session:
        session.add(
            FittedModel(id="win-x", kind="win", version=model.version, artefact=model.as_json(), active=True)
        )
        session.flush()
        assert in_use(session, "win") is not None
        row = session.get_one(FittedModel, "win-x")
        row.artefact = {**model.as_json(), "intercept": 5.0}
        session.add(row)
        session.flush()
        assert in_use(session, "win") is None


def test_history_is_seen_as_it_stood(store: Store) -> None:
    with store.session() as session:
        company(session, 12)
        for i in range(12):
            facts = deal_facts(session, f"d1-{i}", NOW)
            assert facts is not None
            looked = moments(facts)
            assert len(looked) == 2
            for moment in looked:
                then = as_of(facts, moment)
                assert then is not None
                assert then.deal.is_open
                assert then.deal.closed_at is None
                assert then.deal.expected_close is None
                assert all(row.at <= moment for row in then.interactions)


def test_closed_leads_are_looked_at_before_their_end(store: Store) -> None:
    with store.session() as session:
        born = NOW - timedelta(days=60)
        session.add(
            Lead(id="l", name="王", status="converted", created_at=born, closed_at=born + timedelta(days=10))
        )
        session.flush()
        for day in (1, 4, 9):
            session.add(LeadTouch(id=f"t{day}", lead_id="l", kind="visit", at=born + timedelta(days=day)))
        session.flush()
        ((facts, converted),) = closed_leads(session, NOW)
        assert converted
        assert facts.now == born + timedelta(days=5)
        assert [one.id for one in facts.touches] == ["t4", "t1"]
