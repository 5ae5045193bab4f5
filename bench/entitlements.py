#!/usr/bin/env python3
"""How long a bulk proposal and its approval take: everybody of a made-up register is eligible.

    bench/entitlements.py [HOUSEHOLDS]     100,000; with BERM_TEST_STORE=postgres in PostgreSQL

Twice: with a budget that reaches for all, and in the next month with one that reaches for half, so
that ranking decides.
"""
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "lib"))
from postgres import ask, store_url  # noqa: E402
from scenario import berm, folder  # noqa: E402

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 100000
ALLOWANCE = ("--programme", "minimum_living_allowance")
SOUND = "never_registered,yes,yes,yes,A,yes,tested_good,yes,98,no"


def months():
    return [f"{2019 + (9 + i) // 12}-{(9 + i) % 12 + 1:02d}" for i in range(12)]


def write_files(here):
    with open(here / "areas.csv", "w") as file:
        file.write("code,name,parent\nX,Country,\n")
        file.writelines(f"X{i},Village {i},X\n" for i in range(100))
    with open(here / "households.csv", "w") as file:
        file.write("code,area,registered_status,enough_food,enough_clothing,doctor_reachable,housing_grade,"
                   "water_enough,water_quality,water_piped,water_days_percent,sells_produce\n")
        file.writelines(f"H{i:07d},X{i * 100 // COUNT},{SOUND}\n" for i in range(COUNT))
    with open(here / "persons.csv", "w") as file:
        file.write("code,household,name,birth_date,relation,sex,basic_medical_insurance,serious_illness,"
                   "labour_capacity,working\n")
        file.writelines(f"P{i:07d},H{i:07d},Made Up,1950-02-03,head,male,yes,no,none,no\n" for i in range(COUNT))
    with open(here / "flows.csv", "w") as file:
        file.write("household,month,source,wage_income,operating_income\n")
        for i in range(COUNT):
            file.writelines(f"H{i:07d},{month},visit,0,{100 + i % 350}\n" for month in months())


def timed(*arguments):
    start = time.monotonic()
    result = berm(*arguments)
    assert result.code == 0, result.text
    return time.monotonic() - start, result


def tell(what, seconds, result):
    last = result.err.strip().splitlines()[-1]
    count = int(re.match(r"(\d+)", last).group(1))
    print(f"{what}: {seconds:.2f} s, {count / seconds:,.0f}/s, {result.peak_kib / 1024:.0f} MiB ({last})", flush=True)


with folder() as here:
    store = ("--store", store_url(here / "register.berm"))
    write_files(here)
    timed("init", *store, "--pack", "rural-cn")
    for kind in ("areas", "households", "persons", "flows"):
        timed("import", kind, here / f"{kind}.csv", *store)
    print(f"screening: {timed('screen', '--month', '2020-09', *store)[0]:.2f} s", flush=True)
    for user in ("anna", "bert"):
        assert berm("user", "add", user, *store, stdin="correct horse battery\n").code == 0
        timed("user", "grant", user, "county", "--everywhere", *store)
    for month, amount in (("2020-09", "100000000"), ("2020-10", None)):
        seconds, result = timed("entitlement", "propose", *ALLOWANCE, "--month", month, *store, "--as", "anna")
        tell(f"proposing {month}", seconds, result)
        total = ask(store[1], "SELECT sum(amount_minor) FROM entitlement WHERE state = 'pending'")[0][0]
        reserved = ask(store[1], "SELECT sum(reserved_minor) FROM programme_budget")[0][0] or 0
        amount = amount or f"{(int(reserved) + int(total) // 2) / 100:.2f}"
        timed("programme", "budget", "minimum_living_allowance", "X", "2020", amount, *store)
        seconds, result = timed("entitlement", "approve", *ALLOWANCE, "--month", month, *store, "--as", "bert",
                                "--format", "csv")
        tell(f"approving {month}", seconds, result)
