#!/usr/bin/env python3
"""The main job on real data: the survey of Pakistan, imported, screened and measured."""
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from scenario import ROOT, check, equal, finish, program, run, shared, skip  # noqa: E402

WANTED = ("0.348537", "0.085685", "0.030183")


def reference(**parameters):
    """FGT 0 to 2 as independent software computed them, in six digits, or None where it has none."""
    wanted = {"welfare": "exp_total_year/12/adult_equiv", "weight": "hhsize", "line": 3250.28, **parameters}
    rows = {row["statistic"]: row["value"]
            for row in json.loads(shared("data", "reference.json").read_text())["references"]
            if row["dataset"] == "pslm_pakistan" and
            {key: value for key, value in row["parameters"].items() if key not in ("file", "design")} == wanted}
    return tuple(f"{rows[name]:.6f}" for name in ("fgt0", "fgt1", "fgt2")) if "fgt2" in rows else None


data = shared("data")
if data is None or not (data / "pslm_pakistan").exists():
    skip("the survey of Pakistan", "the shared data are not on this machine")
    sys.exit(0)

result = run([ROOT / "tools" / "walk_pslm.sh", data], env={"BERM": program()}, cwd=ROOT)
check("the walk over the survey runs", result.code == 0, result.text[-500:])
last = result.out.strip().splitlines()[-1].split() if result.out.strip() else []
equal("headcount and gaps of the survey", tuple(last), WANTED)
equal("they are those of the reference", reference(), WANTED)
for province in ("KP", "Punjab", "Sindh", "Balochistan"):
    row = re.search(rf"^area +PK-{province} .* ([\d.]+) +([\d.]+) +([\d.]+)$", result.out, re.M)
    equal(f"headcount and gaps of {province} are those of the reference", row and row.groups(),
          reference(group_by="province", group=province))
check("no row of the survey is rejected", result.err.count(" 0 rejected") == 3, result.err)
check("24,238 households are screened", "24238 households" in result.err, result.err)
finish()
