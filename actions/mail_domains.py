"""Mail services that anybody can have a box at, and the endings under which companies register their names."""

from __future__ import annotations

from knowledge.name_forms import words_of

FREE_MAIL = frozenset(
    words_of(
        "126.com 139.com 163.com 189.cn 21cn.com aliyun.com aol.com foxmail.com gmail.com gmx.com gmx.de "
        "googlemail.com hotmail.com icloud.com live.cn live.com mail.com mail.ru me.com msn.com naver.com "
        "outlook.com proton.me protonmail.com qq.com sina.cn sina.com sohu.com tom.com tutanota.com "
        "vip.163.com vip.qq.com vip.sina.com wo.cn yahoo.cn yahoo.com yahoo.com.cn yandex.com yandex.ru "
        "yeah.net zoho.com"
    )
)
SUFFIXES = frozenset(
    words_of(
        "ac.cn ac.uk co.in co.jp co.kr co.uk com.au com.br com.cn com.hk com.my com.sg com.tw edu.cn "
        "example.cn example.com example.net example.org gov.cn net.cn org.cn org.uk"
    )
)
