"""The check-up behind `doctor`: database, index, policy, audit chain, mail, model, each with what to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Literal, cast

from sqlmodel import func, select

from actions import breakers, sightings, workers
from actions.documents.catalogue import in_force
from actions.proofs import prove
from actions.ruling import published
from actions.tables import Action
from knowledge.model import Interaction, Person

from .channel_checkup import Finding, channels
from .feed_checkup import feeds
from .journey_checkup import journeys
from .settings import Settings
from .wiring import House, open_house

__all__ = ["Finding", "checkup"]

LOW_DISK_BYTES = 200 * 1024 * 1024


def checkup(settings: Settings) -> list[Finding]:
    """Every check, in order; one that fails does not hide the others."""
    findings = [_disk(settings)]
    try:
        house = open_house(settings)
    except Exception as error:  # noqa: BLE001  this is a door: whatever is wrong is the finding
        findings.append(
            Finding(
                what="数据库 / database", level="broken", says=str(error).splitlines()[0], fix=_DATABASE_FIX
            )
        )
        return findings
    for check in (
        _people,
        _index,
        _policy,
        _audit,
        _uncertain,
        _mail,
        _papers,
        _model,
        channels,
        feeds,
        journeys,
    ):
        findings += _guarded(check, house)
    house.close()
    return findings


_DATABASE_FIX = "检查 DATABASE_URL、目录权限与磁盘空间 / check DATABASE_URL, permissions and disk space"


def _guarded(check: Callable[[House], Iterator[Finding]], house: House) -> list[Finding]:
    try:
        return list(check(house))
    except Exception as error:  # noqa: BLE001  this is a door: whatever is wrong is the finding
        return [
            Finding(what=check.__name__.strip("_"), level="broken", says=f"{type(error).__name__}: {error}")
        ]


def _disk(settings: Settings) -> Finding:
    folder = settings.var_dir.absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if not os.access(folder, os.W_OK):
        return Finding(
            what="磁盘 / disk", level="broken", says=f"{folder} 不可写 / not writable", fix="VAR_DIR"
        )
    if free < LOW_DISK_BYTES:
        fix = "腾出空间或改 VAR_DIR / free some space or change VAR_DIR"
        return Finding(what="磁盘 / disk", level="broken", says=f"只剩 {free >> 20} MB / MB left", fix=fix)
    return Finding(what="磁盘 / disk", level="ok", says=f"{folder} {free >> 20} MB")


def _people(house: House) -> Iterator[Finding]:
    with house.store.reading() as session:
        persons = session.exec(select(func.count()).select_from(Person)).one()
        talks = session.exec(select(func.count()).select_from(Interaction)).one()
    what = f"{persons} 人, {talks} 条往来 / people, interactions"
    if persons:
        yield Finding(what="数据库 / database", level="ok", says=what)
    else:
        yield Finding(what="数据库 / database", level="note", says=what, fix="make run, chengdan ingest FILE")


def _index(house: House) -> Iterator[Finding]:
    house.search.recall("检查 check", groups=frozenset(), k=1)
    if house.search.degraded:
        fix = "检查 EMBEDDING_* 与 CHROMA_URL / check EMBEDDING_* and CHROMA_URL"
        yield Finding(what="检索 / search", level="note", says=house.search.degraded, fix=fix)
    else:
        yield Finding(what="检索 / search", level="ok", says="索引可用 / the index answers")


def _policy(house: House) -> Iterator[Finding]:
    with house.store.reading() as session:
        version = published.in_force(session, house.clock())
        usable, _ = published.usable(session, version)
        rules = len(house.gate.judge_for(session).rules)
    if usable != version:
        fix = "chengdan policy rollback shipped --as ADMIN"
        says = f"规则 {published.shown(version)} 不能用,除改规则外一切停止 / cannot be used: all but mending them is stopped"
        yield Finding(what="策略 / policy", level="broken", says=says, fix=fix)
        return
    yield Finding(
        what="策略 / policy", level="ok", says=f"{published.shown(version)}: {rules} 条规则 / rules"
    )


def _audit(house: House) -> Iterator[Finding]:
    with house.store.reading() as session:
        result = prove(session, house.clock(), house.head_file, house.settings.var_dir / "audit" / "heads")
    if result.ok:
        yield Finding(what="审计链 / audit", level="ok", says=f"{result.records} 条 / records")
    else:
        fix = "chengdan audit verify; 停用并查明谁改了数据库 / stop and find out who changed the database"
        yield Finding(what="审计链 / audit", level="broken", says=result.problems[0], fix=fix)


def _uncertain(house: House) -> Iterator[Finding]:
    with house.store.reading() as session:
        rows = session.exec(select(Action).where(Action.state == "unknown")).all()
        offset = house.settings.utc_offset_hours
        seen = {row.id: sightings.evidence(session, row, offset) for row in rows}
    for row in rows:
        found = "".join(f" {zh} / {en}" for zh, en in seen[row.id])
        yield Finding(
            what=f"动作 {row.code} / action",
            level="note",
            says=f"结果不明 / outcome unknown{found}",
            fix=str(row.result.get("detail", "")),
        )


def _mail(house: House) -> Iterator[Finding]:
    """Asked of the sender: this process does not know the address it goes to, and need not."""
    told = house.courier.describe()
    level = cast(Literal["ok", "note", "broken"], told["level"])
    yield Finding(what="发信 / mail", level=level, says=told["says"], fix=told["fix"])
    with house.store.reading() as session:
        now = house.clock()
        alive, shut = workers.senders(session, now), breakers.shut(session, now)
    if alive or not house.settings.start_sender:
        lone = "chengdan sender 或 chengdan serve / start one of them"
        yield Finding(
            what="发信进程 / sender", level="ok" if alive else "note", says=f"{alive} 个 / running", fix="" if alive else lone
        )  # fmt: skip
    for name, row in shut.items():
        until = f"{row.retry_at:%H:%M:%S} UTC" if row.retry_at else ""
        says = f"{row.last_error} · {until} 再试,动作保留等待 / next try, actions wait"
        fix = "检查邮件服务器和 .env.sender / check the mail server and .env.sender"
        yield Finding(what=f"通道 {name} / gateway", level="note", says=says, fix=fix)


def _papers(house: House) -> Iterator[Finding]:
    """Templates with every fault at its place, and whether there can be PDFs."""
    what = "文书 / papers"
    templates = in_force(house.gate.rules.templates).templates
    faults = [(one, fault) for one in templates for fault in one.faults()]
    for one, fault in faults:
        says = f"{one.id} ({one.file.name}) {fault.told()} / {fault.told('en')}"
        yield Finding(what=what, level="broken", says=says, fix="改 Word 模板 / mend the Word template")
    if not faults:
        yield Finding(what=what, level="ok", says=f"{len(templates)} 个模板 / templates")
    if not house.office.program_path:
        fix = "安装 libreoffice-writer / install libreoffice-writer"
        yield Finding(
            what=what, level="note", says="没有 LibreOffice，只有 Word / Word files only, no PDF", fix=fix
        )


def _model(house: House) -> Iterator[Finding]:
    settings = house.settings
    if settings.has_model:
        yield Finding(what="模型 / model", level="ok", says=f"{settings.llm_model} @ {settings.llm_base_url}")
    else:
        fix = "设 LLM_BASE_URL、LLM_API_KEY、LLM_MODEL / set them to use a model"
        yield Finding(what="模型 / model", level="note", says="离线助手 / offline brain", fix=fix)
