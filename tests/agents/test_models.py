"""The endpoint: what a request carries, how faults read, how long anything may take."""

from __future__ import annotations

import json
import logging
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from langchain_core.messages import AIMessage

from agents.deadline import within
from agents.faults import ModelDown, _retry_after
from agents.models import TORN, ModelOptions, chat_model, close_model
from tests.fakes.openai_server import OpenAIServer, Reply, ToolUse, calls, error

KEY = "sk-very-secret"


@contextmanager
def model_on(script: Any, **options: Any) -> Iterator[tuple[Any, OpenAIServer]]:
    with OpenAIServer(script) as server:
        chosen = ModelOptions(base_url=server.base_url, api_key=KEY, model="fake-model", **options)
        model = chat_model(chosen)
        try:
            yield model, server
        finally:
            close_model(model)


def test_a_request_is_a_chat_completion_with_usage_and_our_key() -> None:
    with model_on([Reply(text="你好，我是模型。")]) as (model, server):
        said = model.invoke("你好")
    assert said.text == "你好，我是模型。"
    assert said.usage_metadata["output_tokens"] == 8
    request = server.requests[0]
    assert request.path == "/v1/chat/completions"
    assert request.authorization == f"Bearer {KEY}"
    assert request.body["stream_options"] == {"include_usage": True}
    assert request.body["temperature"] == 0


def test_tool_arguments_arrive_in_pieces_and_are_put_together() -> None:
    wanted = [
        ToolUse("recall", {"query": "华东医疗 报价与折扣"}),
        ToolUse("send", {"id": "S-1", "copies": 2}),
    ]
    with model_on([calls(*wanted)]) as (model, _):
        said: AIMessage = model.invoke("x")
    assert [(c["name"], c["args"]) for c in said.tool_calls] == [(w.name, w.arguments) for w in wanted]
    assert TORN not in said.additional_kwargs


def test_cut_arguments_are_marked_instead_of_completed() -> None:
    with model_on([calls(ToolUse("send", raw='{"to": "wang", "body": "尊敬的'))]) as (model, _):
        assert model.invoke("x").additional_kwargs[TORN] is True


def test_deltas_come_one_by_one() -> None:
    with model_on([Reply(text="一二三四五六七八九十" * 3)]) as (model, _):
        pieces = [chunk.text for chunk in model.stream("x") if chunk.text]
    assert len(pieces) == 5
    assert "".join(pieces) == "一二三四五六七八九十" * 3


def test_the_key_is_in_no_repr_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with model_on([error(500, message=KEY)]) as (model, _), pytest.raises(ModelDown) as caught:
        model.invoke("秘密的问题")
    assert KEY not in caplog.text + repr(model) + repr(model.options) + str(caught.value)
    assert "秘密的问题" not in caplog.text


def test_a_wait_that_outlasts_the_deadline_is_not_begun() -> None:
    with model_on([error(429, "5")], max_retry_after_s=8) as (model, server):
        began = time.monotonic()
        with within(1.0), pytest.raises(ModelDown) as caught:
            model.invoke("x")
        assert time.monotonic() - began < 1
    assert caught.value.retry_after == 5
    assert len(server.chats) == 1


def test_after_the_deadline_nothing_is_asked() -> None:
    with model_on([Reply(text="好")]) as (model, server):
        with within(0.0), pytest.raises(ModelDown, match="响应超时"):
            model.invoke("x")
        assert server.chats == []


def test_a_server_that_is_silent_before_the_first_byte() -> None:
    with model_on([Reply(body="{}", stall_s=2)], timeout_s=0.3) as (model, _):
        began = time.monotonic()
        with pytest.raises(ModelDown, match="响应超时"):
            model.invoke("x")
        assert time.monotonic() - began < 1.5


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("1", 1.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 3600.0),
        ("?", None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert _retry_after(header) == seconds


@pytest.mark.parametrize("header", ["nan", "inf", "1e400"])
def test_a_nonsense_retry_after_is_not_slept_for(header: str) -> None:
    with model_on([error(429, header)]) as (model, _):
        began = time.monotonic()
        with pytest.raises(ModelDown):
            model.invoke("x")
        assert time.monotonic() - began < 2


def test_the_reason_is_in_the_askers_language() -> None:
    fault = ModelDown("响应超时", "it did not answer in time")
    assert (fault.reason("zh"), fault.reason("en")) == ("响应超时", "it did not answer in time")


def test_the_fake_server_lists_models_and_embeds() -> None:
    def read(url: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(url, data=data, timeout=3) as answer:
            return json.load(answer)

    with OpenAIServer() as server:
        assert read(f"{server.base_url}/models")["data"][0]["id"] == "fake-model"
        vectors = read(f"{server.base_url}/embeddings", {"model": "e", "input": ["甲", "乙", "甲"]})["data"]
        assert vectors[0]["embedding"] == vectors[2]["embedding"] != vectors[1]["embedding"]
        said = read(f"{server.base_url}/chat/completions", {"model": "m", "messages": []})
        assert said["choices"][0] == {
            "index": 0,
            "message": {"role": "assistant", "content": "ok"},
            "finish_reason": "stop",
        }


def test_a_script_may_be_a_function_of_the_request() -> None:
    script: Callable[[dict[str, Any]], Reply] = lambda body: Reply(text=body["messages"][-1]["content"] * 2)  # noqa: E731
    with model_on(script) as (model, _):
        assert model.invoke("回声").text == "回声回声"
