"""Prepare a contract: fill the lawyers' template from the records and keep it as a draft; nothing leaves the house."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationError
from sqlmodel import Session

from actions.documents.contracting import ContractWish, contract_draft
from actions.documents.faults import DocumentRefused
from actions.effect import BadArguments, Change, Hands, Order, Preview, Scene
from actions.paper_keeping import desktop, drop_paper, keep_paper, paper_facts, paper_payload, paper_preview
from policies.facts import ActionFacts


class Arguments(ContractWish):
    """What prepare_contract takes: the wish, and the hashes of the files the person was shown."""

    docx_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    pdf_sha256: str = Field(default="", pattern=r"^(?:[0-9a-f]{64})?$")

    def wish(self) -> ContractWish:
        return ContractWish.model_validate(self.model_dump(exclude={"docx_sha256", "pdf_sha256"}))


class PrepareContract:
    """The verb `prepare_contract`. The paper is made again from the records when it is asked for: arguments carry no
    number that ends up in it."""

    name = "prepare_contract"
    about = "deal"

    def canonical(self, args: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
        try:
            given = Arguments.model_validate(dict(args))
            draft = contract_draft(scene.session, scene.deal, given.wish(), desktop(scene))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise BadArguments(f"合同的 {where} 不对 / contract field {where}: {first['msg']}") from error
        except DocumentRefused as error:
            raise BadArguments(str(error)) from error
        return paper_payload(draft, given.docx_sha256, given.pdf_sha256, scene.files)

    def facts(self, payload: Mapping[str, Any], scene: Scene) -> ActionFacts:
        return paper_facts(payload, scene)

    def preview(self, payload: Mapping[str, Any], facts: Mapping[str, Any]) -> Preview:  # noqa: ARG002
        return paper_preview(payload)

    def apply(self, order: Order, session: Session, hands: Hands) -> Change:  # noqa: ARG002
        return keep_paper(order, session)

    def revert(self, order: Order, session: Session, change: Mapping[str, Any]) -> str:
        return drop_paper(order, session, change)
