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
        "· 合同和报价:“给华东医疗出一份合同,按上次谈的价格”“报个价,打九五折”“发给客户”\n"
        "· 改商机:“把阶段改成谈判”“预计成交改到下月 15 号”“给他 8% 折扣”\n"
        "· 任务和会议:“提醒我周五给王总打电话”“约王总周四下午三点开会”“我的任务”\n"
        "· 消息和导出:“在微信上告诉王总样机到了”“导出本组商机”\n"
        "· 通话:“总结一下昨天和华东医疗的电话”“复盘一下我上周的通话”“这段录音里他对预算怎么说的”\n"
        "· 旅程:“华东医疗的旅程”“各阶段健康度”“哪些客户要流失”“付款前一般接触几次”\n"
        "· 审批:“有什么等我批的”“为什么要审批”;批准请输入 /approve 编号;“撤回”撤销上一个动作\n"
        "还不会:新建或删除客户,以及与销售无关的问题。",
        "I am offline (no language model connected). I can:\n"
        '· brief you on a deal: "how is <deal> going", "and the quote?", "any risks?"\n'
        '· search the record: "who mentioned data migration?"\n'
        '· show the pipeline: "my open deals", "what did we win last quarter"\n'
        '· answer objections: "they say we are too expensive, what do I say"\n'
        '· draft and send mail: "write a follow-up to Mr. Wang", "shorter", "send it" (rules decide on approval)\n'
        '· contracts and quotes: "draft a contract for <customer> at the last agreed price", "make them a quote", "send it"\n'
        '· change a deal: "move it to negotiation", "push the close date to December 15", "give them 8% off"\n'
        '· tasks and meetings: "remind me to call Mr. Wang on Friday", "meet Grace Thursday at 3pm", "my tasks"\n'
        '· messages and exports: "tell Grace on WeChat …", "export our deals"\n'
        '· calls: "summarise the last call with <customer>", "review my calls of last week", "what does he say about budget '
        'in the recording?"\n'
        '· journeys: "journey of <customer>", "health of each stage", "who is about to churn", "how many touches before they pay"\n'
        '· approvals: "anything waiting for me?", "why was it blocked"; to approve, type /approve and the code; '
        '"undo that" takes the last one back\n'
        "Not yet: creating or deleting customers, anything outside sales.",
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
        "我不会审核合同,请找法务同事。起草合同、改条款和发给客户我可以帮忙。",
        "I cannot review contracts; please ask legal. Drafting one, changing a clause and sending it I can do.",
    ),
    "recording": (
        "录音转写在命令行做: chengdan call add 文件 --deal 商机 --consent 同意方式(录音也可以先发到聊天里)。"
        "转好的通话我可以查:“电话里客户说了什么”。",
        "Recordings are written down by: chengdan call add FILE --deal D --consent HOW (the file may be sent in a chat "
        'first). Calls that have a transcript I can search: "what was said on the call".',
    ),
    "edit": (
        "我不能新建或删除客户和单子,请在 CRM 里改好后重新导入。阶段、金额、预计成交、下一步和备注我可以改。",
        "I cannot create or delete customers and deals; change them in your CRM and import again. "
        "Stage, amount, close date, next step and notes I can change.",
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
    "need_field": (
        "要改什么?阶段、金额、预计成交、下一步、负责人、竞争对手、丢单原因和备注都可以改。",
        "What shall I change? Stage, amount, expected close, next step, owner, competitor, reason lost, or a note.",
    ),
    "need_value": ("改成什么?", "What shall it be?"),
    "need_title": (
        "任务是什么?例如“周五给王总打电话”。",
        'What is the task? For example "call Mr. Wang on Friday".',
    ),
    "need_time": ("哪天几点?例如“周四下午三点”。", 'Which day and hour? For example "Thursday at 3pm".'),
    "need_attendee": (
        "和谁开会?请说联系人或同事的名字。",
        "A meeting with whom? Name a contact or a colleague.",
    ),
    "need_discount": ("给多少折扣?例如 8%。", "How much discount? For example 8%."),
    "need_text": ("消息写什么?", "What shall the message say?"),
    "need_objection": ("客户是怎么说的?把原话告诉我。", "What did the customer say? Tell me in their words."),
    "one_reading": (
        "你是想{first}吗?请说得再具体一点。",
        "Do you want to {first}? Please say a little more.",
    ),
    "two_readings": ("你是想{first},还是{second}?", "Do you want to {first}, or to {second}?"),
}
_DOING: dict[str, tuple[str, str]] = {
    "recall": ("查往来记录", "search the record"),
    "deal_brief": ("看单子概况", "see a deal's brief"),
    "pipeline": ("看单子清单", "see the list of deals"),
    "talk_track": ("要应对话术", "get a talk track"),
    "draft_email": ("写邮件", "draft an e-mail"),
    "send_email": ("把草稿发出去", "send the draft"),
    "make_quote": ("出报价", "make a quote"),
    "prepare_contract": ("准备或修改合同", "prepare or change a contract"),
    "send_document": ("把合同或报价发给客户", "send the contract or quote"),
    "update_deal": ("修改商机", "change the deal"),
    "create_task": ("建任务", "make a task"),
    "my_tasks": ("看任务和会议", "see your tasks and meetings"),
    "book_meeting": ("约会议", "book a meeting"),
    "give_discount": ("给折扣", "give a discount"),
    "message_customer": ("给客户发消息", "send a chat message"),
    "export_data": ("导出数据", "export data"),
    "explain_action": ("了解为什么要审批或被拦", "know why an action waits or was stopped"),
    "my_approvals": ("看等你审批的事项", "see what waits for your approval"),
    "my_authority": ("了解助手能自己做什么", "know what I may do by myself"),
    "summarise_call": ("看通话或会议的纪要", "see the minutes of a call or meeting"),
    "review_call": ("复盘通话", "review calls"),
    "ask_call": ("在录音里找一句话", "find something said in a recording"),
    "customer_mood": ("看客户情绪的变化", "see how the customer's mood changed"),
    "trackers": ("看或新增追踪词", "see or propose trackers"),
}


def say(name: str, language: str, **values: str) -> str:
    """The sentence of that name in the language."""
    return _TEXTS[name][language == "en"].format(**values) if values else _TEXTS[name][language == "en"]


def which(name: str, language: str, options: Sequence[str]) -> str:
    """A question with what there is to choose from, at most six."""
    joined = "; ".join(options[:6]) if language == "en" else ";".join(options[:6])
    return say(name, language, options=joined)


def between(first: str, second: str | None, language: str) -> str | None:
    """Ask which of two skills is meant, or whether the one is; None when one of them is no skill."""
    at = language == "en"
    if second is None:
        return say("one_reading", language, first=_DOING[first][at])
    if first not in _DOING or second not in _DOING:
        return None
    return say("two_readings", language, first=_DOING[first][at], second=_DOING[second][at])
