"""A loopback stand-in for an OpenAI-compatible /audio/transcriptions endpoint, with a transcript and faults on demand."""

from __future__ import annotations

import json
import threading
import wave
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any

import numpy as np

from speech.heard import Hints
from tests.fakes.hearing import ToneTranscriber


@dataclass
class TranscriptionServer:
    """`with TranscriptionServer() as server:` serves on `server.url`; it hears tones.

    `faults` are statuses for the next requests (0: hang up); `timed` False: no verbose_json; `body`: say exactly this."""

    faults: list[int] = field(default_factory=list)
    timed: bool = True
    body: bytes = b""
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> TranscriptionServer:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                data = self.rfile.read(int(self.headers["Content-Length"]))
                fake.keys.append(self.headers.get("Authorization", ""))
                status, answer = fake.answer(self.path, self.headers["Content-Type"], data)
                if not status:
                    return
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing: the transcript is in `forms`."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str, kind: str, data: bytes) -> tuple[int, bytes]:
        """What one request gets."""
        assert path == "/v1/audio/transcriptions"
        form, sound = _form(kind, data)
        self.forms.append(form)
        self.seconds.append(len(sound) / 16_000)
        if self.faults:
            status = self.faults.pop(0)
            return status, b'{"error": {"message": "later"}}'
        if self.body:
            return 200, self.body
        if form["response_format"] == ["verbose_json"] and not self.timed:
            return 400, b'{"error": {"message": "response_format verbose_json is not supported"}}'
        return 200, json.dumps(self._heard(form, sound)).encode()

    def _heard(self, form: dict[str, list[str]], sound: Any) -> dict[str, Any]:
        found = ToneTranscriber().hear(sound, Hints())
        text = {"text": " ".join(one.text for one in found)}
        if form["response_format"] != ["verbose_json"]:
            return text
        return text | {
            "segments": [
                {
                    "start": one.start,
                    "end": one.end,
                    "text": f" {one.text}",
                    "avg_logprob": -0.1,
                    "no_speech_prob": 0.01,
                }
                for one in found
            ],
            "words": [{"word": w.text, "start": w.start, "end": w.end} for one in found for w in one.words],
        }


def _form(kind: str, data: bytes) -> tuple[dict[str, list[str]], Any]:
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + data)
    form: dict[str, list[str]] = {}
    sound: Any = np.zeros(0, np.float32)
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if name == "file":
            with wave.open(BytesIO(content)) as file:
                assert (file.getframerate(), file.getnchannels()) == (16_000, 1)
                sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
        else:
            form.setdefault(str(name), []).append(content.decode())
    return form, sound
