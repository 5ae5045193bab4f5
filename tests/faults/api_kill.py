#!/usr/bin/env python3
"""kill -9 at random moments while four clients write through the API.

Whatever a client was told to be done must be there afterwards; the journal must hold; the register must open. KILLS=200
takes longer than the ten kills of an ordinary run. A client notes what it was told before it asks for the next thing, so
that at the moment of the kill nothing but its last request is in doubt.
"""
import contextlib
import http.client
import json
import os
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from postgres import ask, fault_within  # noqa: E402
from registers import make_register, wages  # noqa: E402
from scenario import berm, check, equal, finish, folder  # noqa: E402
from server import Server, make_account, make_token  # noqa: E402

KILLS = int(os.environ.get("KILLS", "10"))
WRITERS = 4
HOUSEHOLDS = "code,area,roof,rooms\nA,X1,leaks,3\n"
PERSONS = "code,household,name,sex,birth_date,relation,at_school,from_date\nA-1,A,Anna Hill,female,1980-05-01,head,,2010-01-01\n"
FLOWS = "household,month,wage\n" + wages("A", 300)


class Writer(threading.Thread):
    """Makes tokens, each with a label of its own, until the server is gone."""

    def __init__(self, port, token, name):
        super().__init__()
        self.port, self.token, self.name = port, token, name
        self.told, self.problems = [], []

    def run(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            for number in range(1000000):
                label = f"{self.name}-{number}"
                body = json.dumps({"account": "keeper", "label": label, "scopes": ["area_list"], "days": 9})
                connection.request("POST", "/v1/tokens", body, {
                    "Authorization": f"Bearer {self.token}", "Content-Type": "application/json",
                    "Idempotency-Key": label})
                answer = connection.getresponse()
                text = answer.read()  # whole, or it was not told
                if answer.status != 201:
                    self.problems.append(f"{answer.status} {text[:200]}")
                    break
                self.told.append(label)


def labels_in(store):
    return [label for (label,) in ask(store, "SELECT label FROM api_token")]


with folder() as here:
    seed = int(os.environ.get("BERM_SEED", time.time()))
    print(f"# seed {seed}")
    dice = random.Random(seed)
    key = here / "key"
    assert berm("key", "create", key).code == 0
    os.environ["BERM_KEY_FILE"] = str(key)
    store = make_register(here, HOUSEHOLDS, PERSONS, FLOWS)
    make_account(store, "keeper", ("administrator", None))
    token = make_token(store, "keeper", "account_manage", "area_list")
    told, problems, broken, lost = [], [], [], []
    for kill in range(KILLS):
        server = Server(store=store)
        writers = [Writer(server.port, token, f"{kill}-{number}") for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(0.05 + dice.random() * 0.5)
        server.process.kill()
        server.process.wait()
        server.process.stderr.close()
        for writer in writers:
            writer.join()
            told += writer.told
            problems += writer.problems
        verified = berm("journal", "verify", "--store", store)
        if verified.code != 0:
            broken.append(verified.text)
        there = set(labels_in(store))
        lost += [label for label in told if label not in there]
    check(f"{KILLS} kills under load, {len(told)} writes told as done, none refused",
          not problems and len(told) > KILLS, problems[:3])
    equal("no write that was told as done is lost", lost[:5], [])
    equal("the journal verifies after each", broken[:1], [])
    labels = labels_in(store)
    equal("nothing was done twice", len(labels), len(set(labels)))
    doubtful = len(labels) - 1 - len(told)
    check("only each client's last request was in doubt", 0 <= doubtful <= KILLS * WRITERS, doubtful)
    equal("the register is whole", fault_within(store), "ok")
    result = berm("doctor", "--store", store)
    equal("the doctor finds nothing", result.code, 0)
finish()
