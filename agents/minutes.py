"""Minutes of one interaction: by a model in parts, every quote checked, or by rules; kept, so that a re-run is the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from knowledge import zones
from knowledge.insight.minutes import (
    VERSION,
    Minutes,
    Talk,
    acts,
    attendees_of,
    by_rules,
    checked,
    heading_of,
    next_meeting,
)
from knowledge.insight.summary import METHOD, Spoken
from knowledge.model import Interaction
from knowledge.snapshot import DealFacts

from .faults import ModelDown
from .figures import figures
from .judging import judged, stamp
from .offline.dates import ZONE, period
from .offline.spoken_times import read
from .prompting import as_data, prompt_hash
from .skill import Turn

PROMPT_FILE = Path(__file__).parent / "prompts" / "minutes.md"
PART_CHARS = 6000
"""Characters of transcript a model is given at once."""

_KIND = re.compile(r"(?<=..)(?:股份|有限|科技|集团|公司|软件|医疗|器械|技术)+$")
"""What is left away when a company is spoken of: 锐影科技 is 锐影."""

_SPOKEN = re.compile(r"([^\s:：]{1,20})\s*[:：]\s*(.*)")


def minutes_of(turn: Turn, row: Interaction, facts: DealFacts | None, *, by_model: bool = True) -> Minutes:
    """The D14 object of a call or meeting the asker may read. The model's when one answers and it can, else by rules;
    the same transcript, version and model give the stored one again."""
    talk = talk_of(row, facts)
    playbook = turn.desk.blueprint("playbook", "default") or {}
    recording = turn.desk.recording(row.id)
    consent = recording.consent if recording else "unknown"
    if by_model and turn.writer is not None:
        version = f"{VERSION}/{prompt_hash(_prompt(playbook))}/{stamp([talk.names, talk.zone])}"
        writer = turn.writer
        try:
            made = judged(
                turn, row, "minutes", version, writer.name, lambda: _by_model(turn, talk, playbook, consent)
            )
            return Minutes.model_validate(made.content)
        except ModelDown:
            pass  # the rules know less, but they are here
    version = f"{VERSION}/{stamp(playbook)}/{stamp([talk.names, talk.zone])}"
    made = judged(
        turn, row, "minutes", version, METHOD,
        lambda: by_rules(talk, playbook, resolve, read, consent).model_dump(mode="json"),
    )  # fmt: skip
    return Minutes.model_validate(made.content)


def talk_of(row: Interaction, facts: DealFacts | None) -> Talk:
    """An interaction as a talk, with the names worth listening for in its deal."""
    names: list[tuple[str, str]] = []
    if facts is not None:
        rivals = [name.strip() for name in re.split(r"[,，、/;；]", facts.deal.competitor or "")]
        names += [("competitor", _KIND.sub("", name) or name) for name in rivals]
        names += [("product", facts.product.name)] if facts.product else []
    zone = zones.zone_of(facts.account) if facts is not None else zones.HOME
    return Talk(
        id=row.id,
        lines=lines_of(row),
        day=row.at.astimezone(ZONE).date(),
        language="en" if row.language == "en" else "zh",
        names=tuple((field, name) for field, name in names if len(name) > 1),
        began=row.at.astimezone(zones.zone(zone)),
        zone=zone,
    )


def lines_of(row: Interaction) -> tuple[Spoken, ...]:
    """Who said what: the segments, else the lines of the text."""
    if row.segments:
        return tuple(
            Spoken(
                speaker=str(one.get("speaker") or ""),
                text=str(one.get("text") or ""),
                side=_side(one.get("side")),
                start=_second(one.get("start")),
                end=_second(one.get("end")),
            )
            for one in row.segments
        )
    found = [_SPOKEN.fullmatch(line.strip()) for line in row.text.splitlines() if line.strip()]
    if found and all(found):
        return tuple(Spoken(speaker=match[1], text=match[2]) for match in found if match)
    return tuple(Spoken(speaker="", text=line) for line in row.text.splitlines() if line.strip())


def resolve(text: str, day: date) -> date | None:
    """The day a sentence names, seen from `day` in Asia/Shanghai; of a period its end."""
    found = period(text, datetime.combine(day, time(9), ZONE))
    return None if found is None else found.until or found.since


def strange(text: str, known: str) -> Sequence[str]:
    """The figures of `text` that `known` does not state, as the text writes them."""
    stated = figures(known)
    wrong = [one for one in figures(text) if not any(one.supported_by(other) for other in stated)]
    return sorted(str(one.value) for one in wrong)


def _by_model(turn: Turn, talk: Talk, playbook: dict[str, Any], consent: str) -> dict[str, Any]:
    """Part by part, joined by code: no model sees what another wrote, and what is not verbatim is dropped."""
    assert turn.writer is not None
    system = _prompt(playbook)
    merged: dict[str, Any] = {}
    for part in _parts(talk):
        draft = turn.writer.write_json(system, as_data("transcript", part))
        for name, value in draft.items():
            if isinstance(value, list):
                merged.setdefault(name, []).extend(value)
            elif isinstance(value, dict):
                merged[name] = value
    classes = [str(one["id"]) for one in playbook.get("objections") or ()]
    found = checked(talk, merged, strange, classes)
    found["todos"] = tuple(
        one.model_copy(update={"due_iso": due.isoformat() if (due := resolve(one.quote, talk.day)) else ""})
        for one in found["todos"]
    )
    later = found["next_meeting"]  # the model says where, the rules say when
    found["next_meeting"] = next_meeting(talk, acts.sentences(talk), read, {later.line}) if later else None
    plain = by_rules(talk, playbook, resolve, read, consent)
    made = Minutes(
        meeting=heading_of(talk, turn.writer.name, consent),
        attendees=attendees_of(talk.lines),
        gist=plain.gist,
        **found,
    )
    return made.model_dump(mode="json")


def _parts(talk: Talk) -> Iterator[str]:
    """The transcript in parts of about PART_CHARS, whole lines, each with its number, second, speaker and side."""
    lines: list[str] = []
    size = 0
    for number, line in enumerate(talk.lines):
        text = f"[{number}] {'' if line.start is None else round(line.start, 1)} {line.speaker}({line.side or '?'}): {line.text}"
        if lines and size + len(text) > PART_CHARS:
            yield "\n".join(lines)
            lines, size = [], 0
        lines.append(text)
        size += len(text)
    if lines:
        yield "\n".join(lines)


def _prompt(playbook: dict[str, Any]) -> str:
    classes = ", ".join(str(one["id"]) for one in playbook.get("objections") or ())
    return PROMPT_FILE.read_text(encoding="utf-8").replace("{classes}", classes)


def _side(value: object) -> str:
    return str(value) if value in ("rep", "customer") else ""


def _second(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
