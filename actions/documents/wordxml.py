"""The XML inside Word files, read without entities, DTDs or network, and written back.

lxml is imported when the first file is opened: a question that needs no paper should not wait for it.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from .faults import DocumentRefused

Element: TypeAlias = Any
"""An lxml element; lxml has no type stubs of its own."""

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def tree_of(data: bytes) -> Element:
    """An XML part as a tree. Raises DocumentRefused when it is no XML."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise DocumentRefused(
            f"Word 文件的内容坏了：{error.msg}", f"the Word file is damaged: {error.msg}"
        ) from error


def bytes_of(root: Element) -> bytes:
    """A tree as an XML part."""
    from lxml import etree

    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written


def new(name: str, **attributes: str) -> Element:
    """A fresh `w:` element with `w:` attributes."""
    from lxml import etree

    element = etree.Element(f"{W}{name}")
    for key, value in attributes.items():
        element.set(f"{W}{key}", value)
    return element
