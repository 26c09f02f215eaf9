"""A small sales world for the tests of names and of the offline brain."""

from __future__ import annotations

from knowledge.names import OPEN_RANK, NameEntry

E = NameEntry
ENTRIES = (
    E(kind="account", id="A-001", name="华东医疗器械有限公司", aliases=("华东医疗", "East China Medical")),
    E(kind="account", id="A-002", name="上海瑞康医院", aliases=("瑞康医院", "Ruikang Hospital")),
    E(kind="account", id="A-003", name="江苏恒泰制药股份有限公司", aliases=("恒泰制药",)),
    E(kind="account", id="A-004", name="Northwind Clinics Ltd."),
    E(kind="account", id="A-005", name="苏州博远科技有限公司"),
    E(kind="deal", id="D-001", name="华东医疗 影像平台(PACS)一期", parents=("A-001",), rank=OPEN_RANK + 1),
    E(kind="deal", id="D-002", name="瑞康医院 手术排程系统", parents=("A-002",), rank=OPEN_RANK + 1),
    E(kind="deal", id="D-003", name="恒泰制药 LIMS 升级", parents=("A-003",), rank=OPEN_RANK + 1),
    E(
        kind="deal",
        id="D-004",
        name="Northwind Clinics telemedicine pilot",
        parents=("A-004",),
        rank=OPEN_RANK + 1,
    ),
    E(kind="deal", id="D-005", name="博远科技 数据中台", parents=("A-005",), rank=OPEN_RANK + 1),
    E(kind="deal", id="D-006", name="恒泰制药 冷链监测", parents=("A-003",), rank=OPEN_RANK + 1),
    E(kind="deal", id="D-007", name="华东医疗 超声设备维保", parents=("A-001",), rank=1),
    E(kind="contact", id="C-001", name="王建国", title="采购副总", parents=("A-001", "D-001")),
    E(kind="contact", id="C-002", name="刘敏", title="信息科主任", parents=("A-001", "D-001")),
    E(kind="contact", id="C-003", name="Grace Huang", title="CFO", parents=("A-001", "D-001")),
    E(kind="contact", id="C-004", name="周涛", title="院长", parents=("A-002",)),
    E(kind="contact", id="C-005", name="张伟", title="IT经理", parents=("A-003",)),
    E(kind="contact", id="C-006", name="Tom Miller", title="IT Director", parents=("A-004",)),
    E(kind="contact", id="C-007", name="陈静", title="总经理", parents=("A-005",)),
    E(kind="product", id="P-001", name="影像云", aliases=("影像云平台",)),
    E(kind="person", id="p-lina", name="李娜", title="销售"),
    E(kind="person", id="p-zhaolei", name="赵磊", title="销售经理"),
    E(kind="person", id="p-chenhao", name="陈浩", title="销售"),
)
