"""One `chengdan serve` with the hook channel, until it is killed: `python -m tests.fakes.street_worker '{JSON}'`."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bot.cli.serving import _serve
from bot.keeper import Keeper
from bot.process import stop_event
from bot.settings import Settings
from bot.street import intake
from bot.street.answering import as_crew_member
from bot.street.crew import Crew
from bot.street.engines import engine_for
from bot.street.street import EngineFor, Street
from bot.warming import warm
from bot.wiring import open_house
from tests.fakes.hook_channel import HookChannel

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Orders:
    """How to run. `together` 1 is the plain way: a transaction for each message."""

    folder: str
    outlet: str
    port: int
    database: str = ""
    together: int = intake.TOGETHER
    uncertain_after_s: float = 60
    turn_workers: int = 4
    engine: str = "threads"
    processes: int = 0
    member: bool = False
    warmed: bool = False
    """as `serve` does it; costs a second at each start"""

    def command(self) -> list[str]:
        return [sys.executable, "-m", "tests.fakes.street_worker", json.dumps(asdict(self))]


def main(orders: Orders) -> None:
    """Until killed or told to end."""
    stop = stop_event()
    intake.TOGETHER = orders.together
    settings = Settings(
        var_dir=Path(orders.folder),
        database_url=orders.database,
        uncertain_after_s=orders.uncertain_after_s,
        turn_workers=orders.turn_workers,
        start_sender=False,
        _env_file=None,
    )
    house = open_house(settings)
    if orders.warmed:
        warm(house)
    channels = [HookChannel(orders.outlet)]
    if orders.member:
        as_crew_member(Street(house, channels, engine_for(orders.engine)), stop)
        return
    engine = crew(orders) if orders.processes else engine_for(orders.engine)
    with Keeper(house) as keeper:
        asyncio.run(_serve(Street(house, channels, engine), [keeper.look], "127.0.0.1", orders.port, stop))


def crew(orders: Orders) -> EngineFor:
    command = replace(orders, member=True).command()
    return lambda street: Crew(command, orders.processes, street.moved, street.gone)


if __name__ == "__main__":
    main(Orders(**json.loads(sys.argv[1])))
    os._exit(0)
