#!/usr/bin/env python3
"""One register in both databases: screening, its figures and its exports are the same to the last byte.

The register is larger than a chunk of screening, so that ranges end in its middle, and what is read is read by several
threads. It runs with the tests on PostgreSQL, and makes the register in SQLite as well."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import postgres  # noqa: E402
from scenario import berm, check, finish, folder  # noqa: E402

HOUSEHOLDS = 2500  # a chunk has 2048


def differences(left, right):
    """The first lines that differ."""
    pairs = zip(left.splitlines(), right.splitlines())
    return [pair for pair in pairs if pair[0] != pair[1]][:2] or f"{len(left)} and {len(right)} bytes"


def same(name, urls, *arguments):
    results = [berm(*arguments, "--store", url) for url in urls]
    check(f"{name}: there is something to compare",
          all(result.code == 0 for result in results) and len(results[0].out.splitlines()) > 1, results[1].text)
    check(name, results[0].out == results[1].out, differences(results[0].out, results[1].out))


if not postgres.is_postgres():
    print("skip the whole script: the two stores are compared where PostgreSQL is tested")
    sys.exit(0)

with folder() as here:
    urls = [f"sqlite:{here}/register.berm", postgres.store_url(here / "register.berm")]
    for url in urls:
        berm("init", "--store", url, "--pack", "rural-cn")
        result = berm("synth", "--store", url, "--households", HOUSEHOLDS, "--month", "2020-09")
        check(f"{url.partition(':')[0]}: a register is made", result.code == 0, result.text)
    same("households are the same", urls, "export", "households")
    same("persons are the same", urls, "export", "persons")
    same("flows are the same", urls, "export", "flows")
    for month in ("2020-08", "2020-09"):
        same(f"the run of {month} comes to the same", urls, "screen", "--month", month)
    same("findings are the same", urls, "export", "findings", "--undetermined")
    same("spells are the same", urls, "export", "spells", "--undetermined")
    same("a past month is the same question", urls, "screen", "--month", "2020-08")
    same("figures are the same", urls, "stats", "--month", "2020-09")
    same("the households at high risk are the same", urls, "households", "--filter", "risk=high")
finish()
