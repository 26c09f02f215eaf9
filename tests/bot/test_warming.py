"""Warming a house up: parts are loaded, nothing is written, and a house that cannot be warmed still opens."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from actions.tables import AuditRecord
from bot.settings import Settings
from bot.warming import warm
from bot.wiring import House, open_house
from knowledge.model import Conversation, Message


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    """Other tests' objects must not stay set aside."""
    yield
    gc.unfreeze()


def test_the_first_turn_is_loaded_and_nothing_is_written(demo_house: House) -> None:
    with demo_house.store.reading() as session:
        before = _rows(session)
    warm(demo_house)
    assert "assistant" in vars(demo_house)
    assert gc.get_freeze_count() > 100_000
    with demo_house.store.reading() as session:
        assert _rows(session) == before


def test_an_empty_house_and_one_with_an_endpoint_open_too(tmp_path: Path) -> None:
    house = open_house(Settings(var_dir=tmp_path / "a", _env_file=None))
    warm(house)
    house.close()
    asked = Settings(
        var_dir=tmp_path / "b", llm_base_url="http://127.0.0.1:9/v1", llm_model="m", _env_file=None
    )
    house = open_house(asked)
    warm(house)  # no endpoint is asked: nothing listens there
    house.close()


def _rows(session):  # type: ignore[no-untyped-def]
    return [
        session.exec(select(func.count()).select_from(table)).one()
        for table in (Conversation, Message, AuditRecord)
    ] + [session.exec(select(func.max(col(Message.id)))).one()]
