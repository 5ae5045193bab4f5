/* Money: whole minor units inside, decimal text outside. */
#ifndef BASE_MONEY_H
#define BASE_MONEY_H

#include "text.h"

enum {
    MONEY_DECIMALS_MAX = 6, /* currencies have up to 4; decimal variables are read in millionths */
    MONEY_TEXT_MAX = 32,
};

/** Largest amount taken, in minor units: sums over a nation's households and years stay exact. */
#define MONEY_MINOR_MAX INT64_C(100000000000000000)

/**
 * Read a decimal such as "-1234.5" with at most `decimals` places, zeros behind them left out of
 * account ("1e3", "1,000", "+5", "5." and blanks are refused).
 * Errors  BERM_INVALID_INPUT (not a number; more places than the currency has), BERM_LIMIT.
 */
MUST_USE enum berm_status money_parse(struct text text, int decimals, int64_t *ret_minor,
                                      struct berm_error *err);

/** Write minor units in major units, always with `decimals` places: 389300, 2 -> "3893.00". */
struct text money_format(int64_t minor, int decimals, char out[MONEY_TEXT_MAX]);
/** The same with thousands separated by commas, and ".00" left out where there is no fraction. */
struct text money_format_for_people(int64_t minor, int decimals, char out[MONEY_TEXT_MAX]);

/** numerator / denominator, rounded half up (towards +infinity at .5). denominator > 0. */
int64_t divide_half_up(__int128 numerator, int64_t denominator);

#endif
