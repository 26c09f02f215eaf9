"""A chat model that says what a script says, for tests of the assistant without any network."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import Field


class ScriptedModel(BaseChatModel):
    """Gives its messages one after the other; the last one repeats. `seen` is what it was told each time."""

    script: list[AIMessage]
    seen: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Any, **kwargs: Any) -> ScriptedModel:
        return self

    def _generate(
        self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        said = self.script[min(len(self.seen), len(self.script) - 1)]
        self.seen.append(list(messages))
        return ChatResult(generations=[ChatGeneration(message=said.model_copy(update={"id": None}))])


def calling(name: str, **arguments: Any) -> AIMessage:
    """A message that calls one skill."""
    call = {"name": name, "args": arguments, "id": f"call_{name}", "type": "tool_call"}
    return AIMessage(content="", tool_calls=[call])
