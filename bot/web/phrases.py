"""Every word of the console's pages, in Chinese and English."""

from __future__ import annotations

PHRASES: dict[str, tuple[str, str]] = {
    "name": ("成单", "Chengdan"),
    "skip": ("跳到正文", "Skip to content"),
    "chat": ("对话", "Chat"),
    "approvals": ("审批", "Approvals"),
    "account": ("我的账号", "Account"),
    "sign_in": ("登录", "Sign in"),
    "sign_in_how": (
        "请输入管理员给你的一次性登录码。",
        "Enter the one-time code your administrator gave you.",
    ),
    "code": ("登录码", "Code"),
    "sign_out": ("退出登录", "Sign out"),
    "sign_out_all": ("在所有设备上退出", "Sign out everywhere"),
    "browsers": ("已登录的浏览器", "Signed-in browsers"),
    "this_one": ("当前", "this one"),
    "last_used": ("最近使用", "last used"),
    "say": ("问点什么…", "Ask something…"),
    "say_label": ("消息", "Message"),
    "send": ("发送", "Send"),
    "file": ("附件", "Attach"),
    "files_chosen": ("个文件", "file(s)"),
    "older": ("更早的消息", "Earlier messages"),
    "newest": ("回到最新", "Back to the newest"),
    "refresh": ("刷新看新消息", "Refresh for new messages"),
    "empty": ("还没有消息。可以这样开始:", "Nothing here yet. You could begin with:"),
    "begin_1": ("今天我该先跟进哪些商机?", "Which deals should I follow up first today?"),
    "begin_2": ("/help", "/help"),
    "you": ("你", "You"),
    "house": ("成单", "Chengdan"),
    "good": ("有用", "Helpful"),
    "bad": ("没用", "Not helpful"),
    "thanks": ("谢谢,已记录。", "Thank you, noted."),
    "writing": ("正在回答…", "Answering…"),
    "sources": ("来源", "Sources"),
    "source": ("来源", "Source"),
    "whole": ("原文", "In full"),
    "untrusted": ("外部内容,未经核实", "From outside, not verified"),
    "suggestions": ("接下来可以", "Next you could"),
    "waiting": ("等你审批", "Waiting for you"),
    "none_waiting": ("没有等你审批的动作。", "Nothing waits for you."),
    "settled": ("已处理", "Settled"),
    "none_settled": ("还没有处理过的动作。", "Nothing settled yet."),
    "high": ("高风险", "High risk"),
    "medium": ("中风险", "Medium risk"),
    "low": ("低风险", "Low risk"),
    "expires": ("过期", "Expires"),
    "content": ("正文", "Text"),
    "ok": ("批准", "Approve"),
    "no": ("驳回", "Reject"),
    "ed": ("修改", "Edit"),
    "ho": ("转交", "Hand over"),
    "ex": ("解释", "Explain"),
    "confirm_label": ("核对后输入确认码", "Check the card, then type the confirmation code"),
    "reason_label": ("驳回原因(必填)", "Reason (required)"),
    "edit_label": ("要改成什么,一行一项", "What to change, a line each"),
    "edit_hint": ("主题: 新主题", "subject: New subject"),
    "who_label": ("转交给谁(姓名)", "Hand over to (name)"),
    "working": ("已收到,正在处理;结果会出现在对话里。", "Received; the result will appear in the chat."),
    "back": ("返回", "Back"),
    "lost": ("连接断开,正在重连…", "Connection lost, reconnecting…"),
    "not_sent": ("没有发出去,请再试一次。", "Not sent, please try again."),
    "only_files": ("(附件)", "(attachment)"),
}


def phrase(name: str, language: str) -> str:
    return PHRASES[name][1 if language == "en" else 0]


def accepted(header: str) -> str:
    """The language of a browser that nobody is signed in with: Chinese unless it asks for English first."""
    return "en" if header.strip().lower().startswith("en") else "zh"
