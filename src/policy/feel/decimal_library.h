/* The seam to libintelrdfpmath: its 128 bits and ours. Private to the decimal files. */
#ifndef POLICY_FEEL_DECIMAL_LIBRARY_H
#define POLICY_FEEL_DECIMAL_LIBRARY_H

#include "policy/feel/decimal.h"

#include <bid_conf.h>
#include <bid_functions.h>

static inline BID_UINT128 to_library(struct feel_decimal value)
{
    BID_UINT128 out;

    out.w[0] = value.low;
    out.w[1] = value.high;
    return out;
}

/** false for what FEEL has no number for: infinities and NaN. */
static inline bool from_library(BID_UINT128 value, struct feel_decimal *ret_value)
{
    struct feel_decimal out = {.low = value.w[0], .high = value.w[1]};

    if (decimal_is_special(out))
        return false;
    *ret_value = out;
    return true;
}

#endif
