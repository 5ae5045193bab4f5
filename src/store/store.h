/*
 * The databases behind one interface. A driver (sqlite/, postgres/) fills in struct
 * store_driver (driver.h, private); all else here is common: named statements, migrations,
 * builders.
 *
 * SQL text lives in sql/ as "-- name: x" blocks with ":named" parameters; tools/number_sql.py makes
 * statements.gen.h out of them: enum statement_id {STATEMENT_X, ...} and one constant for each
 * parameter, X__NAME, counting from 1 in order of appearance.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "register/register.h"
#include "store/statements.gen.h"

struct store;
struct statement;

enum store_mode {
    STORE_CREATE, /* BERM_CONFLICT where there is a register already */
    STORE_READ_WRITE,
    STORE_READ_ONLY,
    STORE_AS_IT_IS,   /* for reading, also where the schema is older: backup, doctor, migrate */
    STORE_UNFINISHED, /* for a move: nothing there yet, or where a move stopped before its end */
};

enum { STORE_URL_BYTES_MAX = 4096 };

/**
 * Open "sqlite:PATH" or "postgresql://..." and bring the schema up to date (READ_ONLY: BERM_VERSION
 * where it is older).
 * Owner   the caller; one thread at a time. Open one store for each thread.
 * Errors  BERM_NOT_FOUND (no register there: the message names `berm init`), BERM_CONFLICT (there
 *         is one already; or a move to it has not ended), BERM_VERSION (made by a newer version),
 *         BERM_CORRUPT, BERM_BUSY, BERM_IO, BERM_INVALID_INPUT (no such kind of store).
 */
MUST_USE enum berm_status store_open(struct text url, enum store_mode mode,
                                     struct store **ret_store, struct berm_error *err);
void store_close(struct store *store);
void store_closep(struct store **store);
struct text store_url(const struct store *store);
/**
 * Whether every statement is a journey to a server. Whoever asks something for each of many rows
 * then asks for all of them at once, and writes them by statement_queue one by one; where it is
 * not, a statement costs a microsecond, and asking one by one is fastest.
 */
bool store_is_distant(const struct store *store);
/** How much of the register this connection may keep in memory: less where there are many of them.
 */
void store_limit_cache(struct store *store, int cache_kib);

/**
 * begin takes the write lock at once (BERM_BUSY after STORE_BUSY_TIMEOUT_MS), so that what the
 * caller decides on what it read holds, and nothing has to be done twice; begin_read a
 * snapshot, of the moment of its first read at the latest. Both wait a few seconds for a database's
 * server that restarts; a database across a wire may tell of a failure with the first read.
 * Errors  BERM_UNAVAILABLE: the server did not answer. After it store_commit's caller does not know
 *         whether the transaction was kept, unless store_may_run_again says that it was not.
 */
MUST_USE enum berm_status store_begin(struct store *store, struct berm_error *err);
MUST_USE enum berm_status store_begin_read(struct store *store, struct berm_error *err);
MUST_USE enum berm_status store_commit(struct store *store, struct berm_error *err);
void store_rollback(struct store *store); /* nothing where no transaction is open */
/** For CLEANUP: rolls back what was not committed. */
void store_rollbackp(struct store **store);
/**
 * After a failure: whether the last transaction was undone for a reason that lay outside of it, so
 * that the same again from its beginning may succeed: another transaction was in the way of a
 * batch, or the connection was lost before the commit.
 */
bool store_may_run_again(const struct store *store);

/**
 * A batch: between batch_begin and batch_commit the transactions of many callers, one after the
 * other, become parts of one, so that the wait for the disk is paid once. store_begin..commit and
 * rollback behave as ever to the caller, but what was committed is kept only when batch_commit
 * succeeded: tell nobody before. A part that fails or is rolled back does not hurt the others. A
 * batch_commit that fails has kept nothing of any part and has ended the batch.
 *
 * Where the database can, several batches go on at the same time, of other servers too. Where one
 * was in the way of another, one of them is undone as a whole, and its owner runs it again
 * (store_may_run_again). One that was begun alone has nobody in its way.
 * Errors  as store_begin and store_commit. BERM_IO, BERM_BUSY, BERM_UNAVAILABLE of store_begin or
 *         batch_commit: a failure (a full disk, another batch, a lost connection) undid all parts;
 *         roll the batch back.
 */
MUST_USE enum berm_status store_batch_begin(struct store *store, struct berm_error *err);
MUST_USE enum berm_status store_batch_begin_alone(struct store *store, struct berm_error *err);
MUST_USE enum berm_status store_batch_commit(struct store *store, struct berm_error *err);
void store_batch_rollback(struct store *store); /* no part may be open */
/**
 * A piece of a batch: what its transactions committed is kept or undone together, so that whoever
 * is told of a failure after one of them finds nothing of it. Between two transactions only.
 * Errors  BERM_IO: the batch is lost, as above.
 */
MUST_USE enum berm_status store_piece_begin(struct store *store, struct berm_error *err);
MUST_USE enum berm_status store_piece_keep(struct store *store, struct berm_error *err);
void store_piece_undo(struct store *store);
/** For CLEANUP: rolls back a batch that was not committed. */
void store_batch_rollbackp(struct store **store);

/**
 * A snapshot around several reading functions: all see the same moment, and their own begin_read
 * and rollback cost nothing. store_begin fails in it (BERM_INTERNAL).
 */
MUST_USE enum berm_status store_snapshot_begin(struct store *store, struct berm_error *err);
void store_snapshot_end(struct store *store); /* no transaction may be open inside it */
void store_snapshot_endp(struct store **store);

enum { STORES_TOGETHER_MAX = 65 };
/**
 * Begin reading in several stores of one register, so that all see the same moment, as the threads
 * that share one piece of work must. Each ends its transaction by itself.
 * Errors  as store_begin_read, and BERM_BUSY where others commit without a pause. In none of the
 *         stores a transaction is open then.
 */
MUST_USE enum berm_status store_begin_read_together(struct store *const *stores, size_t count,
                                                    struct berm_error *err);

/* ---- The fence: what reading may see of households and persons -------------------------------
 *
 * A second fence behind the filters of services and statements (docs/decisions/0011): PostgreSQL's
 * policies show a reading transaction the rows of its caller's areas and no others. Writing is not
 * fenced, and what is opened for the program's own work (imports, runs, migrations) sees all.
 * SQLite has no such rules; all of this does nothing there.
 */
struct store_sight {
    struct text areas;           /* ranges of positions, as area_scope.parameter; empty: nothing */
    struct text sensitive_areas; /* in these also sealed numbers */
    struct text roles;           /* the caller's, for the server's log */
};

/** Whether there is one: SQLite has none. */
bool store_has_fence(const struct store *store);
/** For a store that reads for whoever calls: from now on it sees nothing until store_see. Outside
 * of transactions. Errors: BERM_IO (the database's role of callers is not there). */
MUST_USE enum berm_status store_close_fence(struct store *store, struct berm_error *err);
/**
 * What may be seen. Inside a reading transaction or a snapshot: from now to its end. Between
 * transactions: by all reading transactions from now on; in a batch, by those of the present piece.
 * Owner   a copy is kept.
 */
MUST_USE enum berm_status store_see(struct store *store, const struct store_sight *sight,
                                    struct berm_error *err);
/** In a reading transaction whose result tells nothing of single rows, and for what the machine
 * itself reads: everything, to its end. */
MUST_USE enum berm_status store_see_everything(struct store *store, struct berm_error *err);
/** What was said between transactions holds no longer. */
void store_unsee(struct store *store);
void store_unseep(struct store **store); /* for CLEANUP */

/**
 * Faster bulk loading on a register that has no households yet: bigger cache and deferred syncing,
 * never giving up atomicity. Call it before store_begin; it ends with that transaction. Other
 * processes may have to wait until the transaction ends, also to read. Foreign keys are not checked
 * meanwhile, or only with the commit: the caller has looked the ids up.
 */
MUST_USE enum berm_status store_expect_bulk(struct store *store, struct berm_error *err);
/** After many rows came in by other ways, outside of transactions: let the database look at the
 * tables that they filled, by which it plans. What it could not look at costs time only. */
void store_make_statistics(struct store *store);

/* ---- The register as a whole ----------------------------------------------------------------- */

/** The schema's version as it lies there, and the one that this program makes. */
MUST_USE enum berm_status store_version(struct store *store, int *ret_version,
                                        struct berm_error *err);
int store_version_known(void);
/** Units: bytes that the register takes, and that are free where it lies: -1 where a server
 * does not tell. */
MUST_USE enum berm_status store_space(struct store *store, int64_t *ret_used_bytes,
                                      int64_t *ret_free_bytes, struct berm_error *err);
/**
 * Copy the register, as it is at this moment, to a new place that only its owner may read; others
 * may write meanwhile. The register is checked for damage first.
 * Errors  BERM_CONFLICT (there is something already), BERM_CORRUPT, BERM_IO, BERM_INVALID_INPUT
 *         (another kind of store).
 */
MUST_USE enum berm_status store_copy_to(struct store *store, struct text url,
                                        struct berm_error *err);

/**
 * Append the path of the folder beside the register for files that are no rows, such as uploads.
 * It need not be there yet.
 */
MUST_USE enum berm_status store_files_folder(struct store *store, struct buffer *out,
                                             struct berm_error *err);

/* ---- Whole tables: moving a register --------------------------------------------------------- */

struct store_column {
    struct text name;
    struct text type; /* as SQLite calls it: "INTEGER", "TEXT", "BLOB"; another cannot be moved */
    int64_t key_position; /* in the key, from 1; 0: not in it */
    bool is_number;
    bool is_bytes;
    bool is_computed; /* by the database out of others */
};

/** A table as the schema has it. Rows lie in the order of the key; without one, of all columns. */
struct store_table {
    struct text name;
    const struct store_column *columns;
    size_t column_count;
};

/** Every table of the schema, by name. Texts and columns live in arena. */
MUST_USE enum berm_status store_list_tables(struct store *store, struct arena *arena,
                                            struct store_table **ret_tables, size_t *ret_count,
                                            struct berm_error *err);
/** Whether this is one of the tables that get a column for each variable of the dictionary. */
bool store_is_data_table(struct text table);
/** Inside a transaction. name: as a dictionary has it, [a-z][a-z0-9_]*. BERM_INVALID_INPUT. */
MUST_USE enum berm_status store_add_column(struct store *store, struct text table,
                                           const struct store_column *column,
                                           struct berm_error *err);
/** All rows by their key. Columns: the table's. */
MUST_USE enum berm_status store_prepare_table_scan(struct store *store,
                                                   const struct store_table *table,
                                                   struct statement **ret_statement,
                                                   struct berm_error *err);
/** One row in. Parameters: the table's columns. */
MUST_USE enum berm_status store_prepare_table_insert(struct store *store,
                                                     const struct store_table *table,
                                                     struct statement **ret_statement,
                                                     struct berm_error *err);
/** How many rows there are. */
MUST_USE enum berm_status store_prepare_table_count(struct store *store,
                                                    const struct store_table *table,
                                                    struct statement **ret_statement,
                                                    struct berm_error *err);
/**
 * Inside a transaction of an unfinished store: delete every row of these tables, and put the rules
 * aside that would hinder rows that come table by table (triggers, references).
 */
MUST_USE enum berm_status store_make_room(struct store *store, const struct store_table *tables,
                                          size_t count, struct berm_error *err);
/** Inside a transaction: the rules hold again, and with its commit this is a register. */
MUST_USE enum berm_status store_finish(struct store *store, struct berm_error *err);

/* ---- Locks ----------------------------------------------------------------------------------- */

struct store_lock;
/**
 * Take a named lock of the register, which has one holder in all processes at a time. It is free
 * again when it is released or its holder dies; nothing ever waits for it.
 * Errors  BERM_BUSY (somebody has it), BERM_IO.
 */
MUST_USE enum berm_status store_lock_take(struct store *store, const char *name,
                                          struct store_lock **ret_lock, struct berm_error *err);
/** Whether it still is the caller's: a database's server that was restarted has forgotten it. */
bool store_lock_is_held(struct store_lock *lock);
/** Before the store is closed. NULL is fine. */
void store_lock_release(struct store_lock *lock);
void store_lock_releasep(struct store_lock **lock);

/** Whether a single statement outside of a transaction waits only for those who write the same
 * rows, and not for whoever holds the write lock for long. */
bool store_locks_rows(const struct store *store);

/** Whether the database tells what others announce with the statement "announce". */
bool store_can_listen(const struct store *store);
/** Begin to hear, or go on: *ret_is_new where the connection had to be made first, and what was
 * announced meanwhile is lost. Use the store for nothing else. */
MUST_USE enum berm_status store_listen(struct store *store, bool *ret_is_new,
                                       struct berm_error *err);
/** Words of an announcement: good during the call only. */
typedef void store_heard(void *context, struct text words);
/**
 * Hear what was announced since store_listen or the last call, or wait for it: until something
 * comes, wake_descriptor can be read (negative: none), or the time is over.
 * Errors  BERM_IO: the connection broke.
 */
MUST_USE enum berm_status store_wait(struct store *store, int wake_descriptor, int timeout_ms,
                                     store_heard *heard, void *context, struct berm_error *err);

/* ---- Statements ------------------------------------------------------------------------------ */

/** A statement is good for many runs; statement_close when done. Must not outlive the store.
 * Preparing is cheap: a closed statement is kept and given out again for the same SQL. */
MUST_USE enum berm_status statement_prepare(struct store *store, enum statement_id id,
                                            struct statement **ret_statement,
                                            struct berm_error *err);
void statement_close(struct statement *statement);
void statement_closep(struct statement **statement);

/* Binding: parameter counts from 1. Text is not copied and must live until the statement was
 * stepped to its end or reset. Failures are remembered and returned by the next step. */
void statement_bind_int64(struct statement *statement, int parameter, int64_t value);
void statement_bind_text(struct statement *statement, int parameter, struct text value);
/** Bytes of any kind, for a column of type BLOB (BYTEA); the same promise as for text. */
void statement_bind_bytes(struct statement *statement, int parameter, struct text value);
void statement_bind_null(struct statement *statement, int parameter);
void statement_bind_id(struct statement *statement, int parameter, int64_t id); /* 0: NULL */
/** NULL where the text is empty. */
void statement_bind_text_or_null(struct statement *statement, int parameter, struct text value);
void statement_bind_date(struct statement *statement, int parameter, date_days value);
void statement_bind_month(struct statement *statement, int parameter, month_number value);
/** A dictionary value in the column's type; NULL where unknown. */
void statement_bind_field(struct statement *statement, int parameter,
                          const struct variable *variable, struct field_value value);

/**
 * Start a bound statement whose rows will be stepped through later in this transaction: those that
 * were started one after the other reach a database across a wire in one round trip, with the next
 * that is stepped. For short lists, since all rows of each are then in memory. Its failure is told
 * by its first step; bind anew only after statement_reset.
 */
void statement_start(struct statement *statement);
MUST_USE enum berm_status statement_step(struct statement *statement, bool *ret_has_row,
                                         struct berm_error *err);
/** Step a statement that gives no rows to its end and reset it. BERM_CONFLICT: a uniqueness was
 * broken. */
MUST_USE enum berm_status statement_run(struct statement *statement, struct berm_error *err);
/**
 * As statement_run, but perhaps later, so that many rows go to a server together: for statements
 * that write many rows of a table and whose count of changed rows nobody asks for. What this store
 * runs afterwards sees the row all the same, and it is written before the transaction or its part
 * of a batch is committed. Texts are copied.
 * Errors  those of statement_run, of this run or of any that waited; a failure may also be told by
 *         any later call up to the commit. Nothing of the transaction can be kept then.
 */
MUST_USE enum berm_status statement_queue(struct statement *statement, struct berm_error *err);
/** The first row; BERM_NOT_FOUND where there is none. Call statement_reset afterwards. */
MUST_USE enum berm_status statement_step_to_row(struct statement *statement,
                                                struct berm_error *err);
void statement_reset(struct statement *statement);
/** Rows changed by the last run. */
int64_t statement_changed_count(const struct statement *statement);

/* Reading the present row: column counts from 0. Text is good until the next step or reset. */
bool statement_is_null(struct statement *statement, int column);
int64_t statement_int64(struct statement *statement, int column);
/** The column's number in *ret_value; false where it is NULL. */
bool statement_has_int64(struct statement *statement, int column, int64_t *ret_value);
struct text statement_text(struct statement *statement, int column);
struct text statement_bytes(struct statement *statement, int column); /* of a column of bytes */
date_days statement_date(struct statement *statement, int column);
month_number statement_month(struct statement *statement, int column);
/** A dictionary value as it was stored. text: a slice of the row; for SELECT_ONE a slice of the
 *  dictionary, with number its choice position (-1 where the list has no such choice any more). */
struct field_value statement_field(struct statement *statement, int column,
                                   const struct variable *variable);

/* ---- Built statements: the dictionary's columns ---------------------------------------------- */

/** Bring household_data, person_data and monthly_flow up to the dictionary: columns are added,
 * never dropped. */
MUST_USE enum berm_status store_apply_dictionary(struct store *store,
                                                 const struct dictionary *dictionary,
                                                 struct berm_error *err);

/** Whether it could: BERM_CONFLICT with the name where a variable has another type here. */
MUST_USE enum berm_status store_check_dictionary(struct store *store,
                                                 const struct dictionary *dictionary,
                                                 struct berm_error *err);
/** Whether a variable has its column; one of a version that nobody published has none. */
MUST_USE enum berm_status store_has_variable(struct store *store, const struct variable *variable,
                                             bool *ret_has, struct berm_error *err);

/** Variables of one entity by position: what a built statement reads or writes. */
struct variable_selection {
    const struct dictionary *dictionary;
    enum entity entity;
    const int *positions; /* NULL: all, in order */
    size_t count;
    const bool *is_missing; /* reading: those without a column, NULL for each row; NULL: none */
};

/** Insert or replace the data row of an entity. Parameters: 1 id (for flows: 1 household, 2 month),
 *  then one for each selected variable; those that are not selected keep their values. */
MUST_USE enum berm_status store_prepare_data_write(struct store *store,
                                                   struct variable_selection selection,
                                                   struct statement **ret_statement,
                                                   struct berm_error *err);
/** The same for a row that is not there yet: BERM_CONFLICT where it is. */
MUST_USE enum berm_status store_prepare_data_insert(struct store *store,
                                                    struct variable_selection selection,
                                                    struct statement **ret_statement,
                                                    struct berm_error *err);
/** One data row by id. Parameter 1: id. Columns: the selected variables. */
MUST_USE enum berm_status store_prepare_data_read(struct store *store,
                                                  struct variable_selection selection,
                                                  struct statement **ret_statement,
                                                  struct berm_error *err);
/** Data rows of households or persons of a distant store. Parameter 1: ids, with commas between.
 * Columns: 0 id, 1... the selected variables; in any order, none for an id that has no row. */
MUST_USE enum berm_status store_prepare_data_ahead(struct store *store,
                                                   struct variable_selection selection,
                                                   struct statement **ret_statement,
                                                   struct berm_error *err);
/** The data rows of one household's members, past ones too, in any order. Parameter 1:
 * household_id. Columns: 0 person_id, 1... the selected person variables; a person who was a member
 * twice comes twice. */
MUST_USE enum berm_status store_prepare_member_data_read(struct store *store,
                                                         struct variable_selection selection,
                                                         struct statement **ret_statement,
                                                         struct berm_error *err);
/** Households by id range. Parameters: 1 low, 2 high (both included). Columns: 0 household_id, 1
 * code, 2 area_id, 3... the selected household variables; by household_id. Active households only.
 */
MUST_USE enum berm_status store_prepare_household_scan(struct store *store,
                                                       struct variable_selection selection,
                                                       struct statement **ret_statement,
                                                       struct berm_error *err);
/** Members on a day. Parameters: 1 low, 2 high household_id, 3 day. Columns: 0 household_id, 1
 * person_id, 2 person code, 3 sex, 4 birth_date, 5 relation, 6... the selected person variables; by
 * household_id, then person_id. */
MUST_USE enum berm_status store_prepare_member_scan(struct store *store,
                                                    struct variable_selection selection,
                                                    struct statement **ret_statement,
                                                    struct berm_error *err);
/** Persons, each once: where they are a member now, or else were last. Parameters: 1 low, 2 high
 * household_id. Columns: 0 household_id, 1 person_id, 2 person code, 3 name, 4 sex, 5 birth_date,
 * 6 relation, 7 from_date, 8 to_date, 9 end_reason, 10... the selected person variables; by
 * household_id, then person_id. */
MUST_USE enum berm_status store_prepare_person_scan(struct store *store,
                                                    struct variable_selection selection,
                                                    struct statement **ret_statement,
                                                    struct berm_error *err);
/** What a list of households is filtered by: whitelisted subjects and operators, bound values. */
enum test_subject { TEST_OF_VARIABLE, TEST_OF_RISK, TEST_OF_KIND, TEST_OF_FINDING };
enum test_operator {
    TEST_EQUAL,
    TEST_NOT_EQUAL,
    TEST_LESS,
    TEST_AT_MOST,
    TEST_MORE,
    TEST_AT_LEAST,
    TEST_IN,
    TEST_UNKNOWN,
    TEST_KNOWN,
};
struct household_test {
    enum test_subject subject;
    enum test_operator operator;
    const struct variable *variable; /* TEST_OF_VARIABLE; of households */
    size_t value_count;              /* 0 for UNKNOWN and KNOWN, 1 but for IN */
};
/** Whether one household meets all tests. Parameters: 1 its id, then the tests' values in order. A
 * row where it does. An unknown value meets TEST_UNKNOWN only. */
MUST_USE enum berm_status
store_prepare_household_test(struct store *store, const struct household_test *tests, size_t count,
                             struct statement **ret_statement, struct berm_error *err);
/** Monthly flows. Parameters: 1 low, 2 high household_id, 3 first, 4 last month. Columns: 0
 * household_id, 1 month, 2... the selected flows (NULL: not reported); by household_id, then month.
 */
MUST_USE enum berm_status store_prepare_flow_scan(struct store *store,
                                                  struct variable_selection selection,
                                                  struct statement **ret_statement,
                                                  struct berm_error *err);

#endif
