"""Which account, deal, contact, product or colleague a text speaks of: exact, short, honorific, fuzzy, pinyin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from .name_forms import (
    ADDRESSED,
    MISTER,
    NICKNAMED,
    NOT_SURNAME,
    company_forms,
    deal_parts,
    is_cjk,
    is_whole,
    normal,
    other_company,
    person_forms,
    surname,
    title_fits,
    words_of,
)
from .name_guesses import Guesses
from .sounds import spellings

KINDS = ("deal", "account", "contact", "product", "person")
LONGEST_TEXT = 2000
SAME_TO_MANY = 12
"""A part that stands for more entries than this names none of them."""

OPEN_RANK = 10_000_000
"""A deal of this rank or above is open; below it is closed. Within either, higher is newer."""


@dataclass(frozen=True, kw_only=True)
class NameEntry:
    """One name that may be spoken of. `parents` are ids above it (deal -> account, contact -> account, deals);
    `rank` breaks ties, higher first (an open deal before a closed one); `title` is a contact's job."""

    kind: str
    id: str
    name: str
    aliases: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    rank: int = 0
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A name found at text[start:end]. `score` is 0..1, `how` says by which rule."""

    kind: str
    id: str
    name: str
    start: int
    end: int
    score: float
    how: str


class NameIndex:
    """The names one asker may see. Building is linear in the entries; a spot looks at the first 2000 characters."""

    def __init__(self, entries: Sequence[NameEntry]) -> None:
        self._entries = tuple(entries)
        self.by_id = {entry.id: entry for entry in entries}
        self._forms: dict[str, list[tuple[NameEntry, float, str]]] = defaultdict(list)
        self._lengths: dict[str, set[int]] = defaultdict(set)
        self._surnames: dict[str, list[NameEntry]] = defaultdict(list)
        for entry in sorted(entries, key=lambda item: item.kind == "deal"):
            self._add(entry)
        for form in [form for form, hits in self._forms.items() if _is_vague(hits)]:
            del self._forms[form]
        for form in self._forms:
            self._lengths[form[:2]].add(len(form))
        self._guesses = Guesses([form for form, hits in self._forms.items() if _may_be_guessed(form, hits)])

    def spot(self, text: str, near: Collection[str] = ()) -> list[Mention]:
        """The names in a text, best first; several mentions of one span are readings to choose from.

        `near` are ids (deal, account) whose people are preferred when a form of address fits several.
        """
        text = text[:LONGEST_TEXT]
        plain = normal(text)
        found = [*self._exact(plain), *self._addressed(plain, near)]
        kept = _longest(found)
        if not any(mention.kind in ("account", "deal") for mention in kept):
            guessed = self._guessed(plain, kept)
            kept = _longest([*kept, *guessed])
        return self._sorted(self._narrowed(kept, near), near)

    def resolve(self, text: str, kind: str | None = None, near: Collection[str] = ()) -> list[Mention]:
        """The entries an argument names, best first: an id, a name, or any way `spot` knows; [] when unknown."""
        entry = self.by_id.get(text.strip()) or self.by_id.get(text.strip().upper())
        if entry is not None and kind in (None, entry.kind):
            return [_mention(entry, 0, len(text), 1.0, "id")]
        plain = normal(text).strip()
        found = [mention for mention in self.spot(text, near) if kind in (None, mention.kind)]
        widest = max((mention.end - mention.start for mention in found), default=0)
        if found and widest * 2 >= len(plain):
            return [mention for mention in found if mention.end - mention.start == widest]
        return found or self._containing(plain, kind, near)

    def children(self, id: str, kind: str) -> list[NameEntry]:
        """The entries of a kind below an id, highest rank first: the deals of an account."""
        below = [entry for entry in self._entries if entry.kind == kind and id in entry.parents]
        return sorted(below, key=lambda entry: (-entry.rank, entry.id))

    def _add(self, entry: NameEntry) -> None:
        forms: dict[str, tuple[float, str]] = {
            normal(entry.id): (1.0, "id"),
            normal(entry.name): (1.0, "name"),
        }
        for alias in entry.aliases:
            forms.setdefault(normal(alias), (0.98, "alias"))
        if entry.kind == "account":
            for form, score in company_forms(entry.name).items():
                forms.setdefault(form, (score, "short"))
        if entry.kind == "deal":
            above = words_of(
                " ".join(normal(self.by_id[id].name) for id in entry.parents if id in self.by_id)
            )
            for form in deal_parts(entry.name):
                if form not in above and not any(
                    hit[0].kind == "account" for hit in self._forms.get(form, ())
                ):
                    forms.setdefault(form, (0.85, "part"))
        if entry.kind in ("contact", "person"):
            for form, score in person_forms(entry.name).items():
                forms.setdefault(form, (score, "part"))
            self._surnames[surname(entry.name)].append(entry)
        for form, (score, how) in forms.items():
            if len(form) >= 2:
                self._forms[form].append((entry, score, how))

    def _exact(self, plain: str) -> Iterable[Mention]:
        for start in range(len(plain)):
            for size in sorted(self._lengths.get(plain[start : start + 2], ()), reverse=True):
                end = start + size
                hits = self._forms.get(plain[start:end])
                if not hits or not is_whole(plain, start, end):
                    continue
                for entry, score, how in hits:
                    if entry.kind != "account" or not other_company(
                        plain, start, end, (entry.name, *entry.aliases)
                    ):
                        yield _mention(entry, start, end, score, how)

    def _addressed(self, plain: str, near: Collection[str]) -> Iterable[Mention]:
        for match in ADDRESSED.finditer(plain):
            before = plain[max(0, match.start() - 1) : match.start() + 1]
            if not NOT_SURNAME.search(before):
                yield from self._people(match[1], match[2], match.start(), match.end(), near)
        for match in NICKNAMED.finditer(plain):
            yield from self._people(match[1] or match[2], "", match.start(), match.end(), near)
        for match in MISTER.finditer(plain):
            families = [match[1]] if match[1] in self._surnames else self._sounding(match[1])
            for family in families:
                yield from self._people(family, "", match.start(), match.end(), near)

    def _sounding(self, spelled: str) -> list[str]:
        """The Chinese surnames that wang may be."""
        return [name for name in self._surnames if is_cjk(name) and spelled in spellings(name)]

    def _people(
        self, family: str, address: str, start: int, end: int, near: Collection[str]
    ) -> Iterable[Mention]:
        for entry in self._surnames.get(family, ()):
            fit = title_fits(address, " ".join((entry.title, *entry.aliases)))
            close = 0.1 if self._is_near(entry, near) else 0.0
            if fit > 0.5 or close:
                yield _mention(entry, start, end, 0.5 + 0.35 * fit + close, "address")

    def _guessed(self, plain: str, taken: Sequence[Mention]) -> Iterable[Mention]:
        free = list(plain)
        for mention in taken:
            free[mention.start : mention.end] = "\n" * (mention.end - mention.start)
        for start, end, form, score, how in self._guesses.find("".join(free)):
            for entry, sure, _ in self._forms[form]:
                if sure >= 0.8 and not (
                    entry.kind == "account" and other_company(plain, start, end, (entry.name, *entry.aliases))
                ):
                    yield _mention(entry, start, end, score * sure, how)

    def _containing(self, plain: str, kind: str | None, near: Collection[str]) -> list[Mention]:
        if len(plain) < (2 if is_cjk(plain) else 4):
            return []
        hits = [
            _mention(entry, 0, len(plain), 0.75, "inside")
            for entry in self._entries
            if kind in (None, entry.kind) and plain in normal(entry.name)
        ]
        return self._sorted(hits, near) if len(hits) <= SAME_TO_MANY else []

    def _is_near(self, entry: NameEntry, near: Collection[str]) -> bool:
        return entry.id in near or any(parent in near for parent in entry.parents)

    def _narrowed(self, mentions: list[Mention], near: Collection[str]) -> list[Mention]:
        """Of one span and kind, those in `near` if any, else those that score nearly best."""
        spans: dict[tuple[int, int, str], list[Mention]] = defaultdict(list)
        for mention in mentions:
            people = "who" if mention.kind in ("contact", "person") else mention.kind
            spans[(mention.start, mention.end, people)].append(mention)
        kept: list[Mention] = []
        for group in spans.values():
            close = [mention for mention in group if self._is_near(self.by_id[mention.id], near)]
            group = close or group
            best = max(mention.score for mention in group)
            unique = {m.id: m for m in sorted(group, key=lambda m: m.score) if m.score >= best - 0.05}
            kept.extend(unique.values())
        return kept

    def _sorted(self, mentions: Iterable[Mention], near: Collection[str]) -> list[Mention]:
        def order(m: Mention) -> tuple[float, int, int, bool, int, str]:
            entry = self.by_id[m.id]
            return (-m.score, m.start, KINDS.index(m.kind), not self._is_near(entry, near), -entry.rank, m.id)

        return sorted(mentions, key=order)


def _mention(entry: NameEntry, start: int, end: int, score: float, how: str) -> Mention:
    return Mention(kind=entry.kind, id=entry.id, name=entry.name, start=start, end=end, score=score, how=how)


def _may_be_guessed(form: str, hits: Sequence[tuple[NameEntry, float, str]]) -> bool:
    """One English word out of a deal's name is too common a thing to be recognised with errors in it."""
    return is_cjk(form) or " " in form or any(how != "part" or hit.kind != "deal" for hit, _, how in hits)


def _is_vague(hits: Sequence[tuple[NameEntry, float, str]]) -> bool:
    return sum(how == "part" for _, _, how in hits) > SAME_TO_MANY


def _longest(mentions: Iterable[Mention]) -> list[Mention]:
    """Non-overlapping spans, longer before shorter, surer before less sure; all readings of a kept span."""
    kept: list[Mention] = []
    spans: list[tuple[int, int]] = []
    for m in sorted(mentions, key=lambda m: (m.start - m.end, -m.score, m.start, m.id)):
        span = (m.start, m.end)
        if span in spans or all(m.end <= start or m.start >= end for start, end in spans):
            kept.append(m)
            if span not in spans:
                spans.append(span)
    return kept
