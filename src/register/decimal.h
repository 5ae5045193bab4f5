/* Decimals with six places, kept as millionths. */
#ifndef REGISTER_DECIMAL_H
#define REGISTER_DECIMAL_H

#include "register/register.h"

enum { DECIMAL_TEXT_MAX = 24 };

/**
 * "-12.5", "0.000001"; no exponent, no separators, no blanks.
 * Errors  BERM_INVALID_INPUT; BERM_LIMIT: more than 10^12. No message: the caller knows the words.
 */
MUST_USE enum berm_status decimal_parse(struct text text, int64_t *ret_millionths);
/** Without zeros behind the last place that counts: "12.5", "12". */
struct text decimal_format(int64_t millionths, char out[DECIMAL_TEXT_MAX]);

#endif
