"""Seats at the approvers' table, as a rule's @approvers writes them: `manager`, `legal|director`, `finance*2`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice, product

from .facts import ApprovalFacts

APPROVER_ROLES = ("requester", "manager", "director", "legal", "finance", "admin")
MOST_WAYS = 64
"""Ways of filling all seats that are tried; more than that is a rule nobody can read."""


def roles_in(seat: str) -> tuple[str, ...]:
    """The roles any of which may fill a seat: `legal|director` -> (legal, director)."""
    return tuple(role.strip() for role in seat.partition("*")[0].split("|"))


def heads(seat: str) -> int:
    """How many distinct people a seat wants: `finance*2` -> 2."""
    number = seat.partition("*")[2]
    return int(number) if number else 1


def faults(seat: str) -> list[str]:
    """What is wrong with how a seat is written, as sentences."""
    number = seat.partition("*")[2]
    found = [f"未知角色 / unknown role {role}" for role in roles_in(seat) if role not in APPROVER_ROLES]
    if "*" in seat and not (number.isdecimal() and 1 <= int(number) <= 9):
        found.append(f"人数须为 1 到 9 / a quorum is a number from 1 to 9: {seat}")
    if "requester" in roles_in(seat) and (heads(seat) > 1 or len(roles_in(seat)) > 1):
        found.append(f"本人确认不能代替也不能多人 / the requester's seat stands alone: {seat}")
    return found


def left(seat: str, given: ApprovalFacts) -> str:
    """What is still empty of a seat; "" when it is filled. One yes of three: `finance*3` -> `finance*2`."""
    missing = heads(seat) - sum(given.of(role) for role in roles_in(seat))
    if missing <= 0:
        return ""
    roles = "|".join(roles_in(seat))
    return roles if missing == 1 else f"{roles}*{missing}"


def ways(seats: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Every way to fill the seats, as one role a person; the plainest first, MOST_WAYS at most."""
    choices = [[role for _ in range(heads(seat))] for seat in seats for role in roles_in(seat)[:1]]
    plain = tuple(role for choice in choices for role in choice)
    yield plain
    others = product(*([(role,) * heads(seat) for role in roles_in(seat)] for seat in seats))
    for picked in islice(others, MOST_WAYS):
        flat = tuple(role for group in picked for role in group)
        if flat != plain:
            yield flat


def in_order(seats: Iterable[str]) -> tuple[str, ...]:
    """Seats in the order of their weakest role, each once."""
    return tuple(sorted(set(seats), key=lambda seat: (APPROVER_ROLES.index(roles_in(seat)[0]), seat)))
