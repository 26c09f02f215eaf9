"""The menu of skills: what the assistant can do, in one place where a new power is reviewed."""

from agents.skill import Skill

from . import (
    book_meeting,
    create_task,
    deal_brief,
    draft_email,
    explain_action,
    export_data,
    give_discount,
    make_quote,
    message_customer,
    my_approvals,
    my_authority,
    my_tasks,
    pipeline,
    prepare_contract,
    recall,
    send_document,
    send_email,
    talk_track,
    update_deal,
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
    update_deal.SKILL,
    create_task.SKILL,
    my_tasks.SKILL,
    book_meeting.SKILL,
    give_discount.SKILL,
    message_customer.SKILL,
    export_data.SKILL,
    explain_action.SKILL,
    my_approvals.SKILL,
    my_authority.SKILL,
)
