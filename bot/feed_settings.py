"""Settings of the feeds that are read by the clock: where mailboxes and CRMs are, and how one signs in there."""

from __future__ import annotations

from pydantic import Field, SecretStr

from .channel_settings import NONE, ChannelSettings


class FeedSettings(ChannelSettings):
    """Credentials alone; which feeds there are is in the database (`chengdan feed add`). Every address can be moved."""

    imap_url: SecretStr = Field(
        default=NONE,
        description="邮箱,可多个,空格分隔: imaps://用户:授权码@主机:993 / mailboxes, spaces between; %40 for @ in the user",
    )
    imap_ca_file: str = Field(
        default="", description="邮箱服务器的自有 CA 证书 / CA of one's own mail server"
    )
    imap_oauth_token_url: str = Field(
        default="",
        description="XOAUTH2 换令牌的地址;设了则 IMAP_URL 的密码是 refresh token / where refresh tokens become access tokens",
    )
    imap_oauth_client_id: str = Field(default="", description="XOAUTH2 客户端 ID / its client id")
    imap_oauth_client_secret: SecretStr = Field(
        default=NONE, description="XOAUTH2 客户端密钥 / its client secret"
    )

    hubspot_access_token: SecretStr = Field(
        default=NONE, description="HubSpot 私有应用令牌 / token of a private app"
    )
    hubspot_client_id: str = Field(
        default="", description="HubSpot OAuth 应用 ID / or an OAuth app: client id"
    )
    hubspot_client_secret: SecretStr = Field(
        default=NONE, description="HubSpot OAuth 应用密钥 / client secret"
    )
    hubspot_refresh_token: SecretStr = Field(default=NONE, description="HubSpot OAuth refresh token")
    hubspot_api_base: str = Field(
        default="https://api.hubapi.com", description="HubSpot 接口地址 / where its API is"
    )

    salesforce_instance_url: str = Field(
        default="", description="Salesforce 我的域名,如 https://acme.my.salesforce.com / My Domain"
    )
    salesforce_client_id: str = Field(
        default="", description="Salesforce 外部客户端应用的 consumer key / consumer key"
    )
    salesforce_client_secret: SecretStr = Field(default=NONE, description="Salesforce consumer secret")
    salesforce_refresh_token: SecretStr = Field(
        default=NONE, description="Salesforce refresh token;空: 客户端凭据 / empty: client credentials"
    )
    salesforce_ca_file: str = Field(
        default="", description="代理或测试用的 CA 证书 / CA of a proxy, or for tests"
    )
