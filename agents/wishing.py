"""A deed as a wish of the asker: its labels, its key, whether they asked for it at all, and what came of it in words.

Untrusted text never chooses a deed. The offline brain chooses from the person's own words alone; a model may have been
talked into one by something it read, so that its choice is trusted only where the person's words speak of such a deed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from actions.action import ActionRequest, canonical, digest

from .proposing import Wording, propose
from .provenance import inferred
from .skill import Turn
from .wording import day

OFFLINE = "offline"
TYPED = frozenset({"rep_input"})
RECORD = frozenset({"crm_record"})

_ASKED: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "update_deal": r"改|更新|推进|推到|调整|标记|标成|记(?:一?下|录|成|上)|备注|填|写|设|转给|交给|丢单|丢了|赢单|签了|推迟|提前"
        r"|\b(?:updat|chang|set|mov|mark|push|bump|note|record|log|hand|assign|clos|put|lost|won|lose|win|reopen|correct)",
        "create_task": r"提醒|任务|待办|记得|别忘|安排|派|\b(?:remind|task|to-?do|follow[- ]up|assign)",
        "book_meeting": r"约|邀请|见个?面|碰(?:一?下|头|面)|日程|(?:开|订|定|安排|视频|电话|取消|改|推迟).{0,12}会"
        r"|会.{0,6}(?:取消|改|推|挪)"
        r"|\b(?:book|schedul|invit|appointment|set up|arrange|calendar|cancel|mov|postpon|meet with|get .{2,40} on a)",
        "give_discount": r"折|优惠|让利|让.{0,6}点|降价|便宜|\b(?:discount|off\b|percent|%|cheaper|price)",
        "message_customer": r"微信|企微|消息|短信|告诉|说一声|通知|转告|发条"
        r"|\b(?:messag|text|wechat|whatsapp|tell|ping|let .{1,40} know|im\b)",
        "publish_blueprint": r"追踪|关键词|评分卡|发布|提议|回到|\b(?:track|keyword|scorecard|publish|propos|roll)",
        "export_data": r"导出|导成|导一|下载|表格|excel|csv|\b(?:export|download|spreadsheet)",
    }.items()
}


_QUESTION = re.compile(
    r"[??]|吗|什么|啥|谁|哪|怎么|多少|为何|^\W*(?:what|who|whom|when|where|why|which|how|did|does|do|is|are|was|were|has|have)\b",
    re.IGNORECASE,
)
_PLEASE = re.compile(
    r"帮|请|麻烦|给我|能不能|可不可以|\b(?:please|can you|could you|would you|will you|let's)\b", re.I
)


def asked_for(turn: Turn, action: str) -> bool:
    """Whether the person's own words in this message ask for such a deed; asking about one is not asking for it."""
    if turn.drafted_by == OFFLINE:
        return True
    if _QUESTION.search(turn.text) and not _PLEASE.search(turn.text):
        return False
    return bool(_ASKED[action].search(turn.text))


def label(turn: Turn, typed: bool) -> frozenset[str]:
    """Where an argument came from: the asker's own words, or a model. What the offline brain gives it has read nowhere
    else than in them."""
    return TYPED if typed or turn.drafted_by == OFFLINE else inferred(turn)


def do(
    turn: Turn,
    action: str,
    args: Mapping[str, Any],
    about: str,
    labels: Mapping[str, frozenset[str]],
    words: Wording,
    suggestion_id: str = "",
) -> str:
    """Submit the wish and say what came of it, with the card's own lines below: what will be done, to the letter."""
    tool = TYPED if asked_for(turn, action) else inferred(turn)
    request = ActionRequest(
        action=action,
        args=args,
        resource_id=about,
        on_behalf_of=turn.desk.person.id,
        labels={**labels, "tool": tool},
        idempotency_key=_key(turn, action, args, about),
        drafted_by=turn.drafted_by,
        conversation_id=turn.desk.conversation_id,
        suggestion_id=suggestion_id,
    )
    told = propose(turn, request, words)
    turn.focus["intent"] = action
    return "\n".join([told, *_lines(turn)])


def _key(turn: Turn, action: str, args: Mapping[str, Any], about: str) -> str:
    """From what is wished, where and on which day: the same wish twice in a talk is one action."""
    content = digest(canonical({"args": dict(args), "about": about}))
    where = turn.desk.conversation_id or turn.desk.person.id
    return f"{action}:{where}:{day(turn.desk.now)}:{content}"


def _lines(turn: Turn) -> list[str]:
    """What the card says of the deed just asked for; nothing when none came of it."""
    note = turn.outcomes[-1]
    card = turn.desk.card(note.action_id) if note.action_id else None
    if card is None:
        return []
    source = next((one for one in turn.sources if one.id == note.action_id), None)
    mark = f" [{source.n}]" if source else ""
    lines = [f"  - {turn.say(line.zh, line.en)}: {line.value}{mark}" for line in card.lines]
    if card.body and card.recipients:
        who = turn.say("、", ", ").join(one.name or one.address for one in card.recipients)
        lines.insert(0, f"  - {turn.say('收件人', 'To')}: {who}{mark}")
    return lines
