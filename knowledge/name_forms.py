"""How a name may be written: normal form, short forms of companies and people, titles and forms of address."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable


def words_of(text: str) -> tuple[str, ...]:
    """A list of words written with spaces between."""
    return tuple(text.split())


LEGAL = ("股份有限公司", "有限责任公司", "(集团)有限公司", "集团有限公司", "有限公司", "集团公司", "股份公司")
GENERIC_TAILS = ("集团", "股份", "公司", "总公司", "分公司")
LEGAL_EN = re.compile(
    r"[\s,]+(co\.?,? ?ltd\.?|ltd\.?|limited|inc\.?|corp\.?|corporation|llc|gmbh|plc|group|holdings?|company|co\.?)$"
)
TRADES = tuple(
    words_of(
        "医疗器械 医疗科技 医疗 医药 制药 药业 器械 生物科技 生物 信息技术 信息科技 软件 科技 电子 智能 技术 "
        "人民医院 中心医院 中医院 儿童医院 妇幼保健院 附属医院 总医院 医院 门诊部 诊所 体检中心 卫生院 保健院 "
        "健康 数据 网络 贸易 实业 工业 制造 物流 银行 保险 证券 大学 学院 研究院 研究所 中心 控股 投资"
    )
)
TRADES = tuple(sorted(TRADES, key=len, reverse=True))
PLACES = tuple(
    words_of(
        "北京 上海 天津 重庆 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 广西 海南 四川 贵州 云南 陕西 甘肃 青海 "
        "河北 山西 辽宁 吉林 黑龙江 内蒙古 宁夏 新疆 西藏 香港 台湾 澳门 南京 苏州 无锡 常州 南通 徐州 扬州 镇江 杭州 "
        "宁波 温州 绍兴 嘉兴 金华 台州 合肥 福州 厦门 泉州 南昌 济南 青岛 烟台 郑州 洛阳 武汉 长沙 广州 深圳 东莞 佛山 "
        "珠海 中山 惠州 南宁 海口 成都 贵阳 昆明 西安 兰州 沈阳 大连 长春 哈尔滨 石家庄 太原 中国"
    )
)
TOO_COMMON = frozenset(
    words_of(
        "华东 华南 华北 华中 西南 西北 东北 东方 南方 北方 中国 全国 中心 平台 系统 项目 一期 二期 三期 升级 续约 采购 "
        "新建 扩容 设备 服务 维保 医院 医疗 科技 软件 数据 公司 集团 客户 单子 方案 报价 合同 邮件 第一 人民 "
        "试点 改造 信息 智能 云平台 管理系统 信息系统 信息化 deal pilot phase renewal upgrade the new project "
        "china east west north south one first medical hospital group health care center data bank "
        "global national general american "
        "european asian united international advanced digital smart central northern southern "
        "eastern western modern premier royal public private capital pacific atlantic system systems clinic clinics service services "
        "software platform project solution solutions support supply "
        "will mark may grant rich price bill pat win drew chase art faith hope long young small"
    )
)
SENIOR = re.compile(
    r"总|董事|行长|院长|\bc[efotim]o\b|chief|\bvp\b|vice president|president|director|head|founder|partner|owner"
)
TITLES: dict[str, re.Pattern[str]] = {
    "总": SENIOR,
    "老板": SENIOR,
    "董": re.compile(r"董事|chair"),
    "工": re.compile(r"工程师|工|技术|架构|engineer|architect|\bit\b"),
    "博士": re.compile(r"博士|ph\.?d|研究|scientist|dr"),
    "老师": re.compile(r"老师|教|师|teacher|professor"),
    "医生": re.compile(r"医|doctor|physician"),
    "经理": re.compile(r"经理|manager"),
    "主任": re.compile(r"主任|director|head"),
    "总监": re.compile(r"总监|director|head"),
}
NEUTRAL = ("先生", "女士", "小姐", "姐", "哥", "老师", "同学", "同志")
HONORIFICS = tuple(
    sorted(
        words_of(
            "总监 总经理 副总 总工 老总 主任 经理 院长 处长 科长 部长 局长 校长 所长 董事长 董 总 工 教授 博士 医生 大夫 老师 "
            "先生 女士 小姐 姐 哥 书记 行长 厂长 主管 护士长 老板 秘书 会计 律师 同学"
        ),
        key=len,
        reverse=True,
    )
)
_ADDRESS = "|".join(HONORIFICS)
ADDRESSED = re.compile(rf"([\u4e00-\u9fff])({_ADDRESS})(?![结部体共是额价数量计时线包理])")
NICKNAMED = re.compile(
    r"(?<![\u4e00-\u9fff])[老小阿]([\u4e00-\u9fff])|(?<=[给和跟找问让])[老小阿]([\u4e00-\u9fff])"
)
MISTER = re.compile(r"\b(?:mr|mrs|ms|miss|dr|prof)\b\.?\s+([a-z]+)")
NOT_SURNAME = re.compile(r"[对我双甲乙各多己]方$|何时$|国王$|因于$|关于$|对于$|于$|时$")
COMPOUND = frozenset(words_of("欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 夏侯 南宫 端木"))
CJK = re.compile(r"[\u3400-\u9fff]")


def normal(text: str) -> str:
    """Half width, lower case, one character for one character, so that offsets stay those of `text`."""
    if text.isascii():
        return text.lower()
    return "".join(_fold(char) for char in text)


def _fold(char: str) -> str:
    folded = unicodedata.normalize("NFKC", char).lower()
    return folded if len(folded) == 1 else char


def is_cjk(text: str) -> bool:
    return bool(CJK.search(text))


def company_core(name: str) -> str:
    """The name without its legal form: 华东医疗器械有限公司 -> 华东医疗器械, Acme Holdings Ltd. -> acme."""
    core = normal(name).strip()
    core = re.sub(r"\((集团|中国|上海|北京|深圳|china|group)\)", "", core)
    for tail in (*LEGAL, *GENERIC_TAILS):
        if core.endswith(tail) and len(core) - len(tail) >= 2:
            core = core[: -len(tail)]
            break
    previous = ""
    while previous != core:
        previous, core = core, LEGAL_EN.sub("", core)
    return core.strip(" ,.")


def company_forms(name: str) -> dict[str, float]:
    """Short forms of a company with how surely each means it (0..1)."""
    core = company_core(name)
    forms = {core: 0.97}
    if not is_cjk(core):
        first = core.split()[0] if " " in core else ""
        if len(first) >= 5 and first.isalpha():
            forms[first] = 0.85
        return {form: score for form, score in forms.items() if form not in TOO_COMMON}
    bare = re.sub(rf"^({'|'.join(PLACES)})[省市]?", "", core)
    for whole in {core, bare}:
        for size in range(4, len(whole)):
            forms.setdefault(whole[:size], 0.9)
        for trade in TRADES:
            if whole.endswith(trade):
                forms.setdefault(whole[: -len(trade)], 0.85)
                break
    if len(bare) >= 3:
        forms.setdefault(bare, 0.9)
    bad = {*TOO_COMMON, *TRADES, *PLACES}
    return {form: score for form, score in forms.items() if len(form) >= 2 and form not in bad}


def deal_parts(name: str) -> list[str]:
    """The pieces of a deal's name that may stand for it: 华东医疗 影像平台(PACS)一期 -> 影像平台, pacs, ..."""
    whole = normal(name)
    pieces = re.split(r"[\s()\[\]/|,,::·\-—_]+", whole)
    longest = re.split(r"[\s]+", whole)
    cut = [re.sub(r"(项目|[一二三四]期|采购|升级|续约|扩容)$", "", piece) for piece in pieces]
    parts = [part for part in [*longest, *pieces, *cut] if part not in TOO_COMMON]
    return list(dict.fromkeys(part for part in parts if len(part) >= 3 and not part.isdigit()))


def person_forms(name: str) -> dict[str, float]:
    """Parts of a person's name: 王建国 -> 建国; Grace Huang -> grace, huang, huang grace."""
    whole = normal(name).strip()
    if is_cjk(whole):
        given = whole[len(surname(whole)) :]
        return {given: 0.8} if len(given) == 2 and given not in TOO_COMMON else {}
    words = [word for word in re.split(r"[\s.]+", whole) if word]
    if len(words) < 2:
        return {}
    forms = {" ".join(reversed(words)): 0.95}
    if len(words[0]) > 2:
        forms[words[0]] = 0.85
    if len(words[-1]) > 2:
        forms[words[-1]] = 0.8
    return {form: score for form, score in forms.items() if form not in TOO_COMMON}


def surname(name: str) -> str:
    """王 of 王建国, 欧阳 of 欧阳娜, huang of Grace Huang."""
    whole = normal(name).strip()
    if not whole:
        return ""
    if is_cjk(whole):
        return whole[:2] if whole[:2] in COMPOUND else whole[0]
    return whole.split()[-1]


def title_fits(address: str, title: str) -> float:
    """How well a form of address (总, 主任, mr) fits a title: 1 fits, 0.6 says nothing, 0.3 contradicts."""
    if not address or address in NEUTRAL:
        return 0.6
    kind = normal(title)
    if not kind:
        return 0.6
    if address in kind:
        return 1.0
    pattern = TITLES.get(address)
    if pattern is not None and pattern.search(kind):
        return 1.0
    return 0.3


def is_whole(plain: str, start: int, end: int) -> bool:
    """Latin letters and digits must not go on at either end: `art` is not in `party`."""
    left = start and _is_latin(plain[start - 1]) and _is_latin(plain[start])
    right = end < len(plain) and _is_latin(plain[end]) and _is_latin(plain[end - 1])
    return not (left or right)


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


_COMPANY_TAIL = re.compile(
    r"(?!医院(?:那边|那个|的))(?:医疗|器械|科技|生物|医药|制药|药业|软件|信息|技术|电子|智能|健康|医院|投资|控股|贸易|网络)+"
    r"(?:股份|集团|有限|公司)*"
)


def other_company(plain: str, start: int, end: int, known: Iterable[str]) -> bool:
    """Whether the text goes on to name another company: 华东医疗科技 is not 华东医疗器械有限公司."""
    tail = _COMPANY_TAIL.match(plain, end)
    if tail is None:
        return False
    written = plain[start : tail.end()]
    whole = [normal(name) for name in known]
    return not any(written in name or name in written for name in whole if len(name) > end - start)
