"""Word's automatic numbers: what stands before a paragraph on the page although it is not in its text."""

from __future__ import annotations

from dataclasses import dataclass, field

from .wordxml import Element, W, tree_of

_CHINESE = "零一二三四五六七八九"
_CHINESE_FORMATS = frozenset(
    {
        "chineseCounting",
        "chineseCountingThousand",
        "ideographTraditional",
        "japaneseCounting",
        "taiwaneseCountingThousand",
    }
)


@dataclass(frozen=True, kw_only=True)
class _Level:
    format: str
    text: str
    start: int


@dataclass
class Numbers:
    """Counts the numbered paragraphs of one document; ask for each paragraph once, in order."""

    lists: dict[str, dict[int, _Level]]
    styles: dict[str, tuple[str, int]]
    counts: dict[str, dict[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, parts: dict[str, bytes]) -> Numbers:
        lists = _lists(tree_of(parts["word/numbering.xml"])) if "word/numbering.xml" in parts else {}
        styles = _styles(tree_of(parts["word/styles.xml"])) if "word/styles.xml" in parts else {}
        return cls(lists=lists, styles=styles)

    def before(self, paragraph: Element) -> str:
        """The number Word shows before this paragraph (第三条, 2.1, （一）), "" for none."""
        number_id, level = self._list_of(paragraph)
        levels = self.lists.get(number_id)
        if not levels or level not in levels or levels[level].format in ("bullet", "none"):
            return ""
        counts = self.counts.setdefault(number_id, {})
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [one for one in counts if one > level]:
            del counts[deeper]
        text = levels[level].text
        for one in range(level + 1):
            if one in levels:
                text = text.replace(
                    f"%{one + 1}", _written(counts.get(one, levels[one].start), levels[one].format)
                )
        return text

    def _list_of(self, paragraph: Element) -> tuple[str, int]:
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        inherited = self.styles.get(style.get(f"{W}val") if style is not None else "", ("", 0))
        number = paragraph.find(f"{W}pPr/{W}numPr/{W}numId")
        level = paragraph.find(f"{W}pPr/{W}numPr/{W}ilvl")
        number_id = number.get(f"{W}val") if number is not None else inherited[0]
        return number_id, int(level.get(f"{W}val")) if level is not None else inherited[1]


def chinese(number: int) -> str:
    """1 -> 一, 12 -> 十二, 105 -> 一百零五."""
    if number < 10:
        return _CHINESE[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return ("" if tens == 1 else _CHINESE[tens]) + "十" + (_CHINESE[ones] if ones else "")
    hundreds, rest = divmod(number, 100)
    if not rest:
        return f"{_CHINESE[hundreds]}百"
    tail = f"零{_CHINESE[rest]}" if rest < 10 else ("一" if rest < 20 else "") + chinese(rest)
    return f"{_CHINESE[hundreds]}百{tail}"


def _written(number: int, style: str) -> str:
    if style in _CHINESE_FORMATS:
        return chinese(number)
    if style == "lowerLetter":
        return chr(ord("a") + (number - 1) % 26)
    if style == "upperLetter":
        return chr(ord("A") + (number - 1) % 26)
    if style in ("lowerRoman", "upperRoman"):
        roman = _roman(number)
        return roman if style == "upperRoman" else roman.lower()
    return f"{number:02d}" if style == "decimalZero" else str(number)


def _roman(number: int) -> str:
    steps = ((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
    text = ""
    for value, sign in steps:
        while number >= value:
            text, number = text + sign, number - value
    return text


def _lists(root: Element) -> dict[str, dict[int, _Level]]:
    shapes = {one.get(f"{W}abstractNumId"): _levels(one) for one in root.iterchildren(f"{W}abstractNum")}
    lists = {}
    for number in root.iterchildren(f"{W}num"):
        shape = number.find(f"{W}abstractNumId")
        levels = dict(shapes.get(shape.get(f"{W}val"), {})) if shape is not None else {}
        for change in number.iterchildren(f"{W}lvlOverride"):
            levels |= _levels(change)
        lists[number.get(f"{W}numId")] = levels
    return lists


def _levels(element: Element) -> dict[int, _Level]:
    found = {}
    for level in element.iterchildren(f"{W}lvl"):
        values = {name: level.find(f"{W}{name}") for name in ("numFmt", "lvlText", "start")}
        start = values["start"]
        found[int(level.get(f"{W}ilvl"))] = _Level(
            format=values["numFmt"].get(f"{W}val") if values["numFmt"] is not None else "decimal",
            text=values["lvlText"].get(f"{W}val") or "" if values["lvlText"] is not None else "",
            start=int(start.get(f"{W}val")) if start is not None else 1,
        )
    return found


def _styles(root: Element) -> dict[str, tuple[str, int]]:
    """Style id -> (list id, level), through the styles it is based on."""
    own: dict[str, tuple[str, int]] = {}
    based: dict[str, str] = {}
    for style in root.iterchildren(f"{W}style"):
        name = style.get(f"{W}styleId")
        number, level = style.find(f"{W}pPr/{W}numPr/{W}numId"), style.find(f"{W}pPr/{W}numPr/{W}ilvl")
        if number is not None:
            own[name] = (number.get(f"{W}val"), int(level.get(f"{W}val")) if level is not None else 0)
        parent = style.find(f"{W}basedOn")
        if parent is not None:
            based[name] = parent.get(f"{W}val")
    found = dict(own)
    for name in based:
        seen, at = {name}, name
        while at not in own and at in based and based[at] not in seen:
            at = based[at]
            seen.add(at)
        if at in own:
            found[name] = own[at]
    return found
