"""One turn against the zero-latency fake server: ours minus a bare SDK tool loop. `python -m tests.bench.bench_turn`."""

from __future__ import annotations

import argparse
import json
import logging
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from langchain_core.messages import AIMessage
from pydantic import BaseModel

from actions.desk import Desk
from agents.assistant import Assistant
from agents.models import ModelOptions
from agents.prompting import load_prompt
from agents.skill import Skill, Turn
from tests.fakes.openai_server import OpenAIServer, Reply, ToolUse, calls
from tests.fakes.scripted_model import ScriptedModel
from tests.fakes.small_desk import SmallDesk

FOUND = "预算 128 万 [1]"
QUESTION = "华东医疗现在什么情况？"


class Ask(BaseModel):
    query: str


def recall(turn: Turn, ask: Ask) -> str:
    """查找与客户有关的记录。"""
    turn.cite(id="I-1", kind="mail", title=ask.query, date="2026-11-18", quote=FOUND)
    return FOUND


def script(body: dict[str, Any]) -> Reply:
    if body["messages"][-1]["role"] == "tool":
        return Reply(text="预算为 128 万 [1]。")
    return calls(ToolUse("recall", {"query": "华东医疗"}))


def bare_loop(base_url: str) -> Callable[[], str]:
    """The same two requests by the openai SDK alone."""
    import openai

    client = openai.OpenAI(base_url=base_url, api_key="bench", max_retries=0)
    schema = {"name": "recall", "description": recall.__doc__, "parameters": Ask.model_json_schema()}

    def once() -> str:
        messages: list[Any] = [
            {"role": "system", "content": load_prompt()},
            {"role": "user", "content": QUESTION},
        ]
        while True:
            reply = client.chat.completions.create(
                model="m", messages=messages, tools=cast(Any, [{"type": "function", "function": schema}])
            )
            said = reply.choices[0].message
            if not said.tool_calls:
                return said.content or ""
            messages.append(said.model_dump(exclude_none=True))
            messages += [
                {"role": "tool", "tool_call_id": call.id, "content": FOUND} for call in said.tool_calls
            ]

    return once


def our_turn(base_url: str, *, streaming: bool) -> Callable[[], str]:
    skill = Skill(name="recall", arguments=Ask, run=recall)
    options = ModelOptions(base_url=base_url, api_key="bench", model="m")
    assistant = Assistant((skill,), options, lambda *_: ScriptedModel(script=[AIMessage("")]), load_prompt())

    def once() -> str:
        turn = Turn(desk=cast(Desk, SmallDesk()), text=QUESTION, language="zh")
        answer = assistant.answer(turn, on_text=(lambda _: None) if streaming else None)
        assert answer.mode == "m", answer.text
        return answer.text

    return once


def import_seconds(statement: str) -> float:
    """Best of three fresh interpreters, in seconds, less an empty one."""

    def best(code: str) -> float:
        taken = []
        for _ in range(3):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            taken.append(time.perf_counter() - began)
        return min(taken)

    return best(statement) - best("pass")


def measure(rounds: int) -> dict[str, Any]:
    """Interleaved rounds of the three, medians in ms."""
    taken: dict[str, list[float]] = {"bare_sdk": [], "ours": [], "ours_streaming": []}
    with OpenAIServer(script) as server:
        url = server.base_url
        runs = {
            "bare_sdk": bare_loop(url),
            "ours": our_turn(url, streaming=False),
            "ours_streaming": our_turn(url, streaming=True),
        }
        for round_number in range(rounds + 3):
            for name, run in runs.items():
                began = time.perf_counter()
                run()
                if round_number >= 3:
                    taken[name].append((time.perf_counter() - began) * 1000)
    medians = {f"{name}_ms": round(statistics.median(times), 2) for name, times in taken.items()}
    return {
        **medians,
        "ours_minus_bare_ms": round(medians["ours_ms"] - medians["bare_sdk_ms"], 2),
        "ratio": round(medians["ours_ms"] / medians["bare_sdk_ms"], 2),
        "rounds": rounds,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="file for the figures; standard output without it")
    parser.add_argument("--rounds", type=int, default=40)
    chosen = parser.parse_args()
    logging.disable(logging.INFO)
    record = {
        "turn": measure(chosen.rounds),
        "import_seconds": {
            "agents.assistant": round(import_seconds("import agents.assistant"), 3),
            "with_langchain_openai": round(import_seconds("import agents.assistant, langchain_openai"), 3),
        },
    }
    text = json.dumps(record, ensure_ascii=False, indent=1)
    if chosen.json:
        chosen.json.write_text(text + "\n", encoding="utf-8")
    else:
        sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
