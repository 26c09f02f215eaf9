"""What the console cannot do, in words, with an HTTP status."""

from __future__ import annotations


class Refused(Exception):
    """Shown to the person as a page."""

    def __init__(self, status: int, zh: str, en: str) -> None:
        super().__init__(en)
        self.status, self.zh, self.en = status, zh, en


class SignInFirst(Exception):
    """Nobody is signed in: to the sign-in page."""


def foreign() -> Refused:
    return Refused(
        403,
        "这个请求不是从本站页面发出的,已拒绝。请刷新页面再试。",
        "This request did not come from our own page and was refused. Reload the page and try again.",
    )


def too_large(limit: int) -> Refused:
    mb = max(1, limit // 1_000_000)
    return Refused(413, f"内容太大,上限约 {mb} MB。", f"Too large: the limit is about {mb} MB.")


def unknown() -> Refused:
    return Refused(404, "没有这个页面,或者你看不到它。", "There is no such page, or you may not see it.")


def malformed() -> Refused:
    return Refused(400, "请求的格式不对。", "The request is malformed.")


def broke(error: Exception) -> Refused:
    """What the database says about its own state is told; what nobody foresaw stays in the log."""
    if type(error).__name__ == "StoreError":  # its floor is not reached from here
        return Refused(503, getattr(error, "zh", ""), getattr(error, "en", ""))
    return Refused(
        500, "页面出错了,已记录。请稍后再试。", "Something broke and was recorded. Please try again later."
    )
