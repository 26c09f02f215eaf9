"""Whose the events of one set of identifiers are, and when: what every event is given to. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from .identifiers import kind_of, strongest_first
from .identity import Resolution, profile_named


@dataclass(frozen=True, kw_only=True)
class Span:
    """Events from `since` up to (not with) `until` are this profile's; None is without end. `kind`: that of the identifier it
    hangs on, `clash` where the identifiers are two people's, `shared` where the one there is several people's."""

    profile_id: str
    kind: str
    since: datetime | None = None
    until: datetime | None = None


def spans_of(
    signature_id: str, members: Collection[str], found: Resolution, users: Mapping[str, str]
) -> tuple[Span, ...]:
    """The spans of one signature; `users` is the unique value of each profile that has one.

    The strongest identifier decides. Without a unique value among them, identifiers of two different people make a new
    anonymous person; so does an identifier that several people use, from the second one's first moment on.
    """
    ordered = strongest_first(members)
    if not ordered:
        return ()
    first = ordered[0]
    profile = found.profile[first]
    if kind_of(first) == "user":
        return (Span(profile_id=profile, kind="user"),)
    theirs = {users[found.profile[one]] for one in ordered if _counts(one) and found.profile[one] in users}
    if len(theirs) > 1:
        return (Span(profile_id=profile_named(signature_id, "jc"), kind="clash"),)
    kind = kind_of(found.primary.get(profile, "") or first)
    since = found.shared.get(first)
    if since is None:
        return (Span(profile_id=profile, kind=kind),)
    return (
        Span(profile_id=profile, kind=kind, until=since),
        Span(profile_id=profile_named(first, "js"), kind="shared", since=since),
    )


def _counts(identifier: str) -> bool:
    """Devices say little about who it is."""
    return kind_of(identifier) != "device"
