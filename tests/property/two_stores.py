#!/usr/bin/env python3
"""Two registers, one in SQLite and one in PostgreSQL, are told the same, and answer the same.

A seed makes a sequence of steps: imports with mistakes, facts by hand, warnings, months, users,
versions of the rules, jobs, searches page by page, repeated and refused requests. Each step goes to
both, by the command line or by one server for each; the answers are compared after each step, and
all that can be read at the end. What may differ is taken out: instants, random hashes, the places
of the registers; numbers that a store gives out are compared by the order in which they appear.

BERM_SEED=N runs one seed; BERM_PROPERTY_SECONDS=S goes on with new seeds for that long (default 30);
BERM_PROPERTY_STEPS=N ends each sequence there. BERM_PROPERTY_VERBOSE=1 shows steps and answers.
"""
import json
import os
import pathlib
import random
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from postgres import Missing, database_url  # noqa: E402
from registers import make_pack  # noqa: E402
from scenario import berm, check, finish, folder, skip  # noqa: E402
from server import Client, Server, make_account, make_token  # noqa: E402
import steps  # noqa: E402

SECONDS = float(os.environ.get("BERM_PROPERTY_SECONDS", "30"))
STEPS = int(os.environ.get("BERM_PROPERTY_STEPS", "60"))
STEPS_LEAST = 15
VERBOSE = "BERM_PROPERTY_VERBOSE" in os.environ
# Numbers that a store gives out, by what they number.
NUMBERED = {"version": "change", "current_version": "change", "change": "change", "warning": "warning",
            "run": "run", "id": "id", "job": "job", "number": "number", "token": "token", "next": "next",
            "entry": "entry", "place": "place"}
BLURRED = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?"), "INSTANT"),
    (re.compile(r"in [\d.]+ s \([\d.]+(?: \w+)?/s"), "in SOME s (SOME/s"),
    (re.compile(r"\([\d.]+/s\)|in [\d.]+ s"), "SOME"),
    (re.compile(r"at version \d+ now, not \d+"), "at a version now, not another"),
    (re.compile(r"\b[0-9a-f]{16,}\b|(?<=new key )[0-9a-f]+"), "HASH"),
]


class Side:
    """One of the two registers, with its server, and what has been heard of it."""

    def __init__(self, name, url, here, key):
        self.name, self.url, self.here = name, url, here
        self.env = {"BERM_KEY_FILE": str(key), "LC_ALL": "C.UTF-8"}
        self.server = None
        self.clients, self.tokens, self.seen = {}, {}, {}

    def call(self, *arguments, stdin=None):
        return berm(*arguments, "--store", self.url, env=self.env, stdin=stdin)

    def serve(self):
        self.server = Server(store=self.url, env=self.env)
        for account, scopes in steps.ACCOUNTS.items():
            if account not in self.tokens:
                self.tokens[account] = make_token(self.url, account, *scopes)
            self.clients[account] = Client(self.server, self.tokens[account])

    def end(self):
        if self.server:
            self.server.end()
        self.server = None

    def ask(self, account, method, path, body=None, headers=None, **more):
        return self.clients[account].ask(method, path, body, headers=headers, **more)

    def ordinal(self, kind, number):
        known = self.seen.setdefault(kind, {})
        return f"{kind} {known.setdefault(number, len(known) + 1)}"

    def blur_text(self, text):
        for place, word in ((self.url, "STORE"), (self.env["BERM_KEY_FILE"], "KEY"), (str(self.here), "HERE")):
            text = text.replace(place, word)
        for pattern, word in BLURRED:
            text = pattern.sub(word, text)
        return text

    def blur(self, value, key=None):
        if isinstance(value, dict):
            return {name: "A CURSOR" if name == "next" and isinstance(part, str) else self.blur(part, name)
                    for name, part in value.items()}
        if isinstance(value, list):
            return [self.blur(part, key) for part in value]
        if key in NUMBERED and isinstance(value, int) and not isinstance(value, bool):
            return self.ordinal(NUMBERED[key], value)
        return self.blur_text(value) if isinstance(value, str) else value

    def heard(self, answer):
        """What came back, without what may differ. answer: of the command line, or of the API."""
        if hasattr(answer, "code"):
            return [answer.code, self.heard_lines(answer.out), self.blur_text(answer.err)]
        kind = (answer.headers.get("Content-Type") or "").partition(";")[0]
        body = self.blur(answer.json) if answer.json is not None else self.heard_lines(answer.text)
        return [answer.status, kind, "ETag" in answer.headers, body]

    def heard_lines(self, text):
        try:
            return self.blur(json.loads(text))
        except ValueError:
            pass
        try:
            return [self.blur(json.loads(line)) for line in text.splitlines()]
        except ValueError:
            return self.blur_text(text)


def difference(first, second, place=""):
    """Where two values part, in words; None where they are the same."""
    if isinstance(first, dict) and isinstance(second, dict):
        for name in [*first, *(name for name in second if name not in first)]:
            found = difference(first.get(name, "NOTHING"), second.get(name, "NOTHING"), f"{place}.{name}")
            if found:
                return found
        return None if list(first) == list(second) else f"{place}: members in another order"
    if isinstance(first, list) and isinstance(second, list):
        for number, pair in enumerate(zip(first, second)):
            found = difference(*pair, f"{place}[{number}]")
            if found:
                return found
        return None if len(first) == len(second) else f"{place}: {len(first)} and {len(second)} rows"
    if first == second and type(first) is type(second):
        return None
    if isinstance(first, str) and isinstance(second, str):
        at = next((i for i, pair in enumerate(zip(first, second)) if pair[0] != pair[1]), min(len(first), len(second)))
        first, second = first[max(0, at - 80):at + 160], second[max(0, at - 80):at + 160]
    return f"{place}: SQLite {first!r}, PostgreSQL {second!r}"


def compare(sides, name, step):
    """Run a step on both; what differs, or None."""
    answers = [side.heard(step(side)) for side in sides]
    if VERBOSE:
        for answer in answers[:1] if answers[0] == answers[1] else answers:
            print("#", name, json.dumps(answer, ensure_ascii=False)[:300 if answers[0] == answers[1] else None], flush=True)
    return difference(*answers)


def run_sequence(seed, here, until):
    """A sequence of one seed, at most until then; (steps done, what differs or None)."""
    dice = random.Random(seed)
    world = steps.World(dice, here)
    pack = make_pack(here / "pack", **steps.PACK)
    sides = []
    try:
        for name, url in (("SQLite", f"sqlite:{here}/sqlite.berm"), ("PostgreSQL", database_url(here / "postgres"))):
            key = here / f"{name}.key"
            berm("key", "create", key)
            side = Side(name, url, here, key)
            sides.append(side)
            assert side.call("init", "--pack", pack).code == 0
            result = side.call("import", "areas", world.file("areas.csv", steps.AREAS))
            assert result.code == 0, result.text
            for account, grants in steps.GRANTS.items():
                make_account(url, account, *grants)
            side.serve()
        number = 0
        while number < STEPS and (number < STEPS_LEAST or time.monotonic() < until):
            name, step = world.next_step()
            found = compare(sides, name, step)
            number += 1
            if found:
                return number, f"step {number}, {name}{found}"
        for name, step in world.everything():
            found = compare(sides, name, step)
            if found:
                return number, f"at the end, {name}{found}"
        return number, None
    finally:
        for side in sides:
            side.end()


def main():
    is_again = bool(os.environ.get("BERM_SEED"))  # to its end, however long that takes
    until = float("inf") if is_again else time.monotonic() + SECONDS
    seed = int(os.environ.get("BERM_SEED") or (time.time_ns() % 1000000000))
    sequences = done = failed = 0
    while sequences == 0 or (time.monotonic() < until and not is_again):
        with folder() as here:
            try:
                count, found = run_sequence(seed, here, until)
            except Missing as why:
                skip("both stores", why)
                return
        sequences += 1
        done += count
        if found:
            failed += 1
            check(f"both stores answer the same to seed {seed}", False, found)
        seed += 1
    if failed == 0:
        check(f"{sequences} sequences, {done} steps, the last of seed {seed - 1}: both stores answer the same", True)


main()
finish()
