"""What a sentence says beside names: e-mail, codes, ordinals, stage, period, aspect, how to change a draft, yes and no."""

from __future__ import annotations

import re

from knowledge.name_forms import normal

from .quantities import EN_NUMBERS, HAN, number

EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")
CODE = re.compile(
    r"(?<![A-Za-z0-9@._¥$-])(?=[A-Za-z0-9]{4,6}(?![A-Za-z0-9]))"
    r"(?!(?i:\d+(?:st|nd|rd|th|w|k|m|mn|pm|am|days?|rmb|cny|usd|yuan)|\d*q[1-4]|hl7\w*|ipv\d|"
    r"pacs|lims|http|json|rest|html|gdpr|asap|saas|icbc)(?![A-Za-z0-9]))"
    r"(?:[A-Za-z]+\d[A-Za-z0-9]*|\d+[A-Za-z][A-Za-z0-9]*|[ACDEFGHJKMNPQRTUVWXY]{4})(?![A-Za-z0-9@_%-])"
)
ACTION_ID = re.compile(r"\bact-[0-9a-f]{16}\b", re.IGNORECASE)
QUOTED = re.compile(r"[“\"「『'‘]([^”\"」』'’]{2,80}(?:['’][a-z]{1,2}\b[^”\"」』'’]{0,80})?)[”\"」』'’]")
_ORDINAL = re.compile(
    rf"第\s*(\d+|[{HAN}]+)\s*(?:个|条|单|项|笔|家|封)?|\b(first|second|third|fourth|fifth|last)(?: one| deal)?\b"
    r"|(?:^|\b(?:number|no\.?|#)\s*)(\d{1,2})(?:st|nd|rd|th)?$|(最后一个|末尾那个)",
    re.IGNORECASE,
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}

ENDS = "".join(sorted(set(" ??!!.。,,、;;~")))
"""What may stand at the ends of a request without meaning anything."""

Table = tuple[tuple[str, re.Pattern[str]], ...]


def table(**patterns: str) -> Table:
    """Names and the patterns that mean them, in order."""
    return tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in patterns.items())


STAGES = table(
    negotiation=r"谈判|商务(?:阶段|谈)|negotiat",
    proposal=r"报价(?:中的|的)?(?:阶段|单子|商机)|报价阶段|in proposal|proposal(?:s)? (?:stage|phase)|quoting",
    evaluation=r"方案(?:的)?阶段|评估阶段|evaluat",
    discovery=r"初访|需求(?:的)?阶段|discovery|qualif",
    commit=r"成单确认|commit stage|in commit|\bcommit\b",
)
ASPECTS = table(
    competitor=r"竞争|竞品|对手|友商|抢(?:这|单)|competit|up against|who else",
    next_step=r"下一?步|接下来|该(?:干|做|怎么推)|怎么推进|next step|do next|what now|move .* forward|what should i do",
    risks=r"风险|隐患|危险|警惕|出问题|卡在|red flag|\brisks?\b|go wrong|watch out|worr",
    people=r"谁(?:拍板|说了算|参与|决定|做决定|是决策)|决策人|关键人|联系人|干系人|角色|态度|都有谁|有谁在|谁是支持|stakeholder|"
    r"who(?:'s| is| are)? (?:decides?|involved|makes? the decision|the decision|the people|our champion)|contacts?\b(?! with)|"
    r"decision[- ]maker|champion|should i talk to|role",
    offer=r"报价|报了(?:多少|什么)|折扣|什么价|价格|quot|offer|discount|price",
    amount=r"金额|值多少|多大|多少钱|合同额|amount|worth|deal (?:size|value)|how big|how much",
    history=r"上次联系|最近一次|最后一次|历史|往来|来龙去脉|最近(?:发生|跟)|last (?:contact|activity|talk|spoke|speak)|last talk|history|"
    r"recent interactions|happened (?:last|recently)|when did we last",
)
KINDS = table(
    mail=r"邮件|来信|e-?mails?\b|\bmails?\b",
    call=r"电话|通话|\bcalls?\b|\bphone",
    meeting=r"开会|会议|会上|纪要|meeting",
    chat=r"聊天记录|微信|企微|\bchats?\b|wechat",
    web=r"官网|网页|网站|website|web page",
    order=r"订单|下过单|买过|\border(?:s|ed)\b|bought|\bbuy\b",
    note=r"笔记|备注|\bnotes?\b",
)
OUTCOMES = table(
    lost=r"丢(?:掉|了|的|单)|输(?:掉|了|的)|失去|丢单|\blost\b|\blose\b|losing",
    won=r"赢|拿下|签了|成交(?:了|的|客户)|签下|搞定了|业绩|\bwon\b|\bwin\b|\bwins\b|signed|\bclosed won|did (?:we|i) (?:close|sign|sell)",
)
PURPOSES = table(
    win_back=r"挽回|赢回|丢单|还有没有机会|win[- ]?back|win .{1,30} back|re-?engage",
    meeting_confirm=r"确认.{0,16}(?:会|见面|时间|拜访)|约.{0,16}(?:会|见面)|会议确认|开会|的会|confirm|inviting|invitation",
    thanks=r"感谢|谢谢|谢意|致谢|thank|thanks",
    quote_cover=r"报价|quot|offer letter|\bthe offer\b",
    follow_up=r".",
)
CHANGES = table(
    shorter=r"短|精简|简洁|啰嗦|太长|简单(?:点|一点|些)|缩|shorter|shorten|brief|trim|too long|concise|cut it",
    longer=r"长一点|写长|详细|展开写|longer|more detail",
    formal=r"正式|(?<!less )\bformal\b|more formal",
    informal=r"口语|随意|轻松|less formal|casual",
    friendly=r"热情|亲切|friendl|warmer",
    polite=r"委婉|缓和|柔和|温和|语气|soften|\btone\b|客气|软一|软些|礼貌|polite|softer",
    english=r"英文|英语|英文版|english",
    chinese=r"中文|汉语|chinese|mandarin",
    subject=r"标题|主题|subject",
    add=r"^\W*(?:请|再|另外|顺便)*(?:加(?:上)?(?:一[句条段点])|补(?:充|上)(?:一[句条段点])?|写上|提一[句下])"
    r"|^\W*(?:please\s)?(?:add|mention|include)\b",
    rewrite=r"重新?写|重写|换一?种|换个(?:写|说)法|rewrite|another version|try again",
)
UNDO = re.compile(r"^\W*(?:请|帮我|把)?\s*(?:撤[回销]|undo|recall it|take it back|unsend)", re.IGNORECASE)
YES = re.compile(
    r"^(?:是的?|对的?|好的?|嗯+|可以|行|确认|没错|ok|okay|yes|yep|yeah|sure|right|correct)[\s。.!!,,~]*$",
    re.I,
)
NO = re.compile(r"^(?:不是?|不用了?|不要|算了|取消|别|no|nope|not now|cancel|never mind)[\s。.!!,,~]*$", re.I)
DECIDE = re.compile(
    r"^\W*(?:我|请|帮我|please\s|i\s|ok\s|把)?\s*(批准|同意|通过|驳回|拒绝|否决|approve[sd]?|reject(?:ed)?|deny|decline)"
    r"\s*(?:了|掉|一下|it|that|action|the action)?\s*#?"
    r"(?P<code>[0-9A-Za-z]{4,6}\b)?",
    re.IGNORECASE,
)


def first_of(table: Table, text: str) -> str | None:
    """The first entry of a table whose words the text has."""
    return next((name for name, pattern in table if pattern.search(text)), None)


def language_of(text: str, default: str = "zh") -> str:
    """zh or en, by what most of the words are (two characters count as a word); `default` when it is a draw."""
    han = len(re.findall(r"[\u3400-\u9fff]", text[:2000]))
    words = len(re.findall(r"[A-Za-z]{2,}", EMAIL.sub("", text[:2000])))
    if han == words * 2:
        return default
    return "zh" if han > words * 2 else "en"


def ordinal(text: str) -> int | None:
    """第二个 -> 2, the last one -> -1, number 3 -> 3; None when none is said."""
    match = _ORDINAL.search(normal(text).strip(ENDS))
    if match is None:
        return None
    if match[4]:
        return -1
    word = (match[1] or match[2] or match[3]).lower()
    if word in _ORDINALS:
        return _ORDINALS[word]
    value = number(word)
    return int(value) if value is not None else EN_NUMBERS.get(word)


def email(text: str) -> str | None:
    match = EMAIL.search(text)
    return match[0].rstrip(".") if match else None


def code(text: str) -> str | None:
    """An action's id, or its code as shown on a card (letters and figures, or four capitals), in capitals."""
    plain = EMAIL.sub(" ", text)
    whole, match = ACTION_ID.search(plain), CODE.search(plain)
    return whole[0].lower() if whole else match[0].upper() if match else None


def quoted(text: str) -> str | None:
    match = QUOTED.search(text)
    return match[1].strip() if match else None
