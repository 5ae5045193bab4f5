#!/usr/bin/env python3
"""Policies from the command line: bad packs and models are refused in words, good ones evaluate."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from registers import DMN, PACK, make_pack  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, write  # noqa: E402

MODEL = DMN[:DMN.index('  <decision id="findings"')].replace(
    "household.wage_12m / household.size", "household.wage / household.size") + "</definitions>"


def refused(name, pack, *words):
    result = berm("policy", "check", pack)
    check(name, result.code == 1 and all(word in result.text for word in words), result.text)


with folder() as here:
    pack = make_pack(here / "good")
    equal("a good pack checks", berm("policy", "check", pack).code, 0)

    bad = make_pack(here / "name", dmn=(here / "good" / "policy.dmn").read_text().replace(
        "household.roof", "household.rooof"))
    refused("an unknown variable in the DMN is named, with a suggestion", bad, "rooof", "roof")
    refused("an external entity in the DMN is refused", make_pack(
        here / "entity", dmn='<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="e">&e;</definitions>'),
        "DOCTYPE")
    refused("a DMN that is no XML is refused", make_pack(here / "xml", dmn="<definitions><decision>"), "policy.dmn")
    refused("an unknown key of pack.yaml is refused, with a suggestion", make_pack(
        here / "key", **{"pack.yaml": PACK["pack.yaml"].replace("currency:", "curency:")}), "curency", "currency")
    refused("a type that there is not is refused with its line", make_pack(
        here / "type", **{"dictionary.csv": PACK["dictionary.csv"].replace("rooms,household,integer",
                                                                       "rooms,household,intiger")}),
        "intiger", "line 3")
    refused("a finding that findings.csv lacks is refused", make_pack(
        here / "code", dmn=(here / "good" / "policy.dmn").read_text().replace('"school"', '"schol"')), "schol")
    refused("a pack that is not there names those that are", "nowhere-pack", "rural-cn")

    write(pack / "cases" / "a.yaml", """month: 2020-09
areas: [X1, X]
cases:
  - name: below the line
    household: {roof: sound}
    members: [{relation: head, sex: female, birth_date: 1970-01-01}]
    flows: {wage: {2019-10..2020-09: 300}}
    expect:
      findings: [{code: income_low, severity: high, threshold: 4000, distance: 400}]
      figures: {Income per head: 3600}
  - name: expected wrongly
    household: {roof: leaks}
    members: [{relation: head, sex: female, birth_date: 1970-01-01}]
    flows: {wage: {2019-10..2020-09: 300}}
    expect:
      findings: [{code: income_low, distance: 399}]
""")
    result = berm("policy", "test", pack)
    check("cases pass and fail one by one", result.code == 1 and "1 cases passed, 1 failed" in result.out,
          result.text)
    contains("a failing case tells what came", result.out, "finding house_unsafe: expected none, got it")
    contains("a failing case tells the reason", result.out, "400 XTS below")

    model = write(here / "model.dmn", MODEL)
    result = berm("policy", "eval", model, "--input", "household={wage: 7000, size: 2}")
    equal("a model evaluates", json.loads(result.out), {"Income per head": 3500})
    result = berm("policy", "eval", model, "--decision", "Nothing")
    check("an unknown decision is an error", result.code == 1 and "Nothing" in result.err, result.text)
    result = berm("policy", "eval", model, "--input", "house={}")
    check("an unknown input is an error", result.code == 1 and "house" in result.err, result.text)
    result = berm("policy", "eval", model, "--input", "household=1 +")
    check("a wrong expression is an error with its place", result.code == 1 and result.err.strip(), result.text)
    result = berm("policy", "tck", here)
    check("a folder without cases is an error", result.code == 1, result.text)
finish()
