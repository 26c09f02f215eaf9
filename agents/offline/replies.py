"""The offline brain's own sentences, Chinese and English: greetings, help, questions back, honest limits."""

from __future__ import annotations

from collections.abc import Sequence

_TEXTS: dict[str, tuple[str, str]] = {
    "greeting": (
        "你好!我是成单助手(离线模式)。可以问我“华东医疗那个单子现在什么情况”“我手上有哪些单子”,或让我写跟进邮件。",
        'Hello! I am the Chengdan assistant (offline). Ask me "where do we stand with <customer>", '
        '"show my open deals", or have me draft a follow-up.',
    ),
    "thanks": ("不客气,有需要随时叫我。", "You are welcome. I am here when you need me."),
    "goodbye": ("好的,再见!", "Goodbye!"),
    "help": (
        "我现在是离线模式(没有接大模型),能做这些:\n"
        "· 单子概况:“华东医疗那个单子现在什么情况”“那报价呢”“有什么风险”\n"
        "· 查记录:“谁提过数据迁移”“客户上次说预算多少”\n"
        "· 看漏斗:“我手上有哪些单子”“本季度赢了多少”\n"
        "· 应对话术:“客户说太贵了怎么回”\n"
        "· 邮件:“帮我给王总写封跟进邮件”“再短一点”“发出去”(是否需要审批由规则决定)\n"
        "· 审批:“有什么等我批的”“为什么要审批”;批准请输入 /approve 编号\n"
        "还不会:合同、录音转写、改客户资料,以及与销售无关的问题。",
        "I am offline (no language model connected). I can:\n"
        '· brief you on a deal: "how is <deal> going", "and the quote?", "any risks?"\n'
        '· search the record: "who mentioned data migration?"\n'
        '· show the pipeline: "my open deals", "what did we win last quarter"\n'
        '· answer objections: "they say we are too expensive, what do I say"\n'
        '· draft and send mail: "write a follow-up to Mr. Wang", "shorter", "send it" (rules decide on approval)\n'
        '· approvals: "anything waiting for me?", "why was it blocked"; to approve, type /approve and the code\n'
        "Not yet: contracts, transcribing recordings, editing records, anything outside sales.",
    ),
    "decide": (
        "批准和驳回必须由你本人操作,助手不能代批。请输入 /approve {code} 批准,或 /reject {code} 并写明原因。",
        "Approving and rejecting is yours alone; an assistant cannot do it. Type /approve {code}, "
        "or /reject {code} with a reason.",
    ),
    "undo": (
        "撤回也由你本人操作:在撤销时限内输入 /undo {code}。",
        "Undoing is yours as well: within the undo window type /undo {code}.",
    ),
    "empty": (
        "我没看到文字内容。请用一句话说说要做什么,例如“我手上有哪些单子”。",
        'I see no words in that message. Tell me in a sentence what you need, e.g. "show my open deals".',
    ),
    "out_of_scope": (
        "这个我做不了:我只管销售单子、客户往来记录、话术、邮件和审批。输入“帮助”看看我会什么。",
        'I cannot do that: I only know deals, customer records, talk tracks, e-mail and approvals. Say "help" for a list.',
    ),
    "contract": (
        "我还不会起草或审核合同,请找法务同事。单子概况、话术和邮件我可以帮忙。",
        "I cannot draft or review contracts yet; please ask legal. I can help with deal briefs, talk tracks and mail.",
    ),
    "recording": (
        "我还不会把录音转成文字。已有文字稿的通话我可以查:例如“电话里客户说了什么”。",
        'I cannot transcribe recordings yet. Calls that have a transcript I can search: "what was said on the call".',
    ),
    "edit": (
        "我还不能新建、修改或删除客户和单子资料,请在 CRM 里改好后重新导入。",
        "I cannot create, change or delete records yet; change them in your CRM and import again.",
    ),
    "unsure": (
        "我没太明白。请换个说法,最好带上客户或单子的名字;输入“帮助”看看我会什么。",
        'I did not understand that. Please put it another way, with the customer or deal; "help" lists what I can do.',
    ),
    "which_deal": ("你说的是哪个单子?{options}", "Which deal do you mean? {options}"),
    "which_person": ("你说的是哪一位?{options}", "Whom do you mean? {options}"),
    "need_deal": (
        "请告诉我是哪个客户或单子,例如“华东医疗”或“D-001”。",
        'Which customer or deal is it? For example "D-001" or the customer\'s name.',
    ),
    "need_recipient": (
        "这封邮件写给谁?请说客户、联系人或单子的名字。",
        "Who is the mail for? Tell me the customer, contact or deal.",
    ),
    "need_objection": ("客户是怎么说的?把原话告诉我。", "What did the customer say? Tell me in their words."),
    "two_readings": ("你是想{first},还是{second}?", "Do you want to {first}, or to {second}?"),
}
_DOING: dict[str, tuple[str, str]] = {
    "recall": ("查往来记录", "search the record"),
    "deal_brief": ("看单子概况", "see a deal's brief"),
    "pipeline": ("看单子清单", "see the list of deals"),
    "talk_track": ("要应对话术", "get a talk track"),
    "draft_email": ("写邮件", "draft an e-mail"),
    "send_email": ("把草稿发出去", "send the draft"),
    "explain_action": ("了解为什么要审批或被拦", "know why an action waits or was stopped"),
    "my_approvals": ("看等你审批的事项", "see what waits for your approval"),
}


def say(name: str, language: str, **values: str) -> str:
    """The sentence of that name in the language."""
    return _TEXTS[name][language == "en"].format(**values) if values else _TEXTS[name][language == "en"]


def which(name: str, language: str, options: Sequence[str]) -> str:
    """A question with what there is to choose from, at most six."""
    joined = "; ".join(options[:6]) if language == "en" else ";".join(options[:6])
    return say(name, language, options=joined)


def between(first: str, second: str, language: str) -> str | None:
    """Ask which of two skills is meant; None when one of them is no skill."""
    if first not in _DOING or second not in _DOING:
        return None
    at = language == "en"
    return say("two_readings", language, first=_DOING[first][at], second=_DOING[second][at])
