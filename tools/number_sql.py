#!/usr/bin/env python3
"""Turn the named SQL of src/store/sql/ and the migrations into C.

    number_sql.py statements SQL_FOLDER --header OUT.h --source OUT.c [--depfile OUT.d]
    number_sql.py migrations FOLDER --source OUT.c [--depfile OUT.d]

A block is "-- name: household_insert", comment lines, and one statement that ends in a semicolon.
":code" is a parameter; the same name twice is one parameter, numbered by first appearance. The same
name may come twice where each block says "-- only: sqlite" or "-- only: postgres"; both must use
the same parameters. The C side prepares by enum, so a misspelled name does not compile. "-- scan" says
that the rows are those of the households from :low to :high, in order, which a database may read ahead.
"-- few: of what" says of a sorted list that it is short by its nature (one household's members), so
that PostgreSQL gives it at once and not through a cursor.

A migration is written once, in the words of SQLite, and its types are rewritten for PostgreSQL. What
cannot be said in both stands between the lines "-- only: sqlite" or "-- only: postgres" and "-- both:".
"""
import argparse
import pathlib
import re
import sys

DIALECTS = ("sqlite", "postgres")
NAME = re.compile(r"--\s*name:\s*(.*?)\s*$")
ONLY = re.compile(r"--\s*only:\s*(.*?)\s*$")
SCAN = re.compile(r"--\s*scan\s*$")
FEW = re.compile(r"--\s*few:\s*\S")
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*\Z")
TOKEN = re.compile(
    r"(?P<string>'(?:[^']|'')*')"
    r'|(?P<quoted>"(?:[^"]|"")*")'
    r"|(?P<comment>--[^\n]*|/\*.*?\*/)"
    r"|(?P<cast>::)"
    r"|:(?P<parameter>[a-z][a-z0-9_]*)"
    r"|(?P<semicolon>;)"
    r"|(?P<blank>\s+)"
    r"|(?P<other>[A-Za-z0-9_.]+|.)",
    re.DOTALL,
)


class SqlError(Exception):
    def __init__(self, path, line, message):
        super().__init__(f"{path}:{line}: {message}")


class Block:
    """One named statement of one file."""

    def __init__(self, path, line, name):
        self.path = path
        self.line = line
        self.name = name
        self.only = None
        self.is_scan = False
        self.is_few = False
        self.lines = []
        self.parts = []  # text pieces and ("parameter", name)
        self.parameters = []

    def fail(self, message):
        raise SqlError(self.path, self.line, f"statement '{self.name}': {message}")

    def parse(self):
        is_ended = False
        for token in TOKEN.finditer("\n".join(self.lines)):
            kind, text = token.lastgroup, token.group()
            if kind in ("comment", "blank"):
                self.parts.append(" ")
                continue
            if is_ended:
                self.fail("there is something behind the semicolon; give every statement its own '-- name:' line")
            if kind == "semicolon":
                is_ended = True
            elif kind == "parameter":
                name = token.group("parameter")
                if name not in self.parameters:
                    self.parameters.append(name)
                self.parts.append(("parameter", name))
            elif kind == "other" and text in ("?", "$", "'", '"'):
                self.fail(f"{text} is not allowed here; write parameters as :name and close every quote")
            else:
                self.parts.append(text)
        if not any(part != " " for part in self.parts):
            self.fail("there is no SQL under this name")
        if not is_ended:
            self.fail("the semicolon at the end is missing")
        if self.is_scan and self.parameters[:2] != ["low", "high"]:
            self.fail("a scan's first two parameters are :low and :high")
        if self.is_scan and self.is_few:
            self.fail("a scan is not short; take '-- scan' or '-- few:' away")

    def text(self, marker, parameters):
        out = []
        for part in self.parts:
            if isinstance(part, tuple):
                out.append(f"{marker}{parameters.index(part[1]) + 1}")
            elif not (part == " " and (not out or out[-1] == " ")):
                out.append(part)
        return "".join(out).strip()


def read_blocks(path):
    blocks = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        name = NAME.match(line.strip())
        only = ONLY.match(line.strip())
        if name:
            if not IDENTIFIER.match(name.group(1)):
                raise SqlError(path, number, f"'{name.group(1)}' is no name; use lower case, digits and _")
            blocks.append(Block(path, number, name.group(1)))
        elif only and blocks:
            if only.group(1) not in DIALECTS:
                raise SqlError(path, number, f"'{only.group(1)}' is no database; use {' or '.join(DIALECTS)}")
            blocks[-1].only = only.group(1)
        elif SCAN.match(line.strip()) and blocks:
            blocks[-1].is_scan = True
        elif blocks and FEW.match(line.strip()):
            blocks[-1].is_few = True
        elif blocks:
            blocks[-1].lines.append(line)
        elif line.strip() and not line.strip().startswith("--"):
            raise SqlError(path, number, "SQL before the first '-- name:' line")
    for block in blocks:
        block.parse()
    return blocks


def collect(paths):
    """name -> {dialect: Block}, in the order of the files."""
    statements = {}
    for path in paths:
        for block in read_blocks(path):
            variants = statements.setdefault(block.name, {})
            for dialect in (block.only,) if block.only else DIALECTS:
                if dialect in variants:
                    other = variants[dialect]
                    block.fail(f"the name is taken already at {other.path}:{other.line}")
                variants[dialect] = block
            first = next(iter(variants.values()))
            if set(first.parameters) != set(block.parameters):
                block.fail(f"its parameters differ from those of the variant at {first.path}:{first.line}")
    return statements


def c_string(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def header(statements):
    out = ["/* Made by tools/number_sql.py out of src/store/sql/; do not edit. */",
           "#ifndef STORE_STATEMENTS_GEN_H", "#define STORE_STATEMENTS_GEN_H", "",
           "#include <stdbool.h>", "", "enum statement_id {"]
    out += [f"    STATEMENT_{name.upper()}," for name in statements]
    out += ["    STATEMENT_COUNT,", "};", ""]
    for name, variants in statements.items():
        parameters = next(iter(variants.values())).parameters
        if parameters:
            out.append("enum {")
            out += [f"    {name.upper()}__{parameter.upper()} = {index}," for index, parameter in enumerate(parameters, 1)]
            out += ["};", ""]
    out += ["/** A statement's SQL for each database; NULL where it has none. */", "struct statement_text {",
            "    const char *name;", "    const char *sqlite;", "    const char *postgres;",
            "    bool is_scan; /* over the households from parameter 1 to 2 */",
            "    bool is_few;  /* a sorted list that is short by its nature */", "};", "",
            "extern const struct statement_text statement_texts[];", "", "#endif", ""]
    return "\n".join(out)


def source(statements):
    out = ["/* Made by tools/number_sql.py out of src/store/sql/; do not edit. */",
           '#include "store/statements.gen.h"', "", "const struct statement_text statement_texts[] = {"]
    for name, variants in statements.items():
        parameters = next(iter(variants.values())).parameters
        texts = [c_string(variants[dialect].text(marker, parameters)) if dialect in variants else "0"
                 for dialect, marker in zip(DIALECTS, "?$")]
        marks = [str(any(getattr(block, mark) for block in variants.values())).lower() for mark in ("is_scan", "is_few")]
        out.append(f"    {{{c_string(name)}, {', '.join(texts + marks)}}},")
    out += ["};", ""]
    return "\n".join(out)


BOTH = re.compile(r"--\s*both:\s*$")
# Texts compare by bytes, as they do in SQLite and in the program; the database's own order may differ.
POSTGRES_TYPES = {"INTEGER": "BIGINT", "TEXT": 'TEXT COLLATE "C"', "BLOB": "BYTEA"}
SQLITE_OPTIONS = re.compile(r"\)\s*STRICT(?:\s*,\s*WITHOUT\s+ROWID)?\s*;")


def section(path, dialect):
    """The lines of a migration that this database is given."""
    lines = []
    only = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        marker = ONLY.match(line)
        if marker:
            only = marker.group(1)
            if only not in DIALECTS:
                raise SqlError(path, number, f"'{only}' is no database; use {' or '.join(DIALECTS)}")
        elif BOTH.match(line):
            only = None
        elif only in (None, dialect):
            lines.append(line)
    if only:
        raise SqlError(path, number, f"what is only for {only} has no end; write '-- both:' behind it")
    return "\n".join(lines) + "\n"


def in_postgres(sql):
    """SQLite's types and table options in PostgreSQL's words; strings and names stay as they are."""
    words = []
    for token in TOKEN.finditer(sql):
        if token.lastgroup == "comment":
            continue
        words.append(POSTGRES_TYPES.get(token.group(), token.group()) if token.lastgroup == "other" else token.group())
    lines = (line.rstrip() for line in SQLITE_OPTIONS.sub(");", "".join(words)).splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def byte_array(name, text):
    """C limits how long a string literal may be, and not how long an array."""
    data = text.encode("utf-8") + b"\0"
    rows = [",".join(str(byte) for byte in data[start:start + 24]) for start in range(0, len(data), 24)]
    return [f"static const char {name}[] = {{", *(f"    {row}," for row in rows), "};", ""]


TABLE = re.compile(r"(CREATE|ALTER|DROP) TABLE (\w+)(?: RENAME TO (\w+))?")
REFERENCED = re.compile(r"\bREFERENCES (\w+)")


def tables_by_reference(migrations):
    """Every table behind those that it refers to."""
    referred = {}
    for statement in ";".join(migrations).split(";"):
        made = TABLE.match(statement.strip())
        if made and made[1] == "DROP":
            del referred[made[2]]
        elif made and made[3]:
            referred[made[3]] = referred.pop(made[2])
        elif made:
            referred.setdefault(made[2], []).extend(REFERENCED.findall(statement))
    ordered = []

    def put(table):
        if table not in ordered:
            for other in referred.get(table, []):
                if other != table:
                    put(other)
            ordered.append(table)

    for table in referred:
        put(table)
    return ordered


def migrations_source(paths):
    out = ["/* Made by tools/number_sql.py out of src/store/migrations/; do not edit. */",
           '#include "store/migration.h"', ""]
    for number, path in enumerate(paths, 1):
        if not re.fullmatch(rf"{number:04d}_[a-z0-9_]+\.sql", path.name):
            raise SqlError(path, 1, f"migrations are numbered without a gap; this one should be {number:04d}_NAME.sql")
        out += byte_array(f"sqlite_{number}", section(path, "sqlite"))
        out += byte_array(f"postgres_{number}", in_postgres(section(path, "postgres")))
    out += ["const struct migration migrations[] = {"]
    out += [f"    {{{c_string(path.stem)}, sqlite_{number}, postgres_{number}}}," for number, path in enumerate(paths, 1)]
    out += ["};", f"const int migration_count = {len(paths)};", ""]
    tables = tables_by_reference(in_postgres(section(path, "postgres")) for path in paths)
    out += ["const char *const tables_by_reference[] = {", *(f"    {c_string(table)}," for table in tables), "};",
            f"const int tables_by_reference_count = {len(tables)};", ""]
    return "\n".join(out)


def write_if_changed(path, content):
    """Leave an unchanged file alone, so that a comment in SQL does not rebuild the program."""
    path = pathlib.Path(path)
    if not path.exists() or path.read_text(encoding="utf-8") != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("statements", "migrations"))
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--header")
    parser.add_argument("--source", required=True)
    parser.add_argument("--depfile")
    arguments = parser.parse_args()
    paths = sorted(arguments.folder.glob("*.sql"))
    try:
        if arguments.what == "statements":
            statements = collect(paths)
            write_if_changed(arguments.header, header(statements))
            write_if_changed(arguments.source, source(statements))
        else:
            write_if_changed(arguments.source, migrations_source(paths))
    except SqlError as error:
        print(f"number_sql.py: {error}", file=sys.stderr)
        return 1
    if arguments.depfile:  # the folder too: a new file in it changes the folder
        target = arguments.header or arguments.source
        needed = " ".join(str(path) for path in [arguments.folder, *paths])
        pathlib.Path(arguments.depfile).write_text(f"{target}: {needed}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
