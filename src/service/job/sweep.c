/* What is old goes: files first, then the rows that name them, so that no file is forgotten. */
#include "service/job/private.h"

enum { SWEEP_ROWS = 1000 }; /* as many as the statements give at once: transactions stay short */

struct old_ids {
    int64_t ids[SWEEP_ROWS];
    size_t count;
};

static enum berm_status read_ids(struct store *store, enum statement_id id, int64_t bound,
                                 struct old_ids *old, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    bool has_row;

    old->count = 0;
    TRY(statement_prepare(store, id, &list, err));
    statement_bind_int64(list, 1, bound);
    TRY(statement_step(list, &has_row, err));
    while (has_row && old->count < SWEEP_ROWS) {
        old->ids[old->count++] = statement_int64(list, 0);
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}

/* Run a statement of one parameter for each id. */
static enum berm_status run_for_ids(struct store *store, enum statement_id id,
                                    const struct old_ids *old, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *statement = NULL;

    TRY(statement_prepare(store, id, &statement, err));
    for (size_t i = 0; i < old->count; i++) {
        statement_bind_int64(statement, 1, old->ids[i]);
        TRY(statement_run(statement, err));
    }
    return BERM_OK;
}

static enum berm_status sweep_one(struct store *store, enum statement_id list, int64_t bound,
                                  const char *folder, const enum statement_id *forget,
                                  size_t forget_count, int64_t *count, struct berm_error *err)
{
    struct old_ids old;

    do {
        CLEANUP(store_rollbackp) struct store *transaction = NULL;

        TRY(read_ids(store, list, bound, &old, err));
        if (old.count == 0)
            return BERM_OK;
        for (size_t i = 0; i < old.count; i++)
            job_remove_file(store, folder, old.ids[i]);
        TRY(store_begin(store, err));
        transaction = store;
        for (size_t f = 0; f < forget_count; f++)
            TRY(run_for_ids(store, forget[f], &old, err));
        TRY(store_commit(store, err));
        transaction = NULL;
        *count += (int64_t)old.count;
    } while (old.count == SWEEP_ROWS);
    return BERM_OK;
}

enum berm_status jobs_sweep(struct store *store, int64_t now_s, int64_t *ret_count,
                            struct berm_error *err)
{
    static const enum statement_id forget_file[] = {STATEMENT_JOB_FORGET_FILE};
    static const enum statement_id forget_job[] = {STATEMENT_JOB_EVENT_DELETE,
                                                   STATEMENT_JOB_DELETE};
    static const enum statement_id forget_upload[] = {STATEMENT_UPLOAD_DELETE};

    *ret_count = 0;
    TRY(sweep_one(store, STATEMENT_JOB_OLD_FILE_LIST, now_s, "jobs", forget_file, 1, ret_count,
                  err));
    TRY(sweep_one(store, STATEMENT_UPLOAD_OLD_LIST, now_s, "uploads", forget_upload, 1, ret_count,
                  err));
    return sweep_one(store, STATEMENT_JOB_OLD_LIST, now_s - JOB_KEPT_S, "jobs", forget_job, 2,
                     ret_count, err);
}
