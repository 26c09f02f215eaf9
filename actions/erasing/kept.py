"""What an erasure finds besides records and talk: files that came in, what was heard of recordings, pages of the console."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlmodel import Session, and_, col, or_, select

from knowledge.model import InboundFile, Interaction, Recording, TranscriptVersion, WebLine, WebSession

from .change import CLEANED, EMPTIED, REMOVED, Found
from .places import is_foreign, is_near
from .redactor import MARK
from .spoken import version_cleaned, version_emptied
from .sweep_columns import rows_with
from .whom import Whom


def files(session: Session, whom: Whom) -> Iterator[Found]:
    """What came in as a file about their deals, or in their own voice: its bytes go with the interaction."""
    own = and_(InboundFile.sent_as == "voice", InboundFile.person_id == (whom.person_id or "-"))
    theirs = or_(col(InboundFile.deal_id).in_(whom.deal_ids), own)
    for row in session.exec(select(InboundFile).where(theirs)):
        yield Found(row, EMPTIED, {"name": MARK, "transcript": ""})


def recordings(session: Session, touched: Iterable[str]) -> Iterator[Found]:
    """What was heard, word by word, of an interaction in which anything is erased: single words hide a name from a search."""
    for row in session.exec(select(Recording).where(col(Recording.interaction_id).in_(touched))):
        if row.words or row.left_out or row.consent_how:
            yield Found(
                row, EMPTIED, {"words": [], "left_out": [], "consent_how": MARK if row.consent_how else ""}
            )


def versions(session: Session, whom: Whom, talks: Mapping[str, tuple[Interaction, str]]) -> Iterator[Found]:
    """Every version of the words of a talk, changed as the talk itself; `talks` says by id what becomes of each. A name
    that was corrected away stands in the old versions alone, so that all that hold it are looked at."""
    rows = {row.id: row for row in rows_with(session, TranscriptVersion, whom.sure)}
    about = select(TranscriptVersion).where(col(TranscriptVersion.interaction_id).in_(talks))
    rows |= {row.id: row for row in session.exec(about)}
    for _, row in sorted(rows.items()):
        talk, how = talks.get(row.interaction_id) or (session.get_one(Interaction, row.interaction_id), "")
        if how == EMPTIED:
            yield Found(row, EMPTIED, version_emptied())
            continue
        redactor = whom.elsewhere if is_foreign(talk, whom) else whom.redactor
        yield Found(row, CLEANED, version_cleaned(row, whom, redactor, near=is_near(talk, whom)))


def pages(session: Session, whom: Whom) -> Iterator[Found]:
    """Lines of the web console are copies of what was said: one that may be about them goes, a colleague's own all do."""
    for row in session.exec(select(WebLine)):
        held = (row.body, row.payload)
        if row.account == whom.person_id or any(whom.redactor.touches_value(one, near=True) for one in held):
            yield Found(row, REMOVED)
    if whom.person_id:
        for one in session.exec(select(WebSession).where(WebSession.account == whom.person_id)):
            yield Found(one, REMOVED)
