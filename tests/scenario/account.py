#!/usr/bin/env python3
"""The account of problems against one kept by hand: random ways through the stages, any time, any area, and it balances."""
import datetime
import os
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from county import county, months  # noqa: E402
from postgres import run_script  # noqa: E402
from scenario import check, equal, finish  # noqa: E402

SEED = int(os.environ.get("SEED", 20201231))
VILLAGES = ("K11", "K12", "K21")
WAYS = {"lead": ["identification", "ended"], "identification": ["identification", "monitored", "ended"],
        "monitored": ["monitored", "elimination", "ended"], "elimination": ["elimination", "monitored", "watched"],
        "watched": ["ended", "monitored"], "ended": ["identification"]}
PLACES = {"monitored": "open", "elimination": "open", "watched": "eliminated"}
NAMES = ("carried", "found", "open", "eliminated", "struck_off", "left")


def walk():
    """Steps of one case: (day, from stage, to stage)."""
    day, at, steps = datetime.date(2020, 1, 1), "lead", []
    for _ in range(random.randint(0, 12)):
        day += datetime.timedelta(days=random.randint(0, 40))
        to = random.choice(WAYS[at])
        steps.append((day.isoformat(), at, to))
        at = to
    return steps


def account_of(cases, first="0000", last="9999"):
    """By hand: each case looked at by itself, from its first step to its last."""
    sums = dict.fromkeys(NAMES, 0)
    for steps in cases:
        before = [to for day, _, to in steps if day < first]
        sums["carried"] += bool(before) and before[-1] in PLACES
        at = before[-1] if before else "lead"
        for day, _, to in steps:
            if not first <= day <= last:
                continue
            sums["found"] += at not in PLACES and to in PLACES
            sums["struck_off"] += at == "watched" and to == "ended"
            sums["left"] += at in PLACES and to not in PLACES and not (at == "watched" and to == "ended")
            at = to
        if at in PLACES:
            sums[PLACES[at]] += 1
    return sums


def figures(row):
    return {name: row[name] for name in NAMES if name in row}


print(f"# SEED={SEED}")
random.seed(SEED)
with county() as place:
    cases = {village: [] for village in VILLAGES}
    for number in range(300):
        village = random.choice(VILLAGES)
        place.household(f"H{number:03}", village, [])
        cases[village].append((f"H{number:03}", walk()))
    place.load()
    ids = dict(place.ask("SELECT code, household_id FROM household"))
    sql = []
    for rows in cases.values():
        for code, steps in rows:
            ended = steps[-1][0] if steps and steps[-1][2] == "ended" else None
            sql.append("INSERT INTO household_case (household_id, case_id, area_id, state, stage, kind, severity, entered_on, "
                       "due_action, worker, step_count, step_by, opened_at, opened_by, ended_on) "
                       f"SELECT household_id, household_id, area_id, 'x', 'lead', '', 3, '2020-01-01', '', '', {len(steps)}, '', "
                       f"'2020', 'x', {repr(ended) if ended else 'NULL'} FROM household WHERE code = '{code}';")
            sql += ["INSERT INTO case_step (household_id, case_id, step_number, at, on_day, actor, role, action, from_state, "
                    f"from_stage, to_state, to_stage, reason, change_id) VALUES ({ids[code]}, {ids[code]}, {number}, '2020', "
                    f"'{day}', 'x', 'county', 'x', 'x', '{old}', 'x', '{new}', '', 1);"
                    for number, (day, old, new) in enumerate(steps, 1)]
    run_script(place.url, "\n".join(sql))
    walks = {village: [steps for _, steps in rows] for village, rows in cases.items()}
    everything = sum(walks.values(), [])
    for first, last in ((None, None), ("2020-03-15", None), (None, "2020-06-30"), ("2020-04-01", "2020-09-30"),
                        ("2020-05-05", "2020-05-05")):
        words = (["--from", first] if first else []) + (["--to", last] if last else [])
        rows = place.rows("account", *words)
        limits = (first or "0000", last or "9999")
        equal(f"the account of all {' '.join(words)}", figures(rows[0]), account_of(everything, *limits))
        parts = {row["area"]: figures(row) for row in rows[1:]}
        equal(f"and of its parts {' '.join(words)}", (parts["K1"], parts["K2"]),
              (account_of(walks["K11"] + walks["K12"], *limits), account_of(walks["K21"], *limits)))
        check(f"each row balances {' '.join(words)}", all(
            row["carried"] + row["found"] == row["open"] + row["eliminated"] + row["struck_off"] + row["left"] for row in rows), rows)
    villages = {row["area"]: figures(row) for row in place.rows("account", "--area", "K1", user="township-1")}
    equal("a township sees its villages", (villages["K11"], villages["K12"]), (account_of(walks["K11"]), account_of(walks["K12"])))
    series = place.rows("account", "--by-month", "--from", "2020-01-01", "--to", "2020-12-31")
    ends = [f"{month}-31" for month in months("2020-01", "2020-12")]
    equal("the same at each month's end", [figures(row) for row in series],
          [{name: value for name, value in account_of(everything, "0000", end).items() if name != "carried"} for end in ends])
finish()
