/* The SQLite driver's connection, and how SQLite's failures become Berm's. */
#ifndef STORE_SQLITE_CONNECTION_H
#define STORE_SQLITE_CONNECTION_H

#include <sqlite3.h>

#include "store/driver.h"

struct connection {
    sqlite3 *database;
    bool is_read_only;
    bool is_bulk;
    bool is_unfinished; /* a register is being moved here */
    int cache_kib;      /* while it is not bulk loading */
    char *path;
};

/** Say what went wrong in the words of the person who can mend it. code: SQLite's extended code. */
enum berm_status fail_from_sqlite(const struct connection *connection, int code,
                                  struct berm_error *err);

/* The rows of the driver's table that live in copy.c. */
enum berm_status sqlite_copy_to(void *handle, const char *location, struct berm_error *err);
enum berm_status sqlite_space(void *handle, int64_t *ret_used_bytes, int64_t *ret_free_bytes,
                              struct berm_error *err);

/* The rows of the driver's table that live in lock.c. */
enum berm_status sqlite_files_folder(void *handle, struct buffer *out, struct berm_error *err);
enum berm_status sqlite_take_lock(void *handle, const char *name, void **ret_lock,
                                  struct berm_error *err);
void sqlite_release_lock(void *lock);

/* The rows of the driver's table that live in statement.c. */
enum berm_status sqlite_prepare(void *handle, struct text sql, enum statement_kind kind,
                                void **ret_statement, struct berm_error *err);
void sqlite_finalize(void *handle);
int sqlite_parameter_count(void *handle);
int sqlite_column_count(void *handle);
bool sqlite_bind_int64(void *handle, int parameter, int64_t value);
bool sqlite_bind_text(void *handle, int parameter, struct text value);
bool sqlite_bind_bytes(void *handle, int parameter, struct text value);
bool sqlite_bind_null(void *handle, int parameter);
enum berm_status sqlite_step(void *connection, void *handle, bool *ret_has_row,
                             struct berm_error *err);
void sqlite_reset(void *handle);
void sqlite_clear(void *handle);
int64_t sqlite_changed_count(void *connection);
bool sqlite_column_is_null(void *handle, int column);
int64_t sqlite_column_int64(void *handle, int column);
struct text sqlite_column_text(void *handle, int column);
struct text sqlite_column_bytes(void *handle, int column);
struct field_value sqlite_column_field(void *handle, int column, const struct variable *variable);

#endif
