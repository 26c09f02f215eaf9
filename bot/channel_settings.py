"""Settings of the chat platforms: credentials, addresses, and what a channel may do."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

NONE = SecretStr("")


class ChannelSettings(BaseSettings):
    """A channel is open when its credentials are set. Every address can be moved, for tests and for proxies."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True
    )

    wecom_corp_id: str = Field(default="", description="企业微信自建应用: 企业 ID / WeCom app: corp id")
    wecom_agent_id: int = Field(default=0, ge=0, description="自建应用 AgentId / WeCom app: agent id")
    wecom_secret: SecretStr = Field(default=NONE, description="自建应用 Secret / WeCom app: secret")
    wecom_token: SecretStr = Field(default=NONE, description="自建应用回调 Token / WeCom app: callback token")
    wecom_aes_key: SecretStr = Field(
        default=NONE, description="自建应用回调 EncodingAESKey(43 位)/ WeCom app: 43 characters"
    )
    wecom_api_base: str = Field(
        default="https://qyapi.weixin.qq.com", description="企业微信接口地址 / where the WeCom API is"
    )
    wecom_markdown: bool = Field(
        default=True,
        description="自建应用把带格式的回答发成 markdown;false: 一律文本 / formatted answers as Markdown; false: as text",
    )
    wecom_text_members: str = Field(
        default="",
        description="在微信插件里看消息的成员 userid,逗号分隔,只发文本 / user ids read in WeChat, which shows no Markdown",
    )
    wecom_link_hosts: str = Field(
        default="",
        description="回答里可以直接点的域名,逗号分隔;别的写出地址 / hosts an answer may link to; of others the address is shown",
    )

    wecom_bot_id: str = Field(
        default="",
        description="企业微信智能机器人 BotID,长连接用 / WeCom AI bot: id, for the long connection",
    )
    wecom_bot_secret: SecretStr = Field(
        default=NONE, description="智能机器人 Secret,长连接用 / WeCom AI bot: secret, for the long connection"
    )
    wecom_bot_token: SecretStr = Field(
        default=NONE, description="智能机器人回调 Token,URL 模式用 / WeCom AI bot: token, for callbacks"
    )
    wecom_bot_aes_key: SecretStr = Field(
        default=NONE, description="智能机器人 EncodingAESKey,URL 模式用 / WeCom AI bot: key, for callbacks"
    )
    wecom_bot_name: str = Field(
        default="", description="智能机器人名字,群里去掉 @名字 用 / WeCom AI bot: its name, cut off after @"
    )
    wecom_bot_media_hosts: str = Field(
        default="",
        description="智能机器人文件的下载域名,逗号分隔,空: 腾讯的 / hosts its files may come from; empty: Tencent's",
    )
    wecom_bot_ws_url: str = Field(
        default="wss://openws.work.weixin.qq.com", description="智能机器人长连接地址 / its WebSocket"
    )

    dingtalk_client_id: str = Field(default="", description="钉钉应用 Client ID(AppKey)/ DingTalk: client id")
    dingtalk_client_secret: SecretStr = Field(
        default=NONE, description="钉钉应用 Client Secret / DingTalk: client secret"
    )
    dingtalk_robot_code: str = Field(
        default="", description="钉钉机器人编码;空: 同 Client ID / DingTalk: robot code; empty: the client id"
    )
    dingtalk_approval_template: str = Field(
        default="", description="审批卡片模板 ID,空: 用文字代替 / DingTalk: approval card template"
    )
    dingtalk_answer_template: str = Field(
        default="", description="AI 流式卡片模板 ID,空: 不流式 / DingTalk: streaming card template"
    )
    dingtalk_monthly_calls: int = Field(
        default=5000,
        ge=0,
        description="钉钉每月接口额度,0: 不计 / DingTalk: metered calls a month; 0: no limit",
    )
    dingtalk_api_base: str = Field(
        default="https://api.dingtalk.com", description="钉钉新版接口地址 / where the DingTalk API is"
    )
    dingtalk_oapi_base: str = Field(
        default="https://oapi.dingtalk.com", description="钉钉旧版接口地址 / where its older API is"
    )

    telegram_bot_token: SecretStr = Field(default=NONE, description="Telegram 机器人 token / bot token")
    telegram_webhook_url: str = Field(
        default="", description="Telegram 回调地址,空: 长轮询 / https://…/hooks/telegram; empty: long poll"
    )
    telegram_webhook_secret: SecretStr = Field(
        default=NONE, description="Telegram 回调口令 / secret token of the webhook, A-Z a-z 0-9 _ -"
    )
    telegram_api_base: str = Field(
        default="https://api.telegram.org", description="Telegram 接口地址 / where the Bot API is"
    )

    job_engine: Literal["threads", "dbos"] = Field(
        default="threads",
        description="对话由谁推进: threads 本进程线程;dbos 持久队列 / what moves conversations: threads or a durable queue",
    )
    job_processes: int = Field(
        default=0,
        ge=0,
        le=16,
        description="serve 另开几个进程答话,0: 自己答 / processes beside `serve` that answer; 0: itself",
    )
    web_console: bool = Field(
        default=True, description="网页控制台开关 / the web console of `chengdan serve`: on or off"
    )
    web_public_url: str = Field(
        default="",
        description="网页控制台对外地址,如 https://sales.example.com;空: 不限 / its public address; empty: any",
    )
    web_secret: SecretStr = Field(
        default=NONE,
        description="网页会话签名密钥,32 字符以上;空: 存在 VAR_DIR / signs sessions; empty: kept in VAR_DIR",
    )
    web_session_days: int = Field(
        default=7,
        ge=1,
        le=30,
        description="网页多少天不用要重新登录 / days unused after which one signs in again",
    )

    turn_workers: int = Field(
        default=8, ge=1, le=200, description="同时处理几个会话 / conversations answered side by side"
    )
    max_upload_mb: int = Field(
        default=50, ge=1, le=2000, description="聊天里收文件的上限(MB)/ the largest file taken from a chat"
    )
