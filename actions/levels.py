"""The ladder L0-L6 (authority.md E5): what each level means, how high a verb may ever rise, and what a step up demands.

Thresholds are E5's. Two tables meet here: E5 asks for at most 5 % wrong up to L4, where a person still says yes to each;
capabilities C1.14 asks for at most 2 % wrong where it acts by itself (L5, L6). No step up rests on fewer than 30.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

OFF, SHADOW, SUGGEST, DRAFT, APPROVE, UNDO, DIGEST = range(7)

LEVELS: tuple[tuple[str, str], ...] = (
    ("关闭", "off"),
    ("影子运行: 只判定,不执行", "shadow: decided, nothing done"),
    ("建议", "suggest"),
    ("起草,由人自己执行", "draft: the person acts"),
    ("批准后执行", "act after a yes"),
    ("执行,可撤回", "act, can be undone"),
    ("执行,每日汇总", "act, told once a day"),
)

CEILING: Mapping[str, int] = MappingProxyType(
    {
        # money and terms: somebody says yes to each, always
        "send_contract": APPROVE,
        "send_quote": APPROVE,
        "give_discount": APPROVE,
        "export_data": APPROVE,
        # leaves the house and cannot be taken back once it has
        "send_email": UNDO,
        "message_customer": UNDO,
        "book_meeting": UNDO,
        # our own rows
        "create_task": DIGEST,
        "update_deal": DIGEST,
    }
)
"""The verbs on the ladder, and how high each may ever rise. Changing the rules and erasing are not on it."""

DEFAULT = 5
"""The level of a verb for which nobody has set one, where its ceiling allows it."""

LEAST = 30
"""No step up rests on fewer actions."""


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What a step up asks for. Shares are 0-1, None means that it is not asked; `at_least` is the n it rests on."""

    at_least: int = LEAST
    days: int = 0
    as_is: float | None = None
    wrong: float | None = None
    rejected: float | None = None
    undone: float | None = None
    serious: int | None = None
    complaints: int | None = None


_BY_ITSELF = Demand(at_least=100, undone=0.01, rejected=0.05, wrong=0.02, serious=0, complaints=0)
UP: Mapping[int, Demand] = MappingProxyType(
    {
        OFF: Demand(at_least=0),
        SHADOW: Demand(days=14),
        SUGGEST: Demand(as_is=0.60, wrong=0.05, serious=0),
        DRAFT: Demand(as_is=0.60, wrong=0.05, serious=0),
        APPROVE: _BY_ITSELF,
        UNDO: _BY_ITSELF,
    }
)
"""From this level to the next. From OFF there is nothing to measure: two people decide to try it in the shadow."""

REWRITES, OF_LAST = 3, 10
"""So many rewrites among the last so many take L4 to L3, and L3 to L2."""

UNDONE_SHARE, UNDONE_OF = 0.03, 50
"""More than this share undone, of the last 50, takes L5 and L6 one down."""


def ceiling(verb: str) -> int:
    """How high a verb may ever rise; what is not on the ladder is not held back by it."""
    return CEILING.get(verb, DIGEST)


def level_name(level: int, language: str = "zh") -> str:
    """`L4 批准后执行`."""
    known = LEVELS[level] if 0 <= level < len(LEVELS) else ("?", "?")
    return f"L{level} {known[1 if language == 'en' else 0]}"


def default_level(verb: str) -> int:
    """The level of a verb for which nobody has set one."""
    return min(DEFAULT, ceiling(verb))


@dataclass(frozen=True, kw_only=True)
class Power:
    """How far one verb goes by itself for one person: its level where they work, and whether its pilot reaches there."""

    verb: str
    level: int
    scope: str
    in_pilot: bool = True
