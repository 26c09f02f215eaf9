"""What a PDF says when it is read back: the check that the file that goes out holds the numbers that were approved."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable

from .faults import DocumentRefused


def text_of_pdf(pdf: bytes) -> str:
    """All text of a PDF, page after page. Raises DocumentRefused when it cannot be read."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    except (PyPdfError, ValueError, KeyError, OSError) as error:
        raise DocumentRefused("PDF 读不出文字。", "the PDF cannot be read") from error


def lacking(pdf: bytes, wanted: Iterable[str]) -> list[str]:
    """Which of these words and figures the PDF does not say; line breaks and spaces do not matter."""
    text = _plain(text_of_pdf(pdf))
    return [one for one in wanted if one and _plain(one) not in text]


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
