"""Salesforce through simple-salesforce against a server that speaks its API: first reading, changes, faults, what is gone."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from knowledge.feeds import FeedError, FeedReport
from knowledge.feeds.bundle import SHIPPED
from knowledge.feeds.load import Scope
from knowledge.feeds.patience import Patience
from knowledge.feeds.pull import bundle, pull
from knowledge.feeds.rowfeed import Run
from knowledge.feeds.salesforce import SalesforceAccess, SalesforceApi
from knowledge.feeds.salesforce_source import SalesforceSource
from knowledge.model import (
    Account,
    Contact,
    Deal,
    DealContact,
    FeedHeld,
    Interaction,
    Offer,
    Product,
    StageChange,
    Task,
)
from knowledge.store import Store
from tests.fakes.feed_files import seller
from tests.fakes.salesforce_server import Org, salesforce_server

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SPRING, LATER = "2026-03-01T08:00:00Z", "2026-11-22T00:00:00Z"
A1, A2, A3 = (f"00100000000000{n}AAA" for n in (1, 2, 3))
C1, C2 = (f"00300000000000{n}AAA" for n in (1, 2))
O1, O2, O3 = (f"00600000000000{n}AAA" for n in (1, 2, 3))
OURS = {"Email": "Lina@us.example"}


@pytest.fixture
def org() -> Iterator[Org]:
    with salesforce_server() as server:
        _fill(server)
        yield server


def _fill(org: Org) -> None:
    ends = {"Prospecting": (False, False), "Proposal/Price Quote": (False, False), "Closed Won": (True, True), "签约": (True, True),
            "Closed Lost": (True, False)}  # fmt: skip
    for at, (name, (closed, won)) in enumerate(ends.items()):
        org.put(
            "OpportunityStage", f"01J{at}", SPRING, ApiName=name, MasterLabel=name, IsClosed=closed, IsWon=won
        )
    org.put("Product2", "01t1", SPRING, Name="手持超声", Family="超声", Description="H2")
    org.put(
        "PricebookEntry",
        "01u1",
        SPRING,
        Product2Id="01t1",
        UnitPrice=86000.0,
        IsActive=True,
        Pricebook2={"IsStandard": True},
    )
    org.put(
        "PricebookEntry",
        "01u2",
        SPRING,
        Product2Id="01t1",
        UnitPrice=1.0,
        IsActive=True,
        Pricebook2={"IsStandard": False},
    )
    org.put("Account", A1, SPRING, Name="华东医疗", BillingCity="杭州", Website="https://www.huadong.example/cn", Owner=OURS,
            MasterRecordId=None)  # fmt: skip
    org.put(
        "Account", A2, SPRING, Name="华东医疗器械", Owner={"Email": "gone@us.example"}, MasterRecordId=None
    )
    org.put("Account", A3, SPRING, Name="澄湖医院", Owner=None, MasterRecordId=None)
    org.put(
        "Contact",
        C1,
        SPRING,
        Name="王建国",
        AccountId=A1,
        Email="wang@huadong.example",
        Title="科长",
        MasterRecordId=None,
    )
    org.put("Contact", C2, SPRING, Name="无主", AccountId=None, MasterRecordId=None)
    opportunity(org, O1, Name="超声 20 台", Amount=1720000.0, CloseDate="2026-12-20")
    for at, (stage, amount) in enumerate(
        (("Prospecting", 1), ("Prospecting", 2), ("Proposal/Price Quote", 2))
    ):
        org.put("OpportunityHistory", f"008{at}", SPRING, OpportunityId=O1, StageName=stage, Amount=amount,
                CreatedDate=f"2026-03-0{at + 1}T08:00:00.000+0000")  # fmt: skip
    org.put("OpportunityContactRole", "00K1", SPRING, OpportunityId=O1, ContactId=C1)
    org.put("OpportunityLineItem", "00k1", SPRING, OpportunityId=O1, Product2Id="01t1", Quantity=20.0, UnitPrice=86000.0,
            ListPrice=90000.0, TotalPrice=1720000.0, Product2={"Name": "手持超声"})  # fmt: skip
    linked = {"WhatId": O1, "WhoId": C1, "AccountId": A1, "Owner": OURS}
    org.put("Task", "00T1", SPRING, Subject="电话", TaskSubtype="Call", CallType="Outbound", Description="谈价格", IsClosed=True,
            CompletedDateTime="2026-03-04T01:00:00.000+0000", ActivityDate="2026-03-04", **linked)  # fmt: skip
    org.put(
        "Task",
        "00T2",
        SPRING,
        Subject="寄样机",
        TaskSubtype="Task",
        IsClosed=False,
        ActivityDate="2026-11-30",
        **linked,
    )
    org.put(
        "Event",
        "00U1",
        SPRING,
        Subject="来访",
        StartDateTime="2026-12-01T01:00:00.000+0000",
        Description="",
        **linked,
    )
    org.put("EmailMessage", "02s1", SPRING, RelatedToId=O1, FromAddress="wang@huadong.example", ToAddress="lina@us.example",
            Incoming=True, MessageIdentifier="<m1@x>", Subject="报价", TextBody=None, HtmlBody="<p>请<b>报价</b></p>",
            MessageDate="2026-03-03T01:00:00.000+0000")  # fmt: skip


def opportunity(org: Org, identity: str, **fields: object) -> None:
    given = {"Name": identity, "AccountId": A1, "Owner": OURS, "StageName": "Proposal/Price Quote", "IsClosed": False,
             "IsWon": False, "Amount": 10.0, "CloseDate": "2026-12-31", "LastStageChangeDate": None,
             "CurrencyIsoCode": "CNY", "NextStep": None}  # fmt: skip
    org.put("Opportunity", identity, SPRING, **(given | fields))


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    return seller(sqlite_store)


def access(org: Org, **changes: str) -> SalesforceAccess:
    given = {"instance_url": org.url, "client_id": "app", "client_secret": "s3cret", "ca_file": org.ca_file}
    return SalesforceAccess(**(given | changes))


def read(
    org: Org, store: Store, tmp_path: Path, *, dry: bool = False, anew: bool = False, naps: list[float] | None = None,
    changes: dict[str, str] | None = None,
) -> dict[str, FeedReport]:  # fmt: skip
    slept: list[float] = naps if naps is not None else []
    api = SalesforceApi(access(org, **(changes or {})), Patience(sleep=slept.append))
    scope = Scope(store)
    run = Run(scope=scope, now=NOW, rejected=tmp_path / "rejected")
    mappings = bundle(SHIPPED / "salesforce")
    try:
        if not dry:
            return {
                one.feed.removeprefix("salesforce-"): one
                for one in pull(SalesforceSource(api), mappings, "sf", run, anew=anew)
            }
        with scope.rehearsal():
            return {
                one.feed.removeprefix("salesforce-"): one
                for one in pull(SalesforceSource(api), mappings, "sf", run)
            }
    finally:
        api.close()


def total(reports: dict[str, FeedReport]) -> tuple[int, int]:
    return sum(one.new for one in reports.values()), sum(one.changed for one in reports.values())


def test_everything_comes_in_once(org: Org, store: Store, tmp_path: Path) -> None:
    dry, reports = read(org, store, tmp_path, dry=True), read(org, store, tmp_path)
    assert total(dry) == total(reports) == (14, 0)
    with store.reading() as session:
        deal = session.get_one(Deal, f"sf-deal-{O1}")
        assert (deal.account_id, deal.owner_id, deal.team_id, deal.stage) == (
            f"sf-account-{A1}",
            "p",
            "t",
            "proposal",
        )
        assert (deal.amount_fen, deal.currency, deal.closed_at) == (172_000_000, "CNY", None)
        assert deal.expected_close == datetime(2026, 12, 19, 16, tzinfo=UTC)  # the day begins in Shanghai
        account = session.get_one(Account, f"sf-account-{A1}")
        assert (account.domains, account.owner_id) == (["huadong.example"], "p")
        assert session.get_one(Account, f"sf-account-{A2}").owner_id is None
        assert session.get_one(Product, "sf-product-01t1").list_price_fen == 8_600_000
        steps = session.exec(select(StageChange).order_by(StageChange.at)).all()  # type: ignore[arg-type]
        assert [step.stage for step in steps] == ["discovery", "proposal"]
        offer = session.get_one(Offer, f"sf-offer-{O1}")
        assert (offer.total_fen, offer.discount_bp, offer.lines[0]["product_id"]) == (
            172_000_000,
            444,
            "sf-product-01t1",
        )
        talks = {row.kind: row for row in session.exec(select(Interaction)).all()}
        assert session.get(DealContact, (deal.id, f"sf-contact-{C1}"))
        assert session.get_one(Task, "sf-task-00T2").status == "open"
    assert sorted(talks) == ["call", "mail", "meeting"]
    mail = talks["mail"]
    assert (mail.text, mail.provenance, mail.contact_id) == ("请报价", "inbound_mail", f"sf-contact-{C1}")
    assert mail.id.startswith("mail-")
    assert (talks["call"].direction, talks["call"].contact_id, talks["call"].person_id) == (
        "outbound",
        f"sf-contact-{C1}",
        "p",
    )
    assert "may not be read" in reports["notes"].remarks[0]  # this org has no Note
    assert reports["contacts"].rejected == 1
    assert total(read(org, store, tmp_path)) == (0, 0)
    assert total(read(org, store, tmp_path, anew=True)) == (0, 0)


def test_what_changed_comes(org: Org, store: Store, tmp_path: Path) -> None:
    read(org, store, tmp_path)
    org.put("Opportunity", O1, LATER, StageName="签约", IsClosed=True, IsWon=True, CloseDate="2026-12-24",
            LastStageChangeDate="2026-11-21T03:00:00.000+0000")  # fmt: skip
    org.put(
        "OpportunityHistory",
        "0089",
        LATER,
        OpportunityId=O1,
        StageName="签约",
        CreatedDate="2026-11-21T03:00:00.000+0000",
    )
    org.put("PricebookEntry", "01u1", LATER, UnitPrice=88000.0)  # the product itself did not change
    reports = read(org, store, tmp_path)
    assert (reports["stages"].new, reports["products"].changed, reports["accounts"].changed) == (1, 1, 0)
    with store.reading() as session:
        deal = session.get_one(Deal, f"sf-deal-{O1}")
        assert (deal.stage, deal.closed_at) == ("won", datetime(2026, 11, 21, 3, tzinfo=UTC))
        assert session.get_one(Offer, f"sf-offer-{O1}").status == "accepted"
        assert session.get_one(Product, "sf-product-01t1").list_price_fen == 8_800_000


def test_what_cannot_be_taken_is_held_and_asked_for_anew(org: Org, store: Store, tmp_path: Path) -> None:
    opportunity(org, O2, Amount=-5.0)
    opportunity(org, O3, StageName="自创阶段")
    opportunity(org, "006000000000004AAA", Name="超声 20 台", Amount=1720000.0, CloseDate="2026-12-20")
    opportunity(org, "006000000000005AAA", Owner={"Email": "who@us.example"})
    reports = read(org, store, tmp_path)
    assert (reports["opportunities"].new, reports["opportunities"].rejected) == (1, 4)
    with store.reading() as session:
        held = [
            one.reason for one in session.exec(select(FeedHeld).where(FeedHeld.part == "opportunities")).all()
        ]
    for told in ("negative", "not among", "duplicate", "no such row"):
        assert any(told in reason for reason in held), told
    org.tables["Opportunity"][1]["Amount"] = 5.0
    assert read(org, store, tmp_path)["opportunities"].new == 1


def test_several_currencies(org: Org, store: Store, tmp_path: Path) -> None:
    org.hidden.clear()
    org.tables["Opportunity"][0]["CurrencyIsoCode"] = "USD"
    org.put("OpportunityLineItem", "00k1", SPRING, CurrencyIsoCode="CNY")
    reports = read(org, store, tmp_path)
    with store.reading() as session:
        assert session.get_one(Deal, f"sf-deal-{O1}").currency == "USD"
    assert "currencies are mixed" in reports["lines"].rejections[0].reason


def test_merged_and_deleted_records(org: Org, store: Store, tmp_path: Path) -> None:
    opportunity(org, O2, AccountId=A2)
    opportunity(org, O3, AccountId=A3)
    read(org, store, tmp_path)
    org.put("Account", A2, LATER, IsDeleted=True, MasterRecordId=A1)
    org.put("Opportunity", O3, LATER, IsDeleted=True)
    org.put("Account", A3, LATER, IsDeleted=True)
    org.put("EmailMessage", "02s1", LATER, IsDeleted=True)
    reports = read(org, store, tmp_path)
    assert (reports["accounts"].gone, reports["opportunities"].gone) == (2, 1)
    with store.reading() as session:
        assert session.get_one(Deal, f"sf-deal-{O2}").account_id == f"sf-account-{A1}"
        assert session.get_one(Account, f"sf-account-{A1}").aliases == ["华东医疗器械"]
        assert [session.get(Account, f"sf-account-{one}") for one in (A2, A3)] == [None, None]
        assert session.get(Deal, f"sf-deal-{O3}") is None
        assert session.get(Contact, f"sf-contact-{C1}")


def test_sessions_that_run_out_and_limits(org: Org, store: Store, tmp_path: Path) -> None:
    naps: list[float] = []
    busy = (503, {"Retry-After": "7"}, [{"errorCode": "SERVER_UNAVAILABLE", "message": "busy"}])
    org.answers += [
        (401, {}, [{"errorCode": "INVALID_SESSION_ID", "message": "expired"}]),
        busy,
        (429, {}, []),
    ]
    assert total(read(org, store, tmp_path, naps=naps)) == (14, 0)
    assert naps == [7.0, 2.0]
    assert len([one for one in org.asked if one.startswith("POST")]) == 2


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            (403, {}, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]),
            "used up",
        ),
        ((400, {}, [{"errorCode": "MALFORMED_QUERY", "message": "unexpected token"}]), "unexpected token"),
        ((503, {"Retry-After": "3600"}, []), "does not answer"),
    ],
)
def test_what_stops_a_reading_is_told(
    org: Org,
    store: Store,
    tmp_path: Path,
    answer: tuple[int, dict[str, str], list[dict[str, str]]],
    told: str,
) -> None:
    org.answers.append(answer)
    with pytest.raises(FeedError, match=told):
        read(org, store, tmp_path)
    assert total(read(org, store, tmp_path)) == (14, 0)


def test_signing_in(org: Org, store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert total(read(org, store, tmp_path, changes={"refresh_token": "r1"})) == (14, 0)
    with pytest.raises(FeedError, match="sign-in refused") as caught:
        read(org, store, tmp_path, changes={"client_secret": "hunter2"})
    assert "hunter2" not in str(caught.value)
    with pytest.raises(FeedError, match="does not answer"):
        read(org, store, tmp_path, changes={"ca_file": ""})
    with pytest.raises(FeedError, match="SALESFORCE_INSTANCE_URL"):
        SalesforceApi(SalesforceAccess(instance_url="http://plain.example", client_id="x"))
    assert "s3cret" not in caplog.text
    assert "00D!token" not in caplog.text
