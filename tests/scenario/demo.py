#!/usr/bin/env python3
"""The demonstration that ends by serving: its accounts see what their roles see, on this machine alone."""
import functools
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from scenario import ROOT, berm, check, contains, equal, finish, folder, program, run  # noqa: E402
from server import Client, Description  # noqa: E402

ROLES = {"viewer": "viewer", "village": "field_worker", "township": "township", "county": "county",
         "supervisor": "supervisor", "analyst": "analyst", "author": "policy_author", "approver": "policy_approver",
         "admin": "administrator"}


class Demo:
    """berm demo --serve, read until it says where it serves."""

    def __init__(self, *options, **more):
        self.process = subprocess.Popen([program(), "demo", "--serve", *options], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, **more)
        self.text = ""
        self.port = None
        for line in self.process.stdout:
            self.text += line
            match = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
            if match:
                self.port = int(match.group(1))
                break

    @functools.cached_property
    def description(self):
        return Description(self)

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.read().decode()

    def end(self):
        self.process.send_signal(signal.SIGINT)
        self.process.stdout.close()
        return self.process.wait(20)


with folder() as here:
    demo = Demo("--households", "300", "--port", "0", env={**os.environ, "TMPDIR": str(here)})
    if check("it says where it serves", demo.port, demo.text):
        password = re.search(r"the password of each is (\S+)", demo.text)
        accounts = dict(re.findall(r"^  ([a-z]+) +([a-z_]+) +\S", demo.text, re.M))
        equal("it tells an account for each role", accounts, ROLES)
        seen = {}
        for name in ROLES:
            client = Client(demo)
            equal(f"{name} can log in", client.log_in(name, password.group(1)).status, 201)
            answer = client.get("/v1/areas")
            seen[name] = len(answer.json["items"]) if answer.status == 200 else answer.text
        check("each sees more than the one below, and the supervisor all",
              1 == seen["village"] < seen["township"] < seen["county"] <= seen["supervisor"], seen)
        equal("a wrong password does not do", Client(demo).log_in("admin", "demo-000000000000").status, 401)
        others = [address[4][0] for address in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
                  if not address[4][0].startswith("127.")]
        for address in others[:1]:
            try:
                socket.create_connection((address, demo.port), 2).close()
                check("other machines cannot reach it", False, address)
            except OSError:
                check("other machines cannot reach it", True)
    equal("Ctrl-C ends it well", demo.end(), 0)
    equal("and nothing is left", list(here.iterdir()), [])

    store = f"sqlite:{here}/kept.berm"
    first = Demo("--households", "50", "--lang", "zh", "--store", store)
    contains("it speaks Chinese too", first.text, "演示账号")
    second = Demo("--households", "50")
    check("where the usual port is taken it takes another", second.port and second.port != first.port, second.text)
    check("each demonstration has a password of its own",
          re.search(r"demo-[0-9a-f]{12}", first.text).group() != re.search(r"demo-[0-9a-f]{12}", second.text).group())
    equal("both end", (first.end(), second.end()), (0, 0))
    contains("a register that was kept has the accounts", berm("user", "list", "--store", store).out, "policy_approver")
    equal("and a sound journal", berm("journal", "verify", "--store", store).code, 0)

result = berm("demo", "--households", "50")
check("without --serve it ends by itself, and makes no accounts", result.code == 0 and "password" not in result.out,
      result.text)
for words, wanted in (([], True), (["SERVE=0"], False), (["CI=true"], False)):
    result = run(["make", "-n", "demo", *words], cwd=ROOT, env={"CI": ""})
    equal(f"make demo {' '.join(words)} {'serves' if wanted else 'does not serve'}", "demo --serve" in result.out, wanted)
finish()
