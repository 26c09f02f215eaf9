"""Commands about what we know: people, ingest, reindex, retrieval figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from knowledge.library import people as people_rows

from . import EXIT_FAILED
from .opening import opened
from .screen import err, out, out_json, progress, table
from .trouble import missing


def people(*, as_json: bool, demo: bool) -> None:
    """The colleagues, for `--as`."""
    house = opened(demo=demo)
    with house.store.reading() as session:
        rows = [
            {
                "id": p.id,
                "name": p.name,
                "email": p.email,
                "title": p.title,
                "roles": p.roles,
                "team": p.team_id or "",
            }
            for p in people_rows.people(session)
        ]
    if as_json:
        out_json(rows)
    else:
        table(["id", "name", "title", "roles", "team"], [_row(person) for person in rows])


def _row(person: Mapping[str, object]) -> list[str]:
    roles = person["roles"]
    shown = ", ".join(roles) if isinstance(roles, list) else str(roles)
    return [str(person["id"]), str(person["name"]), str(person["title"]), shown, str(person["team"])]


def ingest(target: Path, *, mapping: Path | None, base: Path | None, dry_run: bool, as_json: bool) -> None:
    """Import, then bring the index up to date. Exit code 1 when rows were rejected."""
    from knowledge.feeds import ingest as load
    from knowledge.feeds import shipped

    target = shipped(target)
    if not target.exists():
        raise missing(target)
    house = opened()
    with progress("导入 / import") as tick:
        report = load(
            house.store,
            target,
            mapping=mapping,
            base=base,
            dry_run=dry_run,
            now=house.clock(),
            progress=tick,
            rejected=house.settings.var_dir / "rejected",
            key=house.identity_key,
        )
    if as_json:
        out_json(report.to_json())
    else:
        out(report.as_text())
    if not dry_run:
        with progress("索引 / index") as tick:
            house.search.reindex(progress=tick)
    if report.rejected:
        raise SystemExit(EXIT_FAILED)


def reindex(*, full: bool, as_json: bool) -> None:
    """Bring lexical and vector indexes up to date."""
    house = opened()
    with progress("索引 / index") as tick:
        report = house.search.reindex(full=full, progress=tick)
    if as_json:
        out_json(asdict(report))
    else:
        out(
            f"新 {report.new} · 改 {report.changed} · 删 {report.deleted} · 未变 {report.unchanged} · 段落 {report.passages} / "
            "new · changed · deleted · unchanged · passages"
        )


def eval_retrieval(corpus: Path, queries: Path, qrels: Path, *, as_json: bool) -> None:
    """Ours and plain BM25 on the same files, in the same run."""
    from knowledge.evaluation import evaluate_retrieval

    for path in (corpus, queries, qrels):
        if not path.exists():
            raise missing(path)
    result = evaluate_retrieval(corpus, queries, qrels)
    if as_json:
        out_json(result)
        return
    baseline = result.get("baseline", {})
    for name, value in result.items():
        if isinstance(value, int | float):
            out(f"{name:<16}{value:>12.4f}  BM25 {baseline.get(name, float('nan')):>10.4f}")
    err("BM25: Okapi, 同一次运行 / in the same run")
