#!/usr/bin/env python3
"""The service under load, on SQLite and on PostgreSQL and beside a peer, in one run: what `make bench-api` does.

  HOUSEHOLDS=N      how many households the register has (default 1,000,000); BENCH_STORE=PATH takes one of SQLite that
                    is there, with its key in BENCH_KEY=FILE
  STORES=A,B        of sqlite and postgresql (default: both)
  RATE, SECONDS     of the open loop (default 2,000 a second for 60 s), and CONNECTIONS (64)
  ROUNDS=N          how often each store has its turn (default 3); the figures are the rounds' medians
  PEER=0            without the peer
  RESTART=1         and once more, with PostgreSQL restarted in the middle
  BENCH_FOLDER      where everything is made (default: a folder beside the build, kept for the next run)

The generator asks over loopback from the same machine: on two processors it competes with the server and its database.
It runs at a higher priority where that is allowed (nice -10), so that what it measures is the server and not its own
lateness, which is printed too. The stores take turns, so that what else the machine does meets both. Processor time a
request is measured in closed loops of one route each, from the processes' own clocks (user and system), so that it does
not depend on who else is busy. The peer runs in one process, as such services do.
"""
import contextlib
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import registers  # noqa: E402
from asked import KINDS, write_plan  # noqa: E402
from registers import BUILD, HERE, say  # noqa: E402
from restart import load_with_restart, report_restart  # noqa: E402
from service import Service, sync_row  # noqa: E402

HOUSEHOLDS = int(os.environ.get("HOUSEHOLDS", "1000000"))
STORES = os.environ.get("STORES", "sqlite,postgresql").split(",")
RATE = int(os.environ.get("RATE", "2000"))
SECONDS = int(os.environ.get("SECONDS", "60"))
CONNECTIONS = int(os.environ.get("CONNECTIONS", "64"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
PEER = os.environ.get("PEER", "1") == "1"
RESTART = os.environ.get("RESTART", "0") == "1"
FOLDER = pathlib.Path(os.environ.get("BENCH_FOLDER", BUILD / "bench-api"))
MEMORY_MIB_WANTED = 64
RATIO_WANTED = 2  # of PostgreSQL's p99 to SQLite's


def verdict(wanted, measured):
    return "" if wanted is None else "reached" if measured <= wanted else "NOT REACHED"


# ---- One store ----

def serve(register, token, key):
    return Service(f"berm on {register.name}", [BUILD / "berm", "serve", "--store", register.url, "--key", key,
                                                "--listen", "127.0.0.1:0"], token, register.database_pids)


def medians(rounds):
    """Of each figure; errors are added up."""
    kinds = rounds[0].keys()
    return {kind: [sum(row[kind][at] for row in rounds) if at < 2 else statistics.median(row[kind][at] for row in rounds)
                   for at in range(6)] for kind in kinds}


def measure(served, plan):
    """Each store's rows of the open loop, with what the generator and the disk say."""
    rounds, remarks = {register.name: [] for register, _ in served}, []
    for _, service in served:
        service.load(plan, "--rate", RATE // 2, "--seconds", 5, "--connections", CONNECTIONS)
    for _ in range(ROUNDS):
        for register, service in served:
            os.sync()  # the disk shall be at rest
            _, _, p50, p99, _, longest = sync_row(register.disk)
            remarks.append(f"# bare fsync of 8 KiB: p50 {p50/1e3:.2f} ms, p99 {p99/1e3:.2f}, longest {longest/1e3:.2f}")
            rows, told = service.load(plan, "--rate", RATE, "--seconds", SECONDS, "--connections", CONNECTIONS)
            rounds[register.name].append(rows)
            remarks += told
    return {name: medians(rows) for name, rows in rounds.items()}, remarks


# ---- The peer ----

def measure_peer(path, folder, token):
    """Processor time and memory of the peer, on a copy of SQLite's register."""
    copy, home, plan = folder / "peer.sqlite", folder / "peer", folder / "plan"
    shutil.copyfile(path, copy)
    shutil.copytree(HERE / "peer", home, dirs_exist_ok=True)
    if not (home / "node_modules").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=home, check=True)
    peer = Service("peer", ["node", "server.js", copy, 0], token, cwd=home)
    peer.load(plan, "--closed", "--seconds", 2)
    times, memory = peer.processor_time(plan), peer.memory()
    peer.end()
    for suffix in ("", "-wal", "-shm"):
        pathlib.Path(f"{copy}{suffix}").unlink(missing_ok=True)
    return times, memory


# ---- Report ----

def report_store(name, rows):
    is_good = rows["all"][1] == 0
    say(f"\n{name}\n{'':12}{'answers':>9}{'errors':>8}{'p50':>8}{'p99':>8}{'p99.9':>8}{'longest':>9}{'wanted p99':>12}")
    for kind, wanted in [(kind, p99) for kind, _, p99, _ in KINDS] + [("all", None)]:
        count, errors, p50, p99, p999, longest = rows[kind]
        wanted = wanted if name == "sqlite" else None
        say(f"{kind:12}{count:9.0f}{errors:8.0f}{p50/1e3:8.2f}{p99/1e3:8.2f}{p999/1e3:8.2f}{longest/1e3:9.2f}"
            f"{wanted or '':>12}  {verdict(wanted, p99 / 1e3)}")
        is_good = is_good and (wanted is None or p99 / 1e3 <= wanted)
    return is_good


def report_ratio(ours, theirs):
    is_good = True
    say(f"\npostgresql beside sqlite, ms\n{'':12}{'p50':>8}{'p50':>8}{'ratio':>8}{'p99':>8}{'p99':>8}{'ratio':>8}{'wanted':>8}")
    for kind in [kind for kind, *_ in KINDS] + ["all"]:
        p50s, p99s = [(theirs[kind][at], ours[kind][at]) for at in (2, 3)]
        ratio = p99s[0] / p99s[1]
        wanted = RATIO_WANTED if kind == "all" else None
        say(f"{kind:12}{p50s[0]/1e3:8.2f}{p50s[1]/1e3:8.2f}{p50s[0]/p50s[1]:8.2f}{p99s[0]/1e3:8.2f}{p99s[1]/1e3:8.2f}"
            f"{ratio:8.2f}{wanted or '':>8}  {verdict(wanted, ratio)}")
        is_good = is_good and (wanted is None or ratio <= wanted)
    return is_good


def report_times(times):
    """times: name to kind to microseconds of the service and of its database."""
    is_good = True
    say(f"\nProcessor time a request, us (service + database), closed loop of each kind alone\n{'':12}"
        + "".join(f"{name:>16}" for name in times))
    for kind, _, _, wanted in KINDS:
        cells = [f"{own:.0f}" + (f" + {base:.0f}" if base else "") for own, base in (row[kind] for row in times.values())]
        line = f"{kind:12}" + "".join(f"{cell:>16}" for cell in cells)
        if "peer" in times and "sqlite" in times:
            share = times["sqlite"][kind][0] / times["peer"][kind][0]
            line += f"   sqlite / peer {share:.2f}, wanted {wanted or '-'}  {verdict(wanted, share)}"
            is_good = is_good and (wanted is None or share <= wanted)
        say(line)
    return is_good


def report_memory(name, memory):
    say(f"memory, {name}, MiB: most ever {memory[0]:.0f}, now {memory[1]:.0f} of its own and {memory[2]:.0f} of files"
        + ("" if name == "peer" else f" (wanted: {MEMORY_MIB_WANTED})  {verdict(MEMORY_MIB_WANTED, memory[0])}"))
    return name == "peer" or memory[0] <= MEMORY_MIB_WANTED


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    key = pathlib.Path(os.environ.get("BENCH_KEY") or FOLDER / "key")
    plan = FOLDER / "plan"
    times, memories, is_good = {}, {}, True
    with contextlib.ExitStack() as at_end:
        served, tokens = [], {}
        for name in STORES:
            register = registers.KINDS[name](FOLDER, HOUSEHOLDS)
            at_end.callback(register.close)
            tokens[name] = register.make(HOUSEHOLDS, key)
            register.settle()
            say("#", register.describe())
            service = serve(register, tokens[name], key)
            at_end.callback(service.end)
            served.append((register, service))
        write_plan(served[0][0], plan)
        rows, remarks = measure(served, plan)
        for register, service in served:
            memories[register.name] = service.memory()
            times[register.name] = service.processor_time(plan)
        if PEER and "sqlite" in STORES:
            sqlite = next(register for register, _ in served if register.name == "sqlite")
            sqlite.settle()
            times["peer"], memories["peer"] = measure_peer(sqlite.path, FOLDER, tokens["sqlite"])

        for remark in remarks:
            say(remark)
        say(f"\nOpen loop, {RATE} requests a second for {SECONDS} s over {CONNECTIONS} connections, medians of {ROUNDS} "
            "rounds; ms from the scheduled moment")
        for name, row in rows.items():
            is_good = report_store(name, row) and is_good
        if len(rows) == 2:
            is_good = report_ratio(rows["sqlite"], rows["postgresql"]) and is_good
        is_good = report_times(times) and is_good
        for name, memory in memories.items():
            is_good = report_memory(name, memory) and is_good
        for register, service in served:
            if RESTART and register.name == "postgresql":
                log, gone = load_with_restart(register, service, plan, FOLDER / "log", RATE, SECONDS)
                is_good = report_restart(register, log, gone, say) and is_good
    sys.exit(0 if is_good else 1)


main()
