"""The menu of engines, by the setting JOB_ENGINE; DBOS is imported only where it is chosen."""

from __future__ import annotations

import sys

from bot.process import child_environment

from .crew import Crew
from .engine import Engine
from .street import EngineFor, Street, threads


def engine_for(name: str, processes: int = 0) -> EngineFor:
    """How a process answers: with `processes` children, else by itself with the engine of this name."""
    return children(processes) if processes else {"threads": threads, "dbos": durable}[name]


def durable(street: Street) -> Engine:
    """The durable queue: in the same PostgreSQL database, or in a file of its own beside SQLite's."""
    from bot.durable import Durable, Work

    settings, store = street.house.settings, street.house.store
    beside = f"sqlite:///{(settings.var_dir / 'jobs.db').absolute()}"
    work = Work(drain=street.turns.drain, look=street.look, alive=street.alive)
    return Durable(work, beside if store.is_sqlite else store.url, street.worker, settings.turn_workers)


def children(count: int) -> EngineFor:
    """Processes of our own that answer until their standard input ends; they use the engine of the setting."""
    command = [sys.executable, "-P", "-m", "bot.worker", "--until-eof"]
    return lambda street: Crew(
        command, count, street.moved, street.gone, child_environment(street.house.settings)
    )
