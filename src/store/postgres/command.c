/*
 * Commands that every session runs again and again: begins and ends of transactions, marks, and
 * what may be seen. They are prepared when it begins, in one round trip: to read and analyse their
 * words each time takes the server as long as a short query does.
 */
#include "store/postgres/connection.h"

#include <stdio.h>

enum { COMMAND_NAME_BYTES_MAX = 16 };

static const char SEE[] =
    "SELECT set_config('role', $1, true), set_config('berm.areas', $2, true),"
    " set_config('berm.sensitive_areas', $3, true), set_config('berm.role', $4, true),"
    " set_config('berm.household', '', true), set_config('berm.person', '', true)";

static const char *const COMMANDS[COMMAND_COUNT] = {
    [COMMAND_BEGIN_READ] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    [COMMAND_BEGIN_SHARED] = "BEGIN ISOLATION LEVEL SERIALIZABLE",
    [COMMAND_LOCK_SHARED] = "LOCK TABLE berm_schema IN ROW SHARE MODE",
    [COMMAND_LEAVE_ROLE] = "SET LOCAL ROLE NONE",
    [COMMAND_MARK] = "SAVEPOINT mark",
    [COMMAND_KEEP_MARK] = "RELEASE SAVEPOINT mark",
    [COMMAND_COMMIT] = "COMMIT",
    [COMMAND_ROLLBACK] = "ROLLBACK",
    [COMMAND_SEE] = SEE,
};

static const char *name_of(enum session_command command, char name[COMMAND_NAME_BYTES_MAX])
{
    snprintf(name, COMMAND_NAME_BYTES_MAX, "command%d", (int)command);
    return name;
}

enum berm_status postgres_prepare_commands(struct connection *connection, struct berm_error *err)
{
    char name[COMMAND_NAME_BYTES_MAX];

    for (enum session_command command = 0; command < COMMAND_COUNT; command++) {
        TRY(postgres_open_pipeline(connection, err));
        if (PQsendPrepare(connection->server, name_of(command, name), COMMANDS[command], 0, NULL) !=
            1)
            return fail_from_postgres(connection, NULL, err);
        postgres_note_sent(connection, NULL);
    }
    return postgres_catch_up(connection, err);
}

enum berm_status postgres_command(struct connection *connection, enum session_command command,
                                  const char *const *values, int value_count, PGresult **place,
                                  struct berm_error *err)
{
    char name[COMMAND_NAME_BYTES_MAX];

    TRY(postgres_open_pipeline(connection, err));
    if (PQsendQueryPrepared(connection->server, name_of(command, name), value_count, values, NULL,
                            NULL, 1) != 1)
        return fail_from_postgres(connection, NULL, err);
    postgres_note_sent(connection, place);
    return BERM_OK;
}
