"""How scores are said: points, signals, what is missing and where a number comes from."""

from __future__ import annotations

import math

from actions.score_view import ScoredLead
from knowledge.insight.deal_signals import NAMES
from knowledge.insight.lead_features import BY_NAME
from knowledge.insight.leads import Points
from knowledge.insight.odds import Learned, LearnedOdds
from knowledge.insight.scoring.figures import Figures
from knowledge.insight.win import CALIBRATION, WinOdds
from knowledge.model import Lead, LeadTouch

from .skill import Turn
from .wording import day, process_of, short

MISSING = {
    "amount": ("金额", "amount"),
    "expected_close": ("预计成交日", "expected close date"),
    "contacts": ("客户联系人", "contacts"),
    "next_step": ("下一步", "next step"),
    "interactions": ("往来记录", "interactions"),
    "influence": ("联系人的影响力", "influence of the contacts"),
}
TOUCHES = {
    "visit": ("访问网站", "visited the site"),
    "price_page": ("看价格页", "saw the price page"),
    "download": ("下载资料", "downloaded"),
    "form": ("填表", "sent a form"),
    "chat": ("聊天", "chat"),
    "call": ("电话", "call"),
    "mail": ("邮件", "mail"),
    "meeting": ("会面", "meeting"),
    "complaint": ("投诉", "complaint"),
}
VALUES = {
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    "missing": ("缺", "missing"),
    "other": ("其他", "other"),
    "known": ("有记录", "on record"),
    "executive": ("高层", "executive"),
    "head": ("部门负责人", "head"),
    "manager": ("经理", "manager"),
    "staff": ("员工", "staff"),
    "student": ("实习生", "student"),
    "none": ("没有", "none"),
    "one": ("一种", "one"),
    "both": ("电话和邮箱", "phone and mail"),
    "positive": ("积极", "positive"),
    "negative": ("消极", "negative"),
    "neutral": ("中性", "neutral"),
}


def value_of(turn: Turn, value: str) -> str:
    """A value as people say it."""
    return turn.say(*VALUES.get(value, (value, value)))


def signal(turn: Turn, name: str, value: str) -> str:
    """A signal of a deal with its value: `没有谈过价格`, `近 14 天客户主动往来 = 4`."""
    words = " × ".join(turn.say(*NAMES.get(part, (part, part))) for part in name.split(" × "))
    if value == "yes" or name == CALIBRATION:
        return words
    if name == "stage":
        return f"{words} = {process_of(turn).stage_name(value, turn.language)}"
    return f"{words} = {value_of(turn, value)}"


def rests_on(turn: Turn, found: WinOdds, name: str) -> str:
    """What a part of the prior method rests on, in brackets: the experts' odds, the closed deals that showed the signal and
    those that did not, and the odds made of both; "" where it is not drawn to any history."""
    if name == CALIBRATION and found.learned:
        return _offset(turn, found.learned)
    one = found.evidence.get(name)
    return _drawn(turn, one, found.learned.prior_rows) if one and found.learned else ""


def _offset(turn: Turn, learned: Learned) -> str:
    return turn.say(
        f"(n={learned.n} 个已关闭商机逐个回放当时的状态,赢 {learned.won};先验算 {learned.prior_rows:g} 个)",
        f" (n={learned.n} closed deals replayed as they stood then, {learned.won} won; the prior counts as "
        f"{learned.prior_rows:g})",
    )


def _drawn(turn: Turn, one: LearnedOdds, rows: float) -> str:
    expert, used = f"×{math.exp(one.expert):.2f}", f"×{math.exp(one.points):.2f}"
    if not one.n:
        return turn.say(
            f"(经验赔率 {expert},本公司历史里没有出现过,n=0)",
            f" (expert odds {expert}, never seen in the history, n=0)",
        )
    return turn.say(
        f"(经验赔率 {expert} 算 {rows:g} 个;历史里有过此信号的 n={one.n},赢 {one.won};没有过的 n={one.n_without},赢 "
        f"{one.won_without};合为 {used})",
        f" (expert odds {expert} count as {rows:g}; n={one.n} closed deals showed it, {one.won} won; n={one.n_without} did "
        f"not, {one.won_without} won; together {used})",
    )


def missing(turn: Turn, names: tuple[str, ...]) -> str:
    """What is not on record, in words."""
    known = [BY_NAME[one] for one in names if one in BY_NAME]
    words = [turn.say(one.zh, one.en) for one in known] or [
        turn.say(*MISSING.get(one, (one, one))) for one in names
    ]
    return turn.say("、", ", ").join(words)


def cite_lead(turn: Turn, lead: Lead) -> str:
    """[n] for a lead's record."""
    known = [f"{key}={value}" for key, value in sorted(lead.extra.items())]
    quote = " · ".join([lead.id, lead.name, lead.company, lead.status, lead.source, *known])
    return f"[{turn.cite(id=lead.id, kind='lead', title=lead.company or lead.name, date=day(lead.created_at), quote=quote)}]"


def cite_touch(turn: Turn, touch: LeadTouch) -> str:
    """[n] for something a lead did or said, verbatim where there are words."""
    what = turn.say(*TOUCHES.get(touch.kind, (touch.kind, touch.kind)))
    facts = [
        what,
        day(touch.at),
        f"{touch.seconds} s" if touch.seconds else "",
        f"{touch.pages} p" if touch.pages else "",
    ]
    quote = touch.text or " · ".join(part for part in facts if part)
    n = turn.cite(
        id=touch.id,
        kind="lead_touch",
        title=what,
        date=day(touch.at),
        quote=quote,
        provenance=touch.provenance,
    )
    return f"[{n}]"


def point(turn: Turn, one: Points, of: ScoredLead) -> str:
    """One reason of a lead's score with its points, n and source."""
    value = f" = {value_of(turn, one.value)}" if one.value else turn.say(" 缺", " missing")
    counted = f", n={one.n}" if of.score.method == "rules" and one.n else ""
    touch = next((row for row in of.touches if row.id == one.touch_id), None)
    mark = cite_touch(turn, touch) if touch else cite_lead(turn, of.lead)
    return f"- {turn.say(one.zh, one.en)}{value}: {one.points:+.1f}{counted} {mark}"


def said(touch: LeadTouch) -> str:
    """The words of a touch, cut short."""
    return short(touch.text, 60)


def quality(turn: Turn, found: Figures) -> str:
    """How good chances were that came to an end, beside always saying the mean."""
    auc = f"{found.auc:.2f}" if found.auc is not None else "-"
    return turn.say(
        f"Brier {found.brier:.3f}(只报平均值 {found.base_brier:.3f}),AUC {auc},ECE {found.ece:.3f},n={found.n}",
        f"Brier {found.brier:.3f} (always the mean: {found.base_brier:.3f}), AUC {auc}, ECE {found.ece:.3f}, n={found.n}",
    )
