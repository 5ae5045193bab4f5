#!/usr/bin/env python3
"""New trouble among those never registered: marginal and sudden households are found by the same screening.

Nobody is looked for by name or by an old list: every household of the county goes through the same
rules each month, and what is found becomes leads, the worst first, whoever was registered before.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from county import county, months  # noqa: E402
from scenario import contains, equal, finish  # noqa: E402

YEAR = months("2019-10", "2020-09")


def adult(relation, **more):
    return {"relation": relation, "sex": "male" if relation == "head" else "female",
            "birth_date": "1975-05-10", "labour_capacity": "ordinary", "working": "yes", **more}


def every_month(wage, farm=0):
    return {"wage_income": {month: wage for month in YEAR},
            "operating_income": {month: farm for month in YEAR}}


with county() as place:
    # Registered once, and well now: not found, because an old list is no reason.
    place.household("OLD-WELL", "K11", [adult("head"), adult("spouse")], every_month(2400),
                    registered_status="left_poverty", left_poverty_year="2018")
    # Registered once, out of poverty, and falling again.
    place.household("OLD-WEAK", "K11", [adult("head"), adult("spouse", labour_capacity="weak", working="no")],
                    every_month(900), registered_status="left_poverty", left_poverty_year="2018")
    # Never registered: 10,800 yuan a year for two, 5,400 a head: between the line and the range.
    place.household("NEW-MARGINAL", "K12", [adult("head"), adult("spouse", labour_capacity="weak", working="no")],
                    every_month(900))
    # Never registered: 24,000 a year for two is above the range; less a bill of 18,000 it is not.
    place.household("NEW-SUDDEN", "K21", [adult("head"), adult("spouse", serious_illness="yes", working="no",
                                                               labour_capacity="lost")],
                    {**every_month(2000), "medical_expense": {"2020-08": 18000}})
    place.household("NEW-WELL", "K21", [adult("head"), adult("spouse")], every_month(3000))
    # Never registered, and nobody knows their income of one month: nobody says that they are safe.
    place.household("NEW-UNKNOWN", "K12", [adult("head"), adult("spouse")],
                    {"wage_income": {month: 500 for month in YEAR[:-1]},
                     "operating_income": {month: 0 for month in YEAR}})
    place.load()
    result = place.run("screen", "--month", "2020-09")
    equal("the county is screened", result.code, 0)

    found = {row["household"] for row in place.rows("findings")}
    equal("the same rules find who was registered and who never was",
          found, {"OLD-WEAK", "NEW-MARGINAL", "NEW-SUDDEN"})
    kinds = {code: place.run("explain", code).text.splitlines()[0].rpartition("kind: ")[2].rstrip(".")
             for code in sorted(found)}
    equal("each has its kind", kinds, {"NEW-MARGINAL": "Near the line", "NEW-SUDDEN": "Sudden severe hardship",
                                       "OLD-WEAK": "Left poverty, unstable"})
    unsure = {row["household"] for row in place.rows("findings", "--undetermined")} - found
    equal("who cannot be told is not taken for safe", unsure, {"NEW-UNKNOWN"})

    # What was found is work: a lead of each, the worst first, whoever was registered before.
    cases = place.rows("case", "list")
    equal("each has become a case, the worst first", [(row["household"], row["severity"]) for row in cases],
          [("NEW-UNKNOWN", "critical"), ("NEW-SUDDEN", "high"), ("OLD-WEAK", "medium"), ("NEW-MARGINAL", "medium")])
    equal("a village sees its own of them", {row["household"] for row in place.rows("case", "list", user="village-2")},
          {"NEW-MARGINAL", "NEW-UNKNOWN"})
    shown = place.run("case", "show", "NEW-SUDDEN").text
    contains("and what told of them", shown, "screening: Serious illness or severe injury (high)")
    contains("and what is to be done", shown, "Take up [take_up] by a field_worker: now")
finish()
