/*
 * Values as they are now, beside what a visit knew and found. They are compared as the texts that
 * variable_format writes: a value has one such text, so equal texts are equal values, and a choice
 * that the pack no longer has still has its name.
 */
#include "service/visit/private.h"

static const struct text SOURCE = {"visit", 5}; /* under which a visit reports flows */

static const char *const STATE_NAMES[VISIT_FINDING_STATE_COUNT] = {
    [VISIT_CONFIRMED] = "confirmed",
    [VISIT_PROPOSED] = "proposed",
    [VISIT_APPLIED] = "applied",
    [VISIT_REFUSED] = "refused",
};

const char *visit_finding_state_name(enum visit_finding_state state)
{
    assert(state < VISIT_FINDING_STATE_COUNT);
    return STATE_NAMES[state];
}

/* ---- The value now --------------------------------------------------------------------------- */

static struct field_value value_of(const struct dictionary *dictionary,
                                   const struct field_value *values,
                                   const struct variable *variable)
{
    return values[variable - dictionary_variables(dictionary, variable->entity)];
}

static struct field_value flow_of(const struct household_facts *facts,
                                  const struct visit_subject *subject)
{
    for (size_t f = 0; f < facts->flow_count; f++) {
        const struct household_flow *flow = &facts->flows[f];

        if (flow->month == subject->month && text_equal(flow->flow, subject->variable->name) &&
            text_equal(flow->source, SOURCE))
            return (struct field_value){.is_known = true, .number = flow->amount_minor};
    }
    return (struct field_value){0};
}

const struct household_member *visit_member(const struct household_facts *facts, struct text code)
{
    for (size_t m = 0; m < facts->member_count; m++) {
        const struct household_member *member = &facts->members[m];

        if (text_equal(member->code, code) && member->to_date.length == 0 && !member->is_hidden)
            return member;
    }
    return NULL;
}

static const struct household_member *member_by_id(const struct household_facts *facts,
                                                   int64_t person_id)
{
    for (size_t m = 0; m < facts->member_count; m++)
        if (facts->members[m].person_id == person_id && facts->members[m].to_date.length == 0)
            return &facts->members[m];
    return NULL;
}

enum berm_status visit_present(const struct dictionary *dictionary,
                               const struct household_facts *facts,
                               const struct visit_subject *subject, struct arena *arena,
                               struct text *ret_text, struct berm_error *err)
{
    const struct household_member *member;
    struct field_value value = {0};
    char text[TEXT_VALUE_BYTES_MAX];

    switch (subject->entity) {
    case ENTITY_HOUSEHOLD:
        value = value_of(dictionary, facts->values, subject->variable);
        break;
    case ENTITY_PERSON:
        member = member_by_id(facts, subject->entity_id);
        if (member != NULL)
            value = value_of(dictionary, member->values, subject->variable);
        break;
    default:
        assert(subject->entity == ENTITY_FLOW);
        value = flow_of(facts, subject);
    }
    return text_copy(arena, variable_format(dictionary, subject->variable, value, text), ret_text,
                     err);
}

/* ---- What was found -------------------------------------------------------------------------- */

static enum berm_status find_state(struct text name, enum visit_finding_state *ret_state,
                                   struct berm_error *err)
{
    for (int s = 0; s < VISIT_FINDING_STATE_COUNT; s++)
        if (text_equal(name, text_of(STATE_NAMES[s]))) {
            *ret_state = (enum visit_finding_state)s;
            return BERM_OK;
        }
    return fail_with(err, BERM_CORRUPT, "what a visit found is \"%.*s\", which nothing can be",
                     TEXT_ARG(name));
}

static enum entity find_entity(struct text name)
{
    enum entity entity = ENTITY_HOUSEHOLD;

    while (entity < ENTITY_FLOW && !text_equal(name, text_of(entity_name(entity))))
        entity++;
    return entity;
}

static enum berm_status read_finding(struct statement *list, const struct dictionary *dictionary,
                                     struct arena *arena, struct visit_finding *finding,
                                     struct berm_error *err)
{
    const struct {
        int column;
        struct text *text;
    } texts[] = {{4, &finding->name},       {5, &finding->before},     {6, &finding->proposed},
                 {8, &finding->decided_at}, {9, &finding->decided_by}, {10, &finding->reason},
                 {11, &finding->person}};

    *finding = (struct visit_finding){.number = statement_int64(list, 0),
                                      .entity = find_entity(statement_text(list, 1)),
                                      .entity_id = statement_int64(list, 2)};
    if (!statement_is_null(list, 3))
        finding->month = statement_month(list, 3);
    for (size_t t = 0; t < ARRAY_COUNT(texts); t++)
        TRY(text_copy(arena, statement_text(list, texts[t].column), texts[t].text, err));
    finding->variable = dictionary_find(dictionary, finding->entity, finding->name);
    return find_state(statement_text(list, 7), &finding->state, err);
}

/* Of a member who lives elsewhere now nothing is told, as everywhere. */
static bool is_hidden(const struct visit_finding *finding, const struct household_facts *facts)
{
    enum field_class of_value =
        finding->variable ? finding->variable->field_class : FIELD_CLASS_SENSITIVE;

    if (of_value > facts->class_seen)
        return true;
    for (size_t m = 0; finding->entity == ENTITY_PERSON && m < facts->member_count; m++)
        if (facts->members[m].person_id == finding->entity_id && facts->members[m].is_hidden)
            return true;
    return false;
}

static enum berm_status compare(const struct dictionary *dictionary,
                                const struct household_facts *facts, struct arena *arena,
                                struct visit_finding *finding, struct berm_error *err)
{
    const struct visit_subject subject = {finding->entity, finding->entity_id, finding->month,
                                          finding->variable};

    if (facts->class_seen < FIELD_CLASS_PERSONAL && finding->reason.length > 0)
        finding->reason = TEXT(HIDDEN_VALUE);
    finding->is_hidden = is_hidden(finding, facts);
    if (finding->is_hidden) {
        finding->before = finding->proposed = TEXT(HIDDEN_VALUE);
        finding->present = TEXT(HIDDEN_VALUE);
        return BERM_OK;
    }
    if (finding->variable == NULL)
        return BERM_OK;
    TRY(visit_present(dictionary, facts, &subject, arena, &finding->present, err));
    finding->is_in_conflict = finding->state == VISIT_PROPOSED &&
                              !text_equal(finding->present, finding->before) &&
                              !text_equal(finding->present, finding->proposed);
    return BERM_OK;
}

enum berm_status visit_findings(struct office *office, const struct visit_row *row,
                                const struct household_facts *facts, struct arena *arena,
                                struct visit_finding **ret_findings, size_t *ret_count,
                                bool *ret_shows_sensitive, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    const struct dictionary *dictionary = &office->pack->dictionary;
    struct visit_finding *findings = NULL;
    size_t count = 0, capacity = 0;
    bool has_row;

    TRY(statement_prepare(office->store, STATEMENT_VISIT_CHANGE_LIST, &list, err));
    statement_bind_int64(list, VISIT_CHANGE_LIST__HOUSEHOLD_ID, row->household_id);
    statement_bind_int64(list, VISIT_CHANGE_LIST__VISIT_ID, row->visit_id);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        struct visit_finding *finding;

        TRY(rows_reserve(arena, &findings, sizeof *findings, count, &capacity, err));
        finding = &findings[count++];
        TRY(read_finding(list, dictionary, arena, finding, err));
        TRY(compare(dictionary, facts, arena, finding, err));
        *ret_shows_sensitive |=
            !finding->is_hidden &&
            (finding->variable == NULL || finding->variable->field_class == FIELD_CLASS_SENSITIVE);
        TRY(statement_step(list, &has_row, err));
    }
    *ret_findings = findings;
    *ret_count = count;
    return BERM_OK;
}
