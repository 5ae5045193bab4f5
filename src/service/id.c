/*
 * Ids. In SQLite a counter gives them, in the transaction that uses them, and leaves no gap. In
 * PostgreSQL a counter's row would be held until that transaction ends, so that all servers but one
 * would wait; a sequence for each kind gives each its own at once.
 */
#include "service/service.h"

/* Those of which PostgreSQL has a sequence, id_KIND. The ids of job_event are in the order of
 * commits, so they come from a counter's row in both. */
static const char *const KINDS[] = {
    "account", "api_token",   "area",    "attachment", "batch",        "case",
    "change",  "entitlement", "finding", "grievance",  "household",    "job",
    "journal", "lead",        "letter",  "measure",    "pack_version", "payment",
    "person",  "run",         "upload",  "visit",      "warning"};

enum berm_status id_take(struct store *store, const char *kind, int64_t count, int64_t *ret_first,
                         struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *take = NULL;
    bool is_run = false;

    assert(count > 0);
    TRY(statement_prepare(store, STATEMENT_ID_TAKE, &take, err));
    statement_bind_text(take, ID_TAKE__NAME, text_of(kind));
    statement_bind_int64(take, ID_TAKE__COUNT, count);
    while (!is_run) { /* another server drew from the same sequence: these stay unused */
        TRY(statement_step_to_row(take, err));
        *ret_first = statement_int64(take, 0);
        is_run = statement_int64(take, 1) == 0;
        statement_reset(take);
    }
    return BERM_OK;
}

static enum berm_status ask_with_name(struct store *store, enum statement_id id, const char *kind,
                                      int64_t *ret_id, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *ask = NULL;

    TRY(statement_prepare(store, id, &ask, err));
    statement_bind_text(ask, 1, text_of(kind));
    TRY(statement_step_to_row(ask, err));
    *ret_id = statement_int64(ask, 0);
    return BERM_OK;
}

enum berm_status id_take_in_order(struct store *store, const char *kind, int64_t *ret_id,
                                  struct berm_error *err)
{
    return ask_with_name(store, STATEMENT_ID_TAKE_IN_ORDER, kind, ret_id, err);
}

enum berm_status id_next(struct store *store, const char *kind, int64_t *ret_id,
                         struct berm_error *err)
{
    return ask_with_name(store, STATEMENT_ID_NEXT, kind, ret_id, err);
}

enum berm_status id_skip(struct store *store, const char *kind, int64_t count,
                         struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *skip = NULL;

    TRY(statement_prepare(store, STATEMENT_ID_SKIP, &skip, err));
    statement_bind_text(skip, ID_SKIP__NAME, text_of(kind));
    statement_bind_int64(skip, ID_SKIP__COUNT, count);
    return statement_step_to_row(skip, err);
}

enum berm_status ids_carry(struct store *from, struct store *to, struct berm_error *err)
{
    for (size_t k = 0; k < ARRAY_COUNT(KINDS); k++) {
        int64_t next = 0, given = 0;

        TRY(id_next(from, KINDS[k], &next, err));
        TRY(id_next(to, KINDS[k], &given, err));
        if (next > given)
            TRY(id_skip(to, KINDS[k], next - given, err));
    }
    return BERM_OK;
}
