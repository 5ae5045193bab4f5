/* The months' runs on record. Runs of single changes (state 'again') are no month's. */
#include "service/service.h"

enum { SCOPE_BYTES_MAX = 1 << 20 };

enum berm_status runs_list(struct store *store, const struct caller *caller, int64_t before_run_id,
                           int64_t limit, run_visitor *visit, void *context, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct area_scope scope;
    bool has_row;

    TRY(arena_create(SCOPE_BYTES_MAX, &arena, err));
    TRY(store_begin_read(store, err));
    snapshot = store;
    TRY(caller_scope(store, caller, PERMISSION_SUMMARY_READ, (struct text){0}, arena, &scope, err));
    TRY(statement_prepare(store, STATEMENT_RUN_PUBLISHED_LIST, &list, err));
    statement_bind_int64(list, RUN_PUBLISHED_LIST__BEFORE,
                         before_run_id > 0 ? before_run_id : INT64_MAX);
    statement_bind_int64(list, RUN_PUBLISHED_LIST__COUNT, limit);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        const struct run_row row = {
            .run_id = statement_int64(list, 0),
            .month = statement_month(list, 1),
            .pack = statement_text(list, 2),
            .pack_version = statement_text(list, 3),
            .started_at = statement_text(list, 4),
            .finished_at = statement_text(list, 5),
            .has_counts = scope.is_everything,
            .households = statement_int64(list, 6),
            .opened = statement_int64(list, 7),
            .closed = statement_int64(list, 8),
            .unchanged = statement_int64(list, 9),
        };

        TRY(visit(context, &row, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}
