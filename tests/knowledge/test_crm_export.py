"""A user's own CRM export comes in through the mapping files of examples/crm_sales_opportunities."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import SQLModel, func, select

from knowledge.feeds import ingest
from knowledge.model import Deal, Product
from knowledge.store import Store

ROOT = Path(__file__).resolve().parents[2]
EXPORT = ROOT.parent / "shared" / "data" / "crm_sales_opportunities"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.data
@pytest.mark.skipif(not EXPORT.is_dir(), reason="the shared data folder is absent")
def test_the_export_comes_in_whole_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'crm.db'}")
    SQLModel.metadata.create_all(store.engine)
    target = ROOT / "examples" / "crm_sales_opportunities" / "import.yaml"
    first = ingest(store, target, base=EXPORT, now=NOW, rejected=tmp_path / "rejected")
    again = ingest(store, target, base=EXPORT, now=NOW, rejected=tmp_path / "rejected")
    assert [feed.rejected for feed in first.feeds] == [0] * 8
    assert [(feed.new, feed.changed) for feed in again.feeds] == [(0, 0)] * 8
    with store.reading() as session:
        pro = session.exec(select(Product).where(Product.name == "GTX Pro")).one()
        joined = session.exec(select(func.count()).select_from(Deal).where(Deal.product_id == pro.id)).one()
        homeless = session.exec(
            select(func.count()).select_from(Deal).where(Deal.account_id == "mv-unknown")
        ).one()
    assert joined == 674
    assert homeless == 538
    store.engine.dispose()
