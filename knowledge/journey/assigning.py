"""What follows from who is who: whose the events of each set of identifiers are, and which customer a profile is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from knowledge.insight.journey.identifiers import kind_of
from knowledge.insight.journey.identity import Resolution
from knowledge.insight.journey.spans import Span, spans_of
from knowledge.library import identity as rows
from knowledge.model import Identifier, IdentityLink, IdentitySpan, Profile, Signature

from .affected import Affected


def assign(
    session: Session,
    inside: Mapping[str, Identifier],
    found: Resolution,
    before: set[str],
    strangers: frozenset[str],
) -> Affected:
    """Write spans and profiles after identifiers have changed. `before` are the profiles they had, `strangers` profiles of
    others that are left alone."""
    signatures = rows.signatures_with(session, inside)
    made, gone = _spans(session, signatures, inside, found)
    wanted = {
        profile: kind_of(found.primary.get(profile, "") or "device:") for profile in found.profile.values()
    }
    wanted |= {
        span.profile_id: span.kind
        for spans in made.values()
        for span in spans
        if span.kind in ("clash", "shared")
    }
    wanted = {profile: kind for profile, kind in wanted.items() if profile not in strangers}
    old = {row.id: row for row in rows.rows_by(session, Profile, "id", set(wanted) | before | gone)}
    told = Affected(profile_ids=set(wanted))
    told.add_rows(old.values())
    records = customers(session, {one: found.profile[one] for one in inside})
    for profile, kind in sorted(wanted.items()):
        row = old.get(profile) or Profile(id=profile, kind=kind)
        account, contact, lead = records.get(profile, ("", "", ""))
        primary = found.primary.get(profile, "")
        if (
            _put(row, kind=kind, primary_id=primary, account_id=account, contact_id=contact, lead_id=lead)
            or profile not in old
        ):
            session.add(row)
        told.add_rows([row])
    session.flush()
    _forget(session, [old[one] for one in (before | gone) - set(wanted) - strangers if one in old])
    return told


def _spans(
    session: Session,
    signatures: Mapping[str, Signature],
    inside: Mapping[str, Identifier],
    found: Resolution,
) -> tuple[dict[str, tuple[Span, ...]], set[str]]:
    """The spans of each signature, written; and the profiles that had some of these events until now."""
    whole = _with_others(session, signatures.values(), inside, found)
    users = _users(session, whole, inside)
    made = {one: spans_of(one, row.members, whole, users) for one, row in signatures.items()}
    there: dict[str, list[IdentitySpan]] = {}
    for row in rows.spans(session, signatures):
        there.setdefault(row.signature_id, []).append(row)
    gone: set[str] = set()
    for one, spans in sorted(made.items()):
        held = {row.id: row for row in there.get(one, [])}
        gone |= {row.profile_id for row in held.values()}
        for number, span in enumerate(spans):
            key = f"{one}.{number}"
            row = held.pop(key) if key in held else IdentitySpan(id=key, signature_id=one, profile_id="")
            if _put(row, profile_id=span.profile_id, since=span.since, until=span.until):
                session.add(row)
        for row in held.values():
            session.delete(row)
    session.flush()
    return made, gone


def _put(row: Profile | IdentitySpan, **values: Any) -> bool:
    """Set what differs; whether anything did. Most people stay who they were, and setting costs."""
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in differing.items():
        setattr(row, name, value)
    return bool(differing)


def _with_others(
    session: Session, signatures: Iterable[Signature], inside: Mapping[str, Identifier], found: Resolution
) -> Resolution:
    """The resolution with the profiles of identifiers that stand in these signatures and were not looked at."""
    rest = {one for row in signatures for one in row.members} - set(inside)
    if not rest:
        return found
    others = rows.identifiers(session, rest)
    leading = {
        row.id: row
        for row in rows.rows_by(session, Profile, "id", {row.profile_id for row in others.values()})
    }
    return replace(
        found,
        profile={**{one: row.profile_id for one, row in others.items()}, **found.profile},
        shared={**{one: row.shared_since for one, row in others.items() if row.shared_since}, **found.shared},
        primary={**{one: row.primary_id for one, row in leading.items()}, **found.primary},
    )


def _users(session: Session, found: Resolution, inside: Mapping[str, Identifier]) -> dict[str, str]:
    """The unique value of every profile that has one."""
    others = {found.profile[one] for one in found.profile if one not in inside}
    known = {**rows.members_of(session, others), **{one: row for one, row in inside.items()}}
    return {
        found.profile.get(one, row.profile_id): one
        for one, row in sorted(known.items())
        if row.kind == "user"
    }


def customers(session: Session, profile_of: Mapping[str, str]) -> dict[str, tuple[str, str, str]]:
    """(account, contact, lead) of each profile whose identifiers lead to one account and no other. The contact (the lead) is
    the one that most of its identifiers lead to; a number that two of them share names neither."""
    held: dict[str, list[IdentityLink]] = {}
    for link in rows.links(session, profile_of):
        held.setdefault(profile_of[link.identifier_id], []).append(link)
    found: dict[str, tuple[str, str, str]] = {}
    for profile, links in held.items():
        accounts = {link.account_id for link in links} - {""}
        if len(accounts) <= 1:
            found[profile] = (next(iter(accounts), ""), _one(links, "contact"), _one(links, "lead"))
    return found


def _one(links: Iterable[IdentityLink], kind: str) -> str:
    counted = Counter(link.record_id for link in links if link.record_kind == kind).most_common(2)
    alone = len(counted) == 1 or (len(counted) == 2 and counted[0][1] > counted[1][1])
    return counted[0][0] if alone else ""


def _forget(session: Session, profiles: list[Profile]) -> None:
    """Profiles that nothing belongs to any more."""
    ids = {row.id for row in profiles}
    used = {row.profile_id for row in rows.members_of(session, ids).values()}
    used |= {row.profile_id for row in rows.rows_by(session, IdentitySpan, "profile_id", ids)}
    for row in profiles:
        if row.id not in used:
            session.delete(row)
    session.flush()
