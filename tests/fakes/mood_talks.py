"""Talks with a planted drop: what customers say while they are content, and after something went wrong; neutral lines between.

Written for the tests by the people who wrote the lexicon, so they show that the method works, not how well it does on others'
words: that is measured on the shared data (tests/bench/bench_mood.py).
"""

from __future__ import annotations

import random

from knowledge.insight.mood import Text

CONTENT = {
    "zh": (
        "上次你们的演示我很满意，同事们也都说不错。", "这个功能正合适，省了我们不少时间。", "好的，你们的响应真的很及时。",
        "听起来挺有意思的，我们愿意试试看。", "之前那批货质量很好，用得很放心。", "这个方案我们领导也认可。",
        "没问题，下周就可以安排。", "价格还算合适，我能接受。", "你讲得很清晰，谢谢。", "你们服务态度一直很好。",
        "太好了，这正是我们要的。", "我们对合作很有信心，期待早点上线。", "数据迁移做得很顺利，辛苦你们了。",
        "这点我赞成，就这么定。", "挺方便的，操作也好用。", "你们确实专业，比我想的要好。", "效果好得超出预期。",
        "可以，我支持这个做法。", "行，那很划算。", "沟通起来很愉快。",
    ),
    "en": (
        "The demo was great, everybody on my team liked it.", "That sounds good, it would save us a lot of time.",
        "Your support has been really helpful.", "I'm happy with the quality so far.", "Yes, that is a fair price.",
        "We are very pleased with the results.", "Perfect, that is exactly what we need.",
        "I appreciate the quick answer, thank you.", "The migration went smoothly.", "Excellent, let's go ahead.",
        "I agree, that makes sense.", "My boss is impressed as well.", "It's easy to use, I like it.", "Sure, no problem at all.",
        "We trust your people.", "I'm looking forward to the launch.", "That's a clear advantage for us.",
        "Good, that works for me.", "It is reliable, we love it.", "Wonderful, glad to hear it.",
    ),
}  # fmt: skip
TROUBLED = {
    "zh": (
        "说实话我很失望，问题提了三次没人管。", "这个价格太贵了，远远超预算。", "你们的系统又崩溃了，影响业务。",
        "我不满意，答应的事一拖再拖。", "这样下去我们只能换供应商了。", "等了两周一直没回复，太敷衍了。", "我很担心上线的风险。",
        "报表错误一大堆，没法用。", "这个完全不符合我们的要求。", "客服踢皮球，真让人生气。", "再这样我要投诉了。",
        "你们根本不专业，浪费我的时间。", "领导意见很大，项目可能要暂缓。", "这次实施太慢，已经耽误了。",
        "我不放心把数据交给你们。", "别家便宜很多，你们没诚意。", "功能用不了，我们很着急。", "这不行，我不能接受。",
        "真的很头疼，天天出故障。", "算了，先这样吧，没必要再谈。",
    ),
    "en": (
        "Honestly I'm disappointed, nobody answered my tickets.", "That is far too expensive for us.",
        "The system crashed again yesterday.", "We are not happy with the delays.", "If it goes on like this we cancel.",
        "Still waiting for a reply, it's frustrating.", "I'm worried about the risk.", "The report is full of errors and useless.",
        "This is unacceptable.", "Your support is slow and unprofessional.", "My boss is really upset about it.",
        "It doesn't work and it's a waste of time.", "I can't trust these numbers.", "We have had nothing but problems.",
        "No, that is not good enough.", "It's a mess, we are stuck.", "I regret signing this.",
        "We may have to complain to your management.", "The quality got worse and worse.", "I'm fed up with these excuses.",
    ),
}  # fmt: skip
NEUTRAL = {
    "zh": (
        "我们一共有三个院区。", "这件事由信息科负责。", "系统是2019年上的。", "你把资料发到我邮箱。", "周三下午我在单位。",
        "合同一般走两周流程。", "我们有二十个用户。", "这是上个季度的数据。", "会议室在三楼。", "你说的是哪个模块？",
        "那边是王工在对接。", "我们用的是本地部署。",
    ),
    "en": (
        "We have three sites in total.", "IT is in charge of that.", "The system went live in 2019.",
        "Send the papers to my mailbox.", "I am in on Wednesday afternoon.", "Contracts take two weeks here.",
        "There are twenty users.", "These are the numbers of last quarter.", "The meeting room is on the third floor.",
        "Which module do you mean?", "Mr Wang talks to them.", "We run it on premises.",
    ),
}  # fmt: skip
OURS = {"zh": "我记下了，我们接着看下一项。", "en": "I wrote that down, let us go on."}
ALIKE = 0.35
"""Share of turns, before and after, in which the customer says something that sounds neither way."""


def planted(seed: int, language: str, *, drop: bool = True, noise: float = 1 / 16) -> tuple[list[Text], int]:
    """A talk of 16 to 36 turns of the customer with ours between, and at which of the customer's turns the drop is planted (-1:
    none, content to the end). The turn of the drop is a troubled one; the share `noise` of the others is of the other kind."""
    dice = random.Random(f"{seed}:{language}")
    length = dice.randint(16, 36)
    at = dice.randint(6, length - 6) if drop else length
    turns: list[Text] = []
    for number in range(length):
        turns.append(Text(text=OURS[language], customer=False, line=2 * number, speaker="李娜"))
        said = _said(dice, language, noise, troubled=number >= at, sure=number == at)
        turns.append(Text(text=said, customer=True, line=2 * number + 1, speaker="王建国"))
    return turns, at if drop else -1


def _said(dice: random.Random, language: str, noise: float, *, troubled: bool, sure: bool) -> str:
    if sure:
        return dice.choice(TROUBLED[language])
    if dice.random() < ALIKE:
        return dice.choice(NEUTRAL[language])
    other = dice.random() < noise
    return dice.choice((TROUBLED if troubled != other else CONTENT)[language])
