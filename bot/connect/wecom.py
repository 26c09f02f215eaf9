"""`chengdan connect wecom`: the self-built app's credentials, callback, visible scope and trusted IP, each checked at WeCom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import httpx

from bot.channel_settings import ChannelSettings
from bot.channels.wecom.client import Api
from bot.channels.wecom.faults import Refused, WecomFault
from bot.channels.wecom.sealing import KEY, Seal
from bot.checkup import Finding
from bot.house_clock import local_clock

from .steps import Step

CONSOLE = "work.weixin.qq.com → 应用管理 → 自建 → 你的应用"
CONSOLE_EN = "work.weixin.qq.com → Apps → Self-built → your app"

STEPS = (
    Step(
        setting="WECOM_CORP_ID",
        ask_zh="企业 ID",
        ask_en="Corp ID",
        where_zh="work.weixin.qq.com → 我的企业 → 企业信息 → 企业ID(最下面,ww 开头)",
        where_en="work.weixin.qq.com → My Company → Company Information → Company ID (at the bottom, ww…)",
    ),
    Step(
        setting="WECOM_AGENT_ID",
        ask_zh="应用 AgentId(一个数)",
        ask_en="AgentId of the app (a number)",
        where_zh=f"{CONSOLE} → AgentId(没有应用: 创建应用)",
        where_en=f"{CONSOLE_EN} → AgentId (no app yet: Create an app)",
    ),
    Step(
        setting="WECOM_SECRET",
        ask_zh="应用 Secret",
        ask_en="Secret of the app",
        where_zh=f"{CONSOLE} → Secret → 查看(发到管理员的企业微信里)",
        where_en=f"{CONSOLE_EN} → Secret → View (it is sent to the admin's WeCom)",
        secret=True,
    ),
    Step(
        setting="WECOM_TOKEN",
        ask_zh="接收消息的 Token",
        ask_en="Token of message receiving",
        where_zh=f"{CONSOLE} → 接收消息 → 设置API接收 → Token(随机获取);先不要点保存",
        where_en=f"{CONSOLE_EN} → Receive messages → Set API receiving → Token (random); do not save yet",
        secret=True,
    ),
    Step(
        setting="WECOM_AES_KEY",
        ask_zh="接收消息的 EncodingAESKey(43 位)",
        ask_en="EncodingAESKey of message receiving (43 characters)",
        where_zh=f"{CONSOLE} → 接收消息 → 设置API接收 → EncodingAESKey(随机获取)",
        where_en=f"{CONSOLE_EN} → Receive messages → Set API receiving → EncodingAESKey (random)",
        secret=True,
    ),
    Step(
        setting="WECOM_API_BASE",
        ask_zh="接口地址(一般不改;走代理或私有部署时填)",
        ask_en="Address of the API (leave it; for a proxy or a private deployment)",
        optional=True,
    ),
)

Level = Literal["ok", "note", "broken"]

FIXES = {
    40001: "在应用页点 Secret → 查看,重新复制;不要用通讯录的 Secret / copy the app's own Secret again",
    40013: "我的企业 → 企业信息 → 企业ID / My Company → Company Information",
    40056: "应用页上的 AgentId;Secret 和 AgentId 要是同一个应用的 / AgentId and Secret must be of one app",
    60011: "Secret 和 AgentId 要是同一个应用的 / Secret and AgentId must be of one app",
    50003: "应用管理里启用它 / enable the app",
    60020: "应用页 → 企业可信IP → 配置,加上这个 IP(先要有可信域名或接收消息服务器) / app page → Company's trusted IP",
}


async def check(settings: ChannelSettings, http: httpx.AsyncClient) -> list[Finding]:
    """Every check in order; what cannot go on without the one before is left out."""
    found = list(_shapes(settings))
    if any(one.level == "broken" and one.what.endswith("credentials") for one in found):
        return found
    api = Api(
        base=settings.wecom_api_base,
        corp_id=settings.wecom_corp_id,
        secret=settings.wecom_secret.get_secret_value(),
        clock=local_clock,
        http=http,
    )
    try:
        await api.tokens.current()
    except WecomFault as fault:
        return [*found, _broken("access_token", fault)]
    found.append(_finding("access_token", "ok", "CorpID 和 Secret 正确 / corp id and secret are right"))
    try:
        agent = await api.call("agent/get", params={"agentid": str(settings.wecom_agent_id)})
        found += _agent(agent)
        found.append(_addresses(await api.call("getcallbackip")))
    except WecomFault as fault:
        found.append(_broken("应用 / app", fault))
    return [*found, _callback()]


def _shapes(settings: ChannelSettings) -> Iterator[Finding]:
    """What can be seen without asking WeCom."""
    needed = {
        "WECOM_CORP_ID": settings.wecom_corp_id,
        "WECOM_AGENT_ID": settings.wecom_agent_id,
        "WECOM_SECRET": settings.wecom_secret.get_secret_value(),
    }
    missing = [name for name, value in needed.items() if not value]
    if missing:
        says = f"没有设置 / not set: {', '.join(missing)}"
        yield _finding("凭证 / credentials", "broken", says, "chengdan connect wecom")
    token, key = settings.wecom_token.get_secret_value(), settings.wecom_aes_key.get_secret_value()
    what = "接收消息 / receiving"
    fix = "应用页 → 接收消息 → 设置API接收,两项都重新复制 / app page → Receive messages, copy both again"
    if not token or not key:
        yield _finding(what, "broken", "WECOM_TOKEN 和 WECOM_AES_KEY 都要设 / both are needed", fix)
    elif not KEY.fullmatch(key) or token != token.strip():
        says = f"EncodingAESKey 要 43 个字母或数字,现在 {len(key)} 个 / needs 43 letters or digits, has {len(key)}"
        yield _finding(what, "broken", says, fix)
    else:
        seal = Seal(token, key, settings.wecom_corp_id)
        works = seal.open(seal.close(b"chengdan")) == b"chengdan"
        yield _finding(what, "ok" if works else "broken", "加解密自检通过 / the key encrypts and decrypts")


def _agent(agent: dict[str, Any]) -> Iterator[Finding]:
    """Who sees the app, and whether it is open."""
    name = str(agent.get("name", ""))
    if agent.get("close"):
        yield _finding("应用 / app", "broken", f"“{name}” 已停用 / is disabled", FIXES[50003])
    people = len(_list(agent, "allow_userinfos", "user"))
    parts, tags = len(_list(agent, "allow_partys", "partyid")), len(_list(agent, "allow_tags", "tagid"))
    if not people and not parts and not tags:
        fix = "应用页 → 可见范围 → 修改,加上销售团队 / app page → Visible range, add the sales team"
        yield _finding("可见范围 / scope", "broken", f"“{name}” 谁也看不见 / nobody sees it", fix)
    else:
        says = f"“{name}”: {people} 人 / people, {parts} 部门 / departments, {tags} 标签 / tags"
        yield _finding("可见范围 / scope", "ok", says)
    if not agent.get("isreportenter"):
        fix = "接收消息 → 勾选“用户进入应用的事件上报” / Receive messages → report entering the app"
        yield _finding(
            "进入事件 / greeting", "note", "打开应用时不会打招呼 / nobody is greeted on opening", fix
        )


def _list(agent: dict[str, Any], outer: str, inner: str) -> list[Any]:
    group = agent.get(outer)
    found = group.get(inner) if isinstance(group, dict) else None
    return found if isinstance(found, list) else []


def _addresses(told: dict[str, Any]) -> Finding:
    found = told.get("ip_list")
    ips = [str(one) for one in found] if isinstance(found, list) else []
    says = f"{len(ips)} 个来源 IP / source IPs: {', '.join(ips[:6])}{' …' if len(ips) > 6 else ''}"
    return _finding("回调来源 / callbacks", "ok", says)


def _callback() -> Finding:
    says = "回调地址只能在后台保存时验证 / the callback URL is verified when it is saved in the console"
    fix = (
        "chengdan serve 运行时,把 https://你的域名/hooks/wecom 填进 接收消息 → URL 再点保存;没有回调地址就发不了审批卡片"
        " / with chengdan serve running, save https://YOUR-DOMAIN/hooks/wecom there; no approval cards without it"
    )
    return _finding("回调地址 / URL", "note", says, fix)


def _broken(what: str, fault: WecomFault) -> Finding:
    fix = "检查网络和 WECOM_API_BASE / check the network and WECOM_API_BASE"
    if isinstance(fault, Refused):
        fix = FIXES.get(fault.code, "按错误码在企业微信后台改 / mend it in the console by its code")
    return _finding(what, "broken", str(fault), fix)


def _finding(what: str, level: Level, says: str, fix: str = "") -> Finding:
    return Finding(what=f"企业微信 {what}", level=level, says=says, fix=fix)
