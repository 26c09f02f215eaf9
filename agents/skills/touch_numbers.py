"""Skill: after how many touches customers pay for the first time, as a distribution with n and interval."""

from __future__ import annotations

from pydantic import BaseModel, Field

from actions.journey_view import Numbers
from agents.journey_text import cite_touch, share
from agents.skill import Skill, Turn
from agents.wording import day
from knowledge.insight.journey.touch_numbers import TouchNumbers

EXAMPLES = 5


class Arguments(BaseModel):
    """What touch_numbers takes."""

    after: int = Field(
        default=3, ge=1, le=200, description="tell the share that paid after this touch or a later one"
    )


def run(turn: Turn, arguments: Arguments) -> str:
    """Tell after how many touches customers pay ("付款前一般接触几次", "第3次接触以后付款的占多少", "how many touches before
    they pay"): the share that paid after the n-th touch or later with n and a 95 % interval, the middle, the distribution,
    and the customers behind it. Report the numbers exactly as returned."""
    numbers = turn.desk.journeys.numbers()
    found = numbers.found
    turn.focus["intent"] = "touch_numbers"
    n, least = found.n, turn.desk.journeys.books()[0].least
    basis = _basis(turn, found)
    if n < least:
        return turn.say(
            f"数据不足:只有 {n} 个首次付款(至少要 {least} 个)。{basis}",
            f"Not enough data: {n} first payments, {least} are needed. {basis}",
        )
    at = arguments.after
    lines = [
        turn.say(
            f"{share(turn, found.at_least(at))} 的首次付款发生在第 {at} 次接触或之后;中位数是第 {found.median:g} 次(n={n})。",
            f"{share(turn, found.at_least(at))} of first payments came after touch {at} or a later one; the middle is touch "
            f"{found.median:g} (n={n}).",
        ),
        turn.say("分布:", "Distribution: ") + _distribution(turn, found.counts),
        turn.say("最近几笔:", "The latest:"),
    ]
    lines += _latest(turn, numbers)
    turn.suggestions.append(turn.say("各阶段健康度", "Health of each stage"))
    return "\n".join([*lines, basis])


def _basis(turn: Turn, found: TouchNumbers) -> str:
    """The definition and what it rests on."""
    n, without = found.n, len(found.without)
    return turn.say(
        f"口径:客户首次付款前 24 小时内的最后一次接触是第几次(所有渠道、所有联系人,商机推进不算接触);您能看到的 {found.persons} 个客户"
        f"中 {n + without} 个付过款,{without} 个付款前 24 小时内没有接触,不计入。",
        f"Definition: which touch was the last within 24 hours before a customer's first payment (every channel and contact; steps of a "
        f"deal are no touches). Of {found.persons} customers you may see {n + without} have paid; {without} had no touch in the 24 hours "
        f"before and are not counted.",
    )


def _latest(turn: Turn, numbers: Numbers) -> list[str]:
    """The newest first payments, each with the touch before it and the payment."""
    lines = []
    for one in sorted(numbers.found.found, key=lambda one: (one.paid_at, one.person), reverse=True)[
        :EXAMPLES
    ]:
        marks = "".join(
            cite_touch(turn, numbers.touches[i])
            for i in (one.touch_id, one.payment_id)
            if i in numbers.touches
        )
        name = numbers.names.get(one.person, one.person)
        lines.append(
            turn.say(
                f"- {name}:第 {one.ordinal} 次接触后付款,{day(one.paid_at)} {marks}",
                f"- {name}: paid after touch {one.ordinal}, {day(one.paid_at)} {marks}",
            )
        )
    return lines


BANDS = ((1, 2), (3, 5), (6, 10), (11, 20), (21, 10**9))


def _distribution(turn: Turn, counts: dict[int, int]) -> str:
    total = sum(counts.values())
    parts = []
    for low, high in BANDS:
        k = sum(times for at, times in counts.items() if low <= at <= high)
        name = f"{low}-{high}" if high < 10**9 else f"{low}+"
        parts.append(turn.say(f"{name} 次 {k}/{total}", f"{name}: {k}/{total}"))
    return turn.say("、", ", ").join(parts)


SKILL = Skill(name="touch_numbers", arguments=Arguments, run=run)
