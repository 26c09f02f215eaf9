"""The sections of a deal brief: each a few short lines in which every stated fact ends with its source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from knowledge.blueprints.process import Process
from knowledge.insight.calendar import days_between
from knowledge.insight.open_points import open_points
from knowledge.insight.sentences import Utterance, utterances
from knowledge.insight.warnings import deal_warnings
from knowledge.model import Interaction
from knowledge.snapshot import DealFacts
from knowledge.terms import query_terms

from .citing import cite_contact, cite_deal, cite_interaction, cite_offer
from .skill import Turn
from .wording import INFLUENCES, KINDS, OFFER_STATES, day, money, percent, process_of, short, term

RECENT = 3
_SKIPPED_KINDS = frozenset({"web"})


@dataclass(frozen=True)
class Brief:
    """What a section needs: the turn it cites into, the facts, the process in force."""

    turn: Turn
    facts: DealFacts
    process: Process

    def say(self, zh: str, en: str) -> str:
        return self.turn.say(zh, en)


def brief_of(turn: Turn, facts: DealFacts) -> Brief:
    """A brief about one deal for one turn."""
    return Brief(turn, facts, process_of(turn))


def stage(brief: Brief) -> list[str]:
    """Stage and since when; for a closed deal when and why."""
    deal = brief.facts.deal
    name = brief.process.stage_name(deal.stage, brief.turn.language)
    entered = next((step.at for step in reversed(brief.facts.stages) if step.stage == deal.stage), None)
    since = ""
    if entered:
        days = days_between(entered, brief.facts.now)
        since = brief.say(f",{day(entered)} 起({days} 天)", f", since {day(entered)} ({days} days)")
    reason = (
        brief.say(f",原因:{deal.lost_reason}", f", reason: {deal.lost_reason}") if deal.lost_reason else ""
    )
    owner = brief.say(f",负责人 {brief.facts.owner.name}", f", owner {brief.facts.owner.name}")
    quote = " · ".join(
        part for part in (deal.name, name, day(entered) if entered else "", deal.lost_reason) if part
    )
    mark = cite_deal(brief.turn, deal, quote)
    return [
        brief.say(f"阶段:{name}{since}{reason}{owner} {mark}", f"Stage: {name}{since}{reason}{owner} {mark}")
    ]


def amount(brief: Brief) -> list[str]:
    """Amount and close date."""
    deal = brief.facts.deal
    value = money(deal.amount_fen, deal.currency)
    if deal.closed_at:
        when = brief.say(f",{day(deal.closed_at)} 关闭", f", closed {day(deal.closed_at)}")
    elif deal.expected_close:
        when = brief.say(
            f",预计 {day(deal.expected_close)} 成交", f", expected to close {day(deal.expected_close)}"
        )
    else:
        when = brief.say(",没有预计成交日", ", no expected close date")
    mark = cite_deal(brief.turn, deal)
    return [brief.say(f"金额:{value}{when} {mark}", f"Amount: {value}{when} {mark}")]


def people(brief: Brief) -> list[str]:
    """Who takes part on the customer's side, with their roles."""
    if not brief.facts.contacts:
        return [brief.say("客户联系人:没有记录", "Contacts: none on record")]
    lines = [brief.say("客户联系人:", "Contacts:")]
    for one in brief.facts.contacts:
        roles = "、" if brief.turn.language != "en" else ", "
        known = [part for part in (one.title, term(brief.turn, INFLUENCES, one.influence)) if part]
        what = f"({roles.join(known)})" if known else ""
        lines.append(f"- {one.name}{what} {cite_contact(brief.turn, one)}")
    return lines


def history(brief: Brief, count: int = RECENT) -> list[str]:
    """What happened last, newest first, each with the words that say most."""
    rows = [row for row in brief.facts.interactions if row.kind not in _SKIPPED_KINDS and row.text.strip()][
        :count
    ]
    if not rows:
        return [brief.say("近况:没有往来记录", "Recently: no interactions on record")]
    return [brief.say("近况:", "Recently:"), *(_happened(brief, row) for row in rows)]


def unanswered(brief: Brief) -> list[str]:
    """Customer questions and promises of ours that are still open."""
    points = open_points(brief.facts)
    if not points:
        return []
    rows = {row.id: row for row in brief.facts.interactions}
    lines = [brief.say("未了事项:", "Still open:")]
    for point in points:
        mark = cite_interaction(brief.turn, rows[point.interaction_id], point.quote, point.speaker)
        kind = (
            brief.say("待回答", "unanswered")
            if point.kind == "question"
            else brief.say("我方承诺", "we promised")
        )
        who = f"{point.speaker} " if point.speaker else ""
        lines.append(f"- {kind}({who}{day(point.at)}):“{point.quote}” {mark}")
    return lines


def risks(brief: Brief) -> list[str]:
    """Warnings with their reasons."""
    found = deal_warnings(brief.facts, brief.process)
    if not found:
        return [brief.say("风险:没有触发预警", "Risks: no warning fires")] if brief.facts.deal.is_open else []
    rows = {row.id: row for row in brief.facts.interactions}
    offers = {offer.id: offer for offer in brief.facts.offers}
    lines = [brief.say("风险:", "Risks:")]
    for one in found:
        reason = brief.say(one.reason, one.reason_en)
        if one.source_id in rows and one.quote:
            mark = cite_interaction(brief.turn, rows[one.source_id], one.quote, one.speaker)
            reason += f"(“{short(one.quote, 60)}”)" if one.id == "red_flag" else ""
        elif one.source_id in offers:
            mark = cite_offer(brief.turn, offers[one.source_id])
        else:
            mark = cite_deal(brief.turn, brief.facts.deal)
        lines.append(f"- {reason} {mark}")
    return lines


def offer(brief: Brief) -> list[str]:
    """The newest offer. Cost and floor are not in it and are never shown."""
    if not brief.facts.offers:
        return [brief.say("报价:还没有", "Offer: none yet")]
    one = brief.facts.offers[0]
    status = term(brief.turn, OFFER_STATES, one.status)
    total, off = money(one.total_fen, one.currency), percent(one.discount_bp)
    until = day(one.valid_until) if one.valid_until else ""
    valid = brief.say(f",有效期至 {until}", f", valid until {until}") if until else ""
    if one.valid_until and one.valid_until < brief.facts.now:
        valid += brief.say("(已过期)", " (past)")
    mark = cite_offer(brief.turn, one)
    return [
        brief.say(
            f"报价:{one.id} 第 {one.version} 版,{total},折扣 {off},{status}{valid} {mark}",
            f"Offer: {one.id} version {one.version}, {total}, discount {off}, {status}{valid} {mark}",
        )
    ]


def competitor(brief: Brief) -> list[str]:
    """The competitor on record, and the customer's own words about it when there are any."""
    name = brief.facts.deal.competitor
    if not name:
        return [brief.say("竞品:没有记录", "Competitor: none on record")]
    mark = cite_deal(brief.turn, brief.facts.deal, f"{brief.facts.deal.name} · {name}")
    line = brief.say(f"竞品:{name} {mark}", f"Competitor: {name} {mark}")
    said = next(
        (one for row in brief.facts.interactions for one in utterances(brief.facts, row) if name in one.text),
        None,
    )
    if said is None:
        return [line]
    return [
        line,
        f"- “{said.text}” {cite_interaction(brief.turn, said.interaction, said.text, said.speaker)}",
    ]


def next_step(brief: Brief) -> list[str]:
    """The next step on record."""
    deal = brief.facts.deal
    if not deal.next_step:
        return [brief.say("下一步:没有记录,建议尽快约定", "Next step: none on record; agree one soon")]
    when = f"({day(deal.next_step_at)})" if deal.next_step_at else ""
    late = ""
    if deal.next_step_at and deal.next_step_at < brief.facts.now and deal.is_open:
        late = brief.say(",已过期", ", overdue")
    mark = cite_deal(
        brief.turn, deal, " · ".join(part for part in (deal.next_step, when.strip("()")) if part)
    )
    return [
        brief.say(
            f"下一步:{deal.next_step}{when}{late} {mark}", f"Next step: {deal.next_step}{when}{late} {mark}"
        )
    ]


SECTIONS: dict[str, Callable[[Brief], list[str]]] = {
    "stage": stage,
    "amount": amount,
    "people": people,
    "history": history,
    "unanswered": unanswered,
    "risks": risks,
    "offer": offer,
    "competitor": competitor,
    "next_step": next_step,
}
"""The menu of sections, in the order of a whole brief."""


def most_telling(facts: DealFacts, row: Interaction) -> Utterance | None:
    """The sentence of an interaction that says most: many distinct telling terms, the customer's words first."""

    def weight(one: Utterance) -> float:
        terms = len(set(query_terms(one.text)))
        figures = 4 if any(char.isdigit() for char in one.text) else 0
        lead_in = 12 if one.text.endswith((":", "：")) else 0
        theirs = 4 if one.side == "customer" else 0
        return min(terms, 24) + figures + theirs - lead_in - max(0, len(one.text) - 90) / 6

    return max(utterances(facts, row), key=weight, default=None)


def _happened(brief: Brief, row: Interaction) -> str:
    said = most_telling(brief.facts, row)
    quote = said.text if said else short(row.text)
    speaker = said.speaker if said else ""
    mark = cite_interaction(brief.turn, row, quote, speaker)
    who = f" {speaker}" if speaker else ""
    return f"- {day(row.at)} {term(brief.turn, KINDS, row.kind)}{who}:“{quote}” {mark}"
