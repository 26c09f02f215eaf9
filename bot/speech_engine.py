"""The recogniser that the settings name: an endpoint, or faster-whisper on this machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .settings import Settings

if TYPE_CHECKING:
    from speech.transcriber import Transcriber


def engine_of(settings: Settings, model: str = "", say: Callable[[str], None] | None = None) -> Transcriber:
    """The engine in force; `model` overrides WHISPER_MODEL, `say` is told when a model is fetched. Nothing is loaded or
    fetched before it hears something."""
    if settings.transcribe_base_url and not model:
        from speech.endpoint import EndpointTranscriber

        return EndpointTranscriber(
            base_url=settings.transcribe_base_url,
            api_key=settings.transcribe_api_key.get_secret_value(),
            model=settings.transcribe_model,
        )
    from speech.transcriber import FasterWhisper

    return FasterWhisper(model or settings.whisper_model, folder=settings.var_dir / "models", say=say)
