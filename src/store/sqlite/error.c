/*
 * SQLite's result codes in Berm's words. The sentence names the file and the remedy; SQLite's own
 * words follow only where they help the one who has to look closer.
 */
#include "store/sqlite/connection.h"

static enum berm_status fail_from_constraint(const struct connection *connection, int code,
                                             struct berm_error *err)
{
    const char *words = sqlite3_errmsg(connection->database);

    switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return fail_with(err, BERM_CONFLICT, "it is there already (%s)", words);
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return fail_with(err, BERM_CONFLICT,
                         "the row refers to something that is not in the register, or something "
                         "in the register still refers to it (%s)",
                         words);
    default:
        return fail_with(err, BERM_INTERNAL, "a rule of the register's schema was broken: %s",
                         words);
    }
}

enum berm_status fail_from_sqlite(const struct connection *connection, int code,
                                  struct berm_error *err)
{
    const char *path = connection->path;
    const char *words = sqlite3_errmsg(connection->database);

    switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return fail_with(err, BERM_BUSY,
                         "another process is writing to %s; wait until it has finished and try "
                         "again",
                         path);
    case SQLITE_FULL:
        return fail_with(
            err, BERM_IO,
            "the disk is full: %s could not be written; nothing of this step was kept, "
            "make room and run it again",
            path);
    case SQLITE_IOERR:
        if (code == SQLITE_IOERR_NOMEM)
            return fail_with(err, BERM_NO_MEMORY, "there is no memory left to work on %s", path);
        return fail_with(err, BERM_IO, "reading or writing %s failed (%s); check the disk", path,
                         words);
    case SQLITE_CORRUPT:
        return fail_with(err, BERM_CORRUPT,
                         "%s is damaged (%s); restore it from a copy, and check the disk", path,
                         words);
    case SQLITE_NOTADB:
        return fail_with(err, BERM_CORRUPT,
                         "%s is no Berm register or is damaged; give the path of a register, or "
                         "restore it from a copy",
                         path);
    case SQLITE_CANTOPEN:
        return fail_with(err, BERM_IO,
                         "%s cannot be opened; check that its folder is there and may be written",
                         path);
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
        return fail_with(err, BERM_IO,
                         "%s may not be written; check the permissions of the file and its folder",
                         path);
    case SQLITE_NOMEM:
        return fail_with(err, BERM_NO_MEMORY, "there is no memory left to work on %s", path);
    case SQLITE_TOOBIG:
        return fail_with(err, BERM_LIMIT, "a value is larger than the database takes");
    case SQLITE_INTERRUPT:
        return fail_with(err, BERM_CANCELLED, "the work on %s was stopped", path);
    case SQLITE_CONSTRAINT:
        return fail_from_constraint(connection, code, err);
    default:
        return fail_with(err, BERM_INTERNAL, "SQLite refused (%d: %s)", code, words);
    }
}
