#!/usr/bin/env python3
"""The main job on real data: the survey of Pakistan, imported, screened and measured."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from scenario import ROOT, check, equal, finish, program, run, shared, skip  # noqa: E402

WANTED = ("0.348537", "0.085685", "0.030183")


def reference(statistic):
    """The published figure from reference.json, where it is there: an independent source of WANTED."""
    rows = json.loads(shared("data", "reference.json").read_text())
    rows = rows if isinstance(rows, list) else next(v for v in rows.values() if isinstance(v, list))
    return [row for row in rows if row.get("dataset") == "pslm_pakistan"
            and statistic in json.dumps(row)]


data = shared("data")
if data is None or not (data / "pslm_pakistan").exists():
    skip("the survey of Pakistan", "the shared data are not on this machine")
    sys.exit(0)

result = run([ROOT / "tools" / "walk_pslm.sh", data], env={"BERM": program()}, cwd=ROOT)
check("the walk over the survey runs", result.code == 0, result.text[-500:])
last = result.out.strip().splitlines()[-1].split() if result.out.strip() else []
equal("headcount and gaps of the survey", tuple(last), WANTED)
check("no row of the survey is rejected", result.err.count(" 0 rejected") == 3, result.err)
check("24,238 households are screened", "24238 households" in result.err, result.err)
finish()
