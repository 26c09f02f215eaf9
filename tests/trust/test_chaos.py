"""kill -9 at random moments: several sender processes, a real SMTP server, both databases. 300 actions in `make bench`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes import chaos


def _promises(found: chaos.Chaos) -> None:
    assert found.problems == ()
    assert found.sent + found.unknown == found.n
    assert found.kills >= 4, "it was killed while there was work"
    assert found.unknown <= found.kills


@pytest.mark.timeout(240)
def test_nothing_is_lost_or_sent_twice_on_sqlite(tmp_path: Path) -> None:
    _promises(chaos.run(tmp_path, f"sqlite:///{tmp_path / 'chaos.db'}", n=50, workers=3, kills=10))


@pytest.mark.timeout(240)
def test_nothing_is_lost_or_sent_twice_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    _promises(chaos.run(tmp_path, postgres_url, n=50, workers=3, kills=10))
