"""What a sentence is about, with what was said before: the deal, the account, the person, or who must be asked back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.name_forms import TRADES, words_of
from knowledge.names import OPEN_RANK, Mention, NameEntry, NameIndex

from .slots import ordinal

_TRADE = "|".join(TRADES)
_STRANGER = re.compile(
    rf"(?:^|[,,。!?\s]|(?:看看|看下|看一下|说说|讲讲|介绍|关于|跟|和|给|帮我|那|换成?))"
    rf"(?P<company>[\u4e00-\u9fff]{{2,8}}?(?:{_TRADE}|公司|集团))(?!阶段)"
    r"|(?:^|[,,。!?\s])(?P<owner>[\u4e00-\u9fff]{2,6}?)(?:的|那个|这个)(?:单子|商机|项目|合同)"
)
_UNKNOWN_ID = re.compile(r"(?<![A-Za-z0-9])[DdAaCc]-\d{2,6}(?![A-Za-z0-9])")
_NO_STRANGER = re.compile(
    r"我|你|他|她|它|这|那|哪|谁|们|客户|对方|手|所有|全部|阶段|团队|本|上|下|最|丢|赢|输|大的|目前|现在|今年|去年|月|季|第|"
    r"有|在|什么|怎么|多少|几|一个|危险|风险|金额|快|还|处于|谈判|报价|方案|先|再|同样|类似|成交|推进|技术|安全|数据|智能|网络"
)
_STRANGER_EN = re.compile(
    r"\b(?:at|with|on|from|for|about|to|is|the)\s+(?:the\s+)?((?:[A-Z][A-Za-z&.'-]{2,}\s?){1,4})|^((?:[A-Z][a-z&.'-]{2,}\s?){2,4})(?=deal|status)"
)
_NOT_NAMES = frozenset(
    words_of(
        "english chinese mandarin monday tuesday wednesday thursday friday saturday sunday january february march april may "
        "june july august september october november december beijing shanghai i crm q1 q2 q3 q4 gdpr hl7 pacs cfo ceo cto "
        "the this that mr mrs ms dr asap sso api dicom"
    )
)
_THAT_ONE = re.compile(
    r"客户|他|她|它|对方|人家|这个?单|这单|那边|上次|之前|我们报"
    r"|\b(?:he|she|they|them|him|her|their|his|it|the customer|the client|customer's)\b",
    re.IGNORECASE,
)
_SEARCH = re.compile(r"搜|查|找|search|find|look", re.IGNORECASE)
_ANYONE = re.compile(
    r"谁|哪(?:个|些|家|位)|有没有(?:哪|客户|人)|有(?:哪|人)|客户们|单子里|项目里"
    r"|\b(?:who|which|anyone|anybody|any customer|customers|clients|deals)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Target:
    """`deal` is an id or, when nobody knows it, the words said; `choices` are equally good ones to ask about."""

    deal: str | None = None
    account: str | None = None
    contact: NameEntry | None = None
    choices: tuple[NameEntry, ...] = ()
    people: tuple[NameEntry, ...] = ()
    stranger: str | None = None
    said: bool = False


def near(focus: Mapping[str, Any]) -> tuple[str, ...]:
    """Ids whose people and deals are meant before others."""
    keys = ("contact_id", "deal_id", "account_id")
    return tuple(str(focus[key]) for key in keys if focus.get(key))


def target(text: str, mentions: Sequence[Mention], focus: Mapping[str, Any], names: NameIndex) -> Target:
    """Names said come first, then "the second one" of the list shown, then what the talk is about."""
    account = _entry(mentions, "account", names)
    people = _people(mentions, names)
    contact = people[0] if len(people) == 1 else None
    deals = _deals(mentions, account, contact, focus, names)
    if deals:
        return _chosen(deals, account, contact, people, said=True)
    if account is not None:
        return Target(deal=account.name, account=account.id, contact=contact, people=people, said=True)
    listed = _listed(text, focus)
    if listed is not None:
        entry = names.by_id.get(listed)
        above = _account_of(entry, names) if entry else None
        return Target(deal=listed, account=above, contact=contact, people=people, said=True)
    stranger = None if mentions else unknown_name(text)
    if stranger:
        return Target(deal=stranger, stranger=stranger, said=True)
    if contact is not None or people:
        return Target(
            account=contact.parents[0] if contact and contact.parents else None,
            contact=contact,
            people=people,
        )
    known = names.by_id.get(str(focus.get("contact_id") or ""))
    return Target(deal=focus.get("deal_id"), account=focus.get("account_id"), contact=known)


def everyone(text: str) -> bool:
    """Whether a question is about all customers ("谁提过…", "搜一下…") rather than the one the talk is about."""
    return bool(_ANYONE.search(text)) or (bool(_SEARCH.search(text)) and not _THAT_ONE.search(text))


def unknown_name(text: str) -> str | None:
    """A company that is named but not known, so that the answer is "I do not know it" and not another one's deal."""
    code = _UNKNOWN_ID.search(text[:400])
    if code:
        return code[0].upper()
    for match in _STRANGER.finditer(text[:400]):
        name = match["company"] or match["owner"]
        name = re.sub(
            r"^(?:(?:总结|概括|归纳|复盘|点评|整理|看)(?:一下|下)?|[给跟和看找问帮把将])+", "", name or ""
        )
        if name and not _NO_STRANGER.search(name) and name not in TRADES:
            return name
    for match in _STRANGER_EN.finditer(text[:400]):
        words = [
            word for word in (match[1] or match[2]).split() if word.lower().strip(".'") not in _NOT_NAMES
        ]
        if words:
            return " ".join(words)
    return None


def _entry(mentions: Sequence[Mention], kind: str, names: NameIndex) -> NameEntry | None:
    return next((names.by_id[m.id] for m in mentions if m.kind == kind), None)


def _people(mentions: Sequence[Mention], names: NameIndex) -> tuple[NameEntry, ...]:
    """The contacts of the first span that names any; several when the span fits several."""
    contacts = [m for m in mentions if m.kind == "contact"]
    if not contacts:
        return ()
    span = min((m.start, m.end) for m in contacts)
    return tuple(names.by_id[m.id] for m in contacts if (m.start, m.end) == span)


def _deals(
    mentions: Sequence[Mention],
    account: NameEntry | None,
    contact: NameEntry | None,
    focus: Mapping[str, Any],
    names: NameIndex,
) -> list[NameEntry]:
    named = [names.by_id[m.id] for m in mentions if m.kind == "deal"]
    if account is not None:
        below = names.children(account.id, "deal")
        both = [deal for deal in named if deal in below]
        return _best(both or below, focus)
    if named:
        return _best(named, focus)
    products = {m.id for m in mentions if m.kind == "product"}
    with_product = [deal for id in sorted(products) for deal in names.children(id, "deal")]
    if contact is not None:
        above = [names.by_id[id] for id in contact.parents if id in names.by_id]
        own = [entry for entry in above if entry.kind == "deal"]
        at = [deal for entry in above if entry.kind == "account" for deal in names.children(entry.id, "deal")]
        return sorted(_best(own or at, focus), key=lambda deal: (-deal.rank, deal.id))[:1]
    return _best(with_product, focus)


def _best(deals: Sequence[NameEntry], focus: Mapping[str, Any]) -> list[NameEntry]:
    """The one the talk is about if it is among them, else the open ones, else the newest closed one."""
    unique = list({deal.id: deal for deal in deals}.values())
    current = [deal for deal in unique if deal.id == focus.get("deal_id")]
    still_open = [deal for deal in unique if deal.rank >= OPEN_RANK]
    return current or still_open or sorted(unique, key=lambda deal: (-deal.rank, deal.id))[:1]


def _chosen(
    deals: list[NameEntry],
    account: NameEntry | None,
    contact: NameEntry | None,
    people: tuple[NameEntry, ...],
    *,
    said: bool,
) -> Target:
    above = account.id if account else (deals[0].parents[0] if deals[0].parents else None)
    if len(deals) == 1:
        return Target(deal=deals[0].id, account=above, contact=contact, people=people, said=said)
    return Target(account=above, contact=contact, people=people, choices=tuple(deals), said=said)


def _listed(text: str, focus: Mapping[str, Any]) -> str | None:
    shown = focus.get("listed") or []
    wanted = ordinal(text)
    if wanted is None or not shown:
        return None
    at = wanted - 1 if wanted > 0 else len(shown) - 1
    return str(shown[at]) if at < len(shown) else None


def _account_of(entry: NameEntry, names: NameIndex) -> str | None:
    above = (id for id in entry.parents if id in names.by_id and names.by_id[id].kind == "account")
    return next(above, None)
