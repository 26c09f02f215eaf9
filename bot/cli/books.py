"""Commands for the rule keeper: policy check, test, replay."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from . import EXIT_FAILED, EXIT_NOT_FOUND, EXIT_USAGE
from .opening import asker, opened
from .screen import out, out_json
from .trouble import Trouble


def policy_check(folder: Path | None) -> None:
    """Schema, rules and annotations."""
    from policies.cases import check

    problems = check(folder_of(folder))
    out("\n".join(problems) or "策略无误 / the rules are sound")
    if problems:
        raise SystemExit(EXIT_FAILED)


def policy_test(folder: Path | None, *, as_json: bool) -> None:
    """Every case beside the rules."""
    from policies.cases import run_cases

    report = run_cases(folder_of(folder))
    failures = [str(failure) for failure in report.failures]
    failures += [f"规则 {rule} 没有用例 / rule {rule} has no case" for rule in report.untried]
    if as_json:
        out_json({"cases": report.total, "failures": failures})
    else:
        out("\n".join(failures) or f"{report.total} 个用例全部通过 / all {report.total} cases pass")
    if failures:
        raise SystemExit(EXIT_FAILED)


def policy_replay(folder: Path, since: str, who: str, *, as_json: bool, codes: bool = False) -> None:
    """Recorded decisions judged again under the changed rules. With `codes` the exit code tells: 0 nothing would come out
    otherwise, 1 something would, 3 there is nothing to replay."""
    from actions.ruling import replays
    from bot.history_text import history_text
    from policies.engine import Judge

    judge, span = Judge.load(folder_of(folder)), span_of(since)
    house = opened()
    person = asker(house, who)
    with house.store.reading() as session:
        history = replays.of_rules(session, judge, house.clock(), span)
    out_json(history.as_json()) if as_json else out(history_text(history, span, person.language))
    if codes and not history.total:
        raise SystemExit(EXIT_NOT_FOUND)
    if codes and history.differences:
        raise SystemExit(EXIT_FAILED)


def folder_of(folder: Path | None) -> Path:
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
