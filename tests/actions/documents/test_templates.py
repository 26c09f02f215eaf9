"""Templates of lawyers: what is wrong is named with its place; what is dangerous is refused twice; what passes renders."""

from __future__ import annotations

import hashlib
import io
import subprocess
import zipfile
from pathlib import Path

import docx
import pytest

from actions.documents.catalogue import FOLDER, Catalogue, shipped
from actions.documents.faults import DocumentRefused, Fault, TemplateRefused
from actions.documents.render import render
from actions.documents.schema import Field, Schema
from actions.documents.templates import check
from tests.fakes.word_files import saved, text_of, with_part, word

SCHEMA = Schema(
    fields=(
        Field(name="buyer_name", zh="买方名称", en="buyer's name", required=True),
        Field(name="total", zh="总价", en="total", required=True),
        Field(name="note", zh="备注", en="note"),
        Field(
            name="lines",
            zh="明细",
            en="lines",
            items=(
                Field(name="name", zh="名称", en="name", required=True),
                Field(name="amount", zh="金额", en="amount"),
            ),
        ),
    )
)
GOOD = ("买方：{{ buyer_name }}", "总价：{{ total }}")
ROWS = (("{%tr for line in lines %}", ""), ("{{ line.name }}", "{{ line.amount }}"), ("{%tr endfor %}", ""))
VALUES = {
    "buyer_name": "公司 & <子公司>",
    "total": "¥1.00",
    "note": "",
    "lines": [{"name": "甲", "amount": "1"}, {"name": "乙", "amount": "2"}],
}


def kinds(faults: tuple[Fault, ...]) -> list[str]:
    return [one.kind for one in faults]


def test_a_good_template_has_no_fault_and_keeps_what_other_engines_lose() -> None:
    template = word(*GOOD, table=ROWS, header="{{ buyer_name }}", footer="{{ total }}")
    assert check(template, SCHEMA) == ()
    text = text_of(render(template, VALUES))
    assert text.count("公司 & <子公司>") == 2  # body and header; without autoescape it would become "公司  "
    assert "甲" in text
    assert "乙" in text
    assert "{" not in text


def test_tags_that_word_has_cut_into_runs_are_one_tag() -> None:
    template = word(["买方：{", "{ buyer", "_name }", "}"], ["{{ to", "tal }}"])
    assert check(template, SCHEMA) == ()
    assert "¥1.00" in text_of(render(template, VALUES))
    broken = word(["买方：{", "{ buyer", "_nam }", "}"], "{{ total }}")
    assert [one.told() for one in check(broken, SCHEMA) if one.kind == "unknown_field"] == [
        "正文第 1 段“买方：{{ buyer_na…”：未知字段 buyer_nam，是不是 buyer_name？"
    ]


def test_every_fault_is_named_with_its_place_in_both_languages() -> None:
    template = word(
        "合同",
        "买方：{{ buyer_nmae }}",
        "总价：{{ total ",
        "{% if note %}备注",
        table=[("名称", "金额"), ("甲", "{{ price }}")],
        footer="第 {{ page_no }} 页",
    )
    told = [one.told() for one in check(template, SCHEMA)]
    english = [one.told("en") for one in check(template, SCHEMA)]
    assert "正文第 2 段“买方：{{ buyer_nm…”：未知字段 buyer_nmae，是不是 buyer_name？" in told
    assert any("正文第 3 段" in one and "没有写完" in one for one in told)
    assert any("正文第 4 段" in one and "没有对应的 endif" in one for one in told)
    assert any("页脚第 1 段" in one and "page_no" in one for one in told)
    assert any("body paragraph 3" in one and "not closed" in one for one in english)
    mended = word(
        "合同",
        "买方：{{ buyer_nmae }}",
        "总价：{{ total }}",
        table=[("名称", "金额"), ("甲", "{{ price }}")],
        footer="第 {{ page_no }} 页",
    )
    assert [one.told() for one in check(mended, SCHEMA)] == [
        "正文第 2 段“买方：{{ buyer_nm…”：未知字段 buyer_nmae，是不是 buyer_name？",
        "正文第 1 张表第 2 行第 2 列“{{ price }}”：未知字段 price",
        "页脚第 1 段“第 {{ page_no }…”：未知字段 page_no",
        "缺少必填字段 buyer_name（买方名称）",
    ]


@pytest.mark.parametrize(
    ("paragraph", "kind", "said"),
    [
        ("{ buyer_name }", "broken_tag", "只有一层花括号"),
        ("｛｛ buyer_name ｝｝", "broken_tag", "全角"),
        ("buyer_name }}", "broken_tag", "没有开头"),
        ("{{ buyer_name", "broken_tag", "没有写完"),
        ("{{ 1 + }}", "broken_tag", "写法不对"),
        ("{% endif %}", "broken_tag", "没有对应的 if"),
        ("{% for x in lines %}{% endif %}{% endfor %}", "broken_tag", "没有对应的 if"),
        ("{% else %}", "broken_tag", "不在 if 里面"),
        ("{%tr for x in lines %}", "broken_tag", "表格"),
        ("{%p if note %}备注见附件{%p endif %}", "lost_text", "独占一段"),
        ("{{ lines }}", "wrong_use", "一组值"),
        ("{% for x in buyer_name %}{{ x }}{% endfor %}", "wrong_use", "不是列表"),
        ("{% for x in lines %}{{ x.price }}{% endfor %}", "unknown_field", "x.price"),
        ("{{ buyer_name.upper }}", "unknown_field", "buyer_name.upper"),
        ("{{p note }}", "forbidden", "不允许"),
        ("{{r note }}", "forbidden", "不允许"),
        ("{%tc if note %}", "forbidden", "不支持"),
    ],
)
def test_one_fault(paragraph: str, kind: str, said: str) -> None:
    faults = check(word(*GOOD, paragraph), SCHEMA)
    assert kind in kinds(faults), faults
    found = next(one for one in faults if one.kind == kind)
    assert said in found.told()
    assert "第 3 段" in found.told()
    assert found.en


HOSTILE = (
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ buyer_name.__init__.__globals__ }}",
    "{{ lines.__class__ }}",
    "{{ self.__init__ }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ buyer_name|attr('__class__') }}",
    "{{ range(999999999) }}",
    "{{ lipsum() }}",
    "{{ 'a' * 999999999 }}",
    "{{ buyer_name['__class__'] }}",
    "{% set x = 1 %}",
    "{% include 'secret' %}",
    "{% import 'os' as os %}",
    "{% macro m() %}x{% endmacro %}",
    "{{ ()|map('upper') }}",
    "{% for x in lines recursive %}{{ loop(x) }}{% endfor %}",
    "{{ lines.items() }}",
)


@pytest.mark.parametrize("tag", HOSTILE)
@pytest.mark.parametrize("where", ["body", "header", "cell", "split"])
def test_a_hostile_template_is_refused_when_it_is_checked_and_when_it_is_rendered(
    tag: str, where: str
) -> None:
    pieces = [tag[:2], *tag[2:].split("_", 1)] if where == "split" and "_" in tag else [tag]
    if len(pieces) == 3:
        pieces[2] = "_" + pieces[2]
    template = word(
        *GOOD,
        *([pieces] if where in ("body", "split") else []),
        table=[(tag,)] if where == "cell" else (),
        header=tag if where == "header" else "",
    )
    assert any(one.kind in ("forbidden", "broken_tag") for one in check(template, SCHEMA))
    with pytest.raises(DocumentRefused):
        render(template, VALUES)


@pytest.mark.parametrize("tag", [HOSTILE[0], "{{ 'a' * 999999999 }}", "{{ buyer_name }}"])
def test_tags_outside_the_text_are_refused_too(tag: str) -> None:
    document = docx.Document(io.BytesIO(word(*GOOD)))
    document.core_properties.title = tag
    template = saved(document)
    assert "forbidden" in kinds(check(template, SCHEMA))
    with pytest.raises(TemplateRefused):
        render(template, VALUES)
    inside = with_part(
        word(*GOOD, "x"),
        "word/document.xml",
        lambda xml: xml.replace(b"<w:t>x</w:t>", f'<w:t xml:space="preserve" w:y="{tag}">x</w:t>'.encode()),
    )
    assert "forbidden" in kinds(check(inside, SCHEMA))
    with pytest.raises(TemplateRefused):
        render(inside, VALUES)


@pytest.mark.parametrize(
    ("part", "content", "said"),
    [
        ("word/vbaProject.bin", b"x", "宏"),
        ("word/embeddings/oleObject1.bin", b"x", "嵌入"),
        (
            "word/_rels/settings.xml.rels",
            b'<Relationships><Relationship Id="r1" Type="x/attachedTemplate" '
            b'Target="http://h/t.dotm" TargetMode="External"/></Relationships>',
            "外部文件",
        ),
        ("word/comments.xml", b'<w:comments><w:comment w:id="1"/></w:comments>', "批注"),
    ],
)
def test_what_a_word_file_must_not_bring_along(part: str, content: bytes, said: str) -> None:
    template = with_part(word(*GOOD), part, lambda _: content)
    assert any(said in one.told() for one in check(template, SCHEMA))
    with pytest.raises(TemplateRefused):
        render(template, VALUES)


def test_fields_that_fetch_and_tracked_changes_are_refused() -> None:
    field = b'<w:r><w:instrText> INCLUDETEXT "http://h/x" </w:instrText></w:r>'
    change = b'<w:ins w:id="1" w:author="a"><w:r><w:t>x</w:t></w:r></w:ins>'
    for extra, said in ((field, "INCLUDETEXT"), (change, "修订")):
        template = with_part(
            word(*GOOD),
            "word/document.xml",
            lambda xml, extra=extra: xml.replace(b"</w:p>", extra + b"</w:p>", 1),
        )
        assert any(said in one.told() for one in check(template, SCHEMA))


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x03\x04broken"])
def test_what_is_no_word_file_is_said_so(data: bytes) -> None:
    assert kinds(check(data, SCHEMA)) == ["file"]
    with pytest.raises(DocumentRefused):
        render(data, VALUES)


def test_a_package_that_unpacks_to_too_much_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b"0" * 60_000_000)
        package.writestr("[Content_Types].xml", b"<a/>")
    assert kinds(check(buffer.getvalue(), SCHEMA)) == ["file"]


def test_a_missing_value_is_an_error_and_a_strange_one_does_no_harm() -> None:
    template = word(*GOOD)
    with pytest.raises(DocumentRefused, match="total"):
        render(template, {"buyer_name": "甲"})
    odd = "{{ total }}{% x %}\x00\u202e\u200b<w:p/>]]>&amp;\n第二行"
    text = text_of(render(template, VALUES | {"buyer_name": odd}))
    assert "{{ total }}{% x %}<w:p/>]]>&amp;\n第二行" in text


def test_the_same_template_and_values_give_the_same_bytes() -> None:
    template = word(*GOOD, table=ROWS)
    once, again = (hashlib.sha256(render(template, VALUES)).hexdigest() for _ in range(2))
    assert once == again
    assert hashlib.sha256(render(template, VALUES | {"total": "¥2.00"})).hexdigest() != once
    with zipfile.ZipFile(io.BytesIO(render(template, VALUES))) as package:
        assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_template_without_a_chinese_font_gets_one() -> None:
    with zipfile.ZipFile(io.BytesIO(render(word(*GOOD), VALUES))) as package:
        assert b"w:eastAsia" in package.read("word/styles.xml")


@pytest.mark.parametrize("template", shipped().templates, ids=lambda one: one.id)
def test_the_templates_that_ship_have_no_fault(template: object) -> None:
    assert [one.told() for one in template.faults()] == []  # type: ignore[attr-defined]


def test_every_word_file_of_the_folder_is_in_the_catalogue_and_in_the_package() -> None:
    assert {one.file for one in shipped().templates} == set(FOLDER.glob("*.docx"))
    root = FOLDER.parent.parent
    ignored = subprocess.run(
        ["git", "check-ignore", *(str(one) for one in FOLDER.iterdir())],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ignored.stdout == ""  # the wheel takes what git does not ignore
    assert '"actions"' in (root / "pyproject.toml").read_text(encoding="utf-8")


def test_a_description_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("id: X\nkind: letter\n", encoding="utf-8")
    with pytest.raises(DocumentRefused, match=r"bad\.yaml"):
        Catalogue.load(tmp_path)
