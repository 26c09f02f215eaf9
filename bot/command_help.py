"""What `/help` lists: each command with what it does, in Chinese and English."""

from __future__ import annotations

HELP = (
    ("/source [n]", "打开上一条回答的来源", "open the sources of the last answer"),
    (
        "/explain score [DEAL]",
        "成交概率走一遍: 每一步怎么算",
        "a win probability walked through, step by step",
    ),
    ("/approvals", "等我审批的动作", "what waits for my yes"),
    ("/actions", "我发起的动作", "what I asked for"),
    ("/show CODE", "动作卡片", "the card of an action"),
    ("/why CODE", "为什么这样决定", "why it was decided so"),
    ("/approve CODE", "批准(也可输入: 批准 CODE)", "approve"),
    ("/reject CODE reason", "驳回并写明原因", "reject with a reason"),
    ("/edit CODE subject=… body=…", "修改(成为新动作,重新判定)", "edit: a new action, judged anew"),
    ("/undo [CODE]", "撤销或撤回(也可输入: 撤回)", "undo or withdraw; the last one without a code"),
    ("/settle CODE sent|not_sent", "结果不明的,查实后说明", "say what became of an unknown outcome"),
    ("/tasks  /done TASK", "我的任务;完成一个", "my tasks; tick one off"),
    ("/fetch CODE", "取导出的文件", "get the file of an export"),
    (
        "/serious CODE reason",
        "报告严重事故: 该动作立即降级",
        "report a serious incident: the verb goes down at once",
    ),
    ("/complaint CODE reason", "报告客户投诉", "report a customer's complaint"),
    ("/wrong CODE reason", "报告出错", "report an error"),
    ("/did CODE [改了]", "草稿由我自己发出了", "I did what was drafted myself"),
    (
        "/mark CALL QUESTION VALUE",
        "给一通电话的一题打分,自动评分保留",
        "your own mark beside the automatic one",
    ),
    ("/note CALL text", "给自己记的通话备注,别人看不到", "a note about a call for yourself alone"),
    ("/ownmood on|off", "是否让助手看自己的语气(默认关)", "whether your own mood is looked at (off)"),
    ("/nudge CODE", "催一下审批人", "remind the approvers"),
    ("/handover CODE WHO", "转交给别人审批", "let somebody else answer"),
    (
        "/delegate WHO UNTIL",
        "休假时委托(到期自动结束);/delegate off 收回",
        "delegate until a date; off ends it",
    ),
    ("/figures", "我的审批数据", "my own figures as an approver"),
    (
        "/stage [on|off|set|rollback …]",
        "旅程阶段和干预;修改须审批",
        "journey stages and interventions; changes need a yes",
    ),
    ("/stop [reason]", "紧急停止所有动作", "halt every effect at once"),
    ("/resume", "恢复(需要两个人)", "start again; takes two people"),
    ("/as WHO", "演示中换个身份", "be somebody else (terminal only)"),
    ("/help  /quit", "帮助  退出", "help and leave"),
)
