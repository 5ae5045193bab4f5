#!/usr/bin/env python3
"""Work lists against the same lists made by hand: every filter, every officer, page by page, and counts.

Some hundred cases are written beside the program, at random but for the seed that is printed, so that
each order, each filter and each index has much to go wrong with.
"""
import datetime
import os
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from county import OFFICERS, county  # noqa: E402
from postgres import run_script  # noqa: E402
from scenario import check, contains, equal, finish  # noqa: E402

SEED = int(os.environ.get("SEED", 20200930))
HOUSEHOLDS = 400
VILLAGES = ("K11", "K12", "K21")
STATES = {"lead": "lead", "verification": "identification", "appraisal": "identification",
          "county_review": "identification", "monitored": "monitored", "elimination_visit": "elimination",
          "risk_eliminated": "watched", "closed": "ended"}
SOURCES = ("screening", "worker", "warning")
LEVELS = ("low", "medium", "high", "critical")
BELOW = {"K": VILLAGES, "K1": ("K11", "K12"), "K2": ("K21",), **{village: (village,) for village in VILLAGES}}
TODAY = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()


def make_case(number, code, village):
    state = random.choice(list(STATES))
    due = random.choice([None, TODAY + datetime.timedelta(days=random.randint(-9, 9))])
    return {"case": number, "household": code, "area": village, "state": state, "stage": STATES[state],
            "kind": random.choice(["", "marginal", "sudden"]), "severity": random.choice(LEVELS),
            "due_on": due.isoformat() if due and STATES[state] != "ended" else None,
            "worker": random.choice(["", "village-1", "village-2", "somebody"]),
            "source": random.choice(SOURCES)}


def quoted(value):
    return "NULL" if value is None else "'" + value + "'"


def write_cases(place, cases):
    ids = dict(place.ask("SELECT code, household_id FROM household"))
    rows, leads = [], []
    for case in cases:
        household = ids[case["household"]]
        rows.append("INSERT INTO household_case (household_id, case_id, area_id, state, stage, kind, severity, "
                    "entered_on, due_on, due_action, worker, step_count, step_by, opened_at, opened_by, "
                    f"monitored_on, ended_on, change_id) SELECT {household}, {case['case']}, area_id, "
                    f"{quoted(case['state'])}, {quoted(case['stage'])}, {quoted(case['kind'])}, "
                    f"{LEVELS.index(case['severity']) + 2}, '2020-09-01', {quoted(case['due_on'])}, '', "
                    f"{quoted(case['worker'])}, 3, 'x', '2020-09-01T00:00:00Z', 'x', NULL, "
                    f"{quoted('2020-09-02' if case['stage'] == 'ended' else None)}, 1 "
                    f"FROM household WHERE household_id = {household};")
        leads.append("INSERT INTO lead (household_id, lead_id, source, code, severity, month, note, received_at, "
                     f"received_by, case_id, change_id) VALUES ({household}, {case['case']}, "
                     f"{quoted(case['source'])}, 'other', 3, 202009, '', '2020-09-01T00:00:00Z', 'x', {case['case']}, 1);")
    run_script(place.url, "\n".join(rows + leads))


def wanted(cases, areas, options):
    """The list as it must be: (severity worst first, due first, case)."""
    def belongs(case):
        due = case["due_on"]
        return (case["stage"] != "ended" and case["area"] in areas
                and case["area"] in BELOW.get(options.get("area"), case["area"])
                and all(case[name] == options[name] for name in ("state", "stage", "kind", "source", "worker")
                        if name in options)
                and not ("unassigned" in options and case["worker"])
                and not ("overdue" in options and not (due and due < TODAY.isoformat()))
                and not ("due-by" in options and not (due and due <= options["due-by"])))
    found = [case for case in cases if belongs(case)]
    return sorted(found, key=lambda case: (-LEVELS.index(case["severity"]), case["due_on"] or "9999", case["case"]))


def random_options():
    choices = {"state": random.choice(list(STATES)), "stage": random.choice(sorted(set(STATES.values()))),
               "kind": random.choice(["marginal", "sudden"]), "source": random.choice(SOURCES),
               "worker": random.choice(["village-1", "nobody-here"]), "unassigned": True, "overdue": True,
               "due-by": (TODAY + datetime.timedelta(days=random.randint(-5, 5))).isoformat(),
               "area": random.choice(list(BELOW))}
    chosen = random.sample(sorted(choices), random.randint(0, 2))
    return {name: choices[name] for name in chosen if name != "unassigned" or "worker" not in chosen}


def words_of(options):
    return [word for name, value in options.items()
            for word in ([f"--{name}"] if value is True else [f"--{name}", value])]


def all_pages(place, options, user, limit):
    rows, cursor = [], ()
    while True:
        result = place.run("case", "list", "--format", "csv", "--limit", str(limit), *words_of(options), *cursor,
                           user=user)
        if result.code != 0:
            return result.text
        page = [line.split(",") for line in result.out.splitlines()[1:]]
        rows += [(int(line[-1]), line[0]) for line in page]
        if "--cursor" not in result.err:
            return rows
        cursor = ("--cursor", result.err.split("--cursor ")[1].strip())


def difference(got, right):
    if isinstance(got, str):
        return got
    at = next((i for i, pair in enumerate(zip(got, right)) if pair[0] != pair[1]), min(len(got), len(right)))
    return f"{len(got)} rows instead of {len(right)}; from row {at} on {got[at:at + 3]} instead of {right[at:at + 3]}"


def compare(place, cases):
    for _ in range(60):
        user, own = random.choice([(None, "K")] + [(name, area) for name, role, area in OFFICERS])
        options = random_options()
        if not options.get("area", own).startswith(own):
            continue  # a place above or beside one's own is looked at below
        right = [(case["case"], case["household"]) for case in wanted(cases, BELOW[own], options)]
        got = all_pages(place, options, user, random.choice([3, 50, 200]) if len(right) < 40 else 200)
        name = f"{user or 'everybody'} {' '.join(words_of(options)) or 'all'}"
        check(f"the list of {name}", got == right, difference(got, right))
        counts = place.rows("case", "list", "--counts", *words_of(options), user=user)
        equal(f"counts of {name}", (sum(row["cases"] for row in counts), sum(row["overdue"] for row in counts)),
              (len(right), sum(1 for case in wanted(cases, BELOW[own], options)
                               if case["due_on"] and case["due_on"] < TODAY.isoformat())))


def neighbours(place):
    for words in (("case", "list", "--area", "K21"), ("case", "list", "--counts", "--area", "K21"),
                  ("account", "--area", "K21"), ("account", "--by-month", "--area", "K21")):
        result = place.run(*words, user="village-1")
        nobody = place.run(*[word.replace("K21", "K99") for word in words], user="village-1")
        equal(f"{' '.join(words)} of a neighbour is as of nobody", result.text.replace("K21", "K99"), nobody.text)
    result = place.run("case", "list", "--state", "monitord")
    contains("a state that there is not is told with the nearest", result.text, "did you mean monitored?")
    result = place.run("case", "list", "--source", "rumour")
    contains("sources are told where one is wrong", result.text, "warning")
    first = place.run("case", "list", "--limit", "3").err.split("--cursor ")[1].strip()
    result = place.run("case", "list", "--overdue", "--cursor", first)
    contains("a cursor is not taken for another list's", result.text, "belongs to another list")


print(f"# SEED={SEED}")
random.seed(SEED)
with county() as place:
    all_cases = []
    for number in range(1, HOUSEHOLDS + 1):
        code, village = f"H{number:03}", random.choice(VILLAGES)
        place.household(code, village, [])
        all_cases.append(make_case(number, code, village))
    place.load()
    write_cases(place, all_cases)
    compare(place, all_cases)
    neighbours(place)
finish()
