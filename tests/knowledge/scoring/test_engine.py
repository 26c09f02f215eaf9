"""The scoring engine: what its parts add up to, what it refuses to learn from, and that it is the same every time."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.insight.scoring.adding import added
from knowledge.insight.scoring.choosing import choose
from knowledge.insight.scoring.columns import Column, fitted
from knowledge.insight.scoring.designs import Shape
from knowledge.insight.scoring.figures import auc, figures
from knowledge.insight.scoring.fitting import Fitted, fit
from knowledge.insight.scoring.model import ScoreModel, Term, chance_of
from knowledge.insight.scoring.paired import paired
from knowledge.insight.scoring.table import Table, folds


def made_up(n: int = 900, seed: int = 3) -> Table:
    """Rows with known coefficients: visits help, an old age hurts, one source is good; noise columns do nothing."""
    dice = random.Random(seed)
    rows: list[dict[str, str]] = []
    labels = []
    for _ in range(n):
        visits, age = dice.randint(0, 20), dice.uniform(0, 60)
        source, missing = dice.choice(["expo", "web", "referral"]), dice.random() < 0.15
        z = -2.2 + 0.25 * visits - 0.05 * age + (1.8 if source == "referral" else 0) - (1.2 if missing else 0)
        labels.append(int(dice.random() < chance_of(z)))
        size = "" if missing else str(dice.randint(1, 500))
        noise = f"{dice.gauss(0, 1):.3f}"
        rows.append(
            {"visits": f"{visits}", "age": f"{age:.1f}", "source": source, "size": size, "noise": noise}
        )
    return Table(columns={name: [row[name] for row in rows] for name in rows[0]}, labels=labels)


def row_of(table: Table, at: int) -> dict[str, str]:
    return {name: cells[at] for name, cells in table.columns.items()}


@pytest.fixture(scope="module")
def learned() -> Fitted:
    return fit(made_up())


def test_it_learns_what_is_there(learned: Fitted) -> None:
    fresh = made_up(600, seed=11)
    found = figures(fresh.labels, [learned.model.chance(row_of(fresh, i)) for i in range(fresh.n)])
    assert found is not None
    assert found.auc is not None
    assert found.auc >= 0.80
    assert found.brier <= found.base_brier - 0.03
    assert found.ece <= 0.08
    assert learned.method == "glass box"
    assert learned.unseen is not None
    assert abs((learned.unseen.auc or 0) - found.auc) < 0.06


def test_parts_add_up_and_leaving_one_out_moves_by_exactly_that_part(learned: Fitted) -> None:
    table = made_up(60, seed=5)
    for i in range(table.n):
        scored = learned.model.explain(row_of(table, i))
        assert abs(scored.intercept + sum(part.points for part in scored.parts) - scored.logit) < 1e-9
        assert scored.chance == pytest.approx(learned.model.chance(row_of(table, i)), abs=1e-12)
    terms = learned.model.terms
    for at, term in enumerate(terms):
        less = ScoreModel(
            columns=learned.model.columns,
            terms=(*terms[:at], *terms[at + 1 :]),
            intercept=learned.model.intercept,
            n=1,
            positives=0,
        )
        row = row_of(table, 0)
        part = learned.model.explain(row).parts[at]
        moved = learned.model.logit_of(learned.model.codes(row)) - less.logit_of(less.codes(row))
        assert moved == pytest.approx(part.points, abs=1e-9), term


def test_the_same_table_is_the_same_bytes(learned: Fitted) -> None:
    again = fit(made_up())
    assert again.model.as_bytes() == learned.model.as_bytes()
    assert again.table_hash == learned.table_hash
    assert ScoreModel.from_json(learned.model.as_json()).as_bytes() == learned.model.as_bytes()
    assert fit(made_up(seed=4)).table_hash != learned.table_hash


def test_what_if_is_recomputed(learned: Fitted) -> None:
    row = row_of(made_up(3, seed=8), 0)
    changed = {**row, "source": "referral"}
    told = learned.model.what_if(row, source="referral")
    assert told == learned.model.chance(changed) - learned.model.chance(row)


def test_missing_is_a_level_of_its_own_and_reasons_go_both_ways(learned: Fitted) -> None:
    row = {"visits": "18", "age": "5", "source": "referral", "size": "", "noise": ""}
    scored = learned.model.explain(row)
    fore, against = scored.reasons()
    assert {"visits", "source"} <= {one.name for one in fore}
    assert any(one.name == "size" and one.value == "missing" for one in against)
    assert all(one.points > 0 for one in fore)
    assert all(one.points < 0 for one in against)


def test_monotone_where_asked() -> None:
    table = made_up(700)
    model = fit(table, monotone={"visits": 1, "noise": -1}).model
    base = row_of(table, 0)
    for name, way in (("visits", 1), ("noise", -1)):
        steps = [model.chance({**base, name: f"{v / 4}"}) for v in range(-12, 90)]
        assert all(way * (b - a) >= -1e-12 for a, b in pairwise(steps)), name


def test_columns_that_must_not_be_learned_from_are_named_with_the_reason() -> None:
    table = made_up(400)
    later = [(date(2030, 1, 1) + timedelta(days=i % 300)).isoformat() for i in range(table.n)]
    extra = {
        **table.columns,
        "answer": ["won" if y else "lost" for y in table.labels],
        "nearly": [str(y if i % 60 else 1 - y) for i, y in enumerate(table.labels)],
        "lost_reason": ["price" if not y else "" for y in table.labels],
        "always": ["x"] * table.n,
        "nothing": ["", "NA", "null", "-"] * (table.n // 4),
        "id": [f"k{i}" for i in range(table.n)],
        "session_no": [str(9000 + i) for i in range(table.n)],
        "remark": [f"text {i // 2}" for i in range(table.n)],
        "renewal": later,
    }
    columns, dropped = choose(
        Table(columns=extra, labels=table.labels), drop=["age"], today=date(2026, 1, 1).toordinal()
    )
    reasons = {one.column: one.reason for one in dropped}
    assert reasons == {
        "age": "asked",
        "answer": "leak",
        "nearly": "leak",
        "lost_reason": "leak",
        "always": "constant",
        "nothing": "empty",
        "id": "identifier",
        "session_no": "identifier",
        "remark": "exploding",
        "renewal": "future",
    }
    assert all(one.zh and one.en for one in dropped)
    assert {column.name for column in columns} == {"visits", "source", "size", "noise"}


def test_a_date_after_the_rows_moment_is_refused() -> None:
    table = made_up(300)
    start = date(2026, 1, 1)
    times = [(start + timedelta(days=i % 90)).isoformat() for i in range(table.n)]
    closed = [(start + timedelta(days=i % 90 + 30)).isoformat() for i in range(table.n)]
    known = [(start - timedelta(days=i % 40)).isoformat() for i in range(table.n)]
    found = Table(columns={"closed": closed, "known": known}, labels=table.labels, times=times)
    columns, dropped = choose(found)
    assert [(one.column, one.reason) for one in dropped] == [("closed", "future")]
    assert {column.part for column in columns} == {"", "weekday", "month"}


def test_rare_and_new_levels_share_one_code() -> None:
    cells = ["a"] * 40 + ["b"] * 20 + ["rare"] * 3 + [""] * 5
    (column,) = fitted("c", "category", cells)
    assert column.levels == ("a", "b")
    assert column.code("rare") == column.code("never met") == 3
    assert column.words(column.code("")) == "missing"
    assert column.words(3) == "other"
    assert column.code(" a ") == column.code("a")


def test_numbers_as_exports_write_them() -> None:
    (column,) = fitted("price", "number", [str(v) for v in range(100)])
    assert column.code("1,050") == column.code("1050") == column.code("¥1,050.00")
    assert column.code("n/a") == column.code("Select") == column.code("1e400") == 0
    assert column.size == 65


def test_no_group_on_both_sides_and_no_later_row_is_learned_from() -> None:
    table = made_up(200)
    groups = [f"g{i % 23}" for i in range(table.n)]
    times = [(date(2026, 1, 1) + timedelta(days=i)).isoformat() for i in range(table.n)]
    by_group = Table(columns=table.columns, labels=table.labels, groups=groups)
    for learn, held in folds(by_group, 4):
        assert not {groups[i] for i in learn} & {groups[i] for i in held}
        assert len(learn) + len(held) == table.n
    by_time = Table(columns=table.columns, labels=table.labels, groups=groups, times=times)
    for learn, held in folds(by_time, 4):
        assert max(times[i] for i in learn) < min(times[i] for i in held)
        assert not {groups[i] for i in learn} & {groups[i] for i in held}


@pytest.mark.parametrize("n", [1, 2, 9])
def test_hardly_any_rows_give_the_prior_and_say_so(n: int) -> None:
    table = made_up(n)
    found = fit(table)
    assert found.method == "prior"
    assert found.unseen is None
    assert found.model.explain(row_of(table, 0)).parts == ()
    assert 0 < found.model.chance(row_of(table, 0)) < 1


def test_one_class_alone_and_nothing_but_gaps() -> None:
    table = made_up(120)
    assert fit(Table(columns=table.columns, labels=[1] * 120)).method == "prior"
    empty = fit(Table(columns={"a": [""] * 120}, labels=table.labels))
    assert (empty.method, empty.dropped[0].reason) == ("prior", "empty")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 1), st.floats(0.01, 0.99)), min_size=1, max_size=60),
)
def test_figures_keep_their_promises(rows: list[tuple[int, float]]) -> None:
    labels, chances = [y for y, _ in rows], [p for _, p in rows]
    found = figures(labels, chances)
    assert found is not None
    assert sum(one.n for one in found.reliability) == len(rows)
    assert 0 <= found.ece <= 1
    assert 0 <= found.brier <= 1
    brute = [
        (a > b) + 0.5 * (a == b)
        for a, y in zip(chances, labels, strict=True)
        if y
        for b, z in zip(chances, labels, strict=True)
        if not z
    ]
    assert found.auc == (pytest.approx(sum(brute) / len(brute)) if brute else None)
    assert auc(labels, chances) == found.auc


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_model_adds_up(data: st.DataObject) -> None:
    points = st.floats(-9, 9)
    columns = (
        Column(name="a", kind="number", edges=(0.0, 5.0)),
        Column(name="b", kind="category", levels=("x", "y")),
    )
    terms = tuple(
        Term(columns=at, table=tuple(data.draw(st.lists(points, min_size=size, max_size=size))))
        for at, size in (((0,), 4), ((1,), 4), ((0, 1), 16))
    )
    model = ScoreModel(columns=columns, terms=terms, intercept=data.draw(points), n=1, positives=0)
    row = {
        "a": data.draw(st.sampled_from(["", "-3", "0", "4", "99"])),
        "b": data.draw(st.sampled_from(["", "x", "y", "z"])),
    }
    scored = model.explain(row)
    assert abs(scored.intercept + sum(one.points for one in scored.parts) - scored.logit) < 1e-9
    assert abs(scored.logit - model.logit_of(model.codes(row))) < 1e-9
    again = model.rescaled(0.5, 0.25).explain(row)
    assert again.logit == pytest.approx(0.5 * scored.logit + 0.25)


def crossing(n: int = 700, seed: int = 4) -> Table:
    """Rows in which two columns count only together, and a third one by itself."""
    dice = random.Random(seed)
    rows, labels = [], []
    for _ in range(n):
        a, b, c = dice.uniform(-1, 1), dice.choice(["x", "y"]), dice.uniform(-1, 1)
        labels.append(int(dice.random() < chance_of(4 * a * (1 if b == "x" else -1) + c)))
        rows.append({"a": f"{a:.3f}", "b": b, "c": f"{c:.3f}"})
    return Table(columns={name: [row[name] for row in rows] for name in rows[0]}, labels=labels)


def test_what_counts_only_together_is_found_and_told_as_a_pair() -> None:
    table, fresh = crossing(), crossing(400, seed=9)
    model = fit(table).model
    found = figures(fresh.labels, [model.chance(row_of(fresh, i)) for i in range(fresh.n)])
    assert found is not None
    assert (found.auc or 0) >= 0.8
    strength = {
        name: max(abs(model.explain(row_of(fresh, i)).parts[at].points) for i in range(40))
        for at, name in enumerate(part.name for part in model.explain(row_of(fresh, 0)).parts)
    }
    assert max(strength, key=lambda name: strength[name]) == "a × b"


def test_trees_over_pairs_are_read_out_exactly_and_pairs_hold_nothing_of_their_columns_alone() -> None:
    import numpy as np

    table = crossing(500)
    columns, _ = choose(table)
    codes = np.array([[c.code(cell) for cell in table.columns[c.name]] for c in columns]).T
    shapes = [Shape(c.size, c.kind != "category") for c in columns]
    made = paired(codes, np.array(table.labels), shapes, np.zeros(table.n))
    assert made.pairs
    learned = made.learned(codes, shapes)
    assert np.abs(learned.logits(codes, shapes) - made.logits(codes, shapes)).max() < 1e-9
    model = added(table, columns, codes, [learned], [1.0], 0.0)
    again = np.array([model.logit_of([int(v) for v in row]) for row in _of_model(model, columns, codes)])
    assert np.abs(again - made.logits(codes, shapes)).max() < 1e-6
    at = {tuple(model.columns[one].key for one in term.columns): term for term in model.terms}
    term = at["a", "b"]
    a, b = (model.columns[one] for one in term.columns)
    entries = np.array(term.table).reshape(a.size, b.size)
    place = [[c.key for c in columns].index(one.key) for one in (a, b)]
    counts = np.zeros_like(entries)
    np.add.at(counts, (codes[:, place[0]], codes[:, place[1]]), 1.0)
    for axis in (0, 1):
        assert np.abs((entries * counts).sum(axis=axis)).max() < 1e-5


def _of_model(model: ScoreModel, columns: tuple[Column, ...], codes: Any) -> Any:
    keys = [column.key for column in columns]
    return codes[:, [keys.index(column.key) for column in model.columns]]


def drifting(n: int = 800) -> Table:
    """Rows in time: early on `a` helps, later it hurts; `b` helps always."""
    dice = random.Random(6)
    rows, labels, times = [], [], []
    for i in range(n):
        a, b = dice.uniform(-1, 1), dice.uniform(-1, 1)
        way = 2.5 if i < 0.4 * n else -2.5
        labels.append(int(dice.random() < chance_of(way * a + b)))
        rows.append({"a": f"{a:.3f}", "b": f"{b:.3f}"})
        times.append(f"{i}")
    return Table(columns={name: [row[name] for row in rows] for name in rows[0]}, labels=labels, times=times)


def test_old_rows_fade_where_what_they_say_is_no_longer_true() -> None:
    table = drifting()
    found = fit(table)
    assert found.fade > 0
    good, bad = ({"a": v, "b": "0"} for v in ("-0.9", "0.9"))
    assert found.model.chance(good) > found.model.chance(bad) + 0.2
    assert fit(Table(columns=table.columns, labels=table.labels)).fade == 0
