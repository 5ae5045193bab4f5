/*
 * Made-up registers: for the demonstration, for tests and for measuring. Nobody in them exists, and
 * no place either. Part of the service's face; what makes them is told in synth.c.
 */
#ifndef SERVICE_SYNTH_H
#define SERVICE_SYNTH_H

#include "pack/pack.h"
#include "service/progress.h"

struct office;

enum {
    SYNTH_MONTHS = 24, /* of flows, the last one being last_month */
    SYNTH_HOUSEHOLDS_MAX = 100000000,
    SYNTH_YEAR_MIN = 1950, /* last_month is within these years */
    SYNTH_YEAR_MAX = 2199,
};

struct synth_options {
    int64_t household_count;
    uint64_t seed;
    month_number last_month;
    progress_report *progress; /* NULL: none */
    void *progress_context;
};

struct synth_result {
    int64_t areas;
    int64_t households;
    int64_t persons;
    int64_t flow_entries;
    double seconds;
};

/**
 * Fill an empty register through the import, as four changes: areas, households, persons, flows.
 * The same pack, count, seed and month give the same register on every machine.
 * Errors  BERM_INVALID_INPUT (count, month), BERM_CONFLICT (the register is not empty), those of
 *         the import.
 */
MUST_USE enum berm_status synth_register(struct office *office, const struct synth_options *options,
                                         struct synth_result *ret_result, struct berm_error *err);

/**
 * Write areas.csv, households.csv, persons.csv and flows.csv into a folder, which is made where it
 * is not there: `berm import` makes exactly the register of synth_register out of them.
 * Errors  BERM_INVALID_INPUT, BERM_CONFLICT (one of the files is there already), BERM_IO.
 */
MUST_USE enum berm_status synth_write_csv(const struct pack *pack,
                                          const struct synth_options *options, struct text folder,
                                          struct synth_result *ret_result, struct berm_error *err);

#endif
