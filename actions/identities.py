"""Who is who, for people: looked at inside one's rights, merged, taken back, consent, and the copy a person may ask for. Every
change and every copy is in the record, by ids alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from knowledge.insight.journey.identifiers import KINDS
from knowledge.journey import deciding
from knowledge.journey.incoming import PURPOSES
from knowledge.journey.keys import HouseKey
from knowledge.journey.rules import eras
from knowledge.library import identity
from knowledge.model import IdentityEdge, Person, Profile, Role

from . import record
from .gate import Gate
from .identity_copy import copy_of
from .rows import Rows

MAY_DECIDE = frozenset({Role.MANAGER, Role.DIRECTOR, Role.ADMIN, Role.MARKETING})
"""Who may say that two are one person, or that they are not."""
MAY_COPY = frozenset({Role.ADMIN, Role.LEGAL})
"""Who may take out all there is of one person, for that person."""


class Refused(ValueError):
    """It may not be, or there is nobody like that: the sentence, in both languages."""


NOBODY = "没有找到这个人 / nobody like that was found"


@dataclass
class Known:
    """One profile as its reader may see it."""

    profile: Profile
    identifiers: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    events: int
    first: str
    last: str
    consent: dict[str, bool | None]

    def as_json(self) -> dict[str, Any]:
        row = self.profile
        kept = {name: getattr(row, name) for name in ("id", "kind", "account_id", "contact_id", "lead_id")}
        return kept | {name: value for name, value in vars(self).items() if name != "profile"}


@dataclass
class Identities:
    """Bound to one person."""

    gate: Gate
    key: HouseKey
    person: Person

    def show(self, ref: str) -> Known:
        """Raises Refused for nobody, and for somebody who is not theirs to see."""
        with self.gate.store.reading() as session:
            return self._known(session, self._profile(session, ref))

    def merge(self, first: str, second: str, note: str) -> Known:
        """Two are one person. Raises Refused."""
        self._must(MAY_DECIDE)
        with self._changing("identity_merged") as (session, tell):
            one, other = self._profile(session, first), self._profile(session, second)
            told = deciding.merge(session, one, other, self.person.id, note, self.gate.clock())
            tell({"edge": told.edge.id, "a": one.id, "b": other.id})
            return self._known(session, self._profile(session, f"id:{told.edge.a}"))

    def unmerge(self, ref: str, note: str) -> tuple[list[Known], list[dict[str, Any]]]:
        """Take an edge back: who there is then, and the edges that hold them together all the same. Raises Refused."""
        self._must(MAY_DECIDE)
        with self._changing("identity_unmerged") as (session, tell):
            edge = deciding.find_edge(session, ref)
            if edge is None:
                raise Refused(f"没有关联 {ref} / there is no edge {ref}")
            self._profile(session, f"id:{edge.a}")  # whoever does not see them cannot part them either
            told = deciding.unmerge(session, edge, self.person.id, note, self.gate.clock())
            tell({"edge": edge.id})
            ends = {row.profile_id for row in identity.identifiers(session, (edge.a, edge.b)).values()}
            parted = [identity.profile(session, one) for one in sorted(ends)]
            return [self._known(session, row) for row in parted if row], [edge_json(one) for one in told.rest]

    def consent(self, ref: str, purpose: str, *, granted: bool, how: str) -> None:
        """What somebody agreed to, or took back. Raises Refused."""
        if purpose not in PURPOSES:
            raise Refused(f"purpose 只能是 {', '.join(PURPOSES)} / is one of these")
        if not how.strip():
            raise Refused("请写明本人是怎样表示的 / say how the person told so")
        with self._changing("consent") as (session, tell):
            row = self._profile(session, ref)
            deciding.consent(session, row, purpose, granted=granted, how=how.strip(), now=self.gate.clock())
            tell({"profile": row.id, "purpose": purpose, "granted": granted})

    def copy(self, ref: str) -> dict[str, Any]:
        """Everything there is of one person, as plain JSON. Raises Refused."""
        self._must(MAY_COPY)
        with self._changing("identity_exported") as (session, tell):
            row = self._profile(session, ref)
            made = copy_of(session, row) | {"profile": self._known(session, row).as_json()}
            tell({"profile": row.id, "events": len(made["events"])})
            return made

    def _must(self, roles: frozenset[Role]) -> None:
        if not self.person.active or not roles & set(self.person.roles):
            told = ", ".join(sorted(roles))
            raise Refused(f"只有 {told} 可以这样做 / only {told} may do this")

    @contextmanager
    def _changing(self, name: str) -> Iterator[tuple[Session, Callable[[dict[str, Any]], None]]]:
        with self.gate.store.session() as session:
            record.lock_system(session)

            def tell(detail: dict[str, Any]) -> None:
                record.append(
                    session, record.Event(name=name, actor=self.person.id, detail=detail), self.gate.clock()
                )

            try:
                yield session, tell
            except deciding.Impossible as error:
                raise Refused(str(error)) from error

    def _profile(self, session: Session, ref: str) -> Profile:
        """By profile id, `contact:C-001`, `lead:L-001`, an edge's identifier (`id:…`), or a value: `phone:137…`, `user:…`."""
        rows = Rows(session, self.gate.judge_for(session), self.person)
        found = [row for row in self._candidates(session, ref.strip()) if rows.sees_profile(row.id)]
        if not found:
            raise Refused(NOBODY)
        if len(found) > 1:
            told = ", ".join(row.id for row in found)
            raise Refused(f"有 {len(found)} 个档案:{told};请写档案编号 / several profiles: name one")
        return found[0]

    def _candidates(self, session: Session, ref: str) -> list[Profile]:
        kind, _, value = ref.partition(":")
        if kind in ("contact", "lead") and value:
            return identity.profiles_of(session, f"{kind}_id", value)
        if kind in KINDS or kind == "id":
            blocked = eras(session, self.gate.clock()).rules.blocked if kind != "id" else ()
            one = value if kind == "id" else self.key.identifier(kind, value, blocked)
            known = identity.identifiers(session, [one]).get(one)
            row = identity.profile(session, known.profile_id) if known else None
        else:
            row = identity.profile(session, ref)
        return [row] if row else []

    def _known(self, session: Session, row: Profile) -> Known:
        made = copy_of(session, row)
        moments = [one["at"] for one in made["events"]]
        return Known(
            profile=row,
            identifiers=made["identifiers"],
            edges=[edge_json(edge) for edge in deciding.edges_of(session, row.id)],
            events=len(moments),
            first=min(moments, default=""),
            last=max(moments, default=""),
            consent={purpose: deciding.allows(session, row.id, purpose) for purpose in PURPOSES},
        )


def edge_json(edge: IdentityEdge) -> dict[str, Any]:
    """An edge for a reader: what joins what, since when, by what, and what became of it."""
    return {
        "id": edge.id, "kind": edge.kind, "a": edge.a, "b": edge.b, "at": edge.at.isoformat(), "event": edge.event_name,
        "event_id": edge.event_id, "seen": edge.seen, "rule": edge.rule, "state": edge.state, "why": edge.why,
        "by": edge.by_id, "note": edge.note, "undone_at": edge.undone_at.isoformat() if edge.undone_at else "",
        "undone_by": edge.undone_by,
    }  # fmt: skip
