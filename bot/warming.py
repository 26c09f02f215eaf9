"""What a serving process does before it takes anything in, so that no message waits for it.

Measured: a look of Python's garbage collector at everything the house has loaded holds every thread for 85 to 190 ms, again
and again; what is there at the start stays, so it need not be looked at. And the first turn loads a second's worth of parts.
"""

from __future__ import annotations

import gc
import logging

from knowledge.library import people

from .messages import Inbound
from .wiring import House

LOG = logging.getLogger(__name__)


def warm(house: House) -> None:
    """Load what a turn needs and set it aside from the garbage collector. Whatever fails here fails again, and is told,
    where it is needed."""
    try:
        _first_turn(house)
    except Exception:
        LOG.warning("the house could not be warmed up; the first message does it", exc_info=True)
    gc.collect()
    gc.freeze()


def _first_turn(house: House) -> None:
    """A greeting that nobody sees and that writes nothing; with a model configured only its parts are loaded."""
    with house.store.reading() as session:
        person = next(iter(people.people(session)), None)
    assistant, _, _ = house.assistant, house.search, house.judge
    if person is None or house.settings.has_model:
        return
    desk = house.desk(person, "", "warm", person.language)
    inbound = Inbound(channel="warm", person_id=person.id, thread="", text="你好", external_id="warm")
    assistant.answer(house.turn(desk, inbound, person.language, {}), [], None)
