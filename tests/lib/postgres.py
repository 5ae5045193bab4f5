#!/usr/bin/env python3
"""A PostgreSQL of the tests' own, and registers in it or in SQLite.

    url = store_url(here / "register.berm")     a new, empty place for a register
    rows = ask(url, "SELECT count(*) FROM run") what lies in it

With BERM_TEST_STORE=postgres store_url makes a database for each path, in a server that is started
with the first and stopped at the script's end; otherwise it names a file of SQLite. The server is
Debian's: it listens on a socket in a temporary folder only, runs as a user of its own where the
tests run as root, and does not wait for the disk. BERM_TEST_POSTGRES is the folder of the socket of
a server that runs already.

    postgres.py COMMAND ...    run a command with such a server and BERM_TEST_STORE=postgres
"""
import atexit
import contextlib
import functools
import os
import pathlib
import pwd
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

USER = "berm"  # an ordinary one, as docs/guide/postgresql.md has it made
ADMINISTRATOR = "administrator"
ROLES = ("CREATE ROLE berm_fenced NOLOGIN", "CREATE ROLE berm_everywhere NOLOGIN IN ROLE berm_fenced",
         f"CREATE ROLE {USER} LOGIN CREATEDB", f"GRANT berm_everywhere TO {USER}")
# What differs from Debian's defaults: a test's register need not outlive its machine.
TEST_SETTINGS = {"fsync": "off", "full_page_writes": "off", "max_connections": "200", "shared_buffers": "64MB"}


class Refused(Exception):
    """A rule of the register's schema forbids what SQL tried."""


class Missing(Exception):
    """There is no PostgreSQL to test with, and why."""


def is_postgres():
    return os.environ.get("BERM_TEST_STORE") == "postgres"


def program_folder():
    folders = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"),
                     key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0)
    if not folders:
        raise Missing("Debian's package postgresql is not installed")
    return folders[-1].parent


def own_user():
    """Arguments for subprocess: the server refuses to run as root."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise Missing("there is no user postgres or nobody for the server to run as")


class Server:
    """Debian's PostgreSQL in a folder of its own, until stop(). data: where it was before, to be kept."""

    def __init__(self, settings=None, data=None):
        self.settings = TEST_SETTINGS if settings is None else settings
        self.programs = program_folder()
        self.as_user = own_user()
        self.folder = self.make_folder(pathlib.Path(tempfile.mkdtemp(prefix="berm-pg-")))
        self.data = self.folder / "data" if data is None else self.make_folder(pathlib.Path(data))
        is_new = not (self.data / "PG_VERSION").exists()
        if is_new:
            self.run("initdb", "--pgdata", self.data, "--username", ADMINISTRATOR, "--auth", "trust", "--no-sync",
                     "--encoding", "UTF8", "--locale", "C.UTF-8")
        self.start()
        self.outlive_nobody()
        for statement in ROLES if is_new else ():
            self.run("psql", "--no-psqlrc", "--quiet", "--host", self.folder, "--username", ADMINISTRATOR,
                     "--dbname", "postgres", "--command", statement)

    def outlive_nobody(self):
        """A script that is killed cannot stop the server: whoever sees it gone does."""
        wait = 'while [ -d "/proc/$0" ]; do sleep 1; done; exec "$@"'
        subprocess.Popen(["sh", "-c", wait, str(os.getpid()), self.programs / "pg_ctl", "stop", "--pgdata", self.data,
                          "--mode", "immediate", "--silent"], cwd="/", start_new_session=True,
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self.as_user)

    def make_folder(self, folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.as_user:
            os.chown(folder, self.as_user["user"], self.as_user["group"])
        return folder

    def run(self, program, *arguments):
        done = subprocess.run([self.programs / program, *map(str, arguments)], cwd=self.folder,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, check=False, **self.as_user)
        if done.returncode != 0:
            raise Missing(f"{program} failed: {done.stderr.strip()}")

    def start(self):
        settings = {"listen_addresses": "''", "unix_socket_directories": self.folder, **self.settings}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self.run("pg_ctl", "start", "--wait", "--pgdata", self.data, "--log", self.folder / "log",
                 "--options", options)

    def stop(self, mode="fast"):
        self.run("pg_ctl", "stop", "--wait", "--pgdata", self.data, "--mode", mode)

    def kill(self):
        """As when the machine fails: nobody is told, and the server's other processes end by themselves."""
        postmaster = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while self.is_running() and time.monotonic() < deadline:
            time.sleep(0.02)
        # where nobody asked for its end it looks as if it still ran, which a start would believe
        for file in (self.data / "postmaster.pid", self.folder / ".s.PGSQL.5432.lock"):
            file.unlink(missing_ok=True)

    def is_running(self):
        """Whether a process has the data's folder open; a killed server leaves some behind for a moment."""
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (process / "cwd").resolve() == self.data and (process / "comm").read_text().startswith("postgres"):
                    return True
        return False

    def remove(self, mode="immediate"):
        self.stop(mode)
        shutil.rmtree(self.folder, ignore_errors=True)


@functools.cache
def socket_folder():
    if os.environ.get("BERM_TEST_POSTGRES"):
        return os.environ["BERM_TEST_POSTGRES"]
    server = Server()
    atexit.register(server.remove)
    os.environ.setdefault("BERM_FILES", str(server.folder / "files"))
    pathlib.Path(os.environ["BERM_FILES"]).mkdir(exist_ok=True)
    return str(server.folder)


def _tool(name, *arguments, user=USER, **options):
    done = subprocess.run([name, "--host", socket_folder(), "--username", user, *arguments],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                          **options)
    if done.returncode != 0:
        raise Refused(done.stderr.strip())
    return done.stdout


def psql(database, sql, user=USER):
    """The rows that psql prints: whole numbers as numbers, NULL as None, all else as texts."""
    out = _tool("psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--single-transaction",
                "--field-separator=\x1f", "--record-separator=\x1e", "--pset=null=\x1d",
                "--set=ON_ERROR_STOP=1", "--dbname", database, input=sql, user=user)

    def value(text):
        if text == "\x1d":
            return None
        return int(text) if text.lstrip("-").isdigit() and str(int(text)) == text else text
    return [tuple(map(value, line.split("\x1f"))) for line in out.removesuffix("\n").split("\x1e") if line]


def psql_outside(*statements):
    """Statements that no transaction may hold."""
    for statement in statements:
        _tool("psql", "--no-psqlrc", "--quiet", "--dbname", "postgres", "--command", statement)


@functools.cache
def _database_of(path):
    number = len(psql("postgres", "SELECT datname FROM pg_database"))
    name = f"r{os.getpid()}_{number}"
    psql_outside(f"CREATE DATABASE {name}")
    return name


def store_url(path):
    """Where a register goes that SQLite would keep in a file at this path."""
    return database_url(path) if is_postgres() else f"sqlite:{path}"


def database_url(path):
    """The same in a PostgreSQL, whatever the tests run on."""
    return f"postgresql://{USER}@/{_database_of(str(path))}?host={socket_folder()}"


def _database(url):
    return url.partition("@/")[2].partition("?")[0]


def files_folder(url):
    """The folder for uploads and results."""
    if url.startswith("sqlite:"):
        return pathlib.Path(f"{url.removeprefix('sqlite:')}.files")
    return pathlib.Path(os.environ["BERM_FILES"], _database(url))


def _sqlite(url, *statements):
    database = sqlite3.connect(url.removeprefix("sqlite:"))
    try:
        with database:
            rows = [database.execute(statement).fetchall() for statement in statements]
    except sqlite3.IntegrityError as error:
        raise Refused(str(error)) from error
    finally:
        database.close()
    return rows[-1]


def ask(url, sql):
    """Run one statement in a register, beside the program; its rows. Refused where a rule forbids it."""
    return _sqlite(url, sql) if url.startswith("sqlite:") else psql(_database(url), sql)


def run_script(url, sql):
    """Statements, each ended by a semicolon, that make what a register of another time had."""
    if url.startswith("sqlite:"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:"))) as database:
            database.executescript(sql)
    else:
        psql(_database(url), sql)


def tamper(url, *statements):
    """As somebody would who owns the server: without its triggers and references."""
    if url.startswith("sqlite:"):
        fences = ask(url, "SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        _sqlite(url, *(f"DROP TRIGGER {name}" for (name,) in fences), *statements)
    else:
        psql(_database(url), ";\n".join(["SET session_replication_role = replica", *statements]),
             user=ADMINISTRATOR)


def dump(url, *options):
    """All that stands in a register, as text; options are pg_dump's."""
    if url.startswith("sqlite:"):
        database = sqlite3.connect(url.removeprefix("sqlite:"))
        try:
            return "\n".join(database.iterdump())
        finally:
            database.close()
    return _tool("pg_dump", *options, "--dbname", _database(url))


def copy_register(url, path):
    """The same register again, at a place that may hold an older copy; its URL."""
    copy = store_url(path)
    if url.startswith("sqlite:"):
        for suffix in ("", "-wal", "-shm"):
            pathlib.Path(f"{path}{suffix}").unlink(missing_ok=True)
        source, target = (sqlite3.connect(each.removeprefix("sqlite:")) for each in (url, copy))
        source.backup(target)
        source.close()
        target.close()
    else:
        psql_outside(f"DROP DATABASE IF EXISTS {_database(copy)}",
                     f"CREATE DATABASE {_database(copy)} TEMPLATE {_database(url)}")
    return copy


@contextlib.contextmanager
def other_writer(url, lock="journal IN EXCLUSIVE MODE"):
    """Somebody else is in the middle of writing to the register. lock: in PostgreSQL, held by them."""
    if url.startswith("sqlite:"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:"), isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            yield
        return
    process = subprocess.Popen(["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--host", socket_folder(),
                                "--username", USER, "--dbname", _database(url)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    process.stdin.write(f"BEGIN; LOCK TABLE {lock}; SELECT 'held';\n")  # the journal: whoever writes, writes it
    process.stdin.flush()
    try:
        assert "held" in process.stdout.readline()
        yield
    finally:
        process.communicate("ROLLBACK;\n")


def fault_within(url):
    """What is broken in the database itself; "ok" where nothing is."""
    if url.startswith("sqlite:"):
        return ask(url, "PRAGMA integrity_check")[0][0]
    psql(_database(url), "CREATE EXTENSION IF NOT EXISTS amcheck SCHEMA pg_catalog", user=ADMINISTRATOR)
    try:
        psql(_database(url), "SELECT bt_index_check(c.oid, true) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
                             "JOIN pg_am a ON a.oid = c.relam "
                             "WHERE a.amname = 'btree' AND c.relnamespace = 'public'::regnamespace", user=ADMINISTRATOR)
    except Refused as why:
        return str(why)
    return "ok"


def main():
    try:
        server = Server()
    except Missing as why:
        print(f"skip PostgreSQL: {why}")
        return 0
    files = tempfile.mkdtemp(prefix="berm-files-")
    try:
        environment = {**os.environ, "BERM_TEST_STORE": "postgres", "BERM_FILES": files,
                       "BERM_TEST_POSTGRES": str(server.folder)}
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode
    finally:
        server.remove()
        shutil.rmtree(files, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
