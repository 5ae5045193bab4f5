#!/usr/bin/env python3
"""The service under load, beside a peer, on one register and in one run: what `make bench-api` does.

  HOUSEHOLDS=N      how many households the register has (default 1,000,000); BENCH_STORE=PATH takes one that is there,
                    with its key in BENCH_KEY=FILE
  RATE, SECONDS     of the open loop (default 2,000 a second for 60 s)
  BENCH_FOLDER      where everything is made (default: a folder beside the build, kept for the next run)

The generator asks over loopback from the same machine: on two processors it competes with the server. It runs at a
higher priority where that is allowed (nice -10), so that what it measures is the server and not its own lateness, which
is printed too. Processor time a request is measured in closed loops of one route each, from the server's own clock
(user and system), so that it does not depend on who else is busy. The peer runs in one process, as such services do.
"""
import contextlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / os.environ.get("BUILD", "build")
HOUSEHOLDS = int(os.environ.get("HOUSEHOLDS", "1000000"))
RATE = int(os.environ.get("RATE", "2000"))
SECONDS = int(os.environ.get("SECONDS", "60"))
FOLDER = pathlib.Path(os.environ.get("BENCH_FOLDER", BUILD / "bench-api"))
RAISED = ["nice", "-n", "-10"] if os.geteuid() == 0 else []
CLOSED_SECONDS = 5
SAMPLES = 4000

# kind, weight in the mix, wanted p99 in ms, wanted share of the peer's processor time
KINDS = [
    ("household", 80, 5, 0.5),
    ("page", 8, 10, 0.25),
    ("search", 7, 20, None),
    ("write", 5, 20, None),
]
SCOPES = "household_read,household_write,finding_list,area_list,account_manage,fields_internal,fields_personal"
PASSWORD = "water over the weir"


def say(*words):
    print(*words, flush=True)


def berm(*arguments, **options):
    result = subprocess.run([str(BUILD / "berm"), *map(str, arguments)], capture_output=True, text=True, **options)
    if result.returncode not in (0, 3):
        sys.exit(f"berm {arguments[0]}: {result.stderr}")
    return result.stdout


# ---- The register ----

def make_register(path, key):
    """A made-up register with a published month, unless it is there already."""
    url = f"sqlite:{path}"
    if not key.exists():
        berm("key", "create", key)
    if path.exists():
        say("#", berm("migrate", "--store", url).strip())
        return url
    say(f"# making a register of {HOUSEHOLDS} households, which takes a while")
    berm("init", "--store", url, "--key", key, "--pack", "rural-cn")
    berm("synth", "--store", url, "--key", key, "--households", HOUSEHOLDS)
    berm("screen", "--store", url, "--key", key, "--month", "2020-09")
    return url


def make_token(path, url):
    with contextlib.closing(sqlite3.connect(path)) as database:
        is_known = database.execute("SELECT 1 FROM account WHERE name = 'bench'").fetchone()
    if not is_known:
        berm("user", "add", "bench", "--store", url, input=PASSWORD + "\n")
        for role in ("county", "administrator"):
            berm("user", "grant", "bench", role, "--everywhere", "--store", url)
    return berm("token", "create", "bench", "--store", url, "--label", "bench", "--scopes", SCOPES).strip()


def remove_peer(path):
    for suffix in ("", "-wal", "-shm"):
        pathlib.Path(f"{path}{suffix}").unlink(missing_ok=True)


# ---- What is asked ----

def write_plan(path, plan, operations):
    """Requests of each kind that this berm serves; returns the kinds. Samples are the same in each run."""
    dice = random.Random(1)
    kinds = []
    with contextlib.closing(sqlite3.connect(path)) as database, open(plan, "w", encoding="utf-8") as file:
        largest = database.execute("SELECT max(household_id) FROM household").fetchone()[0]

        def some_codes(count):
            for _ in range(count):
                row = database.execute("SELECT code FROM household WHERE household_id >= ?",
                                       (dice.randint(1, largest),)).fetchone()
                yield row[0]

        def add(kind, method, path, status, shortest, words, body=""):
            weight = next(row[1] for row in KINDS if row[0] == kind)
            file.write("\t".join(map(str, (kind, weight, method, path, status, shortest, words, body))) + "\n")
            kinds.append(kind)

        for code in some_codes(SAMPLES):
            add("household", "GET", f"/v1/households/{code}", 200, 1000, f'"code":"{code}"')
        if ("GET", "/v1/households") in operations:
            for (code,) in database.execute("SELECT code FROM area WHERE level >= 3 ORDER BY code LIMIT 500").fetchall():
                add("page", "GET", f"/v1/households?limit=50&area={code}", 200, 1000, '"items":[')
            names = database.execute("SELECT DISTINCT substr(name, 1, 2) FROM person WHERE length(name) >= 2 LIMIT 500")
            for (name,) in names.fetchall():
                add("search", "GET", f"/v1/households?search={urllib.parse.quote(name)}", 200, 10, '"items":[')
        if ("PATCH", "/v1/households/{code}") in operations:
            for code in some_codes(SAMPLES):
                add("write", "PATCH", f"/v1/households/{code}", 200, 2, "",
                    json.dumps({"values": {"housing_area": dice.randint(40, 160)}}))
        elif ("POST", "/v1/tokens") in operations:
            add("write", "POST", "/v1/tokens", 201, 10, "token",
                json.dumps({"account": "bench", "label": "load {n}", "scopes": ["area_list"]}))
    return [row for row in KINDS if row[0] in kinds]


# ---- The two services ----

class Service:
    """One of the two, while it runs."""

    def __init__(self, name, command, cwd=None):
        self.name = name
        self.process = subprocess.Popen([*map(str, RAISED), *map(str, command)], cwd=cwd, stderr=subprocess.PIPE,
                                        text=True)
        line = self.process.stderr.readline()
        found = re.search(r"Serving on http://127.0.0.1:(\d+)", line)
        if not found:
            sys.exit(f"{name} does not start: {line}{self.process.stderr.read()}")
        self.port = int(found.group(1))
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def memory(self):
        """MiB: the most ever resident, and what is resident now of its own and of files."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return [int(re.search(rf"{word}:\s+(\d+)", status).group(1)) / 1024 for word in ("VmHWM", "RssAnon", "RssFile")]

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def load(service, plan, token, *options):
    """Rows by kind, and the generator's remarks."""
    result = subprocess.run(
        [*map(str, RAISED), str(BUILD / "api_load"), "--port", str(service.port), "--plan", str(plan), "--pid",
         str(service.process.pid), "--header", f"Authorization: Bearer {token}",
         "--body-header", "Content-Type: application/json", "--body-header", "Idempotency-Key: load-{n}",
         "--body-header", "If-Match: *", *map(str, options)], capture_output=True, text=True)
    if not result.stdout:
        sys.exit(result.stderr)
    for line in result.stderr.splitlines()[:5]:
        say(line[:200])
    rows, remarks = {}, []
    for line in result.stdout.splitlines():
        if line.startswith("#"):
            remarks.append(line)
        else:
            kind, *numbers = line.split("\t")
            rows[kind] = [float(number) for number in numbers]
    return rows, remarks


def sync_row(where):
    out = subprocess.run([str(BUILD / "api_load"), "--sync", str(where)], capture_output=True, text=True).stdout
    return [float(number) for number in out.split("\t")[1:]]


def cpu_by_kind(service, plan, token, kinds):
    """Microseconds of processor time a request, each kind alone in a closed loop."""
    times = {}
    for kind, *_ in kinds:
        rows, remarks = load(service, plan, token, "--closed", "--connections", 8, "--seconds", CLOSED_SECONDS,
                             "--kind", kind)
        if rows["all"][1] > 0:
            say(f"# {service.name}, {kind}: {rows['all'][1]:.0f} of {rows['all'][0]:.0f} answers were wrong")
        times[kind] = float(re.search(r"server time ([\d.]+)", "\n".join(remarks)).group(1))
    return times


def verdict(wanted, measured):
    return "" if wanted is None else "reached" if measured <= wanted else "NOT REACHED"


def report(kinds, rows, remarks, syncs, memory, ours, peers, peer_memory):
    say(f"\nOpen loop, {RATE} requests a second for {SECONDS} s over 64 connections; ms from the scheduled moment")
    say(f"{'':12}{'answers':>9}{'errors':>8}{'p50':>8}{'p99':>8}{'p99.9':>8}{'longest':>9}{'wanted p99':>12}")
    is_good = rows["all"][1] == 0
    for name, wanted in [(kind, p99) for kind, _, p99, _ in kinds] + [("all", None)]:
        count, errors, p50, p99, p999, longest = rows[name]
        say(f"{name:12}{count:9.0f}{errors:8.0f}{p50/1e3:8.2f}{p99/1e3:8.2f}{p999/1e3:8.2f}{longest/1e3:9.2f}"
            f"{wanted or '':>12}  {verdict(wanted, p99 / 1e3)}")
        is_good = is_good and (wanted is None or p99 / 1e3 <= wanted)
    for when, (_, _, p50, p99, _, longest) in syncs:
        say(f"bare fsync of 8 KiB on the register's disk, {when}: p50 {p50/1e3:.2f} ms, p99 {p99/1e3:.2f}, longest {longest/1e3:.2f}")
    for remark in remarks:
        say(remark)
    say(f"memory, MiB: most ever {memory[0]:.0f} (wanted: 64), now {memory[1]:.0f} of its own and {memory[2]:.0f} of "
        f"files; the peer {peer_memory[0]:.0f}, {peer_memory[1]:.0f} and {peer_memory[2]:.0f}")
    is_good = is_good and memory[0] <= 64
    say(f"\nProcessor time a request, us, closed loop of each kind alone\n{'':12}{'berm':>8}{'peer':>8}{'share':>8}{'wanted':>8}")
    for kind, _, _, wanted in kinds:
        share = ours[kind] / peers[kind]
        say(f"{kind:12}{ours[kind]:8.0f}{peers[kind]:8.0f}{share:8.2f}{wanted or '':>8}  {verdict(wanted, share)}")
        is_good = is_good and (wanted is None or share <= wanted)
    return is_good


def main():
    folder = FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    key = pathlib.Path(os.environ.get("BENCH_KEY") or folder / "key")
    path = pathlib.Path(os.environ.get("BENCH_STORE") or folder / f"register-{HOUSEHOLDS}.berm")
    url = make_register(path, key)
    token = make_token(path, url)
    peer_path = folder / "peer.sqlite"
    remove_peer(peer_path)
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # so that the file alone is the register
    shutil.copyfile(path, peer_path)
    os.sync()  # the disk shall not be busy with the copy while the writes are measured
    peer_home = folder / "peer"
    shutil.copytree(HERE / "peer", peer_home, dirs_exist_ok=True)
    if not (peer_home / "node_modules").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=peer_home, check=True)

    berm_service = Service("berm", [BUILD / "berm", "serve", "--store", url, "--key", key, "--listen", "127.0.0.1:0"])
    with urllib.request.urlopen(f"http://127.0.0.1:{berm_service.port}/v1/openapi.json") as answer:
        paths = json.load(answer)["paths"]
    operations = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    plan = folder / "plan"
    kinds = write_plan(path, plan, operations)
    for kind, *_ in KINDS:
        if kind not in [row[0] for row in kinds]:
            say(f"# {kind}: this berm serves no such route")
    load(berm_service, plan, token, "--rate", RATE // 2, "--seconds", 5)
    syncs = [("before", sync_row(path.parent))]
    rows, remarks = load(berm_service, plan, token, "--rate", RATE, "--seconds", SECONDS)
    syncs.append(("after", sync_row(path.parent)))
    memory = berm_service.memory()
    ours = cpu_by_kind(berm_service, plan, token, kinds)
    berm_service.end()

    peer = Service("peer", ["node", "server.js", peer_path, 0], cwd=peer_home)
    peer_plan = folder / "peer-plan"
    write_plan(peer_path, peer_plan, operations | {("PATCH", "/v1/households/{code}")})
    load(peer, peer_plan, token, "--closed", "--seconds", 2)
    peers = cpu_by_kind(peer, peer_plan, token, kinds)
    peer_memory = peer.memory()
    peer.end()
    remove_peer(peer_path)
    sys.exit(0 if report(kinds, rows, remarks, syncs, memory, ours, peers, peer_memory) else 1)


main()
