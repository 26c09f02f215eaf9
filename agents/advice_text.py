"""How the figures of advice are said: each with its n and interval, and the definition beside it."""

from __future__ import annotations

from collections.abc import Mapping

from knowledge.insight.kpi import Report
from knowledge.insight.kpi_figures import Figure
from knowledge.insight.predictions import Predicted

from .score_text import quality
from .skill import Turn

NAMES: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "adoption": (
        ("使用率", "adoption"),
        (
            "每天用过的人 / 可用的人,各天平均;n 是天数",
            "active users / licensed users, mean over days; n counts days",
        ),
    ),
    "engagement": (("投入", "engagement"), ("有动作的人 / 用过的人", "users who acted / active users")),
    "acceptance": (
        ("采纳率", "acceptance"),
        ("采纳 / 展示;单看它没有意义", "accepted / shown; never to be read alone"),
    ),
    "as_is": (("原样采纳", "taken as is"), ("改动 ≤ 10% / 采纳", "at most 10% edited / accepted")),
    "edited": (("改后采纳", "taken edited"), ("改动 10–50% / 采纳", "10-50% edited / accepted")),
    "rewritten": (
        ("重写(不算采纳)", "rewritten (not accepted)"),
        ("改动 > 50% / 展示", "more than half edited / shown"),
    ),
    "ignored": (("没有理会", "ignored"), ("过期没人用 / 展示", "expired unused / shown")),
    "retained": (
        ("7 天后仍保留", "retained 7 d"),
        (
            "采纳后 7 天没有撤回或改掉 / 采纳(7 天前结束的同长时段)",
            "not undone or changed 7 days on / accepted (same span, 7 days earlier)",
        ),
    ),
    "unread_accept": (
        ("没看就采纳", "unread accept"),
        ("展示后 3 秒内采纳 / 采纳", "accepted within 3 s of shown / accepted"),
    ),
    "override": (
        ("照做比不照做", "followed less overridden"),
        (
            "多数建议照做的商机赢单率 − 多数没照做的;不是因果",
            "win rate of deals where most advice was followed, less the others; not causal",
        ),
    ),
    "uplift": (
        ("建议带来的提升", "uplift"),
        ("给建议的商机赢单率 − 对照组", "win rate treated less held out"),
    ),
}
"""Figure -> its name, and the definition that stands beside it (definitions.md D11)."""

KINDS = {
    "email": ("邮件草稿", "e-mail drafts"),
    "message": ("消息", "messages"),
    "talk_track": ("话术", "talk tracks"),
    "price": ("价格", "prices"),
    "next_step": ("今天先跟谁", "next steps"),
    "crm_update": ("商机修改", "record updates"),
    "coaching": ("辅导建议", "coaching"),
}
REASONS = {
    "rewritten": ("重写", "rewritten"),
    "revised": ("让助手重来", "done anew"),
    "rejected": ("审批驳回", "rejected by an approver"),
    "withdrawn": ("自己撤回", "withdrawn"),
    "not_approved": ("没等到审批", "not approved in time"),
    "declined": ("说不要", "declined"),
    "again": ("下次还是这样", "the same again next time"),
    "denied": ("规则不允许", "denied by a rule"),
    "rated_bad": ("点了踩", "thumbed down"),
}


def figure_line(turn: Turn, one: Figure) -> str:
    """采纳率 42%(n=50;95% 区间 29–56%)— 采纳 / 展示."""
    name, definition = (turn.say(*pair) for pair in NAMES[one.name])
    if one.value is None:
        arms = one.name in ("override", "uplift")
        least = (
            turn.say(f"每边至少 {one.floor}", f"at least {one.floor} on each side")
            if arms
            else turn.say(f"至少 {one.floor}", f"at least {one.floor}")
        )
        return turn.say(
            f"- {name}:数据不够(n={one.n},{least})— {definition}",
            f"- {name}: not enough data (n={one.n}, {least}) - {definition}",
        )
    signed = one.name in ("override", "uplift")
    value = f"{100 * one.value:+.1f}" if signed else f"{100 * one.value:.0f}%"
    if signed:
        value += turn.say(" 个百分点", " points")
    interval = ""
    if one.low is not None and one.high is not None:
        low, high = f"{100 * one.low:+.0f}" if signed else f"{100 * one.low:.0f}", f"{100 * one.high:.0f}"
        interval = turn.say(f";95% 区间 {low} 到 {high}", f"; 95% interval {low} to {high}")
    return turn.say(
        f"- {name} {value}(n={one.n}{interval})— {definition}",
        f"- {name} {value} (n={one.n}{interval}) - {definition}",
    )


def kind_lines(turn: Turn, report: Report) -> list[str]:
    """Each kind that was shown: how often taken as is, edited, turned down, ignored, still open."""
    lines = []
    for one in report.kinds:
        if one.shown:
            lines.append(
                turn.say(
                    f"- {KINDS[one.kind][0]}:展示 {one.shown},原样 {one.as_is},改后 {one.edited},拒绝 {one.rejected},过期 "
                    f"{one.expired},未定 {one.open}",
                    f"- {KINDS[one.kind][1]}: shown {one.shown}, as is {one.as_is}, edited {one.edited}, turned down {one.rejected}, "
                    f"expired {one.expired}, open {one.open}",
                )
            )
    return lines


def reasons(turn: Turn, found: Mapping[str, int]) -> str:
    """Why advice was turned down, with counts."""
    told = [f"{turn.say(*REASONS.get(name, (name, name)))} {n}" for name, n in found.items()]
    return turn.say("拒绝原因:", "Why it was turned down: ") + turn.say("、", ", ").join(told)


def prediction_lines(turn: Turn, found: Mapping[str, Predicted]) -> list[str]:
    """How good the predictions were that came to an end in the time."""
    names = {"win": ("成交概率", "win probability"), "lead_score": ("线索评分", "lead scores")}
    lines = []
    for kind, one in found.items():
        name = turn.say(*names[kind])
        if one.figures is None:
            lines.append(
                turn.say(
                    f"- {name}:数据不够(已有结果 n={one.with_chance},至少 {one.floor})",
                    f"- {name}: not enough data (n={one.with_chance} with an end, at least {one.floor})",
                )
            )
        else:
            told = quality(turn, one.figures)
            lines.append(turn.say(f"- {name}:{told}", f"- {name}: {told}"))
        if one.grades:
            told = turn.say("、", ", ").join(f"{grade} {hits}/{n}" for grade, (n, hits) in one.grades.items())
            lines.append(turn.say(f"  各级兑现:{told}", f"  came true by grade: {told}"))
    return lines
