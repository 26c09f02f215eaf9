"""Names, quotations and effects that a sentence claims, to be looked up in the evidence. Pure, Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .answer import OutcomeNote

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱林何郭罗梁宋郑谢韩唐冯董萧曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎潘杜戴"
    "钟汪姜范姚谭廖邹熊陆郝孔崔邱秦侯邵孟钱汤尹黎乔贺赖龚高方马任"
)
_NO_NAMES = (
    "许多 何时 何人 任何 任务 方案 方便 方式 方向 方面 方法 高度 高层 高效 高管 马上 钱款 陆续 周一 周二 周三 周四 周五 "
    "周六 周日 周末 周期 高级 高价 高于 任意 孔径 何种 范围 曾经 双方 汤姆"
)
NO_NAMES = frozenset(_NO_NAMES.split())
TITLES = "总|经理|主任|院长|博士|先生|女士|老师|处长|科长|部长|董事长|总监|主管|工程师"
SAYS = "说|表示|认为|提到|提出|要求|同意|承诺|确认|担心|希望|反馈|透露|介绍|强调|拒绝|答应"
_HAN = r"\u4e00-\u9fff"
_TITLED = re.compile(rf"([{SURNAMES}])(?:[{_HAN}]{{0,2}}?)({TITLES})")
_SPEAKER = re.compile(rf"(?<![{_HAN}])([{SURNAMES}][{_HAN}]{{1,2}}?)(?:已|也|曾|还|明确)?(?:{SAYS})")
_COMPANY = re.compile(rf"([{_HAN}]{{2,12}})(公司|集团|医院|银行|大学|研究院|科技|医疗|股份)")
GENERIC = re.compile(
    r"(该|贵|我们|你们|他们|本|家|对方|客户|分|子|母|上市|软件|信息|竞品|其他|别的|大型|三甲|一些|多|新|高|智慧|数字|的|和|与|或|各|竞争)$"
)
_ID = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,4}-?\d{1,8}(?![A-Za-z0-9])")
_LATIN = re.compile(r"(?<![A-Za-z0-9@./-])[A-Z][a-z]+[a-zA-Z]*")
_COMMON = (
    "i i'm the a an and or but if so yes no ok hi hello dear thanks thank you please note next step steps deal stage amount "
    "january february march april may june july august september october november december jan feb mar apr jun jul aug sep "
    "oct nov dec monday tuesday wednesday thursday friday saturday sunday english chinese china excel word best regards "
    "he she they we it his her risk risks summary source sources customer email"
)
COMMON = frozenset(_COMMON.split())
_ENGLISH_SAYS = re.compile(
    r"\s+(?:said|says|told|asked|wants|wanted|agreed|offered|quoted|promised|refused)\b"
)
_QUOTED = re.compile(r"[“「『\"]([^”」』\"]{6,})[”」』\"]")
_SAID = re.compile(rf"原话|{SAYS}|写道|\b(?:said|says|told|wrote|mentioned|stated|confirmed)\b")
_ADVICE = re.compile(
    r"可以|建议|不妨|试着|例如|比如|回复|话术|\b(?:could|can|might|should|try|suggest|reply)\b", re.I
)
_DONE_ZH = re.compile(
    r"(?:邮件|跟进信|信件|草稿|报价)[^，,。；!！?？]{0,12}?(?:已经?|成功|刚刚)[^，,。；不未没待]{0,6}?(?:发送|发出|寄出|发给|送达|批准|通过)"
    r"|我[^，,。；不未没待会将]{0,12}?(?:发送|发出去?|寄出|发给[^，,。；]{1,8}|提交|批准)了"
    r"|已经?(?:为|帮|替)[您你][^，,。；不未没待]{0,12}?(?:发送|发出|寄出|发给|发了|提交|批准)"
    r"|(?:发送|发出|提交|审批|撤回)(?:成功|完成|完毕)"
    r"|已(?:成功)?(?:发送|发出|寄出|发给|获批|审批通过|批准)"
)
_DONE_EN = re.compile(
    r"\b(?:i(?:'ve| have)?(?: just| already| successfully)* (?:sent|emailed|submitted|approved|delivered))\b"
    r"|\b(?:e-?mail|message|draft|follow-up|letter|it|offer|quote)\b[^.;]{0,30}?\b(?:has been|have been|was|is|got) "
    r"(?:just |already |successfully |now )*(?:sent|emailed|delivered|approved|dispatched)\b",
    re.I,
)


def strange_names(sentence: str, evidence: str, *, heading: bool = False) -> list[str]:
    """Names, record ids and attributed quotations of a sentence that the evidence text does not hold."""
    lowered = evidence.lower()
    strange = [name for name in _ID.findall(sentence) if name.lower() not in lowered]
    strange += [m[0] for m in _TITLED.finditer(sentence) if not _known_titled(m, evidence)]
    strange += [m[1] for m in _SPEAKER.finditer(sentence) if _is_strange_speaker(m[1], evidence)]
    strange += [m[0] for m in _COMPANY.finditer(sentence) if not _known_company(m[1], m[2], evidence)]
    if not heading:
        strange += _strange_latin(sentence, lowered)
    return strange + _strange_quotes(sentence, evidence)


def _known_titled(match: re.Match[str], evidence: str) -> bool:
    """王总 is known when the evidence says 王总, or names somebody whose name begins with 王."""
    if match[0] in evidence or match[0][:2] in NO_NAMES:
        return True
    name = match[0][: -len(match[2])]
    if len(name) > 1:
        return name in evidence
    return re.search(rf"(?<![{_HAN}]){match[1]}[{_HAN}]", evidence) is not None


def _is_strange_speaker(name: str, evidence: str) -> bool:
    titled = re.match(TITLES, name[1:]) is not None
    return not titled and name not in NO_NAMES and name[:2] not in NO_NAMES and name not in evidence


def _known_company(stem: str, suffix: str, evidence: str) -> bool:
    """The left edge of a name is not marked in Chinese: two characters before the suffix must be in the evidence."""
    if GENERIC.search(stem):
        return True
    return stem[-2:] + suffix in evidence or any(stem[i : i + 4] in evidence for i in range(len(stem) - 3))


def _strange_latin(sentence: str, lowered: str) -> list[str]:
    known = set(re.findall(r"[a-z]+", lowered))
    strange = []
    for match in _LATIN.finditer(sentence):
        word = match[0].lower()
        starts = not re.search(r"[\w\u4e00-\u9fff]", sentence[: match.start()])
        spoken = _ENGLISH_SAYS.match(sentence, match.end())
        if (starts and not spoken) or word in known or word in COMMON or len(word) < 3:
            continue
        strange.append(match[0])
    return strange


def _strange_quotes(sentence: str, evidence: str) -> list[str]:
    if not _SAID.search(sentence) or _ADVICE.search(_QUOTED.sub("", sentence)):
        return []
    said = _letters(evidence)
    return [quote for quote in _QUOTED.findall(sentence) if _letters(quote) not in said]


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def claims_effect(sentence: str) -> bool:
    """True when a sentence says that something was sent, submitted or approved."""
    if sentence.rstrip().endswith(("？", "?", "吗")):
        return False
    return bool(_DONE_ZH.search(sentence) or _DONE_EN.search(sentence))


def outcome_sentence(note: OutcomeNote, language: str) -> str:
    """What the gate said, in one sentence."""
    zh, en = _STATUS.get(note.status, ("状态未知", "unknown"))
    who = "、".join(note.approvers)
    if language == "en":
        tail = f" Waiting for: {', '.join(note.approvers)}." if who else ""
        return f"Action {note.action_id} ({note.action}): {en}. {note.reason}".rstrip() + tail
    tail = f"（待 {who} 审批）" if who else ""
    return f"动作 {note.action_id}（{note.action}）：{zh}。{note.reason}{tail}"


_STATUS = {
    "done": ("已执行", "done"),
    "waiting": ("等待中，尚未执行", "waiting, not performed"),
    "refused": ("未获准，没有执行", "refused, not performed"),
    "failed": ("执行失败", "failed"),
    "unknown": ("结果未知，请人工核对", "outcome unknown, a person must check"),
}


def forgotten(text: str, outcomes: Sequence[OutcomeNote]) -> list[OutcomeNote]:
    """The outcomes of the turn that a text does not tell: by action id, by its short code, or by the gate's words."""
    return [
        note
        for note in outcomes
        if not any(word and word in text for word in (note.action_id, note.code, note.reason))
    ]
