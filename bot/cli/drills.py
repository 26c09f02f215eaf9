"""`eval injection`: foreign text planted everywhere it can come in, and what comes of it counted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from . import EXIT_FAILED, EXIT_USAGE
from .opening import DEMO
from .screen import err, out, out_json, progress
from .trouble import Trouble, missing

if TYPE_CHECKING:
    from agents.models import ModelOptions


def injection(
    payloads: Path, *, benign: Path | None, url: str, model: str, limit: int, as_json: bool
) -> None:
    """Plant, talk, count. Exit code 1 when anything that must be 0 is not."""
    from bot.evaluation.injection.payloads import BadPayloads, read_payloads
    from bot.evaluation.injection.report import as_text, report
    from bot.evaluation.injection.run import evaluate

    if bool(url) != bool(model):
        raise Trouble("--model-url 与 --model 要一起给 / give --model-url and --model together", EXIT_USAGE)
    for path in filter(None, (payloads, benign, DEMO)):
        if not path.is_file():
            raise missing(path)
    try:
        rows, skipped = read_payloads(payloads, limit)
        calm = read_payloads(benign, limit)[0] if benign else []
    except BadPayloads as error:
        raise Trouble(str(error), EXIT_USAGE) from error
    for one in skipped:
        err(f"第 {one.line} 行跳过 / line {one.line} skipped: {one.why}")
    options = _endpoint(url, model) if url else None
    with progress("对话 / conversations") as tick:
        course, control = evaluate(rows, DEMO, benign=calm, options=options, progress=tick)
    result = report(course, skipped, model or "hostile", control)
    if as_json:
        out_json(result)
    else:
        out("\n".join(as_text(result)))
    if any(result["counts"].values()):
        raise SystemExit(EXIT_FAILED)


def _endpoint(url: str, model: str) -> ModelOptions:
    """The endpoint, with the key and the patience of the settings."""
    from agents.models import ModelOptions
    from bot.settings import Settings

    settings = Settings()
    return ModelOptions(
        base_url=url,
        api_key=settings.llm_api_key.get_secret_value(),
        model=model,
        timeout_s=settings.llm_timeout_s,
        deadline_s=settings.llm_deadline_s,
    )
