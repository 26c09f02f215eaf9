"""Why a file was not taken, and what to know of one that was: every reason in Chinese and English, with what to do."""

from __future__ import annotations

Pair = tuple[str, str]

REFUSALS: dict[str, Pair] = {
    "empty": (
        "是空文件,请检查后重发",
        "is empty: please check it and send it again",
    ),
    "too_large": (
        "超过 25 MB,文档太大读不了;请拆成几份,或把里面的图片压缩后重发",
        "is over 25 MB, too large a document to read: split it, or shrink its pictures, and send it again",
    ),
    "over_limit": (
        "超过 {limit} MB,收不了;请压缩或拆成几份再发",
        "is over {limit} MB, more than is taken here: compress or split it and send it again",
    ),
    "unknown": (
        "的格式我不认识;可以发 PDF、docx、xlsx、pptx、csv、txt、md、eml、vtt、srt、图片或录音",
        (
            "is of a kind I do not know: send PDF, docx, xlsx, pptx, csv, txt, md, eml, vtt, srt, "
            "pictures or recordings"
        ),
    ),
    "executable": (
        "是程序或脚本,不收;只发文档、图片或录音",
        "is a program or a script and is not taken: send documents, pictures or recordings",
    ),
    "macro": (
        "带宏,不收;请另存为不含宏的 docx / xlsx 再发",
        "contains macros and is not taken: save it as a plain docx or xlsx and send that",
    ),
    "archive": (
        "是压缩包,不收;请解压后把需要的文件逐个发来",
        "is an archive and is not taken: unpack it and send the files themselves",
    ),
    "bomb": (
        "展开后大得不正常,不收;请重新导出后再发",
        "unfolds to an absurd size and is not taken: export it anew and send that",
    ),
    "encrypted": (
        "有密码,打不开;请去掉密码后重发",
        "is protected by a password: remove it and send the file again",
    ),
    "damaged": (
        "已损坏,打不开;请重新导出或重新下载后再发",
        "is damaged and does not open: export or download it anew and send that",
    ),
    "old_office": (
        "是旧格式(doc / xls / ppt / rtf / msg),读不了;请另存为 docx、xlsx、pptx、eml 或 PDF 再发",
        (
            "is in an old format (doc, xls, ppt, rtf, msg): save it as docx, xlsx, pptx, eml or PDF and "
            "send that"
        ),
    ),
    "page": (
        "是网页,不收;请打印成 PDF 再发",
        "is a web page and is not taken: print it to PDF and send that",
    ),
    "too_slow": (
        "太复杂,读了很久没读完;请拆成几份或另存为 PDF 再发",
        "is too complex to read in time: split it or save it as PDF and send that",
    ),
    "missing": (
        "没有下载成功;请再发一次",
        "could not be downloaded: please send it once more",
    ),
    "withdrawn": (
        "平台上已经取不到了(过期或被撤回);请重新发送",
        "is no longer there on the platform (expired or withdrawn): please send it again",
    ),
    "no_room": (
        "暂时存不下来,没有收;请稍后再发,并告诉管理员检查磁盘",
        (
            "cannot be stored just now and was not taken: try later, and tell the administrator to check "
            "the disk"
        ),
    ),
    "too_many": (
        "没有收: 你已有 50 份文件在等你说明商机;请先回答或说“都不要了”",
        (
            "was not taken: 50 files of yours wait to be placed already; answer for those first, or say "
            "“drop them”"
        ),
    ),
    "erased": (
        "的内容已按要求永久删除,不能再放回来;如有疑问请联系管理员",
        "was erased for good on request and cannot come back: ask the administrator if in doubt",
    ),
    "crowd": (
        "没有收: 一次最多 {limit} 份;请分批发送",
        "was not taken: at most {limit} files at a time; send the rest separately",
    ),
    "broken": (
        "处理时出了问题,没有收;请稍后再发一次",
        "met with a fault and was not taken: please send it again later",
    ),
}
"""Why a file was not taken, after its name."""

NOTES: dict[str, Pair] = {
    "no_ocr": (
        "只存了图片本身,图里的字我读不出(没有 OCR);要查得到请把文字另发给我",
        (
            "only the picture is kept, its words are not read (no OCR): send them as text to make them "
            "findable"
        ),
    ),
    "no_text": (
        "里面没有可读的文字(可能是扫描件,没有 OCR);要查得到请发文字版",
        "holds no readable text (a scan? there is no OCR): send a text version to make it findable",
    ),
    "garbled": (
        "有些字体读出来不可靠,请以原文件为准",
        "some fonts cannot be read reliably: trust the file itself",
    ),
    "picture": (
        "里面图片中的字没有读",
        "words within its pictures were not read",
    ),
    "too_long": (
        "文字太长,只收了前 10 万字",
        "too long: the first 100,000 characters were taken",
    ),
    "too_slow": (
        "读取超时,只存了文件本身,没有文字",
        "reading took too long: the file is kept without its text",
    ),
    "embedded": (
        "内嵌的文件没有读,需要的话请单独发来",
        "files embedded in it were not read: send them by themselves if needed",
    ),
    "hidden": (
        "其中隐藏的文字没有收入",
        "hidden text in it was left out",
    ),
    "script": (
        "⚠ 文件带自动脚本,打开前请小心",
        "⚠ it contains scripts: take care before opening it",
    ),
    "remote": (
        "⚠ 打开时会从外部加载内容,请小心",
        "⚠ it loads something from outside when opened: take care",
    ),
    "attached": (
        "邮件的附件没有读,需要的话请单独发来",
        "the mail's attachments were not read: send them by themselves if needed",
    ),
    "renamed": (
        "文件名的扩展名与内容不符,已按内容更正",
        "its name did not match its content and was corrected",
    ),
}
"""What one should know of a file that was taken."""
