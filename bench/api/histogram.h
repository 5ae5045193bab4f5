/* Counts of durations in buckets that are each 1/64 wider than the last: 1.6 % exact at any size.
 */
#ifndef BENCH_API_HISTOGRAM_H
#define BENCH_API_HISTOGRAM_H

#include <stdint.h>

enum {
    HISTOGRAM_STEPS = 64,                     /* for each doubling */
    HISTOGRAM_BUCKETS = HISTOGRAM_STEPS * 40, /* up to 2^45 ns: ten hours */
};

struct histogram {
    uint64_t count;
    int64_t max_ns;
    uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *histogram, int64_t duration_ns);
/** The duration that the share (0 to 1) of all did not exceed; 0 where there are none. */
int64_t histogram_quantile(const struct histogram *histogram, double share);

#endif
