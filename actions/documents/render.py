"""Fills a Word template: the same template and the same values give the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from docxtpl import DocxTemplate
from jinja2.exceptions import TemplateError

from .faults import DocumentRefused
from .meaning import refuse_unsafe
from .package import NO_MOMENT, normalised, packed, parts_of
from .sandbox import environment
from .wordxml import Element, W, bytes_of, new, tree_of

EAST_ASIAN = "宋体"
"""Set where a template names no Chinese font: without one every machine takes another."""

_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)


def render(template: bytes, context: Mapping[str, Any], moment: datetime = NO_MOMENT) -> bytes:
    """The filled document. `moment` becomes its creation time.

    Raises TemplateRefused for a forbidden construct, DocumentRefused for a value that is missing or cannot be filled.
    """
    parts = refuse_unsafe(template)
    document = DocxTemplate(io.BytesIO(packed(parts)))
    try:
        document.render(_clean(dict(context)), jinja_env=environment())
    except TemplateError as error:
        raise DocumentRefused(
            f"模板填不出来：{error.message}", f"the template cannot be filled: {error.message}"
        ) from error
    except (SyntaxError, ValueError, KeyError, TypeError) as error:
        raise DocumentRefused(
            f"填好后的文件不完整（{error}），请检查模板里的标签",
            f"the filled file is not whole ({error}); check the template's tags",
        ) from error
    buffer = io.BytesIO()
    document.save(buffer)
    return normalised(_with_font(buffer.getvalue()), moment)


def _clean(value: Any) -> Any:
    """Values as text without characters that XML or a reader's eye cannot take; nothing but text, lists and mappings."""
    if isinstance(value, Mapping):
        return {str(key): _clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    if isinstance(value, bool):
        return value
    return _UNSEEN.sub("", str(value).replace("\r\n", "\n").replace("\r", "\n"))


def _with_font(data: bytes) -> bytes:
    """The default style names an East-Asian font and language."""
    parts = parts_of(data)
    styles = parts.get("word/styles.xml")
    if styles is None:
        return data
    root = tree_of(styles)
    fonts = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}rFonts")
    if fonts is not None and (fonts.get(f"{W}eastAsia") or fonts.get(f"{W}eastAsiaTheme")):
        return data
    properties = _below(_below(_below(root, "docDefaults", 0), "rPrDefault", 0), "rPr", 0)
    fonts = _below(properties, "rFonts", 0)
    fonts.set(f"{W}eastAsia", EAST_ASIAN)
    parts["word/styles.xml"] = bytes_of(root)
    return packed(parts)


def _below(element: Element, name: str, place: int) -> Element:
    found = element.find(f"{W}{name}")
    if found is None:
        found = new(name)
        element.insert(place, found)
    return found
