"""kill -9 while people write: two `serve` processes on one database. 200 messages of 20 people in `make bench`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes import street_chaos


def _promises(found: street_chaos.Chaos) -> None:
    assert found.problems == ()
    assert found.kills >= 2, "it was killed while people wrote"


@pytest.mark.timeout(240)
@pytest.mark.parametrize("engine", ["threads", "dbos"])
def test_no_message_is_lost_or_answered_twice_on_sqlite(tmp_path: Path, engine: str) -> None:
    database = f"sqlite:///{tmp_path / 'street.db'}"
    _promises(street_chaos.run(tmp_path, database, people=6, each=6, kills=3, engine=engine))


@pytest.mark.timeout(240)
@pytest.mark.parametrize("engine", ["threads", "dbos"])
def test_no_message_is_lost_or_answered_twice_on_postgresql(
    tmp_path: Path, postgres_url: str, engine: str
) -> None:
    _promises(street_chaos.run(tmp_path, postgres_url, people=6, each=6, kills=3, engine=engine))
