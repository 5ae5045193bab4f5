/*
 * Constraints. Bounds are written as people write values (money in major units, decimals with a
 * point) and kept in stored units, so that checking a value is two comparisons of whole numbers.
 */
#include "constraint.h"

#include <string.h>

#include "decimal.h"
#include "table.h"

#define CONSTRAINT_HELP                                                                            \
    "write one such as \">= 0\", \">= 0 and < 10\", \"[0..120]\" or \"length <= 40\""

struct scan {
    struct text rest;
    enum variable_type type;
    int money_decimals;
    struct constraint constraint;
};

static void skip_blanks(struct scan *scan)
{
    while (scan->rest.length > 0 && (scan->rest.bytes[0] == ' ' || scan->rest.bytes[0] == '\t'))
        scan->rest = text_from(scan->rest, 1);
}

static bool take(struct scan *scan, const char *word)
{
    skip_blanks(scan);
    if (!text_starts_with(scan->rest, text_of(word)))
        return false;
    scan->rest = text_from(scan->rest, strlen(word));
    return true;
}

/* The characters of a number or date; ".." ends it. */
static struct text take_number(struct scan *scan)
{
    struct text number = {0};

    skip_blanks(scan);
    number.bytes = scan->rest.bytes;
    while (scan->rest.length > 0) {
        char c = scan->rest.bytes[0];
        if (!((c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.') ||
            text_starts_with(scan->rest, TEXT("..")))
            break;
        number.length++;
        scan->rest = text_from(scan->rest, 1);
    }
    return number;
}

static enum berm_status take_bound(struct scan *scan, bool is_low, bool is_open,
                                   struct berm_error *err)
{
    struct constraint *constraint = &scan->constraint;
    struct text number = take_number(scan);
    enum variable_type type = constraint->is_length ? VARIABLE_INTEGER : scan->type;
    int64_t value = 0;

    if (number.length == 0)
        return fail_with(err, BERM_INVALID_INPUT, "a bound is missing; " CONSTRAINT_HELP);
    TRY(number_parse(number, type, scan->money_decimals, &value, err));
    if (is_low ? constraint->has_low : constraint->has_high)
        return fail_with(err, BERM_INVALID_INPUT,
                         "there are two %s bounds; keep the one that is meant",
                         is_low ? "lower" : "upper");
    if (is_low) {
        constraint->has_low = true;
        constraint->low = value;
        constraint->is_low_open = is_open;
    } else {
        constraint->has_high = true;
        constraint->high = value;
        constraint->is_high_open = is_open;
    }
    return BERM_OK;
}

/* "[0..120]", "(0..1]" */
static enum berm_status take_range(struct scan *scan, bool is_low_open, struct berm_error *err)
{
    TRY(take_bound(scan, true, is_low_open, err));
    if (!take(scan, ".."))
        return fail_with(err, BERM_INVALID_INPUT, "'..' is missing in the range; " CONSTRAINT_HELP);
    TRY(take_bound(scan, false, false, err));
    if (take(scan, "]"))
        return BERM_OK;
    if (!take(scan, ")"))
        return fail_with(err, BERM_INVALID_INPUT,
                         "the range is not closed; end it with ] or ), such as [0..120]");
    scan->constraint.is_high_open = true;
    return BERM_OK;
}

static enum berm_status take_comparison(struct scan *scan, struct berm_error *err)
{
    if (scan->constraint.is_length)
        (void)take(scan, "length");
    if (take(scan, ">="))
        return take_bound(scan, true, false, err);
    if (take(scan, ">"))
        return take_bound(scan, true, true, err);
    if (take(scan, "<="))
        return take_bound(scan, false, false, err);
    if (take(scan, "<"))
        return take_bound(scan, false, true, err);
    return fail_with(err, BERM_INVALID_INPUT, "'%.*s' is no comparison; " CONSTRAINT_HELP,
                     TEXT_ARG(shown(scan->rest)));
}

static enum berm_status check_type(const struct scan *scan, struct berm_error *err)
{
    switch (scan->type) {
    case VARIABLE_INTEGER:
    case VARIABLE_DECIMAL:
    case VARIABLE_MONEY:
    case VARIABLE_DATE:
        if (scan->constraint.is_length)
            return fail_with(err, BERM_INVALID_INPUT,
                             "only a text has a length; leave the word out");
        return BERM_OK;
    case VARIABLE_TEXT:
        if (!scan->constraint.is_length)
            return fail_with(err, BERM_INVALID_INPUT,
                             "a text is constrained by its length; write \"length <= 40\"");
        return BERM_OK;
    case VARIABLE_BOOLEAN:
    case VARIABLE_SELECT_ONE:
    case VARIABLE_SELECT_MULTIPLE:
        break;
    }
    return fail_with(err, BERM_INVALID_INPUT,
                     "a variable of type %s takes no constraint; leave it empty",
                     variable_type_name(scan->type));
}

enum berm_status constraint_parse(struct text source, enum variable_type type, int money_decimals,
                                  struct constraint *ret_constraint, struct berm_error *err)
{
    struct scan scan = {.rest = source,
                        .type = type,
                        .money_decimals = money_decimals,
                        .constraint.source = source};
    struct constraint *constraint = &scan.constraint;

    skip_blanks(&scan);
    if (scan.rest.length > 0) {
        constraint->is_length = take(&scan, "length");
        TRY(check_type(&scan, err));
        if (!constraint->is_length && take(&scan, "["))
            TRY(take_range(&scan, false, err));
        else if (!constraint->is_length && take(&scan, "("))
            TRY(take_range(&scan, true, err));
        else
            TRY(take_comparison(&scan, err));
        if (take(&scan, "and "))
            TRY(take_comparison(&scan, err));
        skip_blanks(&scan);
        if (scan.rest.length > 0)
            return fail_with(err, BERM_INVALID_INPUT, "'%.*s' is too much here; " CONSTRAINT_HELP,
                             TEXT_ARG(shown(scan.rest)));
        if (constraint->has_low && constraint->has_high &&
            (constraint->low > constraint->high ||
             (constraint->low == constraint->high &&
              (constraint->is_low_open || constraint->is_high_open))))
            return fail_with(err, BERM_INVALID_INPUT,
                             "no value is within these bounds; exchange or widen them");
    }
    *ret_constraint = *constraint;
    return BERM_OK;
}

bool constraint_allows(const struct constraint *constraint, int64_t number)
{
    if (constraint->has_low &&
        (number < constraint->low || (number == constraint->low && constraint->is_low_open)))
        return false;
    return !constraint->has_high || number < constraint->high ||
           (number == constraint->high && !constraint->is_high_open);
}

enum berm_status number_parse(struct text text, enum variable_type type, int money_decimals,
                              int64_t *ret_number, struct berm_error *err)
{
    int decimals = type == VARIABLE_DECIMAL ? VARIABLE_DECIMAL_SCALE : money_decimals;
    date_days date = 0;

    if (type == VARIABLE_DATE) {
        TRY(date_parse(text, &date, err));
        *ret_number = date;
        return BERM_OK;
    }
    if (type == VARIABLE_INTEGER) {
        if (!text_parse_int64(text, ret_number))
            return fail_with(err, BERM_INVALID_INPUT,
                             "'%.*s' is no whole number; write digits only, such as 12",
                             TEXT_ARG(shown(text)));
        return BERM_OK;
    }
    enum berm_status status = type == VARIABLE_DECIMAL
                                  ? decimal_parse(text, ret_number)
                                  : money_parse(text, decimals, ret_number, NULL);
    if (status == BERM_LIMIT)
        return fail_with(err, BERM_INVALID_INPUT, "'%.*s' is too large a number; check its unit",
                         TEXT_ARG(shown(text)));
    if (status != BERM_OK)
        return fail_with(err, BERM_INVALID_INPUT,
                         "'%.*s' is no %s; write digits, and a point before at most %d decimal "
                         "places, such as 12.5",
                         TEXT_ARG(shown(text)), type == VARIABLE_MONEY ? "amount" : "number",
                         decimals);
    return BERM_OK;
}
