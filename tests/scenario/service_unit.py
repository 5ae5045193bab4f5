#!/usr/bin/env python3
"""The systemd unit: understood, as closed as it says, and what it starts runs as systemd would start it."""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from scenario import ROOT, berm, check, contains, equal, finish, folder, program, run, skip, write  # noqa: E402

UNIT = (ROOT / "packaging" / "systemd" / "berm.service").read_text()
EXPOSURE_MAX = 1.5  # of 10; 1.2 when it was written

settings = dict(re.findall(r"^([A-Za-z]+)=(.*)$", UNIT, re.M))
words = settings["ExecStart"].split()
equal("the unit starts berm serve", words[:2], ["/usr/bin/berm", "serve"])
known = berm("serve", "--help").out
for word in words:
    if word.startswith("--"):
        contains(f"berm serve knows {word}", known, word)
for name in re.findall(r"BERM_[A-Z]+", (ROOT / "packaging" / "systemd" / "berm.default").read_text()):
    check(f"the unit or the program reads {name}", name in UNIT or name == "BERM_STORE", name)
check("the key comes as a credential under the name that berm looks for",
      settings["LoadCredential"].startswith("berm.key:"), settings["LoadCredential"])

with folder() as here:
    if shutil.which("systemd-analyze"):
        copy = write(here / "berm.service", UNIT.replace("/usr/bin/berm", str(pathlib.Path(program()).resolve())))
        result = run(["systemd-analyze", "verify", "--man=no", copy])
        if "Failed to" in result.text and "berm.service" not in result.text:
            skip("systemd reads the unit", result.text)
        else:
            equal("systemd has nothing to say about the unit", (result.code, result.text.strip()), (0, ""))
        result = run(["systemd-analyze", "security", "--offline=true", f"--threshold={int(EXPOSURE_MAX * 10)}", "--no-pager", copy])
        level = re.search(r"Overall exposure level for berm.service: ([0-9.]+)", result.text)
        check(f"its exposure is at most {EXPOSURE_MAX}", result.code == 0 and level
              and float(level.group(1)) <= EXPOSURE_MAX, result.text[-300:])
    else:
        skip("systemd reads the unit", "systemd-analyze is not installed")

    # As systemd would start it: key and register by the environment, ready and alive by its socket.
    (here / "credentials").mkdir()
    key = here / "credentials" / "berm.key"
    berm("key", "create", key)
    url = f"sqlite:{here}/register.berm"
    berm("init", "--store", url, "--pack", "rural-cn", "--key", key)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(here / "notify"))
        supervisor.settimeout(20)
        environment = {**os.environ, "BERM_STORE": url, "CREDENTIALS_DIRECTORY": str(here / "credentials"),
                       "NOTIFY_SOCKET": str(here / "notify"), "WATCHDOG_USEC": "1000000"}
        environment.pop("BERM_KEY_FILE", None)
        command = [word.replace("${BERM_LISTEN}", "127.0.0.1:0") for word in words[1:] if word != "$BERM_OPTIONS"]
        server = subprocess.Popen([program(), *command], env=environment, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE)
        try:
            equal("it tells that it is ready", supervisor.recv(200), b"READY=1")
            equal("and that it lives", supervisor.recv(200), b"WATCHDOG=1")
            server.send_signal(signal.SIGSTOP)
            supervisor.settimeout(2.5)
            try:
                told = [supervisor.recv(200) for _ in range(3)]
                check("a server that stands still says nothing", False, told)
            except TimeoutError:
                check("a server that stands still says nothing", True)
        finally:
            server.send_signal(signal.SIGCONT)
            server.terminate()
            equal("it stops when it is told to", server.wait(20), 0)
            server.stderr.close()
finish()
