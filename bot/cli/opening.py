"""Opening the house for a command: settings, store, who is asking, and the demo company the first time."""

from __future__ import annotations

from pathlib import Path

from bot.settings import Settings
from bot.wiring import House, open_house
from knowledge.library import people
from knowledge.model import Person, Role

from . import EXIT_NOT_FOUND, EXIT_USAGE
from .closing import CLOSING
from .screen import err, progress
from .trouble import Trouble

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo" / "import.yaml"


def opened(*, demo: bool = False, settings: Settings | None = None) -> House:
    """The house, its database up to date; with `demo`, the demo company when there is nobody in it yet."""
    house = open_house(settings)
    CLOSING.callback(house.close)
    _quieten(house.settings.log_level)
    if demo and not _anybody(house):
        load_demo(house)
    return house


def load_demo(house: House) -> None:
    """The demo company, through the same feeds as anybody's own data."""
    from knowledge.feeds import ingest

    if not DEMO.exists():
        raise Trouble(f"没有找到演示数据 {DEMO} / the demo data is not here")
    err("首次运行: 装入演示公司并建立索引… / first run: loading the demo company and building the indexes…")
    with progress("导入 / import") as tick:
        rejected = house.settings.var_dir / "rejected"
        ingest(house.store, DEMO, now=house.clock(), progress=tick, rejected=rejected, key=house.identity_key)
    with progress("索引 / index") as tick:
        house.search.reindex(progress=tick)


def asker(house: House, who: str) -> Person:
    """The person meant by --as; without it DEFAULT_PERSON, else the first rep."""
    wanted = who or house.settings.default_person
    with house.store.reading() as session:
        if wanted:
            found = people.find_person(session, wanted)
            everybody = people.people(session)
            return _one_of(found, wanted, len(list(everybody)))
        reps = people.people_with_role(session, Role.REP)
        if reps:
            return next((p for p in reps if p.id == "p-lina"), reps[0])
    raise Trouble(_empty(), EXIT_NOT_FOUND)


def _one_of(found: list[Person], who: str, everybody: int) -> Person:
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"{p.name}({p.id})" for p in found)
        raise Trouble(
            f"“{who}”不止一个人: {names};请用编号 / several people are called that: use the id", EXIT_USAGE
        )
    if not everybody:
        raise Trouble(_empty(), EXIT_NOT_FOUND)
    raise Trouble(
        f"不认识“{who}”;chengdan people 列出所有人 / nobody is known as {who!r}: see chengdan people",
        EXIT_NOT_FOUND,
    )


def _empty() -> str:
    return (
        "库里还没有人: 先 make run(演示公司),或 chengdan ingest 导入自己的数据 / "
        "nobody is in the database yet: make run loads the demo company, chengdan ingest your own data"
    )


def _anybody(house: House) -> bool:
    with house.store.reading() as session:
        return bool(people.people(session, active_only=False))


def _quieten(level: str) -> None:
    import logging

    logging.basicConfig(level=level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in ("httpx", "httpcore", "httpx2", "openai", "chromadb"):
        logging.getLogger(name).setLevel(logging.WARNING)
