"""`eval speech`: recordings with their words, heard and counted."""

from __future__ import annotations

from pathlib import Path

from . import EXIT_FAILED, EXIT_USAGE
from .screen import err, out, out_json, progress
from .trouble import Trouble, missing


def speech(manifest: Path, model: str, *, as_json: bool) -> None:
    """CER and WER with n, real-time factor, memory, and the share of the time that is not the model's."""
    from bot.settings import Settings
    from bot.speech_engine import engine_of
    from knowledge.terms import fold
    from speech.evaluation import BadManifest, evaluate, read_manifest
    from speech.heard import TranscriberError

    if not manifest.is_file():
        raise missing(manifest)
    try:
        clips = read_manifest(manifest)
    except BadManifest as error:
        raise Trouble(str(error), EXIT_USAGE) from error
    try:
        with progress("转写 / transcribing") as tick:
            found = evaluate(clips, engine_of(Settings(), model, err), simplify=fold, progress=tick)
    except TranscriberError as error:
        raise Trouble(str(error), EXIT_FAILED) from error
    if as_json:
        out_json(found)
        return
    out(f"模型 / model {found['model']}")
    if found["note"]:
        out(found["note"])
    for lang, one in found["languages"].items():
        rate = "—" if one["rate"] is None else f"{100 * one['rate']:.2f} %"
        out(
            f"{lang}  {one['measure']} {rate}  n={one['n']}  tokens={one['tokens']}  exact={one['exact']}  "
            f"sub/del/ins {one['substitutions']}/{one['deletions']}/{one['insertions']}"
        )
    out(f"实时率 / real-time factor {found['real_time_factor']}  音频 / audio {found['audio_seconds']} s")
    out(
        f"模型之外 / outside the model {100 * (found['overhead_share'] or 0):.1f} %  内存 / memory {found['peak_memory_mb']} MiB"
    )
    for one in found["failed"]:
        out(f"✗ {one['audio']}: {one['why']}")
