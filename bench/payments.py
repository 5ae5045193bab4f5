#!/usr/bin/env python3
"""Payments of a large batch: time and memory of each step, on made-up lines.

  bench/payments.py [LINES]

Makes a register in SQLite with LINES (default: 1,000,000) approved entitlements of 1,000 households,
and pays them: prepare, two signatures, send as pain.001, the bank's answer. Entitlements are put
there beside the program, because how they come is measured elsewhere. Prints seconds, payments a
second and the largest resident memory of each command; the last column is the bound.
"""
import os
import pathlib
import sqlite3
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "lib"))
from paying import ALLOWANCE, Paying, account_of  # noqa: E402
from scenario import folder, program  # noqa: E402

LIMIT_KIB = 64 << 10
LINES = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
SEALED = 1000  # accounts that the program sealed; a sealed one opens for its person only


def run(register, name, *arguments, user=None, out=None):
    """Run a command and print its figures; memory is never told under that of this script."""
    words = [program(), *map(str, arguments), "--store", register.url]
    words += ["--as", user] if user else []
    begin = time.monotonic()
    process = subprocess.Popen(words, stdout=open(out or os.devnull, "wb"),
                               env={"BERM_KEY_FILE": str(register.key), "PATH": "/usr/bin:/bin"})
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - begin
    print(f"{name:<10} {seconds:8.1f} s {LINES / seconds:12,.0f} /s {usage.ru_maxrss / 1024:8.1f} MiB "
          f"{'within' if usage.ru_maxrss <= LIMIT_KIB else 'OVER'} {LIMIT_KIB >> 10} MiB", flush=True)
    if status != 0:
        sys.exit(f"{name} failed")


def answer(path, message, ids):
    with open(path, "w", encoding="utf-8") as file:
        file.write('<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10">'
                   "<CstmrPmtStsRpt><GrpHdr><MsgId>B</MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>"
                   f"{message}</OrgnlMsgId></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts>\n")
        for identification in ids:
            file.write(f"<TxInfAndSts><OrgnlEndToEndId>{identification}</OrgnlEndToEndId><TxSts>ACSC</TxSts>"
                       "</TxInfAndSts>\n")
        file.write("</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>\n")


def main():
    with folder() as here:
        register = Paying(here, "".join(f"S{i},K1\n" for i in range(SEALED)),
                          "".join(f"S{i}P,S{i},Sealed,head,{account_of(i)}\n" for i in range(SEALED)))
        assert register.name_payer().code == 0
        fill(register)
        run(register, "prepare", "payment", "prepare", ALLOWANCE, "--area", "K", "--month", "2020-09", "--code", "B",
            "--on", "2020-10-08", user="maker")
        register.sign("B")
        run(register, "send", "payment", "send", "B", "--output", here / "b.xml", user="cashier")
        run(register, "again", "payment", "send", "B", "--output", here / "again.xml", user="cashier")
        assert (here / "b.xml").stat().st_size == (here / "again.xml").stat().st_size
        print(f"           {(here / 'b.xml').stat().st_size / 2 ** 20:8.1f} MiB of pain.001")
        database = sqlite3.connect(register.url.removeprefix("sqlite:"))
        head = (here / "b.xml").open(encoding="utf-8").read(4096)
        message = head.partition("<MsgId>")[2].partition("<")[0]
        answer(here / "answer.xml", message, (row[0] for row in database.execute(
            "SELECT end_to_end_id FROM payment ORDER BY line_number")))
        database.close()
        run(register, "receive", "payment", "receive", here / "answer.xml", user="cashier")


def fill(register):
    """The same heads get many entitlements each, which the claims of a real register would not allow."""
    database = sqlite3.connect(register.url.removeprefix("sqlite:"))
    for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        database.execute(f"DROP TRIGGER {name}")
    people = database.execute("SELECT m.household_id, m.person_id FROM membership AS m ORDER BY 1").fetchall()
    database.executemany(
        "INSERT INTO entitlement (household_id, entitlement_id, programme, person_id, period, amount_minor, state,"
        " risk_level, missing, proposed_at, proposed_by, reason, change_id)"
        f" VALUES (?, ?, '{ALLOWANCE}', ?, 202009, ?, 'approved', 'high', '', '2020-09-01T00:00:00.000Z', 'x', '', 1)",
        ((people[i % SEALED][0], i + 1, people[i % SEALED][1], 1000 + i % 5000) for i in range(LINES)))
    database.commit()
    database.execute("ANALYZE")
    database.commit()
    database.close()


main()
