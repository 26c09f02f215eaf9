"""A replay of the past as text: n first, then how many which way, by step and by rule, with examples."""

from __future__ import annotations

from datetime import timedelta

from policies.history import History
from policies.strictness import Direction


def history_text(history: History, since: timedelta, language: str = "zh") -> str:
    """The report for a person; says so when there is nothing to replay."""
    en = language == "en"
    days = since.days
    if not history.total:
        return (
            f"Not enough data: no decision on record in the last {days} days (n=0)."
            if en
            else f"数据不足: 近 {days} 天没有可回放的决定(n=0)。"
        )
    ways = [history.count(way) for way in (Direction.STRICTER, Direction.MILDER, Direction.OTHER)]
    changed = len(history.differences)
    head = (
        f"n={history.total} decisions in {days} days: {changed} would come out otherwise "
        f"({ways[0]} stricter, {ways[1]} milder, {ways[2]} other)"
        if en
        else f"回放 n={history.total} 条决定({days} 天): {changed} 条会不同(更严 {ways[0]}，更宽 {ways[1]}，其他 {ways[2]})"
    )
    lines = [head]
    lines += [f"  {step}: {count}" for step, count in history.steps.items()]
    lines += [f"  {'rule' if en else '规则'} {rule}: {count}" for rule, count in history.rules.items()]
    for one in history.as_json()["changes"]:
        reason = one["reason_en" if en else "reason"]
        lines.append(f"  {one['code']} {one['action']}: {one['step']} ({reason})")
    if history.drift:
        lines.append(
            f"  {history.drift} were decided by other rules than those in force and would come out otherwise today already"
            if en
            else f"  其中 {history.drift} 条是按别的规则决定的，按现行规则今天已会不同"
        )
    if history.unreadable:
        shown = ", ".join(history.unreadable[:5])
        lines.append(f"  {'cannot be read back' if en else '读不回'}: {len(history.unreadable)} ({shown})")
    return "\n".join(lines)
