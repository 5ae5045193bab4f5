#!/usr/bin/env python3
"""berm explain tells what happened to a household: what was told of it, who went there, what help was given."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from county import county, months  # noqa: E402
from postgres import run_script  # noqa: E402
from scenario import check, contains, equal, finish  # noqa: E402

YEAR = months("2019-10", "2020-09")


def told(place, *words, user=None):
    return json.loads(place.run("explain", "H1", "--format", "json", *words, user=user).out)["events"]


def help_given(place):
    """A measure that was delivered, one that was called off, and an allowance, as their parts keep them."""
    household, = place.ask("SELECT household_id FROM household WHERE code = 'H1'")[0]
    change, = place.ask("SELECT max(change_id) FROM change")[0]
    measure = ("INSERT INTO measure (household_id, measure_id, finding_code, measure, programme, owner, due_on, state, "
               "amount_minor, is_recommended, planned_at, planned_by, delivered_on, evidence, result, reason, change_id) "
               f"VALUES ({household}, ")
    run_script(place.url, measure + "1, 'serious_illness', 'poverty_insurance_payout', '', 'village-1', '2020-10-10', "
               f"'delivered', 2200000, 1, '2020-10-02T01:00:00Z', 'township-1', '2020-10-09', '', 'The bill is paid', '', {change});"
               + measure + "2, 'serious_illness', 'care_service', '', 'village-1', '2020-10-20', 'cancelled', NULL, 1, "
               f"'2020-10-02T01:00:00Z', 'township-1', NULL, '', '', 'A neighbour cares', {change});"
               "INSERT INTO entitlement (household_id, entitlement_id, programme, person_id, period, amount_minor, state, "
               "risk_level, missing, proposed_at, proposed_by, decided_at, decided_by, reason, change_id) "
               f"VALUES ({household}, 1, 'minimum_living_allowance', 0, 202010, 47000, 'approved', 'high', '', "
               f"'2020-10-03T01:00:00Z', 'township-1', '2020-10-04T01:00:00Z', 'county-1', '', {change});")


with county() as place:
    place.household("H1", "K11", [
        {"relation": "head", "sex": "male", "birth_date": "1960-05-10", "labour_capacity": "weak", "working": "no"},
        {"relation": "spouse", "sex": "female", "birth_date": "1962-05-10", "labour_capacity": "weak", "working": "no"}],
        {"wage_income": {month: 0 for month in YEAR}, "operating_income": {month: 1500 for month in YEAR}})
    place.load()
    assert place.run("screen", "--month", "2020-09").code == 0
    equal("where nothing happened nothing is told", told(place), [])
    warning = {"source": "county_hospital", "reference": "b1", "kind": "health_bill", "month": "2020-09",
               "household": "H1", "amount": "30000"}
    result = place.run("warning", "send", "-", stdin=json.dumps(warning) + "\n")
    equal("a warning is taken", result.code, 0)
    assert place.run("visit", "plan", "H1", "--purpose", "verification", user="village-1").code == 0
    result = place.run("visit", "record", "1", "--on", "2020-10-01", "--summary", "Large bills in the drawer",
                       user="village-1")
    equal("a visit is recorded", result.code, 0)
    help_given(place)

    events = {(event["event"], event["code"]): event for event in told(place)}
    equal("each thing that happened is told, the oldest first",
          ["visit", "measure_planned", "entitlement", "measure_delivered"],
          [event["event"] for event in told(place) if event["event"] not in ("warning", "measure_cancelled")
           and event["code"] != "care_service"])
    equal("a warning says from where it came",
          {name: events["warning", "health_bill"][name] for name in ("by", "month")},
          {"by": "county_hospital", "month": "2020-09"})
    equal("a visit says what was found",
          {name: events["visit", "verification"][name] for name in ("on", "by", "words")},
          {"on": "2020-10-01", "by": "village-1", "words": "Large bills in the drawer"})
    equal("help says what it brought",
          {name: events["measure_delivered", "poverty_insurance_payout"][name] for name in ("on", "amount", "words")},
          {"on": "2020-10-09", "amount": "22000.00", "words": "The bill is paid"})
    equal("and why it was called off", events["measure_cancelled", "care_service"]["words"], "A neighbour cares")
    equal("an allowance says how much, and for when",
          {name: events["entitlement", "minimum_living_allowance"][name] for name in ("on", "by", "amount", "month")},
          {"on": "2020-10-04", "by": "county-1", "amount": "470.00", "month": "2020-10"})

    text = place.run("explain", "H1").text
    for line in ("What happened:", "Warning: Large medical bill (2020-09), from county_hospital",
                 "2020-10-01  Visit: to verify, village-1. Large bills in the drawer",
                 "2020-10-09  Help delivered: Payout of poverty-prevention insurance, 22,000 CNY, village-1. The bill is paid",
                 "Entitled: Minimum living allowance (2020-10), 470 CNY, county-1"):
        contains(f"in words: {line[:40]}", text, line)
    chinese = place.run("explain", "H1", "--lang", "zh").text
    for line in ("经过：", "部门预警：大额医疗费用（2020-09），来自county_hospital", "2020-10-01  入户：入户核实，village-1。",
                 "措施落实：防贫保险赔付"):
        contains(f"in Chinese: {line[:20]}", chinese, line)

    seen = told(place, user="overseer")
    equal("who may not see amounts and words is not told them",
          sorted({event["words"] for event in seen if event["words"]} | {event["amount"] for event in seen
                                                                         if event["amount"]}), ["(hidden)"])
    equal("nor what a warning was about", [event["code"] for event in seen if event["event"] == "warning"], ["(hidden)"])
    check("and a neighbour is told nothing at all", place.run("explain", "H1", user="village-3").code != 0)
finish()
