#!/usr/bin/env python3
"""The user of a database of PostgreSQL: one who may make no roles, one who does not own the tables, a superuser, one
without a connection left; and what is said where an address of a database is no place for a command."""
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from postgres import ADMINISTRATOR, USER, database_url, is_postgres, psql  # noqa: E402
from registers import make_register  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder  # noqa: E402

if not is_postgres():
    print("skip the whole script: a file of SQLite has no users")
    raise SystemExit(0)

OTHER = f"other_{os.getpid()}"
HOUSEHOLDS = "code,area\nA,X1\nB,X2\n"


def administrate(*statements):
    for statement in statements:
        psql("postgres", statement, user=ADMINISTRATOR)


def seen_by(user, url):
    return url.replace(f"//{USER}@", f"//{user}@")


def name_of(url):
    return url.partition("@/")[2].partition("?")[0]


with folder() as here:
    url = make_register(here, HOUSEHOLDS)
    empty = database_url(here / "empty")
    administrate(f"CREATE ROLE {OTHER} LOGIN")
    try:
        # Who may make no role is told what is missing, and the next try finds an empty place.
        administrate(f"ALTER DATABASE {name_of(empty)} OWNER TO {OTHER}")
        place = ("--store", seen_by(OTHER, empty), "--pack", "rural-cn")
        refused = berm("init", *place)
        contains("a user without the role is told which right is missing", refused.err,
                 f"runs once: GRANT berm_fenced TO {OTHER};")
        equal("nothing stays of the register that could not be made",
              psql(name_of(empty), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), [(0,)])
        administrate(f"GRANT berm_fenced TO {OTHER}")
        contains("and of the other role", berm("init", *place).err, f"runs once: GRANT berm_everywhere TO {OTHER};")
        administrate(f"GRANT berm_everywhere TO {OTHER}")
        made = berm("init", *place)
        check("once they are granted, the same command makes the register", made.code == 0, made.text)

        # Where the rules for rows hold the user, nobody must take the rest for the register.
        psql(name_of(url), f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {OTHER}")
        stranger = seen_by(OTHER, url)
        for command in (("doctor",), ("households",), ("screen", "--month", "2020-09")):
            refused = berm(*command, "--store", stranger)
            contains(f"{command[0]}: who does not own the tables is refused", refused.err,
                     f"pg_restore --no-owner --role={OTHER}")

        # A superuser is served, and the doctor says so.
        told = berm("doctor", "--store", seen_by(ADMINISTRATOR, url))
        contains("a superuser is told of", told.out, f"note   the database's user {ADMINISTRATOR} is a superuser")
        equal("which is no fault", told.code, 0)
        check("an ordinary user is not one", "superuser" not in berm("doctor", "--store", url).out)

        # A connection that is not to be had.
        administrate(f"ALTER ROLE {OTHER} CONNECTION LIMIT 0")
        contains("where no connection is left, that is said", berm("findings", "--store", seen_by(OTHER, empty)).err,
                 "max_connections")
    finally:
        for database in (name_of(empty), name_of(url)):
            psql(database, f"REASSIGN OWNED BY {OTHER} TO {USER}; DROP OWNED BY {OTHER}", user=ADMINISTRATOR)
        administrate(f"DROP ROLE {OTHER}")

    refused = berm("verify", url)
    check("an address of a database is no backup", refused.code == 1 and "berm doctor" in refused.err, refused.text)

finish()
