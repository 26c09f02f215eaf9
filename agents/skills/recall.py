"""Skill: find what was said or written, and quote it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone

from pydantic import BaseModel, Field

from actions.desk import Filters, Passage
from agents.lookup import Unclear, not_found, the_account_id, the_deal
from agents.provenance import labels_of, remember
from agents.quoting import SHOWN, line_of, spoken_of, telling
from agents.skill import Skill, Turn
from agents.wording import KINDS
from knowledge.insight.sentences import is_customers
from knowledge.names import Mention
from knowledge.terms import is_cjk, query_terms

FOUND = 24
_PER_SOURCE = 2
_EVERYDAY = frozenset(
    (
        "今天", "昨天", "明天", "现在", "时候", "么时", "候能", "客户", "可以", "一下", "谁提", "提过", "说过", "谁说",
        "过什", "有人", "人提", "什么", "怎么", "么说", "说的", "多少", "哪些", "有没", "没有", "告诉", "关于",
        "today", "now", "customer", "who", "what", "when", "where", "which", "mentioned", "said", "say", "anyone",
    )
)  # fmt: skip
"""Words that stand in any talk and so show nothing."""


class Arguments(BaseModel):
    """What recall takes. Dates are ISO days, both included."""

    query: str = Field(min_length=1, max_length=1000, description="what to look for, in the user's own words")
    deal: str | None = Field(default=None, description="only in this deal (name, id or customer)")
    account: str | None = Field(default=None, description="only with this customer")
    kind: str | None = Field(default=None, description="mail, call, meeting, chat, note, web or order")
    since: date | None = Field(default=None, description="from this day on, YYYY-MM-DD")
    until: date | None = Field(default=None, description="up to and including this day, YYYY-MM-DD")
    outcome: str | None = Field(default=None, description="only from deals that are open, won or lost")


def run(turn: Turn, arguments: Arguments) -> str:
    """Search all calls, meetings, mails, chats and notes the user may read and quote the best passages with speaker,
    date and deal. Use it for what somebody said, wrote, asked or promised ("客户怎么说交付时间的", "谁提过等保",
    "what did they say about pricing"), with filters for deal, customer, kind, time and outcome."""
    filters = _filters(turn, arguments)
    if isinstance(filters, Unclear):
        return filters.sentence
    named = [one for one in turn.desk.names().spot(arguments.query) if one.kind == "contact"]
    query = " ".join([arguments.query, *(one.name for one in named)])
    found = turn.desk.recall(query, filters=filters, k=FOUND)
    best = _spread(_theirs_first(turn, arguments.query, named, _to_the_point(arguments.query, found)))
    if not best:
        return turn.say(
            f"没有找到与“{arguments.query[:40]}”有关的内容。",
            f"I found nothing about “{arguments.query[:40]}”.",
        )
    lines = [_head(turn, arguments.query, best)]
    lines += [line_of(turn, passage, arguments.query, named) for passage in best]
    turn.focus["intent"] = "recall"
    _remember(turn, best)
    turn.suggestions.append(turn.say("这单现在怎么样了?", "How is this deal doing?"))
    return "\n".join(lines)


def _filters(turn: Turn, arguments: Arguments) -> Filters | Unclear:
    deals: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    if arguments.deal:
        chosen = the_deal(turn, arguments.deal)
        if isinstance(chosen, Unclear):
            return chosen
        deals = frozenset({chosen.facts.deal.id})
    if arguments.account:
        account_id = the_account_id(turn, arguments.account)
        if account_id:
            accounts = frozenset({account_id})
        else:
            said = spoken_of(turn, arguments.account, arguments.query)
            return Unclear(said) if said else not_found(turn, arguments.account)
    return Filters(
        deal_ids=deals,
        account_ids=accounts,
        kinds=frozenset({arguments.kind} if arguments.kind in KINDS else ()),
        outcomes=frozenset({arguments.outcome} if arguments.outcome in ("open", "won", "lost") else ()),
        since=_start(arguments.since) if arguments.since else None,
        until=_start(arguments.until) + timedelta(days=1, microseconds=-1) if arguments.until else None,
    )


def _theirs_first(
    turn: Turn, query: str, named: Sequence[Mention], found: Sequence[Passage]
) -> list[Passage]:
    """When the question names a customer's person, what that person said or wrote comes before what was said of them,
    and that before the rest; of their own words those first that speak of what was asked."""
    if not named:
        return list(found)
    wanted = set(query_terms(query)) - _EVERYDAY - {term for one in named for term in query_terms(one.name)}

    def order(passage: Passage) -> tuple[int, int]:
        said = set(query_terms(telling(passage.text, named)))
        return min(_nearness(turn, passage, one) for one in named), -len(wanted & said)

    return sorted(found, key=order)


def _nearness(turn: Turn, passage: Passage, person: Mention) -> int:
    if person.name in (passage.speaker, *re.findall(r"^([^\n:：]{1,20})[:：]", passage.text, re.M)):
        return 0
    row = turn.desk.interaction(passage.interaction_id)
    if row is not None and row.contact_id == person.id and is_customers(row):
        return 0
    return 1 if person.name in passage.text else 2


def _telling_words(query: str) -> set[str]:
    """The terms of a question that can show what it is about."""
    return {one for one in query_terms(query) if len(one) > 1} - _EVERYDAY


def _to_the_point(query: str, found: Sequence[Passage]) -> list[Passage]:
    """Without passages that share no telling word with a question in their own language: the index always has a best
    one, even for nonsense. Across languages there is no word to share, and the index has translated."""
    wanted = _telling_words(query)
    han = any(map(is_cjk, query))
    return [
        passage
        for passage in found
        if not wanted or wanted & set(query_terms(passage.text)) or han != any(map(is_cjk, passage.text))
    ]


def _spread(found: Sequence[Passage]) -> list[Passage]:
    """The best passages, at most two of one interaction and no words twice."""
    kept: list[Passage] = []
    for passage in found:
        same = sum(one.interaction_id == passage.interaction_id for one in kept)
        if same < _PER_SOURCE and all(passage.text != one.text for one in kept):
            kept.append(passage)
    return kept[:SHOWN]


def _head(turn: Turn, query: str, best: Sequence[Passage]) -> str:
    """Says honestly when no passage uses the words that were asked for, only similar ones."""
    wanted = _telling_words(query)
    if any(wanted & set(query_terms(passage.text)) for passage in best):
        return turn.say(f"找到 {len(best)} 处相关内容:", f"{len(best)} relevant passages:")
    return turn.say(
        f"没有找到直接提到“{query[:40]}”的内容,最接近的是:",
        f"I found nothing that mentions “{query[:40]}” directly; the closest passages:",
    )


def _start(day_: date) -> datetime:
    return datetime.combine(day_, time(), timezone(timedelta(hours=8)))


def _remember(turn: Turn, best: list[Passage]) -> None:
    """When everything found is about one deal, the talk is about that deal now."""
    deals = {passage.deal_id for passage in best}
    if len(deals) == 1 and (only := deals.pop()):
        remember(turn, "deal", only, labels_of(turn, "deal", only))


SKILL = Skill(name="recall", arguments=Arguments, run=run)
