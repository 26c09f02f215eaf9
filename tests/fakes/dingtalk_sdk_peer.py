"""A robot written with DingTalk's own SDK, run as a process of its own: a client of the fake that nobody here wrote.

Started with DINGTALK_OPENAPI_ENDPOINT set (the SDK reads it at import), it answers 文字, 富文本, 卡片, 下载 and 审批 each in its way.
"""

from __future__ import annotations

import sys
from typing import Any

import dingtalk_stream  # type: ignore[import-untyped]
from dingtalk_stream import AckMessage, CallbackMessage, ChatbotMessage
from dingtalk_stream.card_callback import CardCallbackMessage  # type: ignore[import-untyped]
from dingtalk_stream.card_replier import AICardReplier, CardReplier  # type: ignore[import-untyped]

CARD = {
    "btns": '[{"text":"批准","event":{"type":"sendCardRequest","params":{"actionId":"ok","params":{"token":"ok.1"}}}}]'
}


class Robot(dingtalk_stream.ChatbotHandler):  # type: ignore[misc]
    """One answer for each word."""

    async def process(self, callback: CallbackMessage) -> tuple[int, str]:
        message = ChatbotMessage.from_dict(callback.data)
        texts = message.get_text_list() or [callback.data["content"].get("recognition", "")]
        said = "".join(texts).strip()
        if said == "卡片":
            self._stream(message)
        elif said == "审批":
            CardReplier(self.dingtalk_client, message).create_and_deliver_card("approval.schema", dict(CARD))
        elif said == "下载":
            url = self.get_image_download_url("code")
            self.reply_text(url, message)
        else:
            self.reply_markdown(
                "标题", f"{message.sender_staff_id}: {said} {message.get_image_list()}", message
            )
        return AckMessage.STATUS_OK, "OK"

    def _stream(self, message: ChatbotMessage) -> None:
        card = AICardReplier(self.dingtalk_client, message)
        track = card.start("answer.schema", {"content": ""})
        card.put_card_data(track, {"content": "", "flowStatus": "2"})
        card.streaming(track, "content", "一", append=False, finished=False, failed=False)
        card.streaming(track, "content", "一二", append=False, finished=True, failed=False)
        card.finish(track, {"content": "一二"})


class Pressed(dingtalk_stream.CallbackHandler):  # type: ignore[misc]
    """Settles the card on the acknowledgement."""

    async def process(self, callback: CallbackMessage) -> tuple[int, dict[str, Any]]:
        click = CardCallbackMessage.from_dict(callback.data)
        token = click.content["cardPrivateData"]["params"]["token"]
        changed = {"status": f"{click.user_id} {token}", "btns": "[]"}
        answer = {"cardUpdateOptions": {"updateCardDataByKey": True}, "cardData": {"cardParamMap": changed}}
        return AckMessage.STATUS_OK, answer


def main(client_id: str, secret: str) -> None:
    client = dingtalk_stream.DingTalkStreamClient(dingtalk_stream.Credential(client_id, secret))
    client.register_callback_handler(ChatbotMessage.TOPIC, Robot())
    client.register_callback_handler("/v1.0/card/instances/callback", Pressed())
    client.start_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
