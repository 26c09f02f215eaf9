"""What was scored when: marks of what has to be scored anew, and every score that was given, with its reasons."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from .columns import JsonText, UtcDateTime


class ScoreMark(SQLModel, table=True):
    """Something happened to a subject: `kind` is lead, deal, account or contact (the last two stand for the leads behind
    them) or all (of the kind in `subject_id`), `why` says what. Written in the transaction of what happened, removed when
    the score is stored; `worker` has taken it, at `taken_at`."""

    __tablename__ = "score_mark"

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    subject_id: str = Field(index=True)
    why: str = ""
    worker: str = Field(default="", index=True)
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ScoreEntry(SQLModel, table=True):
    """One stored score of a lead (`value` 0 to 100, `grade` A to D) or a deal (`value` a chance in percent, `grade` its
    category). `turn` counts from 1 without gaps; `checked_at` is when it was last found unchanged. `reasons` are
    [feature, value, points], strongest first; `rules` begins the version of the rules, `version` that of a model."""

    __tablename__ = "score_entry"
    __table_args__ = (UniqueConstraint("kind", "subject_id", "turn"),)

    id: str = Field(primary_key=True)
    kind: str = Field(index=True)
    subject_id: str = Field(index=True)
    turn: int
    value: float
    grade: str = ""
    method: str = ""
    n: int = 0
    version: str = ""
    rules: str = ""
    why: str = ""
    reasons: list[list[Any]] = Field(default_factory=list, sa_type=JsonText)
    at: datetime = Field(sa_type=UtcDateTime)
    checked_at: datetime = Field(sa_type=UtcDateTime, index=True)
