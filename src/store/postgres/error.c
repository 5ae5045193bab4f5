/*
 * PostgreSQL's error codes in Berm's words: the first two letters are the class, and only a few
 * codes of a class need words of their own. The url is safe to print, because a register whose url
 * holds a password is never opened.
 */
#include "store/postgres/connection.h"

#include <string.h>

/* libpq ends its messages with a line end, and puts several lines where it tried several addresses.
 */
static void copy_words(const char *message, char *out, size_t size)
{
    size_t length = 0;

    while (message[length] != 0 && length + 1 < size) {
        out[length] = message[length] == '\n' || message[length] == '\t' ? ' ' : message[length];
        length++;
    }
    while (length > 0 && out[length - 1] == ' ')
        length--;
    out[length] = 0;
}

static enum berm_status fail_lost(const struct connection *connection, struct berm_error *err)
{
    char words[256];

    copy_words(PQerrorMessage(connection->server), words, sizeof words);
    return fail_with(err, BERM_UNAVAILABLE,
                     "the connection to %s was lost (%s); what was not committed is not in the "
                     "register, try again when the server answers",
                     connection->url, words);
}

/* Codes whose words say more than those of their class. */
static const struct code {
    const char *code;
    enum berm_status status;
    const char *words;
} CODES[] = {
    {"23505", BERM_CONFLICT, "it is there already"},
    {"23503", BERM_CONFLICT,
     "the row refers to something that is not in the register, or something in the register still "
     "refers to it"},
    {"55P03", BERM_BUSY,
     "another process is writing to the register; wait until it has finished and try again"},
    {"57014", BERM_CANCELLED,
     "the server stopped the work, because somebody asked it to or its statement_timeout was over; "
     "run it again"},
    {"42501", BERM_IO, "the database's user may not do this; grant the right, or use another user"},
    {"25006", BERM_IO, "the server or the session may only read; write to the primary"},
    {"53300", BERM_UNAVAILABLE,
     "the database's server takes no more connections; try again, or raise its max_connections"},
    {"25P02", BERM_INTERNAL, "an earlier failure undid the transaction"},
    {"22021", BERM_INVALID_INPUT,
     "a text holds bytes that the database cannot store; take them out"},
    {"54000", BERM_LIMIT, "a value is larger than the database takes; shorten it"},
};

/* Classes of codes: the first two letters. */
static const struct code CLASSES[] = {
    {"40", BERM_BUSY,
     "another process changed the same rows at the same moment; nothing of this step was kept, try "
     "again"},
    {"53", BERM_IO,
     "the database's server has no disk, memory or connection left; nothing of this step was kept, "
     "make room there and run it again"},
    {"57", BERM_UNAVAILABLE,
     "the database's server is stopping or starting; try again in a moment"},
    {"58", BERM_IO, "the database's server could not read or write a file; check its disk"},
    {"XX", BERM_CORRUPT,
     "the database is damaged or failed within; look at the server's log, restore it from a copy"},
    {"08", BERM_UNAVAILABLE, "the connection to the database failed; try again"},
};

static const struct code *code_of(const char *code)
{
    for (size_t i = 0; i < ARRAY_COUNT(CODES); i++)
        if (strcmp(CODES[i].code, code) == 0)
            return &CODES[i];
    for (size_t i = 0; i < ARRAY_COUNT(CLASSES); i++)
        if (strncmp(CLASSES[i].code, code, 2) == 0)
            return &CLASSES[i];
    return NULL;
}

enum berm_status fail_from_postgres(struct connection *connection, const PGresult *result,
                                    struct berm_error *err)
{
    const char *code = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message =
        result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const struct code *known = NULL;
    char words[256];

    connection->has_failed = true;
    if (PQstatus(connection->server) == CONNECTION_BAD) {
        postgres_note_loss(connection, LOSS_CONNECTION);
        return fail_lost(connection, err);
    }
    if (code == NULL) {
        copy_words(PQerrorMessage(connection->server), words, sizeof words);
        return fail_with(err, BERM_INTERNAL, "libpq refused: %s", words);
    }
    if (strncmp(code, "40", 2) == 0)
        postgres_note_loss(connection, LOSS_CONFLICT);
    if (strncmp(code, "57P", 3) == 0) /* the connection ends behind it */
        postgres_note_loss(connection, LOSS_CONNECTION);
    known = code_of(code);
    copy_words(message == NULL ? "" : message, words, sizeof words);
    if (known == NULL)
        return fail_with(err, BERM_INTERNAL, "PostgreSQL refused (%s: %s)", code, words);
    /* without the url, because clients of a server read some of these */
    return fail_with(err, known->status, "%s (%s: %s)", known->words, code, words);
}
