/*
 * The flows of a case: for each flow the months, or ranges of months, with what was reported for
 * each. A range stands for one report in each of its months. Months that no window of the case's
 * month reads are taken too: a case may prove that they make no difference.
 */
#include <string.h>

#include "pack/case_reading.h"

struct flows_reading {
    const struct case_reading *reading;
    const struct variable *variable;
    int flow;              /* its position */
    size_t first_of_flow;  /* its first report */
    struct buffer reports; /* struct case_flow */
};

static void flows_reading_end(struct flows_reading *flows)
{
    buffer_free(&flows->reports);
}

/* "2020-09" or "2019-10..2020-09". */
static enum berm_status read_range(const struct yaml_node *key, month_number *ret_first,
                                   month_number *ret_last, struct berm_error *err)
{
    const char *dots =
        key->text.length == 0 ? NULL : memmem(key->text.bytes, key->text.length, "..", 2);
    size_t first_length = dots == NULL ? key->text.length : (size_t)(dots - key->text.bytes);
    struct text first = {key->text.bytes, first_length};
    struct text last = dots == NULL ? first : text_from(key->text, first_length + 2);

    TRY(case_fail_at(key, month_parse(first, ret_first, err), err));
    TRY(case_fail_at(key, month_parse(last, ret_last, err), err));
    if (*ret_last < *ret_first)
        return fail_at(err, BERM_INVALID_INPUT, key->line, key->column,
                       "'%.*s' ends before it begins; write the earlier month first",
                       TEXT_ARG(key->text));
    if (*ret_last - *ret_first >= CASE_RANGE_MONTHS_MAX)
        return fail_at(err, BERM_LIMIT, key->line, key->column,
                       "'%.*s' is longer than %d months; a rule reads the last %d only",
                       TEXT_ARG(key->text), CASE_RANGE_MONTHS_MAX, FLOW_MONTHS);
    return BERM_OK;
}

static enum berm_status add_report(struct flows_reading *flows, month_number month,
                                   struct text source, int64_t amount_minor,
                                   const struct yaml_node *node, struct berm_error *err)
{
    const struct case_flow *reports = (const void *)flows->reports.bytes;
    size_t count = flows->reports.length / sizeof *reports;
    struct case_flow added = {
        .flow = flows->flow,
        .month = month,
        .report = {.source = source, .amount_minor = amount_minor},
    };

    if (count == CASE_REPORTS_MAX)
        return fail_at(err, BERM_LIMIT, node->line, node->column,
                       "the case has more than %d reports of flows; take months out that no rule "
                       "reads",
                       CASE_REPORTS_MAX);
    for (size_t i = flows->first_of_flow; i < count; i++) {
        char text[MONTH_TEXT_MAX];
        struct text shown;

        if (reports[i].month != month || !text_equal(reports[i].report.source, source))
            continue;
        shown = month_format(month, text);
        return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                       "'%.*s' has %.*s twice from the same source; keep one, or name the sources: "
                       "{worker: 100, bank: 20}",
                       TEXT_ARG(flows->variable->name), TEXT_ARG(shown));
    }
    buffer_append(&flows->reports, &added, sizeof added);
    return buffer_status(&flows->reports, err);
}

/* One amount for each month of the range; an empty amount is no report. */
static enum berm_status read_amount(struct flows_reading *flows, month_number first,
                                    month_number last, struct text source,
                                    const struct yaml_node *node, struct berm_error *err)
{
    struct field_value value;

    if (yaml_is_null(node))
        return BERM_OK;
    TRY(case_read_value(flows->reading, flows->variable, node, &value, err));
    if (!value.is_known)
        return BERM_OK;
    for (month_number month = first; month <= last; month++)
        TRY(add_report(flows, month, source, value.number, node, err));
    return BERM_OK;
}

static bool is_source(struct text code)
{
    for (size_t i = 0; i < code.length; i++) {
        char c = code.bytes[i];
        bool is_letter = c >= 'a' && c <= 'z';

        if (!is_letter && (i == 0 || (c != '_' && (c < '0' || c > '9'))))
            return false;
    }
    return code.length > 0 && code.length <= CODE_BYTES_MAX;
}

static enum berm_status read_month(struct flows_reading *flows, const struct yaml_node *key,
                                   const struct yaml_node *node, struct berm_error *err)
{
    month_number first, last;

    TRY(read_range(key, &first, &last, err));
    if (node->kind != YAML_MAPPING)
        return read_amount(flows, first, last, TEXT("import"), node, err);
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *source = &node->keys[i];

        if (!is_source(source->text))
            return fail_at(err, BERM_INVALID_INPUT, source->line, source->column,
                           "'%.*s' is no source; write a short code of small letters, digits and "
                           "'_', such as civil_affairs",
                           TEXT_ARG(source->text));
        TRY(read_amount(flows, first, last, source->text, &node->items[i], err));
    }
    return BERM_OK;
}

static enum berm_status read_flow(struct flows_reading *flows, const struct yaml_node *key,
                                  const struct yaml_node *node, struct berm_error *err)
{
    const struct dictionary *dictionary = &flows->reading->pack->dictionary;

    flows->flow = dictionary_position(dictionary, ENTITY_FLOW, key->text);
    if (flows->flow < 0)
        return case_fail_unknown_variable(flows->reading, ENTITY_FLOW, key, err);
    flows->variable = &dictionary_variables(dictionary, ENTITY_FLOW)[flows->flow];
    flows->first_of_flow = flows->reports.length / sizeof(struct case_flow);
    if (node->kind != YAML_MAPPING)
        return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                       "'%.*s' needs its months: {2019-10..2020-09: 250}", TEXT_ARG(key->text));
    for (size_t i = 0; i < node->count; i++)
        TRY(read_month(flows, &node->keys[i], &node->items[i], err));
    return BERM_OK;
}

enum berm_status case_read_flows(const struct case_reading *reading, struct pack_case *ret_case,
                                 struct berm_error *err)
{
    CLEANUP(flows_reading_end) struct flows_reading flows = {.reading = reading};
    const struct yaml_node *node = yaml_find(reading->node, TEXT("flows"));
    struct case_flow *reports;
    size_t count;

    if (node == NULL)
        return BERM_OK;
    TRY(yaml_expect(node, YAML_MAPPING, "'flows'", err));
    for (size_t i = 0; i < node->count; i++)
        TRY(read_flow(&flows, &node->keys[i], &node->items[i], err));
    count = flows.reports.length / sizeof *reports;
    TRY(arena_new(reading->arena, count, sizeof *reports, &reports, err));
    if (count > 0)
        memcpy(reports, flows.reports.bytes, flows.reports.length);
    ret_case->flows = reports;
    ret_case->flow_count = count;
    return BERM_OK;
}
