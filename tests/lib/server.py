"""berm serve as a process of a test's own, and a small client of its API.

    with served(store=url) as server:
        clerk = Client(server, token=make_token(url, "clerk", "household_read"))
        answer = clerk.get("/v1/households/H1")
        equal("it is found", answer.status, 200)
"""
import atexit
import collections
import contextlib
import functools
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile

import jsonschema
from postgres import store_url
from scenario import berm, check, program

Answer = collections.namedtuple("Answer", "status headers text json bytes")


@functools.cache
def empty_register():
    """A register with a pack and nothing in it, for tests that only need a server."""
    folder = tempfile.mkdtemp(prefix="berm-server-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    url = store_url(f"{folder}/register.berm")
    result = berm("init", "--store", url, "--pack", "rural-cn")
    assert result.code == 0, result.text
    return url


class Server:
    """berm serve on a port of its own."""

    def __init__(self, *options, store=None, env=None, stdout=subprocess.DEVNULL):
        self.process = subprocess.Popen(
            [program(), "serve", "--store", store or empty_register(), "--listen", "127.0.0.1:0",
             *map(str, options)],
            stdout=stdout, stderr=subprocess.PIPE, env={**os.environ, **(env or {})})
        line = self.process.stderr.readline().decode()
        match = re.search(r":(\d+)$", line.strip())
        assert match, line + self.process.stderr.read().decode()
        self.port = int(match.group(1))

    @functools.cached_property
    def description(self):
        return Description(self)

    def dial(self, timeout=10):
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def say(self, request, timeout=10):
        """All that comes back until the server closes or the time is over."""
        with self.dial(timeout) as client:
            with contextlib.suppress(OSError):
                client.sendall(request)
            return hear(client)

    def get(self, path):
        answer = self.say(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                          .encode())
        return answer.partition(b"\r\n\r\n")[2].decode()

    def figure(self, name):
        match = re.search(rf"^{name} (\d+)$", self.get("/metrics"), re.M)
        return int(match.group(1)) if match else None

    def resident_kib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))

    def end(self, number=signal.SIGTERM, timeout=20):
        self.process.send_signal(number)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return "no end"
        finally:
            self.process.stderr.close()


def hear(client):
    answer = b""
    with contextlib.suppress(OSError):
        while True:
            piece = client.recv(65536)
            if not piece:
                break
            answer += piece
    return answer


@contextlib.contextmanager
def served(*options, **more):
    server = Server(*options, **more)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.end()


class Description:
    """The server's own OpenAPI description: every answer that a Client gets is held against it."""

    def __init__(self, server):
        self.document = json.loads(server.get("/v1/openapi.json"))
        self.schemas = {"components": self.document["components"]}
        self.operations = []
        for path, methods in self.document["paths"].items():
            pattern = re.compile(re.sub(r"\\{\w+\\}", "[^/?]+", re.escape(path)) + r"(\?.*)?")
            self.operations += [(method.upper(), pattern, path.count("{"), operation)
                                for method, operation in methods.items()]

    def operation(self, method, path):
        fitting = [(open_parts, operation) for verb, pattern, open_parts, operation in self.operations
                   if verb == method and pattern.fullmatch(path)]
        # a literal path goes before one with parameters
        return min(fitting, key=lambda fit: fit[0], default=(0, None))[1]

    def complaint(self, method, path, status, content_type, value):
        """What does not fit, or None."""
        operation = self.operation(method, path)
        if operation is None:
            return None if status in (404, 405) else "no such operation"
        response = operation["responses"].get(str(status))
        if response is None:
            return f"{operation['operationId']} does not tell of {status}"
        content = response.get("content", {}).get((content_type or "").partition(";")[0])
        if content is None:
            return None if not content_type else f"no content {content_type}"
        if value is None:
            return None
        validator = jsonschema.Draft202012Validator({**content["schema"], **self.schemas})
        for error in validator.iter_errors(value):
            return f"{error.json_path}: {error.message[:300]}"
        return None


class Client:
    """Speaks JSON with the API, by token, or by the session of log_in. One connection, kept."""

    def __init__(self, server, token=None):
        self.server = server
        self.port = server.port
        self.token = token
        self.cookie = self.csrf = None
        self.connection = None

    def ask(self, method, path, body=None, headers=None, content_type="application/json"):
        """body: what becomes JSON, or bytes and text as they are."""
        fields = dict(headers or {})
        if self.token:
            fields.setdefault("Authorization", f"Bearer {self.token}")
        if self.cookie:
            fields.setdefault("Cookie", self.cookie)
            fields.setdefault("X-CSRF-Token", self.csrf)
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        if body is not None:
            fields.setdefault("Content-Type", content_type)
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                self.connection.request(method, path, body, {k: v for k, v in fields.items() if v})
                response = self.connection.getresponse()
                break
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self.connection = None  # a kept connection may have ended meanwhile
                if attempt == 2:
                    raise
        content = response.read()
        text = content.decode(errors="replace")
        kind = (response.getheader("Content-Type") or "").partition(";")[0].rpartition("/")[2]
        is_json = "json" in kind and kind != "x-ndjson"
        value = None
        if is_json and text:
            with contextlib.suppress(json.JSONDecodeError):
                value = json.loads(text)
        complaint = self.server.description.complaint(method, path, response.status,
                                                      response.getheader("Content-Type"), value)
        if complaint:
            check(f"{method} {path} answers as it is described", False, complaint)
        return Answer(response.status, response.headers, text, value, content)

    def get(self, path, **headers):
        return self.ask("GET", path, headers=headers)

    def post(self, path, body=None, **more):
        return self.ask("POST", path, body, **more)

    def patch(self, path, body=None, **more):
        return self.ask("PATCH", path, body, **more)

    def put(self, path, body=None, **more):
        return self.ask("PUT", path, body, **more)

    def delete(self, path, **more):
        return self.ask("DELETE", path, **more)

    def log_in(self, name, password):
        answer = self.post("/v1/sessions", {"name": name, "password": password})
        if answer.status == 201:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
            self.csrf = answer.json["csrf_token"]
        return answer


PASSWORD = "water over the weir"


def make_account(store, name, *grants, password=PASSWORD):
    """grants: (role, area code or None for the whole register)."""
    results = [berm("user", "add", name, "--store", store, stdin=password + "\n")]
    for role, area in grants:
        where = ("--area", area) if area else ("--everywhere",)
        results.append(berm("user", "grant", name, role, *where, "--store", store))
    for result in results:
        assert result.code == 0, result.text


def make_token(store, name, *scopes):
    """A token of an account; scopes are names of permissions."""
    result = berm("token", "create", name, "--label", "test", "--scopes", ",".join(scopes),
                  "--store", store)
    assert result.code == 0, result.text
    return result.out.strip()
