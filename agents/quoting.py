"""One found passage as a line: when, where, who, the telling words verbatim, and the citation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions.desk import Passage
from knowledge.names import Mention
from knowledge.terms import fold

from .citing import cite_passage
from .skill import Turn
from .wording import KINDS, day, excerpt, term

SHOWN = 4
SIGNATURE = 24
"""A line this short without any stop is a name or a title, not a statement."""


def line_of(turn: Turn, passage: Passage, query: str, named: Sequence[Mention] = ()) -> str:
    """The passage with the words that answer; of somebody who is asked about, their own words if there are any."""
    deal = turn.desk.deal(passage.deal_id) if passage.deal_id else None
    about = f" · {deal.deal.name}({deal.deal.id})" if deal else ""
    who = f" {passage.speaker}" if passage.speaker else ""
    quote = excerpt(telling(passage.text, named), query)
    mark = cite_passage(turn, passage, quote)
    return f"- {day(passage.at)} {term(turn, KINDS, passage.kind)}{who}{about}:“{quote}” {mark}"


def spoken_of(turn: Turn, name: str, query: str) -> str:
    """Where a name that is nobody's customer (a competitor, say) stands in what the asker may read; "" for nowhere."""
    wanted = fold(name).strip()
    if len(wanted) < 2:
        return ""
    found = [one for one in turn.desk.recall(f"{query} {name}", k=12) if wanted in fold(one.text)]
    if not found:
        return ""
    head = turn.say(
        f"没有叫“{name}”的客户或单子,往来记录里提到它的地方:",
        f"“{name}” is no customer or deal; it is mentioned here:",
    )
    return "\n".join([head, *(line_of(turn, one, f"{query} {name}") for one in found[:SHOWN])])


def telling(text: str, named: Sequence[Mention]) -> str:
    """Without signatures; with what the named people say, where the text shows who speaks."""
    lines = [
        line
        for line in text.splitlines()
        if len(line.strip()) > SIGNATURE or re.search(r"[。.!?！？；;:：，]", line)
    ]
    theirs = [
        line for line in lines if any(re.match(rf"\s*{re.escape(one.name)}\s*[:：]", line) for one in named)
    ]
    return "\n".join(theirs or lines) or text
