"""The templates in force: Word files in one folder, each with a few lines of YAML that say what it is for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .faults import DocumentRefused, Fault, TemplateRefused
from .schema import Schema, contract_schema, quote_schema

FOLDER = Path(__file__).resolve().parent.parent / "templates"


class Term(BaseModel):
    """One thing the template leaves open. `standard` is the lawyers' own value; None: it must be given for each paper.

    `free`: filling it in otherwise than the standard is no change of a clause (a place, a date). `words` are what people
    call it; `most` the largest number that makes sense.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str
    en: str
    kind: Literal["percent", "months", "number", "date", "text"]
    standard: int | str | None = None
    most: int | None = None
    free: bool = False
    words: tuple[str, ...] = ()


class PaperTemplate(BaseModel):
    """One template: what it is called, what it is for, its terms, and its Word file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    kind: Literal["contract", "quote"]
    language: Literal["zh", "en"]
    file: Path
    title: str
    title_en: str
    names: tuple[str, ...] = ()
    product_lines: tuple[str, ...] = ()
    terms: dict[str, Term] = Field(default_factory=dict)
    sums_to_hundred: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash((self.id, self.file))

    @property
    def data(self) -> bytes:
        """The Word file."""
        return self.file.read_bytes()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def schema_of_fields(self) -> Schema:
        terms = {name: (term.zh, term.en) for name, term in self.terms.items()}
        return contract_schema(terms) if self.kind == "contract" else quote_schema(terms)

    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the Word file against the fields there are."""
        from .templates import check

        return check(self.data, self.schema_of_fields)

    def asks_for(self, field: str) -> bool:
        """Whether the Word file has a place for this field."""
        return field in _used_by(self, self.sha256)

    def usable(self) -> PaperTemplate:
        """The template itself when its Word file has no fault; a file that was checked is not checked again.

        Raises TemplateRefused naming every fault with its place.
        """
        faults = _faults_of(self, self.sha256)
        if faults:
            raise TemplateRefused(faults)
        return self


class Catalogue:
    """All templates of a folder, by id. Raises DocumentRefused for a description that cannot be read."""

    def __init__(self, templates: Iterable[PaperTemplate]) -> None:
        self.templates = tuple(sorted(templates, key=lambda one: one.id))

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Catalogue:
        return cls(_read(path) for path in sorted(folder.glob("*.yaml")))

    def by_id(self, template_id: str) -> PaperTemplate | None:
        return next((one for one in self.templates if one.id == template_id), None)

    def called(self, name: str, kind: str) -> PaperTemplate | None:
        """The one template of this kind that is called so; None when there is none or several."""
        said = name.strip().casefold()
        exact = [one for one in self._of(kind) if said in {word.casefold() for word in (one.id, *one.names)}]
        near = exact or [
            one for one in self._of(kind) if any(w.casefold() in said for w in (one.id, *one.names))
        ]
        return near[0] if len(near) == 1 else None

    def contract_for(self, product_lines: Iterable[str]) -> PaperTemplate | None:
        """The contract whose product lines cover the first line of goods; None when no template does."""
        for line in product_lines:
            for one in self._of("contract"):
                if line in one.product_lines:
                    return one
        return None

    def quote_in(self, language: str) -> PaperTemplate | None:
        """The quote in this language, else any."""
        quotes = self._of("quote")
        return next((one for one in quotes if one.language == language), quotes[0] if quotes else None)

    def _of(self, kind: str) -> list[PaperTemplate]:
        return [one for one in self.templates if one.kind == kind]


def _read(path: Path) -> PaperTemplate:
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return PaperTemplate.model_validate({**content, "file": path.parent / content["file"]})
    except (yaml.YAMLError, ValidationError, KeyError, TypeError, OSError) as error:
        raise DocumentRefused(
            f"模板说明 {path.name} 读不懂：{error}",
            f"the template description {path.name} cannot be read: {error}",
        ) from error


@lru_cache(maxsize=64)
def _faults_of(template: PaperTemplate, sha256: str) -> tuple[Fault, ...]:  # noqa: ARG001  the hash is the key
    return template.faults()


@lru_cache(maxsize=64)
def _used_by(template: PaperTemplate, sha256: str) -> frozenset[str]:  # noqa: ARG001
    from .meaning import fields_used

    return fields_used(template.data, template.schema_of_fields)


@lru_cache(maxsize=1)
def shipped() -> Catalogue:
    """The templates that ship with the product."""
    return Catalogue.load()


def in_force(folder: Path | None) -> Catalogue:
    """The templates that ship, and over them those of the house's own folder: one with the same id takes its place.

    Raises DocumentRefused for a description in that folder that cannot be read.
    """
    if folder is None or not folder.is_dir():
        return shipped()
    own = Catalogue.load(folder).templates
    mine = {one.id for one in own}
    return Catalogue([*own, *(one for one in shipped().templates if one.id not in mine)])
