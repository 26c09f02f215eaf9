"""What is the case with one lead at one moment: its record, what it did, and what its company did with us before."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import pairwise

from knowledge.insight.scoring.cells import number_of
from knowledge.model import Lead, LeadTouch

_LEVELS = (
    ("student", r"学生|实习|student|intern"),
    ("executive", r"总裁|董事|院长|总经理|创始|ceo|cfo|cto|cio|\bvp\b|president|founder|chief|owner"),
    ("head", r"总监|主任|部长|处长|科长|副总|负责人|director|head of"),
    ("manager", r"经理|主管|manager|lead\b|supervisor"),
)
_BANT = {
    "budget": r"预算|经费|拨款|budget|funding",
    "authority": r"我(?:来|可以)?(?:定|拍板|决定)|领导批|院长批|采购委员会|sign off|decision is mine|my (?:boss|board)",
    "need": r"需要|想解决|痛点|打算上|要换|替换|we need|looking for|replace",
    "timeline": r"月底|季度|年内|年底|尽快|什么时候能|上线|by (?:the )?end|this quarter|next quarter|asap|deadline",
}
_QUESTION = re.compile(
    r"[?？]|怎么|多少|能不能|有没有|是否|可以吗|how|what|when|could you|can you", re.IGNORECASE
)
_NEXT = re.compile(
    r"约(?:在|到|了)?.{0,12}(?:见|会|点|上门)|下周.{0,8}(?:见|会|来)|meet|demo on|call (?:on|next)",
    re.IGNORECASE,
)
_RIVAL = re.compile(r"别家|另一家|竞品|对比了|competitor|another vendor|compared with", re.IGNORECASE)
_GOOD = re.compile(r"不错|很好|感兴趣|满意|合适|great|interested|sounds good|perfect", re.IGNORECASE)
_BAD = re.compile(
    r"太贵|不考虑|暂时不|没兴趣|失望|投诉|取消|too expensive|not interested|cancel|disappoint", re.IGNORECASE
)


@dataclass(frozen=True)
class Past:
    """Deals of the lead's company with us before; None when it is not known to us."""

    deals: int | None = None
    won: int | None = None


@dataclass(frozen=True, kw_only=True)
class LeadFacts:
    """One lead at `now`. `touches` newest first, none later than `now`; `utc_offset_hours` is the working clock's."""

    lead: Lead
    touches: tuple[LeadTouch, ...]
    now: datetime
    past: Past = field(default_factory=Past)
    utc_offset_hours: int = 8
    talk_ratios: tuple[tuple[datetime, float], ...] = ()
    """Our share of the talk of each call that was measured, with its moment."""
    met: tuple[tuple[datetime, str], ...] = ()
    """Contacts of the lead's company that were heard or spoken to, with the moment."""

    def extra(self, key: str) -> str:
        """A field of the record, "" when it is not filled."""
        value = self.lead.extra.get(key, "") or (self.lead.source if key == "utm_source" else "")
        return str(value).strip()

    def number(self, key: str) -> float | None:
        """A field as a number; None when it is not filled or is none."""
        return number_of(self.extra(key)) if self.extra(key) else None

    @staticmethod
    def yes(value: bool | None) -> str | None:
        return None if value is None else "yes" if value else "no"

    def some(self, *kinds: str, days: int, way: str = "") -> list[LeadTouch]:
        """What it did of these kinds in so many days, newest first."""
        since = self.now - timedelta(days=days)
        found = (one for one in self.touches if one.kind in kinds and one.at >= since)
        return [one for one in found if not way or one.direction == way]

    def count(self, *kinds: str, days: int, way: str = "") -> int:
        return len(self.some(*kinds, days=days, way=way))

    @property
    def is_customer(self) -> bool | None:
        """Whether its company has bought from us; None when we do not know the company."""
        return None if self.past.won is None else self.past.won > 0

    @property
    def title_level(self) -> str | None:
        title = self.extra("title").casefold()
        if not title:
            return None
        return next((level for level, pattern in _LEVELS if re.search(pattern, title)), "staff")

    @property
    def reachable(self) -> str:
        ways = bool(self.lead.email) + bool(self.lead.phone)
        return ("none", "one", "both")[ways]

    @property
    def pages(self) -> float | None:
        visits = self.some("visit", "price_page", days=90)
        return sum(max(1, one.pages) for one in visits) if visits else None

    @property
    def dwell(self) -> float | None:
        """Seconds a visit, each capped at half an hour (D8)."""
        seen = [
            min(1800, one.seconds) for one in self.some("visit", "price_page", days=90) if one.seconds > 0
        ]
        return sum(seen) / len(seen) if seen else None

    @property
    def return_gap(self) -> float | None:
        """Mean days between visits; None with fewer than two."""
        moments = [one.at for one in self.some("visit", "price_page", days=90)]
        gaps = [(later - earlier) / timedelta(days=1) for later, earlier in pairwise(moments)]
        return sum(gaps) / len(gaps) if gaps else None

    @property
    def said(self) -> list[LeadTouch]:
        return self.some("chat", "mail", "call", "meeting", "form", days=90)

    def _says(self, pattern: re.Pattern[str]) -> bool:
        return any(pattern.search(one.text) for one in self.said if one.direction == "in")

    @property
    def reply_hours(self) -> float | None:
        """Mean hours from our message to their next one; None when they never had one to answer."""
        talk = list(reversed(self.some("chat", "mail", days=90)))
        gaps = [
            (after.at - before.at) / timedelta(hours=1)
            for before, after in pairwise(talk)
            if before.direction == "out" and after.direction == "in"
        ]
        return sum(gaps) / len(gaps) if gaps else None

    @property
    def questions(self) -> float | None:
        theirs = [one for one in self.said if one.direction == "in" and one.text]
        return sum(bool(_QUESTION.search(one.text)) for one in theirs) if theirs else None

    @property
    def sentiment(self) -> str | None:
        theirs = [one.text for one in self.said if one.direction == "in" and one.text][:5]
        if not theirs:
            return None
        tone = sum(bool(_GOOD.search(text)) - bool(_BAD.search(text)) for text in theirs)
        return "positive" if tone > 0 else "negative" if tone < 0 else "neutral"

    @property
    def night_share(self) -> float | None:
        """Share of their messages between 22:00 and 6:00 on the working clock."""
        clock = timezone(timedelta(hours=self.utc_offset_hours))
        hours = [one.at.astimezone(clock).hour for one in self.some("chat", "mail", days=90, way="in")]
        return sum(hour >= 22 or hour < 6 for hour in hours) / len(hours) if hours else None

    @property
    def bant(self) -> float | None:
        theirs = " ".join(one.text for one in self.said if one.direction == "in")
        if not theirs.strip():
            return None
        return sum(bool(re.search(pattern, theirs, re.IGNORECASE)) for pattern in _BANT.values())

    @property
    def talk_ratio(self) -> float | None:
        """Our share of the talk, mean over the calls of 90 days that could be measured; else what the record says."""
        since = self.now - timedelta(days=90)
        shares = [share for at, share in self.talk_ratios if at >= since]
        return sum(shares) / len(shares) if shares else self.number("talk_ratio")

    @property
    def contacts(self) -> float | None:
        """How many people there are known: whom we spoke to, or what the record says, whichever is more."""
        known = [len({who for _, who in self.met}) or None, self.number("contacts")]
        return max((float(one) for one in known if one is not None), default=None)

    @property
    def next_step(self) -> bool | None:
        return self._says(_NEXT) if self.said else None

    @property
    def competitor(self) -> bool | None:
        return self._says(_RIVAL) if self.said else None
