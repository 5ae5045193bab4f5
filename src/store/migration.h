/* Numbered, forward-only changes of the schema, carried in the program. */
#ifndef STORE_MIGRATION_H
#define STORE_MIGRATION_H

#include "store/driver.h"

struct migration {
    const char *name; /* "0001_register" */
    const char *sqlite;
    const char *postgres;
};

/* Made by tools/number_sql.py out of migrations/. */
extern const struct migration migrations[];
extern const int migration_count;
/** Every table of the schema behind those that it refers to. */
extern const char *const tables_by_reference[];
extern const int tables_by_reference_count;

/** How many migrations were applied. */
static inline int schema_version(struct schema_state state)
{
    return state.version % UNFINISHED;
}

/** Inside a transaction: from now on the schema has this version, of a register or of an unfinished
 * one. */
MUST_USE enum berm_status schema_set_version(struct store *store, int version,
                                             struct berm_error *err);

/**
 * Apply what is missing, each migration in its own transaction. Safe while another process does the
 * same: the version is read again under the write lock.
 */
MUST_USE enum berm_status migrations_apply(struct store *store, struct berm_error *err);

#endif
