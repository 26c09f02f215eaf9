"""A LangChain chat model that moves as a mind of our own tells it: how drilled models enter by an endpoint's door."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from .mind import Heard, Mind, Tool

_ROLES = {"human": "user", "ai": "assistant", "system": "system", "tool": "tool"}


class Puppet(BaseChatModel):
    """Holds nothing itself; `mind` may remember from turn to turn."""

    mind: Any
    tools: tuple[Tool, ...] = ()

    @property
    def _llm_type(self) -> str:
        return "chengdan-drill"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,  # noqa: ARG002  the mind chooses
        **kwargs: Any,  # noqa: ARG002
    ) -> Puppet:
        """A copy that knows which tools there are."""
        return self.model_copy(update={"tools": tuple(map(_as_tool, tools))})

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> ChatResult:
        mind: Mind = self.mind
        move = mind.move([Heard(_ROLES.get(m.type, m.type), str(m.text)) for m in messages], self.tools)
        calls = [
            {"name": name, "args": arguments, "id": f"drill-{len(messages)}-{n}", "type": "tool_call"}
            for n, (name, arguments) in enumerate(move.calls)
        ]
        message = AIMessage(content=move.text, tool_calls=calls)
        return ChatResult(generations=[ChatGeneration(message=message)])


def _as_tool(tool: dict[str, Any] | type | Callable[..., Any] | BaseTool) -> Tool:
    function = convert_to_openai_tool(tool)["function"]
    return Tool(name=function["name"], schema=function.get("parameters", {}))
