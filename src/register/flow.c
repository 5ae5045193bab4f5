/*
 * Flows: several reports become a month's amount, and months become the windows that a policy sees.
 * A month without a report is unknown, not zero, unless the dictionary says otherwise: a missing
 * wage must lead to a visit and never to "no income".
 */
#include "register/register.h"

#include <string.h>

/* Months are counted from M-23, so [first, last] of M-11 to M is [12, 23]. */
static const struct {
    const char *suffix;
    int first;
    int last;
} windows[FLOW_WINDOW_COUNT] = {
    [FLOW_MONTH] = {"_month", 23, 23},
    [FLOW_3M] = {"_3m", 21, 23},
    [FLOW_12M] = {"_12m", 12, 23},
    [FLOW_PREVIOUS_12M] = {"_previous_12m", 0, 11},
    [FLOW_REPORTED_12M] = {"_reported_12m", 12, 23},
    [FLOW_MONTHS_REPORTED_12M] = {"_months_reported_12m", 12, 23},
};

const char *flow_window_suffix(enum flow_window window)
{
    return windows[window].suffix;
}

int flow_window_depth_months(enum flow_window window)
{
    return FLOW_MONTHS - 1 - windows[window].first;
}

bool flow_window_find(const struct dictionary *dictionary, struct text name, int *ret_flow,
                      enum flow_window *ret_window)
{
    /* dictionary_read has seen to it that at most one flow and window fit. */
    for (int window = 0; window < FLOW_WINDOW_COUNT; window++) {
        size_t suffix_length = strlen(windows[window].suffix);
        struct text stem = {name.bytes, name.length - suffix_length};
        int flow = -1;

        if (name.length <= suffix_length ||
            memcmp(name.bytes + stem.length, windows[window].suffix, suffix_length) != 0)
            continue;
        flow = dictionary_position(dictionary, ENTITY_FLOW, stem);
        if (flow >= 0) {
            *ret_flow = flow;
            *ret_window = (enum flow_window)window;
            return true;
        }
    }
    return false;
}

/* Sums stop at the largest number instead of turning around. */
static int64_t add(int64_t a, int64_t b)
{
    int64_t sum = 0;

    if (__builtin_add_overflow(a, b, &sum))
        return a < 0 ? INT64_MIN : INT64_MAX;
    return sum;
}

/* Lower is better: the place in the list of preferred sources, or behind them all. */
static size_t preference(const struct variable *flow, struct text source)
{
    for (size_t i = 0; i < flow->preferred_count; i++)
        if (text_equal(flow->preferred[i], source))
            return i;
    return flow->preferred_count;
}

static bool is_better(const struct variable *flow, const struct flow_report *a,
                      const struct flow_report *b)
{
    size_t preference_a = preference(flow, a->source);
    size_t preference_b = preference(flow, b->source);

    if (preference_a != preference_b)
        return preference_a < preference_b;
    return text_compare(a->source, b->source) < 0;
}

bool flow_combine(const struct variable *flow, const struct flow_report *reports, size_t count,
                  int64_t *ret_amount_minor)
{
    const struct flow_report *best = reports;
    int64_t sum = 0;

    if (count == 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        sum = add(sum, reports[i].amount_minor);
        if (flow->combination == FLOW_PREFER && is_better(flow, &reports[i], best))
            best = &reports[i];
    }
    *ret_amount_minor = flow->combination == FLOW_PREFER ? best->amount_minor : sum;
    return true;
}

struct field_value flow_window_value(const struct variable *flow, const struct flow_months *months,
                                     enum flow_window window)
{
    int first = windows[window].first;
    int last = windows[window].last;
    uint32_t wanted = (UINT32_C(1) << (last + 1)) - (UINT32_C(1) << first);
    uint32_t reported = months->reported & wanted;
    struct field_value value = {.is_known = true};

    if (window == FLOW_MONTHS_REPORTED_12M) {
        value.number = __builtin_popcount(reported);
        return value;
    }
    if (window != FLOW_REPORTED_12M && reported != wanted && !flow->is_empty_zero)
        return (struct field_value){0};
    for (int month = first; month <= last; month++)
        if (reported >> month & 1)
            value.number = add(value.number, months->amount_minor[month]);
    return value;
}
