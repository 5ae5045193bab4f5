/*
 * A move's way. The source is read in one snapshot, so that whoever writes meanwhile neither waits
 * nor is seen; that nobody did is looked at again at the end, since what they wrote would be lost.
 *
 * 1. What both schemas hold is compared, and the files beside the register are copied.
 * 2. The destination is emptied of what its migrations put there, and notes whose rows will come.
 * 3. Rows come in portions (copy.c); from here on the move can stop anywhere and go on.
 * 4. All rows are read back and compared (check.c), and the journal is verified where it now lies.
 * 5. In one transaction the schema's rules are put back over all rows, the journal gets its entry,
 *    and the destination is a register.
 *
 * Until that transaction every other command refuses the destination (store.c).
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "service/move/private.h"

enum {
    MOVE_BYTES_MAX = 8 << 20,
    DETAILS_BYTES_MAX = 64 << 10,
    SOURCE_CACHE_KIB = 2 << 10, /* each table is read once, from its beginning to its end */
};

enum berm_status move_report(struct move *move, int64_t more, struct berm_error *err)
{
    move->done += more;
    if (more == 0 || move->options->progress == NULL ||
        move->options->progress(move->options->progress_context, move->done, move->total))
        return BERM_OK;
    return fail_with(err, BERM_CANCELLED,
                     "stopped after %lld of %lld rows; the same move again goes on from here",
                     (long long)move->done, (long long)move->total);
}

/* A transaction may begin on a connection that was made again; the lock's was not. */
enum berm_status move_begin(struct move *move, struct berm_error *err)
{
    TRY(store_begin(move->target, err));
    if (store_lock_is_held(move->lock))
        return BERM_OK;
    store_rollback(move->target);
    return fail_with(err, BERM_UNAVAILABLE,
                     "the connection that keeps other moves from %.*s was lost",
                     TEXT_ARG(move->options->to));
}

/* ---- The source ------------------------------------------------------------------------------ */

/* A database that checks references would refuse such rows at the very end. */
static enum berm_status check_references(struct store *source, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *check = NULL;
    bool has_row;

    TRY(statement_prepare(source, STATEMENT_DOCTOR_FOREIGN_KEY, &check, err));
    TRY(statement_step(check, &has_row, err));
    if (has_row)
        return fail_with(err, BERM_CORRUPT,
                         "%.*s holds rows of %.*s that refer to rows of %.*s which are not there; "
                         "see berm doctor, and move it once it is sound",
                         TEXT_ARG(store_url(source)), TEXT_ARG(statement_text(check, 0)),
                         TEXT_ARG(statement_text(check, 1)));
    return BERM_OK;
}

static enum berm_status open_source(struct move *move, struct berm_error *err)
{
    const struct move_options *options = move->options;

    if (text_equal(options->from, options->to))
        return fail_with(err, BERM_INVALID_INPUT,
                         "a register does not move to where it is; give another store with --to");
    TRY(store_open(options->from, STORE_READ_ONLY, &move->source, err));
    store_limit_cache(move->source, SOURCE_CACHE_KIB);
    TRY(store_snapshot_begin(move->source, err));
    if (options->key != NULL && *options->key != NULL)
        TRY(journal_check_key(move->source, *options->key, err));
    TRY(check_references(move->source, err));
    TRY(move_plan(move, err));
    return move_state_read(move, move->source, move->state, &move->register_id, err);
}

/* In a snapshot of its own, behind the first one. */
static enum berm_status check_unchanged(struct move *move, struct berm_error *err)
{
    CLEANUP(store_closep) struct store *source = NULL;
    CLEANUP(store_snapshot_endp) struct store *snapshot = NULL;
    struct text register_id;
    char state[DIGEST_TEXT_MAX];

    TRY(store_open(move->options->from, STORE_READ_ONLY, &source, err));
    TRY(store_snapshot_begin(source, err));
    snapshot = source;
    TRY(move_state_read(move, source, state, &register_id, err));
    if (strcmp(state, move->state) == 0)
        return BERM_OK;
    return fail_with(err, BERM_CONFLICT,
                     "somebody changed %.*s while it was moved; stop what works with it and begin "
                     "again with --restart",
                     TEXT_ARG(move->options->from));
}

/* ---- The destination ------------------------------------------------------------------------- */

static enum berm_status run(struct store *store, enum statement_id id, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *statement = NULL;

    TRY(statement_prepare(store, id, &statement, err));
    return statement_run(statement, err);
}

static enum berm_status note_source(struct move *move, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *insert = NULL;
    char now[32];

    TRY(run(move->target, STATEMENT_MOVE_PROGRESS_CLEAR, err));
    TRY(run(move->target, STATEMENT_MOVE_SOURCE_CLEAR, err));
    TRY(statement_prepare(move->target, STATEMENT_MOVE_SOURCE_INSERT, &insert, err));
    statement_bind_text(insert, MOVE_SOURCE_INSERT__REGISTER_ID, move->register_id);
    statement_bind_text(insert, MOVE_SOURCE_INSERT__STATE, text_of(move->state));
    statement_bind_text(insert, MOVE_SOURCE_INSERT__BEGUN_AT, instant_now(now));
    return statement_run(insert, err);
}

/* Empty it, and make it ready for the first row. */
static enum berm_status begin(struct move *move, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct store_table *tables = NULL;
    size_t count = 0;

    TRY(arena_new(move->arena, move->table_count, sizeof *tables, &tables, err));
    for (size_t t = 0; t < move->table_count; t++)
        if (move->tables[t].not_because.length == 0)
            tables[count++] = move->tables[t].table;
    TRY(move_begin(move, err));
    transaction = move->target;
    TRY(store_make_room(move->target, tables, count, err));
    TRY(move_add_columns(move, err));
    TRY(note_source(move, err));
    TRY(store_commit(move->target, err));
    transaction = NULL;
    return BERM_OK;
}

/* Is it this register, as it is now, whose rows lie there? */
static enum berm_status begin_or_resume(struct move *move, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *noted = NULL;
    bool has_row;

    TRY(statement_prepare(move->target, STATEMENT_MOVE_SOURCE_GET, &noted, err));
    TRY(statement_step(noted, &has_row, err));
    if (has_row && !move->options->is_restart) {
        if (!text_equal(statement_text(noted, 0), move->register_id))
            return fail_with(err, BERM_CONFLICT,
                             "another register is being moved to %.*s, since %.*s; end that move, "
                             "choose another place, or begin with --restart, which forgets it",
                             TEXT_ARG(move->options->to), TEXT_ARG(statement_text(noted, 2)));
        if (!text_equal(statement_text(noted, 1), text_of(move->state)))
            return fail_with(err, BERM_CONFLICT,
                             "somebody changed %.*s since its move to %.*s began at %.*s; begin "
                             "again with --restart, while nobody works with the source",
                             TEXT_ARG(move->options->from), TEXT_ARG(move->options->to),
                             TEXT_ARG(statement_text(noted, 2)));
        return BERM_OK;
    }
    statement_reset(noted);
    return begin(move, err);
}

/* ---- The end --------------------------------------------------------------------------------- */

/* A journal that somebody tampered with moves as it is, and no less is known of it afterwards. */
static enum berm_status verify_journal(struct move *move, struct berm_error *err)
{
    struct journal_verify_options options = {
        .caller = caller_local(), .key = move->options->key == NULL ? NULL : *move->options->key};
    struct journal_verdict here, there;

    TRY(journal_verify(move->target, &options, &there, err));
    if (there.faults == 0)
        return BERM_OK;
    TRY(journal_verify(move->source, &options, &here, err));
    if (here.faults != there.faults)
        return fail_with(
            err, BERM_CORRUPT, "the journal has %lld faults at %.*s, and %lld at the source",
            (long long)there.faults, TEXT_ARG(move->options->to), (long long)here.faults);
    move->result.journal_faults = there.faults;
    return BERM_OK;
}

/* Every table with its rows and chain, so that anybody can compute them again in either store. */
static enum berm_status write_entry(struct move *move, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer details = {.cap_bytes = DETAILS_BYTES_MAX};
    struct json_writer json = {.out = &details};
    struct journal_entry entry = {.action = TEXT("move"), .subject = TEXT("register")};

    TRY(actor_of_user(move->arena, &entry.actor, err));
    json_begin_object(&json);
    json_key_of_text(&json, "from", move->options->from);
    json_key_of_text(&json, "to", move->options->to);
    json_key_of_int64(&json, "rows", move->result.rows);
    json_key(&json, "tables");
    json_begin_object(&json);
    for (size_t t = 0; t < move->table_count; t++) {
        const struct table_move *table = &move->tables[t];
        char chain[DIGEST_TEXT_MAX];

        if (table->not_because.length > 0)
            continue;
        json_key_text(&json, table->table.name);
        json_begin_object(&json);
        json_key_of_int64(&json, "rows", table->rows);
        json_key_of_text(&json, "sha256", digest_chain_text(&table->chain, chain));
        json_end_object(&json);
    }
    json_end_object(&json);
    json_end_object(&json);
    TRY(buffer_status(&details, err));
    entry.details = buffer_text(&details);
    return journal_write(move->target, &entry, err);
}

static enum berm_status finish(struct move *move, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;

    TRY(move_begin(move, err));
    transaction = move->target;
    TRY(run(move->target, STATEMENT_MOVE_PROGRESS_CLEAR, err));
    TRY(run(move->target, STATEMENT_MOVE_SOURCE_CLEAR, err));
    TRY(ids_carry(move->source, move->target, err));
    TRY(write_entry(move, err));
    TRY(store_finish(move->target, err));
    TRY(store_commit(move->target, err));
    transaction = NULL;
    return BERM_OK;
}

/* It is a register: open it as everybody does, and seal the entry. */
static enum berm_status open_moved(struct move *move, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;

    TRY(office_open(move->options->to, STORE_READ_WRITE, &office, err));
    if (move->options->key != NULL)
        TRY(office_take_key(office, move->options->key, err));
    return office_seal(office, err);
}

static void report_tables(const struct move *move)
{
    for (size_t t = 0; move->options->report != NULL && t < move->table_count; t++) {
        const struct table_move *table = &move->tables[t];
        char chain[DIGEST_TEXT_MAX];
        struct moved_table moved = {.name = table->table.name, .not_because = table->not_because};

        if (table->not_because.length == 0) {
            moved.rows = table->rows;
            moved.chain = digest_chain_text(&table->chain, chain);
        }
        move->options->report(move->options->report_context, &moved);
    }
}

/* ---- All of it ------------------------------------------------------------------------------- */

static void move_close(struct move *move)
{
    store_lock_release(move->lock);
    store_close(move->target);
    if (move->source != NULL)
        store_close(move->source);
    buffer_free(&move->row);
    arena_free(move->arena);
}

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* What passes by itself, or once somebody made room: said with what to do about the move. */
static enum berm_status fail_stopped(enum berm_status status, struct berm_error *err)
{
    if (status != BERM_IO && status != BERM_BUSY && status != BERM_UNAVAILABLE)
        return status;
    return fail_within(err, status, "the move stopped, and run again it goes on from there");
}

static enum berm_status bring(struct move *move, struct berm_error *err)
{
    TRY(move_copy(move, err));
    store_make_statistics(move->target);
    TRY(move_check(move, err));
    TRY(verify_journal(move, err));
    TRY(check_unchanged(move, err));
    return finish(move, err);
}

/* The lock ends with the process. */
static enum berm_status fill(struct move *move, struct berm_error *err)
{
    enum berm_status status;

    TRY(store_open(move->options->to, STORE_UNFINISHED, &move->target, err));
    TRY(store_lock_take(move->target, "move", &move->lock, err));
    TRY(move_check_schema(move, err));
    TRY(begin_or_resume(move, err));
    TRY(move_files(move, err));
    status = bring(move, err);
    return status == BERM_OK ? BERM_OK : fail_stopped(status, err);
}

enum berm_status move_register(const struct move_options *options, struct move_result *ret_result,
                               struct berm_error *err)
{
    CLEANUP(move_close) struct move move = {.options = options};
    double begun_s = now_s();

    TRY(arena_create(MOVE_BYTES_MAX, &move.arena, err));
    TRY(open_source(&move, err));
    TRY(fill(&move, err));
    store_lock_releasep(&move.lock);
    store_closep(&move.target);
    TRY(open_moved(&move, err));
    report_tables(&move);
    move.result.seconds = now_s() - begun_s;
    *ret_result = move.result;
    return BERM_OK;
}
