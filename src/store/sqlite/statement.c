/*
 * Prepared statements over SQLite: each function is one or two calls, because they run for every
 * value of every row. Text is bound without a copy, as store.h promises its callers to keep it.
 */
#include "store/sqlite/connection.h"
#include "store/stored_form.h"

enum berm_status sqlite_prepare(void *handle, struct text sql, enum statement_kind kind,
                                void **ret_statement, struct berm_error *err)
{
    struct connection *connection = handle;
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v3(connection->database, sql.bytes, (int)sql.length,
                                  SQLITE_PREPARE_PERSISTENT, &statement, NULL);

    (void)kind; /* a row is read when it is asked for */
    if (code != SQLITE_OK)
        return fail_from_sqlite(connection, code, err);
    *ret_statement = statement;
    return BERM_OK;
}

void sqlite_finalize(void *handle)
{
    sqlite3_finalize(handle);
}

int sqlite_parameter_count(void *handle)
{
    return sqlite3_bind_parameter_count(handle);
}

int sqlite_column_count(void *handle)
{
    return sqlite3_column_count(handle);
}

bool sqlite_bind_int64(void *handle, int parameter, int64_t value)
{
    return sqlite3_bind_int64(handle, parameter, value) == SQLITE_OK;
}

bool sqlite_bind_text(void *handle, int parameter, struct text value)
{
    /* SQLite takes a NULL pointer for the value NULL; an empty text is a value. */
    const char *bytes = value.bytes == NULL ? "" : value.bytes;

    return sqlite3_bind_text64(handle, parameter, bytes, value.length, SQLITE_STATIC,
                               SQLITE_UTF8) == SQLITE_OK;
}

bool sqlite_bind_bytes(void *handle, int parameter, struct text value)
{
    const char *bytes = value.bytes == NULL ? "" : value.bytes;

    return sqlite3_bind_blob64(handle, parameter, bytes, value.length, SQLITE_STATIC) == SQLITE_OK;
}

bool sqlite_bind_null(void *handle, int parameter)
{
    return sqlite3_bind_null(handle, parameter) == SQLITE_OK;
}

enum berm_status sqlite_step(void *connection, void *handle, bool *ret_has_row,
                             struct berm_error *err)
{
    int code = sqlite3_step(handle);

    if (code == SQLITE_ROW) {
        *ret_has_row = true;
        return BERM_OK;
    }
    if (code == SQLITE_DONE) {
        *ret_has_row = false;
        return BERM_OK;
    }
    enum berm_status status = fail_from_sqlite(connection, code, err);
    sqlite3_reset(handle);
    return status;
}

void sqlite_reset(void *handle)
{
    sqlite3_reset(handle); /* repeats the error of the last step, which was told already */
}

void sqlite_clear(void *handle)
{
    sqlite3_reset(handle);
    sqlite3_clear_bindings(handle); /* texts are bound without a copy and go with their owner */
}

int64_t sqlite_changed_count(void *handle)
{
    struct connection *connection = handle;

    return sqlite3_changes64(connection->database);
}

bool sqlite_column_is_null(void *handle, int column)
{
    return sqlite3_column_type(handle, column) == SQLITE_NULL;
}

int64_t sqlite_column_int64(void *handle, int column)
{
    return sqlite3_column_int64(handle, column);
}

struct text sqlite_column_text(void *handle, int column)
{
    const unsigned char *bytes = sqlite3_column_text(handle, column);

    if (bytes == NULL)
        return (struct text){0};
    return (struct text){(const char *)bytes, (size_t)sqlite3_column_bytes(handle, column)};
}

/* SQLite gives a NULL pointer for no bytes, too. */
struct text sqlite_column_bytes(void *handle, int column)
{
    const char *bytes = sqlite3_column_blob(handle, column);

    if (bytes == NULL)
        return (struct text){sqlite_column_is_null(handle, column) ? NULL : "", 0};
    return (struct text){bytes, (size_t)sqlite3_column_bytes(handle, column)};
}

struct field_value sqlite_column_field(void *handle, int column, const struct variable *variable)
{
    struct field_value value = {0};

    if (is_stored_as_number(variable)) { /* only a zero needs the second question */
        value.number = sqlite3_column_int64(handle, column);
        value.is_known = value.number != 0 || sqlite3_column_type(handle, column) != SQLITE_NULL;
        return value;
    }
    struct text text = sqlite_column_text(handle, column);
    return text.bytes == NULL ? value : stored_text_read(variable, text);
}
