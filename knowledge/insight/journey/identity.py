"""Who is who: identifiers that came together become people (definitions.md D9). Pure, and the same however events arrived.

Edges are looked at in one order that depends on them alone: rules of an earlier era first, then what people decided, then
strong kinds before weak ones, then the earlier moment (Kruskal's way of building a union-find). An edge joins unless two
different unique values would become one person, or a person would get more identifiers of a kind than the rules of its own
era allow. A device joins nobody: it belongs to whoever came with it first.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .identifiers import kind_of, rank_of

UNIQUE, LIMIT, CLAIMED, HUB = "unique", "limit", "claimed", "hub"
"""Why an edge does not join: two people would become one, too many of a kind, the device is somebody else's, too many use it."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The rules of one era: kinds of which a person has one value at most that never merges with another, how many of the
    other kinds, and with how many others an identifier may be seen before it is nobody's."""

    unique: frozenset[str] = frozenset({"user"})
    most: Mapping[str, int] = field(
        default_factory=lambda: {"email": 5, "phone": 5, "wecom": 5, "anon": 50, "device": 20}
    )
    hub: int = 100


@dataclass(frozen=True, kw_only=True)
class Link:
    """Two identifiers, `a` the stronger, that came together first at `at`, under the rules of `era`."""

    a: str
    b: str
    at: datetime
    era: int = 1
    manual: bool = False

    @property
    def order(self) -> tuple[int, bool, int, datetime, int, str, str]:
        return (self.era, not self.manual, rank_of(self.b), self.at, rank_of(self.a), self.a, self.b)


@dataclass(frozen=True)
class Resolution:
    """`profile` of every identifier, `why` each link does not join ("" where it does), `shared` since when an identifier is
    used by several people, `primary` the identifier a profile is named after ("" for a lone device)."""

    profile: Mapping[str, str]
    why: Mapping[Link, str]
    shared: Mapping[str, datetime]
    primary: Mapping[str, str]


def profile_named(text: str, prefix: str = "jp") -> str:
    """The id of a profile: a hash of what it is named after, so that it is the same wherever it is computed."""
    return f"{prefix}-{hashlib.sha256(text.encode()).hexdigest()[:20]}"


def resolve(
    identifiers: Iterable[str],
    links: Iterable[Link],
    limits: Mapping[int, Limits],
    outside: Mapping[str, str] | None = None,
    hubs: Mapping[str, int] | None = None,
) -> Resolution:
    """Everybody's profile. `limits` by era; `outside` are identifiers of people who are not looked at, with their profiles:
    they only matter for devices that somebody here uses too. `hubs`: identifiers known to be used by too many, with the era
    from which they were (`hubs_of` finds those among the links)."""
    known = outside or {}
    ordered = sorted(links, key=lambda link: link.order)
    people = _People({one for one in identifiers if one not in known})
    crowded = {**hubs_of(ordered, limits), **(hubs or {})}
    why: dict[Link, str] = {}
    last = []
    for link in ordered:
        if _is_hub(link, crowded):
            why[link] = HUB
        elif kind_of(link.b) == "device":
            last.append(link)
        else:
            why[link] = people.join(link.a, link.b, limits[link.era])
    owner = _devices(last, people, known, limits, why)
    profile, primary = people.named(owner, frozenset(known.values()))
    _settle(why, profile)
    return Resolution(profile, why, _shared(why, profile), primary)


class _People:
    """The union-find, with what each set holds."""

    def __init__(self, members: Iterable[str]) -> None:
        self._up = {one: one for one in members}
        self._held = {one: {kind_of(one): {one}} for one in self._up}

    def find(self, one: str) -> str:
        while self._up[one] != one:
            self._up[one] = self._up[self._up[one]]
            one = self._up[one]
        return one

    def __contains__(self, one: str) -> bool:
        return one in self._up

    def join(self, a: str, b: str, rules: Limits) -> str:
        """Make one set of two, unless the rules forbid it: why not, "" when they are one now."""
        first, second = self.find(a), self.find(b)
        if first == second:
            return ""
        if (fault := self._fault(self._held[first], self._held[second], rules)) != "":
            return fault
        big, small = sorted((first, second), key=lambda one: (-self._size(one), one))
        self._up[small] = big
        for kind, members in self._held.pop(small).items():
            self._held[big].setdefault(kind, set()).update(members)
        return ""

    def _fault(self, one: Mapping[str, set[str]], other: Mapping[str, set[str]], rules: Limits) -> str:
        for kind in sorted(one.keys() & other.keys()):
            count = len(one[kind] | other[kind])
            if kind in rules.unique and count > 1:
                return UNIQUE
            if kind in rules.most and count > rules.most[kind]:
                return f"{LIMIT}:{kind}"
        return ""

    def _size(self, root: str) -> int:
        return sum(map(len, self._held[root].values()))

    def named(self, owner: Mapping[str, str], known: frozenset[str]) -> tuple[dict[str, str], dict[str, str]]:
        """Profile of every identifier, and what each profile is named after. `owner` is the set (or the profile outside) a
        device belongs to."""
        groups: defaultdict[str, list[str]] = defaultdict(list)
        for one in sorted(self._up):
            if kind_of(one) != "device":
                groups[self.find(one)].append(one)
        profile: dict[str, str] = {}
        primary: dict[str, str] = {}
        for members in groups.values():
            first = min(members, key=lambda one: (rank_of(one), one))
            name = profile_named(first)
            primary[name] = first
            profile |= dict.fromkeys(members, name)
        for one in sorted(self._up):
            if kind_of(one) != "device":
                continue
            root = owner.get(one, "")
            name = root if root in known else profile.get(root, "")
            profile[one] = name or profile_named(one)
            primary.setdefault(profile[one], "")
        return profile, primary


def hubs_of(links: Iterable[Link], limits: Mapping[int, Limits]) -> dict[str, int]:
    """Identifiers seen with more others than the rules allow, and the era from which they were: links of earlier eras stay.
    A unique value is never one: who logs in is known."""
    met: defaultdict[str, set[str]] = defaultdict(set)
    found: dict[str, int] = {}
    for link in sorted(links, key=lambda link: link.order):
        rules = limits[link.era]
        for one, other in ((link.a, link.b), (link.b, link.a)):
            met[one].add(other)
            if kind_of(one) not in rules.unique and len(met[one]) > rules.hub:
                found.setdefault(one, link.era)
    return found


def _is_hub(link: Link, hubs: Mapping[str, int]) -> bool:
    return any(link.era >= hubs.get(one, link.era + 1) for one in (link.a, link.b))


def _devices(
    links: Iterable[Link],
    people: _People,
    known: Mapping[str, str],
    limits: Mapping[int, Limits],
    why: dict[Link, str],
) -> dict[str, str]:
    """Each device to whoever came with it first; one too many for them is nobody's."""
    claim: dict[str, str] = {}
    owner: dict[str, str] = {}
    had: defaultdict[str, int] = defaultdict(int)
    for link in links:
        inside = link.a in people
        who = people.find(link.a) if inside else known[link.a]
        if claim.setdefault(link.b, who) != who:
            why[link] = CLAIMED
        elif link.b in owner or not inside:
            owner.setdefault(link.b, who)
            why[link] = ""
        elif had[who] >= limits[link.era].most.get("device", 20):
            why[link] = f"{LIMIT}:device"
        else:
            owner[link.b] = who
            had[who] += 1
            why[link] = ""
    return owner


def _settle(why: dict[Link, str], profile: Mapping[str, str]) -> None:
    """A link that was refused joins after all when another way has made them one person."""
    for link, fault in why.items():
        if fault not in ("", HUB) and profile.get(link.a) == profile.get(link.b, "?"):
            why[link] = ""


def _shared(why: Mapping[Link, str], profile: Mapping[str, str]) -> dict[str, datetime]:
    """Since when an identifier is used by several people: a second one came with it. A phone or an address is only shared by
    those who log in with it; a form in which somebody else's address was typed takes nobody's address away."""
    found: dict[str, datetime] = {}
    for link, fault in why.items():
        weak = kind_of(link.b) in ("anon", "device")
        if fault == CLAIMED or (fault == UNIQUE and (weak or kind_of(link.a) == "user")):
            found[link.b] = min(found.get(link.b, link.at), link.at)
    return {one: at for one, at in found.items() if one in profile}
