/* The doctor: whether a register is sound. Part of the service's face; its files are in doctor/. */
#ifndef SERVICE_DOCTOR_H
#define SERVICE_DOCTOR_H

#include "service/key.h"
#include "store/store.h"

enum doctor_state { DOCTOR_OK, DOCTOR_NOTE, DOCTOR_FAULT };

/** One finding about one thing that was looked at. Texts are good during the call only. */
typedef void doctor_report(void *context, const char *check, enum doctor_state state,
                           struct text what);

struct doctor_options {
    const struct key_file *key;  /* for the journal; NULL: none at hand */
    const char *checkpoint_path; /* the same */
    bool is_backup;              /* room on the disk and an older schema are no faults of a copy */
    doctor_report *report;
    void *context;
};

/**
 * Look at a register without changing anything: version, the database's own checks, references,
 * what is derived against a rebuild, the journal, how much there is, room on the disk. Goes on
 * after a fault.
 * Errors  BERM_NOT_FOUND, BERM_CORRUPT (it cannot be opened at all), BERM_IO.
 */
MUST_USE enum berm_status doctor_examine(struct text store_url,
                                         const struct doctor_options *options, int64_t *ret_faults,
                                         struct berm_error *err);

#endif
