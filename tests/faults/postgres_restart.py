#!/usr/bin/env python3
"""PostgreSQL is stopped and started again while clients read and write through a server.

A client gets an answer, or 503 with Retry-After and then tries again with the same Idempotency-Key. What it was told to
be done must be there once afterwards, and the journal must hold. The database's server is stopped as its keeper stops it
(fast), as a power cut does (immediate), and killed. RESTARTS=30 takes longer than those of an ordinary run.
"""
import http.client
import json
import os
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import postgres  # noqa: E402
from scenario import berm, check, equal, finish, folder  # noqa: E402

RESTARTS = int(os.environ.get("RESTARTS", "6"))
HOUSEHOLDS = "code,area,roof,rooms\nA,X1,leaks,3\n"
PERSONS = "code,household,name,sex,birth_date,relation,at_school,from_date\nA-1,A,Anna Hill,female,1980-05-01,head,,2010-01-01\n"

try:
    database = postgres.Server()
except postgres.Missing as why:
    print(f"skip restarts of PostgreSQL: {why}")
    sys.exit(0)
os.environ["BERM_TEST_STORE"] = "postgres"
os.environ["BERM_TEST_POSTGRES"] = str(database.folder)
os.environ["BERM_FILES"] = str(database.folder)

from registers import make_register, wages  # noqa: E402
from server import make_account, make_token, served  # noqa: E402

FLOWS = "household,month,wage\n" + wages("A", 300)


class Client(threading.Thread):
    """One client, which asks until it is told to stop, and notes what is neither done nor 503 with Retry-After."""

    def __init__(self, server, token, name):
        super().__init__()
        self.port, self.token, self.name = server.port, token, name
        self.is_over = threading.Event()
        self.told, self.problems, self.waits, self.slowest = [], [], 0, 0

    def ask_once(self, method, path, body, headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        begun = time.monotonic()
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Retry-After"), answer.read()
        finally:
            self.slowest = max(self.slowest, time.monotonic() - begun)
            connection.close()

    def ask(self, method, path, body=None, key=None):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        while True:
            status, pause, text = self.ask_once(method, path, body, headers)
            if status != 503 or pause is None:
                break
            self.waits += 1
            time.sleep(0.05)
        if status not in (200, 201):
            self.problems.append(f"{method} {path}: {status} {text[:300]}")
        return status


class Writer(Client):
    def run(self):
        number = 0
        while not self.is_over.is_set():
            code = f"{self.name}-{number}"
            body = json.dumps({"code": code, "area": "X1"})
            if self.ask("POST", "/v1/households", body, key=code) == 201:
                self.told.append(code)
            number += 1


class Reader(Client):
    def run(self):
        while not self.is_over.is_set():
            self.told.append(self.ask("GET", "/v1/households/A"))
            self.told.append(self.ask("GET", "/v1/areas"))


def restart(number):
    """One of the ways in which a database goes away."""
    way = ("fast", "immediate", "kill")[number % 3]
    if way == "kill":
        database.kill()
    else:
        database.stop(way)
    time.sleep(0.2)
    database.start()
    return way


try:
    with folder() as here:
        key = here / "key"
        assert berm("key", "create", key).code == 0
        os.environ["BERM_KEY_FILE"] = str(key)
        store = make_register(here, HOUSEHOLDS, PERSONS, FLOWS)
        make_account(store, "clerk", ("township", "X1"))
        token = make_token(store, "clerk", "household_read", "household_write", "area_list")
        with served(store=store) as server:
            writers = [Writer(server, token, f"W{number}") for number in range(4)]
            readers = [Reader(server, token, f"R{number}") for number in range(2)]
            clients = writers + readers
            for client in clients:
                client.start()
            ways = []
            for number in range(RESTARTS):
                time.sleep(0.7)
                ways.append(restart(number))
            time.sleep(0.7)
            for client in clients:
                client.is_over.set()
            for client in clients:
                client.join()
            again = server.figure("berm_batches_again_total")
            database.stop()
            unready, _, _ = clients[0].ask_once("GET", "/readyz", None, {})
            away, _, refusal = clients[0].ask_once("GET", "/v1/areas", None, {"Authorization": f"Bearer {token}"})
            result = berm("findings", "--store", store)
            database.start()
            ready, _, _ = clients[0].ask_once("GET", "/readyz", None, {})
            ending = server.end()
        problems = [problem for client in clients for problem in client.problems]
        told = [code for writer in writers for code in writer.told]
        reads = sum(len(reader.told) for reader in readers)
        waits = sum(client.waits for client in clients)
        slowest = max(client.slowest for client in clients)
        print(f"# {len(ways)} restarts ({', '.join(ways)}); {len(told)} writes and {reads} reads told as done, {waits} times "
              f"503, slowest answer {slowest:.1f} s; {again} batches ran again")
        equal("nothing but success and 503 with Retry-After came back", problems[:3], [])
        check("the clients came through", len(told) > 4 * len(ways) and reads > 4 * len(ways), (len(told), reads))
        check("no answer took longer than a server is waited for, twice", slowest < 12, slowest)
        equal("a server whose database is away is not ready, and is again", (unready, ready), (503, 200))
        check("whoever asks meanwhile is not told where the database is", away == 503 and b"does not answer" in refusal
              and b"postgresql:" not in refusal and str(postgres.socket_folder()).encode() not in refusal, refusal)
        check("a command says that the database does not answer", result.code == 1 and "try again" in result.err,
              (result.code, result.err))
        equal("the server ends in order", ending, 0)
        there = [code for (code,) in postgres.ask(store, "SELECT code FROM household WHERE code LIKE 'W%'")]
        equal("no write that was told as done is lost", sorted(set(told) - set(there))[:5], [])
        equal("nothing was done twice", len(there), len(set(there)))
        entries = postgres.ask(store, "SELECT count(*), count(DISTINCT subject) FROM journal WHERE action = 'add_household'")
        equal("each is in the journal once", entries, [(len(there), len(there))])
        verified = berm("journal", "verify", "--store", store)
        check("the register verifies", verified.code == 0, verified.text)
finally:
    database.remove()
finish()
