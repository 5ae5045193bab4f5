#!/usr/bin/env python3
"""Each entitlement is paid once: by officers at the same time, by servers at the same time, by who is
killed at any moment and begins anew, and by who asks twice."""
import pathlib
import random
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from paying import ALLOWANCE, Paying, account_of, message_of, pain002, payments_of  # noqa: E402
from postgres import ask  # noqa: E402
from scenario import check, equal, finish, folder, program, write  # noqa: E402

HOUSEHOLDS, KILLS, AT_ONCE = 2000, 12, 6
SEED = int(sys.argv[1]) if len(sys.argv) > 1 else random.SystemRandom().randrange(10 ** 6)


def at_once(calls):
    """Run calls by threads that begin together; their results in order."""
    results, gate = [None] * len(calls), threading.Barrier(len(calls))

    def one(number, call):
        gate.wait()
        results[number] = call()

    threads = [threading.Thread(target=one, args=(n, call)) for n, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def paid_twice(register):
    return ask(register.url, "SELECT count(*) FROM (SELECT 1 FROM payment WHERE state NOT IN ('returned', 'cancelled')"
                             " GROUP BY household_id, entitlement_id HAVING count(*) > 1) AS x")[0][0]


def killed_until_done(register, chance, arguments, longest):
    """Run a command, killed after some moment of its way, again and again; then to its end. How often it died."""
    died = 0
    for _ in range(KILLS):
        process = subprocess.Popen([program(), *map(str, arguments), "--store", register.url],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env={"BERM_KEY_FILE": str(register.key), "PATH": "/usr/bin:/bin"})
        time.sleep(chance.uniform(0, longest))
        process.send_signal(signal.SIGKILL)
        died += process.wait() == -signal.SIGKILL
    return died, register.run(*arguments)


with folder() as here:
    print(f"# seed {SEED}")
    chance = random.Random(SEED)
    register = Paying(here, "".join(f"H{i},K{1 + i % 2}\n" for i in range(HOUSEHOLDS)),
                      "".join(f"P{i},H{i},N{i},head,{account_of(i)}\n" for i in range(HOUSEHOLDS)))
    register.entitle(ALLOWANCE, [(f"H{i}", None, 100 + i) for i in range(HOUSEHOLDS)])
    total = sum(100 + i for i in range(HOUSEHOLDS))
    assert register.name_payer().code == 0

    # Officers, each a process of their own as a server is, of areas that lie in each other.
    results = at_once([lambda n=n: register.prepare(f"N{n}", area=("K", "K1", "K2")[n % 3]) for n in range(AT_ONCE)])
    made = [result for result in results if result.code == 0]
    check("several at once make batches", made, results[0].text)
    check("whoever is late is told that nothing is left",
          all("nothing is to be paid" in result.err for result in results if result.code != 0),
          [result.text for result in results])
    equal("each entitlement is in one of them", ask(register.url, "SELECT count(*), sum(amount_minor) FROM payment"),
          [(HOUSEHOLDS, total)])
    equal("and in no other", paid_twice(register), 0)
    for code, in ask(register.url, "SELECT code FROM payment_batch"):
        register.must("payment", "cancel", code, "--reason", "one batch of all", user="maker")

    # The same order, sent again because nobody heard the answer.
    results = at_once([lambda: register.prepare("ALL") for _ in range(AT_ONCE)])
    equal("the same order makes one batch", ([result.code for result in results],
                                             sum("made before" in result.err for result in results)),
          ([0] * AT_ONCE, AT_ONCE - 1))
    results = at_once([lambda: register.run("payment", "sign", "ALL", user="first") for _ in range(AT_ONCE)])
    equal("one person at once gives one signature", sum(result.code == 0 for result in results), 1)
    register.sign("ALL", "second")

    # Sent by several at once: one message.
    files = [here / f"{n}.xml" for n in range(AT_ONCE)]
    results = at_once([lambda path=path: register.send("ALL", path) for path in files])
    equal("all have the file", [result.code for result in results], [0] * AT_ONCE)
    equal("with the same bytes", len({path.read_bytes() for path in files}), 1)
    equal("which was sent once", ask(register.url, "SELECT count(*) FROM journal WHERE action = 'send_payments'"),
          [(1,)])
    ids = [line[0] for line in payments_of(files[0])[0]]
    message = message_of(files[0])
    equal("each payment stands in it once", (len(ids), len(set(ids))), (HOUSEHOLDS, HOUSEHOLDS))

    # The answer is taken by several at once.
    part = ids[:300]
    answer = write(here / "answer.xml", pain002(message, [(i, "ACSC", "", "") for i in part]))
    results = at_once([lambda: register.run("payment", "receive", answer, user="cashier") for _ in range(3)])
    equal("an answer that is taken at once by three counts once",
          sorted("300 paid" in result.err for result in results), [False, False, True])

    # Killed at any moment, and done again.
    answer = write(here / "rest.xml", pain002(message, [(i, "ACSC" if n % 10 else "RJCT", "" if n % 10 else "AC04", "")
                                                       for n, i in enumerate(ids[300:])]))
    died, result = killed_until_done(register, chance, ("payment", "receive", answer), 0.15)
    check("it was killed on its way", died > 0, died)
    check("and in the end taken", result.code == 0, result.text)
    returned = len(ids[300::10])
    equal("each payment has one end", ask(register.url, "SELECT state, count(*) FROM payment WHERE batch_id ="
                                                        " (SELECT batch_id FROM payment_batch WHERE code = 'ALL')"
                                                        " GROUP BY state ORDER BY state"),
          [("paid", HOUSEHOLDS - returned), ("returned", returned)])
    equal("what was paid is known of each household once",
          ask(register.url, "SELECT count(*), sum(e.amount_minor) FROM flow_entry AS e JOIN flow_source AS s ON"
                            " s.flow_source_id = e.flow_source_id WHERE s.code = 'berm'"),
          ask(register.url, "SELECT count(*), sum(amount_minor) FROM payment WHERE state = 'paid'"))

    died, result = killed_until_done(register, chance, ("payment", "prepare", ALLOWANCE, "--area", "K", "--month",
                                                        "2020-09", "--code", "AGAIN", "--as", "maker"), 0.08)
    check("making a batch was killed", died > 0, died)
    equal("and there is one of what came back", ask(register.url, "SELECT line_count FROM payment_batch WHERE code ="
                                                                  " 'AGAIN'"), [(returned,)])
    equal("nothing is in two", paid_twice(register), 0)
    register.sign("AGAIN")
    path = here / "again.xml"
    died, result = killed_until_done(register, chance, ("payment", "send", "AGAIN", "--output", path, "--as", "cashier"),
                                     0.08)
    check("sending was killed", died > 0, died)
    equal("and done once", ask(register.url, "SELECT count(*) FROM journal WHERE action = 'send_payments'"), [(2,)])
    equal("with a whole file", len(payments_of(path)[0]), returned)
    check("of which no part lies about under its name", path.read_bytes().endswith(b"</Document>\n"))
    equal("each entitlement has one payment that lives",
          ask(register.url, "SELECT count(*), count(DISTINCT entitlement_id) FROM payment WHERE state NOT IN"
                            " ('returned', 'cancelled')"), [(HOUSEHOLDS, HOUSEHOLDS)])
    equal("the journal is whole", register.run("journal", "verify").code, 0)
    equal("the register is sound", register.run("doctor").code, 0)
finish()
