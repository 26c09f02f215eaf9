"""Text becomes search terms: folded, Chinese as characters and pairs of characters, Latin words stemmed."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path

VERSION = "terms-1"
"""Changes whenever the same text would give other terms: an index built by another version is rebuilt."""

_RUN = re.compile(r"[\u3400-\u9fff\U00020000-\U0002ffff]+|[a-z]+(?:'[a-z]+)?|\d+(?:[.,:]\d+)*|[^\W\d_a-z]+")
_CJK = re.compile(r"[\u3400-\u9fff\U00020000-\U0002ffff]")

_EN = """
a an the of to in on at by for from with as is are was were be been being am do does did done doing have has
had having i you he she it we they me him her us them my your his its our their this that these those there
here and or but if then so than not no nor can could will would shall should may might must what which who
whom whose when where why how just also too very about into over out up down any all some such only own same
don didn doesn isn aren wasn weren won s t re ve ll d m please
"""
_ZH = """
的 了 是 在 和 与 及 或 也 就 都 而 着 吗 呢 吧 啊 呀 么 个 这 那 哪 谁 何 几 有 被 把 从 为 以
于 其 之 他 她 它 我 你 您 们 什么 怎么 怎样 哪个 哪些 哪里 哪儿 谁的 何时 多少 几个 为何 如何 是否 请问
我们 你们 他们 它们 这个 那个 是什 么是 是谁 的是 什麼 是哪 个是 的什 在哪 有哪 有什 了什 为什 么时 是多
有多 哪一 一个 些什
"""
STOP_EN = frozenset(_EN.split())
STOP_ZH = frozenset(_ZH.split())
"""Terms too common to tell anything; the Chinese ones include the pairs that question words leave behind."""


@cache
def _simplified() -> dict[int, str]:
    """Traditional -> Simplified, character by character, from the table inside the OpenCC package (its code is
    never imported: 3 ms instead of 13, and no dictionaries are loaded)."""
    spec = find_spec("opencc")
    if spec is None or spec.origin is None:
        return {}
    lines = (
        (Path(spec.origin).parent / "dictionary" / "TSCharacters.txt")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    pairs = (line.split("\t") for line in lines if "\t" in line)
    return {ord(old): new.split(" ")[0] for old, new in pairs if len(old) == 1}


def fold(text: str) -> str:
    """Full-width and compatibility forms, case, and Traditional characters brought to one form."""
    return unicodedata.normalize("NFKC", text).lower().translate(_simplified())


def is_cjk(text: str) -> bool:
    return _CJK.search(text) is not None


def runs(folded: str) -> list[str]:
    """Unbroken runs of one script, in order: Chinese stretches, Latin words, numbers."""
    return _RUN.findall(folded)


def stem(word: str) -> str:
    """A light English stem: plural, -ed, -ing and -ly go, so that deposits, deposited and depositing meet."""
    if len(word) <= 3 or not word.isascii() or not word.isalpha():
        return word.removesuffix("'s")
    for suffix, put, least in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= least:
            word = word[: len(word) - len(suffix)] + put
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 4 else word


_SUFFIXES = (
    ("'s", "", 2),
    ("ations", "at", 3),
    ("ation", "at", 3),
    ("ments", "ment", 3),
    ("sses", "ss", 2),
    ("ies", "y", 2),
    ("ied", "y", 2),
    ("ings", "", 3),
    ("ing", "", 3),
    ("edly", "", 3),
    ("ed", "", 3),
    ("ly", "", 3),
    ("ss", "ss", 1),
    ("us", "us", 1),
    ("s", "", 3),
)


def terms(text: str) -> list[str]:
    """Every index term of `text`, in order: characters and pairs for Chinese, stems and pairs of neighbouring
    telling stems ("cash_back") for words, numbers whole."""
    found: list[str] = []
    before = ""
    for run in runs(fold(text)):
        if _CJK.match(run):
            found.extend(run)
            found.extend(run[at : at + 2] for at in range(len(run) - 1))
            before = ""
            continue
        word = stem(run)
        found.append(word)
        telling = "" if word in STOP_EN or not word.isalpha() else word
        if before and telling:
            found.append(f"{before}_{telling}")
        before = telling
    return found


def query_terms(text: str) -> list[str]:
    """Like `terms`, without the words that carry no meaning of their own; all of them when nothing else is there."""
    every = terms(text)
    telling = [term for term in every if term not in STOP_EN and term not in STOP_ZH]
    return telling or every
