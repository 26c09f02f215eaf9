"""Every setting of the product, read once at the top; secrets come from the environment or `.env` alone."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from .feed_settings import FeedSettings


class Settings(FeedSettings):
    """Defaults work at once: no key, no server, no network. `.env.example` says the same, and a test keeps it so."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True
    )

    var_dir: Path = Field(
        default=Path("var"), description="数据目录: 库、索引、发件箱 / database, indexes, outbox"
    )
    database_url: str = Field(
        default="",
        description="数据库 / empty: SQLite under VAR_DIR; postgresql://user:pass@host/db for PostgreSQL",
    )

    llm_base_url: str = Field(
        default="", description="任何 OpenAI 兼容端点 / any OpenAI-compatible endpoint, with /v1"
    )
    llm_api_key: SecretStr = Field(default=SecretStr(""), description="该端点的密钥 / its key")
    llm_model: str = Field(default="", description="模型名 / model name; empty: the offline brain answers")
    llm_timeout_s: float = Field(
        default=30, gt=0, le=600, description="单次请求超时(秒) / one request, seconds"
    )
    llm_deadline_s: float = Field(
        default=90, gt=0, le=1800, description="一轮对话总时限(秒) / one whole turn, seconds"
    )

    embedding_base_url: str = Field(
        default="", description="向量端点 / empty: LLM_BASE_URL when EMBEDDING_MODEL is set"
    )
    embedding_api_key: SecretStr = Field(
        default=SecretStr(""), description="向量端点密钥 / empty: LLM_API_KEY"
    )
    embedding_model: str = Field(
        default="", description="向量模型 / empty: offline search; after a change run reindex"
    )
    chroma_url: str = Field(
        default="", description="Chroma 服务器 / empty: embedded; http://host:8000 for several processes"
    )

    whisper_model: str = Field(
        default="small",
        description="语音模型: 名称(首次使用时下载一次)或本地文件夹 / speech model: a name (fetched once) or a folder",
    )
    transcribe_base_url: str = Field(
        default="",
        description="转写接口 / empty: faster-whisper on this machine; an OpenAI-compatible endpoint, with /v1",
    )
    transcribe_api_key: SecretStr = Field(
        default=SecretStr(""), description="转写接口密钥 / key of the transcription endpoint"
    )
    transcribe_model: str = Field(
        default="whisper-1", description="转写接口的模型名 / the endpoint's transcription model"
    )

    transcribe_workers: int = Field(
        default=1,
        ge=0,
        le=16,
        description="serve 同时用几个进程转写,0: 只由 chengdan call transcribe 转写 / processes that write recordings down beside serve",
    )
    recording_sound_days: int = Field(
        default=0,
        ge=0,
        le=36500,
        description="通话录音保留几天,0: 不自动删除 / days the sound of calls is kept; 0: for good",
    )
    recording_words_days: int = Field(
        default=0,
        ge=0,
        le=36500,
        description="通话文字稿保留几天,0: 不自动删除 / days the words of recordings are kept; 0: for good",
    )

    mail_domain: str = Field(
        default="", description="本公司邮箱域名 / our mail domain; empty: that of the first colleague"
    )

    utc_offset_hours: int = Field(
        default=8, ge=-12, le=14, description="工作时区 / the working clock's offset from UTC"
    )
    working_calendar: bool = Field(
        default=False,
        description="true: 下班和周末对外邮件需本人确认 / mails after hours wait for the sender's own yes",
    )
    approval_ttl_hours: float = Field(
        default=24, gt=0, le=720, description="审批多久作废 / an approval expires into no"
    )
    nudge_after_hours: float = Field(
        default=4, gt=0, le=720, description="多久后提醒审批人 / when slow approvers are reminded"
    )
    escalate_after_hours: float = Field(
        default=12, gt=0, le=720, description="多久后请替代人审批 / when their stand-ins are asked too"
    )
    canary_every: int = Field(
        default=50,
        ge=0,
        description="每多少张审批卡混入一张测试卡,0 为不混 / one card in so many is a test; 0: none",
    )
    uncertain_after_s: float = Field(
        default=60,
        ge=2,
        description="执行的进程多久没有动静算中断 / a worker silent for so long has broken off",
    )
    send_attempts: int = Field(
        default=8, ge=1, le=50, description="没发出去的最多试几次 / tries of what surely was not sent"
    )
    retry_first_s: float = Field(
        default=30, gt=0, le=3600, description="第一次重试前等多久,之后翻倍 / first pause, doubled each time"
    )
    start_sender: bool = Field(
        default=True,
        description="没有发信进程时自己启动一个;false: 只由 chengdan sender 发 / false: chengdan sender alone sends",
    )

    identity_secret: SecretStr = Field(
        default=SecretStr(""),
        description="手机、邮箱等标识的哈希密钥,32 字符以上;空: 存在 VAR_DIR / hashes identifiers; empty: kept in VAR_DIR",
    )

    default_person: str = Field(
        default="", description="终端默认身份 / who the terminal is; empty: the first rep"
    )
    log_level: str = Field(default="WARNING", description="日志级别 / DEBUG, INFO, WARNING, ERROR")
    serve_host: str = Field(
        default="127.0.0.1", description="网页、回调与健康检查的监听地址 / where `serve` listens"
    )
    serve_port: int = Field(default=8640, ge=1, le=65535, description="监听端口 / and on which port")

    @property
    def database(self) -> str:
        """The database address in force."""
        return self.database_url or f"sqlite:///{self.var_dir / 'chengdan.db'}"

    @property
    def has_model(self) -> bool:
        return bool(self.llm_model)


def example(*others: type[BaseSettings]) -> str:
    """The text of `.env.example`: every setting with what it is for and its default; `others` go to a file of their own."""
    lines = [
        "# 成单的全部设置;复制为 .env 后按需修改,全部可留空。/ Every setting; copy to .env. All may stay as they are."
    ]
    lines += _lines(Settings)
    for other in others:
        lines += [
            "",
            "# ── 以下写在 .env.sender 里,只有发信进程读它 / these go into .env.sender: only the sender reads it",
        ]
        lines += _lines(other)
    return "\n".join(lines) + "\n"


def _lines(settings: type[BaseSettings]) -> list[str]:
    lines = []
    last = FeedSettings.model_fields  # what works at once comes first
    for name, field in sorted(settings.model_fields.items(), key=lambda pair: pair[0] in last):
        default = field.default
        shown = default.get_secret_value() if isinstance(default, SecretStr) else default
        value = str(shown).lower() if isinstance(shown, bool) else shown
        lines += ["", f"# {field.description or '见文档 / see docs'}", f"{name.upper()}={value}"]
    return lines


if __name__ == "__main__":
    import sys

    from bot.sender_settings import SenderSettings

    sys.stdout.write(example(SenderSettings))
