/*
 * How values lie in the database, the same in every driver: days as 'YYYY-MM-DD', months as YYYYMM,
 * choices by name. Inline, because a scan calls these for every value of every row.
 */
#ifndef STORE_STORED_FORM_H
#define STORE_STORED_FORM_H

#include "register/register.h"

enum { STORED_DATE_LENGTH = 10 };

static inline int stored_digits(const char *digits, int count)
{
    int number = 0;

    for (int i = 0; i < count; i++) {
        unsigned digit = (unsigned char)digits[i] - (unsigned)'0';

        if (digit > 9)
            return -1;
        number = number * 10 + (int)digit;
    }
    return number;
}

/** Berm wrote the text itself, so anything else is a damaged row: false, "no date". */
static inline bool stored_date_read(struct text text, date_days *ret_date)
{
    int year = 0;
    int month = 0;
    int day = 0;

    if (text.length != STORED_DATE_LENGTH)
        return false;
    year = stored_digits(text.bytes, 4);
    month = stored_digits(text.bytes + 5, 2);
    day = stored_digits(text.bytes + 8, 2);
    if (!date_is_valid(year, month, day))
        return false;
    *ret_date = date_from_civil(year, month, day);
    return true;
}

static inline int64_t stored_month(month_number month)
{
    return month / 12 * 100 + month % 12 + 1;
}

static inline month_number stored_month_read(int64_t stored)
{
    return (month_number)(stored / 100 * 12 + stored % 100 - 1);
}

/** The value of a text column; equal choices get equal pointers, those of the dictionary. */
static inline struct field_value stored_text_read(const struct variable *variable, struct text text)
{
    struct field_value value = {.is_known = true};
    date_days date = 0;

    if (variable->type == VARIABLE_SELECT_ONE) {
        int position = choice_position(variable->list, text);

        value.number = position;
        value.text = position >= 0 ? variable->list->choices[position].name : text;
    } else if (variable->type == VARIABLE_DATE) {
        value.is_known = stored_date_read(text, &date);
        value.number = date;
    } else {
        value.text = text;
    }
    return value;
}

/** Whether the variable's column holds whole numbers; the others hold text. */
static inline bool is_stored_as_number(const struct variable *variable)
{
    return variable->type <= VARIABLE_BOOLEAN;
}

_Static_assert(VARIABLE_INTEGER < VARIABLE_BOOLEAN && VARIABLE_DECIMAL < VARIABLE_BOOLEAN &&
                   VARIABLE_MONEY < VARIABLE_BOOLEAN && VARIABLE_DATE > VARIABLE_BOOLEAN,
               "is_stored_as_number relies on the order of the types");

#endif
