"""The assistant: one LangChain agent over typed skills, a real model when there is one, the offline brain when not.

A turn acts at most once: when the model dies after something was submitted, nobody starts over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from functools import cached_property
from typing import Any, cast

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware
from langchain_core.language_models import BaseChatModel, FakeListChatModel
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import StructuredTool
from langsmith.run_helpers import tracing_context
from pydantic import ValidationError

from actions.desk import Desk

from .answer import Answer
from .deadline import within
from .evidence import Guard, only_cited
from .faults import ModelDown
from .models import TORN, ModelOptions, chat_model, close_model
from .once import OnceDesk
from .prompting import as_data, fill, prompt_hash, trim
from .run import (
    MODEL_CALLS,
    Page,
    Run,
    down,
    faults_of,
    make_answer,
    outcomes_left,
    preview_left,
    quiet,
    run_skill,
)
from .skill import Skill, Turn

OFFLINE = "offline"
STEPS = 4 * MODEL_CALLS

History = Sequence[tuple[str, str]]


class TurnRules(AgentMiddleware[Any, Any, Any]):
    """Limits, the turn's own model, and tool calls on the turn. Holds no state: everything is in the Run."""

    def __init__(self, skills: Sequence[Skill]) -> None:
        super().__init__()
        self.skills = {skill.name: skill for skill in skills}

    def wrap_model_call(self, request: Any, handler: Callable[[Any], Any]) -> Any:
        run = cast(Run, request.runtime.context)
        request = request.override(model=run.model)
        while True:
            run.one_model_call()
            response = handler(request)
            said = cast(AIMessage, response.result[-1])
            if not (said.invalid_tool_calls or said.additional_kwargs.get(TORN)):
                run.expect([call["id"] or "" for call in said.tool_calls])
                return response
            run.one_mend()
            request = request.override(messages=[*request.messages, *_torn(said)])

    def wrap_tool_call(self, request: Any, handler: Callable[[Any], Any]) -> ToolMessage:  # noqa: ARG002
        run = cast(Run, request.runtime.context)
        with run.my_turn(request.tool_call["id"]):
            return self._call(run, request.tool_call)

    def _call(self, run: Run, call: Any) -> ToolMessage:
        run.one_tool_call()
        skill = self.skills.get(call["name"])
        if skill is None:
            run.one_mend()
            return _tool_said(call, f"没有工具 {call['name']}；可用的有：{'、'.join(self.skills)}", ok=False)
        try:
            arguments = skill.arguments.model_validate(call["args"])
        except ValidationError as wrong:
            run.one_mend()
            return _tool_said(call, f"参数有误，请改正后重试：{faults_of(wrong)}", ok=False)
        text = run_skill(skill, run.turn, arguments)
        run.texts.append(text)
        run.known.append(text)
        return _tool_said(call, as_data(skill.name, text) if run.wrap else text)


def _tool_said(call: Any, text: str, *, ok: bool = True) -> ToolMessage:
    status = "success" if ok else "error"
    return ToolMessage(content=text, name=call["name"], tool_call_id=call["id"], status=status)


def _torn(said: AIMessage) -> list[AnyMessage]:
    """A message with unreadable tool arguments, and the replies that ask for it again."""
    text = "有参数不是完整的 JSON，这一轮的调用都没有执行，请重新调用。"
    made = [*said.invalid_tool_calls, *said.tool_calls]
    return [said, *(ToolMessage(content=text, tool_call_id=c["id"] or "", status="error") for c in made)]


class Assistant:
    """Answers turns. Without `model_options` everything is answered by the brain that `offline` builds."""

    def __init__(
        self,
        skills: Sequence[Skill],
        model_options: ModelOptions | None,
        offline: Callable[[Turn, History], BaseChatModel],
        prompt: str,
        own: Callable[[Turn, History], BaseChatModel] | None = None,
    ) -> None:
        """`own` makes a model of the house's own (agents.drill) that is trusted as little as an endpoint."""
        self._skills, self._options, self._offline, self._prompt = (
            tuple(skills),
            model_options,
            offline,
            prompt,
        )
        self._own = own

    def answer(
        self, turn: Turn, history: History = (), on_text: Callable[[str], None] | None = None
    ) -> Answer:
        """One reply. `history` is (role, text), oldest first, roles `user` and `assistant`.

        `on_text` gets the reply piece by piece, already checked; should a model break off after it began, what
        follows starts anew after a blank line, and `Answer.text` is what counts. Never raises ModelDown.
        """
        once = OnceDesk(turn.desk)
        turn.desk = cast(Desk, once)
        show = on_text or quiet
        if self._options is None:
            return self._by_offline(turn, history, show, "")
        before = deepcopy(turn.focus), [*turn.sources], [*turn.suggestions], [*turn.files], [*turn.pictures]
        model = self._own(turn, history) if self._own else self._model
        run = Run(turn, model, wrap=True, known=self._given(turn, history))
        turn.written_by(self._options.model, model)
        try:
            return self._by_model(run, history, show, streaming=on_text is not None)
        except ModelDown as fault:
            if once.acted:
                return self._half_way(run, fault, show)
            turn.focus, turn.sources[:], turn.suggestions[:], turn.files[:], turn.pictures[:] = before
            turn.written_by(OFFLINE)
            return self._by_offline(turn, history, show, down(turn, fault))

    @property
    def prompt_version(self) -> str:
        """The stamp of the system prompt that answers were written under."""
        return prompt_hash(self._prompt)

    def close(self) -> None:
        """Closes the connections to the model, if any were opened."""
        if "_model" in self.__dict__:
            close_model(self._model)

    @cached_property
    def _model(self) -> BaseChatModel:
        assert self._options is not None
        return chat_model(self._options)

    @cached_property
    def _tools(self) -> list[StructuredTool]:
        """What the model reads about each skill. TurnRules runs them: a tool by itself has no turn to run on."""
        return [
            StructuredTool(name=s.name, description=s.prompt, args_schema=s.arguments) for s in self._skills
        ]

    @cached_property
    def _agent(self) -> Any:
        """The graph, built once; the model it is built with is replaced by the run's own at every call."""
        first = FakeListChatModel(responses=[""])
        return create_agent(first, self._tools, middleware=[TurnRules(self._skills)], context_schema=Run)

    def _given(self, turn: Turn, history: History) -> list[str]:
        """What counts as evidence before any tool has run: the asker's own words, their name, today's date."""
        told = [text for role, text in trim(history) if role == "user"]
        return [*told, turn.text, turn.desk.person.name, self._filled(turn)]

    def _filled(self, turn: Turn) -> str:
        return fill(self._prompt, turn.desk.person, turn.desk.now, turn.language)

    def _messages(self, turn: Turn, history: History) -> list[AnyMessage]:
        said: list[AnyMessage] = [SystemMessage(self._filled(turn))]
        for role, text in trim(history):
            said.append(HumanMessage(text) if role == "user" else AIMessage(text))
        return [*said, HumanMessage(turn.text)]

    def _ask(self, run: Run, history: History) -> dict[str, Any]:
        return {
            "input": {"messages": self._messages(run.turn, history)},
            "config": {"recursion_limit": STEPS},
            "context": run,
        }

    def _pieces(self, run: Run, history: History, *, streaming: bool) -> Iterator[str]:
        """What the model writes, in pieces; "" stands between two messages."""
        ask = self._ask(run, history)
        if not streaming:
            said = self._agent.invoke(**ask)["messages"][len(ask["input"]["messages"]) :]
            texts = [message.text for message in said if isinstance(message, AIMessage) and message.text]
            for n, text in enumerate(texts):
                yield from ("", text) if n else (text,)
            return
        last = None
        for message, _ in self._agent.stream(**ask, stream_mode="messages"):
            if isinstance(message, AIMessage) and message.text:
                yield from ("", message.text) if last not in (None, message.id) else (message.text,)
                last = message.id

    def _by_model(
        self, run: Run, history: History, show: Callable[[str], None], *, streaming: bool
    ) -> Answer:
        assert self._options is not None
        turn, page = run.turn, Page(show)
        guard = Guard(turn.sources, run.known, turn.language, turn.outcomes)
        with within(self._options.deadline_s), tracing_context(enabled=False):
            for piece in self._pieces(run, history, streaming=streaming):
                page.write(guard.feed(piece) if piece else guard.end() + "\n")
        page.write(guard.end())
        page.paragraph(guard.pass_on(preview_left(page.text, turn)))
        page.paragraph(*outcomes_left(page.text, turn), guard.close())
        return make_answer(turn, page.text, guard.used(), self._options.model, self.prompt_version)

    def _by_offline(self, turn: Turn, history: History, show: Callable[[str], None], notice: str) -> Answer:
        """The offline brain's answer; skills' texts are evidence themselves and pass unchecked."""
        run, page = Run(turn, self._offline(turn, history), wrap=False), Page(show)
        try:
            with tracing_context(enabled=False):
                said = self._agent.invoke(**self._ask(run, history))["messages"][-1].text
        except ModelDown as fault:
            said = "\n\n".join([*run.texts, turn.say(f"（{fault.zh}）", f"({fault.en})")])
        text, sources = only_cited(said, turn.sources)
        page.paragraph(notice, text.strip(), *outcomes_left(text, turn))
        return make_answer(turn, page.text, sources, OFFLINE)

    def _half_way(self, run: Run, fault: ModelDown, show: Callable[[str], None]) -> Answer:
        """The model died after something was submitted: tell what was found and done, and do nothing more."""
        turn, page = run.turn, Page(show)
        notice = turn.say(
            f"模型中途不可用（{fault.zh}）。已提交的动作不会重复提交，以下是已得到的结果。",
            f"The model became unavailable half-way ({fault.en}). What was submitted is not submitted again; "
            "this is what there is so far.",
        )
        text, sources = only_cited("\n\n".join(run.texts), turn.sources)
        page.paragraph(notice, text.strip(), *outcomes_left(text, turn))
        return make_answer(turn, page.text, sources, OFFLINE)
