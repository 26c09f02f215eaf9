"""Reading what is attached: the text of a file by its bytes, in a child process that can do nothing else."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from typing import Any

from .apart import apart
from .parts import MAX_FILE, Part, Reading, Remark, place_name

__all__ = ["Part", "Reading", "Remark", "place_name", "read"]

WALL_SECONDS = 6.0
KEPT = 64
_known: OrderedDict[str, Reading] = OrderedDict()
_lock = threading.Lock()


def read(name: str, data: bytes, *, wall_seconds: float = WALL_SECONDS) -> Reading:
    """All text of an attachment with its places, what a person must look at, and what may not go out.

    The same bytes under the same name give the same reading; the last KEPT readings are remembered. Costs a child
    process (about 0.1 s) the first time; a file that defeats the child is `too_slow` or `damaged`, never an error.
    """
    key = f"{hashlib.sha256(data).hexdigest()}:{name}"
    with _lock:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    reading = _failed("too_large") if len(data) > MAX_FILE else _in_child(name, data, wall_seconds)
    with _lock:
        _known[key] = reading
        while len(_known) > KEPT:
            _known.popitem(last=False)
    return reading


def _in_child(name: str, data: bytes, wall_seconds: float) -> Reading:
    found = apart(f"{__name__}.child", {"name": name}, data, wall_seconds)
    return _failed(found) if isinstance(found, str) else _from_json(found)


def _failed(reason: str) -> Reading:
    return Reading(unread=(Remark(place="", what=reason),))


def _from_json(found: dict[str, Any]) -> Reading:
    return Reading(
        parts=tuple(Part(**one) for one in found["parts"]),
        unread=tuple(Remark(**one) for one in found["unread"]),
        dangers=tuple(Remark(**one) for one in found["dangers"]),
        kind=found["kind"],
    )
