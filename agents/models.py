"""The models we talk to over the network: one OpenAI-compatible endpoint, its time-outs and its faults.

The only file that knows langchain_openai, and it imports it when a model is first built: a base install that asks
the offline brain never pays for it. Every fault of an endpoint comes out as one `ModelDown` with a sentence.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from .deadline import bounded_client_class, time_left
from .faults import ModelDown, client_faults, translate

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

__all__ = ["TORN", "ModelDown", "ModelOptions", "chat_model", "close_model"]

CHATTY_LOGGERS = ("openai", "httpx2", "httpcore2", "httpx", "httpcore")
"""They write prompts or addresses at DEBUG and INFO; ours is not a log of what customers said."""

RETRY_PAUSE_S = 0.4
TORN = "chengdan_torn"
"""Marks a message whose tool arguments came incomplete: it must be asked for again, never run."""


@dataclass(frozen=True, kw_only=True)
class ModelOptions:
    """Which endpoint and how patient we are. All times in seconds.

    `timeout_s` bounds one silence of the endpoint, `deadline_s` everything one turn asks of it; a Retry-After longer
    than `max_retry_after_s` is not waited for.
    """

    base_url: str
    api_key: str = field(repr=False)
    model: str
    timeout_s: float = 30.0
    deadline_s: float = 90.0
    max_retry_after_s: float = 8.0
    temperature: float = 0.0


def chat_model(options: ModelOptions) -> BaseChatModel:
    """The endpoint as a LangChain chat model that raises nothing but ModelDown."""
    for name in CHATTY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    endpoint: BaseChatModel = _endpoint_class()(
        options=options,
        model=options.model,
        base_url=options.base_url,
        api_key=options.api_key or "none",
        timeout=options.timeout_s,
        temperature=options.temperature,
        max_retries=0,
        stream_usage=True,
        use_responses_api=False,
        http_client=bounded_client_class()(timeout=options.timeout_s),
    )
    return endpoint


def close_model(model: BaseChatModel) -> None:
    """Closes the connections of a model made here."""
    cast(Any, model).http_client.close()


@dataclass
class _Watch:
    """What a stream has shown so far, to tell a whole answer from a torn one."""

    finish: str = ""
    text: bool = False
    tools: dict[Any, list[str]] = field(default_factory=dict)
    chunks: int = 0

    def see(self, chunk: Any) -> None:
        self.chunks += 1
        self.finish = (chunk.generation_info or {}).get("finish_reason") or self.finish
        self.text = self.text or bool(chunk.text.strip())
        for call in chunk.message.tool_call_chunks:
            self.tools.setdefault(call["index"], []).append(call["args"] or "")

    def check(self) -> None:
        if not self.text and not self.tools:
            raise ModelDown("返回了空答复", "it returned an empty answer", retry=not self.chunks)
        if not self.finish:
            raise ModelDown("答复在中途被截断", "its answer broke off half-way")
        if self.finish == "length":
            raise ModelDown("答复超长被截断", "its answer was cut off for length")
        if self.finish == "content_filter":
            raise ModelDown("答复被模型服务拦截", "its answer was withheld by the endpoint's filter")

    def torn(self) -> bool:
        """True when a tool call's arguments are not whole JSON. LangChain would complete them in silence."""
        return any(not _is_json("".join(pieces) or "{}") for pieces in self.tools.values())


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1)
def _endpoint_class() -> Any:
    from langchain_core.language_models.chat_models import generate_from_stream
    from langchain_core.messages import AIMessageChunk
    from langchain_core.outputs import ChatGenerationChunk
    from langchain_openai import ChatOpenAI

    faults = client_faults()

    class Endpoint(ChatOpenAI):
        """ChatOpenAI that always streams (so that a deadline can bite), checks the end and names its faults."""

        options: Any = None

        def _generate(self, messages: Any, stop: Any = None, *_: Any, **kwargs: Any) -> Any:
            return generate_from_stream(self._stream(messages, stop=stop, **kwargs))

        def _stream(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
            try:
                return (yield from self._once(*args, **kwargs))
            except ModelDown as fault:
                if (pause := _pause(fault, self.options)) is None:
                    raise
            time.sleep(pause)
            yield from self._once(*args, **kwargs)

        def _once(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
            watch = _Watch()
            kwargs["timeout"] = min(self.options.timeout_s, time_left())
            try:
                for chunk in super()._stream(*args, **kwargs):
                    watch.see(chunk)
                    yield chunk
            except faults as fault:
                raise translate(fault, begun=watch.chunks > 0) from None
            watch.check()
            if watch.torn():
                yield ChatGenerationChunk(message=AIMessageChunk(content="", additional_kwargs={TORN: True}))

    return Endpoint


def _pause(fault: ModelDown, options: ModelOptions) -> float | None:
    """How long to wait before the one retry, in seconds; None for no retry."""
    if not fault.retry:
        return None
    wait = RETRY_PAUSE_S if fault.retry_after is None else fault.retry_after
    return wait if wait <= min(options.max_retry_after_s, time_left()) else None
