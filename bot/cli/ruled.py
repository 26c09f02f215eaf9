"""Commands of those who keep the rules: autonomy, pilots, publishing and going back, each as an action through the gate."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from actions.action import ActionRequest, Outcome, canonical, digest
from actions.autonomy.pilot_report import pilot_report
from actions.autonomy.standings import Standing, all_standings
from actions.levels import level_name
from actions.ruling import published
from actions.subjects import RULES
from bot.jobs import tick
from bot.wiring import House
from knowledge.model import Person, Role
from policies.bundle import Bundle
from policies.rulebook import PolicyError

from . import EXIT_FAILED, EXIT_USAGE
from .deeds import CHANNEL, told_end
from .opening import asker, opened
from .screen import out, out_json, table
from .trouble import Trouble

MAY_ERASE = frozenset({Role.ADMIN})


def autonomy(who: str, *, as_json: bool) -> None:
    """Every verb with its level, what was measured, and what it lacks for the next step."""
    house = opened()
    person = asker(house, who)
    with house.store.reading() as session:
        found = all_standings(session, house.clock())
    if as_json:
        out_json([asdict(one) | {"ceiling": one.ceiling, "may_rise": one.may_rise} for one in found])
        return
    out("\n".join(_line(one, person.language) for one in found))


def _line(one: Standing, language: str) -> str:
    """One verb in one scope: level and ceiling, n and shares, and what the next step still lacks."""
    m, en = one.measures, language == "en"
    named = (("as is", "rejected", "wrong", "undone"), ("照发", "驳回", "出错", "撤回"))[0 if en else 1]
    shares = [
        f"{name} {'–' if share is None else f'{share:.0%}'}"
        for name, share in zip(named, (m.as_is, m.rejected, m.wrong, m.undone), strict=True)
    ]
    lacks = ("; " if en else "；").join(both[1 if en else 0] for both in one.missing)
    head = f"{one.verb} {one.scope or '*'}: {level_name(one.level, language)} (≤ L{one.ceiling})"
    return f"{head} · n={m.n} · {' · '.join(shares)}" + (f"\n    {lacks}" if lacks else "")


def move(way: str, verb: str, scope: str, to: int | None, reason: str, who: str, *, as_json: bool) -> None:
    """Promote (two people, measures met) or demote (at once)."""
    args: dict[str, Any] = {"kind": "autonomy", "verb": verb, "scope": scope, "way": way, "reason": reason}
    _change(args | ({} if to is None else {"to": to}), who, as_json)


def pilot(verb: str, scope: str, who: str, *, add: bool, as_json: bool) -> None:
    """Let a scope into a verb's pilot or take it out: narrowing takes one person, widening two."""
    _change({"kind": "pilot", "verb": verb, "scope": scope, "add": add}, who, as_json)


def pilots(verb: str, who: str, *, as_json: bool) -> None:
    """Inside and outside a verb's pilot, since its start and for as long before."""
    house = opened()
    asker(house, who)
    with house.store.reading() as session:
        report = pilot_report(session, verb, house.clock())
    if report is None:
        out(f"{verb} 没有试点范围,到处都可以 / {verb} has no pilot: it may act everywhere")
        return
    if as_json:
        out_json(asdict(report))
        return
    out(f"{verb}: {', '.join(report.scopes)} ({report.since:%Y-%m-%d}, {report.days} d)")
    names = sorted({name for _, _, cell in report.cells for name in cell.outcomes})
    table(
        ["", "", "n", *names],
        [[a, b, str(c.n), *(str(c.outcomes.get(n, 0)) for n in names)] for a, b, c in report.cells],
    )


def publish(folder: Path, who: str, *, emergency: bool, reason: str, as_json: bool) -> None:
    """Propose the rule book of a folder; the replay of the past is on the card of whoever agrees."""
    if not folder.is_dir():
        raise Trouble(f"没有目录 {folder} / no folder {folder}", EXIT_USAGE)
    try:
        content = Bundle.of(folder).as_content()
    except PolicyError as error:
        raise Trouble(str(error), EXIT_FAILED) from error
    _change({"kind": "policy", "content": content, "emergency": emergency, "reason": reason}, who, as_json)


def rollback(version: str, who: str, *, reason: str, as_json: bool) -> None:
    """Propose to go back to an earlier rule book, or to `shipped`."""
    _change({"kind": "policy", "rollback": version, "reason": reason}, who, as_json)


def versions(*, as_json: bool) -> None:
    """The published rule books, and which one is in force; `shipped` are the rules that come with the product."""
    house = opened()
    with house.store.reading() as session:
        now = published.in_force(session, house.clock())
        rows: list[tuple[str, str, str, bool]] = [
            (
                published.shown(row.version),
                row.author_id or "",
                f"{row.published_at:%Y-%m-%d %H:%M}",
                row.version == now,
            )
            for row in published.versions(session)
        ]
    rows.append(("shipped", "", "", not now))
    names = ("version", "author", "published_at", "in_force")
    if as_json:
        out_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        table([*names[:3], ""], [[v, a, t, "●" if used else ""] for v, a, t, used in rows])


def erase(kind: str, ref: str, reason: str, who: str, *, dry_run: bool, as_json: bool) -> None:
    """Propose to erase a contact, a colleague or a customer; with --dry-run only what would be emptied is counted."""
    house = opened()
    person = asker(house, who)
    if not MAY_ERASE & set(person.roles):
        raise Trouble("只有管理员可以提出删除 / only an administrator may ask for this", EXIT_FAILED)
    args = {"kind": kind, "id": ref, "reason": reason}
    if dry_run:
        _count(house, kind, ref, as_json)
        return
    _submit(house, person, "erase_data", args, as_json)


def _count(house: House, kind: str, ref: str, as_json: bool) -> None:
    from actions.effect import BadArguments
    from actions.erasing.found import find_everything
    from actions.erasing.whom import find_whom
    from actions.erasing.writing import counts

    try:
        with house.store.reading() as session:
            rows = counts(find_everything(session, find_whom(session, kind, ref)))
    except BadArguments as error:
        raise Trouble(str(error), EXIT_FAILED) from error
    out_json(rows) if as_json else table(["table", "rows"], [[name, str(n)] for name, n in rows.items()])


def _change(args: dict[str, Any], who: str, as_json: bool) -> None:
    house = opened()
    _submit(house, asker(house, who), "change_rule", args, as_json)


def _submit(house: House, person: Person, verb: str, args: dict[str, Any], as_json: bool) -> None:
    """A person's own wish about the house, straight to the gate: no assistant has a hand in it."""
    tick(house)
    key = digest(canonical({"who": person.id, "at": house.clock().isoformat(), "args": args}))
    request = ActionRequest(
        action=verb, args=args, resource_id=RULES, on_behalf_of=person.id, idempotency_key=f"{verb}:{key}"
    )
    outcome: Outcome = house.gate.submit(request, CHANNEL)
    told_end(house, person, outcome, as_json)
