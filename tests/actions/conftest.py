"""One small firm for each test, on SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.firm import Firm, founded


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    firm = founded(tmp_path)
    yield firm
    firm.store.close()
