"""The playbook: objection classes with talk tracks, what may never be said, and what a reply must contain."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

CLASSES = (
    "price",
    "budget",
    "timing",
    "authority",
    "competitor",
    "feature_gap",
    "trust",
    "security",
    "implementation",
    "contract_terms",
    "internal_process",
    "existing_solution",
)
"""The objection classes of definitions.md D2, by id."""


class Track(BaseModel):
    """One way to answer. `when` says in which situation it fits."""

    model_config = ConfigDict(extra="forbid")

    id: str
    text: str
    text_en: str = ""
    when: str = ""
    when_en: str = ""


class Objection(BaseModel):
    """One class of objection. `forbidden_replies` must not be suggested for it."""

    model_config = ConfigDict(extra="forbid")

    id: str
    name: str
    name_en: str
    keywords: list[str] = Field(min_length=1)
    keywords_en: list[str] = Field(default_factory=list)
    paraphrases: list[str] = Field(default_factory=list)
    paraphrases_en: list[str] = Field(default_factory=list)
    tracks: list[Track] = Field(min_length=1)
    forbidden_replies: list[str] = Field(default_factory=list)
    required_fields: list[str] = Field(default_factory=list)


class Playbook(BaseModel):
    """All classes, and the phrases nobody may use with anyone."""

    model_config = ConfigDict(extra="forbid")

    objections: list[Objection]
    banned_phrases: list[str] = Field(default_factory=list)
    banned_phrases_en: list[str] = Field(default_factory=list)

    def objection(self, class_id: str) -> Objection | None:
        """The class with this id."""
        return next((one for one in self.objections if one.id == class_id), None)

    def banned_in(self, text: str, class_id: str = "") -> tuple[str, ...]:
        """The forbidden phrases that stand in `text`, case ignored: the global ones and those of one class."""
        one = self.objection(class_id)
        phrases = [*self.banned_phrases, *self.banned_phrases_en, *(one.forbidden_replies if one else ())]
        folded = text.casefold()
        return tuple(phrase for phrase in phrases if phrase.casefold() in folded)

    def keyword_class(self, text: str) -> str:
        """The class most of whose keywords stand in `text`, longer ones weighing more; "" when none does."""
        folded = text.casefold()
        scored = [
            (
                sum(len(word) for word in {*one.keywords, *one.keywords_en} if word.casefold() in folded),
                one.id,
            )
            for one in self.objections
        ]
        best = max(scored, key=lambda pair: pair[0], default=(0, ""))
        return best[1] if best[0] else ""


def faults(playbook: Playbook) -> Iterator[str]:
    """What is wrong beyond the shape: one sentence a fault."""
    ids = [one.id for one in playbook.objections]
    for class_id in sorted({one for one in ids if ids.count(one) > 1}):
        yield f"objections: {class_id} 出现多次 / appears more than once"
    for class_id in sorted(set(ids) - set(CLASSES)):
        yield f"objections: 未知类别 / unknown class {class_id!r}; known: {', '.join(CLASSES)}"
    tracks = [track.id for one in playbook.objections for track in one.tracks]
    for track_id in sorted({one for one in tracks if tracks.count(one) > 1}):
        yield f"tracks: {track_id} 出现多次 / appears more than once"
    for one in playbook.objections:
        for track in one.tracks:
            for phrase in playbook.banned_in(f"{track.text}\n{track.text_en}", one.id):
                yield f"tracks: {track.id} 含有禁用语 / contains the banned phrase “{phrase}”"
