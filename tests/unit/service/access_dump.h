/* Everything that the reading functions tell a caller, as one text. */
#ifndef TESTS_ACCESS_DUMP_H
#define TESTS_ACCESS_DUMP_H

#include "unit/service/access_fixture.h"

struct dump {
    struct access_register *made;
    const struct caller *caller;
    struct buffer out;
    int64_t count; /* findings, households that were found, people: whatever is counted */
};

static inline void dump_text(struct dump *dump, struct text text)
{
    buffer_append_text(&dump->out, text);
    buffer_append_char(&dump->out, '|');
}

static inline enum berm_status dump_area(void *context, const struct area *row,
                                         struct berm_error *err)
{
    (void)err;
    dump_text(context, row->code);
    dump_text(context, row->name);
    return BERM_OK;
}

static inline enum berm_status dump_finding(void *context, const struct finding_row *row,
                                            struct berm_error *err)
{
    (void)err;
    dump_text(context, row->household);
    dump_text(context, row->area);
    dump_text(context, row->area_name);
    dump_text(context, row->area_name_en);
    dump_text(context, row->code);
    dump_text(context, row->evidence);
    return BERM_OK;
}

static inline enum berm_status dump_count(void *context, const struct finding_count *count,
                                          struct berm_error *err)
{
    struct dump *dump = context;

    (void)err;
    dump_text(dump, count->code);
    dump->count += count->households;
    return BERM_OK;
}

/* Refused is fine; anything else is not. */
static inline bool dump_allows(enum berm_status status, struct dump *dump,
                               const struct berm_error *err)
{
    if (status == BERM_OK)
        return true;
    if (status != BERM_FORBIDDEN && status != BERM_NOT_FOUND)
        fail_msg("%s: %s", status_name(status), err->message);
    dump_text(dump, text_of(err->message));
    return false;
}

static inline void dump_lists(struct dump *dump, const char *area)
{
    struct office *office = dump->made->office;
    struct finding_filter filter = {
        .month = month_from_civil(2020, 12), .area = text_of(area), .with_undetermined = true};
    struct berm_error err = {0};

    (void)dump_allows(areas_list(office, dump->caller, &(struct area_filter){.area = text_of(area)},
                                 dump_area, dump, &err),
                      dump, &err);
    (void)dump_allows(areas_list(office, dump->caller,
                                 &(struct area_filter){.parent = text_of(area)}, dump_area, dump,
                                 &err),
                      dump, &err);
    (void)dump_allows(findings_list(office, dump->caller, &filter, dump_finding, dump, &err), dump,
                      &err);
    (void)dump_allows(
        findings_count(office, dump->caller, filter.month, filter.area, dump_count, dump, &err),
        dump, &err);
}

static inline void dump_groups(struct dump *dump, const struct summary_group *groups, size_t count)
{
    for (size_t g = 0; g < count; g++) {
        dump_text(dump, groups[g].key);
        dump_text(dump, groups[g].label_en);
        dump_text(dump, groups[g].label_zh);
        buffer_append_int64(&dump->out, groups[g].households);
    }
}

static inline void dump_summary(struct dump *dump, const char *area)
{
    struct berm_error err = {0};
    struct summary summary;

    if (!dump_allows(summary_compute(dump->made->office, dump->caller, month_from_civil(2020, 12),
                                     text_of(area), dump->made->arena, &summary, &err),
                     dump, &err))
        return;
    dump->count += summary.total.people;
    dump_groups(dump, summary.areas, summary.area_count);
    dump_groups(dump, summary.kinds, summary.kind_count);
    dump_groups(dump, summary.levels, summary.level_count);
    dump_groups(dump, summary.findings, summary.finding_count);
}

static inline void dump_facts(struct dump *dump, const struct household_facts *facts)
{
    const struct dictionary *dictionary = &dump->made->office->pack->dictionary;
    const struct variable *variables = dictionary_variables(dictionary, ENTITY_HOUSEHOLD);
    char shown[TEXT_VALUE_BYTES_MAX];

    dump_text(dump, facts->area_code);
    dump_text(dump, facts->area_name);
    for (size_t v = 0; v < dictionary->count[ENTITY_HOUSEHOLD]; v++)
        dump_text(dump, variable_format(dictionary, &variables[v], facts->values[v], shown));
    variables = dictionary_variables(dictionary, ENTITY_PERSON);
    for (size_t m = 0; m < facts->member_count; m++) {
        dump_text(dump, facts->members[m].name);
        dump_text(dump, facts->members[m].birth_date);
        for (size_t v = 0; v < dictionary->count[ENTITY_PERSON]; v++)
            dump_text(dump, variable_format(dictionary, &variables[v], facts->members[m].values[v],
                                            shown));
    }
    for (size_t f = 0; f < facts->flow_count; f++)
        dump_text(dump, facts->flows[f].flow);
}

static inline void dump_history(struct dump *dump, const struct history_page *history)
{
    for (size_t c = 0; c < history->count; c++)
        for (size_t r = 0; r < history->changes[c].row_count; r++) {
            dump_text(dump, history->changes[c].rows[r].subject);
            dump_text(dump, history->changes[c].rows[r].fields);
        }
}

static inline void dump_household(struct dump *dump, const char *code)
{
    struct office *office = dump->made->office;
    struct arena *arena = dump->made->arena;
    struct household_facts facts = {0};
    struct household_reasons reasons;
    struct history_page history = {0};
    struct json_writer json = {.out = &dump->out};
    struct berm_error err = {0};

    if (dump_allows(household_read(office, dump->caller, text_of(code), arena, &facts, &err), dump,
                    &err)) {
        dump_text(dump, facts.area_name);
        dump_facts(dump, &facts);
        dump->count++;
    }
    if (dump_allows(
            household_history(office, dump->caller, text_of(code), 0, 0, arena, &history, &err),
            dump, &err))
        dump_history(dump, &history);
    if (!dump_allows(household_explain(office, dump->caller, text_of(code),
                                       month_from_civil(2020, 12), arena, &reasons, &err),
                     dump, &err))
        return;
    dump_text(dump, reasons.area_name);
    for (size_t f = 0; f < reasons.explanation.finding_count; f++) {
        evidence_write(reasons.program, &reasons.explanation.findings[f], &json);
        sentences_write(reasons.program, &reasons.explanation.findings[f], LANGUAGE_ENGLISH,
                        &dump->out);
    }
    figures_write(reasons.program, &reasons.explanation, LANGUAGE_ENGLISH, &dump->out);
    for (size_t h = 0; h < reasons.history_count; h++)
        dump_text(dump, reasons.history[h].evidence);
}

static inline bool dump_has(const struct dump *dump, const char *word)
{
    return memmem(dump->out.bytes, dump->out.length, word, strlen(word)) != NULL;
}

#endif
