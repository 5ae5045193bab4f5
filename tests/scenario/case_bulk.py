#!/usr/bin/env python3
"""Many cases at once: more than other systems bear, whole or not at all, each told by itself, each once."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from county import county  # noqa: E402
from postgres import is_postgres  # noqa: E402
from scenario import check, contains, equal, finish, program, write  # noqa: E402

HOUSEHOLDS = 3000


def steps(place):
    return place.ask("SELECT state, count(*) FROM household_case GROUP BY state ORDER BY state")


def everybody_has_a_lead(place):
    """The month finds that nobody of these households works."""
    for number in range(HOUSEHOLDS):
        place.household(f"H{number:04}", "K11" if number % 2 else "K21",
                        [{"relation": "head", "birth_date": "1980-01-01", "labour_capacity": "ordinary", "working": "no"}])
    place.load()
    assert place.run("screen", "--month", "2020-09").code == 0
    equal("each finding is a lead, and each lead a case", steps(place), [("lead", HOUSEHOLDS)])


def in_one_go(place):
    codes = [f"H{number:04}" for number in range(40)]
    write(place.here / "codes", "\n".join(codes + ["H9999"]) + "\n")
    result = place.run("case", "bulk", "step", "--action", "take_up", "--households", place.here / "codes",
                       "--format", "ndjson", user="village-1")
    rows = [json.loads(line) for line in result.out.splitlines()]
    equal("each case has its line", [row["household"] for row in rows], codes + ["H9999"])
    equal("its own village's are done, the others are not there",
          {(row["outcome"], row["household"][-1] in "13579" and row["household"] != "H9999") for row in rows},
          {("done", True), ("refused", False)})
    equal("what was refused has the same reason as what is not there",
          {row["reason"].replace(row["household"], "...") for row in rows if row["outcome"] == "refused"},
          {"there is no household with the code ...; check the code, or import it"})
    equal("refusals are told to the shell, too", (result.code, "20 done; 21 refused" in result.err), (3, True))
    result = place.run("case", "bulk", "step", "--action", "take_up", "--households", place.here / "codes", user="village-1")
    contains("a second time nothing is done twice", result.err, "0 done; 41 refused")
    equal("and the register says so", steps(place), [("lead", HOUSEHOLDS - 20), ("verification", 20)])
    result = place.run("case", "bulk", "assign", "--worker", "village-1", "--state", "verification", user="township-1")
    contains("those of a filter are assigned", result.err, "20 done; 0 refused")
    equal("and are on the worker's list", len(place.rows("case", "list", "--mine", user="village-1")), 20)
    result = place.run("case", "bulk", "step", "--action", "take_up")
    contains("without saying which nothing is done", result.text, "say which cases")
    result = place.run("case", "bulk", "step", "--action", "confirm", "--state", "verification", "--format", "ndjson",
                       user="village-1")
    contains("what is missing is told for each, with its remedy", json.loads(result.out.splitlines()[0])["reason"],
             "no visit has been made in this stage: visit the household and record it")


def as_a_job(place):
    """Killed in the middle, it did nothing; run again, it did all of it once."""
    queued = place.run("case", "bulk", "step", "--action", "take_up", "--state", "lead", "--queue")
    equal("a job is queued", queued.code, 0)
    if not is_postgres():  # there a killed client's transaction ends when the server notices, which the store's tests look at
        process = subprocess.Popen([program(), "job", "run", "--store", place.url], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env={**os.environ, "BERM_KEY_FILE": str(place.key)})
        time.sleep(0.15)
        process.send_signal(signal.SIGKILL)
        process.wait()
        check("what was killed in the middle has done all or nothing",
              steps(place) in ([("lead", HOUSEHOLDS - 20), ("verification", 20)], [("verification", HOUSEHOLDS)]), steps(place))
    result = place.run("job", "run")
    equal("the job runs", result.code, 0)
    equal("and has done every case", steps(place), [("verification", HOUSEHOLDS)])
    equal("each once", place.ask("SELECT count(*), count(DISTINCT household_id) FROM case_step"), [(HOUSEHOLDS, HOUSEHOLDS)])
    shown, = json.loads(place.run("job", "show", "1", "--format", "json").out)
    equal("its result has the sums", shown["result"], {"cases": HOUSEHOLDS - 20, "done": HOUSEHOLDS - 20, "refused": 0})


with county() as place:
    everybody_has_a_lead(place)
    in_one_go(place)
    as_a_job(place)
finish()
