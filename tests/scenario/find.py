#!/usr/bin/env python3
"""berm households: pages, and filters on what the last run found, against what the register holds."""
import json
import pathlib
import re
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from scenario import berm, check, equal, finish, folder  # noqa: E402


def found(*options):
    """The codes of all pages."""
    codes, cursor = [], ()
    while True:
        result = berm("households", "--store", store, "--format", "json", "--limit", "200", *options, *cursor)
        assert result.code == 0, result.text
        codes += [row["household"] for row in json.loads(result.out)]
        more = re.search(r"--cursor (\S+)", result.err)
        if not more:
            return codes
        cursor = ("--cursor", more.group(1))


with folder() as here:
    store = f"sqlite:{here}/r.berm"
    for words in (("init", "--pack", "rural-cn"), ("synth", "--households", "500"), ("screen", "--month", "2020-09")):
        result = berm(*words, "--store", store)
        assert result.code == 0, result.text
    with sqlite3.connect(here / "r.berm") as database:
        rows = database.execute("SELECT h.code, s.kind, s.risk_level FROM household h JOIN standing s USING (household_id)"
                                " WHERE h.is_active = 1").fetchall()
        everybody = sorted(code for code, in database.execute("SELECT code FROM household WHERE is_active = 1"))
    database.close()
    kinds = sorted({kind for _, kind, _ in rows if kind})
    check("the made-up register has several kinds", len(kinds) > 1, kinds)
    for kind in kinds:
        equal(f"of kind {kind}", sorted(found("--filter", f"kind={kind}")), sorted(c for c, k, _ in rows if k == kind))
    equal("of two kinds, at high risk", sorted(found("--filter", f"kind in {','.join(kinds[:2])}", "--filter", "risk=high")),
          sorted(c for c, k, r in rows if k in kinds[:2] and r == "high"))
    equal("all of them, each once", sorted(found()), everybody)
    equal("worst first has them too", sorted(found("--worst-first")), everybody)
finish()
