/*
 * What sources report of a household's flows, many months and flows in one call. They are sorted
 * into rows of one month and source, as a file's wide form has them, and go through the import.
 */
#include "service/facts/edit.h"

#include <stdlib.h>

static const struct text SOURCE_BY_HAND = {"visit", 5};

/* One report, read. */
struct report {
    int64_t entry; /* position in the call */
    month_number month;
    struct text source;
    struct import_amount amount;
};

/* By month and source, then flow; of two that are the same the first in the call comes first. */
static int compare_reports(const void *a, const void *b)
{
    const struct report *first = a;
    const struct report *second = b;
    int order = (first->month > second->month) - (first->month < second->month);

    if (order == 0)
        order = text_compare(first->source, second->source);
    if (order == 0)
        order =
            (first->amount.flow > second->amount.flow) - (first->amount.flow < second->amount.flow);
    return order ? order : (first->entry > second->entry) - (first->entry < second->entry);
}

static bool is_same_row(const struct report *a, const struct report *b)
{
    return a->month == b->month && text_equal(a->source, b->source);
}

/* ---- Reading --------------------------------------------------------------------------------- */

static enum berm_status read_field(struct fact_edit *edit, const struct field_reader *reader,
                                   int64_t entry, enum import_field field, struct text text,
                                   struct import_flow *row, int *flow, struct berm_error *err)
{
    struct text name = text_of(import_field_name(field));
    struct berm_error fault;

    if (!text_is_utf8(text, NULL))
        return fact_problem_add(&edit->problems, entry, name, "invalid", err,
                                "the text is not UTF-8; send it as UTF-8");
    return fact_problem_keep(
        &edit->problems, entry, name,
        import_read_flow(reader, field, -1, text_trimmed(text), row, NULL, flow, &fault), &fault,
        err);
}

/* The amount, now that the flow is known and the caller sees such values. */
static enum berm_status read_amount(struct fact_edit *edit, const struct field_reader *reader,
                                    int64_t entry, struct text text, int flow,
                                    struct import_amount *amount, struct berm_error *err)
{
    const struct variable *variable = &dictionary_variables(reader->dictionary, ENTITY_FLOW)[flow];
    struct berm_error fault;
    size_t count = 0;

    if (variable->field_class > edit->class_seen)
        return fact_problem_add(&edit->problems, entry, TEXT("flow"), "not_allowed", err,
                                "flows of the class %s are not shown to you here, so you cannot "
                                "change them; leave it out, or ask for a role that shows them",
                                field_class_name(variable->field_class));
    text = text_trimmed(text);
    amount->flow = flow;
    amount->is_taken_back = text.length == 0;
    return fact_problem_keep(&edit->problems, entry, TEXT("amount"),
                             import_read_amount(reader, flow, text, amount, &count, &fault), &fault,
                             err);
}

static enum berm_status read_report(struct fact_edit *edit, const struct field_reader *reader,
                                    int64_t entry, const struct fact_flow *given,
                                    struct report *report, struct berm_error *err)
{
    struct import_flow row = {.source = SOURCE_BY_HAND};
    int flow = -1;

    TRY(read_field(edit, reader, entry, IMPORT_FIELD_MONTH, given->month, &row, &flow, err));
    TRY(read_field(edit, reader, entry, IMPORT_FIELD_FLOW, given->flow, &row, &flow, err));
    TRY(read_field(edit, reader, entry, IMPORT_FIELD_SOURCE, given->source, &row, &flow, err));
    report->entry = entry;
    report->month = row.month;
    report->source = row.source;
    return flow < 0 ? BERM_OK
                    : read_amount(edit, reader, entry, given->amount, flow, &report->amount, err);
}

static enum berm_status read_reports(struct fact_edit *edit, const struct fact_flow *flows,
                                     size_t count, struct report *reports, struct berm_error *err)
{
    struct field_reader reader = {.dictionary = &edit->office->pack->dictionary,
                                  .today = date_today(),
                                  .arena = edit->call->arena};

    for (size_t i = 0; i < count; i++)
        TRY(read_report(edit, &reader, (int64_t)i, &flows[i], &reports[i], err));
    TRY(fact_problems_check(edit, err));
    qsort(reports, count, sizeof *reports, compare_reports);
    for (size_t i = 1; i < count; i++)
        if (is_same_row(&reports[i - 1], &reports[i]) &&
            reports[i - 1].amount.flow == reports[i].amount.flow)
            TRY(fact_problem_add(&edit->problems, reports[i].entry, TEXT("flow"), "repeated", err,
                                 "the month, flow and source stand already in entry %lld; keep "
                                 "one of the two",
                                 (long long)reports[i - 1].entry + 1));
    return fact_problems_check(edit, err);
}

/* ---- Writing --------------------------------------------------------------------------------- */

/* The rows of the import, and for each the first entry that went into it. */
static enum berm_status make_rows(struct fact_edit *edit, struct text household,
                                  const struct report *reports, size_t count,
                                  struct import_flow **ret_rows, int64_t **ret_entries,
                                  size_t *ret_count, struct berm_error *err)
{
    struct arena *arena = edit->call->arena;
    struct import_amount *amounts;
    size_t row_count = 0;

    TRY(arena_new(arena, count, sizeof *amounts, &amounts, err));
    TRY(arena_new(arena, count, sizeof **ret_rows, ret_rows, err));
    TRY(arena_new(arena, count, sizeof **ret_entries, ret_entries, err));
    for (size_t i = 0; i < count; i++) {
        amounts[i] = reports[i].amount;
        if (i > 0 && is_same_row(&reports[i - 1], &reports[i])) {
            (*ret_rows)[row_count - 1].amount_count++;
            continue;
        }
        (*ret_entries)[row_count] = reports[i].entry;
        (*ret_rows)[row_count++] = (struct import_flow){.household = household,
                                                        .source = reports[i].source,
                                                        .month = reports[i].month,
                                                        .amounts = &amounts[i],
                                                        .amount_count = 1};
    }
    *ret_count = row_count;
    return BERM_OK;
}

static enum berm_status write_reports(struct fact_edit *edit, struct text household,
                                      const struct report *reports, size_t count,
                                      struct berm_error *err)
{
    CLEANUP(import_freep) struct import *import = NULL;
    struct import_start start = {.kind = IMPORT_FLOWS,
                                 .dictionary = &edit->office->pack->dictionary};
    struct import_counts counts;
    struct import_flow *rows;
    int64_t *entries;
    size_t row_count;

    TRY(make_rows(edit, household, reports, count, &rows, &entries, &row_count, err));
    TRY(import_open(edit->office->store, &start, &edit->scope, &edit->change, &import, err));
    TRY(import_flows(import, rows, row_count, edit->call->arena, err));
    TRY(import_end(import, &counts, err));
    edit->added += counts.added;
    edit->changed += counts.changed;
    for (size_t i = 0; i < row_count; i++)
        if (rows[i].row.outcome == IMPORT_REJECTED)
            TRY(fact_problem_add(&edit->problems, entries[i],
                                 text_of(import_field_name(rows[i].row.field)), "refused", err,
                                 "%.*s", TEXT_ARG(rows[i].row.reason)));
    return BERM_OK;
}

enum berm_status fact_lay_flows(struct fact_edit *edit, const struct household_facts *facts,
                                const struct fact_flow *flows, size_t count, struct berm_error *err)
{
    struct report *reports;

    TRY(arena_new(edit->call->arena, count + 1, sizeof *reports, &reports, err));
    TRY(read_reports(edit, flows, count, reports, err));
    return write_reports(edit, facts->code, reports, count, err);
}

enum berm_status household_set_flows(struct office *office, const struct fact_call *call,
                                     struct text code, const struct fact_flow *flows, size_t count,
                                     struct fact_result *ret_result, struct berm_error *err)
{
    CLEANUP(fact_edit_close) struct fact_edit edit = {0};
    struct household_facts facts;

    *ret_result = (struct fact_result){0};
    if (count > FACT_FLOWS_MAX)
        return fail_with(err, BERM_LIMIT,
                         "%zu flows in one call, at most %d are taken; send them in parts, or "
                         "import a file",
                         count, (int)FACT_FLOWS_MAX);
    TRY(fact_edit_begin(office, call, "set flows", ret_result, &edit, err));
    TRY(fact_edit_household(&edit, code, false, &facts, err));
    TRY(fact_lay_flows(&edit, &facts, flows, count, err));
    return fact_edit_finish(&edit, "set_flows", facts.code, err);
}
