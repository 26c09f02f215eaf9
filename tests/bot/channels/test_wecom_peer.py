"""wechatpy's own client as an independent peer of the fake: what it takes for WeCom is shaped like WeCom."""

from __future__ import annotations

import asyncio
import io

import pytest
from wechatpy.enterprise import WeChatClient  # type: ignore[import-untyped]
from wechatpy.exceptions import WeChatClientException  # type: ignore[import-untyped]

from tests.fakes.wecom_server import WecomServer

CARD = {
    "card_type": "button_interaction",
    "main_title": {"title": "折扣审批", "desc": "12%"},
    "task_id": "apr_9f2c@1",
    "button_list": [{"text": "同意", "style": 1, "key": "approve:9f2c"}],
}


def peer(wecom: WecomServer) -> WeChatClient:
    """Their client, aimed at the fake (its token address is fixed, so that one method is replaced)."""

    class Aimed(WeChatClient):  # type: ignore[misc]
        API_BASE_URL = f"{wecom.base}/cgi-bin/"

        def fetch_access_token(self) -> object:
            params = {"corpid": self.corp_id, "corpsecret": self.secret}
            return self._fetch_access_token(url=f"{wecom.base}/cgi-bin/gettoken", params=params)

    return Aimed(wecom.corp_id, wecom.secret, timeout=5, auto_retry=False)


def test_their_client_sends_uploads_and_changes_a_card() -> None:
    async def run() -> None:
        async with WecomServer() as wecom:
            wecom.callback_url = "http://127.0.0.1:9/hooks/wecom"
            client = peer(wecom)

            def work() -> None:
                client.message.send_text(wecom.agent_id, ["lina"], "你好")
                media = client.media.upload("file", ("报价单.txt", io.BytesIO(b"123456")))
                client.message.send_file(wecom.agent_id, ["lina"], media["media_id"])
                sent = client.message.send(
                    wecom.agent_id, ["lina"], msg={"msgtype": "template_card", "template_card": CARD}
                )
                body = {
                    "userids": ["lina"],
                    "agentid": wecom.agent_id,
                    "response_code": sent["response_code"],
                }
                body["button"] = {"replace_name": "已同意"}
                client.post("message/update_template_card", data=body)
                with pytest.raises(WeChatClientException):
                    client.post("message/update_template_card", data=body)
                with pytest.raises(WeChatClientException, match="81013"):
                    client.message.send_text(wecom.agent_id, ["stranger"], "x")

            await asyncio.to_thread(work)
            assert [one.kind for one in wecom.seen("lina")] == ["text", "file", "template_card"]
            assert wecom.seen("lina")[1].name == "报价单.txt"
            assert wecom.cards("lina")[0].buttons == {}

    asyncio.run(run())


def test_the_fake_cuts_and_drops_without_a_word_as_wecom_does() -> None:
    async def run() -> None:
        async with WecomServer() as wecom:
            client = peer(wecom)

            def work() -> None:
                for number in range(32):
                    client.message.send_text(wecom.agent_id, ["lina"], f"{number}" + "字" * 1000)

            await asyncio.to_thread(work)
            assert len(wecom.texts("lina")) == 30
            assert len(wecom.dropped) == 2
            assert {len(text.encode()) for text in wecom.texts("lina")} <= {2046, 2047, 2048}

    asyncio.run(run())
