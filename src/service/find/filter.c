/*
 * Conditions as people write them: a name, an operator, a value. Names and values are those of the
 * dictionary; what the database gets is a whitelisted test and bound values.
 */
#include "service/find/private.h"

#include <string.h>

#define FILTER_HELP "write one such as rooms>=2, kind in a,b or income is unknown"

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Operators that begin with another stand before it. */
static bool take_operator(struct text *rest, enum test_operator *ret_operator)
{
    static const struct {
        const char *word;
        enum test_operator operator;
    } WORDS[] = {{"is unknown", TEST_UNKNOWN},
                 {"is known", TEST_KNOWN},
                 {"in ", TEST_IN},
                 {"!=", TEST_NOT_EQUAL},
                 {"<=", TEST_AT_MOST},
                 {">=", TEST_AT_LEAST},
                 {"=", TEST_EQUAL},
                 {"<", TEST_LESS},
                 {">", TEST_MORE}};

    for (size_t w = 0; w < ARRAY_COUNT(WORDS); w++)
        if (text_starts_with(*rest, text_of(WORDS[w].word))) {
            *ret_operator = WORDS[w].operator;
            *rest = text_trimmed(text_from(*rest, strlen(WORDS[w].word)));
            return true;
        }
    return false;
}

static enum berm_status find_subject(const struct pack *pack, struct text name,
                                     struct household_test *test, struct berm_error *err)
{
    const struct dictionary *dictionary = &pack->dictionary;
    const struct variable *variables = dictionary_variables(dictionary, ENTITY_HOUSEHOLD);
    struct text names[DICTIONARY_VARIABLES_MAX + 3];
    size_t count = 0;
    int nearest;

    test->variable = dictionary_find(dictionary, ENTITY_HOUSEHOLD, name);
    if (test->variable != NULL) {
        test->subject = TEST_OF_VARIABLE;
        return BERM_OK;
    }
    test->subject = text_equal(name, TEXT("risk"))   ? TEST_OF_RISK
                    : text_equal(name, TEXT("kind")) ? TEST_OF_KIND
                                                     : TEST_OF_FINDING;
    if (test->subject != TEST_OF_FINDING || text_equal(name, TEXT("finding")))
        return BERM_OK;
    for (size_t v = 0; v < dictionary->count[ENTITY_HOUSEHOLD]; v++)
        names[count++] = variables[v].name;
    names[count++] = TEXT("risk");
    names[count++] = TEXT("kind");
    names[count++] = TEXT("finding");
    nearest = text_nearest(name, names, count);
    if (nearest >= 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "households have no variable %.*s to filter by; did you mean %.*s?",
                         TEXT_ARG(name), TEXT_ARG(names[nearest]));
    return fail_with(err, BERM_INVALID_INPUT,
                     "households have no variable %.*s to filter by; the dictionary names those "
                     "that there are, beside risk, kind and finding",
                     TEXT_ARG(name));
}

/* Lists and texts have no order; a risk and a finding are always known. */
static enum berm_status check_operator(const struct household_test *test, struct text name,
                                       struct berm_error *err)
{
    bool is_ordered = test->subject == TEST_OF_VARIABLE && test->variable->type <= VARIABLE_DATE &&
                      test->variable->type != VARIABLE_BOOLEAN;

    if (test->operator>= TEST_LESS && test->operator<= TEST_AT_LEAST && !is_ordered)
        return fail_with(err, BERM_INVALID_INPUT, "%.*s has no order; compare it by =, != or in",
                         TEXT_ARG(name));
    if (test->operator>= TEST_UNKNOWN && test->subject != TEST_OF_VARIABLE)
        return fail_with(err, BERM_INVALID_INPUT, "%.*s is always known; compare it by =, != or in",
                         TEXT_ARG(name));
    return BERM_OK;
}

static enum berm_status read_value(const struct pack *pack, const struct household_test *test,
                                   struct text name, struct text text, struct arena *arena,
                                   struct field_value *ret_value, struct berm_error *err)
{
    struct text copy;
    enum severity severity;

    text = text_trimmed(text);
    if (text.length == 0)
        return fail_with(err, BERM_INVALID_INPUT, "the value of %.*s is missing; " FILTER_HELP,
                         TEXT_ARG(name));
    TRY(text_copy(arena, text, &copy, err)); /* bound values outlive the condition */
    if (test->subject == TEST_OF_VARIABLE) {
        struct variable unbounded = *test->variable;

        unbounded.constraint = (struct constraint){0}; /* asking beyond a bound is no mistake */
        enum berm_status status =
            variable_parse(&pack->dictionary, &unbounded, copy, arena, ret_value, err);
        return status == BERM_OK ? BERM_OK : fail_within(err, status, "%.*s", TEXT_ARG(name));
    }
    *ret_value = (struct field_value){.is_known = true, .text = copy};
    if (test->subject == TEST_OF_FINDING) {
        if (pack_finding_position(pack, copy) >= 0)
            return BERM_OK;
        return fail_with(err, BERM_INVALID_INPUT, "the pack %.*s has no finding %.*s",
                         TEXT_ARG(pack->name), TEXT_ARG(copy));
    }
    if (test->subject == TEST_OF_KIND)
        return pack_kind(pack, copy) != NULL
                   ? BERM_OK
                   : fail_with(err, BERM_INVALID_INPUT,
                               "the pack %.*s has no household kind %.*s; its list household_kind "
                               "has those that there are",
                               TEXT_ARG(pack->name), TEXT_ARG(copy));
    if (!severity_find(copy, &severity) && !text_equal(copy, TEXT("undetermined")))
        return fail_with(err, BERM_INVALID_INPUT,
                         "%.*s is no risk level; there are critical, high, medium, low, "
                         "undetermined and none",
                         TEXT_ARG(copy));
    ret_value->number = search_risk_rank(copy);
    return BERM_OK;
}

static enum berm_status read_values(const struct pack *pack, struct household_test *test,
                                    struct text name, struct text rest, struct arena *arena,
                                    const struct field_value **ret_values, struct berm_error *err)
{
    struct field_value *values;

    TRY(arena_new(arena, FIND_LIST_MAX, sizeof *values, &values, err));
    *ret_values = values;
    if (test->operator>= TEST_UNKNOWN)
        return rest.length == 0 ? BERM_OK
                                : fail_with(err, BERM_INVALID_INPUT,
                                            "%.*s is too much here; " FILTER_HELP, TEXT_ARG(rest));
    for (;;) {
        const char *comma = test->operator== TEST_IN ? memchr(rest.bytes, ',', rest.length) : NULL;
        struct text item = {rest.bytes, comma ? (size_t)(comma - rest.bytes) : rest.length};

        if (test->value_count == FIND_LIST_MAX)
            return fail_with(err, BERM_INVALID_INPUT,
                             "a list takes at most %d values; ask in several lists",
                             (int)FIND_LIST_MAX);
        TRY(read_value(pack, test, name, item, arena, &values[test->value_count], err));
        test->value_count++;
        if (comma == NULL)
            return BERM_OK;
        rest = text_from(rest, item.length + 1);
    }
}

static enum berm_status read_condition(const struct pack *pack, struct text condition,
                                       struct arena *arena, struct household_test *test,
                                       const struct field_value **ret_values,
                                       struct berm_error *err)
{
    struct text rest = text_trimmed(condition);
    struct text name = {rest.bytes, 0};

    if (condition.length > FIND_FILTER_BYTES_MAX || !text_is_utf8(condition, NULL))
        return fail_with(err, BERM_INVALID_INPUT,
                         "a filter is UTF-8 of at most %d bytes; shorten it",
                         (int)FIND_FILTER_BYTES_MAX);
    while (name.length < rest.length && is_name_character(rest.bytes[name.length]))
        name.length++;
    rest = text_trimmed(text_from(rest, name.length));
    if (name.length == 0 || !take_operator(&rest, &test->operator))
        return fail_with(err, BERM_INVALID_INPUT, "\"%.*s\" is no filter; " FILTER_HELP,
                         TEXT_ARG(condition));
    TRY(find_subject(pack, name, test, err));
    TRY(check_operator(test, name, err));
    return read_values(pack, test, name, rest, arena, ret_values, err);
}

enum berm_status find_filter_read(const struct pack *pack, const struct text *conditions,
                                  size_t count, struct arena *arena, struct find_filter *ret_filter,
                                  struct berm_error *err)
{
    *ret_filter = (struct find_filter){0};
    if (count > FIND_FILTERS_MAX)
        return fail_with(err, BERM_INVALID_INPUT, "at most %d filters are taken; leave some out",
                         (int)FIND_FILTERS_MAX);
    for (size_t f = 0; f < count; f++)
        TRY(read_condition(pack, conditions[f], arena, &ret_filter->tests[f],
                           &ret_filter->values[f], err));
    ret_filter->count = count;
    return BERM_OK;
}
