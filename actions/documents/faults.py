"""What is wrong with a paper or its template, where, in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where in a Word file. `part`: body, header, footer, notes, properties, file. Counts start at 1, 0 means does not
    apply; `words` are the first words of the paragraph."""

    part: str
    paragraph: int = 0
    words: str = ""
    table: int = 0
    row: int = 0
    column: int = 0

    @property
    def zh(self) -> str:
        return self._told(_PARTS_ZH, "第 {} 段", "第 {} 张表第 {} 行第 {} 列", "“{}”", "")

    @property
    def en(self) -> str:
        return self._told(_PARTS_EN, "paragraph {}", "table {}, row {}, column {}", "(“{}”)", " ").strip()

    def _told(self, parts: dict[str, str], paragraph: str, table: str, words: str, gap: str) -> str:
        told = [parts.get(self.part, self.part)]
        if self.table:
            told.append(table.format(self.table, self.row, self.column))
        elif self.paragraph:
            told.append(paragraph.format(self.paragraph))
        if self.words:
            told.append(words.format(self.words))
        return gap.join(told)


_PARTS_ZH = {
    "body": "正文",
    "header": "页眉",
    "footer": "页脚",
    "notes": "脚注",
    "properties": "文档属性",
    "file": "文件",
}
_PARTS_EN = {
    "body": "body",
    "header": "header",
    "footer": "footer",
    "notes": "footnotes",
    "properties": "document properties",
    "file": "file",
}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault. `kind`: unknown_field, missing_field, broken_tag, forbidden, lost_text, wrong_use, file, trial."""

    kind: str
    zh: str
    en: str
    place: Place | None = None

    def told(self, language: str = "zh") -> str:
        """The sentence with its place."""
        if self.place is None:
            return self.en if language == "en" else self.zh
        return f"{self.place.en}: {self.en}" if language == "en" else f"{self.place.zh}：{self.zh}"


class DocumentRefused(ValueError):
    """A paper that is not made, kept or sent; `zh` and `en` say why and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh = zh
        self.en = en


class TemplateRefused(DocumentRefused):
    """A template that may not be used; `faults` name each thing with its place."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(
            "模板不能用：" + "；".join(one.told() for one in faults),
            "the template cannot be used: " + "; ".join(one.told("en") for one in faults),
        )
        self.faults = faults
