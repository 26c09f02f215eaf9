"""Which side a speaker is on: from the names of those who took part, never from what is said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from .transcript import Segment, Side

_CUSTOMER_WORDS = frozenset({"客户", "甲方", "对方", "customer", "client", "buyer", "prospect"})
_REP_WORDS = frozenset({"销售", "我", "我方", "乙方", "rep", "sales", "seller", "agent", "me"})
_NUMBERED = re.compile(r"(?:说话人|发言人|讲话人|speaker)[\s_-]*(\d+|[a-z])", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Participants:
    """Who took part. `named` says who a label of the source is: {"说话人 1": "李娜"}; with it anonymous labels get names."""

    reps: Collection[str] = ()
    customers: Collection[str] = ()
    named: Mapping[str, str] = field(default_factory=dict)

    def sided(self, segments: Collection[Segment]) -> tuple[Segment, ...]:
        """The segments with names and sides; a side that the source itself gave stays."""
        reps, customers = {folded(one) for one in self.reps}, {folded(one) for one in self.customers}
        labels = {_label(one): name for one, name in self.named.items()}
        found = []
        for one in segments:
            who = labels.get(_label(one.speaker), one.speaker)
            side = side_of(who, customers, reps) if one.side == "unknown" else one.side
            found.append(replace(one, speaker=who, side=side))
        return tuple(found)


def side_of(speaker: str, customers: Collection[str], colleagues: Collection[str]) -> Side:
    """Customer, rep or unknown; both collections hold folded names. What stands in brackets behind a name is left out.
    A name that is on both sides is unknown. A short form such as 王总 counts when one customer alone begins with that
    surname and no colleague does."""
    name = folded(re.split(r"[(（\[【@|｜]", speaker, maxsplit=1)[0])
    on_both = name in customers and name in colleagues
    if on_both or not name:
        return "unknown"
    if name in customers or name in _CUSTOMER_WORDS:
        return "customer"
    if name in colleagues or name in _REP_WORDS:
        return "rep"
    if 2 <= len(name) <= 4 and not name.isascii() and not _NUMBERED.match(name):
        bearers = [full for full in customers if full[:1] == name[0]]
        same = [full for full in colleagues if full[:1] == name[0]]
        if len(bearers) == 1 and not same:
            return "customer"
    return "unknown"


def folded(text: str) -> str:
    """Without spaces, case and width."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _label(text: str) -> str:
    """`说话人1`, `发言人 1` and `Speaker 1` are one label."""
    found = _NUMBERED.fullmatch(text.strip())
    return f"#{found[1].lower()}" if found else folded(text)
