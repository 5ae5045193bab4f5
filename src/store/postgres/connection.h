/* The PostgreSQL driver's connection, and how PostgreSQL's failures become Berm's. */
#ifndef STORE_POSTGRES_CONNECTION_H
#define STORE_POSTGRES_CONNECTION_H

#include <libpq-fe.h>

#include "store/driver.h"
#include "store/postgres/sender.h"

/** A command that went to libpq and whose answer was not read yet. */
struct sent_command {
    PGresult **place; /* takes the answer; NULL: only a failure is of interest */
    bool is_sync;     /* the end of a round trip */
};
enum { SENT_MAX = 40 };

struct postgres_statement;
enum { QUEUE_TABLES_MAX = SENDER_COPIES_MAX };

/** What waits to be written (queue.c). */
struct write_queue {
    char *tables[QUEUE_TABLES_MAX]; /* names of those that statements write */
    int table_count;
    uint64_t waiting; /* tables with something waiting: bit number - 1 */
    struct postgres_statement *first;
    size_t byte_count;
    struct berm_error failure; /* of a write of which nobody could be told at once */
};

/** The first load of a register (bulk.c). */
struct bulk {
    bool is_expected;
    bool is_alone;      /* nobody else is connected to the database */
    uint64_t prepared;  /* tables that were looked at, as queue.waiting has them */
    uint64_t unread;    /* tables that were empty, and that nothing has read since */
    uint64_t unindexed; /* tables whose indexes were dropped */
    int64_t copied_rows;
    struct buffer indexes[QUEUE_TABLES_MAX]; /* SQL that makes them again, by table */
    struct buffer restore;                   /* the same for the foreign keys of all tables */
};

/** As whom statements run: what the rules for rows let through differs, and so do the plans. */
enum database_role { ROLE_OWNER, ROLE_FENCED, ROLE_EVERYWHERE, ROLE_COUNT };

struct connection {
    PGconn *server;
    char *url; /* holds no password: open refuses one */
    enum store_mode mode;
    int busy_timeout_ms;
    bool is_in_transaction;
    bool has_failed;            /* all of this transaction but its end is refused */
    bool is_fenced;             /* the session reads as the role of callers */
    enum database_role role;    /* at the moment */
    enum transaction_loss loss; /* of the transaction, or of the last one */
    /* Statements compare these with their own: what was prepared in another session, or opened in
     * another transaction, is no longer there. */
    unsigned session;
    unsigned transaction;
    unsigned next_name; /* of statements and cursors */
    int64_t changed_count;
    unsigned listening;       /* the session that listens, and 1; 0: none */
    struct connection *spare; /* a session that did not get a lock, for the next try; NULL: none */
    struct postgres_statement *streaming; /* the scan whose rows are on their way; NULL: none */

    /* pipeline.c */
    struct sent_command sent[SENT_MAX];
    int sent_count;
    int over_count;    /* the first of them whose failure nobody wants to know any more */
    PGresult *failure; /* the last one's first */

    struct write_queue queue;
    struct sender sender;
    struct bulk bulk;
};

/** Advisory locks of Berm are in this class, in SQL's words; the numbers within it are in place.c.
 */
#define LOCK_CLASS "x'4265726D'::int"
#define LOCK_OF_WRITERS LOCK_CLASS ", 0"

static inline void clear_resultp(PGresult **result)
{
    PQclear(*result);
}

/** Say what went wrong in the words of the person who can mend it. result NULL: the connection. */
enum berm_status fail_from_postgres(struct connection *connection, const PGresult *result,
                                    struct berm_error *err);

/**
 * Connect with the settings of every session of Berm.
 * Errors  BERM_UNAVAILABLE (it does not answer, starts or stops), BERM_IO (it refuses).
 */
enum berm_status postgres_connect(struct connection *connection, struct berm_error *err);
/** Outside of a transaction: connect again where the connection was lost, and wait a few seconds
 * for a server that restarts. */
enum berm_status postgres_reconnect(struct connection *connection, struct berm_error *err);
/** Take every result that a command still has, as libpq wants it; the first failure among them. */
enum berm_status postgres_take_results(struct connection *connection, struct berm_error *err);
/** Run SQL without parameters; the number in the last result's first row, 0 where there is none. */
enum berm_status postgres_run(struct connection *connection, const char *sql, int64_t *ret_number,
                              struct berm_error *err);

/* pipeline.c: commands that go together with the next one, in one round trip. */

/** Send one command without parameters ahead of the next round trip, whose caller is told where it
 * fails. */
enum berm_status postgres_send_ahead(struct connection *connection, const char *sql,
                                     struct berm_error *err);
/** The same; *place takes the answer once it was read, and stays NULL where the command failed. */
enum berm_status postgres_send(struct connection *connection, const char *sql, PGresult **place,
                               struct berm_error *err);
/** End what went before, and send the transaction's end behind it; nobody waits for its answer. */
void postgres_send_rollback(struct connection *connection);
/** For a command that the caller gives to libpq itself: open_pipeline before, note_sent after. */
enum berm_status postgres_open_pipeline(struct connection *connection, struct berm_error *err);
void postgres_note_sent(struct connection *connection, PGresult **place);
/** Whether an answer that somebody wants was not read yet. */
bool postgres_awaits_answers(const struct connection *connection);
/** Nobody wants the answer for this place any more. */
void postgres_withdraw(struct connection *connection, PGresult **place);
/**
 * Send what waits and read all answers. Call it before any other function of libpq is used on the
 * connection; nothing where nothing was sent.
 * Errors  those of the first command that failed; those behind it were not run.
 */
enum berm_status postgres_catch_up(struct connection *connection, struct berm_error *err);
/** Whether the server still holds the connection, without asking it. */
bool postgres_is_alive(struct connection *connection);
void postgres_forget_sent(struct connection *connection);

/* command.c: what every session runs again and again. */
enum session_command {
    COMMAND_BEGIN_READ,
    COMMAND_BEGIN_SHARED,
    COMMAND_LOCK_SHARED,
    COMMAND_LEAVE_ROLE,
    COMMAND_MARK,
    COMMAND_KEEP_MARK,
    COMMAND_COMMIT,
    COMMAND_ROLLBACK,
    COMMAND_SEE, /* the role, the areas, those of sealed numbers, the roles' names */
    COMMAND_COUNT
};
/** In a session that has just begun. */
enum berm_status postgres_prepare_commands(struct connection *connection, struct berm_error *err);
/** As postgres_send does. */
enum berm_status postgres_command(struct connection *connection, enum session_command command,
                                  const char *const *values, int value_count, PGresult **place,
                                  struct berm_error *err);

/** stream.c: what a scan has still to bring is put aside, and rows on their way are waited for, so
 * that commands can be sent again. */
void postgres_settle(struct connection *connection);

/* The rows of the driver's table that live in transaction.c. */
bool postgres_is_in_transaction(void *handle);
enum transaction_loss postgres_loss(void *handle);
/** Nothing outside of a transaction, and where it was lost before. */
void postgres_note_loss(struct connection *connection, enum transaction_loss loss);
enum berm_status postgres_begin(void *handle, enum transaction_kind kind, struct berm_error *err);
enum berm_status postgres_begin_together(void *const *connections, size_t count,
                                         struct berm_error *err);
enum berm_status postgres_commit(void *handle, struct berm_error *err);
void postgres_rollback(void *handle);
enum berm_status postgres_mark(void *handle, enum mark_action action, struct berm_error *err);

/* The rows of the driver's table that live in bulk.c, and what the others of its moments call. */
enum berm_status postgres_begin_bulk(void *handle, struct berm_error *err);
void postgres_end_bulk(void *handle);
void postgres_make_statistics(void *handle);
/** Before rows are added to a table, by its number in queue.tables; copied_rows: by one COPY. */
enum berm_status bulk_prepare_table(struct connection *connection, int table, int copied_rows,
                                    struct berm_error *err);
/** Before something reads tables (bits as queue.waiting has them): their indexes are there. */
enum berm_status bulk_before_read(struct connection *connection, uint64_t tables,
                                  struct berm_error *err);
enum berm_status bulk_before_mark(struct connection *connection, struct berm_error *err);
/** Before the transaction commits. */
enum berm_status bulk_restore(struct connection *connection, struct berm_error *err);
void bulk_free(struct bulk *bulk);

/* The rows of the driver's table that live in fence.c. */
enum berm_status postgres_close_fence(void *handle, struct berm_error *err);
/** The role of the session, which the end of a transaction and of a mark leads back to. */
static inline enum database_role postgres_session_role(const struct connection *connection)
{
    return connection->is_fenced ? ROLE_FENCED : ROLE_OWNER;
}
/** For a write outside of a transaction, in the round trip that runs it. */
enum berm_status postgres_leave_fence(struct connection *connection, struct berm_error *err);
enum berm_status postgres_see(void *handle, const struct store_sight *sight,
                              struct berm_error *err);

/* The rows of the driver's table that live in place.c. */
enum berm_status postgres_space(void *handle, int64_t *ret_used_bytes, int64_t *ret_free_bytes,
                                struct berm_error *err);
enum berm_status postgres_files_folder(void *handle, struct buffer *out, struct berm_error *err);
enum berm_status postgres_take_lock(void *handle, const char *name, void **ret_lock,
                                    struct berm_error *err);
void postgres_release_lock(void *lock);
bool postgres_holds_lock(void *lock);
/** The session that lay ready for the next lock. */
void postgres_close_spare(struct connection *connection);

/* The rows of the driver's table that live in listen.c. */
enum berm_status postgres_listen(void *handle, bool *ret_is_new, struct berm_error *err);
enum berm_status postgres_wait(void *handle, int wake_descriptor, int timeout_ms,
                               store_heard *heard, void *context, struct berm_error *err);

/* The rows of the driver's table that live in statement.c, queue.c and value.c. */
enum berm_status postgres_prepare(void *handle, struct text sql, enum statement_kind kind,
                                  void **ret_statement, struct berm_error *err);
void postgres_finalize(void *handle);
int postgres_parameter_count(void *handle);
int postgres_column_count(void *handle);
bool postgres_bind_int64(void *handle, int parameter, int64_t value);
bool postgres_bind_text(void *handle, int parameter, struct text value);
bool postgres_bind_bytes(void *handle, int parameter, struct text value);
bool postgres_bind_null(void *handle, int parameter);
void postgres_start(void *handle);
enum berm_status postgres_step(void *connection, void *handle, bool *ret_has_row,
                               struct berm_error *err);
enum berm_status postgres_queue(void *handle, struct berm_error *err);
void postgres_reset(void *handle);
void postgres_clear(void *handle);
int64_t postgres_changed_count(void *connection);
bool postgres_column_is_null(void *handle, int column);
int64_t postgres_column_int64(void *handle, int column);
struct text postgres_column_text(void *handle, int column);
struct text postgres_column_bytes(void *handle, int column);
struct field_value postgres_column_field(void *handle, int column, const struct variable *variable);

#endif
