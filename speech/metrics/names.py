"""What people read for each metric, in both languages."""

from __future__ import annotations

NAMES = {
    "talk_ratio": ("销售说话占比", "rep's share of the talk"),
    "talk_share_rep": ("销售说话/全程", "rep's speech of the call"),
    "talk_share_customer": ("客户说话/全程", "customer's speech of the call"),
    "unknown_share": ("不知是谁的发言", "speech of nobody known"),
    "longest_monologue": ("销售最长独白", "longest monologue of the rep"),
    "longest_customer_story": ("客户最长讲述", "longest story of the customer"),
    "company_overview": ("介绍公司最长一段", "longest company overview"),
    "interactivity": ("你来我往", "interactivity"),
    "patience": ("接话前停顿", "patience"),
    "post_objection_pause": ("异议后停顿", "pause after objections"),
    "post_objection_ratio": ("异议后停顿/平时", "pause after objections to usual"),
    "pace_rep": ("销售语速", "pace of the rep"),
    "pace_customer": ("客户语速", "pace of the customer"),
    "question_count": ("销售提问数", "questions of the rep"),
    "questions_per_30min": ("每30分钟提问", "questions per 30 minutes"),
    "open_question_share": ("开放式提问占比", "share of open questions"),
    "interruption_rate": ("打断", "interruptions"),
    "interruption_rate_rep": ("销售打断客户", "rep interrupts customer"),
    "interruption_rate_customer": ("客户打断销售", "customer interrupts rep"),
    "silence_share": ("静默占比", "share of silence"),
    "filler_rate": ("口头语", "fillers"),
    "next_step_set": ("定了下一步", "next step set"),
    "competitor_early": ("前三分之一提到竞品", "competitor named early"),
    "turn_entropy": ("轮次均衡", "evenness of turns"),
    "pause_p50": ("停顿中位数", "median pause"),
    "pause_p90": ("停顿90分位", "90th percentile of pauses"),
    "pause_max": ("最长停顿", "longest pause"),
    "style_matching": ("语言风格匹配", "language style matching"),
}
"""Name -> what a person reads, in both languages."""

VERDICTS = {"below": ("偏低", "below"), "within": ("在区间内", "within"), "above": ("偏高", "above")}
