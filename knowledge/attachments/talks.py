"""Whether a plain text is a transcript: people who speak by name, again and again."""

from __future__ import annotations

import re

from speech.formats import FormatError, read_text
from speech.minutes import minutes_format

LEAST_TURNS = 4
MOST_SPEAKERS = 12
SAMPLE = 20_000
_STAMPED = re.compile(r"^\s*[\[(【（]?\s*\d{1,3}:\d{1,2}(?::\d{1,2})?", re.MULTILINE)


def is_talk(text: str) -> bool:
    """An export of a meeting tool by its shape; else four turns or more, two to twelve speakers, most of whom speak more
    than once, and hardly a line that is nobody's.

    A list of fields (`金额: 128万`) names each of its "speakers" once, and is a note.
    """
    sample = text[:SAMPLE]
    lines = [line for line in sample.split("\n") if line.strip()]
    try:
        segments = read_text(sample).segments
    except FormatError:
        return False
    speakers = [one.speaker for one in segments]
    different = set(speakers)
    if minutes_format(sample) and len(speakers) >= LEAST_TURNS:
        return len(different) <= MOST_SPEAKERS
    if len(speakers) < LEAST_TURNS or not 2 <= len(different) <= MOST_SPEAKERS:
        return False
    again = sum(1 for one in different if speakers.count(one) > 1)
    often = 0.3 if len(_STAMPED.findall(sample)) >= len(speakers) // 2 else 0.5
    return again * 2 >= len(different) and len(speakers) >= often * len(lines)
