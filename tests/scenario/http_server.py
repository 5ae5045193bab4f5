#!/usr/bin/env python3
"""berm serve against clients that are slow, rude, ambiguous or many; all on loopback, all bounded."""
import contextlib
import json
import os
import pathlib
import re
import resource
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from scenario import check, contains, equal, finish, folder, program, run, skip  # noqa: E402
from server import empty_register, hear, served  # noqa: E402

HOST = b"Host: localhost\r\n"
GET = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"


def hear_one_head(file):
    """A response's status and fields, from a connection that stays open."""
    status, fields = file.readline().split(), {}
    while True:
        line = file.readline().strip()
        if not line:
            return int(status[1]) if len(status) > 1 else None, fields
        name, _, value = line.partition(b":")
        fields[name.lower().decode()] = value.strip().decode()


def hear_one(file):
    status, fields = hear_one_head(file)
    return status, fields, file.read(int(fields.get("content-length", 0)))


def status_of(answer):
    match = re.match(rb"HTTP/1\.1 (\d+) ", answer)
    return int(match.group(1)) if match else None


def post(fields, body=b""):
    return b"POST /healthz HTTP/1.1\r\n" + HOST + fields + b"\r\n" + body


AMBIGUOUS = {
    "two lengths that differ": (post(b"Content-Length: 1\r\nContent-Length: 2\r\n"), 400),
    "two lengths that agree": (post(b"Content-Length: 1\r\nContent-Length: 1\r\n"), 400),
    "a list of lengths": (post(b"Content-Length: 1, 1\r\n"), 400),
    "a signed length": (post(b"Content-Length: +1\r\n"), 400),
    "length and chunks": (post(b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                               b"0\r\n\r\n"), 400),
    "two codings": (post(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400),
    "a hidden coding": (post(b"Transfer-Encoding : chunked\r\n"), 400),
    "an unknown coding": (post(b"Transfer-Encoding: gzip, chunked\r\n"), 501),
    "a body to GET": (GET.replace(b"\r\n\r\n", b"\r\nContent-Length: 3\r\n\r\nabc"), 400),
    "two hosts": (GET.replace(HOST, HOST + HOST), 400),
    "no host": (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
    "a list of hosts": (GET.replace(HOST, b"Host: a, b\r\n"), 400),
    "another host in the address": (GET.replace(b" /healthz", b" http://other/healthz"), 400),
    "bare line feeds": (GET.replace(b"\r\n", b"\n"), 400),
    "one bare line feed": (GET.replace(HOST, b"Host: localhost\n"), 400),
    "a bare carriage return": (GET.replace(HOST, b"Host: localhost\rX: y\r\n"), 400),
    "a NUL": (GET.replace(HOST, HOST + b"X: a\0b\r\n"), 400),
    "a folded field": (GET.replace(HOST, HOST + b"X: a\r\n b\r\n"), 400),
    "a field name with a space": (GET.replace(HOST, HOST + b"X Y: a\r\n"), 400),
    "a field without colon": (GET.replace(HOST, HOST + b"XY\r\n"), 400),
    "a dot segment": (GET.replace(b"/healthz", b"/a/../healthz"), 400),
    "an encoded dot segment": (GET.replace(b"/healthz", b"/a/%2e%2e/healthz"), 400),
    "an encoded slash": (GET.replace(b"/healthz", b"/a%2Fhealthz"), 400),
    "an encoded NUL": (GET.replace(b"/healthz", b"/healthz%00"), 400),
    "a path that is no UTF-8": (GET.replace(b"/healthz", b"/%ff"), 400),
    "another version": (GET.replace(b"HTTP/1.1", b"HTTP/2.0"), 505),
    "HTTP/2's preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    "a TLS greeting": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "garbage": (bytes(range(256)) * 40, 400),
    "an unknown method": (GET.replace(b"GET", b"BREW"), 501),
    "a tunnel": (b"CONNECT example.org:443 HTTP/1.1\r\n" + HOST + b"\r\n", 501),
    "a long address": (GET.replace(b"/healthz", b"/" + b"a" * 10000), 414),
    "a large field": (GET.replace(HOST, HOST + b"X: " + b"a" * 40000 + b"\r\n"), 431),
    "100,000 fields": (GET.replace(HOST, HOST + b"X: y\r\n" * 100000), 431),
    "an unknown expectation": (GET.replace(HOST, HOST + b"Expect: tea\r\n"), 417),
}


def ambiguous_requests(server):
    for name, (request, status) in AMBIGUOUS.items():
        answer = server.say(request + GET)
        good = status_of(answer) == status and answer.count(b"HTTP/1.1 ") == 1 and \
            b"Connection: close\r\n" in answer and b"application/problem+json" in answer
        check(f"{name} is refused with {status} and the connection closed", good, answer[:200])
    contains("refusals are counted", server.get("/metrics"), 'berm_http_refused_total{status="431"} 2')
    equal("others are served", json.loads(server.get("/healthz")), {"status": "ok"})


def ordinary_requests(server):
    with server.dial() as client, client.makefile("rb") as file:
        client.sendall(GET * 50)
        answers = [hear_one(file) for _ in range(50)]
        check("50 pipelined requests are answered in order on one connection",
              all(status == 200 and body == b'{"status":"ok"}\n' for status, _, body in answers))
        equal("each has an id of its own", len({f["x-request-id"] for _, f, _ in answers}), 50)
        for name in ("x-content-type-options", "content-security-policy", "cache-control"):
            check(f"responses carry {name}", name in answers[0][1], answers[0][1])
        client.sendall(GET.replace(b"GET", b"HEAD") + GET)
        status, fields = hear_one_head(file)
        equal("HEAD gives GET's length", (status, fields["content-length"]), (200, "16"))
        equal("and no body", hear_one(file)[2], b'{"status":"ok"}\n')
        client.sendall(GET.replace(b"GET", b"DELETE"))
        status, fields, body = hear_one(file)
        equal("another method is told which are allowed", (status, fields.get("allow")),
              (405, "GET, HEAD"))
        equal("as a problem", json.loads(body)["title"], "Method Not Allowed")
        client.sendall(GET.replace(b"/healthz", b"/nothing"))
        equal("what is not there is 404, and the connection goes on", hear_one(file)[0], 404)
        for byte in GET:
            client.sendall(bytes([byte]))
        equal("a request may come byte by byte", hear_one(file)[0], 200)
    answer = server.say(b"GET /healthz HTTP/1.0\r\n\r\n")
    check("HTTP/1.0 is answered and closed", status_of(answer) == 200 and
          b"Connection: close" in answer, answer)
    answer = server.say(GET.replace(b" /", b" http://LOCALHOST/").replace(b"\r\n\r\n",
                                                                         b"\r\nConnection: close\r\n\r\n"))
    equal("an absolute address of the same host is taken", status_of(answer), 200)
    with server.dial() as client:
        client.sendall(GET)
        client.shutdown(socket.SHUT_WR)
        equal("one who closed its half is still answered", status_of(hear(client)), 200)


def large_bodies(server):
    before = server.resident_kib()
    started = time.monotonic()
    for number in range(20):
        request = b"POST /metrics HTTP/1.1\r\n" + HOST + b"Content-Length: 1073741824\r\n\r\n"
        answer = server.say(request + b"a" * 100000)
        if status_of(answer) not in (405, 413):
            check("a body of 1 GB is refused before it comes", False, answer[:200])
            return
    check("a body of 1 GB is refused before it comes", time.monotonic() - started < 20)
    grown = server.resident_kib() - before
    check("and takes no memory", grown < 8192, f"{grown} KiB more")


def slow_clients():
    with served("--idle-seconds", "1") as server:
        with server.dial() as idle, server.dial() as slow:
            started = time.monotonic()
            slow.sendall(GET[:30])
            equal("an idle connection is closed without a word", hear(idle), b"")
            check("after its time", 0.8 < time.monotonic() - started < 4)
            for byte in b"X-Slow: " + b"a" * 22:  # a byte now and then keeps nothing open
                with contextlib.suppress(OSError):
                    slow.sendall(bytes([byte]))
                time.sleep(0.4)
                if time.monotonic() - started > 10.5:
                    break
            answer = hear(slow)
            equal("a head that does not come in time is refused", status_of(answer), 408)
            check("within its time", time.monotonic() - started < 14)


def many_connections():
    wanted = 10000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted + 100:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, wanted + 1000), hard))
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if limit < wanted + 100:
        wanted = limit - 100
        skip("10,000 idle connections", f"this system allows {limit} open files; {wanted} are tried")
    with served() as server:
        before = server.resident_kib()
        idle = []
        try:
            for number in range(wanted):
                client = server.dial()
                if number % 2:  # half of them have sent half a request
                    client.sendall(GET[:20])
                idle.append(client)
            deadline = time.monotonic() + 10
            while server.figure("berm_http_connections") <= wanted and time.monotonic() < deadline:
                time.sleep(0.05)
            held = server.figure("berm_http_connections")
            check("as many idle connections as wanted are held", held == wanted + 1,
                  f"{held} of {wanted}")
            taken = server.resident_kib() - before
            check(f"{wanted} connections take under 4 KiB each ({taken / wanted:.2f} KiB)",
                  taken < 4 * wanted, f"{taken} KiB")
            times = []
            with server.dial() as client, client.makefile("rb") as file:
                for _ in range(300):
                    started = time.monotonic()
                    client.sendall(GET)
                    hear_one(file)
                    times.append(time.monotonic() - started)
            times.sort()
            check(f"others are served meanwhile (median {times[150] * 1000:.2f} ms)",
                  times[295] < 0.25, f"{times[295] * 1000:.1f} ms")
            for client in idle[1::2][:100]:
                client.settimeout(10)
                client.sendall(GET[20:])
            equal("half requests can be finished",
                  sum(client.recv(20).startswith(b"HTTP/1.1 200") for client in idle[1::2][:100]),
                  100)
        finally:
            for client in idle:
                client.close()
        equal("they end", server.end(), 0)


def more_connections_than_allowed():
    with served("--max-connections", "5", "--io-threads", "1") as server:
        first = [server.dial() for _ in range(5)]
        time.sleep(0.2)
        with server.dial(1) as late:
            late.sendall(GET)
            late.settimeout(0.5)
            equal("a connection too many waits", hear(late), b"")
            first.pop().close()
            late.settimeout(5)
            equal("and is served when there is room", late.recv(12), b"HTTP/1.1 200")
        for client in first:
            client.close()


def stop_under_load():
    with served("--drain-seconds", "5") as server:
        broken, done = [], []
        ending = threading.Event()

        def ask():
            with contextlib.suppress(ConnectionError, socket.timeout):
                while not ending.is_set() and len(done) < 200000:
                    with server.dial(5) as client, client.makefile("rb") as file:
                        for _ in range(100):
                            client.sendall(GET)
                            first = file.read(1)
                            if not first:
                                break  # closed between two requests: nothing was lost
                            status, fields, body = hear_one(file)
                            (done if body == b'{"status":"ok"}\n' else broken).append(status)
                            if fields.get("connection") == "close":
                                break

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(1)
        started = time.monotonic()
        code = server.end()
        seconds = time.monotonic() - started
        ending.set()
        for thread in threads:
            thread.join(10)
        equal("TERM under load ends well", code, 0)
        check("within its time", seconds < 5, f"{seconds:.1f} s")
        check(f"no response was cut ({len(done)} were whole)", not broken and len(done) > 100,
              f"{len(broken)} broken, {len(done)} whole")


def stop_waits_for_half_requests():
    with served("--drain-seconds", "8") as server, server.dial() as client:
        client.sendall(GET[:20])
        time.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        refused = False
        try:
            server.dial(1).close()
        except OSError:
            refused = True
        check("no new connection is taken while stopping", refused)
        client.sendall(GET[20:])
        answer = hear(client)
        check("a request that had begun is finished", status_of(answer) == 200 and
              b"Connection: close" in answer, answer[:200])
        client.close()
        equal("then it ends", server.process.wait(10), 0)
    with served("--drain-seconds", "1") as server, server.dial() as client:
        client.sendall(GET[:20])
        time.sleep(0.2)
        equal("what does not come in time is cut off, and said", server.end(), 1)


def notifications(here):
    path = str(here / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(path)
        supervisor.settimeout(10)
        with served(env={"NOTIFY_SOCKET": path}) as server:
            equal("systemd is told when it is ready", supervisor.recv(200), b"READY=1")
            server.process.send_signal(signal.SIGHUP)
            check("that it reloads", supervisor.recv(200).startswith(b"RELOADING=1\nMONOTONIC_USEC="))
            equal("that it is ready again", supervisor.recv(200), b"READY=1")
            server.process.send_signal(signal.SIGTERM)
            equal("and that it stops", supervisor.recv(200), b"STOPPING=1")
            equal("it ends", server.process.wait(10), 0)
        with served(env={"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "400000"}) as server:
            equal("with a watchdog it is ready too", supervisor.recv(200), b"READY=1")
            started = time.monotonic()
            equal("and gives signs of life", [supervisor.recv(200) for _ in range(3)], [b"WATCHDOG=1"] * 3)
            check("twice in each period", 0.5 < time.monotonic() - started < 2, time.monotonic() - started)
            server.process.send_signal(signal.SIGHUP)
            told = b"".join(supervisor.recv(200) for _ in range(3))
            check("a reload goes on as before", b"RELOADING=1" in told and b"READY=1" in told, told)
        while supervisor.recv(200) != b"STOPPING=1":
            pass
        with served(env={"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "200000", "WATCHDOG_PID": "1"}):
            supervisor.recv(200)
            supervisor.settimeout(0.5)
            try:
                check("a watchdog of another process is not ours", False, supervisor.recv(200))
            except TimeoutError:
                check("a watchdog of another process is not ours", True)
            supervisor.settimeout(10)


def request_log(here):
    path = here / "requests.jsonl"
    with served("--log", str(path), "--log-address", "short") as server:
        server.say(GET.replace(b"/healthz", b"/healthz?name=Secret").replace(
            b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        server.say(GET.replace(b"/healthz", b"/people/Secret").replace(
            b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        server.say(b"nonsense\r\n\r\n")
        time.sleep(0.2)
        path.rename(here / "old.jsonl")
        server.process.send_signal(signal.SIGHUP)
        for _ in range(100):
            if path.exists():
                break
            time.sleep(0.05)
        server.get("/readyz")
        equal("it ends", server.end(), 0)
    old = (here / "old.jsonl").read_text()
    lines = [json.loads(line) for line in old.splitlines()]
    equal("the log has each request's route and status",
          [(line["method"], line["route"], line["status"]) for line in lines],
          [("GET", "/healthz", 200), ("GET", "", 404), ("", "", 400)])
    check("and nothing of what was asked for", "Secret" not in old, old)
    equal("addresses are shortened", {line["address"] for line in lines}, {"127.0.0.0"})
    contains("HUP opens the log again", path.read_text(), '"route":"/readyz"')


def encrypted(here):
    key, certificate = str(here / "key.pem"), str(here / "certificate.pem")

    def make(name):
        return run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", certificate,
                    "-subj", f"/CN={name}", "-days", "2"])

    if run(["sh", "-c", "command -v openssl"]).code != 0 or make("first").code != 0:
        skip("TLS", "openssl is not installed")
        return
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE

    def ask(server):
        with server.dial() as plain, context.wrap_socket(plain) as client:
            client.sendall(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            return hear(client), client.getpeercert(True)

    with served("--tls-certificate", certificate, "--tls-key", key) as server:
        answer, first = ask(server)
        check("TLS is spoken", status_of(answer) == 200 and
              b"Strict-Transport-Security" in answer, answer)
        equal("plain requests get nothing", status_of(server.say(GET)), None)
        make("second")
        server.process.send_signal(signal.SIGHUP)
        for _ in range(100):
            answer, second = ask(server)
            if second != first:
                break
            time.sleep(0.05)
        check("HUP takes the new certificate", second != first and status_of(answer) == 200)
        pathlib.Path(certificate).write_text("broken")
        server.process.send_signal(signal.SIGHUP)
        contains("a broken one is told of", server.process.stderr.readline().decode(),
                 "the old certificate stays")
        equal("and the old one stays", ask(server)[1], second)


def wrong_usage():
    result = run([program(), "serve", "--store", empty_register(), "--listen", "nowhere"], timeout=20)
    check("a wrong address is told", result.code == 1 and "127.0.0.1:8080" in result.err, result)
    result = run([program(), "serve", "--queue", "0"], timeout=20)
    equal("a wrong number is wrong usage", result.code, 2)
    result = run([program(), "serve"], timeout=20, env={"BERM_STORE": ""})
    check("a register must be named", result.code == 2 and "--store" in result.err, result)
    with served() as server:
        result = run([program(), "serve", "--store", empty_register(), "--listen",
                      f"127.0.0.1:{server.port}"], timeout=20)
        check("a port that is taken is told", result.code == 1 and "in use" in result.err, result)
        equal("INT ends it too", server.end(signal.SIGINT), 0)


with folder() as folder_here:
    with served() as one:
        ordinary_requests(one)
        ambiguous_requests(one)
        large_bodies(one)
    slow_clients()
    many_connections()
    more_connections_than_allowed()
    stop_under_load()
    stop_waits_for_half_requests()
    notifications(folder_here)
    request_log(folder_here)
    encrypted(folder_here)
    wrong_usage()
finish()
