"""A model by its name: the hub's real client fetches it once, with progress, and then needs no network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from speech.model_folder import told_how_much
from tests.fakes.heard_call import HeardCall, bare
from tests.fakes.model_hub import ModelHub

ROOT = Path(__file__).resolve().parents[2]
HEAR = """
import json, sys
from pathlib import Path
from speech.heard import Hints, TranscriberError
from speech.listening import listen
from speech.transcriber import FasterWhisper, Hub
said = []
engine = FasterWhisper("tiny", folder=Path(sys.argv[1]), fetch=Hub(said.append, every_s=0.1))
try:
    found = listen(Path(sys.argv[2]), engine, Hints())
    print(json.dumps({"said": said, "heard": [one.text for one in found.heard], "engine": found.engine}))
except TranscriberError as error:
    print(json.dumps({"said": said, "why": error.zh}))
"""


def hear(folder: Path, sound: Path, hub: str) -> dict[str, object]:
    """In a process of its own: the hub's client reads its address when it is imported."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HF_ENDPOINT": hub,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HOME": str(folder),
    }
    command = [sys.executable, "-c", HEAR, str(folder / "models"), str(sound)]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=100)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, object] = json.loads(ran.stdout.splitlines()[-1])
    return found


def test_a_named_model_is_fetched_once_with_progress_and_then_lies_here(
    tmp_path: Path, test_whisper_model: Path, sales_call: HeardCall
) -> None:
    with ModelHub("Systran/faster-whisper-tiny", test_whisper_model, pause_s=0.4) as hub:
        first = hear(tmp_path, sales_call.path, hub.url)
    said = [str(one) for one in first["said"]]  # type: ignore[attr-defined]
    assert said[0].startswith("本机没有语音模型 tiny,正在下载,只需一次…")
    assert "预算大概是八十万" in bare("".join(map(str, first["heard"])))  # type: ignore[call-overload]
    second = hear(tmp_path, sales_call.path, "http://127.0.0.1:9")
    assert (second["said"], second["heard"]) == ([], first["heard"]), "nobody was asked, nothing was fetched"


def test_without_a_network_the_way_to_get_it_is_said(tmp_path: Path, sales_call: HeardCall) -> None:
    found = hear(tmp_path, sales_call.path, "http://127.0.0.1:9")
    assert "hf download Systran/faster-whisper-tiny" in str(found["why"])


def test_how_much_has_arrived_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    heard = threading.Event()

    def say(line: str) -> None:
        said.append(line)
        heard.set()

    with told_how_much(tmp_path, say, 0.01):
        (tmp_path / "model.bin.incomplete").write_bytes(bytes(3_000_000))
        assert heard.wait(60)
    assert said[0].startswith("已下载 ")
