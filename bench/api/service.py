"""A service while it runs, and the generator that asks it."""
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading

from registers import BUILD, processor_seconds, say
from asked import KINDS

RAISED = ["nice", "-n", "-10"] if os.geteuid() == 0 else []
CLOSED_SECONDS = 5


class Service:
    """database_pids: the processes that work for it beside its own, as they are at the moment."""

    def __init__(self, name, command, token, database_pids=list, cwd=None):
        self.name, self.token, self.database_pids = name, token, database_pids
        self.process = subprocess.Popen([*RAISED, *map(str, command)], cwd=cwd, stderr=subprocess.PIPE, text=True)
        line = self.process.stderr.readline()
        found = re.search(r"Serving on http://127.0.0.1:(\d+)", line)
        if not found:
            sys.exit(f"{name} does not start: {line}{self.process.stderr.read()}")
        self.port = int(found.group(1))
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def load(self, plan, *options):
        """Rows by kind (answers, errors, p50, p99, p99.9, longest, in microseconds), and the generator's remarks."""
        result = subprocess.run(
            [*RAISED, str(BUILD / "api_load"), "--port", str(self.port), "--plan", str(plan),
             "--header", f"Authorization: Bearer {self.token}", "--body-header", "Content-Type: application/json",
             "--body-header", "Idempotency-Key: load-{n}", "--body-header", "If-Match: *", *map(str, options)],
            capture_output=True, text=True)
        if not result.stdout:
            sys.exit(result.stderr)
        for line in result.stderr.splitlines()[:5]:
            say(line[:200])
        rows, remarks = {}, []
        for line in result.stdout.splitlines():
            if line.startswith("#"):
                remarks.append(f"{self.name}: {line}")
            else:
                kind, *numbers = line.split("\t")
                rows[kind] = [float(number) for number in numbers]
        return rows, remarks

    def processor_time(self, plan):
        """Microseconds a request, each kind alone in a closed loop: of the service, and of its database."""
        times = {}
        for kind, *_ in KINDS:
            before = processor_seconds([self.process.pid]), processor_seconds(self.database_pids())
            rows, _ = self.load(plan, "--closed", "--connections", 8, "--seconds", CLOSED_SECONDS, "--kind", kind)
            after = processor_seconds([self.process.pid]), processor_seconds(self.database_pids())
            answers, errors = rows["all"][:2]
            if errors > 0:
                say(f"# {self.name}, {kind}: {errors:.0f} of {answers:.0f} answers were wrong")
            times[kind] = [(end - begin) * 1e6 / answers for begin, end in zip(before, after)]
        return times

    def memory(self):
        """MiB: the most ever resident, and what is resident now of its own and of files."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return [int(re.search(rf"{word}:\s+(\d+)", status).group(1)) / 1024 for word in ("VmHWM", "RssAnon", "RssFile")]

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def sync_row(where):
    out = subprocess.run([str(BUILD / "api_load"), "--sync", str(where)], capture_output=True, text=True).stdout
    return [float(number) for number in out.split("\t")[1:]]
