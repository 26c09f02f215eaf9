"""What comes back from reading one file: its texts with their places, what nobody could read, what may not go out."""

from __future__ import annotations

from dataclasses import dataclass, field

MAX_FILE = 25 * 1024 * 1024
"""Bytes of one attachment that are read; a larger one is for a person."""

MAX_INFLATED = 64 * 1024 * 1024
"""Bytes that one archive or document may unfold to, all its members together."""

MAX_TEXT = 100_000
"""Characters of one file that are checked; some forty close-printed pages."""

REASONS = {
    "encrypted": ("已加密,读不了", "is encrypted"),
    "picture": ("是图片或含大图,文字读不出", "is or contains a picture whose words cannot be read"),
    "no_text": ("页面上没有可读的文字", "has pages without readable text"),
    "garbled": ("字体不带文字对照,读出来不可信", "uses a font that does not say which letters it shows"),
    "unknown": ("格式不认识", "is of a kind that cannot be read"),
    "too_large": ("太大", "is too large"),
    "too_long": ("文字太多,只查了开头", "has more text than is checked"),
    "too_slow": ("读取超时或占用过多", "took too long or too much to read"),
    "damaged": ("已损坏或结构异常", "is damaged or oddly built"),
    "nested": ("压缩包里还有压缩包", "holds an archive within an archive"),
    "bomb": ("解压后异常巨大", "unfolds to an absurd size"),
    "embedded": ("内嵌对象读不了", "holds an embedded object that cannot be read"),
    "missing": ("文件找不到或内容与登记不符", "is missing, or is not the file that was named"),
}
"""Why something stayed unread, in Chinese and English; the file's name goes in front."""

DANGERS = {
    "executable": ("是可执行文件或脚本", "is a program or a script"),
    "macro": ("含宏", "contains macros"),
    "script": ("含脚本或自动动作", "contains scripts or automatic actions"),
    "remote": ("打开时会从外部加载内容", "loads something from outside when opened"),
    "disguised": ("内容与扩展名不符", "is not what its name says"),
    "name": ("文件名有伪装(隐藏字符、双扩展名或仿冒扩展名)", "has a deceptive name"),
}
"""Why something may not go out at all."""

PLACES = {
    "body": ("正文", "text"),
    "properties": ("文档属性", "document properties"),
    "header": ("页眉", "header"),
    "footer": ("页脚", "footer"),
    "comments": ("批注", "comments"),
    "footnotes": ("脚注", "footnotes"),
    "hidden": ("隐藏文字与修订", "hidden text and tracked changes"),
    "links": ("链接", "links"),
    "page": ("第 {} 页", "page {}"),
    "notes": ("批注与表单", "annotations and form fields"),
    "sheet": ("工作表 {}", "sheet {}"),
    "hidden_sheet": ("隐藏工作表 {}", "hidden sheet {}"),
    "drawing": ("文本框与图表", "text boxes and charts"),
    "names": ("名称与外部数据", "names and cached data"),
    "slide": ("幻灯片 {}", "slide {}"),
    "inner": ("内含文件 {}", "file {} inside"),
    "name": ("文件名", "file name"),
    "markup": ("网页注释与属性", "comments and attributes of the page"),
    "headers": ("邮件头", "mail headers"),
}


@dataclass(frozen=True, kw_only=True)
class Part:
    """One stretch of text and where it stands: `body`, `page:3`, `hidden_sheet:底价`, `inner:a.docx/comments`."""

    place: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Something about a place that is not text: a reason of REASONS, or a danger of DANGERS."""

    place: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Reading:
    """All of one file: `unread` is for a person to look at, `dangers` may not be sent; `kind` is what the bytes are:
    pdf, word, sheet, slides, odf, zip, text, page, letter, picture, ole, rtf, archive, executable, unknown or ""."""

    parts: tuple[Part, ...] = ()
    unread: tuple[Remark, ...] = ()
    dangers: tuple[Remark, ...] = ()
    kind: str = ""


@dataclass
class Basket:
    """Where readers put what they find; it is full at MAX_TEXT characters, and says so once."""

    parts: list[Part] = field(default_factory=list)
    unread: list[Remark] = field(default_factory=list)
    dangers: list[Remark] = field(default_factory=list)
    room: int = MAX_TEXT
    prefix: str = ""
    kind: str = ""

    def text(self, place: str, text: str) -> None:
        kept = squeeze(text[: self.room * 4 + 1])
        if len(kept) > self.room or len(text) > self.room * 4:
            self.cannot(place, "too_long")
            kept = kept[: self.room]
        if kept:
            self.room -= len(kept)
            self.parts.append(Part(place=self.prefix + place, text=kept))

    def cannot(self, place: str, reason: str) -> None:
        remark = Remark(place=self.prefix + place, what=reason)
        if remark not in self.unread:
            self.unread.append(remark)

    def danger(self, place: str, kind: str) -> None:
        remark = Remark(place=self.prefix + place, what=kind)
        if remark not in self.dangers:
            self.dangers.append(remark)

    def reading(self) -> Reading:
        return Reading(
            parts=tuple(self.parts), unread=tuple(self.unread), dangers=tuple(self.dangers), kind=self.kind
        )


def squeeze(text: str) -> str:
    """Runs of blanks as one, empty lines as one line end: a gigabyte of spaces says nothing."""
    kept = map(_blanks, text.splitlines())
    return "\n".join(line for line in kept if line)


def _blanks(line: str) -> str:
    return "\t".join(" ".join(cell.split()) for cell in line.split("\t")).strip()


def place_name(place: str, language: str = "zh") -> str:
    """A place as a person reads it: `inner:报价.xlsx/hidden_sheet:底价` -> 内含文件 报价.xlsx · 隐藏工作表 底价."""
    return " · ".join(_step(step, language) for step in place.split("/") if step)


def _step(step: str, language: str) -> str:
    kind, _, which = step.partition(":")
    names = PLACES.get(kind)
    if names is None:
        return step
    return names[1 if language == "en" else 0].format(which).strip()
