#!/usr/bin/env python3
"""The DMN TCK's cases against the program.

Level 2 must pass whole. Level 3 is held against known_failures.txt beside this file, one case a
line as the program names it ("folder/file.xml case 003 'Decision'"): a failure that is not listed
is an error, and so is a listed case that passes, so the list can only become shorter.

    BERM=build/berm BERM_SHARED=../shared tests/conformance/tck.py
    tests/conformance/tck.py --shrink    rewrites the list without the cases that pass now

Environment: BERM the program, BERM_SHARED the folder with tck/compliance-level-2 and -3. Where
either is absent the checks are skipped.
"""
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
KNOWN = HERE / "known_failures.txt"
CASE = re.compile(r"^(\S+\.xml case \S+ '.*?'): (.*)$")
SCORE = re.compile(r"value-bearing (\d+) of (\d+), all (\d+) of (\d+)")


def run_level(program, folder):
    """(score line, {case: what went wrong}, what was printed), or None for the score."""
    done = subprocess.run(
        [program, "policy", "tck", str(folder)], capture_output=True, text=True, timeout=600,
        check=False)
    printed = done.stdout + done.stderr
    failures = {}
    for line in printed.splitlines():
        match = CASE.match(line.strip())
        if match:
            failures[match.group(1)] = match.group(2)
    return SCORE.search(printed), failures, printed


def read_known():
    if not KNOWN.exists():
        return []
    lines = (line.strip() for line in KNOWN.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def write_known(cases):
    head = [line for line in KNOWN.read_text(encoding="utf-8").splitlines()
            if line.startswith("#")] if KNOWN.exists() else []
    KNOWN.write_text("\n".join(head + sorted(cases)) + "\n", encoding="utf-8")


def one_line(text):
    return " ".join(text.split())[:400]


def check_level_2(program, folder):
    score, failures, printed = run_level(program, folder)
    if score is None:
        print(f"not ok TCK level 2: no score was printed: {one_line(printed)}")
        return False
    for case, why in failures.items():
        print(f"not ok TCK level 2 {case}: {one_line(why)}")
    if failures or score.group(3) != score.group(4):
        print(f"not ok TCK level 2: {score.group(0)}")
        return False
    print(f"ok TCK level 2 ({score.group(0)})")
    return True


def check_level_3(program, folder, shrink):
    score, failures, printed = run_level(program, folder)
    if score is None:
        print(f"not ok TCK level 3: no score was printed: {one_line(printed)}")
        return False
    known = read_known()
    unknown = [case for case in failures if case not in set(known)]
    mended = [case for case in known if case not in failures]
    if shrink:
        write_known([case for case in known if case in failures])
        mended = []
    for case in unknown:
        print(f"not ok TCK level 3 {case}: {one_line(failures[case])}")
    for case in mended:
        print(f"not ok TCK level 3 {case}: it passes now, remove it from the list")
    if int(score.group(4)) - int(score.group(3)) != len(failures):
        print(f"not ok TCK level 3: {score.group(0)}, but {len(failures)} failures were told")
        return False
    if unknown or mended:
        return False
    print(f"ok TCK level 3 ({score.group(0)}, {len(known)} known failures)")
    return True


def main():
    program = os.environ.get("BERM", str(HERE.parent.parent / "build" / "berm"))
    shared = os.environ.get("BERM_SHARED", "")
    level_2 = pathlib.Path(shared) / "tck" / "compliance-level-2"
    level_3 = pathlib.Path(shared) / "tck" / "compliance-level-3"
    if not shared or not level_2.is_dir():
        print("skip TCK: no shared data (set BERM_SHARED)")
        return 0
    if not os.access(program, os.X_OK):
        print("skip TCK: the program is not built")
        return 0
    is_fine = check_level_2(program, level_2)
    if level_3.is_dir():
        is_fine &= check_level_3(program, level_3, "--shrink" in sys.argv[1:])
    else:
        print("skip TCK level 3: no such folder")
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
