"""Small registers and packs for scenarios."""
from postgres import store_url
from scenario import berm, write

DMN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="d" name="three rules" namespace="https://example.org/three">
  <inputData id="household" name="household"/>
  <inputData id="members" name="members"/>
  <inputData id="parameter" name="parameter"/>
  <decision id="income" name="Income per head">
    <variable name="Income per head" typeRef="number"/>
    <informationRequirement><requiredInput href="#household"/></informationRequirement>
    <literalExpression><text>household.wage_12m / household.size</text></literalExpression>
  </decision>
  <decision id="findings" name="Findings">
    <informationRequirement><requiredDecision href="#income"/></informationRequirement>
    <informationRequirement><requiredInput href="#household"/></informationRequirement>
    <informationRequirement><requiredInput href="#members"/></informationRequirement>
    <informationRequirement><requiredInput href="#parameter"/></informationRequirement>
    <decisionTable hitPolicy="COLLECT">
      <input id="i1"><inputExpression><text>Income per head</text></inputExpression></input>
      <input id="i2"><inputExpression><text>household.roof</text></inputExpression></input>
      <input id="i3"><inputExpression><text>count(members[age in [6..15] and at_school = false]) > 0</text></inputExpression></input>
      <output id="o1" name="code" typeRef="string"/>
      <output id="o2" name="severity" typeRef="string"/>
      <rule id="r1"><description>Income per head is below the line.</description>
        <inputEntry><text>&lt; parameter.line</text></inputEntry><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry>
        <outputEntry><text>"income_low"</text></outputEntry><outputEntry><text>"high"</text></outputEntry></rule>
      <rule id="r2"><description>The house is not safe.</description>
        <inputEntry><text>-</text></inputEntry><inputEntry><text>"leaks", "none"</text></inputEntry><inputEntry><text>-</text></inputEntry>
        <outputEntry><text>"house_unsafe"</text></outputEntry><outputEntry><text>"medium"</text></outputEntry></rule>
      <rule id="r3"><description>A child of school age is not at school.</description>
        <inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry><inputEntry><text>true</text></inputEntry>
        <outputEntry><text>"school"</text></outputEntry><outputEntry><text>"high"</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>
"""

PACK = {
    "pack.yaml": """name: three-rules
version: "1"
title_en: Three rules
title_zh: 三条规则
currency: XTS
money_decimals: 2
time_zone: UTC
decisions:
  findings: Findings
figures:
  - Income per head
statistics:
  welfare: Income per head
  line: Line
""",
    "dictionary.csv": """name,entity,type,unit,constraint,required,empty,combine,group,label_en,label_zh,hint_en,hint_zh,source
roof,household,select_one roof,,,,,,,Roof,屋顶,,,made up
rooms,household,integer,,[0..50],,,,,Rooms,房间,,,made up
at_school,person,boolean,,,,,,,At school,在校,,,made up
wage,flow,money,XTS,>= 0,,,,,Wage,工资,,,made up
""",
    "choices.csv": """list,name,label_en,label_zh
roof,sound,Sound,完好
roof,leaks,Leaks,漏雨
roof,none,None,无
relation,head,Head,户主
relation,child,Child,子女
""",
    "parameters.csv": """name,area,valid_from,value,unit,source
line,,2010-01-01,4000,XTS,made up
""",
    "findings.csv": """code,label_en,label_zh,clear_en,clear_zh,source
income_low,Income below the line,收入低于标准,Income per head reaches the line.,人均收入达到标准。,made up
house_unsafe,House not safe,住房不安全,The roof is repaired.,屋顶修好。,made up
school,Child out of school,适龄儿童失学,The child attends school.,儿童返校。,made up
""",
    "measures.csv": "code,kind,label_en,label_zh,source\n",
    "figures.csv": "decision,label_en,label_zh,unit\nIncome per head,Income per head,人均收入,money\n",
}

AREAS = "code,name,parent\nX,Country,\nX1,First valley,X\nX2,Second valley,X\n"


def make_pack(folder, dmn=None, **changes):
    """Write the pack of three rules; changes replace whole files ("dictionary.csv": text)."""
    line = """  <decision id="line" name="Line">
    <informationRequirement><requiredInput href="#parameter"/></informationRequirement>
    <literalExpression><text>parameter.line</text></literalExpression>
  </decision>
</definitions>"""
    files = dict(PACK, **{"policy.dmn": dmn or DMN.replace("</definitions>", line)}, **changes)
    for name, text in files.items():
        write(folder / name, text)
    return folder


def wages(code, amount, first=(2019, 10), months=12):
    """Rows of a wide flows file: the same wage in each month."""
    rows = []
    for i in range(months):
        year, month = divmod(first[0] * 12 + first[1] - 1 + i, 12)
        rows.append(f"{code},{year}-{month + 1:02d},{amount}\n")
    return "".join(rows)


def make_register(here, households, persons="", flows="", pack=None):
    """A register with the pack of three rules; texts are CSV with header. Returns its URL."""
    url = store_url(here / "register.berm")
    pack = pack or make_pack(here / "pack")
    results = [berm("init", "--store", url, "--pack", pack)]
    for kind, text in (("areas", AREAS), ("households", households), ("persons", persons),
                       ("flows", flows)):
        if text:
            results.append(berm("import", "--store", url, kind, write(here / f"{kind}.csv", text)))
    for result in results:
        assert result.code == 0, result.text
    return url
