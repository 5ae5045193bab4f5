/*
 * A logarithmic histogram in the manner of HdrHistogram. Keeping every duration would do too, but
 * the generator shares the machine with the server that it measures and should touch little memory.
 */
#include "histogram.h"

#include <stddef.h>

/* Below 64 ns a bucket for each; above, the six bits behind the leading one. */
static size_t bucket_of(uint64_t value)
{
    int octave = 0;
    size_t bucket = 0;

    if (value < HISTOGRAM_STEPS)
        return (size_t)value;
    octave = 63 - __builtin_clzll(value) - 6;
    bucket = (size_t)(octave + 1) * HISTOGRAM_STEPS + (value >> octave) - HISTOGRAM_STEPS;
    return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

static int64_t upper_end(size_t bucket)
{
    size_t octave = bucket / HISTOGRAM_STEPS;

    if (octave == 0)
        return (int64_t)bucket;
    return (int64_t)((bucket % HISTOGRAM_STEPS + HISTOGRAM_STEPS + 1) << (octave - 1)) - 1;
}

void histogram_add(struct histogram *histogram, int64_t duration_ns)
{
    if (duration_ns < 0)
        duration_ns = 0;
    histogram->buckets[bucket_of((uint64_t)duration_ns)]++;
    histogram->count++;
    if (duration_ns > histogram->max_ns)
        histogram->max_ns = duration_ns;
}

int64_t histogram_quantile(const struct histogram *histogram, double share)
{
    uint64_t wanted = (uint64_t)(share * (double)histogram->count + 0.999999);
    uint64_t seen = 0;

    if (histogram->count == 0)
        return 0;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += histogram->buckets[i];
        if (seen >= wanted && seen > 0)
            return upper_end(i) < histogram->max_ns ? upper_end(i) : histogram->max_ns;
    }
    return histogram->max_ns;
}
