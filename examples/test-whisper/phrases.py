"""The sentences that the test model is taught: phrases.yaml with its slots filled from a seed."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
DIGITS = "零一二三四五六七八九"


@cache
def bank() -> dict[str, Any]:
    """phrases.yaml."""
    found: dict[str, Any] = yaml.safe_load((HERE / "phrases.yaml").read_text(encoding="utf-8"))
    return found


@cache
def call() -> dict[str, Any]:
    """call.yaml."""
    found: dict[str, Any] = yaml.safe_load((HERE / "call.yaml").read_text(encoding="utf-8"))
    return found


def below_100(number: int) -> str:
    """十五, 八十, 二十三."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else DIGITS[tens] + "十"
    return head + (DIGITS[ones] if ones or not tens else "")


def number(value: int) -> str:
    """A whole number up to 9999 as it is spoken: 一百零五, 两千三百."""
    if value < 100:
        return below_100(value)
    head, unit, size = (value // 1000, "千", 1000) if value >= 1000 else (value // 100, "百", 100)
    rest = value % size
    front = ("两" if head == 2 else DIGITS[head]) + unit
    if not rest:
        return front
    inner = ("一" if size == 100 and 10 <= rest < 20 else "") + number(rest)
    return front + ("零" if rest * 10 < size else "") + inner


def _money(r: random.Random) -> str:
    value = r.choice(
        [
            r.randint(1, 99),
            10 * r.randint(1, 9),
            10 * r.randint(1, 9),
            10 * r.randint(10, 60),
            100 * r.randint(1, 9),
        ]
    )
    half = r.choice(["", "", "", "", "五"]) if value < 100 and value % 10 else ""
    return ("两" if value == 2 else number(value)) + "万" + half + ("" if half else r.choice(["", "", "元"]))


MADE: dict[str, Callable[[random.Random], str]] = {
    "money": _money,
    "percent": lambda r: "百分之" + number(r.choice([r.randint(1, 40), 5 * r.randint(1, 16)])),
    "people": lambda r: (
        number(r.choice([r.randint(3, 99), 10 * r.randint(1, 50)])) + r.choice(["个人", "名员工", "个人"])
    ),
    "count": lambda r: number(r.choice([r.randint(3, 60), 100 * r.randint(3, 30)])),
    "date": lambda r: (
        below_100(r.randint(1, 12)) + "月" + r.choice([below_100(r.randint(1, 30)) + "号", "底", "初"])
    ),
    "digits": lambda r: "".join(r.choice(DIGITS) for _ in range(r.choice([4, 8, 11]))),
}


def filled(template: str, r: random.Random) -> str:
    """The template with every slot filled."""

    def one(found: re.Match[str]) -> str:
        name = found[1]
        return MADE[name](r) if name in MADE else str(r.choice(bank()["slots"][name]))

    return re.sub(r"\{(\w+)\}", one, template)


def sentence(lang: str, r: random.Random) -> str:
    """A sentence of the language."""
    return filled(r.choice(bank()[lang]), r)


def fixed() -> list[str]:
    """Every sentence of the test call."""
    return [text for turn in call()["turns"] for text in turn.values()]


def names() -> list[str]:
    """What may stand among the hotwords."""
    slots = bank()["slots"]
    return sorted(
        {n for s in ("rep", "boss", "person", "company", "product", "rival", "first") for n in slots[s]}
    )


def every_text(seed: int = 0, draws: int = 20_000) -> list[str]:
    """Enough sentences that every token of every slot occurs; the vocabulary is cut to these."""
    r = random.Random(seed)
    made = [sentence(lang, r) for lang in ("zh", "en") for _ in range(draws)]
    return sorted({*made, *fixed(), *bank()["homophones"], *bank()["homophones"].values(), *names()})
