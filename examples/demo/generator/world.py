"""The cast: colleagues, customers, their people and our products, from phrases/world.yaml and the stories."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .dice import Dice
from .nouns import Colleague, Company, Human, Phrases, Ware


@dataclass(frozen=True)
class World:
    teams: tuple[tuple[str, str, str], ...]
    colleagues: dict[str, Colleague]
    companies: dict[str, Company]
    humans: dict[str, Human]
    wares: dict[str, Ware]
    phrases: Phrases
    stories: tuple[Phrases, ...]

    def at_account(self, account: str) -> list[Human]:
        """The people of one customer, in the order they were met."""
        return [human for human in self.humans.values() if human.account == account]


def load(home: Path) -> World:
    """Read every inventory and story under `home` (the demo folder) and cast the roles."""
    phrases: Phrases = {}
    for path in sorted((home / "phrases").glob("*.yaml")):
        phrases |= yaml.safe_load(path.read_text(encoding="utf-8"))
    stories = tuple(
        yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((home / "stories").glob("*.yaml"))
    )
    companies = [*(_told_company(story) for story in stories if "account" in story)]
    companies += [_company(row) for row in phrases["accounts"]]
    companies.sort(key=lambda company: company.id)
    humans = _people(companies, stories, phrases)
    return World(
        teams=tuple((a, b, c) for a, b, c in phrases["teams"]),
        colleagues={row[0]: Colleague(*row) for row in phrases["people"]},
        companies={company.id: company for company in companies},
        humans={human.id: human for human in humans},
        wares={row[0]: Ware(*row) for row in phrases["products"]},
        phrases=phrases,
        stories=stories,
    )


def _company(row: list[str]) -> Company:
    return Company(*row[:9], english=row[1].isascii())


def _told_company(story: Phrases) -> Company:
    return _company(story["account"])


def _people(companies: list[Company], stories: tuple[Phrases, ...], phrases: Phrases) -> list[Human]:
    told = {str(person[0]): person for story in stories for person in story.get("contacts", [])}
    named = {str(person[2]) for person in told.values()}
    dice = Dice("people")
    humans = [_told(person, index) for index, person in enumerate(told.values(), start=1)]
    number = 100
    for company in companies:
        have = sum(human.account == company.id for human in humans)
        want = dice.between(2, 4) if company.tier != "A" else dice.between(3, 4)
        titles = phrases["titles_en"] if company.english else phrases["titles"][company.industry]
        taken = {human.title for human in humans if human.account == company.id}
        free = [title for title in dice.some(titles, len(titles)) if title[0] not in taken]
        for title, department, influence in free[: max(0, want - have)]:
            number += 1
            name, mail, language = _name(dice, named, phrases, company.english)
            phone = f"139 0000 {number + 3000:04d}"
            email = f"{mail}@{company.domain}.example.com"
            humans.append(
                Human(f"C-{number}", company.id, name, title, department, influence, email, phone, language)
            )
    return humans


def _told(person: list[Any], index: int) -> Human:
    id_, account, name, title, department, influence, email, language = person
    phone = f"139 0000 {2000 + index:04d}"
    return Human(id_, account, name, title, department, influence, email, phone, language)


def _name(dice: Dice, named: set[str], phrases: Phrases, english: bool) -> tuple[str, str, str]:
    """A name nobody has yet, its mail form, its language. Some people at English-speaking customers are Chinese."""
    while True:
        if english and dice.chance(0.75):
            first, last = dice.pick(phrases["first_en"]), dice.pick(phrases["last_en"])
            name, mail, language = f"{first} {last}", f"{first}.{last}".lower(), "en"
        else:
            surname, given = dice.pick(list(phrases["surnames"])), dice.pick(list(phrases["given"]))
            name, language = surname + given, "zh"
            mail = f"{phrases['surnames'][surname]}.{phrases['given'][given]}"
        if name not in named:
            named.add(name)
            return name, mail, language
