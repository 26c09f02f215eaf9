"""The registry of what a lead is scored by (definitions.md D6): each feature with its type, source, freshness and rule for
a missing value; fit is what the lead is, engagement what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .lead_facts import LeadFacts

Value = float | str | None
Part = Literal["fit", "engagement"]
SOURCES = {
    "web": "lead_touch: visit, price_page, download, form; interaction: web",
    "chat": "lead_touch, interaction: chat, mail",
    "call": "lead_touch, interaction: call, meeting; call metrics (D1)",
}
"""Group of what a lead does -> the rows it is read from."""


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One feature. `cuts` turn a number into buckets `<a`, `a-b`, `>=b`; a word is its own bucket. `fresh_days` 0 means
    that it does not age. `missing` says what an unknown value counts as."""

    name: str
    zh: str
    en: str
    part: Part
    group: str
    type: Literal["number", "category", "flag"]
    source: str
    fresh_days: int
    missing: Literal["unknown", "zero"]
    read: Callable[[LeadFacts], Value]
    cuts: tuple[float, ...] = ()

    def bucket(self, value: Value) -> str:
        """The bucket of a value; `missing` for None."""
        if value is None or value == "":
            return "missing"
        if not self.cuts:
            return str(value)
        number = float(value)
        above = [cut for cut in self.cuts if number >= cut]
        if not above:
            return f"<{self.cuts[0]:g}"
        after = [cut for cut in self.cuts if number < cut]
        return f"{above[-1]:g}-{after[0]:g}" if after else f">={above[-1]:g}"


def _known(key: str) -> Callable[[LeadFacts], Value]:
    """`known` when the record has it: which value it is is told by what was observed, not by an expert."""
    return lambda facts: "known" if facts.extra(key) else None


def _word(key: str) -> Callable[[LeadFacts], Value]:
    return lambda facts: facts.extra(key).casefold() or None


def _number(key: str) -> Callable[[LeadFacts], Value]:
    return lambda facts: facts.number(key)


def _fit(
    name: str, zh: str, en: str, group: str, read: Callable[[LeadFacts], Value], source: str, *cuts: float
) -> Feature:
    return Feature(
        name=name, zh=zh, en=en, part="fit", group=group, type="number" if cuts else "category",
        source=source, fresh_days=0, missing="unknown", read=read, cuts=cuts,
    )  # fmt: skip


def _does(
    name: str, zh: str, en: str, group: str, read: Callable[[LeadFacts], Value], days: int, *cuts: float
) -> Feature:
    return Feature(
        name=name, zh=zh, en=en, part="engagement", group=group, type="number" if cuts else "category",
        source=SOURCES[group], fresh_days=days, missing="zero", read=read, cuts=cuts,
    )  # fmt: skip


FEATURES: tuple[Feature, ...] = (
    _fit("industry", "行业", "industry", "firm", _known("industry"), "lead.extra"),
    _fit("size", "人数", "employees", "firm", _number("size"), "lead.extra", 50, 200, 1000),
    _fit("region", "区域", "region", "firm", _known("region"), "lead.extra"),
    _fit("revenue", "营收(万元)", "revenue (10k)", "firm", _number("revenue"), "lead.extra", 1000, 10_000),
    _fit("growth", "增长率", "growth (%)", "firm", _number("growth"), "lead.extra", 0, 20),
    _fit("ownership", "所有制", "ownership", "firm", _known("ownership"), "lead.extra"),
    _fit("tech", "在用系统", "systems in use", "firm", _known("tech"), "lead.extra"),
    _fit("existing_customer", "老客户", "existing customer", "firm", lambda f: f.yes(f.is_customer), "account"),
    _fit("title", "职务级别", "level of the title", "contact", lambda f: f.title_level, "lead.extra"),
    _fit("department", "部门", "department", "contact", _known("department"), "lead.extra"),
    _fit("seniority", "从业年限", "years in the trade", "contact", _number("seniority"), "lead.extra", 3, 10),
    _fit("reachable", "联系方式", "ways to reach them", "contact", lambda f: f.reachable, "lead"),
    _fit("contacts", "对方人数", "people met there", "contact", lambda f: f.contacts, "lead.extra, interaction", 2, 4),
    _fit("utm_source", "来源", "source", "source", _word("utm_source"), "lead.extra"),
    _fit("utm_medium", "媒介", "medium", "source", _word("utm_medium"), "lead.extra"),
    _fit("utm_campaign", "活动", "campaign", "source", _known("utm_campaign"), "lead.extra"),
    _does("visits_7d", "近 7 天访问", "visits in 7 days", "web", lambda f: f.count("visit", "price_page", days=7), 7, 1, 3),
    _does("visits_30d", "近 30 天访问", "visits in 30 days", "web", lambda f: f.count("visit", "price_page", days=30), 30, 1, 4),
    _does("pages", "看过的页数", "pages seen", "web", lambda f: f.pages, 90, 3, 10),
    _does("price_page", "看价格页", "visits of the price page", "web", lambda f: f.count("price_page", days=90), 90, 1, 3),
    _does("dwell", "停留(秒/次)", "seconds a visit", "web", lambda f: f.dwell, 90, 30, 120, 600),
    _does("return_gap", "回访间隔(天)", "days between visits", "web", lambda f: f.return_gap, 90, 3, 14),
    _does("downloads", "下载资料", "downloads", "web", lambda f: f.count("download", days=90), 90, 1),
    _does("form", "填表", "forms sent in", "web", lambda f: f.count("form", days=90), 90, 1),
    _does("chat_messages", "聊天消息", "chat messages", "chat", lambda f: f.count("chat", "mail", way="in", days=90), 90, 1, 5),
    _does("reply_hours", "回复用时(小时)", "hours to reply", "chat", lambda f: f.reply_hours, 90, 4, 24, 72),
    _does("chat_questions", "提问数", "questions asked", "chat", lambda f: f.questions, 90, 1, 3),
    _does("sentiment", "态度", "attitude", "chat", lambda f: f.sentiment, 90),
    _does("night_share", "夜间消息占比", "share of messages at night", "chat", lambda f: f.night_share, 90, 0.5),
    _does("calls", "通话与会面", "calls and meetings", "call", lambda f: f.count("call", "meeting", days=90), 90, 1, 2),
    _does("talk_ratio", "我方说话占比", "our share of the talk", "call", lambda f: f.talk_ratio, 90, 0.35, 0.65),
    _does("bant", "预算/决策/需求/时间", "BANT points known", "call", lambda f: f.bant, 90, 1, 3),
    _does("next_step", "约了下一步", "next step agreed", "call", lambda f: f.yes(f.next_step), 90),
    _does("competitor", "提到竞品", "competitor named", "call", lambda f: f.yes(f.competitor), 90),
    _fit("past_deals", "以往商机", "past deals", "history", lambda f: f.past.deals, "deal", 1, 3),
    _fit("past_won", "以往赢单", "past won deals", "history", lambda f: f.past.won, "deal", 1, 2),
    _fit("paid_on_time", "按时付款", "pays on time", "history", _word("paid_on_time"), "lead.extra"),
    _fit("complaint", "投诉过", "has complained", "history", lambda f: f.yes(f.count("complaint", days=365) > 0), "lead_touch"),
)  # fmt: skip
"""The menu, in the order in which they are listed."""

BY_NAME = {feature.name: feature for feature in FEATURES}
