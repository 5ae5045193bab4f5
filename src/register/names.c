/*
 * Reserved names. A variable becomes a column in a table that has columns of its own, a column in
 * import files beside fixed ones, and a name in FEEL beside fixed ones and FEEL's own words. A
 * clash would be found only by the person whose import or rule goes wrong, so it is refused here.
 */
#include "names.h"

static const char *const household_names[] = {
    "code",         "area",    "area_id",   "size",      "id",    "household",
    "household_id", "members", "is_active", "change_id", "month",
};
static const char *const person_names[] = {
    "code",      "name",         "sex", "age",       "birth_date", "relation",   "household",
    "person_id", "household_id", "id",  "from_date", "to_date",    "end_reason", "change_id",
};
static const char *const flow_names[] = {
    "month", "household", "amount", "source", "flow", "household_id", "code", "id", "change_id",
};
static const char *const feel_words[] = {
    "and",  "between", "else", "every",    "false",  "for",       "function", "if",   "in",   "not",
    "null", "of",      "or",   "instance", "return", "satisfies", "some",     "then", "true",
};

static bool is_among(struct text name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(name, text_of(names[i])))
            return true;
    return false;
}

const char *name_is_reserved(enum entity entity, struct text name)
{
    if (is_among(name, feel_words, ARRAY_COUNT(feel_words)))
        return "a word of FEEL";
    if (entity == ENTITY_HOUSEHOLD && is_among(name, household_names, ARRAY_COUNT(household_names)))
        return "every household has it";
    if (entity == ENTITY_PERSON && is_among(name, person_names, ARRAY_COUNT(person_names)))
        return "every person has it";
    if (entity == ENTITY_FLOW && is_among(name, flow_names, ARRAY_COUNT(flow_names)))
        return "every report of a flow has it";
    return NULL;
}

/* The window's name in out: "wage" and "_12m" give "wage_12m". */
static struct text window_name(const struct variable *flow, enum flow_window window,
                               struct buffer *out)
{
    buffer_clear(out);
    buffer_append_text(out, flow->name);
    buffer_append_text(out, text_of(flow_window_suffix(window)));
    return buffer_text(out);
}

static enum berm_status check_window_name(const struct dictionary *dictionary, int flow,
                                          enum flow_window window, struct text name,
                                          struct berm_error *err)
{
    const struct variable *flows = dictionary_variables(dictionary, ENTITY_FLOW);
    int other_flow = 0;
    enum flow_window other_window = FLOW_MONTH;

    if (dictionary_find(dictionary, ENTITY_HOUSEHOLD, name) != NULL)
        return fail_with(err, BERM_INVALID_INPUT,
                         "dictionary.csv, column 'name': household variable '%.*s' has the name "
                         "that rules use for a window of flow '%.*s'; rename one of them",
                         TEXT_ARG(name), TEXT_ARG(flows[flow].name));
    if (name_is_reserved(ENTITY_HOUSEHOLD, name) != NULL)
        return fail_with(err, BERM_INVALID_INPUT,
                         "dictionary.csv, column 'name': flow '%.*s' would make the reserved name "
                         "'%.*s'; rename it",
                         TEXT_ARG(flows[flow].name), TEXT_ARG(name));
    if (!flow_window_find(dictionary, name, &other_flow, &other_window) ||
        (other_flow == flow && other_window == window))
        return BERM_OK;
    return fail_with(err, BERM_INVALID_INPUT,
                     "dictionary.csv, column 'name': flows '%.*s' and '%.*s' would both be seen by "
                     "rules as '%.*s'; rename one of them",
                     TEXT_ARG(flows[flow].name), TEXT_ARG(flows[other_flow].name), TEXT_ARG(name));
}

enum berm_status check_window_names(const struct dictionary *dictionary, struct berm_error *err)
{
    const struct variable *flows = dictionary_variables(dictionary, ENTITY_FLOW);
    CLEANUP(buffer_free) struct buffer buffer = {0};

    for (size_t flow = 0; flow < dictionary->count[ENTITY_FLOW]; flow++)
        for (int window = 0; window < FLOW_WINDOW_COUNT; window++) {
            struct text name = window_name(&flows[flow], (enum flow_window)window, &buffer);

            TRY(buffer_status(&buffer, err));
            TRY(check_window_name(dictionary, (int)flow, (enum flow_window)window, name, err));
        }
    return BERM_OK;
}
