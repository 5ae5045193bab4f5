#!/usr/bin/env python3
"""A family's monthly income: 3,893, then 4,092, then 7,810 yuan. The finding clears, and that holds for six months.

Eight people, three generations: 3,893 yuan a month are 5,839.50 a head and year, below the monitoring
range of 6,000; with 7,810 the twelve months come above it and stay there for six month-ends in a row.
"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from county import county, months  # noqa: E402
from scenario import contains, equal, finish  # noqa: E402

STEPS = (("2019-04", "2020-03", 3893), ("2020-04", "2020-06", 4092), ("2020-07", "2021-01", 7810))


def member(relation, birth_date, capacity="none", working="no", **more):
    return {"relation": relation, "birth_date": birth_date, "labour_capacity": capacity, "working": working, **more}


FAMILY = [member("head", "1970-03-01", "ordinary", "yes", sex="male"),
          member("spouse", "1972-06-01", "ordinary", "yes", sex="female"),
          member("parent", "1945-01-01", sex="male"), member("parent", "1947-01-01", sex="female"),
          member("child", "1995-01-01", "weak", "no", sex="male"),
          member("child_in_law", "1996-01-01", "weak", "no", sex="female"),
          member("grandchild", "2016-01-01", sex="female"), member("grandchild", "2018-01-01", sex="male")]

with county() as place:
    place.household("F1", "K11", FAMILY, {
        "wage_income": {month: 0 for month in months("2019-04", "2021-01")},
        "operating_income": {month: amount for first, last, amount in STEPS for month in months(first, last)}})
    place.load()
    # The table of the family's months, a head and year, against the range of 6,000.
    table = {}
    for month in months("2020-03", "2021-01"):
        assert place.run("screen", "--month", month).code == 0
        told = json.loads(place.run("explain", "F1", "--month", month, "--format", "json").out)
        table[month] = (told["figures"]["Net income per head"], [finding["code"] for finding in told["findings"]])
    equal("the income of each month is told by its twelve months", [figure for figure, _ in table.values()],
          [5839.5, 5864.375, 5889.25, 5914.125, 6403.75, 6893.375, 7383, 7872.625, 8362.25, 8851.875, 9341.5])
    equal("the family is found while it is below the range, and no longer",
          [found for _, found in table.values()], 4 * [["income_below_range"]] + 7 * [[]])
    equal("the spell on record says from when to when",
          place.ask("SELECT code, from_month, to_month FROM finding"), [("income_below_range", 202003, 202007)])
    equal("it became one lead of one case", [(row["household"], row["severity"], row["state"]) for row in place.rows("case", "list")],
          [("F1", "medium", "lead")])
    equal("six month-ends in a row above the range are on record",
          [month for month, (figure, found) in table.items() if figure >= 6000 and not found][:6], months("2020-07", "2020-12"))
    contains("and in words", place.run("explain", "F1").text, "Income below the monitoring range (medium): from 2020-03, ended in 2020-07")
finish()
