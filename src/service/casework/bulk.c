/*
 * The same for many cases at once: a step, or who looks after them. All of it is one batch, each
 * case a transaction in it: what may not be done to one is told with its reason and hurts no other,
 * and whoever stops it, or kills it, finds that nothing was done. So each case is touched once,
 * however often it was tried.
 */
#include <string.h>

#include "service/casework/private.h"

enum { PROGRESS_EVERY = 50, CASE_BYTES_MAX = 16 << 20 };

struct bulk {
    const struct case_bulk_options *options;
    struct office *office;
    const struct caller *caller;
    const struct actor *actor;
    struct arena *arena;
    struct arena *one;  /* what one case takes */
    struct text *codes; /* of households, in the order in which they are done */
    size_t count, capacity;
    struct case_bulk_result result;
};

/* ---- Which cases ----------------------------------------------------------------------------- */

static enum berm_status add_code(struct bulk *bulk, struct text code, struct berm_error *err)
{
    if (bulk->count == CASE_BULK_MAX)
        return fail_with(err, BERM_LIMIT,
                         "these are more than %d cases; narrow the filter, and do the rest in "
                         "another job",
                         (int)CASE_BULK_MAX);
    TRY(rows_reserve(bulk->arena, &bulk->codes, sizeof *bulk->codes, bulk->count, &bulk->capacity,
                     err));
    return text_copy(bulk->arena, code, &bulk->codes[bulk->count++], err);
}

static enum berm_status add_row(void *context, const struct case_row *row, struct berm_error *err)
{
    return add_code(context, row->household, err);
}

/* Those that a work list of the filter has now. */
static enum berm_status read_filtered(struct bulk *bulk, struct berm_error *err)
{
    char cursor_bytes[CURSOR_TEXT_MAX], next_bytes[CURSOR_TEXT_MAX];
    struct text cursor = {0}, next;

    do {
        TRY(cases_list(bulk->office, bulk->caller, &bulk->options->order.filter, FIND_LIMIT_MAX,
                       cursor, add_row, bulk, next_bytes, &next, err));
        memcpy(cursor_bytes, next_bytes, next.length);
        cursor = (struct text){cursor_bytes, next.length};
    } while (cursor.length > 0);
    return BERM_OK;
}

static enum berm_status read_codes(struct bulk *bulk, struct berm_error *err)
{
    const struct case_bulk_order *order = &bulk->options->order;

    if (order->has_filter)
        return read_filtered(bulk, err);
    for (size_t h = 0; h < order->household_count; h++)
        TRY(add_code(bulk, order->households[h], err));
    return BERM_OK;
}

/* ---- One case -------------------------------------------------------------------------------- */

static enum berm_status do_one(struct bulk *bulk, struct text code, struct berm_error *err)
{
    const struct case_bulk_order *order = &bulk->options->order;
    const struct case_call call = {bulk->office, bulk->caller, bulk->actor, bulk->one};
    const struct step_order step = {
        .action = order->action, .reason = order->reason, .expected_steps = -1};
    struct step_result taken;

    arena_reset(bulk->one);
    if (order->is_assignment)
        return case_assign(&call, code, order->worker, err);
    return case_take_step(&call, code, &step, &taken, err);
}

/* What is the case's own fault is told in its line; what stops all is not. */
static bool is_of_the_case(enum berm_status status)
{
    return status == BERM_INVALID_INPUT || status == BERM_NOT_FOUND || status == BERM_CONFLICT ||
           status == BERM_FORBIDDEN || status == BERM_LIMIT;
}

static enum berm_status do_next(struct bulk *bulk, struct text code, struct berm_error *err)
{
    struct case_bulk_line line = {.household = code};
    enum berm_status status = do_one(bulk, code, &line.error);

    if (status != BERM_OK && !is_of_the_case(status)) {
        *err = line.error;
        return status;
    }
    line.is_done = status == BERM_OK;
    bulk->result.done += line.is_done;
    bulk->result.refused += !line.is_done;
    return bulk->options->visit(bulk->options->context, &line, err);
}

/* ---- All of them ----------------------------------------------------------------------------- */

static enum berm_status do_all(struct bulk *bulk, struct berm_error *err)
{
    const struct case_bulk_options *options = bulk->options;

    for (size_t c = 0; c < bulk->count; c++) {
        if (c % PROGRESS_EVERY == 0 && options->progress != NULL &&
            !options->progress(options->context, (int64_t)c, (int64_t)bulk->count))
            return fail_with(err, BERM_CANCELLED, "it was stopped, and nothing of it was done");
        TRY(do_next(bulk, bulk->codes[c], err));
    }
    return BERM_OK;
}

static enum berm_status finish(struct bulk *bulk, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;

    if (bulk->options->before_commit == NULL)
        return BERM_OK;
    TRY(store_begin(bulk->office->store, err));
    transaction = bulk->office->store;
    TRY(bulk->options->before_commit(bulk->options->context, &bulk->result, err));
    TRY(store_commit(bulk->office->store, err));
    transaction = NULL;
    return BERM_OK;
}

enum berm_status cases_do_all(struct office *office, const struct caller *caller,
                              const struct actor *actor, const struct case_bulk_options *options,
                              struct arena *arena, struct case_bulk_result *ret_result,
                              struct berm_error *err)
{
    CLEANUP(store_batch_rollbackp) struct store *batch = NULL;
    CLEANUP(arena_freep) struct arena *one = NULL;
    struct bulk bulk = {
        .options = options, .office = office, .caller = caller, .actor = actor, .arena = arena};

    TRY(arena_create(CASE_BYTES_MAX, &one, err));
    bulk.one = one;
    TRY(store_batch_begin_alone(office->store, err));
    batch = office->store;
    TRY(read_codes(&bulk, err));
    TRY(do_all(&bulk, err));
    TRY(finish(&bulk, err));
    batch = NULL;
    TRY(store_batch_commit(office->store, err));
    *ret_result = bulk.result;
    return BERM_OK;
}
