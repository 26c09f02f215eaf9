"""What a person can do about an error of the floors below: one translation table for every door."""

from __future__ import annotations


def sentence_for(error: Exception) -> str:
    """What a person can do about an error of the floors below. The words of an error nobody foresaw stay in the log: they
    may hold what is in the rows."""
    name = type(error).__name__
    text = str(error).strip().splitlines()[0] if str(error).strip() else name
    if name in (
        "StoreError",
        "IndexBroken",
        "FeedError",
        "BlueprintError",
        "MappingError",
        "PolicyError",
        "EmbedderChanged",
    ):
        return text
    if name == "ValidationError" and hasattr(error, "errors"):
        first = error.errors()[0]
        where = ".".join(map(str, first.get("loc", ()))).upper()
        return f"设置 {where} 不对 / setting {where} is wrong: {first.get('msg', text)}"
    if isinstance(error, OSError):
        return f"文件或系统出错 / file or system error: {text}"
    return f"程序内部出错 / an internal error: {name} (LOG_LEVEL=DEBUG 显示细节 / shows details)"
