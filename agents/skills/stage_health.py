"""Skill: how each stage of the journey does: conversion, days, bounce and health, with the definitions beside the numbers."""

from __future__ import annotations

from functools import partial

from pydantic import BaseModel, Field

from actions.journey_view import Healths
from agents.drawing import show
from agents.journey_text import cite_touch, days, share, stage_name
from agents.skill import Skill, Turn
from agents.wording import day
from knowledge.blueprints.journey import JourneyStage
from knowledge.insight.journey.health import WEIGHTS, Parts, StageHealth
from knowledge.insight.journey.picture import paint_funnel

MOST = 12
NEWEST = 2


class Arguments(BaseModel):
    """What stage_health takes."""

    stage: str | None = Field(
        default=None, max_length=40, description="one stage, as said (决策期, decision); omit for all"
    )


def run(turn: Turn, arguments: Arguments) -> str:
    """Tell how the stages of the customer journey do ("各阶段健康度", "决策期转化率多少", "where do customers get stuck"):
    conversion of closed cohorts with n and interval, days in the stage, bounce, health 0-100 with its parts, the people
    behind them, and the definitions. Report the numbers exactly as returned."""
    found = turn.desk.journeys.health()
    turn.focus["intent"] = "stage_health"
    wanted = found.book.called(arguments.stage) if arguments.stage else None
    if arguments.stage and (wanted is None or wanted.id not in found.stages):
        known = turn.say("、", ", ").join(stage_name(turn, found.book, one) for one in found.stages)
        return turn.say(
            f"没有您能看到的阶段“{arguments.stage}”;有:{known}",
            f"There is no stage “{arguments.stage}” that you may see; there are: {known}",
        )
    if not found.persons and not found.visitors:
        return turn.say("还没有您能看到的客户旅程。", "There is no journey yet that you may see.")
    since = day(found.since) if found.since else "-"
    lines = [
        turn.say(
            f"您能看到的 {found.accounts} 个客户、{found.persons} 人(自 {since}):",
            f"{found.accounts} customers and {found.persons} people you may see (since {since}):",
        ),
        *_visitors(turn, found),
    ]
    if wanted is not None:
        lines += _stage(turn, found, found.stages[wanted.id], wanted)
        lines += _within(turn, found, found.stages[wanted.id])
        return "\n".join([*lines, *_definitions(turn, found)])
    for stage_id, one in found.stages.items():
        stage = found.book.stage(stage_id)
        lines += _stage(turn, found, one, stage) if stage else []
    title, n = turn.say("客户旅程漏斗", "Funnel of the journey"), found.persons + (found.visitors or 0)
    paint = partial(paint_funnel, stages=found.stages, book=found.book, title=f"{title}  (n = {n})",
                    english=turn.language == "en")  # fmt: skip
    alt = turn.say(f"{title}(n={n} 人)", f"{title} (n={n} people)")
    sorry = show(turn, "journey_funnel", alt, paint, size=(9.0, 1.2 + 0.5 * len(found.stages)))
    turn.suggestions.append(turn.say("决策期怎么样?", "How is the decision stage?"))
    return "\n".join([*lines, *_definitions(turn, found), *([sorry] if sorry else [])])


def _visitors(turn: Turn, found: Healths) -> list[str]:
    """How many visitors nobody knows are in the first stage's numbers, and who that is; else that nobody of them is."""
    if found.visitors is None:
        return [turn.say("只算已识别的人。", "Only people on record are counted.")]
    first = found.book.stages[0]
    zh = (
        f"{first.name}另计 {found.visitors} 位匿名访客:不属于任何客户或线索的人,网页上须已同意被记录,反对的、多人共用的设备不算。"
        "他们只有数字,没有名单;其他阶段只算已识别的人。"
    )
    en = (
        f"{first.name_en} also counts {found.visitors} anonymous visitors: people who lead to no customer and no lead, on pages only "
        "those who agreed to be recorded, never who objected, and no device that several people use. They are numbers alone, "
        "with no list; the other stages count people on record."
    )
    return [turn.say(zh, en)]


def _stage(turn: Turn, found: Healths, one: StageHealth, stage: JourneyStage) -> list[str]:
    name = turn.say(stage.name, stage.name_en)
    marks = "".join(
        cite_touch(turn, found.touches[move.touch_id])
        for move in one.entries[:NEWEST]
        if move.touch_id in found.touches
    )
    bounce = one.bounce
    told = (
        turn.say("数据不足", "not enough data") + f"(n={bounce.n})"
        if bounce.rate is None or bounce.n < found.book.least
        else f"{bounce.rate:.0%}({bounce.bounced}/{bounce.n})"
    )
    now, unknown = len(one.here) + one.visitors.here, one.visitors.entered
    of_them = (
        turn.say(f"(其中匿名访客 {unknown} 位)", f" ({unknown} of them anonymous visitors)")
        if unknown
        else ""
    )
    head = turn.say(
        f"▸ {name}:现有 {now} 人,曾进入 {one.entered} 人{of_them} {marks}",
        f"▸ {name}: {now} people now, {one.entered} ever came in{of_them} {marks}",
    ).rstrip()
    if not one.entered:
        return [head]
    small = one.conversion.share.n and one.conversion.share.n < found.book.least
    few = turn.say(" 样本太小", " too few to rely on") if small else ""
    last = found.book.stages[-1].id == stage.id
    lines = [head]
    if not last:
        rate = share(turn, one.conversion.share)
        zh = f"   - 转化({stage.within_days} 天内):{rate}{few}"
        lines.append(turn.say(zh, f"   - conversion (within {stage.within_days} days): {rate}{few}"))
    lines.append(turn.say(f"   - 停留:{days(turn, one.lasting)}", f"   - stay: {days(turn, one.lasting)}"))
    lines.append(turn.say(f"   - 跳出:{told}", f"   - bounce: {told}"))
    return lines if last else [*lines, f"   - {_health(turn, one.parts)}"]


def _health(turn: Turn, parts: Parts) -> str:
    """The health with its parts, or which part is missing."""
    if parts.health is None:
        gaps = [
            turn.say(*words)
            for value, words in (
                (parts.conversion_norm, ("转化", "conversion")),
                (parts.dwell_norm, ("停留", "stay")),
                (parts.bounce, ("跳出", "bounce")),
            )
            if value is None
        ]
        gap = turn.say("、", ", ").join(gaps)
        return turn.say(f"健康度:数据不足(缺 {gap})", f"health: not enough data (missing: {gap})")
    a, b, c = WEIGHTS
    assert parts.conversion_norm is not None
    assert parts.dwell_norm is not None
    assert parts.bounce is not None
    sums = (
        f"{a:g}×{parts.conversion_norm:.2f} + {b:g}×(1−{parts.dwell_norm:.2f}) + {c:g}×(1−{parts.bounce:.2f})"
    )
    return turn.say(
        f"健康度 {parts.health:.0f}/100 = {sums}(n={parts.weeks} 周)",
        f"health {parts.health:.0f}/100 = {sums} (n={parts.weeks} weeks)",
    )


def _within(turn: Turn, found: Healths, one: StageHealth) -> list[str]:
    """The people behind the numbers: who came in last, by which touch, and whether they are still there."""
    lines = [turn.say("最近进入的人:", "Who came in last:")]
    for move in one.entries[:MOST]:
        name = found.names.get(move.person) or move.person
        touch = found.touches.get(move.touch_id)
        mark = f" {cite_touch(turn, touch)}" if touch else ""
        here = turn.say("仍在", "still there") if move.person in one.here else turn.say("已离开", "has left")
        lines.append(f"- {day(move.at)} {name} · {here}{mark}")
    more = one.entered - one.visitors.entered - min(MOST, len(one.entries))
    return [*lines, turn.say(f"……另有 {more} 人", f"... and {more} more")] if more > 0 else lines


def _definitions(turn: Turn, found: Healths) -> list[str]:
    weeks = found.book.weeks
    return [
        turn.say(
            f"口径:转化 = 在 W 天内进入后面阶段的人 / 进入本阶段的人,只算期限已满的 {weeks} 周;停留用 Kaplan-Meier,仍在的按未结束计;"
            f"跳出 = 不到 10 秒、只看一页且无转化的会话 / 近 {weeks} 周会话(30 分钟无动作算一次);"
            f"健康度 = 40·转化 + 30·(1−停留) + 30·(1−跳出),转化与停留取近 {weeks} 个完整周中的百分位。",
            f"Definitions: conversion = people who entered a later stage within W days / people who entered, over {weeks} weeks "
            f"whose time is over; stay by Kaplan-Meier, whoever is still there counts as longer; bounce = sessions under 10 s, "
            f"with one page and no conversion / sessions of {weeks} weeks (30 minutes without an event end one); health = "
            f"40·conversion + 30·(1−stay) + 30·(1−bounce), the first two as percentiles of the last {weeks} closed weeks.",
        )
    ]


SKILL = Skill(name="stage_health", arguments=Arguments, run=run)
