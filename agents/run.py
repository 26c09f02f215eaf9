"""One brain's attempt at one turn: what it has used up, what it has found, what has been shown of its answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from actions.effect import BadArguments
from actions.recipients import BadAddress

from .answer import Answer, Source
from .claims import forgotten, outcome_sentence
from .faults import ModelDown
from .provenance import keep, shown_whole
from .skill import Skill, Turn

MODEL_CALLS = 8
TOOL_CALLS = 16
MENDS = 2


@dataclass
class Run:
    """One brain's attempt at one turn: the limits used up and the texts its tools have given.

    `model` is a LangChain chat model; this file need not know. `wrap` fences the tools' texts as data.
    """

    turn: Turn
    model: Any
    wrap: bool
    known: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    model_calls: int = 0
    tool_calls: int = 0
    mends: int = 0
    _order: list[str] = field(default_factory=list)
    _served: int = 0
    _dead: bool = False
    _next: threading.Condition = field(default_factory=threading.Condition)

    def expect(self, call_ids: Sequence[str]) -> None:
        """The model has asked for these calls: LangGraph starts them in threads, we serve them in this order."""
        self._order, self._served = list(call_ids), 0

    @contextmanager
    def my_turn(self, call_id: str) -> Iterator[None]:
        """Waits for the calls before this one, so that sources are numbered the same way every time.

        Once a call has failed for good, those after it do not start at all.
        """
        place = self._order.index(call_id) if call_id in self._order else 0
        with self._next:
            self._next.wait_for(lambda: self._served >= place or self._dead)
            try:
                if self._dead:
                    raise ModelDown("同一轮的调用已中止", "an earlier call of this step has failed")
                yield
            except BaseException:
                self._dead = True
                raise
            finally:
                self._served += 1
                self._next.notify_all()

    def one_model_call(self) -> None:
        self.model_calls += 1
        if self.model_calls > MODEL_CALLS:
            raise ModelDown("反复调用工具，没有得出答复", "it kept calling tools and never answered")

    def one_tool_call(self) -> None:
        self.tool_calls += 1
        if self.tool_calls > TOOL_CALLS:
            raise ModelDown("调用工具过多，没有得出答复", "it called too many tools and never answered")

    def one_mend(self) -> None:
        self.mends += 1
        if self.mends > MENDS:
            raise ModelDown("多次给出错误的工具参数", "it kept calling tools with wrong arguments")


class Page:
    """What has been shown of one answer."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show, self._parts = show, list[str]()

    @property
    def text(self) -> str:
        return "".join(self._parts).strip()

    def write(self, piece: str) -> None:
        if not self._parts:
            piece = piece.lstrip()
        if piece:
            self._parts.append(piece)
            self._show(piece)

    def paragraph(self, *texts: str) -> None:
        for text in filter(None, texts):
            self.write(f"\n\n{text}")


def run_skill(skill: Skill, turn: Turn, arguments: Any) -> str:
    """What the skill says; what the floors below refuse is a sentence for the asker, not a bug."""
    turn.skill = skill.name
    try:
        return skill.run(turn, arguments)
    except (BadArguments, BadAddress) as refusal:
        return str(refusal)


def faults_of(wrong: ValidationError) -> str:
    """What is wrong with the arguments, for the model to mend, without repeating the values."""
    return "; ".join(f"{'.'.join(map(str, e['loc'])) or 'arguments'}: {e['msg']}" for e in wrong.errors())


def outcomes_left(text: str, turn: Turn) -> list[str]:
    return [outcome_sentence(note, turn.language) for note in forgotten(text, turn.outcomes)]


def preview_left(text: str, turn: Turn) -> str:
    """The draft that "send it" will mean, where the answer does not show it; "" where it does."""
    draft = str(turn.focus.get("draft_id") or "")
    return "" if shown_whole(turn, draft, text) else turn.previews[draft][1]


def make_answer(turn: Turn, text: str, sources: tuple[Source, ...], mode: str, stamp: str = "") -> Answer:
    keep(turn, text)
    return Answer(
        text=text,
        mode=mode,
        sources=sources,
        outcomes=tuple(turn.outcomes),
        suggestions=tuple(turn.suggestions),
        focus=turn.focus,
        prompt_version=stamp,
        read=tuple(sorted(turn.ledger.read)),
        files=tuple(turn.files),
        pictures=tuple(turn.pictures),
        advice=tuple(dict.fromkeys(turn.advised)),
    )


def down(turn: Turn, fault: ModelDown) -> str:
    return turn.say(
        f"模型暂不可用（{fault.zh}），以下由离线助手回答。",
        f"The model is unavailable ({fault.en}); the offline assistant answers instead.",
    )


def quiet(_: str) -> None:
    """For callers who only want the whole answer."""
