"""What goes wrong with a model endpoint, as one value: why, in a sentence, and whether waiting would help."""

from __future__ import annotations

from functools import lru_cache

RETRY_STATUS = frozenset({408, 409, 429, 500, 502, 503, 504})


class ModelDown(Exception):
    """The model gave no usable answer. `zh`/`en` say why without a key, a prompt or the server's own words.

    `retry_after` is what the endpoint asked us to wait, in seconds, or None; `retry` whether once more may help.
    """

    def __init__(self, zh: str, en: str, *, retry_after: float | None = None, retry: bool = False) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en, self.retry_after, self.retry = zh, en, retry_after, retry

    def reason(self, language: str) -> str:
        """The reason in the asker's language."""
        return self.en if language == "en" else self.zh


def too_slow() -> ModelDown:
    return ModelDown("响应超时", "it did not answer in time")


@lru_cache(maxsize=1)
def client_faults() -> tuple[type[Exception], ...]:
    """What the client libraries raise when an endpoint misbehaves, down to a bare IndexError on `choices: []`."""
    import httpx2
    import openai

    return (
        openai.OpenAIError,
        httpx2.HTTPError,
        httpx2.StreamError,
        OSError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
    )


def translate(fault: Exception, *, begun: bool = False) -> ModelDown:
    """A client library's exception as one sentence. A stream that has `begun` is never asked for again."""
    import httpx2
    import openai

    if isinstance(fault, openai.APITimeoutError | httpx2.TimeoutException):
        return too_slow()
    if isinstance(fault, openai.APIStatusError):
        return _by_status(fault.status_code, _retry_after(fault.response.headers.get("retry-after")))
    if isinstance(fault, openai.APIConnectionError | httpx2.TransportError | OSError):
        if begun:
            return ModelDown("连接在答复中途断开", "the connection broke in the middle of its answer")
        return ModelDown("连不上模型服务", "the endpoint cannot be reached", retry=True)
    if isinstance(fault, openai.APIError):
        return ModelDown("模型服务在答复中报错", "the endpoint reported an error in its answer")
    return ModelDown("返回内容无法解析", "its answer could not be read")


def _by_status(status: int, retry_after: float | None) -> ModelDown:
    if status == 429:
        wait = "" if retry_after is None else f"，需等 {retry_after:g} 秒"
        wait_en = "" if retry_after is None else f", wait {retry_after:g} s"
        return ModelDown(f"请求过于频繁{wait}", f"rate limited{wait_en}", retry_after=retry_after, retry=True)
    if status in (401, 403):
        return ModelDown("密钥被拒绝，请检查 LLM_API_KEY", "the key was refused, check LLM_API_KEY")
    if status == 404:
        return ModelDown(
            "地址或模型名不对，请检查 LLM_BASE_URL 和 LLM_MODEL", "wrong LLM_BASE_URL or LLM_MODEL"
        )
    if status < 500:
        return ModelDown(f"请求被拒绝（{status}）", f"it refused the request ({status})")
    retry = status in RETRY_STATUS
    return ModelDown(f"服务端错误 {status}", f"server error {status}", retry_after=retry_after, retry=retry)


def _retry_after(header: str | None) -> float | None:
    """Seconds of a Retry-After header; a date in it counts as "long", garbage as not said."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        return 3600.0 if "GMT" in header else None
