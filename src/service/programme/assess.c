/*
 * Whom the policy finds eligible: households through the same loader, batches and interpreter as a
 * month's run, so that a programme and a finding cannot see different facts. The rules are those of
 * the month last screened, the facts those of now.
 */
#include "service/programme/private.h"

#include "service/screen/load.h"
#include "service/screen/ranges.h"

enum { ASSESS_BYTES_MAX = 64 << 20 };

/* What one call works with. */
struct assessing {
    const struct assess_order *order;
    struct arena *arena;       /* the program */
    struct arena *chunk_arena; /* the chunk's areas */
    struct arena *answers;     /* of one household */
    const struct screening_program *program;
    struct places places;
    struct loader *loader;
    struct batch *batch;
    struct screening_runner *runner;
    assessed_visitor *visit;
    void *context;
};

static void assessing_close(struct assessing *assessing)
{
    screening_runner_free(assessing->runner);
    batch_free(assessing->batch);
    loader_free(assessing->loader);
    arena_free(assessing->answers);
    arena_free(assessing->chunk_arena);
    arena_free(assessing->arena);
}

enum berm_status assess_begin(struct office *office, struct assess_order *ret_order,
                              struct berm_error *err)
{
    struct assess_order order = {0};

    TRY(month_last_screened(office->store, &order.month, err));
    TRY(office_pack_at(office, order.month, &order.pack, err));
    *ret_order = order;
    return BERM_OK;
}

static enum berm_status tell_row(struct assessing *assessing, size_t row, struct berm_error *err)
{
    const struct batch *batch = assessing->batch;
    struct programme_answer *answers;
    size_t count;

    arena_reset(assessing->answers);
    TRY(screening_decide_programmes(assessing->runner, batch, row, assessing->order->programmes,
                                    assessing->order->programme_count, assessing->answers, &answers,
                                    &count, err));
    for (size_t i = 0; i < count; i++) {
        struct assessed assessed = {.household_id = batch->household_id[row],
                                    .household = batch->code[row],
                                    .area = batch->area_code[row],
                                    .answer = &answers[i]};

        if (answers[i].entitled == ENTITLED_NO)
            continue;
        if (answers[i].programme->target == TARGET_PERSON) {
            size_t member = batch->member_first[row] + answers[i].member;

            assessed.person_id = batch->member_person_id[member];
            assessed.person = batch->member_code[member];
        }
        TRY(assessing->visit(assessing->context, &assessed, err));
    }
    return BERM_OK;
}

static enum berm_status assess_chunk(struct office *office, struct assessing *assessing,
                                     const struct id_range *ranges, size_t count,
                                     struct berm_error *err)
{
    arena_reset(assessing->chunk_arena);
    TRY(places_read_few(office->store, assessing->order->pack, assessing->order->month, ranges,
                        count, assessing->chunk_arena, &assessing->places, err));
    TRY(loader_load(assessing->loader, ranges, count, assessing->batch, err));
    for (size_t row = 0; row < assessing->batch->row_count; row++)
        TRY(tell_row(assessing, row, err));
    return BERM_OK;
}

static enum berm_status prepare(struct office *office, struct assessing *assessing,
                                struct berm_error *err)
{
    const struct assess_order *order = assessing->order;

    TRY(arena_create(PROGRAMME_BYTES_MAX, &assessing->arena, err));
    TRY(arena_create(ASSESS_BYTES_MAX, &assessing->chunk_arena, err));
    TRY(arena_create(ASSESS_BYTES_MAX, &assessing->answers, err));
    TRY(screening_program_create(assessing->arena, order->pack, order->month, &assessing->program,
                                 err));
    TRY(loader_create(office->store, assessing->program, &assessing->places, &assessing->loader,
                      err));
    TRY(batch_create(assessing->program, &assessing->batch, err));
    return screening_runner_create(assessing->program, &assessing->runner, err);
}

enum berm_status assess_households(struct office *office, const struct assess_order *order,
                                   assessed_visitor *visit, void *context, struct berm_error *err)
{
    CLEANUP(assessing_close)
    struct assessing assessing = {.order = order, .visit = visit, .context = context};
    struct id_range *ranges;
    size_t range_count;

    if (order->household_count == 0 || order->programme_count == 0)
        return BERM_OK;
    TRY(prepare(office, &assessing, err));
    TRY(ranges_of_ids(assessing.arena, order->household_ids, order->household_count, &ranges,
                      &range_count, err));
    for (size_t done = 0; done < range_count;) {
        size_t length = ranges_of_chunk(ranges + done, range_count - done);

        if (order->progress &&
            !order->progress(order->progress_context, (int64_t)done, (int64_t)range_count))
            return fail_with(err, BERM_CANCELLED, "stopped; nothing was changed");
        TRY(assess_chunk(office, &assessing, ranges + done, length, err));
        done += length;
    }
    return BERM_OK;
}

enum berm_status assess_list_households(struct store *store, const struct area_scope *scope,
                                        int64_t limit, struct arena *arena,
                                        struct household_risk **ret_rows, int64_t **ret_ids,
                                        size_t *ret_count, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct household_risk *rows = NULL;
    size_t count = 0, capacity = 0;
    int64_t *ids;
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_ASSESS_HOUSEHOLD_LIST, &list, err));
    statement_bind_text(list, ASSESS_HOUSEHOLD_LIST__RANGES, scope->parameter);
    statement_bind_int64(list, ASSESS_HOUSEHOLD_LIST__COUNT, limit);
    TRY(statement_step(list, &has_row, err));
    for (; has_row; count++) {
        TRY(rows_reserve(arena, &rows, sizeof *rows, count, &capacity, err));
        rows[count].household_id = statement_int64(list, 0);
        (void)severity_find(statement_text(list, 1), &rows[count].risk);
        TRY(statement_step(list, &has_row, err));
    }
    TRY(arena_new(arena, count, sizeof *ids, &ids, err));
    for (size_t i = 0; i < count; i++)
        ids[i] = rows[i].household_id;
    *ret_rows = rows;
    *ret_ids = ids;
    *ret_count = count;
    return BERM_OK;
}

enum berm_status assess_missing_text(struct arena *arena, const struct programme_answer *answer,
                                     struct text *ret_text, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer out = {0};

    for (size_t i = 0; i < answer->missing_count; i++) {
        if (i > 0)
            buffer_append_char(&out, ' ');
        buffer_append_text(&out, answer->missing[i]);
    }
    TRY(buffer_status(&out, err));
    return text_copy(arena, buffer_text(&out), ret_text, err);
}
