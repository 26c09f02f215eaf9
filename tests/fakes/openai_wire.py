"""The wire shapes of an OpenAI-compatible API, and the replies and faults a script can ask for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ToolUse:
    """One tool call. `raw` replaces the JSON of `arguments` when the arguments must be broken."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    raw: str | None = None

    @property
    def text(self) -> str:
        return json.dumps(self.arguments, ensure_ascii=False) if self.raw is None else self.raw


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One scripted reply. Faults in a stream happen after the text's first piece.

    `status` other than 200 answers an error; `body` replaces the whole body; `stall_s` is a silence in seconds;
    `drip` keep-alive comments are sent every 50 ms before anything else; `reset` tears the TCP connection;
    `truncate` ends a stream without finish_reason and [DONE]; `error_event` puts an error in the stream.
    """

    text: str = ""
    tools: tuple[ToolUse, ...] = ()
    finish: str = ""
    status: int = 200
    retry_after: str = ""
    body: str | None = None
    content_type: str = "application/json"
    stall_s: float = 0.0
    drip: int = 0
    reset: bool = False
    truncate: bool = False
    error_event: bool = False
    no_choices: bool = False

    @property
    def finish_reason(self) -> str:
        return self.finish or ("tool_calls" if self.tools else "stop")


def error(status: int, retry_after: str = "", message: str = "scripted fault") -> Reply:
    """An error answer of the API's shape."""
    body = json.dumps({"error": {"message": message, "type": "scripted", "code": status}})
    return Reply(status=status, retry_after=retry_after, body=body)


def html() -> Reply:
    return Reply(body="<html><body>It works!</body></html>", content_type="text/html")


def garbage() -> Reply:
    """JSON cut in the middle, in an event stream and outside of one."""
    return Reply(body='data: {"id": "x", "choices": [{"index": 0, "del\n\n', content_type="text/event-stream")


def calls(*tools: ToolUse, text: str = "") -> Reply:
    return Reply(tools=tools, text=text)


def _usage(reply: Reply) -> dict[str, int]:
    written = len(reply.text) + sum(len(tool.text) for tool in reply.tools)
    return {"prompt_tokens": 1, "completion_tokens": written, "total_tokens": 1 + written}


def _tool(index: int, tool: ToolUse, arguments: str) -> dict[str, Any]:
    return {
        "index": index,
        "id": f"call_{index}_{tool.name}",
        "type": "function",
        "function": {"name": tool.name, "arguments": arguments},
    }


def completion(reply: Reply, body: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
    if reply.tools:
        message["tool_calls"] = [_tool(i, tool, tool.text) for i, tool in enumerate(reply.tools)]
    choice = {"index": 0, "message": message, "finish_reason": reply.finish_reason}
    return {
        "id": "chatcmpl-fake",
        "object": "chat.completion",
        "created": 0,
        "model": body.get("model", "fake-model"),
        "choices": [] if reply.no_choices else [choice],
        "usage": _usage(reply),
    }


def events(reply: Reply, body: dict[str, Any]) -> Iterator[str]:
    """The `data:` payloads of one streamed reply: role, pieces of text and of tool arguments, finish, usage, [DONE]."""

    def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> str:
        choices = [] if reply.no_choices else [{"index": 0, "delta": delta, "finish_reason": finish}]
        record = {
            "id": "chatcmpl-fake",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": "fake-model",
        }
        return json.dumps({**record, "choices": choices, **more}, ensure_ascii=False)

    yield chunk({"role": "assistant", "content": ""})
    pieces = [reply.text[i : i + 7] for i in range(0, len(reply.text), 7)]
    for piece in pieces[:1] if reply.truncate else pieces:
        yield chunk({"content": piece})
    if reply.error_event:
        yield json.dumps({"error": {"message": "scripted error in the stream", "type": "server_error"}})
        return
    for index, tool in enumerate(reply.tools):
        yield chunk({"tool_calls": [_tool(index, tool, "")]})
        for i in range(0, len(tool.text), 9):
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": tool.text[i : i + 9]}}]})
    if reply.truncate:
        return
    yield chunk({}, reply.finish_reason)
    if (body.get("stream_options") or {}).get("include_usage"):
        yield json.dumps({**json.loads(chunk({})), "choices": [], "usage": _usage(reply)})
    yield "[DONE]"


def embeddings(body: dict[str, Any]) -> dict[str, Any]:
    """Eight-dimensional vectors of character counts: the same text, the same vector."""
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    data = []
    for index, text in enumerate(texts):
        vector = [0.0] * 8
        for char in str(text):
            vector[ord(char) % 8] += 1.0
        data.append({"object": "embedding", "index": index, "embedding": vector})
    usage = {"prompt_tokens": len(texts), "total_tokens": len(texts)}
    return {"object": "list", "data": data, "model": body.get("model", "fake-embedding"), "usage": usage}
