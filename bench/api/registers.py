"""The registers that are asked: made up, and the same in either kind of store.

Each is made once and kept in the folder for the next run. That of PostgreSQL lies in a server of its own, which is
started with it on a socket in a temporary folder and stopped with it; its settings are Debian's, so it waits for the
disk at each commit.
"""
import contextlib
import os
import pathlib
import sqlite3
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / os.environ.get("BUILD", "build")
sys.path.insert(0, str(ROOT / "tests" / "lib"))
import postgres  # noqa: E402

SCOPES = "household_read,household_write,finding_list,area_list,account_manage,fields_internal,fields_personal"
PASSWORD = "water over the weir"
SETTINGS_SHOWN = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_connections",
                  "plan_cache_mode")


def say(*words):
    print(*words, flush=True)


def berm(*arguments, **options):
    result = subprocess.run([str(BUILD / "berm"), *map(str, arguments)], capture_output=True, text=True, **options)
    if result.returncode not in (0, 3):
        sys.exit(f"berm {arguments[0]}: {result.stderr}")
    return result.stdout


def processor_seconds(pids):
    """What these processes have used so far, of user and system. One that is gone counts no more."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


class Register:
    """What both kinds have in common."""

    def make(self, households, key):
        """A made-up register with a published month and an account; a token of it."""
        if not key.exists():
            berm("key", "create", key)
        if self.is_made():
            say("#", berm("migrate", "--store", self.url).strip())
        else:
            say(f"# {self.name}: making a register of {households} households, which takes a while")
            begin = time.monotonic()
            berm("init", "--store", self.url, "--key", key, "--pack", "rural-cn")
            berm("synth", "--store", self.url, "--key", key, "--households", households)
            berm("screen", "--store", self.url, "--key", key, "--month", "2020-09")
            say(f"# {self.name}: made in {time.monotonic() - begin:.0f} s")
        if not self.rows("SELECT 1 FROM account WHERE name = 'bench'"):
            berm("user", "add", "bench", "--store", self.url, input=PASSWORD + "\n")
            for role in ("county", "administrator"):
                berm("user", "grant", "bench", role, "--everywhere", "--store", self.url)
        return berm("token", "create", "bench", "--store", self.url, "--label", "bench", "--scopes", SCOPES).strip()

    def rows(self, sql):
        return postgres.ask(self.url, sql)

    def close(self):
        pass


class Sqlite(Register):
    name = "sqlite"
    database_pids = staticmethod(lambda: [])

    def __init__(self, folder, households):
        self.path = pathlib.Path(os.environ.get("BENCH_STORE") or folder / f"register-{households}.berm")
        self.url = f"sqlite:{self.path}"
        self.disk = self.path.parent

    def is_made(self):
        return self.path.exists()

    def settle(self):
        """So that the file alone is the register."""
        self.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def describe(self):
        return "sqlite: write-ahead log, each commit waits for the disk"


class Postgres(Register):
    name = "postgresql"

    def __init__(self, folder, households):
        self.server = postgres.Server(settings={}, data=folder / "postgres")
        self.disk = folder
        self.database = f"register_{households}"
        os.environ["BERM_TEST_POSTGRES"] = str(self.server.folder)
        os.environ["BERM_FILES"] = str(folder / "files")
        self.url = f"postgresql://{postgres.USER}@/{self.database}?host={self.server.folder}"
        if not postgres.psql("postgres", f"SELECT 1 FROM pg_database WHERE datname = '{self.database}'"):
            postgres.psql_outside(f"CREATE DATABASE {self.database}")

    def is_made(self):
        return self.rows("SELECT to_regclass('berm_schema')")[0][0] is not None

    def settle(self):
        """As a server is that has run for a while: old rows cleared away, statistics taken, all on disk."""
        subprocess.run(["vacuumdb", "--quiet", "--analyze", "--host", self.server.folder, "--username",
                        postgres.ADMINISTRATOR, self.database], check=True)
        postgres.psql("postgres", "CHECKPOINT", user=postgres.ADMINISTRATOR)

    def describe(self):
        shown = ", ".join(f"{name} {postgres.psql('postgres', f'SHOW {name}')[0][0]}" for name in SETTINGS_SHOWN)
        changed = postgres.psql("postgres", "SELECT name FROM pg_settings WHERE source IN ('command line', 'database',"
                                            " 'user') AND name NOT IN ('config_file', 'data_directory')")
        return (f"postgresql: {shown}; not as Debian has it: {', '.join(name for (name,) in changed)} "
                "(reached by its socket alone)")

    def database_pids(self):
        postmaster = int((self.server.data / "postmaster.pid").read_text().split()[0])
        children = pathlib.Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        return [postmaster, *map(int, children)]

    def restart(self):
        """As an operator does it; how long nobody could connect."""
        begin = time.monotonic()
        self.server.stop("fast")
        self.server.start()
        return time.monotonic() - begin

    def close(self):
        self.server.remove("fast")


KINDS = {"sqlite": Sqlite, "postgresql": Postgres}
