"""Commands for the auditor and the rule keeper: audit verify|export, policy check|test|replay."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from actions import cards
from knowledge.model import Role

from . import EXIT_FAILED, EXIT_NOT_FOUND, EXIT_USAGE
from .opening import opened
from .screen import err, out, out_json
from .trouble import Trouble

AUDITORS = frozenset({Role.AUDITOR, Role.ADMIN, Role.LEGAL, Role.DIRECTOR})
"""Who may read the record of every action."""


def verify(*, as_json: bool) -> None:
    """Walk the chain; exit code 1 and every problem when it does not hold."""
    from actions import record

    house = opened()
    with house.store.reading() as session:
        result = record.verify(session, house.head_file)
    if as_json:
        out_json({"ok": result.ok, "records": result.records, "problems": list(result.problems)})
    else:
        out(
            "\n".join(result.problems)
            or f"审计链完整,共 {result.records} 条 / the chain holds, {result.records} records"
        )
    if not result.ok:
        raise SystemExit(EXIT_FAILED)


def export(target: Path | None) -> None:
    """The chain as JSON lines, to a file or standard output."""
    from actions import record

    house = opened()
    with house.store.reading() as session:
        lines = (
            json.dumps(record.as_json(row), ensure_ascii=False, sort_keys=True)
            for row in record.records(session)
        )
        if target is None:
            for line in lines:
                out(line)
            return
        with target.open("w", encoding="utf-8") as file:
            count = sum(1 for line in lines if file.write(line + "\n"))
    err(f"{count} 条写入 {target} / records written")


def audit_why(ref: str, who: str, *, as_json: bool) -> None:
    """Everything the record holds of one action, for who may see it; also when its content was erased."""
    from actions import record
    from actions.sight import find, sees
    from bot.cards import explanation_text

    from .opening import asker

    house = opened()
    person = asker(house, who)
    with house.store.reading() as session:
        action = find(session, ref)
        everything = bool(AUDITORS & set(person.roles))
        if action is None or not (everything or sees(session, person, action, house.clock())):
            raise Trouble("没有找到这个动作 / no such action", EXIT_NOT_FOUND)
        links = [record.as_json(row) for row in record.history(session, action.id)]
        why = cards.explain(session, action, house.clock(), person.language)
        erased = action.erased_at
    if as_json:
        out_json({"erased": erased.isoformat() if erased else "", "why": asdict(why), "record": links})
        return
    out(explanation_text(why, person.language))
    if erased:
        out(f"内容已于 {erased:%Y-%m-%d} 按要求删除 / its content was erased")
    for link in links:
        rules = ", ".join(link["rules"])
        out(
            f"  #{link['seq']} {link['event']} {link['actor']} {link['payload_hash'][:16]} {link['hash'][:16]} {rules}"
        )


def audit_head(*, as_json: bool) -> None:
    """The newest link, to be kept outside."""
    from actions import heads

    house = opened()
    with house.store.reading() as session:
        found = heads.head(session)
    if found is None:
        out("链还是空的 / the record is empty")
        return
    day = heads.day_of(house.clock(), house.settings.utc_offset_hours)
    out_json(found.as_json(day)) if as_json else out(f"{day} #{found.seq} {found.hash}")


def policy_check(folder: Path | None) -> None:
    """Schema, rules and annotations."""
    from policies.cases import check

    problems = check(_folder(folder))
    out("\n".join(problems) or "策略无误 / the rules are sound")
    if problems:
        raise SystemExit(EXIT_FAILED)


def policy_test(folder: Path | None, *, as_json: bool) -> None:
    """Every case beside the rules."""
    from policies.cases import run_cases

    report = run_cases(_folder(folder))
    failures = [str(failure) for failure in report.failures]
    failures += [f"规则 {rule} 没有用例 / rule {rule} has no case" for rule in report.untried]
    if as_json:
        out_json({"cases": report.total, "failures": failures})
    else:
        out("\n".join(failures) or f"{report.total} 个用例全部通过 / all {report.total} cases pass")
    if failures:
        raise SystemExit(EXIT_FAILED)


def policy_replay(folder: Path, since: str, *, as_json: bool) -> None:
    """Recorded decisions judged again under the changed rules."""
    from sqlmodel import col, select

    from actions.tables import Action
    from policies.engine import Judge
    from policies.replay import replay

    house = opened()
    after = house.clock() - span_of(since)
    with house.store.reading() as session:
        rows = session.exec(
            select(Action).where(col(Action.created_at) >= after).order_by(col(Action.created_at))
        ).all()
    records = [
        {
            "id": row.id, "action": row.action, "principal": row.decision["principal"],
            "resource": row.decision["resource"], "facts": row.facts,
        }
        for row in rows
        if row.decision.get("principal")
    ]  # fmt: skip
    report = replay(house.judge, Judge.load(_folder(folder)), records)
    out_json(report.as_json()) if as_json else out(report.as_text())


def _folder(folder: Path | None) -> Path:
    chosen = folder or Path(__file__).resolve().parents[2] / "policies"
    if not chosen.is_dir():
        raise Trouble(f"没有目录 {chosen} / no folder {chosen}", EXIT_USAGE)
    return chosen


def span_of(text: str) -> timedelta:
    """`90d`, `24h`, `4w` as a span of time."""
    match = re.fullmatch(r"(\d+)\s*([dhw])", text.strip().lower())
    if not match:
        raise Trouble("时间写成 90d、24h 或 4w / write a span as 90d, 24h or 4w", EXIT_USAGE)
    return (
        int(match[1]) * {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}[match[2]]
    )
