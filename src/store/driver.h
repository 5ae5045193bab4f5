/*
 * What a database must do for Berm. store.c, statement.c, migration.c and dictionary.c are common
 * to all databases and reach them only through this table, so a second database is a second table.
 *
 * Handles are void pointers because each driver has its own: a caller passes back what open and
 * prepare gave it. The calls made for each value (bind_*, is_null, int64, text, field) do nothing
 * but call the database's own function: they are called ten million times a second.
 */
#ifndef STORE_DRIVER_H
#define STORE_DRIVER_H

#include "store/store.h"

enum dialect {
    DIALECT_SQLITE,
    DIALECT_POSTGRES,
};

enum transaction_kind {
    TRANSACTION_READ,   /* a snapshot, taken with its first read at the latest */
    TRANSACTION_WRITE,  /* holds the write lock from its beginning: no other writes meanwhile */
    TRANSACTION_SHARED, /* others of this kind may write at the same time: where what one of them
                           read or wrote was in another's way, one is undone (LOSS_CONFLICT) */
};

/** Why a transaction was undone that nobody rolled back. */
enum transaction_loss {
    LOSS_NONE,
    LOSS_CONFLICT,   /* for the sake of another transaction: the same again may succeed */
    LOSS_CONNECTION, /* the connection was lost before the commit: nothing of it was kept */
    LOSS_UNKNOWN,    /* the connection was lost during the commit: all of it was kept, or nothing */
};

/** One mark at a time: SET, then KEEP or UNDO, both of which take it away. */
enum mark_action { MARK_SET, MARK_KEEP, MARK_UNDO };

/** What open found at the place. */
enum schema_owner {
    SCHEMA_NONE,    /* an empty database */
    SCHEMA_BERM,    /* a register */
    SCHEMA_FOREIGN, /* a database of another program: it is never written to */
};

struct schema_state {
    enum schema_owner owner;
    int version; /* SCHEMA_BERM: how many migrations were applied, + UNFINISHED where it is that */
};

/** How much a statement reads, where its words do not tell. */
enum statement_kind {
    STATEMENT_PLAIN,
    STATEMENT_FEW,  /* a sorted list that is short by its nature, such as one household's members */
    STATEMENT_SCAN, /* parameters 1 and 2 are a range of household_ids; the others dates and numbers
                     */
};

/**
 * Added to the version of a place that a register is moved to until all of it is there. Whatever
 * knows nothing of moves takes it for a version that is newer than itself, and leaves it alone.
 */
enum { UNFINISHED = 1 << 20 };

struct store_driver {
    const char *scheme; /* with the colon: "sqlite:" */
    enum dialect dialect;

    /** Open without changing anything that is there. location: the url behind the scheme. */
    enum berm_status (*open)(const char *location, enum store_mode mode, int busy_timeout_ms,
                             void **ret_connection, struct berm_error *err);
    void (*close)(void *connection);
    void (*limit_cache)(void *connection, int cache_kib); /* a wish: nothing depends on it */
    enum berm_status (*schema_state)(void *connection, struct schema_state *ret_state,
                                     struct berm_error *err);
    /** Inside the transaction of a migration: from now on the schema has this version. */
    enum berm_status (*set_schema_version)(void *connection, int version, struct berm_error *err);
    /** Settings that may be made only on a database that is ours (or empty). */
    enum berm_status (*take_over)(void *connection, struct berm_error *err);
    /** Run SQL without parameters and rows: migrations and the dictionary's columns. */
    enum berm_status (*execute)(void *connection, const char *sql, struct berm_error *err);

    enum berm_status (*begin)(void *connection, enum transaction_kind kind, struct berm_error *err);
    /** Begin reading on connections to one database, with one snapshot; in all or in none. */
    enum berm_status (*begin_together)(void *const *connections, size_t count,
                                       struct berm_error *err);
    enum berm_status (*commit)(void *connection, struct berm_error *err);
    void (*rollback)(void *connection);
    /** A lost transaction goes on, with nothing but failures in it, until it is rolled back: what
     * a caller does after a failure that it did not look at must not become permanent. */
    bool (*is_in_transaction)(void *connection);
    /** Of the present transaction, or else the last one. NULL: it is never lost without its end. */
    enum transaction_loss (*loss)(void *connection);
    /** A step of a batch: set a mark inside the transaction; keep or undo what came after it. KEEP
     * fails where anything behind the mark has failed that was not undone. */
    enum berm_status (*mark)(void *connection, enum mark_action action, struct berm_error *err);
    /* store_close_fence and store_see; NULL: the database has no rules for rows. */
    enum berm_status (*close_fence)(void *connection, struct berm_error *err);
    /** Inside a transaction, until its end or until the mark before it is undone. */
    enum berm_status (*see)(void *connection, const struct store_sight *sight,
                            struct berm_error *err);
    enum berm_status (*begin_bulk)(void *connection, struct berm_error *err);
    void (*end_bulk)(void *connection); /* after the transaction; nothing where none was begun */
    /** Outside of transactions. NULL: plans do not depend on it. */
    void (*make_statistics)(void *connection);

    /** Inside a reading transaction: a copy at a new location, with mode 0600. NULL: the database's
     * own tools do it. */
    enum berm_status (*copy_to)(void *connection, const char *location, struct berm_error *err);
    /** *ret_free_bytes is -1 where the database does not tell. */
    enum berm_status (*space)(void *connection, int64_t *ret_used_bytes, int64_t *ret_free_bytes,
                              struct berm_error *err);

    enum berm_status (*files_folder)(void *connection, struct buffer *out, struct berm_error *err);
    /** BERM_BUSY where another holder has it. name: letters and '-'. */
    enum berm_status (*take_lock)(void *connection, const char *name, void **ret_lock,
                                  struct berm_error *err);
    void (*release_lock)(void *lock);
    /** NULL: a lock is never lost. */
    bool (*holds_lock)(void *lock);
    /** Statements outside of transactions do not wait for the writer. */
    bool locks_rows;
    /** Hear what others announce about this register; NULL: nobody tells. wait reads what came. */
    enum berm_status (*listen)(void *connection, bool *ret_is_new, struct berm_error *err);
    enum berm_status (*wait)(void *connection, int wake_descriptor, int timeout_ms,
                             store_heard *heard, void *context, struct berm_error *err);

    enum berm_status (*prepare)(void *connection, struct text sql, enum statement_kind kind,
                                void **ret_handle, struct berm_error *err);
    void (*finalize)(void *handle);
    int (*parameter_count)(void *handle);
    int (*column_count)(void *handle);
    /* false: the parameter does not exist or memory ran out. Text must outlive the run. */
    bool (*bind_int64)(void *handle, int parameter, int64_t value);
    bool (*bind_text)(void *handle, int parameter, struct text value);
    bool (*bind_bytes)(void *handle, int parameter, struct text value);
    bool (*bind_null)(void *handle, int parameter);
    /** What statement_start says; NULL where nothing is won by it. */
    void (*start)(void *handle);
    enum berm_status (*step)(void *connection, void *handle, bool *ret_has_row,
                             struct berm_error *err);
    /** A run that may wait: see statement_queue. NULL: a run costs no journey, none waits. */
    enum berm_status (*queue)(void *handle, struct berm_error *err);
    void (*reset)(void *handle);
    void (*clear)(void *handle); /* reset, and nothing is bound any more */
    int64_t (*changed_count)(void *connection);
    bool (*is_null)(void *handle, int column);
    int64_t (*int64)(void *handle, int column);     /* 0 for NULL */
    struct text (*text)(void *handle, int column);  /* bytes are NULL only for NULL */
    struct text (*bytes)(void *handle, int column); /* the same, of a column of bytes */
    struct field_value (*field)(void *handle, int column, const struct variable *variable);
};

extern const struct store_driver sqlite_driver;
extern const struct store_driver postgres_driver;

/** What lies around the transactions of callers. */
enum transaction_frame {
    FRAME_NONE,
    FRAME_BATCH,    /* between store_batch_begin and its end */
    FRAME_SNAPSHOT, /* between store_snapshot_begin and its end */
};

/** Prepared statements that nobody uses at the moment, the one closed last first. */
struct statement_cache {
    struct statement *newest;
    int idle_count;
    int open_count; /* given out and not closed yet */
};

/** A sight with memory of its own. */
struct kept_sight {
    struct store_sight sight;
    char bytes[];
};

struct store {
    const struct store_driver *driver;
    void *connection;
    enum store_mode mode;
    bool is_bulk;
    bool is_unfinished; /* a register is being moved to it */
    enum transaction_frame frame;
    bool is_inner;            /* in a frame: a transaction of a caller is open */
    bool is_reading;          /* that one only reads */
    bool is_fenced;           /* store_close_fence */
    struct kept_sight *sight; /* what every reading transaction may see; NULL: not said */
    struct text url;          /* ended by 0; memory of its own */
    struct statement_cache statements;
};

enum transaction_loss store_loss(const struct store *store);

/** Whether a transaction of the caller is open; the frame around it does not count. */
bool store_is_in_transaction(const struct store *store);

/** Prepare SQL that the builder made. name is for messages and must be a literal. */
MUST_USE enum berm_status statement_prepare_text(struct store *store, struct text sql,
                                                 const char *name, struct statement **ret_statement,
                                                 struct berm_error *err);
/** The same for a scan over a range of households. */
MUST_USE enum berm_status statement_prepare_scan(struct store *store, struct text sql,
                                                 const char *name, struct statement **ret_statement,
                                                 struct berm_error *err);

/** Let go of every idle statement: the schema changes, or the store closes. */
void statement_cache_clear(struct store *store);

/** A reading transaction has begun: set what it may see, where that was said before. */
MUST_USE enum berm_status store_apply_sight(struct store *store, struct berm_error *err);

#endif
