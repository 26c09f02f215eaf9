"""Which fields a template may ask for, what each is called by people, and which a paper cannot do without."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field. `items` makes it a list whose items have those fields; `sample` stands in for it in a trial."""

    name: str
    zh: str
    en: str
    required: bool = False
    items: tuple[Field, ...] = ()
    sample: str = ""


@dataclass(frozen=True, kw_only=True)
class Schema:
    """The fields of one kind of paper."""

    fields: tuple[Field, ...]

    def field(self, name: str) -> Field | None:
        return next((one for one in self.fields if one.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.fields)

    def samples(self) -> dict[str, Any]:
        """A whole context with a value for every field; lists have two items."""
        return {one.name: _sample(one) for one in self.fields}


def _sample(field: Field) -> Any:
    if field.items:
        return [{item.name: _sample(item) for item in field.items} for _ in range(2)]
    return field.sample or f"〈{field.zh}〉"


def _text(name: str, zh: str, en: str, *, required: bool = False, sample: str = "") -> Field:
    return Field(name=name, zh=zh, en=en, required=required, sample=sample)


_LINE = (
    _text("number", "序号", "line number", sample="1"),
    _text("name", "产品名称", "product name", required=True),
    _text("product_id", "产品编号", "product id"),
    _text("description", "产品说明", "product description"),
    _text("quantity", "数量", "quantity", required=True, sample="2"),
    _text("unit", "单位", "unit", sample="台"),
    _text("list_price", "标价", "list price", sample="1,000.00"),
    _text("unit_price", "单价", "unit price", sample="920.00"),
    _text("discount", "折扣", "discount", sample="8%"),
    _text("amount", "金额", "line amount", required=True, sample="1,840.00"),
)

_PARTIES = (
    _text("buyer_name", "买方名称", "buyer's name", required=True),
    _text("buyer_contact", "买方联系人", "buyer's contact"),
    _text("buyer_contact_title", "买方联系人职务", "buyer's contact's title"),
    _text("buyer_phone", "买方电话", "buyer's phone"),
    _text("buyer_email", "买方邮箱", "buyer's e-mail"),
    _text("buyer_address", "买方地址", "buyer's address"),
    _text("buyer_tax_id", "买方税号", "buyer's tax number"),
    _text("seller_name", "卖方名称", "seller's name", required=True),
    _text("seller_contact", "卖方联系人", "seller's contact"),
    _text("seller_contact_title", "卖方联系人职务", "seller's contact's title"),
    _text("seller_email", "卖方邮箱", "seller's e-mail"),
    _text("seller_phone", "卖方电话", "seller's phone"),
    _text("seller_address", "卖方地址", "seller's address"),
    _text("seller_tax_id", "卖方税号", "seller's tax number"),
    _text("seller_bank", "卖方开户行", "seller's bank"),
    _text("seller_account", "卖方账号", "seller's account number"),
)

_SUMS = (
    Field(name="lines", zh="产品明细", en="lines", required=True, items=_LINE),
    _text("total", "总价（数字）", "total in figures", required=True, sample="¥3,680.00"),
    _text("total_words", "总价（大写）", "total in words", sample="人民币叁仟陆佰捌拾元整"),
    _text("list_total", "标价合计", "total at list price", sample="¥4,000.00"),
    _text("discount", "总折扣", "discount", sample="8%"),
    _text("currency", "币种", "currency", sample="CNY"),
)

_COMMON = (
    _text("date", "日期", "date", required=True, sample="2026年11月25日"),
    _text("deal_name", "商机", "deal"),
    _text("deal_id", "商机编号", "deal id"),
)


def contract_schema(terms: Mapping[str, tuple[str, str]], required_words: bool = True) -> Schema:
    """The fields of a contract; `terms` are the template's own terms by name, as (Chinese, English)."""
    own = tuple(_text(name, zh, en, required=True, sample="10") for name, (zh, en) in terms.items())
    sums = tuple(
        _text(one.name, one.zh, one.en, required=required_words, sample=one.sample)
        if one.name == "total_words"
        else one
        for one in _SUMS
    )
    head = (
        _text("contract_no", "合同编号", "contract number", required=True, sample="EP3-D001-1"),
        _text("offer_id", "报价编号", "offer id"),
        _text("offer_version", "报价版本", "offer version"),
    )
    return Schema(fields=(*head, *_COMMON, *_PARTIES, *sums, *own))


def quote_schema(terms: Mapping[str, tuple[str, str]]) -> Schema:
    """The fields of a quote."""
    own = tuple(_text(name, zh, en, sample="10") for name, (zh, en) in terms.items())
    head = (
        _text("quote_no", "报价编号", "quote number", required=True, sample="Q-D001-2"),
        _text("quote_version", "报价版本", "quote version", sample="2"),
        _text("valid_until", "有效期至", "valid until", required=True, sample="2026年12月25日"),
        _text("valid_days", "有效天数", "days of validity", sample="30"),
    )
    return Schema(fields=(*head, *_COMMON, *_PARTIES, *_SUMS, *own))
