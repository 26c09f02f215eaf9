"""Who answers in a house: the configured endpoint, the offline brain, or a model that the house is drilled with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agents.models import ModelOptions
    from agents.skill import Turn

    from .settings import Settings


@dataclass(frozen=True, kw_only=True)
class Drilled:
    """Another model than the configured one. `make(turn, history)` gives one of our own for one turn (agents.drill);
    None is the endpoint that the options name."""

    options: ModelOptions
    make: Callable[[Turn, Any], Any] | None = None


def model_options(settings: Settings) -> Any:
    """The configured model, or None: then the offline brain answers."""
    if not settings.has_model:
        return None

    from agents.models import ModelOptions

    return ModelOptions(
        base_url=settings.llm_base_url,
        api_key=settings.llm_api_key.get_secret_value(),
        model=settings.llm_model,
        timeout_s=settings.llm_timeout_s,
        deadline_s=settings.llm_deadline_s,
    )


def offline_brain(turn: Turn, *_rest: Any) -> Any:
    """The brain that needs no model, for one turn."""
    from agents.offline.model import OfflineBrain

    return OfflineBrain(names=turn.desk.names(), focus=turn.focus, now=turn.desk.now, language=turn.language)
