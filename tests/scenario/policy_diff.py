#!/usr/bin/env python3
"""Who gains and who loses by a new version: the figures are those of two registers that are screened
independently, one with each version; and nobody learns more of households than they may."""
import collections
import json
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from registers import DMN, PACK, make_pack, make_register, wages  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, write  # noqa: E402

PASSWORD = "water over the weir"
ORDER = ["low", "medium", "high", "critical"]


def rows(*words):
    result = berm(*words, "--format", "json")
    assert result.code == 0, result.text
    return json.loads(result.out)


def found(url, month):
    """{household: {finding: (severity, undetermined)}} and each household's area."""
    by_household, areas = collections.defaultdict(dict), {}
    for row in rows("findings", "--store", url, "--month", month, "--undetermined"):
        by_household[row["household"]][row["finding"]] = (row["severity"], row["undetermined"])
        areas[row["household"]] = row["area"]
    return by_household, areas


def change(before, after):
    """What a household's finding goes through, from both records."""
    if before == after:
        return None
    if before is None:
        return "made_undetermined" if after[1] else "gained"
    if after is None:
        return "resolved" if before[1] else "lost"
    if before[1] != after[1]:
        return "unsettled" if after[1] else "confirmed"
    if before[1]:
        return None
    return "raised" if ORDER.index(after[0]) > ORDER.index(before[0]) else "lowered"


def expected(old, new, month):
    """{(area prefix or '', finding, figure): households} of two registers screened apart."""
    counts, changed = collections.Counter(), set()
    (before, areas), (after, more) = found(old, month), found(new, month)
    areas.update(more)
    for household in set(before) | set(after):
        for finding in set(before[household]) | set(after[household]):
            one, other = before[household].get(finding), after[household].get(finding)
            figures = []
            if one:
                figures.append("undetermined_before" if one[1] else "before")
            if other:
                figures.append("undetermined_after" if other[1] else "after")
            if change(one, other):
                figures.append(change(one, other))
                changed.add(household)
            for figure in figures:
                counts["", finding, figure] += 1
                counts[areas[household], finding, figure] += 1
    return counts, changed


def told(diff, area_of):
    """The same from berm policy diff."""
    counts = collections.Counter()
    for area in [{"area": "", "findings": diff["findings"]}] + diff["areas"]:
        for finding in area["findings"]:
            for figure, count in finding.items():
                if isinstance(count, dict) and "households" in count and count["households"]:
                    counts[area_of(area["area"]), finding["finding"], figure] += count["households"]
    return counts


def diff_of(url, *words):
    return rows("policy", "diff", *words, "--store", url)


# ---- the pack of the program, a changed line, made-up households
with folder() as here:
    old, new = f"sqlite:{here}/old.berm", f"sqlite:{here}/new.berm"
    berm("init", "--store", old, "--pack", "rural-cn")
    berm("policy", "export", "1", here / "rules", "--store", old)
    rules = here / "rules" / "parameters.csv"
    lines = rules.read_text().splitlines()
    last = [i for i, line in enumerate(lines) if line.startswith("poverty_line,,")][-1]
    fields = lines[last].split(",")
    fields[3] = "5200"
    lines[last] = ",".join(fields)
    rules.write_text("\n".join(lines) + "\n")
    manifest = here / "rules" / "pack.yaml"
    manifest.write_text(manifest.read_text().replace('version: "', 'version: "9.'))
    berm("init", "--store", new, "--pack", here / "rules")
    berm("synth", "--store", old, "--csv", here / "csv", "--households", "3000", "--seed", "11")
    for url in (old, new):  # a register of its own would be made up around its own line
        for kind in ("areas", "households", "persons", "flows"):
            berm("import", kind, here / "csv" / f"{kind}.csv", "--store", url)
        equal("a register is screened by itself", berm("screen", "--store", url, "--month", "2020-09").code, 0)
    counts, changed = expected(old, new, "2020-09")
    diff = diff_of(old, "in-force", here / "rules")
    levels = {row["household"]: row["area"] for row in rows("findings", "--store", old, "--undetermined")}
    parts = [area["area"] for area in diff["areas"]]

    def part(village):
        """The area of the answer that a village belongs to."""
        return max((code for code in parts if village.startswith(code)), key=len) if village else ""

    wanted = collections.Counter()
    for (area, finding, figure), count in counts.items():
        wanted[part(area), finding, figure] += count
    check("enough changes to compare", len(changed) > 100 and len(parts) > 2, (len(changed), parts))
    equal("every figure is that of two runs", told(diff, part), wanted)
    equal("and so is the number of households that change", diff["changed"]["households"], len(changed))
    equal("every household is counted", diff["all"]["households"], 3000)
    equal("moves between levels are those of two runs",
          sum(row["households"] for row in diff["levels"]) > 0 and sorted(
              (row["from"], row["to"]) for row in diff["levels"] if row["from"] == row["to"]), [])
    equal("asked again, it is the same", diff_of(old, "in-force", here / "rules"), diff)
    same = diff_of(old, "in-force", "1")
    equal("a version does not differ from itself", (same["changed"]["households"], same["kinds"], same["levels"]),
          (0, [], []))
    back = diff_of(old, here / "rules", "in-force")
    mirror = {"gained": "lost", "lost": "gained", "raised": "lowered", "lowered": "raised", "before": "after",
              "after": "before", "confirmed": "unsettled", "unsettled": "confirmed",
              "made_undetermined": "resolved", "resolved": "made_undetermined",
              "undetermined_before": "undetermined_after", "undetermined_after": "undetermined_before"}
    equal("the way back is the mirror", told(back, part), collections.Counter(
        {(area, finding, mirror[figure]): count for (area, finding, figure), count in wanted.items()}))
    area = parts[-1]
    inside = diff_of(old, "in-force", here / "rules", "--area", area)
    equal("a part by itself has the part's figures",
          {key[1:]: count for key, count in told(inside, lambda code: "" if not code else "-").items() if not key[0]},
          {key[1:]: count for key, count in wanted.items() if key[0] == area})
    codes = {code for finding in diff["findings"] for codes in finding["examples"].values() for code in codes}
    check("examples are households that change", codes and codes <= changed, codes - changed)

# ---- a draft with variables that the register has no column for
HOUSEHOLDS = "code,area,roof,rooms\n" + "".join(
    f"H{i},X{i % 2 + 1},{('leaks', 'sound', 'none')[i % 3]},3\n" for i in range(1, 41))
PERSONS = "code,household,name,sex,birth_date,relation,at_school,from_date\n" + "".join(
    f"P{i},H{i},,female,1980-05-01,head,,2010-01-01\n" for i in range(1, 41))
FLOWS = "household,month,wage\n" + "".join(wages(f"H{i}", 250 + 5 * i) for i in range(1, 41))
NEW_RULES = """<rule id="r4"><description>No well.</description>
        <inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry>
        <inputEntry><text>false</text></inputEntry>
        <outputEntry><text>"no_well"</text></outputEntry><outputEntry><text>"low"</text></outputEntry></rule>
    </decisionTable>"""


def well_pack(path):
    """The pack of three rules with a fourth that reads a new variable and a new flow."""
    pack = make_pack(path)
    dmn = (pack / "policy.dmn").read_text()
    dmn = dmn.replace('      <output id="o1"', '      <input id="i4"><inputExpression><text>household.well and '
                      'household.gift_12m &lt; 100</text></inputExpression></input>\n      <output id="o1"')
    dmn = dmn.replace("<outputEntry><text>\"income_low\"", "<inputEntry><text>-</text></inputEntry><outputEntry><text>\"income_low\"")
    dmn = dmn.replace("<outputEntry><text>\"house_unsafe\"", "<inputEntry><text>-</text></inputEntry><outputEntry><text>\"house_unsafe\"")
    dmn = dmn.replace("<outputEntry><text>\"school\"", "<inputEntry><text>-</text></inputEntry><outputEntry><text>\"school\"")
    dmn = dmn.replace('"leaks", "none"', '"none"')  # and leaks are no longer unsafe
    write(pack / "policy.dmn", dmn.replace("</decisionTable>", NEW_RULES, 1))
    write(pack / "dictionary.csv", PACK["dictionary.csv"] +
          "well,household,boolean,,,,,,,Well,井,,,made up\n"
          "gift,flow,money,XTS,>= 0,,,,,Gifts,礼金,,,made up\n")
    write(pack / "findings.csv", PACK["findings.csv"] + "no_well,No well,无井,A well.,有井。,made up\n")
    write(pack / "pack.yaml", PACK["pack.yaml"].replace('version: "1"', 'version: "2"'))
    write(pack / "cases" / "a.yaml", "month: 2020-09\ncases:\n  - name: leaks\n    household: {roof: leaks, well: true}\n"
          "    members: [{relation: head, birth_date: 1970-01-01}]\n"
          "    flows: {wage: {2019-10..2020-09: 900}, gift: {2020-09: 500}}\n    expect: {findings: [{code: no_well}]}\n")
    return pack


with folder() as here:
    (here / "a").mkdir()
    (here / "b").mkdir()
    old = make_register(here / "a", HOUSEHOLDS, PERSONS, FLOWS)
    new = make_register(here / "b", HOUSEHOLDS, PERSONS, FLOWS, pack=well_pack(here / "well"))
    for url in (old, new):
        berm("screen", "--store", url, "--month", "2020-09")
    result = berm("policy", "draft", here / "well", "--store", old)
    check("a draft may have new variables", result.code == 0, result.text)
    counts, changed = expected(old, new, "2020-09")
    diff = diff_of(old, "1", "2")
    equal("variables without a column are what they will be: unknown", told(diff, lambda code: code), counts)
    equal("everybody's well is unknown", counts["", "no_well", "made_undetermined"], 40)
    check("some lose", counts["", "house_unsafe", "lost"] > 10, counts)

    # ---- who may see what
    for name, role, area in (("ann", "policy_author", None), ("sam", "analyst", None), ("tom", "township", "X1"),
                             ("eve", "viewer", None)):
        berm("user", "add", name, "--store", old, stdin=PASSWORD)
        berm("user", "grant", name, role, *(["--area", area] if area else ["--everywhere"]), "--store", old)
    for name in ("ann", "sam"):
        seen = diff_of(old, "1", "2", "--as", name)
        figures = [count[what] for area in [seen] + seen["areas"] for finding in area["findings"]
                   for count in finding.values() if isinstance(count, dict) and "people" in count for what in count]
        check(f"{name} gets figures in fives", seen["rounded_to"] == 5 and figures and
              all(figure % 5 == 0 for figure in figures), figures)
        check(f"{name} gets no household", "H" not in json.dumps([f["examples"] for f in seen["findings"]]), seen)
        check(f"{name}'s figures are near", all(
            abs(count - counts[key]) <= 2 for key, count in told(seen, lambda code: code).items()), seen)
    seen = diff_of(old, "1", "2", "--as", "tom")
    equal("an officer gets the exact figures of the own area",
          (seen["rounded_to"], seen["all"]["households"]), (1, 20))
    equal("and only its households", {code for finding in seen["findings"] for codes in finding["examples"].values()
                                      for code in codes if int(code[1:]) % 2}, set())
    result = berm("policy", "diff", "1", "2", "--store", old, "--as", "tom", "--area", "X2")
    contains("no other area", result.err, "no area with the code X2")
    contains("a viewer compares no rules", berm("policy", "diff", "1", "2", "--store", old, "--as", "eve").err,
             "policy_read")
    contains("an account compares no folders", berm("policy", "diff", "1", here / "well", "--store", old, "--as",
                                                    "ann").err, "no version")
    shutil.copytree(here / "well", here / "type")
    write(here / "type" / "dictionary.csv", (here / "well" / "dictionary.csv").read_text().replace(
        "rooms,household,integer", "rooms,household,decimal"))
    contains("another type would be read wrongly", berm("policy", "diff", "1", here / "type", "--store", old).err,
             "'rooms' as integer")
finish()
