/*
 * An export as a job. The order is tried before it is queued, and what is wrong with it is told by
 * the member that it stands in; the job tries it again, because rights may have changed by then.
 */
#include "api/call.h"

#include <stdio.h>

enum { COLUMNS_MAX = 1000 };

static enum berm_status read_texts(struct body body, const char *name, size_t most,
                                   const struct text **ret_texts, size_t *ret_count,
                                   struct berm_error *err)
{
    const struct json_node *list = body_member(body, name, NODE_ARRAY, false);
    size_t count = node_count(list);
    char pointer[48];
    struct text *texts;

    if (count > most) {
        call_add_problem(body.call, body_pointer(body, text_of(name)), "invalid",
                         "%s has at most %zu items, not %zu", name, most, count);
        count = 0;
    }
    TRY(arena_new(body.call->arena, count, sizeof *texts, &texts, err));
    for (size_t t = 0; t < count; t++) {
        const struct json_node *item = node_item(list, t);

        texts[t] = node_text(item);
        snprintf(pointer, sizeof pointer, "/%s/%zu", name, t);
        if (texts[t].length == 0)
            call_add_problem(body.call, text_of(pointer), "invalid", "%s has texts, not %s", name,
                             node_kind(item) == NODE_STRING ? "empty ones"
                                                            : node_kind_words(node_kind(item)));
    }
    *ret_texts = texts;
    *ret_count = count;
    return BERM_OK;
}

/* A member that the kind of export has no use for would quietly be none. */
static void refuse_elsewhere(struct body body, bool is_taken, const char *name, const char *where)
{
    if (!is_taken && node_member(body.node, name) != NULL)
        call_add_problem(body.call, body_pointer(body, text_of(name)), "invalid",
                         "%s is for exports of %s; leave it out", name, where);
}

static void read_kind(struct body body, struct export_order *order)
{
    struct text kind = body_text(body, "kind", true), format = body_text(body, "format", false);
    struct berm_error wrong;
    bool is_of_findings;

    if (text_equal(format, TEXT("ndjson")))
        order->format = EXPORT_NDJSON;
    else if (format.length > 0 && !text_equal(format, TEXT("csv")))
        call_add_problem(body.call, TEXT("/format"), "invalid", "format is csv or ndjson, not %.*s",
                         TEXT_ARG(format));
    if (kind.length == 0)
        return;
    if (export_kind_find(kind, &order->kind, &wrong) != BERM_OK) {
        call_add_problem(body.call, TEXT("/kind"), "invalid", "%s", wrong.message);
        return;
    }
    is_of_findings = order->kind == EXPORT_FINDINGS || order->kind == EXPORT_SPELLS;
    refuse_elsewhere(body, order->kind == EXPORT_FINDINGS, "month", "findings");
    refuse_elsewhere(body, order->kind == EXPORT_FLOWS, "from", "flows");
    refuse_elsewhere(body, order->kind == EXPORT_FLOWS, "to", "flows");
    refuse_elsewhere(body, is_of_findings, "code", "findings and spells");
    refuse_elsewhere(body, is_of_findings, "undetermined", "findings and spells");
}

static enum berm_status read_order(struct call *call, struct export_order *order,
                                   struct berm_error *err)
{
    static const char *const NAMES[] = {"kind",         "format",  "bom",     "area",
                                        "month",        "from",    "to",      "code",
                                        "undetermined", "columns", "filters", NULL};
    struct body body = call_body(call);

    body_expect(body, NAMES);
    *order = (struct export_order){
        .has_mark = body_bool(body, "bom", false),
        .area = body_text(body, "area", false),
        .finding = body_text(body, "code", false),
        .month = body_month(body, "month", false),
        .first_month = body_month(body, "from", false),
        .last_month = body_month(body, "to", false),
        .with_undetermined = body_bool(body, "undetermined", false),
    };
    read_kind(body, order);
    if (order->has_mark && order->format != EXPORT_CSV)
        call_add_problem(call, TEXT("/bom"), "invalid", "bom is for csv; leave it out");
    TRY(read_texts(body, "columns", COLUMNS_MAX, &order->columns, &order->column_count, err));
    TRY(read_texts(body, "filters", FIND_FILTERS_MAX, &order->filters, &order->filter_count, err));
    TRY(call_check(call, err));
    if (order->kind == EXPORT_FINDINGS && order->month == 0)
        TRY(month_last_screened(call->office->store, &order->month, err));
    return BERM_OK;
}

/* Try an order; what is wrong with it, but for rights, becomes a problem of a member. */
static enum berm_status try_order(struct call *call, const struct export_order *order,
                                  const char *pointer, bool *ret_is_good, struct berm_error *err)
{
    CLEANUP(export_freep) struct export *export = NULL;
    struct berm_error wrong = {0};
    enum berm_status status = export_create(call->office, &call->caller, order, &export, &wrong);

    *ret_is_good = status == BERM_OK;
    if (status == BERM_NOT_FOUND || status == BERM_INVALID_INPUT) {
        if (pointer != NULL)
            call_add_problem(call, text_of(pointer), "invalid", "%s", wrong.message);
        return BERM_OK;
    }
    if (status != BERM_OK)
        *err = wrong;
    return status;
}

/* Which member an order fails by: the area alone, then everything else alone in it. */
static enum berm_status tell_faults(struct call *call, const struct export_order *order,
                                    struct berm_error *err)
{
    struct export_order part = {.kind = order->kind, .month = order->month, .area = order->area};
    const struct export_order base = part;
    char pointer[48];
    bool is_good;

    TRY(try_order(call, &part, "/area", &is_good, err));
    if (!is_good)
        return call_check(call, err);
    part.finding = order->finding;
    TRY(try_order(call, &part, "/code", &is_good, err));
    for (size_t f = 0; f < order->filter_count; f++) {
        part = base;
        part.filters = &order->filters[f];
        part.filter_count = 1;
        snprintf(pointer, sizeof pointer, "/filters/%zu", f);
        TRY(try_order(call, &part, pointer, &is_good, err));
    }
    for (size_t c = 0; c < order->column_count; c++) {
        part = base;
        part.columns = &order->columns[c];
        part.column_count = 1;
        snprintf(pointer, sizeof pointer, "/columns/%zu", c);
        TRY(try_order(call, &part, pointer, &is_good, err));
    }
    if (call->problem_count == 0) /* each is good alone: a column that stands there twice */
        TRY(try_order(call, order, "/columns", &is_good, err));
    return call_check(call, err);
}

enum berm_status handle_export_create(struct call *call, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer task = {.cap_bytes = JOB_TASK_BYTES_MAX};
    struct export_order order;
    bool is_good;

    TRY(read_order(call, &order, err));
    TRY(try_order(call, &order, NULL, &is_good, err));
    if (!is_good)
        TRY(tell_faults(call, &order, err));
    export_order_write(&order, &(struct json_writer){.out = &task});
    return call_make_job(call, JOB_EXPORT, &task, err);
}
