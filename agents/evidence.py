"""Evidence or silence: what a real model wrote is checked, sentence by sentence, against what the turn has found.

Works on a stream: a sentence is let through as soon as it is whole. Deterministic, no model, no LangChain.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .answer import OutcomeNote, Source
from .claims import claims_effect, outcome_sentence, strange_names
from .figures import Figure, figures

CITE = re.compile(r"\[(\d{1,3})\](?!\()")
CITE_LISTS = re.compile(r"\[(\d{1,3}(?:\s*[,，、]\s*\d{1,3})+)\](?!\()")
HALF_CITE = re.compile(r"\[\d{0,3}")
"""A citation of which the rest is still to come belongs to the sentence before it."""

PREFIX = re.compile(r"^\s*(?:>\s*)*(?:#{1,6}\s+|[-*+•]\s+(?:\[[ xX]\]\s+)?|\(?\d{1,2}[.)、）]\s*)?")
SENTENCE = re.compile(
    r".*?(?:[。！？；!?;]+|(?<!\bNo)(?<!\be\.g)(?<!\bi\.e)(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bvs)\.(?=[\s\[”\"*)]|$))"
    r"[”\"'」』）)*]*(?:\s*\[\d{1,3}\])*[。.]?\s*",
    re.DOTALL,
)
LEAD_IN = re.compile(r"\d{1,2}\s?(?:个|条|点|种|步|项|points?|items?|steps?|options?|ways?|things?)")
FENCE = "```"


TELLS_OF_SENDING = frozenset({"mail", "offer", "order"})
"""Kinds of sources that can bear witness to something having been sent; any other must say so in its quote."""


@dataclass(frozen=True)
class Guarded:
    """A checked text, its sources renumbered, and how many statements were left out."""

    text: str
    sources: tuple[Source, ...]
    struck: int


class Guard:
    """Checks one answer as it is written. `known` (tool texts, the asker's words) and `sources` may grow meanwhile."""

    def __init__(
        self,
        sources: Sequence[Source],
        known: Sequence[str],
        language: str,
        outcomes: Sequence[OutcomeNote] = (),
    ) -> None:
        self._all, self._known, self._language, self._outcomes = sources, known, language, outcomes
        self._numbers: dict[int, int] = {}
        self._pending = ""
        self._line_begun = False
        self._heading = False
        self.struck = 0
        self._false_effect = False

    def feed(self, piece: str) -> str:
        """More of the model's text; returns what is checked so far and may be shown."""
        self._pending += piece
        return "".join(self._drain(final=False))

    def end(self) -> str:
        """The message is whole: the rest of it, checked."""
        out = "".join(self._drain(final=True))
        self._line_begun = False
        return out

    def close(self) -> str:
        """The answer is whole: the sentences that say what was left out, "" when nothing was."""
        notes = []
        if self._false_effect and not self._outcomes:
            notes.append(
                self._say("本轮没有执行任何发送或审批。", "Nothing was sent or approved in this turn.")
            )
        if self.struck:
            notes.append(
                self._say(
                    f"（有 {self.struck} 处陈述找不到依据，已略去。）",
                    f"({self.struck} statement(s) without evidence were left out.)",
                )
            )
        return "\n\n".join(notes)

    def pass_on(self, text: str) -> str:
        """What a skill wrote itself, unchanged but for the numbers of its sources."""
        return "".join(self._renumber(line) for line in text.splitlines(keepends=True))

    def used(self) -> tuple[Source, ...]:
        """The sources that the text mentions, renumbered in order of first mention."""
        by_number = {source.n: source for source in self._all}
        return tuple(replace(by_number[old], n=new) for old, new in self._numbers.items())

    def _drain(self, *, final: bool) -> list[str]:
        out = []
        while self._pending:
            unit = self._next_unit(final)
            if not unit:
                break
            self._pending = self._pending[len(unit) :]
            out.append(self._check_unit(unit))
        return out

    def _next_unit(self, final: bool) -> str:
        """A fenced block, a table row or a sentence, when it is whole; "" while it is not."""
        text = self._pending
        line, newline, _ = text.partition("\n")
        if not self._line_begun and line.lstrip().startswith("`") and not newline and not final:
            return ""
        if not self._line_begun and line.lstrip().startswith(FENCE):
            end = re.compile(r"\n\s*```[^\n]*(?:\n|$)").search(text, len(line))
            if end and (end[0].endswith("\n") or final):
                return text[: end.end()]
            return text if final else ""
        if not self._line_begun and line.lstrip().startswith("|"):
            return line + newline if newline or final else ""
        skip = 0 if self._line_begun else len((PREFIX.match(line) or [""])[0])
        match = SENTENCE.match(line, skip)
        if match and match.end() < len(line):
            torn = not final and not newline and HALF_CITE.fullmatch(line, match.end())
            return "" if torn else line[: match.end()]
        return line + newline if newline or final else ""

    def _check_unit(self, unit: str) -> str:
        begins = not self._line_begun
        self._line_begun = not unit.endswith("\n")
        if not unit.strip() or re.fullmatch(r"\s*\|[\s:|-]+\|?\s*", unit):
            return unit
        whole = begins and unit.lstrip().startswith((FENCE, "|"))
        prefix = "" if whole or not begins else (PREFIX.match(unit) or [""])[0]
        if begins:
            self._heading = prefix.lstrip().startswith("#")
        body = unit[len(prefix) :]
        if self._is_false_effect(body):
            self._false_effect = True
            return self._instead(body)
        if not self._has_evidence(body):
            self.struck += 1
            return "\n" if unit.endswith("\n") and not begins else ""
        return unit if unit.lstrip().startswith(FENCE) else prefix + self._renumber(body)

    def _is_false_effect(self, body: str) -> bool:
        if not claims_effect(body) or any(note.status == "done" for note in self._outcomes):
            return False
        if self._outcomes:  # something was asked for now and is not done: an old mail bears no witness to it
            return True
        return not any(
            source.kind in TELLS_OF_SENDING or claims_effect(source.quote) for source in self._cited(body)
        )

    def _instead(self, body: str) -> str:
        """The true outcomes in the place of a sentence that claimed more."""
        true = " ".join(outcome_sentence(note, self._language) for note in self._outcomes)
        return true + ("\n" if body.endswith("\n") else " " if true else "")

    def _cited(self, body: str) -> list[Source]:
        named = {int(n) for n in CITE.findall(_apart(body))}
        return [source for source in self._all if source.n in named]

    def _has_evidence(self, body: str) -> bool:
        plain = CITE.sub(" ", _apart(body))
        evidence = self._evidence()
        if strange_names(plain, evidence, heading=self._heading):
            return False
        stated = figures(plain)
        if plain.rstrip().endswith(("：", ":")) and LEAD_IN.search(plain):
            stated = figures(LEAD_IN.sub(" ", plain))
        known = figures(evidence)
        return all(_supported(figure, known) for figure in stated)

    def _evidence(self) -> str:
        told = [f"{s.title}\n{s.date}\n{s.speaker}\n{s.quote}" for s in self._all]
        return "\n".join([*told, *self._known])

    def _renumber(self, body: str) -> str:
        numbers = {source.n for source in self._all}

        def new(match: re.Match[str]) -> str:
            old = int(match[1])
            if old not in numbers:
                return ""
            return f"[{self._numbers.setdefault(old, len(self._numbers) + 1)}]"

        return CITE.sub(new, _apart(body))

    def _say(self, zh: str, en: str) -> str:
        return en if self._language == "en" else zh


def _apart(text: str) -> str:
    """[1, 2] as [1][2]."""
    return CITE_LISTS.sub(lambda m: "".join(f"[{n}]" for n in re.findall(r"\d+", m[1])), text)


def _supported(figure: Figure, known: frozenset[Figure]) -> bool:
    return any(figure.supported_by(other) for other in known)


def guard(
    text: str,
    sources: Sequence[Source],
    known: Sequence[str],
    language: str,
    outcomes: Sequence[OutcomeNote] = (),
) -> Guarded:
    """A whole text checked: statements without evidence struck and counted, citations renumbered."""
    checker = Guard(sources, known, language, outcomes)
    parts = [(checker.feed(text) + checker.end()).strip(), checker.close()]
    return Guarded("\n\n".join(part for part in parts if part), checker.used(), checker.struck)


def only_cited(text: str, sources: Sequence[Source]) -> tuple[str, tuple[Source, ...]]:
    """The text and those sources it mentions, renumbered in order of first mention; unknown numbers vanish."""
    checker = Guard(sources, (), "zh")
    return checker.pass_on(text), checker.used()
