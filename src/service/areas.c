/* The areas that a caller may see: what lists and choices offer. */
#include "service/service.h"

enum { SCOPE_BYTES_MAX = 1 << 20 };

/* The position behind which the list begins. An area that is not the caller's is refused as one
 * that does not exist: who asks what comes behind it would else learn that it is there. */
static enum berm_status find_start(struct store *store, const struct caller *caller,
                                   struct text after, struct arena *arena, int64_t *ret_position,
                                   struct berm_error *err)
{
    struct area_scope scope;

    *ret_position = -1;
    if (after.length == 0)
        return BERM_OK;
    TRY(caller_scope(store, caller, PERMISSION_AREA_LIST, after, arena, &scope, err));
    *ret_position = scope.ranges[0].low;
    return BERM_OK;
}

enum berm_status areas_list(struct office *office, const struct caller *caller,
                            const struct area_filter *filter, area_visitor *visit, void *context,
                            struct berm_error *err)
{
    int64_t after;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct area_scope scope;
    bool has_row;

    TRY(arena_create(SCOPE_BYTES_MAX, &arena, err));
    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    if (filter->parent.length > 0) /* the parent must be the caller's too */
        TRY(caller_scope(office->store, caller, PERMISSION_AREA_LIST, filter->parent, arena, &scope,
                         err));
    TRY(find_start(office->store, caller, filter->after, arena, &after, err));
    TRY(caller_scope(office->store, caller, PERMISSION_AREA_LIST, filter->area, arena, &scope,
                     err));
    TRY(statement_prepare(office->store, STATEMENT_AREA_VISIBLE_LIST, &list, err));
    statement_bind_text(list, AREA_VISIBLE_LIST__RANGES, scope.parameter);
    statement_bind_text(list, AREA_VISIBLE_LIST__PARENT, filter->parent);
    statement_bind_int64(list, AREA_VISIBLE_LIST__AFTER, after);
    statement_bind_int64(list, AREA_VISIBLE_LIST__COUNT,
                         filter->limit > 0 ? filter->limit : INT64_MAX);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        const struct area row = {.area_id = statement_int64(list, 0),
                                 .parent_id = statement_int64(list, 1),
                                 .code = statement_text(list, 2),
                                 .name = statement_text(list, 3),
                                 .name_en = statement_text(list, 4),
                                 .level = (int)statement_int64(list, 5),
                                 .position_low = statement_int64(list, 6),
                                 .position_high = statement_int64(list, 7)};

        TRY(visit(context, &row, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}
