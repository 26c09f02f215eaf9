"""How the people of one deal talk: phrases filled with this deal's facts, none repeated before all were used."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from .dice import Dice
from .nouns import Company, Human, Ware
from .world import World

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
ENGLISH = "en"
TYPOS = (("再确认", "在确认"), ("已经", "己经"), ("的话", "得话"), ("那个", "内个"))


def as_money(yuan: int, dice: Dice) -> str:
    """¥1,288,000 or 128.8万, as people write it."""
    if yuan >= 100_000 and dice.chance(0.5):
        return f"{yuan / 10_000:.2f}".rstrip("0").rstrip(".") + "万"
    return f"¥{yuan:,}"


class Voice:
    """The words of one deal. Facts (department, pain, cases a day, competitor) stay the same through its texts."""

    def __init__(
        self, world: World, dice: Dice, *, company: Company, ware: Ware, rep: str, human: Human, amount: int,
        competitor: str, quantity: int,
    ) -> None:  # fmt: skip
        self.world, self.dice, self.human = world, dice, human
        self.rep = world.colleagues[rep]
        self.language = human.language
        self.phrases: dict[str, Any] = world.phrases[ENGLISH] if self.english else world.phrases
        self.amount = amount
        self._used: dict[str, list[str]] = {}
        tail = "_en" if self.english else ""
        dept = dice.pick(world.phrases[f"departments{tail}"])
        zh_names = ware.aliases.split("|")[: max(1, len(ware.aliases.split("|")) - 1)]
        self.facts = {
            "prod": ware.english if self.english else dice.pick(zh_names), "dept": dept,
            "num": str(dice.between(4, 60) * 5), "comp": competitor or dice.pick(world.phrases["competitors"]),
            "c": human.called, "cn": human.name, "ctitle": human.title, "rep": self.rep.name,
            "rep1": self.rep.name[0], "title": self.rep.title, "email": self.rep.email, "short": company.short,
            "part": dice.pick(world.phrases[f"parts{tail}"]), "qty": str(quantity),
        }  # fmt: skip
        self.facts["pain"] = dice.pick(world.phrases[f"pains{tail}"]).format(**self.facts)

    @property
    def english(self) -> bool:
        return self.language == ENGLISH

    def say(self, key: str, at: datetime) -> str:
        """A phrase from the inventory `key`, filled; `at` is when it is said (dates named lie after it)."""
        return self.fill(self._fresh(key, self.phrases[key]), at)

    def objection(self, kind: str, at: datetime) -> str:
        """The customer's words for one class of objection."""
        return self.fill(self._fresh(f"{kind}.ask", self._exchange(kind, "ask")), at)

    def answer(self, kind: str, at: datetime) -> tuple[str, str]:
        """Our reply to an objection of this class, and how a customer takes that very reply when it works."""
        replies = self._exchange(kind, "reply")
        reply = self._fresh(f"{kind}.reply", replies)
        if self.english:
            return self.fill(reply, at), self.say("yield", at)
        return self.fill(reply, at), self.fill(self._exchange(kind, "yield")[replies.index(reply)], at)

    def need(self, at: datetime) -> tuple[str, str]:
        """A question of ours about their needs and the answer that fits it."""
        if self.english:
            return self.say("needs", at), self.say("facts", at)
        return self.pair("needs_pairs", at)

    def pair(self, key: str, at: datetime) -> tuple[str, str]:
        """Words of ours and the reply that fits them, from an inventory of pairs."""
        pairs = {ours: theirs for ours, theirs in self.phrases[key]}
        ours = self._fresh(key, list(pairs))
        return self.fill(ours, at), self.fill(pairs[ours], at)

    def _exchange(self, kind: str, part: str) -> list[str]:
        found: list[str] = self.world.phrases["exchanges"][kind][f"{part}_en" if self.english else part]
        return found

    def fill(self, phrase: str, at: datetime) -> str:
        """The phrase with its slots filled; {next} may hold slots itself."""
        slots = {
            **self.facts,
            "date": self.day(at),
            "amt": self.money(),
            "sec": str(self.dice.between(24, 410)),
        }
        if "{next}" in phrase:
            chosen = self._fresh("next", self.phrases["next" if self.english else "nexts"])
            slots["next"] = chosen.format(**slots)
        return self._slip(phrase.format(**slots))

    def day(self, at: datetime) -> str:
        """A working day one to three weeks later."""
        day = workday(at + timedelta(days=self.dice.between(4, 21)))
        return f"{day.day} {MONTHS[day.month - 1]}" if self.english else f"{day.month}月{day.day}日"

    def money(self) -> str:
        return f"RMB {self.amount:,}" if self.english else as_money(self.amount, self.dice)

    def _fresh(self, key: str, options: list[str]) -> str:
        used = self._used.setdefault(key, [])
        left = [option for option in options if option not in used]
        if not left:
            used.clear()
            left = options
        used.append(self.dice.pick(left))
        return used[-1]

    def _slip(self, text: str) -> str:
        if self.english or not self.dice.chance(0.04):
            return text
        for right, wrong in TYPOS:
            text = text.replace(right, wrong)
        return text.rstrip("。") + self.dice.pick(["。。", "~", "…", ""])


def workday(moment: datetime) -> datetime:
    """The same time on the next weekday, if it falls on a weekend."""
    return moment + timedelta(days=(7 - moment.weekday()) % 7 if moment.weekday() > 4 else 0)
