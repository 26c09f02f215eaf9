"""The words the metrics count, Chinese and English: tokens, back-channels, fillers, objections, function words."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

BACKCHANNELS = (
    "嗯", "对", "对的", "好", "好的", "好吧", "是的", "是啊", "没错", "明白", "了解", "哦", "噢", "喔", "哎", "唉", "诶", "呃", "额",
    "啊", "行", "ok", "okay", "yeah", "yes", "yep", "right", "sure", "uh", "huh", "uh-huh", "mm", "mhm", "hmm", "hm", "mm-hmm",
    "oh", "ah", "great", "i see", "got it",
)  # fmt: skip
"""The list of definitions.md D1 (嗯/对/好/好的/是的/哦/ok/yeah …) spelt out; each entry is one token."""

_OPENS = frozenset({"啊", "行"})
"""Back-channels only where no Chinese character stands before them: 贵啊 and 行不行 are something else."""

FILLERS = re.compile(
    r"那个|就是|然后|呃+|嗯+|\b(?:um+|uh+|er+m?|you know|i mean|sort of|kind of)\b", re.IGNORECASE
)
OBJECTIONS = (
    "太贵", "价格高", "价格偏高", "贵了", "便宜", "超预算", "没有预算", "没预算", "预算不够", "预算有限", "预算砍", "再看看", "再考虑",
    "再比较", "再等等", "不着急", "暂缓", "明年再", "做不了主", "要请示", "领导不同意", "已经有", "在用", "不需要", "用不上",
    "没有这个功能", "不支持", "不放心", "不安全", "合规", "数据安全", "太复杂", "实施周期", "上线太慢", "付款条件",
    "违约", "流程很长", "有顾虑", "担心",
    "too expensive", "over budget", "no budget", "cheaper", "not a priority", "not now", "next year", "already have", "already use",
    "don't need", "do not need", "concern", "worried", "not sure", "think about it", "too complex", "security", "compliance",
)  # fmt: skip
"""Forms of the classes of definitions.md D2; the playbook's own words come beside them (MetricRules.objections)."""

ABOUT_US = re.compile(
    r"我们公司|我司|我们是一家|我们成立|成立于|总部(?:在|设|位于)|我们(?:的)?(?:团队|客户|产品线|员工|创始人|愿景|发展历程)|服务(?:了|过)[^。，]{0,8}(?:家|客户|企业)|"
    r"行业(?:领先|第一)|上市公司|融资|\bour company\b|\bwe (?:were )?founded\b|\bfounded in\b|\bheadquarter|"
    r"\bour (?:clients|customers|team|mission|story)\b|\bwe serve\b|\bwe are (?:a|the) (?:leading|global)\b",
    re.IGNORECASE,
)

FUNCTION_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "zh": {
        "pronoun": ("我们", "你们", "您", "他们", "她们", "咱们", "大家", "自己", "我", "你", "他", "她", "它"),
        "demonstrative": ("这个", "那个", "这些", "那些", "这样", "那样", "这里", "那里", "这边", "那边", "这", "那"),
        "negation": ("没有", "不是", "不", "没", "别", "未"),
        "conjunction": ("因为", "所以", "但是", "不过", "而且", "如果", "虽然", "或者", "还是", "然后", "和", "跟", "与"),
        "preposition": ("关于", "对于", "根据", "按照", "在", "从", "把", "被", "给", "向", "为", "对", "用", "比"),
        "particle": ("的", "了", "着", "过", "得", "地"),
        "modal": ("吗", "呢", "吧", "啊", "嘛", "呀", "哦"),
        "auxiliary": ("可以", "应该", "可能", "需要", "能够", "会", "能", "要", "想", "得"),
        "adverb": ("非常", "比较", "已经", "其实", "就是", "很", "都", "也", "就", "还", "再", "又", "太", "才"),
        "quantity": ("一些", "很多", "所有", "一个", "每", "各", "几", "多"),
    },
    "en": {
        "pronoun": ("i", "me", "my", "we", "us", "our", "you", "your", "he", "she", "him", "her", "they", "them", "their"),
        "impersonal": ("it", "its", "this", "that", "these", "those", "something", "anything", "everything", "who", "what"),
        "article": ("a", "an", "the"),
        "auxiliary": ("am", "is", "are", "was", "were", "be", "been", "have", "has", "had", "do", "does", "did", "will",
                      "would", "can", "could", "should", "may", "might", "must"),
        "adverb": ("very", "really", "just", "so", "too", "now", "then", "also", "still", "already", "only", "here", "there"),
        "preposition": ("of", "in", "on", "at", "to", "for", "with", "from", "by", "about", "into", "over", "as"),
        "conjunction": ("and", "but", "or", "because", "if", "while", "though", "although", "when", "than"),
        "negation": ("no", "not", "never", "nothing", "none", "don't", "doesn't", "didn't", "can't", "won't", "isn't"),
        "quantity": ("all", "some", "many", "much", "few", "more", "most", "any", "each", "every", "both", "lot"),
    },
}  # fmt: skip
"""Categories of Ireland and Pennebaker (2010), language style matching, with Chinese counterparts."""

_TOKEN = re.compile(r"[a-z0-9]+(?:['’.-][a-z0-9]+)*|[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_HAN = r"[\u3400-\u9fff]"
_BACK = "|".join(
    rf"(?<!{_HAN}){one}" if one in _OPENS else rf"\b{re.escape(one)}\b" if one.isascii() else one
    for one in sorted(BACKCHANNELS, key=lambda one: (-len(one), one))
)
_BACKCHANNEL = re.compile(rf"({_BACK})|(?:{_TOKEN.pattern})")


def folded(text: str) -> str:
    """Full-width forms and case made one."""
    return unicodedata.normalize("NFKC", text).lower().replace("’", "'")


@lru_cache(maxsize=8192)
def tokens(text: str) -> tuple[str, ...]:
    """A Chinese character is a token, and so is a Latin word or a number."""
    return tuple(_TOKEN.findall(folded(text)))


def is_chinese(text: str) -> bool:
    """Whether at least half of the tokens are Chinese characters; False for an empty text."""
    found = tokens(text)
    return bool(found) and sum(1 for one in found if not one.isascii()) * 2 >= len(found)


@lru_cache(maxsize=8192)
def is_backchannel(text: str, most: int = 5) -> bool:
    """At most `most` tokens, at least half of them on the list; what has no word at all (a laugh, dots) is one too."""
    found = _BACKCHANNEL.findall(folded(text))
    return len(found) <= most and sum(1 for one in found if one) * 2 >= len(found)
