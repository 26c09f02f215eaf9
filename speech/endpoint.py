"""The second recogniser: any endpoint that speaks OpenAI's /audio/transcriptions."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .chunks import quiet_place
from .heard import Heard, Hints, TranscriberError, Word
from .waves import RATE, wav_bytes

if TYPE_CHECKING:
    import httpx
    import numpy as np
    from numpy.typing import NDArray

    Channel = NDArray[np.float32]

TRIES = 4
SHORT_S = 25.0
"""How much an endpoint that gives no times hears at once: then these are the times."""

_AGAIN = frozenset({408, 409, 429, 500, 502, 503, 504})


class EndpointTranscriber:
    """Speaks to `base_url`/audio/transcriptions. The key is in the header of the request and nowhere else. Answers with
    segments and words are asked for; where the endpoint knows only text, the sound is sent in short parts."""

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        model: str,
        timeout_s: float = 300.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url, self._key, self._model = base_url.rstrip("/") + "/audio/transcriptions", api_key, model
        self._timeout_s, self._sleep = timeout_s, sleep
        self._timed = True

    @property
    def name(self) -> str:
        return f"endpoint:{self._model}"

    def hear(self, samples: Channel, hints: Hints) -> list[Heard]:
        if self._timed:
            answer = self._ask(samples, hints, timed=True)
            if answer is not None and (found := _utterances(answer, len(samples) / RATE)) is not None:
                return found
            self._timed = False
        return self._in_parts(samples, hints)

    def _in_parts(self, samples: Channel, hints: Hints) -> list[Heard]:
        found: list[Heard] = []
        at, size = 0, round(SHORT_S * RATE)
        while at < len(samples):
            part = samples[at : at + size]
            if len(part) == size:
                part = part[: quiet_place(part[None, :], SHORT_S / 2)]
            answer = self._ask(part, hints, timed=False) or {}
            text = str(answer.get("text") or "").strip()
            if text:
                end = (at + len(part)) / RATE
                found.append(Heard(start=round(at / RATE, 3), end=round(end, 3), text=text))
            at += len(part)
        return found

    def _ask(self, samples: Channel, hints: Hints, *, timed: bool) -> dict[str, Any] | None:
        """The answer as JSON; None when the endpoint refuses to give times."""
        import httpx

        form: dict[str, Any] = {"model": self._model, "temperature": "0", "response_format": "json"}
        if timed:
            form |= {"response_format": "verbose_json", "timestamp_granularities[]": ["word", "segment"]}
        if hints.language:
            form["language"] = hints.language
        if hints.hotwords:
            form["prompt"] = ", ".join(hints.hotwords)[:400]
        data = wav_bytes(samples)
        why = ""
        for attempt in range(TRIES):
            if attempt:
                self._sleep(min(30.0, 2.0 ** (attempt - 1)))
            try:
                answer = self._post(form, data)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                why = type(error).__name__
                continue
            if answer.status_code == 200:
                return _as_object(answer)
            if timed and answer.status_code in (400, 415, 422):
                return None
            why = f"HTTP {answer.status_code}"
            if answer.status_code not in _AGAIN:
                break
        raise _failed(self._model, why)

    def _post(self, form: Mapping[str, Any], data: bytes) -> httpx.Response:
        import httpx

        with httpx.Client(timeout=httpx.Timeout(self._timeout_s, connect=10.0)) as client:
            return client.post(
                self._url,
                data=form,
                files={"file": ("speech.wav", data, "audio/wav")},
                headers={"Authorization": f"Bearer {self._key}"} if self._key else {},
            )


def _as_object(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise _failed("", "the answer is not a JSON object")
    return found


def _utterances(answer: Mapping[str, Any], length: float) -> list[Heard] | None:
    """The segments of a verbose answer with the words that fall into them; None when it has no usable segments."""
    segments = answer.get("segments")
    if not isinstance(segments, list):
        return None if str(answer.get("text") or "").strip() else []
    words = [one for one in map(_word, answer.get("words") or ()) if one]
    found = []
    for one in segments:
        if not isinstance(one, dict) or not str(one.get("text") or "").strip():
            continue
        start, end = _number(one.get("start")), _number(one.get("end"))
        if start is None or end is None:
            return None
        start, end = min(start, length), min(max(start, end), length)
        likely = _number(one.get("avg_logprob"), least=-math.inf)
        found.append(
            Heard(
                start=round(start, 3),
                end=round(end, 3),
                text=str(one["text"]).strip(),
                confidence=None if likely is None else round(math.exp(min(0.0, likely)), 4),
                words=tuple(word for word in words if start <= (word.start + word.end) / 2 < end),
                no_speech=_number(one.get("no_speech_prob")),
            )
        )
    return sorted(found, key=lambda one: (one.start, one.end))


def _word(one: Any) -> Word | None:
    if not isinstance(one, dict):
        return None
    start, end = _number(one.get("start")), _number(one.get("end"))
    if start is None or end is None:
        return None
    sure = _number(one.get("probability"))
    return Word(
        text=str(one.get("word") or ""),
        start=start,
        end=max(start, end),
        confidence=1.0 if sure is None else sure,
    )


def _number(value: Any, least: float = 0.0) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value) if value >= least else None


def _failed(model: str, why: str) -> TranscriberError:
    named = f"{model}: {why}" if model else why
    return TranscriberError(
        "endpoint",
        f"转写接口没有给出结果({named})。请检查 TRANSCRIBE_BASE_URL、TRANSCRIBE_API_KEY 和 TRANSCRIBE_MODEL,稍后重试会从断点继续",
        f"the transcription endpoint gave no result ({named}): check TRANSCRIBE_BASE_URL, TRANSCRIBE_API_KEY and "
        "TRANSCRIBE_MODEL; a later try goes on where this one stopped",
    )
