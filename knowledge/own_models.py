"""Models of the company's own history: fitted when there is enough, compared before they are used, kept by version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlmodel import Session

from knowledge.blueprints import active_or_default
from knowledge.blueprints.process import Process
from knowledge.blueprints.scores import Scores
from knowledge.insight.scoring.figures import Figures, figures
from knowledge.insight.scoring.fitting import Fitted, fit
from knowledge.insight.scoring.model import ScoreModel
from knowledge.insight.scoring.table import Table, moment_of
from knowledge.lead_history import lead_table
from knowledge.library import scores as rows
from knowledge.model import FittedModel
from knowledge.win_history import win_table

Kind = Literal["win", "lead"]
KINDS: tuple[Kind, ...] = ("win", "lead")
WEEK = timedelta(days=7)
"""A trend is told against what was so long ago."""
LATER = 40
"""Rows later than a model was fitted that are needed to compare another with it there."""
WORSE, LOWER = 0.002, 0.02
"""Log loss, and Brier skill, by which a new model may be worse and still take the place: noise. Of skill, with few rows,
as much as its standard error is at most: 1 / sqrt(n)."""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """No model: there is too little history, or the new one is worse. The sentences say which, with n."""

    zh: str
    en: str
    n: int


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A model that is now in use."""

    row: FittedModel
    same: bool
    """Whether it is, byte for byte, the one that was in use before."""


def scores_of(session: Session) -> Scores:
    """The scoring rules in force."""
    return Scores.model_validate(active_or_default(session, "scores"))


def history_table(session: Session, kind: Kind, now: datetime) -> tuple[Table, Refused | None]:
    """The table of a kind, and why no model may be fitted on it, if so."""
    rules = scores_of(session)
    if kind == "win":
        process = Process.model_validate(active_or_default(session, "process"))
        table, good, bad = win_table(session, rules.win, process, now)
        floors, zh, en = (rules.win.floor_won, rules.win.floor_lost), ("赢单", "丢单"), ("won", "lost")
    else:
        table, good, bad = lead_table(session, now)
        floors, zh, en = (
            (rules.lead.floor_converted, rules.lead.floor_lost),
            ("已转化", "未转化"),
            ("converted", "lost"),
        )
    if good >= floors[0] and bad >= floors[1]:
        return table, None
    return table, Refused(
        zh=f"历史不够:{zh[0]} {good} 个(至少 {floors[0]}),{zh[1]} {bad} 个(至少 {floors[1]})。继续用先验法,n={good + bad}。",
        en=f"Not enough history: {good} {en[0]} (at least {floors[0]}), {bad} {en[1]} (at least {floors[1]}). "
        f"The prior method goes on, n={good + bad}.",
        n=good + bad,
    )


def fit_model(session: Session, kind: Kind, now: datetime, by: str = "") -> Accepted | Refused:
    """Fit, compare with the one in use and take into use when it is not worse.

    They are compared on rows later than the one in use was fitted, which a trial of the new one has not seen either; when
    there are fewer than LATER of them, by how far each was below the base rate's Brier score on rows it had not seen.
    `by` is the person who asked, kept in `why`.
    """
    table, refused = history_table(session, kind, now)
    if refused:
        return refused
    before = rows.model_in_use(session, kind)
    if before is not None and before.data_hash == table.hash:
        return Accepted(row=before, same=True)
    fitted = fit(table)
    if fitted.method == "prior":
        return Refused(
            zh=f"学不出可用的模型,n={table.n}。", en=f"Nothing could be learned, n={table.n}.", n=table.n
        )
    metrics, worse = _compared(table, fitted, before) if before is not None else ({}, None)
    if worse:
        return worse
    row = _kept(session, kind, fitted, metrics, now)
    same = before is not None and before.id == row.id
    if not same:
        rows.take_into_use(session, row, now, f"fitted by {by}: not worse than the one before it")
    return Accepted(row=row, same=same)


def roll_back(session: Session, version: str, now: datetime, by: str = "") -> FittedModel | Refused:
    """Take an earlier version, named by the beginning of its hash, into use again."""
    found = [one for one in rows.models(session) if version and one.version.startswith(version)]
    if len(found) != 1:
        return Refused(
            zh=f"有 {len(found)} 个版本以 {version} 开头。",
            en=f"{len(found)} versions begin with {version}.",
            n=len(found),
        )
    rows.take_into_use(session, found[0], now, f"rolled back by {by}")
    return found[0]


def in_use(session: Session, kind: Kind) -> tuple[ScoreModel, str] | None:
    """The model in use with its version; None when there is none, or its artefact is not what its hash says."""
    row = rows.model_in_use(session, kind)
    if row is None:
        return None
    model = ScoreModel.from_json(row.artefact)
    return (model, row.version) if model.version == row.version else None


def _compared(table: Table, fitted: Fitted, before: FittedModel) -> tuple[dict[str, Any], Refused | None]:
    """Figures of a trial of the new model and of the one in use on the same rows, and the refusal when it is worse."""
    early, late = _cut(table, before.fitted_at)
    if late.n < LATER or not late.fewest or not early.fewest:
        return _by_skill(fitted, before)
    new = _figures(fit(early).model, late)
    old = _figures(ScoreModel.from_json(before.artefact), late)
    if new.log_loss <= old.log_loss + WORSE:
        return {"new": _short(new), "in_use": _short(old)}, None
    return {}, Refused(
        zh=f"新模型更差:{late.n} 行新数据上对数损失 {new.log_loss:.4f},在用的 {old.log_loss:.4f}。保留在用的。",
        en=f"The new one is worse: log loss {new.log_loss:.4f} on {late.n} later rows, the one in use "
        f"{old.log_loss:.4f}. The one in use stays.",
        n=late.n,
    )


def _by_skill(fitted: Fitted, before: FittedModel) -> tuple[dict[str, Any], Refused | None]:
    """Each by its own cross-validation: 1 - Brier / base rate's Brier, the new one not lower by more than noise."""
    known = before.metrics.get("cross_validation") or {}
    if not fitted.unseen or not known.get("base_brier"):
        return {}, None
    new = 1 - fitted.unseen.brier / fitted.unseen.base_brier
    old = 1 - known["brier"] / known["base_brier"]
    metrics = {"skill": {"new": new, "in_use": old}}
    if new >= old - max(LOWER, fitted.unseen.n**-0.5):
        return metrics, None
    return {}, Refused(
        zh=f"新模型更差:交叉验证技巧分 {new:.3f}(n={fitted.unseen.n}),在用的 {old:.3f}。保留在用的。",
        en=f"The new one is worse: Brier skill {new:.3f} in cross-validation (n={fitted.unseen.n}), the one in use "
        f"{old:.3f}. The one in use stays.",
        n=fitted.unseen.n,
    )


def _cut(table: Table, moment: datetime) -> tuple[Table, Table]:
    """The rows up to a moment and those later; whole groups are on the later side when one of their rows is."""
    edge = moment_of(moment.isoformat(timespec="minutes"))
    late = [i for i in range(table.n) if moment_of(table.times[i]) > edge]
    theirs = {table.groups[i] for i in late} if table.groups else set()
    known = set(late)
    early = [i for i in range(table.n) if i not in known and not (theirs and table.groups[i] in theirs)]
    return table.take(early), table.take(late)


def _figures(model: ScoreModel, table: Table) -> Figures:
    chances = [
        model.chance({name: cells[i] for name, cells in table.columns.items()}) for i in range(table.n)
    ]
    found = figures(list(table.labels), chances)
    assert found is not None
    return found


def _short(found: Figures) -> Mapping[str, Any]:
    return {
        "n": found.n,
        "auc": found.auc,
        "log_loss": found.log_loss,
        "brier": found.brier,
        "base_brier": found.base_brier,
        "ece": found.ece,
    }


def _kept(
    session: Session, kind: Kind, fitted: Fitted, metrics: dict[str, Any], now: datetime
) -> FittedModel:
    """The row of this artefact: the known one when the same bytes were fitted before."""
    version = fitted.model.version
    known = session.get(FittedModel, f"{kind}-{version[:16]}")
    if known is not None:
        return known
    unseen = {"cross_validation": _short(fitted.unseen)} if fitted.unseen else {}
    row = FittedModel(
        id=f"{kind}-{version[:16]}",
        kind=kind,
        version=version,
        data_hash=fitted.table_hash,
        method=fitted.method,
        features=list(fitted.model.features),
        metrics={
            **metrics,
            **unseen,
            "weights": dict(fitted.weights),
            "dropped": [[one.column, one.reason] for one in fitted.dropped],
        },
        artefact=fitted.model.as_json(),
        n=fitted.model.n,
        positives=fitted.model.positives,
        fitted_at=now,
    )
    session.add(row)
    session.flush()
    return row
