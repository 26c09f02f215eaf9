"""Start-up and one offline turn: how long a person waits. `python -m tests.bench.bench_start`."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

ROUNDS = 7
QUESTION = "华东医疗那个单子现在什么情况?"
CHENGDAN = str(Path(sys.executable).parent / "chengdan")


def seconds(command: list[str], folder: Path) -> float:
    """Wall seconds of one process, from its start to its end."""
    environment = os.environ | {"VAR_DIR": str(folder)}
    started = time.perf_counter()
    subprocess.run(
        command, env=environment, cwd=folder.parent, capture_output=True, stdin=subprocess.DEVNULL, check=True
    )
    return time.perf_counter() - started


def offline_turns(folder: Path) -> list[float]:
    """Milliseconds of turns in a running chat, everything imported and opened."""
    from bot.inbox import Inbox
    from bot.messages import Inbound
    from bot.settings import Settings
    from bot.wiring import open_house

    house = open_house(Settings(var_dir=folder, _env_file=None))
    inbox, spent = Inbox(house), []
    for text in (QUESTION, "那报价呢?", "客户说太贵了怎么回?", "帮我给王总写封跟进邮件") * ROUNDS:
        started = time.perf_counter()
        inbox.handle(
            Inbound(channel="bench", person_id="p-lina", thread="b", text=text, external_id=uuid.uuid4().hex)
        )
        spent.append((time.perf_counter() - started) * 1000)
    house.close()
    return spent[4:]


def measure() -> dict[str, Any]:
    """First run, later starts, a bare import for comparison, and turns."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "var"
        first = seconds([CHENGDAN, "chat", "--demo"], folder)
        ask = [seconds([CHENGDAN, "ask", "--as", "p-lina", QUESTION], folder) for _ in range(ROUNDS)]
        chat = [seconds([CHENGDAN, "chat", "--demo"], folder) for _ in range(ROUNDS)]
        bare = [
            seconds([sys.executable, "-c", "import langchain.agents, sqlmodel"], folder)
            for _ in range(ROUNDS)
        ]
        turns = offline_turns(folder)
    return {
        "first_run_s": round(first, 2),
        "ask_process_to_answer_s": round(statistics.median(ask), 2),
        "chat_second_start_s": round(statistics.median(chat), 2),
        "bare_import_of_langchain_agents_and_sqlmodel_s": round(statistics.median(bare), 2),
        "offline_turn_median_ms": round(statistics.median(turns), 1),
        "offline_turn_p95_ms": round(sorted(turns)[int(len(turns) * 0.95)], 1),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(), indent=1) + "\n")
