"""What one sees of a call: its metrics, its picture, its words in another format."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import EXIT_FAILED, EXIT_NOT_FOUND, EXIT_USAGE
from .calls import calls_of
from .screen import out, out_json
from .trouble import Trouble

if TYPE_CHECKING:
    from actions.call_rules import CallRules
    from speech.metrics import CallMetrics


def metrics(call: str, who: str, kind: str, *, as_json: bool) -> None:
    """Every metric: its value and n, or why it has none, and how it lies to the range of the call's type."""
    from actions.call_versions import Versions

    _, calls = calls_of(who)
    measured = calls.metrics(call)
    if measured is None:
        raise _unknown(call)
    found, rules = measured
    number = Versions(calls.desk).number(call)
    if as_json:
        verdicts = _verdicts(found, kind, rules)
        out_json(
            {
                "call": call,
                "type": kind,
                "rules": rules.version,
                "transcript_version": number,
                **found.as_json(),
                "ranges": verdicts,
            }
        )
        return
    from .call_tables import metric_lines

    out("\n".join(metric_lines(found, kind, rules.ranges)))
    out(
        f"文字稿第 {number} 版,规则版本 {rules.version[:12]} / transcript version {number}, rules {rules.version[:12]}"
    )


def timeline(call: str, path: Path, who: str) -> None:
    """Draw it into a file; its ending says the form."""
    from actions.call_records import segments_of
    from speech.picture import PictureError
    from speech.picture import timeline as drawn

    _, calls = calls_of(who)
    row = calls.desk.interaction(call)
    if row is None:
        raise _unknown(call)
    form = path.suffix.lower().lstrip(".")
    if form not in ("png", "svg"):
        raise Trouble("--out 要以 .png 或 .svg 结尾 / --out ends in .png or .svg", EXIT_USAGE)
    try:
        data = drawn(
            segments_of(row),
            row.subject,
            form="svg" if form == "svg" else "png",
            language=calls.desk.language,
        )
    except PictureError as error:
        raise Trouble(str(error), EXIT_FAILED) from error
    path.write_bytes(data)
    out(f"已写到 {path} / written to {path}")


def export(call: str, format: str, path: Path | None, who: str) -> None:
    """The transcript in one of the formats."""
    from actions.call_records import segments_of
    from speech.formats import FormatError, write
    from speech.transcript import Transcript

    _, calls = calls_of(who)
    row = calls.desk.interaction(call)
    if row is None:
        raise _unknown(call)
    segments = segments_of(row)
    if not segments:
        raise Trouble(f"{call} 还没有文字 / {call} has no words yet", EXIT_FAILED)
    try:
        text = write(Transcript(segments=segments, source_format=format), format)
    except FormatError as error:
        raise Trouble(str(error), EXIT_USAGE) from error
    if path is None:
        out(text.rstrip("\n"))
    else:
        path.write_text(text, encoding="utf-8")
        out(f"已写到 {path} / written to {path}")


def _unknown(call: str) -> Trouble:
    return Trouble(f"没有找到通话 {call} / no call {call} was found", EXIT_NOT_FOUND)


def _verdicts(found: CallMetrics, kind: str, rules: CallRules) -> dict[str, dict[str, Any]]:
    from speech.metrics import judged

    pairs = ((name, judged(one, kind, rules.ranges)) for name, one in found.metrics.items())
    return {name: {"verdict": one[0], **asdict(one[1])} for name, one in pairs if one}
