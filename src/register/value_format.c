/*
 * From a typed value to text and JSON. What variable_format writes, variable_parse reads back to
 * the same value; the one exception is "no choice" of a SELECT_MULTIPLE, which is written as
 * nothing.
 */
#include <string.h>

#include "decimal.h"

static struct text format_int64(int64_t number, char *out)
{
    char digits[24];
    size_t start = sizeof digits;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;

    do {
        digits[--start] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0)
        digits[--start] = '-';
    memcpy(out, digits + start, sizeof digits - start);
    return (struct text){out, sizeof digits - start};
}

struct text variable_format(const struct dictionary *dictionary, const struct variable *variable,
                            struct field_value value, char *out)
{
    if (!value.is_known)
        return (struct text){out, 0};
    switch (variable->type) {
    case VARIABLE_INTEGER:
        return format_int64(value.number, out);
    case VARIABLE_DECIMAL:
        return decimal_format(value.number, out);
    case VARIABLE_MONEY:
        return money_format(value.number, dictionary->money_decimals, out);
    case VARIABLE_BOOLEAN:
        return value.number != 0 ? TEXT("yes") : TEXT("no");
    case VARIABLE_DATE:
        return date_format((date_days)value.number, out);
    case VARIABLE_TEXT:
    case VARIABLE_SELECT_ONE:
    case VARIABLE_SELECT_MULTIPLE:
        return value.text;
    }
    assert(!"a variable's type is one of the enumeration");
    return (struct text){out, 0};
}

bool field_value_equal(struct field_value a, struct field_value b)
{
    if (a.is_known != b.is_known)
        return false;
    return !a.is_known || (a.number == b.number && text_equal(a.text, b.text));
}

static void write_choices(struct text choices, struct json_writer *json)
{
    size_t start = 0;

    json_begin_array(json);
    for (size_t i = 0; i <= choices.length; i++)
        if (i == choices.length || choices.bytes[i] == ' ') {
            if (i > start)
                json_text(json, (struct text){choices.bytes + start, i - start});
            start = i + 1;
        }
    json_end_array(json);
}

void variable_write_json(const struct dictionary *dictionary, const struct variable *variable,
                         struct field_value value, struct json_writer *json)
{
    char out[DECIMAL_TEXT_MAX];

    if (!value.is_known) {
        json_null_value(json);
        return;
    }
    switch (variable->type) {
    case VARIABLE_INTEGER:
        json_int64(json, value.number);
        return;
    case VARIABLE_DECIMAL:
        json_number_text(json, decimal_format(value.number, out));
        return;
    case VARIABLE_MONEY:
        json_money(json, value.number, dictionary->money_decimals);
        return;
    case VARIABLE_BOOLEAN:
        json_bool(json, value.number != 0);
        return;
    case VARIABLE_DATE:
        json_date(json, (date_days)value.number);
        return;
    case VARIABLE_TEXT:
    case VARIABLE_SELECT_ONE:
        json_text(json, value.text);
        return;
    case VARIABLE_SELECT_MULTIPLE:
        write_choices(value.text, json);
        return;
    }
    assert(!"a variable's type is one of the enumeration");
}
