"""Pictures of reviews: who spoke when in a call, how the customer sounded, and a rep's calls over time."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.insight.mood import Mood
from knowledge.pictures import Trend, paint_mood, paint_trend
from speech.picture import timeline

from .calls import moment, title_of
from .drawing import show, show_drawn
from .measuring import segments_of
from .reviewing import Reviewed
from .skill import Turn


def picture_of(turn: Turn, one: Reviewed) -> str:
    """Who spoke when in this call, shown with the answer; "" or why there is no picture."""
    segments = segments_of(one.row)
    title = title_of(turn, one.row, one.facts)
    alt = turn.say(
        f"{title}:谁在什么时候说话(n={len(segments)} 段)", f"{title}: who spoke when (n={len(segments)})"
    )
    return show_drawn(
        turn,
        f"{one.row.id}_timeline",
        alt,
        lambda form: timeline(segments, title, form=form, language=turn.language),
    )


def mood_picture(turn: Turn, name: str, title: str, mood: Mood) -> str:
    """How the customer sounded, turn by turn; nothing of one that is too short for a line."""
    if mood.reason:
        return ""
    told = f"{title}:{turn.say('客户情绪', 'mood of the customer')}"
    where = _where(turn, mood)
    alt = f"{told}(n={mood.n}{where})"
    return show(
        turn, f"{name}_mood", alt, lambda axes: paint_mood(axes, mood, told, turn.language), size=(10, 3.2)
    )


def trend_picture(turn: Turn, name: str, who: str, rows: Sequence[Trend]) -> str:
    """A rep's calls over time, a sheet a row."""
    titles = turn.say("、", ", ").join(row.title for row in rows)
    n = len(rows[0].labels)
    alt = turn.say(f"{who} 的趋势:{titles}(n={n} 通)", f"Trend of {who}: {titles} (n={n} calls)")
    return show(
        turn,
        f"{name}_trend",
        alt,
        lambda *sheets: paint_trend(sheets, rows, turn.language),
        size=(10, 2.6 * len(rows)),
        rows=len(rows),
    )


def _where(turn: Turn, mood: Mood) -> str:
    found = mood.turn
    if found is None or mood.change is None:
        return ""
    when = moment_of(turn, mood)
    word = turn.say("变差", "falls") if mood.change.down else turn.say("变好", "rises")
    return turn.say(f",{when}{word}", f", {word} at {when}")


def moment_of(turn: Turn, mood: Mood) -> str:
    """When the level changed: the second, or which line of the transcript."""
    found = mood.turn
    assert found is not None
    from knowledge.insight.minutes import Said

    return moment(turn, Said(quote=found.quote or "…", line=found.line, speaker=found.speaker, t=found.start))
