"""A made-up county with the pack rural-cn, its officers, and days that pass: for the situations.

    with county() as place:
        place.household("H1", "K111", people=[("head", "male", "1968-04-01", {...})], roof="A")
        place.load()
        place.on("2020-04-01", "screen", "--month", "2020-03")
        place.on("2020-04-02", "case", "step", "H1", "take_up", user="vera")
"""
import contextlib
import csv
import io
import json
import os

from postgres import ask, store_url
from scenario import berm, folder, write

# Made up: a county with two townships, one of them with two villages.
AREAS = """code,name,name_en,parent
K,榆河县,Elm River County,
K1,上榆乡,Upper Elm Township,K
K11,石桥村,Stone Bridge Village,K1
K12,柳树村,Willow Village,K1
K2,下榆乡,Lower Elm Township,K
K21,平滩村,Flat Bank Village,K2
"""

# Who works there: name, role, area. Two in each village, because a step may want a second person.
OFFICERS = (("village-1", "field_worker", "K11"), ("village-1b", "field_worker", "K11"),
            ("village-2", "field_worker", "K12"), ("village-3", "field_worker", "K21"),
            ("township-1", "township", "K1"), ("township-2", "township", "K2"),
            ("county-1", "county", "K"), ("county-2", "county", "K"), ("overseer", "supervisor", "K"))

# What a household has that lacks nothing but what a situation takes away.
SOUND = {"registered_status": "never_registered", "enough_food": "yes", "enough_clothing": "yes",
         "doctor_reachable": "yes", "housing_grade": "A", "water_enough": "yes",
         "water_quality": "tested_good", "water_piped": "yes", "water_days_percent": "98",
         "sells_produce": "no"}
PERSON = {"basic_medical_insurance": "yes", "serious_illness": "no"}


def months(first, last):
    """"2020-01", "2020-03" gives the three months."""
    at, end = (int(year) * 12 + int(month) - 1 for year, month in (first.split("-"), last.split("-")))
    return [f"{month // 12}-{month % 12 + 1:02}" for month in range(at, end + 1)]


def as_csv(rows):
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


class County:
    def __init__(self, here):
        self.here = here
        self.url = store_url(here / "county.berm")
        self.key = here / "county.key"
        self.households, self.people, self.flows = [], [], []

    # ---- what is there at first ----------------------------------------------------------------
    def household(self, code, area, people, flows=None, **values):
        """people: dicts with relation, sex, birth_date and more; flows: {flow: {month: amount}}."""
        self.households.append({"code": code, "area": area, **SOUND, **values})
        for number, person in enumerate(people, 1):
            self.people.append({"code": f"{code}-{number}", "household": code,
                                "name": f"Made-Up {code} {number}", "from_date": "2010-01-01",
                                **PERSON, **person})
        for flow, amounts in (flows or {}).items():
            self.flows += [{"household": code, "month": month, "flow": flow, "amount": amount}
                           for month, amount in amounts.items()]

    def load(self):
        for words in (("init", "--pack", "rural-cn"), *self.files()):
            result = self.run(*words)
            assert result.code == 0, result.text
        for name, role, area in OFFICERS:
            assert self.run("user", "add", name, stdin="correct horse battery\n").code == 0
            assert self.run("user", "grant", name, role, "--area", area).code == 0
        return self

    def files(self):
        assert berm("key", "create", self.key).code == 0
        wide = {}
        for row in self.flows:
            wide.setdefault((row["household"], row["month"]), {})[row["flow"]] = row["amount"]
        tables = {"areas": AREAS, "households": as_csv(self.households), "persons": as_csv(self.people),
                  "flows": as_csv([{"household": household, "month": month, **amounts}
                                   for (household, month), amounts in sorted(wide.items())])}
        return [("import", kind, write(self.here / f"{kind}.csv", text))
                for kind, text in tables.items() if text.strip()]

    # ---- work ----------------------------------------------------------------------------------
    def run(self, *words, stdin=None, user=None, env=None):
        more = ("--as", user) if user else ()
        return berm(*words, "--store", self.url, *more, stdin=stdin,
                    env={"BERM_KEY_FILE": self.key if self.key.exists() else "", **(env or {})})

    def rows(self, *words, user=None, **more):
        result = self.run(*words, "--format", "ndjson", user=user, **more)
        assert result.code == 0, result.text
        return [json.loads(line) for line in result.out.splitlines()]

    def ask(self, sql):
        return ask(self.url, sql)


@contextlib.contextmanager
def county():
    os.environ.pop("BERM_KEY_FILE", None)
    with folder() as here:
        yield County(here)
