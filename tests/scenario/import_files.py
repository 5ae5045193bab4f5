#!/usr/bin/env python3
"""Files from a department: good rows go in, bad rows come back, and nothing is done twice."""
import csv
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from postgres import ask, store_url  # noqa: E402
from registers import make_pack  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, write  # noqa: E402

LIMIT_KIB = 64 * 1024


def rows(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


with folder() as here:
    url = store_url(here / "county.berm")

    def load(kind, text, *options):
        return berm("import", kind, write(here / f"{kind}.csv", text), "--store", url, *options)

    equal("a register is made", berm("init", "--store", url, "--pack", make_pack(here / "pack")).code, 0)

    result = load("households", "code,area\nH1,T1\n")
    equal("households before areas are refused", result.code, 1)
    contains("and the remedy is told", result.err, "import the areas first")

    result = load("areas", "code,name,parent\nT1,东村,C\nC,县,\nT2,西村,C\nX,nowhere,Y\n")
    equal("a bad row gives exit code 3", result.code, 3)
    contains("with its line", result.out, "5")
    contains("its column", result.out, "parent")
    contains("and its reason", result.out, 'no area has the code "Y"')
    equal("the good rows are in", ask(url, "SELECT count(*) FROM area"), [(3,)])

    result = load("households", "code,aera,rooms\nH1,T1,2\n")
    equal("an unknown column gives exit code 1", result.code, 1)
    contains("and a suggestion", result.err, 'did you mean "area"?')

    # Dry run, rejects, correction, and the same again.
    text = "code,area,rooms,roof\nH1,T1,3,leaks\nH2,T9,2,leaks\nH3,T2,many,\nH1,T2,1,\n"
    result = load("households", text, "--dry-run")
    equal("a dry run tells the same", result.code, 3)
    equal("and keeps nothing", ask(url, "SELECT count(*) FROM household"), [(0,)])
    rejects = here / "rejects.csv"
    result = load("households", text, "--rejects", rejects)
    rejected = rows(rejects)
    equal("each bad row is in the rejects file",
          [(row["berm_line"], row["berm_column"]) for row in rejected],
          [("3", "area"), ("4", "rooms"), ("5", "code")])
    equal("as it was", [row["rooms"] for row in rejected], ["2", "many", "1"])
    corrected = rejects.read_text(encoding="utf-8").replace("T9", "T1").replace("many", "4")
    result = load("households", "".join(line + "\n" for line in corrected.splitlines()[:3]))
    equal("the corrected rejects file goes in as it is", result.code, 0)
    equal("all households are there", ask(url, "SELECT code FROM household ORDER BY code"),
          [("H1",), ("H2",), ("H3",)])

    before = ask(url, "SELECT count(*) FROM change")
    result = load("households", text)
    equal("the same file again is no change", ask(url, "SELECT count(*) FROM change"), before)
    equal("and no record of one", ask(url, "SELECT count(*) FROM change_row"), [(0,)])
    result = load("households", "code,area,rooms\nH1,T2,5\n")
    equal("a correction changes the household", result.code, 0)
    equal("and is recorded with before and after", ask(url, "SELECT fields FROM change_row"),
          [('{"area":["T1","T2"],"rooms":[3,5]}',)])

    # Encodings.
    result = load("persons", "code,household,name,sex\nP1,H1,李明,男\n".encode("gb18030"))
    equal("GB18030 is read", result.code, 0)
    contains("and told", result.err, "GB18030")
    equal("rightly", ask(url, "SELECT name, sex FROM person"), [("李明", "male")])
    result = load("persons", "code,household\nP1,H1\n".encode("utf-16"))
    equal("UTF-16 is refused", result.code, 1)
    contains("with the remedy", result.err, "UTF-8")

    # A foreign file with a map.
    mapping = write(here / "map.csv", "field,from,values\ncode,person,\nhousehold,H{hh},\n"
                    "sex,gender,1=male|2=female\nat_school,school,J=yes|N=no\n")
    result = load("persons", "person,hh,gender,school,other\nP2,2,2,J,x\nP3,9,1,N,x\n", "--map",
                  mapping)
    equal("a map reads a foreign file", ask(url, "SELECT sex FROM person WHERE code = 'P2'"),
          [("female",)])
    contains("and a bad row is told", result.out, 'no household has the code "H9"')

    # Broken files.
    result = load("areas", b"code,name\nA,one\nB,t\0wo\nC,\xc3\x28\nD,\"four\n")
    equal("broken bytes reject their rows only", (result.code, result.err.count("1 added")), (3, 1))
    long_line = here / "long.csv"
    with open(long_line, "wb") as file:
        file.write(b"code,name\nL1,one\nL2,")
        file.truncate(256 << 20)
        file.seek(0, 2)
        file.write(b"\nL3,three\n")
    result = berm("import", "areas", long_line, "--store", url)
    equal("a line of 256 MiB is one rejected row", (result.code, result.err.count("2 added")), (3, 1))
    check("and needs little memory", result.peak_kib < LIMIT_KIB, result.peak_kib)

    # Many rows in little memory, in no order.
    dice = random.Random(7)
    codes = [f"N{i}" for i in range(200000)]
    dice.shuffle(codes)
    result = load("households", "code,area,rooms\n" + "".join(
        f"{code},T{1 + len(code) % 2},{len(code)}\n" for code in codes))
    equal("200,000 households go in", (result.code, ask(url, "SELECT count(*) FROM household")),
          (0, [(200003,)]))
    check("within 64 MiB", result.peak_kib < LIMIT_KIB, result.peak_kib)
    contains("and the speed is told", result.err, "rows/s")
    result = load("flows", "household,month,wage\n" + "".join(
        f"{code},2020-0{1 + i % 9},{i % 5000}\n" for i, code in enumerate(codes)))
    equal("200,000 flows go in", (result.code, ask(url, "SELECT count(*) FROM monthly_flow")),
          (0, [(200000,)]))
    check("also within 64 MiB", result.peak_kib < LIMIT_KIB, result.peak_kib)

finish()
