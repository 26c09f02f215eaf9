"""Names written wrongly or by sound: typing errors and pinyin, strict enough that a stranger stays a stranger."""

from __future__ import annotations

import functools
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

from .name_forms import is_cjk, words_of
from .sounds import initials, pinyin_like, sounds_alike, spellings

Guess = tuple[int, int, str, float, str]
"""start, end, the form meant, score 0..1, rule"""

SHORTEST_SOUND = 3
SHORTEST_PAIR = 6
"""Letters of a two-character name in pinyin: liumin is a name, lina or human may be a word."""
_LATIN_RUN = re.compile(r"[a-z]+(?:['’ -]?[a-z]+)*")
_WORD = re.compile(r"[a-z]+")
_CJK_RUN = re.compile(r"[\u3400-\u9fff]{3,}")


class Guesses:
    """Finds forms that are almost or soundingly there."""

    def __init__(self, forms: Collection[str]) -> None:
        self._cjk = [form for form in forms if is_cjk(form) and len(form) >= SHORTEST_SOUND]
        self._pairs = [form for form in forms if len(form) == 2 and is_cjk(form)]
        self._latin = [form for form in forms if re.fullmatch(r"[a-z][a-z .&'-]{4,}", form)]
        self._posting: dict[str, list[int]] = defaultdict(list)
        for number, form in enumerate(self._cjk):
            for char in set(form):
                self._posting[char].append(number)
        self._by_initial: dict[str, list[str]] = defaultdict(list)
        for form in self._latin:
            self._by_initial[form[0]].append(form)

    def find(self, plain: str) -> Iterable[Guess]:
        """Guesses in a normal-form text; typing errors first, sounds only for what nothing else explains."""
        guesses = [*self._typos(plain), *self._homophones(plain)]
        return guesses or list(self._spelled(plain))

    def _homophones(self, plain: str) -> Iterable[Guess]:
        """Chinese with characters that sound alike, are swapped, or (in long names) one is missing."""
        for run in _CJK_RUN.finditer(plain):
            counts: Counter[int] = Counter()
            for char in set(run[0]):
                counts.update(self._posting.get(char, ()))
            for number, shared in counts.items():
                form = self._cjk[number]
                if shared * 2 < len(set(form)):
                    continue
                yield from self._windows(run, form)

    def _windows(self, run: re.Match[str], form: str) -> Iterable[Guess]:
        size = len(form)
        for offset in range(len(run[0]) - size + 1):
            window = run[0][offset : offset + size]
            if _sounds_like(window, form):
                yield run.start() + offset, run.start() + offset + size, form, 0.9, "sound"
        if size < 6:
            return
        for offset in range(len(run[0]) - size + 2):
            window = run[0][offset : offset + size - 1]
            if window[0] == form[0] and window[-1] == form[-1] and _misses_one(window, form):
                yield run.start() + offset, run.start() + offset + size - 1, form, 0.85, "fuzzy"

    def _typos(self, plain: str) -> Iterable[Guess]:
        words = list(_WORD.finditer(plain))
        if not words or not self._latin:
            return
        from rapidfuzz.distance import OSA

        for first, word in enumerate(words):
            for form in self._by_initial.get(word[0][0], ()):
                last = first + form.count(" ")
                if last >= len(words):
                    continue
                written = plain[word.start() : words[last].end()]
                allowed = 0 if len(form) < 6 else 1 if len(form) < 10 else 2
                distance = OSA.distance(written, form, score_cutoff=allowed)
                if 0 < distance <= allowed and not _plural(written, form):
                    yield word.start(), words[last].end(), form, 0.95 - 0.05 * distance, "fuzzy"

    def _spelled(self, plain: str) -> Iterable[Guess]:
        """Pinyin with or without spaces, and initials of at least three letters."""
        words = list(_WORD.finditer(plain))
        if not (self._cjk or self._pairs) or not any(pinyin_like(word[0]) for word in words):
            return
        for first, word in enumerate(words):
            joined = ""
            for last in range(first, min(first + 8, len(words))):
                gap = plain[words[last - 1].end() : words[last].start()] if last > first else ""
                if gap.strip(" '-’"):
                    break
                joined += words[last][0]
                for form in self._spellings.get(joined, ()):
                    yield word.start(), words[last].end(), form, 0.9, "pinyin"
            if word[0] not in _ENGLISH:
                for form in self._initials.get(word[0], ()):
                    yield word.start(), word.end(), form, 0.85, "initials"

    @functools.cached_property
    def _spellings(self) -> dict[str, list[str]]:
        table: dict[str, list[str]] = defaultdict(list)
        for form in (*self._cjk, *self._pairs):
            for spelling in spellings(form):
                if len(form) > 2 or len(spelling) >= SHORTEST_PAIR:
                    table[spelling].append(form)
        return table

    @functools.cached_property
    def _initials(self) -> dict[str, list[str]]:
        table: dict[str, list[str]] = defaultdict(list)
        for form in self._cjk:
            for short in initials(form):
                table[short].append(form)
        return table


_ENGLISH = frozenset(
    words_of(
        "the and for are was how who why can did has had not you our out what with this that from have does they "
        "deal deals mail email pls asap crm cfo ceo cto vip ppt pdf pacs sql api roi kpi poc demo fyi btw eta nda sow rfp "
        "usd rmb cny www com net org http https send show get all any new now her his him she its let may"
    )
)


def _sounds_like(window: str, form: str) -> bool:
    """Same sounds; at least half the characters the same; a swap of two neighbours counts in names of four."""
    same = sum(one == other for one, other in zip(window, form, strict=True))
    if same * 2 >= len(form) and all(map(sounds_alike, window, form)):
        return True
    return len(form) >= 4 and len(form) - same == 2 and _is_swap(window, form)


def _is_swap(window: str, form: str) -> bool:
    at = next(i for i, (one, other) in enumerate(zip(window, form, strict=True)) if one != other)
    return window[at : at + 2] == form[at : at + 2][::-1]


def _misses_one(window: str, form: str) -> bool:
    return any(form[:i] + form[i + 1 :] == window for i in range(1, len(form) - 1))


def _plural(written: str, form: str) -> bool:
    """A word in the plural is that word, not a typing error of a name."""
    return written == form + "s" and " " not in form
