"""Trackers and scorecards on the command line: what is in force, what it would hit, proposing, versions, going back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import EXIT_USAGE
from .opening import asker, opened
from .screen import out, out_json, table
from .trouble import Trouble

if TYPE_CHECKING:
    from agents.skill import Turn
    from bot.wiring import House


def tracker_list(who: str, *, as_json: bool) -> None:
    """The trackers in force, with their hits of the last thirty days."""
    from agents.skills import trackers
    from agents.tracking import trackers_of

    _, turn = _turn(who)
    if as_json:
        out_json([one.model_dump(mode="json") for one in trackers_of(turn)])
    else:
        out(trackers.run(turn, trackers.Arguments()))


def tracker_hits(tracker: str, who: str, since: str, until: str, *, as_json: bool) -> None:
    """Each hit of one tracker with its words and second, in the calls the asker may read."""
    from agents.calls import between
    from agents.tracking import hits_of, trackers_of

    _, turn = _turn(who)
    known = {one.id: one for one in trackers_of(turn)}
    named = next((one for one in known.values() if tracker in (one.id, one.name, one.name_en)), None)
    if named is None:
        raise Trouble(f"没有追踪词 {tracker} / no such tracker; {', '.join(known)}", EXIT_USAGE)
    rows = turn.desk.calls("", *between(_day(since), _day(until)))
    found = [(row, one) for row in rows for one in hits_of(turn, row) if one.tracker == named.id]
    if as_json:
        out_json([{"call": row.id, "at": row.at.isoformat(), **asdict(one)} for row, one in found])
        return
    for row, one in found:
        when = "" if one.t is None else f"{int(one.t) // 60:02d}:{int(one.t) % 60:02d} "
        out(f"{row.at.date()} {row.id} {one.speaker} {when}“{one.quote}”")
    out(
        f"n={len(rows)} 通,{len({row.id for row, _ in found})} 通命中,{len(found)} 处 / calls, with hits, hits"
    )


def tracker_try(name: str, words: list[str], side: str, who: str, since: str) -> None:
    """What words would hit on past calls, before anybody publishes them."""
    from agents.skills import trackers

    _, turn = _turn(who)
    asked = {"do": "try", "name": name or None, "words": words, "side": side, "since": since or None}
    out(trackers.run(turn, trackers.Arguments.model_validate(asked)))


def propose(kind: str, name: str, file: Path, reason: str, who: str, *, as_json: bool) -> None:
    """Ask for a file's content to be put in force under a name; the manager must agree."""
    import yaml

    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Trouble(f"读不了 {file}: {error} / cannot read it", EXIT_USAGE) from error
    if kind == "trackers" and isinstance(content, dict) and "trackers" not in content:
        content = {"trackers": [content]}
    _publish(kind, who, {"kind": kind, "name": name, "content": content, "reason": reason}, as_json=as_json)


def roll_back(kind: str, name: str, version: str, reason: str, who: str, *, as_json: bool) -> None:
    """Ask for an earlier version, or `none`, to be in force."""
    _publish(kind, who, {"kind": kind, "name": name, "rollback": version, "reason": reason}, as_json=as_json)


def versions(kind: str, who: str, *, as_json: bool) -> None:
    """Every version of a kind by name, newest first, and which is in force."""
    from knowledge.library import blueprints as rows

    house = opened()
    asker(house, who)
    with house.store.reading() as session:
        found = [
            {
                "name": row.name, "version": row.version, "in_force": row.active, "published_at": row.published_at.isoformat(),
                "author": row.author_id or "", "reviewer": row.reviewer_id or "",
            }
            for row in rows.of_kind(session, kind)
        ]  # fmt: skip
    if as_json:
        out_json(found)
        return
    cells = [
        [
            "●" if row["in_force"] else "",
            *(str(row[key])[:19] for key in ("name", "version", "published_at", "author", "reviewer")),
        ]
        for row in found
    ]
    table(["", "name", "version", "published (UTC)", "author", "reviewer"], cells)


def scorecard_show(who: str, *, as_json: bool) -> None:
    """The cards in force: for which calls, who may see, and each question with how it is answered."""
    from agents.cards import cards_of

    _, turn = _turn(who)
    if as_json:
        out_json([{"version": version, **card.model_dump(mode="json")} for card, version in cards_of(turn)])
        return
    for card, version in cards_of(turn):
        out(
            f"{card.id} {card.name} / {card.name_en}  {version[:12]}  {card.visibility} · {card.participants}"
        )
        for number, one in enumerate(card.questions, 1):
            how = one.detect.how if one.detect else one.metric_ref or "by hand"
            out(f"  {number}. {one.id} ({one.type}, ×{one.weight:g}, {how}) {one.text} / {one.text_en}")


def note(call: str, text: str, who: str) -> None:
    """A note about a call for oneself alone; without text those one has."""
    house, turn = _turn(who)
    if text:
        desk = house.desk(turn.desk.person, "", "terminal", turn.language)
        try:
            desk.note(call, text)
        except LookupError:
            raise Trouble(f"没有找到通话 {call} / no call {call}", EXIT_USAGE) from None
        out("已记下,只有您看得到 / noted, only you see it")
        return
    for one in turn.desk.notes(call):
        out(f"{one.at.date()} {one.text}")


def own_mood(answer: str, who: str) -> None:
    """One's yes or no to being looked at oneself, and how it stands."""
    from bot.command_calls import own_mood as said

    house, turn = _turn(who)
    desk = house.desk(turn.desk.person, "", "terminal", turn.language)
    zh, en = said(answer, None, desk)  # type: ignore[arg-type]
    out(turn.say(zh, en))


def _publish(kind: str, who: str, args: dict[str, Any], *, as_json: bool) -> None:
    from .ruling import propose as submit

    house = opened()
    person = asker(house, who)
    if not person.team_id:
        raise Trouble(f"您不属于某个团队,没有经理可以批准{kind} / you belong to no team", EXIT_USAGE)
    submit(house, person, "publish_blueprint", args, as_json=as_json, about=person.team_id)


def _day(text: str) -> Any:
    from datetime import date

    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Trouble(f"日期写成 2026-11-25: {text} / a day is written 2026-11-25", EXIT_USAGE) from error


def _turn(who: str) -> tuple[House, Turn]:
    from agents.skill import Turn

    house = opened()
    person = asker(house, who)
    language = person.language or "zh"
    return house, Turn(desk=house.desk(person, "", "terminal", language), text="", language=language)
