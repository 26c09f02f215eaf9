"""The offline brain as a LangChain chat model: understands by rules and a small classifier, calls the same skills."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field

from knowledge.names import NameIndex

from .reading import Reading
from .understand import understand_all

THEN = "chengdan_then"
"""Key under which an AI message carries the calls still to make, so that the model itself keeps no state."""


class OfflineBrain(BaseChatModel):
    """One turn's model. `names` are what the asker may see, `focus` what the talk is about, `now` the moment.

    Calls are made one after the other, in the order asked, because a later one may lean on an earlier one's result
    ("写封邮件,然后发出去"). The final answer is the skills' texts in order, then what must be asked or said.
    """

    names: NameIndex = Field(default_factory=lambda: NameIndex([]))
    focus: dict[str, Any] = Field(default_factory=dict)
    now: datetime
    language: str = "zh"
    tool_names: tuple[str, ...] | None = None

    @property
    def _llm_type(self) -> str:
        return "chengdan-offline"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,  # noqa: ARG002  the offline brain chooses by understanding
        **kwargs: Any,  # noqa: ARG002
    ) -> OfflineBrain:
        """A copy that knows which skills may be called."""
        return self.model_copy(update={"tool_names": tuple(_tool_name(tool) for tool in tools)})

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> ChatResult:
        message = self._answer(messages)
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _answer(self, messages: Sequence[BaseMessage]) -> AIMessage:
        at = max((i for i, m in enumerate(messages) if isinstance(m, HumanMessage)), default=-1)
        turn = messages[at + 1 :]
        asked = [m for m in turn if isinstance(m, AIMessage) and THEN in m.additional_kwargs]
        if not asked:
            text = str(messages[at].text) if at >= 0 else ""
            readings = understand_all(text, self.names, self.focus, self.now, self.language)
            return _next_step(self._steps(readings), [], turn=0)
        return _next_step(asked[-1].additional_kwargs[THEN], turn, turn=len(asked))

    def _steps(self, readings: Sequence[Reading]) -> list[dict[str, Any]]:
        steps: list[dict[str, Any]] = []
        for reading in readings:
            if reading.is_call and (self.tool_names is None or reading.intent in self.tool_names):
                steps.append({"name": reading.intent, "args": reading.arguments})
            else:
                steps.append({"say": reading.sentence or _missing(reading)})
        return steps


def _next_step(steps: list[dict[str, Any]], done: Sequence[BaseMessage], turn: int) -> AIMessage:
    """The next call, carrying what comes after it; or the final text."""
    for number, step in enumerate(steps):
        if "name" in step:
            rest = [*steps[:number], *steps[number + 1 :]]
            call = {
                "name": step["name"],
                "args": step["args"],
                "id": f"offline-{turn + 1}",
                "type": "tool_call",
            }
            return AIMessage(content="", tool_calls=[call], additional_kwargs={THEN: rest})
    texts = [str(message.text) for message in done if isinstance(message, ToolMessage)]
    texts.extend(step["say"] for step in steps)
    return AIMessage(content="\n\n".join(text for text in texts if text))


def _tool_name(tool: dict[str, Any] | type | Callable[..., Any] | BaseTool) -> str:
    if isinstance(tool, BaseTool):
        return tool.name
    return str(convert_to_openai_tool(tool)["function"]["name"])


def _missing(reading: Reading) -> str:
    if reading.language == "en":
        return "That skill is not available here."
    return "这里没有开通这项功能。"
