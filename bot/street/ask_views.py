"""Cards that ask about a call, as every platform can draw them: whether those on it agreed, what to take from it, what is stale.

A button says which card was pressed and which answer; what that does follows from who pressed and how the rows stand then.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions.call_proposals import OPEN
from actions.call_sides import samples, unknown_channels
from actions.confusables import visible
from actions.counter import PersonDesk
from bot.call_accepting import head_of, standing
from knowledge.model import Interaction, Recording, Suggestion
from knowledge.model.recordings import ASKED, GIVEN, UNKNOWN

from .words import Button, CardView

CONSENT, SIDES, PROPOSALS, STALE = "consent", "sides", "proposals", "stale"
TOKEN = re.compile(r"q([a-z1-9])\.([a-z0-9]{16})")
"""Yes, no, wait; all, one of nine, none; renew."""

MOST_NUMBERS = 4
"""Buttons of single proposals: WeCom's card holds six in all. The others are typed."""


def token(answer: str, card_id: str) -> str:
    return f"q{answer}.{card_id}"


def consent_view(card_id: str, row: Interaction, recording: Recording | None, language: str) -> CardView:
    """Nothing is written down before somebody says that those on it agreed."""
    en = language == "en"
    state = recording.consent if recording else UNKNOWN
    name = visible(row.extra.get("file") or row.subject)[:60]
    title = "Did those on the recording agree?" if en else "录音里的人同意录音和转写吗?"
    waits = state in (UNKNOWN, ASKED)
    buttons = [
        Button(text="Agreed" if en else "已同意", token=token("y", card_id), tone="primary"),
        Button(text="No" if en else "不同意", token=token("n", card_id), tone="danger"),
    ]
    if state == UNKNOWN:
        buttons.append(Button(text="Not asked yet" if en else "还没问", token=token("w", card_id)))
    how = (
        "Or type: they agreed, HOW · no consent · not asked yet. Without a yes nothing is written down; a no removes the sound."
        if en
        else "也可以打字: 已同意,谁怎么同意的 · 不同意 · 还没问。没有同意不转写;不同意会删除录音。"
    )
    states = {
        ASKED: ("正在征求同意,之前不转写", "being asked; not written down before"),
        GIVEN: ("已记下同意,开始转写", "agreed; it is being written down"),
    }
    status = states.get(state, ("不同意,录音和文字已删除", "refused; sound and words were removed"))[en]
    facts = (("Recording" if en else "录音", name),) if name else ()
    text = "\n".join([title, *(f"{label}: {value}" for label, value in facts), how if waits else status])
    return CardView(
        id=card_id,
        code=card_id[:4].upper(),
        title=title,
        facts=facts,
        buttons=tuple(buttons) if waits else (),
        status="" if state == UNKNOWN else status,
        footer=how if waits else "",
        text=text,
    )


def sides_view(card_id: str, row: Interaction, recording: Recording | None, language: str) -> CardView:
    """Two people on two channels: which one is ours? The words of the first moments help to tell."""
    en = language == "en"
    waits = unknown_channels(row, recording)
    title = "Which channel is ours?" if en else "哪个声道是我方?"
    one, two = samples(row)
    labels = ("Ch. 1", "Ch. 2") if en else ("声道 1", "声道 2")
    facts = ((labels[0], f"“{visible(one)}”"), (labels[1], f"“{visible(two)}”"))
    words = (
        ("Channel 1 is ours", "Channel 2 is ours", "I do not know")
        if en
        else ("声道1是我方", "声道2是我方", "不知道")
    )
    buttons = [
        Button(text=words[0], token=token("1", card_id), tone="primary"),
        Button(text=words[1], token=token("2", card_id), tone="primary"),
        Button(text=words[2], token=token("x", card_id)),
    ]
    how = (
        "Or type: channel 1 is me. The minutes follow the answer."
        if en
        else "也可以打字: 声道1是我。回答后生成纪要。"
    )
    status = "" if waits else ("Noted" if en else "已记下")
    return CardView(
        id=card_id,
        code=card_id[:4].upper(),
        title=title,
        facts=facts if waits else (),
        buttons=tuple(buttons) if waits else (),
        status=status,
        footer=how if waits else "",
        text="\n".join(
            [title, *(f"{label}: {value}" for label, value in facts if waits), how if waits else status]
        ),
    )


def proposals_view(card_id: str, desk: PersonDesk, known: Sequence[Suggestion]) -> CardView:
    """What the call suggests, numbered, each with its words; how each stands once it was taken or not wanted."""
    en = desk.language == "en"
    title = f"Suggestions from the call ({len(known)})" if en else f"这通电话的建议({len(known)} 条)"
    facts = tuple((str(one.payload["n"]), visible(_line(desk, one))) for one in known)
    left = [one for one in known if one.status in OPEN]
    ready = [one for one in left if not one.payload.get("missing")]
    body = "\n\n".join(_whole(one) for one in left if head_of(one) != one.payload["text"])
    buttons = [Button(text="Accept all" if en else "全部接受", token=token("a", card_id), tone="primary")]
    buttons += [
        Button(
            text=f"Accept {one.payload['n']}" if en else f"接受 {one.payload['n']}",
            token=token(str(one.payload["n"]), card_id),
        )
        for one in ready[:MOST_NUMBERS]
        if len(ready) > 1
    ]
    buttons.append(Button(text="None" if en else "都不要", token=token("x", card_id), tone="danger"))
    how = (
        "Or type: accept all · accept 1 and 3 · drop 2 · give 4 to NAME. Each is asked of the rules by itself."
        if en
        else "也可以打字: 全部接受 · 接受1和3 · 不要2 · 4归某某。每条都单独按规则判定。"
    )
    settled = "All settled" if en else "都已处理"
    lines = [title, *(f"{number}. {value}" for number, value in facts), *([body] if body else [])]
    return CardView(
        id=card_id,
        code=card_id[:4].upper(),
        title=title,
        facts=facts,
        body=visible(body),
        buttons=tuple(buttons) if ready else (),
        status="" if left else settled,
        footer=how if left else "",
        text=visible("\n".join([*lines, how if left else settled])),
    )


def stale_view(
    card_id: str, row: Interaction, number: int, newest: int, what: str, language: str
) -> CardView:
    """Minutes that rest on words which were corrected since."""
    en = language == "en"
    stale = number != newest
    title = "The minutes are stale" if en else "纪要已过期"
    said = (
        f"{visible(row.subject)}: transcript version {newest} ({what}); the minutes rest on version {number}"
        if en
        else f"{visible(row.subject)}:文字稿已是第 {newest} 版({what}),纪要基于第 {number} 版"
    )
    done = "Made anew" if en else "已重新生成"
    how = "Or type: renew the minutes" if en else "也可以打字: 重新生成纪要"
    button = Button(text="Renew" if en else "重新生成纪要", token=token("r", card_id), tone="primary")
    return CardView(
        id=card_id,
        code=card_id[:4].upper(),
        title=title,
        facts=(("Call" if en else "通话", said),),
        buttons=(button,) if stale else (),
        status="" if stale else done,
        footer=how if stale else "",
        text="\n".join([title, said, how if stale else done]),
    )


def _line(desk: PersonDesk, one: Suggestion) -> str:
    """1. what — who when “words”; and how it stands."""
    payload = one.payload
    who = " ".join(filter(None, (str(payload.get("speaker") or ""), str(payload.get("moment") or ""))))
    quote = f" — {who}“{payload['quote']}”" if payload.get("quote") else ""
    if one.status == "rejected" and not one.action_id:
        stands = " ✗ 不要" if desk.language != "en" else " ✗ not wanted"
    else:
        stands = f" ✓ {standing(desk, one)}" if one.action_id else ""
    return f"{head_of(one)}{quote}{stands}"


def _whole(one: Suggestion) -> str:
    return f"{one.payload['n']}. {one.payload['text']}"
