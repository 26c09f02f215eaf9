"""From an intent and what was said to a skill's arguments, or to the question that must be asked first."""

from __future__ import annotations

import re
from collections.abc import Callable

from . import call_arguments, deed_arguments, journey_arguments, paper_arguments, slots, worth_arguments
from .dates import period
from .focus import everyone
from .mail_arguments import draft
from .quantities import count
from .replies import say
from .said import Built, Said, ask_deal, ask_person
from .update_arguments import update


def build(intent: str, said: Said) -> Built:
    """The arguments of a skill as plain JSON."""
    return _BUILDERS[intent](said)


def _brief(said: Said) -> Built:
    aspect = slots.first_of(slots.ASPECTS, _without_names(said)) or "all"
    if said.aim.choices:
        return {"aspect": aspect}, ask_deal(said)
    if said.aim.deal is None:
        if said.aim.people and not said.aim.contact:
            return {"aspect": aspect}, ask_person(said)
        deal = said.focus.get("deal_id")
        return (
            ({"deal": deal, "aspect": aspect}, None)
            if deal
            else ({"aspect": aspect}, say("need_deal", said.language))
        )
    return {"deal": said.aim.deal, "aspect": aspect}, None


def _recall(said: Said) -> Built:
    aim = said.aim
    use_talk = aim.said or not everyone(said.text)
    found = period(said.text, said.now)
    since, until = (found.since, found.until) if found else (None, None)
    kind = slots.first_of(slots.KINDS, said.text)
    return {
        "query": _query(said.text),
        "deal": (aim.deal if use_talk and not aim.stranger else None),
        "account": aim.stranger or (aim.account if use_talk and aim.deal is None else None),
        "kind": kind,
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
        "outcome": slots.first_of(slots.OUTCOMES, said.text),
    }, None


def _query(text: str) -> str:
    """The question without what is said only out of politeness."""
    cut = re.sub(
        r"^(?:请|麻烦|帮我|你|再|先)*(?:查一?下|查查|找一?找|搜一?下|搜索|翻一?下|看看)?[,,::\s]*",
        "",
        text.strip(),
    )
    cut = re.sub(
        r"^(?:please |can you |could you )?(?:find|search(?: for)?|look up|look for|show me|remind me)\s+",
        "",
        cut,
        flags=re.I,
    )
    return (cut or text).strip(slots.ENDS)[:300]


def _pipeline(said: Said) -> Built:
    text = said.text
    found = period(text, said.now)
    outcome = slots.first_of(slots.OUTCOMES, text)
    every = re.search(r"全部|所有|包括已|每个阶段|\ball\b|everything including|closed deals", text, re.I)
    owner = next((m.id for m in said.mentions if m.kind == "person"), None)
    team = re.search(r"团队|我们组|全组|整个组|部门|大家|\bteam|everyone|whole group", text, re.I)
    return {
        "stage": slots.first_of(slots.STAGES, text),
        "owner": owner,
        "team": bool(team),
        "sort": _sort(text),
        "period_start": found.since.isoformat() if found and found.since else None,
        "period_end": found.until.isoformat() if found and found.until else None,
        "status": outcome or ("all" if every else "open"),
        "limit": count(text) or 10,
    }, None


def _sort(text: str) -> str:
    for name, pattern in (
        (
            "risk",
            r"风险|危险|快黄|没跟进|没动静|该跟进|先跟|优先|risk|attention|quiet|without activity|focus on|work on today",
        ),
        ("amount", r"金额|最大|大单|大客户|amount|biggest|largest|\btop\b|value"),
        ("close", r"要关|要签|到期|快要?成交|预计|clos|due|forecast"),
        ("recent", r"最近更新|最新|新商机|recent|newest|\bnew\b"),
    ):
        if re.search(pattern, text, re.I):
            return name
    return "amount"


_OBJECTION_ZH = re.compile(
    r"(?:客户|对方|人家|他们?|她们?|[\u4e00-\u9fff]{1,3}(?:总|主任|经理|院长|科长|处长|工|老师))(?:那边|老是|总是|一直|又|都|就|突然)?"
    r"(?:说|嫌|讲|觉得|担心|抱怨|非要|非得|问|怕|要求|不肯|不愿)[::,,]?(?P<said>.+?)"
    r"(?:[,,]?\s*(?:我该|我怎么|我要|那我|该怎么|怎么|咋|如何|给几句|给我|有什么|怎样|应该).*)?$"
)
_OBJECTION_EN = re.compile(
    r"\b(?:says?|said|thinks?|feels?|claims?|told me|complains?|worr(?:y|ies) about|wants? to|when they|if they)"
    r"\s+(?:that\s+)?(?P<said>.+?)"
    r"(?:\s*[,;\-–]+\s*(?:how|what|any|give|can).*|\s+(?:how do i|what do i|what should).*)?$",
    re.IGNORECASE,
)


def _track(said: Said) -> Built:
    words = slots.quoted(said.text)
    if words is None:
        plain = said.text.strip(slots.ENDS)
        match = _OBJECTION_ZH.search(plain) or _OBJECTION_EN.search(plain)
        words = match["said"].strip(slots.ENDS) if match else plain
        words = re.sub(r"^(?:我们|咱们?)(?=没有|不|太|贵|缺)", "", words)
    deal = said.aim.deal or said.focus.get("deal_id")
    if said.aim.stranger:
        deal = None
    return {"objection": words[:300], "deal": None if said.aim.choices else deal}, None


def _send(said: Said) -> Built:
    made = {"draft": said.focus.get("draft_id"), "to": slots.email(said.text) or None}
    if made["to"] is None and said.aim.people:
        if len(said.aim.people) > 1:
            return made, ask_person(said)
        made["to"] = said.aim.people[0].name
    return made, None


def _explain(said: Said) -> Built:
    return {"action": slots.code(said.text) or said.focus.get("action_id")}, None


def _today(said: Said) -> Built:
    return {"limit": min(20, count(said.text) or 6)}, None


def _about_deal(said: Said) -> Built:
    if said.aim.choices:
        return {}, ask_deal(said)
    deal = said.aim.deal or said.focus.get("deal_id")
    return ({"deal": deal}, None) if deal else ({}, say("need_deal", said.language))


_LEAD_TALK = re.compile(
    r"这[条个]|那[条个]|线索|怎么样|如何|打几分|多少分|评分|质量|靠谱吗?|值得跟吗?|好不好|是不是|哪[条个些]|最好|最热|有哪些|列表|列一下|排名|排行|打分|评分|得分|新的?|高分|[A-D]级|我的|的|吗|呢|几分|评一?下|看一?下|帮我|给|进行中"
    r"|\b(?:how|good|is|this|that|the|lead|leads|score|of|grade|what|about|my|best|show|open|rate|a|me|which|are)\b",
    re.IGNORECASE,
)


def _lead(said: Said) -> Built:
    """The lead that is named: what is left of the sentence without the words that ask."""
    found = re.search(r"\bL-?\d+\b", said.text, re.IGNORECASE)
    rest = _LEAD_TALK.sub(" ", said.text)
    name = found.group() if found else " ".join(re.findall(r"[\w-]{2,}", rest)).strip()
    return {"lead": name or None}, None


def _nothing(_: Said) -> Built:
    return {}, None


def _without_names(said: Said) -> str:
    text = said.text
    for mention in said.mentions:
        text = text[: mention.start] + "\x00" * (mention.end - mention.start) + text[mention.end :]
    return text


_BUILDERS: dict[str, Callable[[Said], Built]] = {
    "recall": _recall,
    "deal_brief": _brief,
    "pipeline": _pipeline,
    "talk_track": _track,
    "draft_email": draft,
    "send_email": _send,
    "update_deal": update,
    "create_task": deed_arguments.task,
    "today_list": _today,
    "win_odds": _about_deal,
    "price_range": _about_deal,
    "score_lead": _lead,
    "my_tasks": _nothing,
    "book_meeting": deed_arguments.meeting,
    "give_discount": deed_arguments.discount,
    "message_customer": deed_arguments.message,
    "export_data": deed_arguments.export,
    "prepare_contract": paper_arguments.contract,
    "make_quote": paper_arguments.quote,
    "send_document": paper_arguments.document,
    "explain_action": _explain,
    "my_approvals": _nothing,
    "my_authority": _nothing,
    "summarise_call": call_arguments.summary,
    "review_call": call_arguments.review,
    "ask_call": call_arguments.question,
    "forecast": worth_arguments.forecast,
    "deal_risks": worth_arguments.risks,
    "advice_report": worth_arguments.report,
    "walk_score": worth_arguments.walk,
    "customer_journey": journey_arguments.journey,
    "stage_health": journey_arguments.stage,
    "churn_list": journey_arguments.churn,
    "touch_numbers": journey_arguments.numbers,
    "customer_mood": call_arguments.mood,
    "trackers": call_arguments.trackers,
}
