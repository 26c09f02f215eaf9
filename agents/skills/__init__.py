"""The menu of skills: what the assistant can do, in one place where a new power is reviewed."""

from agents.skill import Skill

from . import (
    deal_brief,
    draft_email,
    explain_action,
    make_quote,
    my_approvals,
    pipeline,
    prepare_contract,
    recall,
    send_document,
    send_email,
    talk_track,
)

SKILLS: tuple[Skill, ...] = (
    recall.SKILL,
    deal_brief.SKILL,
    pipeline.SKILL,
    talk_track.SKILL,
    draft_email.SKILL,
    send_email.SKILL,
    make_quote.SKILL,
    prepare_contract.SKILL,
    send_document.SKILL,
    explain_action.SKILL,
    my_approvals.SKILL,
)
