/* Bounds on a value: parsing them and checking against them. */
#ifndef REGISTER_CONSTRAINT_H
#define REGISTER_CONSTRAINT_H

#include "register/register.h"

/**
 * Parse "", ">= 0", "> 0 and <= 1", "[0..120]", "(0..1]", "length <= 40" for a variable of a type.
 * Owner   ret_constraint->source is a slice of source.
 */
MUST_USE enum berm_status constraint_parse(struct text source, enum variable_type type,
                                           int money_decimals, struct constraint *ret_constraint,
                                           struct berm_error *err);
/** number: the value in stored units, or the number of code points where is_length. */
bool constraint_allows(const struct constraint *constraint, int64_t number);

/** A number of an ordered type as it is written in a file: integer, decimal, money, date. */
MUST_USE enum berm_status number_parse(struct text text, enum variable_type type,
                                       int money_decimals, int64_t *ret_number,
                                       struct berm_error *err);

#endif
