"""`chengdan model`: fit a model of the company's own history, show it, list its versions, go back."""

from __future__ import annotations

from typing import Any

from knowledge.library import scores as rows
from knowledge.model import FittedModel, Person, Role

from . import EXIT_FAILED, EXIT_NOT_FOUND, EXIT_USAGE
from .opening import asker, opened
from .screen import out, out_json, table
from .trouble import Trouble

MAY = frozenset({Role.MANAGER.value, Role.DIRECTOR.value, Role.ADMIN.value})
"""Who may change which model is in use."""


def fit(kind: str, who: str, *, as_json: bool) -> None:
    """Fit and compare. Exit code 1 when no model was taken into use, with the reason."""
    from knowledge.own_models import KINDS, Refused, fit_model

    found = next((one for one in KINDS if one == kind), None)
    if found is None:
        raise Trouble(f"可以是 / one of: {', '.join(KINDS)}", EXIT_USAGE)
    house = opened()
    person = allowed(asker(house, who))
    with house.store.session() as session:
        done = fit_model(session, found, house.clock(), person.id)
        shown = None if isinstance(done, Refused) else _as_json(done.row)
    if isinstance(done, Refused):
        if as_json:
            out_json({"fitted": False, "reason": done.zh, "reason_en": done.en, "n": done.n})
        else:
            out(done.en if person.language == "en" else f"{done.zh} / {done.en}")
        raise SystemExit(EXIT_FAILED)
    assert shown is not None
    _tell(shown | {"fitted": True, "same_as_before": done.same}, as_json=as_json)


def show(kind: str, *, as_json: bool) -> None:
    """The models in use."""
    house = opened()
    with house.store.reading() as session:
        found = [_as_json(row) for row in rows.models(session, kind) if row.active]
    if not found:
        raise Trouble("没有在用的模型:用先验法 / no model is in use: the prior method", EXIT_NOT_FOUND)
    if as_json:
        out_json(found)
        return
    for one in found:
        _tell(one, as_json=False)


def versions(kind: str, *, as_json: bool) -> None:
    """Every version, newest first."""
    house = opened()
    with house.store.reading() as session:
        found = [_as_json(row) for row in rows.models(session, kind)]
    if as_json:
        out_json(found)
        return
    columns = ["", "kind", "version", "fitted", "n", "AUC", "why"]
    table(columns, [[
        "*" if one["active"] else "", one["kind"], one["version"][:12], one["fitted_at"][:10], str(one["n"]),
        f"{(one['metrics'].get('cross_validation') or {}).get('auc') or 0:.3f}", one["why"],
    ] for one in found])  # fmt: skip


def rollback(version: str, who: str, *, as_json: bool) -> None:
    """An earlier version again."""
    from knowledge.own_models import Refused, roll_back

    house = opened()
    person = allowed(asker(house, who))
    with house.store.session() as session:
        done = roll_back(session, version, house.clock(), person.id)
        shown = None if isinstance(done, Refused) else _as_json(done)
    if isinstance(done, Refused) or shown is None:
        raise Trouble(f"{done.zh} / {done.en}" if isinstance(done, Refused) else "", EXIT_NOT_FOUND)
    _tell(shown, as_json=as_json)


def allowed(person: Person) -> Person:
    if not MAY & set(person.roles):
        raise Trouble(
            "只有经理、总监和管理员可以更换模型 / only managers, directors and administrators change models",
            EXIT_FAILED,
        )
    return person


def _as_json(row: FittedModel) -> dict[str, Any]:
    """Everything about a version but its tables."""
    return {
        "kind": row.kind,
        "version": row.version,
        "active": row.active,
        "method": row.method,
        "n": row.n,
        "positives": row.positives,
        "data_hash": row.data_hash,
        "features": row.features,
        "metrics": row.metrics,
        "fitted_at": row.fitted_at.isoformat(),
        "activated_at": row.activated_at.isoformat() if row.activated_at else None,
        "why": row.why,
    }


def _tell(one: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        out_json(one)
        return
    out(
        f"{one['kind']} {one['version'][:12]} · {one['method']} · n = {one['n']} ({one['positives']}) · {one['why']}"
    )
    for name in ("in_use", "new", "cross_validation"):
        figures = one["metrics"].get(name)
        if figures:
            auc = f"{figures['auc']:.3f}" if figures["auc"] is not None else "-"
            out(
                f"  {name:<18} n = {figures['n']} · AUC {auc} · log loss {figures['log_loss']:.4f} · "
                f"Brier {figures['brier']:.4f} ({figures['base_brier']:.4f}) · ECE {figures['ece']:.4f}"
            )
    out("  " + ", ".join(one["features"]))
