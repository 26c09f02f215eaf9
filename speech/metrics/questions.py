"""Questions in what somebody says, open or closed, Chinese and English, with and without punctuation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .words import is_chinese

_SENTENCE = re.compile(
    r"[^。！!？?；;\n.…]*(?:\.(?!\s|$)[^。！!？?；;\n.…]*)*([。！!？?；;…]+|\.(?=\s|$)|\n|$)"
)
_ZH_TAG = re.compile(r"(?:对|是|好|行|可以|不是|没错|了解|明白|ok)(?:吧|吗|么)[?？]?$", re.IGNORECASE)
_ZH_CLOSED = re.compile(
    r"(?:吗|(?<![什怎那这多])么)(?:[?？]|$)|是不是|有没有|是否|能否|可否|能不能|可不可以|可以不可以|要不要|会不会|好不好|行不行|对不对|需不需要|愿不愿意|方不方便|想不想|用不用|"
    r"还是[^。，]{1,12}[?？]$"
)
_ZH_OPEN = re.compile(
    r"怎么|怎样|如何|为什么|为何|为啥|哪些|什么|请(?:您|你)?(?:先|再)?(?:简单|详细)?(?:介绍|说说|讲讲|谈谈|描述|分享)|(?:能|可以)(?:给我们?)?(?:介绍|说说|讲讲|谈谈)"
)
_ZH_ASKS = re.compile(r"请(?:您|你)?(?:先|再)?(?:简单|详细)?(?:介绍|说说|讲讲|谈谈|描述|分享)(?:一下|下)?")
_ZH_OTHER = re.compile(
    r"多少|几(?:个|位|家|天|月|年|点|人|次|台|套)|谁|哪(?:个|位|家|一|里|儿|天|边)|多(?:久|长|大|高)"
)
_ZH_NO_QUESTION = re.compile(
    r"没什么|什么的|什么都|什么也|怎么都|怎么也|不怎么|没怎么|无论|不管|不论|不知道|我知道|谁都|多少都|有什么(?:问题|需要)?(?:随时|就|都)|"
    r"我(?:来|先|给|再|会|想|们来|们会)?(?:给?您|给?你)?(?:介绍|说说|讲讲|解释|说明|看看|确认|了解)"
)
_EN_START = r"^(?:(?:so|and|but|well|okay|ok|right|now|yeah|yes|um|uh|then|maybe|just|also|great|sure|thanks|thank you)[,\s]+)*"
_EN_OPEN = re.compile(
    _EN_START
    + r"(?:(?:can|could|would) you (?:please )?)?(?:what|how(?! (?:many|much|long|often|far|soon|old|big))|why|which|tell me|"
    r"describe|walk me through|talk me through|explain|share)\b",
    re.IGNORECASE,
)
_EN_ASKS = re.compile(
    _EN_START + r"(?:please )?(?:tell me (?:about|more|how|what|why)|describe|walk me through|talk me through|"
    r"explain (?:how|what|why|to me))\b",
    re.IGNORECASE,
)  # fmt: skip
_EN_WH = re.compile(_EN_START + r"(?:what|how|why|which|who|whose|when|where)\b", re.IGNORECASE)
_EN_INVERTED = re.compile(
    _EN_START
    + r"(?:do|does|did|is|are|was|were|can|could|would|will|should|have|has|had|may|shall|am|isn't|aren't|don't|doesn't|"
    r"didn't|won't|wouldn't|can't|couldn't|haven't|hasn't)\s+(?:you|we|they|he|she|it|i|there|this|that|these|those|your|our|the|my|"
    r"anyone|anybody|everyone)\b",
    re.IGNORECASE,
)
_EN_WH_DECLARES = re.compile(
    _EN_START + r"(?:what|how|why|which|who|when|where)\b\s+(?:i|we|you|they|he|she|it|the|our|your)\b", re.IGNORECASE
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question, verbatim."""

    text: str
    open: bool


def questions(text: str) -> Iterator[Question]:
    """The questions in a text, sentence by sentence, each at most once.

    A question mark makes a question. A sentence that ends in a full stop is one only by its particle (吗) or because it
    asks to be told (请介绍). Without any mark, as recognisers write, the words decide: A-not-A, 吗, interrogatives outside
    of the frames in which they state something (没什么, 不管怎么), inversion in English."""
    for sentence, mark in sentences(text):
        chinese = is_chinese(sentence)
        asked = _asked_zh(sentence, mark) if chinese else _asked_en(sentence, mark)
        if asked:
            yield Question(text=sentence, open=_open_zh(sentence) if chinese else _open_en(sentence))


def sentences(text: str) -> Iterator[tuple[str, str]]:
    """Sentences, verbatim and stripped, each with the mark that ends it ("" at the end of a line)."""
    for found in _SENTENCE.finditer(text):
        whole = found.group().strip()
        if whole.strip("。！!？?；;….,， "):
            yield whole, found[1].strip()


def _asked_zh(sentence: str, mark: str) -> bool:
    if mark.startswith(("?", "？")):
        return True
    bare = sentence.rstrip("。！!；;….,， ")
    if bare.endswith(("吗", "么")) and not bare.endswith(("什么", "那么", "这么", "怎么", "多么")):
        return True
    if _ZH_ASKS.search(bare) and not _ZH_NO_QUESTION.search(bare):
        return True
    if mark or _ZH_NO_QUESTION.search(bare):
        return False
    return any(one.search(bare) for one in (_ZH_CLOSED, _ZH_OPEN, _ZH_OTHER))


def _open_zh(sentence: str) -> bool:
    bare = sentence.rstrip("。！!；;…,， ")
    if _ZH_ASKS.search(bare):
        return True
    return not _ZH_CLOSED.search(bare) and not _ZH_TAG.search(bare) and bool(_ZH_OPEN.search(bare))


def _asked_en(sentence: str, mark: str) -> bool:
    if mark.startswith("?"):
        return True
    if _EN_ASKS.search(sentence):
        return True
    if mark:
        return False
    wh = _EN_WH.search(sentence) and not _EN_WH_DECLARES.search(sentence)
    return bool(wh or _EN_INVERTED.search(sentence))


def _open_en(sentence: str) -> bool:
    return bool(_EN_OPEN.search(sentence) or _EN_ASKS.search(sentence))
