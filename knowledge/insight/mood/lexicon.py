"""Words of liking and of trouble in talks with customers, Chinese and English, with weights; our own list.

A weight of 1 is a plain word, 2 a strong one, 0.5 a courtesy. What stands here longer wins over what stands in it: 不满意 is
one word and not 满意 with a 不 before it.
"""

from __future__ import annotations

import re

_ZH: dict[float, str] = {
    2.0: (
        "非常满意 太好了 太棒了 惊喜 完美 出色 杰出 强烈推荐 超出预期 合作愉快 十分感谢 非常感谢 帮了大忙 值得信赖"
    ),
    1.5: (
        "满意 喜欢 优秀 很好 真好 挺好 棒 给力 靠谱 放心 认可 信任 信赖 推荐 称赞 点赞 高兴 开心 愉快 感动 期待 兴奋 荣幸 热情 "
        "感兴趣 有兴趣 欣赏 佩服 惊艳 周到 省心 物超所值 解决了 见效"
    ),
    1.0: (
        "不错 还好 可行 合适 适合 划算 实惠 便宜 专业 及时 迅速 高效 稳定 顺利 流畅 好用 易用 方便 清晰 详细 有用 有帮助 有价值 "
        "有道理 有意思 理想 支持 赞成 赞同 同意 没问题 没意见 没有问题 没有意见 愿意 乐意 欢迎 亮点 优势 强大 领先 成功 进步 改善 "
        "提升了 效果好 质量好 服务好 态度好 省时 省力 省钱 节省 安心 踏实 可靠 准时 达标 通过了 定下来 就这么定 可以签 想签 好消息 "
        "挺快 很快 不贵 不慢 不难 不麻烦 好多了 好评"
    ),
    0.5: (
        "谢谢 感谢 辛苦 多谢 好的 可以 明白了 清楚了 了解了 没事 没关系 放得下心 尽快安排 希望合作 麻烦你 麻烦您 麻烦帮 麻烦给 "
        "麻烦查 再麻烦 不好意思问 不知道能不能 不知道可不可以 有希望 愿意试 试试看"
    ),
    0.0: (
        "差不多 出差 差距 差别 差价 差额 时差 贵公司 贵司 贵院 贵校 贵方 贵部门 贵宾 贵姓 高贵 宝贵 珍贵 贵州 贵阳 贵港 便宜没好货 "
        "烦请 麻烦把 麻烦告诉 麻烦发 麻烦安排 麻烦确认 麻烦提供 麻烦看 麻烦再 麻烦先 麻烦转 乱码 杂乱无章 意见建议 风险管理 "
        "风险控制 投诉电话 投诉热线 问题很多人 服务器 烦琐事 拒绝访问 差旅"
    ),
    -0.5: (
        "等等看 再说吧 以后再说 不着急 不急 看情况 很一般 太一般 挺一般 一般吧 一般般 凑合 差不多吧 不确定 不清楚 不知道 说不准 遗憾 抱歉 "
        "不好意思 尴尬 疑问 犹豫"
    ),
    -1.0: (
        "贵 偏高 超预算 没预算 没有预算 预算不够 预算紧 预算有限 再看看 再考虑 再比较 再等等 考虑考虑 暂缓 推迟 延期 搁置 暂停 "
        "麻烦 复杂 繁琐 费劲 吃力 不方便 不合适 不适合 不理想 不够 不足 不行 不可能 不好用 不支持 不满足 不符合 不划算 不稳定 "
        "不清晰 不及时 不专业 不太好 不同意 不考虑 不需要 不感兴趣 没兴趣 没必要 担心 顾虑 担忧 疑虑 怀疑 质疑 风险 隐患 不放心 "
        "不踏实 没把握 压力 难办 困难 难用 卡顿 太慢 很慢 拖延 拖着 拖了 拖延了 慢了 没动静 没下文 没反馈 没回复 没回音 没人回 "
        "没人管 没人理 缺点 短板 问题很多 老问题 出错 报错 错误 失误 故障 异常 毛病 漏了 遗漏 缺失 丢失 失败 没通过 不达标 误差 "
        "返工 反复 催了 催过 白等 等了 别家 竞争对手更 换一家 换供应商 算了 先这样吧 没时间 没空 下降 变差 退步 落后 冷淡 吵 乱 差 "
        "差一些 差远了 砍预算 冻结 缩减 裁员 亏"
    ),
    -1.5: (
        "失望 不满意 不满 不高兴 不开心 不愉快 郁闷 着急 焦虑 头疼 头痛 烦 烦人 心烦 崩溃 瘫痪 宕机 死机 打不开 用不了 没法用 "
        "无法使用 影响业务 影响工作 耽误 延误 严重 糟 糟糕 差劲 很差 太差 太贵 贵了 太高 太复杂 太麻烦 敷衍 推诿 推脱 踢皮球 "
        "不负责 没诚意 不靠谱 不可靠 不信任 骗人 忽悠 套路 坑 被坑 吃亏 浪费 白花 后悔 取消 解约 终止 退货 退款 退掉 拒绝 拒收 "
        "没戏 别再打 不要再 不想再 到此为止 抱怨 意见很大"
    ),
    -2.0: (
        "投诉 愤怒 生气 气愤 气死 恼火 忍无可忍 受不了 无法接受 不能接受 绝不 再也不 离谱 过分 荒唐 可恶 恶劣 欺骗 欺诈 诈骗 骗子 "
        "索赔 赔偿 起诉 律师函 法院 违约 曝光 滚 垃圾 极差 一塌糊涂"
    ),
}  # fmt: skip

_EN: dict[float, str] = {
    0.0: (
        "like\\sthis like\\sthat looks\\slike feel\\slike feels\\slike something\\slike anything\\slike fast\\sfood hard\\sdrive "
        "hard\\scopy good\\smorning good\\safternoon good\\sevening good\\sday as\\swell welcome\\sto best\\sregards "
        "kind\\sregards kind\\sof what\\skind that\\skind fine\\sprint issue\\sdate credit\\srisk bug\\stracker stop\\sby "
        "security\\sissue\\snumber"
    ),
    2.0: (
        "excellent outstanding perfect amazing awesome fantastic wonderful brilliant superb delighted thrilled love loved loves "
        "incredible"
    ),
    1.5: (
        "great happy glad pleased satisfied impressed impressive enjoy enjoyed exciting excited appealing recommend trust "
        "confident definitely absolutely valuable grateful appreciate appreciated beautiful terrific admire generous worthwhile"
    ),
    1.0: (
        "good nice like liked likes helpful useful easy easier smooth smoothly fast quick reliable solid fair reasonable "
        "interesting interested agree agreed support supportive works worked solved resolved improve improved better best "
        "effective efficient comfortable clear convenient promising important ideal fine willing welcome benefit benefits "
        "advantage success successful safe secure win wins cheap cheaper affordable deal sold friendly kind positive sounds\\sgood "
        "looks\\sgood no\\sproblem no\\sworries no\\sissue no\\sissues can't\\swait look\\sforward looking\\sforward makes\\ssense "
        "go\\sahead sign\\sup happy\\sto glad\\sto love\\sto"
    ),
    0.5: (
        "thanks thank yes yeah sure ok okay please cool hope hopefully understand would\\slike i'd\\slike id\\slike want wanted "
        "prefer"
    ),
    -0.5: (
        "maybe unsure sorry hmm whatever later unfortunately unclear hesitant meh i'd\\srather would\\srather rather\\snot "
        "not\\smy\\sproblem not\\smy\\sissue not\\snow not\\stoday"
    ),
    -1.0: (
        "expensive pricey costly overpriced bad wrong problem problems issue issues concern concerns concerned worry worried "
        "worries doubt doubts doubtful risk risky hard difficult difficulty complicated confusing confused slow slower late delay "
        "delayed delays broken bug bugs buggy error errors fail fails failed failure missing lost unable can't cannot "
        "afford\\snothing skeptical sceptical suspicious uncomfortable unhappy reject rejected refuse refused decline declined "
        "cancel cancelled canceled stop hassle annoying annoyed tired pressure pushy struggle struggling poor poorly lack lacking "
        "lacks stuck low lowball weak afraid unfair unreliable unstable tight worse not\\sinterested not\\sinto not\\sa\\sfan "
        "no\\sthanks no\\sthank\\syou over\\sbudget no\\sbudget can't\\safford cannot\\safford cant\\safford no\\sresponse "
        "no\\sreply no\\sanswer still\\swaiting too\\smuch too\\shigh too\\slong too\\sexpensive pass\\son hold\\soff put\\soff "
        "on\\shold money\\stroubles negative sad sadly overhead unsafe unsuitable"
    ),
    -1.5: (
        "disappointed disappointing disappointment frustrated frustrating frustration upset useless unacceptable waste wasted "
        "wasting mess terrible horrible awful worst regret ignored ignore misleading dishonest nightmare unprofessional "
        "incompetent crash crashed crashes outage refund dissatisfied fake hate hated hates fed\\sup sick\\sof"
    ),
    -2.0: (
        "furious angry outraged disgusted disgusting scam fraud lawsuit sue lawyer liar lied lies lying ripoff rip-off pathetic "
        "ridiculous complaint complain complaining complained garbage trash never\\sagain"
    ),
}  # fmt: skip

SMILES: dict[str, float] = {
    "👍": 1.0, "😊": 1.0, "😀": 1.0, "😄": 1.0, "🎉": 1.5, "❤": 1.5, "🙏": 0.5, "👎": -1.0,
    "😡": -2.0, "😠": -2.0, "😤": -1.5, "😞": -1.0, "😢": -1.0,
    "🙄": -1.0, ":)": 1.0, ":-)": 1.0, ":d": 1.0, ":(": -1.0, ":-(": -1.0, ":/": -0.5,
}  # fmt: skip

ZH_WORDS: dict[str, float] = {word: weight for weight, words in _ZH.items() for word in words.split()}
EN_WORDS: dict[str, float] = {
    word.replace("\\s", " "): weight for weight, words in _EN.items() for word in words.split()
}

ZH_NOT = (
    "不", "没", "没有", "不是", "并不", "并不是", "未", "无", "别", "不会", "不能", "不算", "谈不上", "称不上", "难以", "缺乏",
    "毫无", "从不", "从未", "并非",
)  # fmt: skip
ZH_MORE = (
    "很", "非常", "太", "特别", "十分", "极其", "极", "真", "真的", "相当", "更", "超", "超级", "完全", "尤其", "最", "实在",
    "一直", "总是", "多么", "越来越",
)  # fmt: skip
ZH_LESS = (
    "有点", "有些", "稍微", "略", "略微", "还算", "比较", "可能", "也许", "不太", "不怎么", "多少",
)  # fmt: skip
EN_NOT = (
    "not", "no", "never", "nor", "without", "hardly", "barely", "don't", "dont", "doesn't", "doesnt", "didn't", "didnt", "isn't",
    "isnt", "wasn't", "wasnt", "aren't", "arent", "weren't", "won't", "wont", "wouldn't", "wouldnt", "can't", "cant", "cannot",
    "couldn't", "shouldn't", "ain't", "nothing",
)  # fmt: skip
EN_MORE = (
    "very", "really", "so", "too", "extremely", "incredibly", "absolutely", "totally", "completely", "highly", "pretty", "quite",
    "most", "super", "always", "much",
)  # fmt: skip
EN_LESS = (
    "somewhat", "slightly", "bit", "little", "kinda", "fairly", "rather", "almost", "partly", "might",
)  # fmt: skip

CONTRAST = re.compile(
    r"但是|但|不过|可是|然而|只是|就是|\bbut\b|\bhowever\b|\balthough\b|\bthough\b|\bunfortunately\b", re.I
)
"""What stands behind one of these weighs more than what stands before it."""

REFUSAL = re.compile(
    r"^\W*(?:so |well,? |um+,? |again,? )?(?:no|nope|nah)\b(?! (?:problem|worries|issue|doubt|need to worry))"
    r"|^\s*(?:不用了?|不了|不必了?|不要|不行|算了|没有)(?=[,，。!！\s]|$)",
    re.I,
)
"""A sentence that begins with a no."""

UNREAL = re.compile(r"如果|要是|假如|万一|是否|会不会|有没有|\bif\b|\bwhether\b|\bunless\b", re.I)
"""What is only supposed, or asked."""

ASKING = re.compile(r"[?？]\s*$|[吗呢么]\s*[。.!！]?\s*$")
