"""Which currency a cell names: the codes of ISO 4217, what people write instead, and the sign before an amount."""

from __future__ import annotations

import re
import unicodedata

CODES = frozenset(
    re.findall(
        r"[A-Z]{3}",
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD "
        "CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
        "GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT "
        "LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR "
        "NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP "
        "STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF "
        "XPF YER ZAR ZMW ZWL ",
    )
)
"""Money in circulation; funds, metals and test codes (XAU, XTS, …) are not amounts of a deal."""

NAMES = {
    "人民币": "CNY", "人民币元": "CNY", "rmb": "CNY", "元": "CNY", "美元": "USD", "美金": "USD", "欧元": "EUR",
    "港币": "HKD", "港元": "HKD", "日元": "JPY", "英镑": "GBP", "新台币": "TWD", "澳元": "AUD", "新加坡元": "SGD",
}  # fmt: skip

DOLLARS = frozenset(
    code for code in CODES if code in ["USD", "HKD", "AUD", "CAD", "SGD", "TWD", "NZD", "MXN"]
)
_SIGNS: tuple[tuple[str, frozenset[str]], ...] = (
    ("us$", frozenset({"USD"})), ("usd", frozenset({"USD"})), ("hk$", frozenset({"HKD"})), ("rmb", frozenset({"CNY"})),
    ("cny", frozenset({"CNY"})), ("¥", frozenset({"CNY", "JPY"})), ("$", DOLLARS), ("€", frozenset({"EUR"})),
    ("£", frozenset({"GBP", "EGP"})),
)  # fmt: skip
_CODE_BEFORE_NAME = re.compile(r"([A-Z]{3})\b")


def code_of(text: str) -> str:
    """The ISO code a cell means: `CNY`, `人民币`, `USD - U.S. Dollar`; the text itself where it means none."""
    plain = unicodedata.normalize("NFKC", text).strip()
    named = NAMES.get(plain.casefold())
    if named:
        return named
    if plain.upper() in CODES:
        return plain.upper()
    found = _CODE_BEFORE_NAME.match(plain)
    return found[1] if found and found[1] in CODES else plain


def meant_by_sign(cell: object) -> frozenset[str]:
    """The currencies that the sign before an amount may stand for; empty without a sign."""
    text = unicodedata.normalize("NFKC", str(cell)).strip().casefold()
    return next((codes for sign, codes in _SIGNS if text.startswith(sign)), frozenset())
