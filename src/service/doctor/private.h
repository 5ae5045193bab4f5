/* What the doctor's files share. Private to service. */
#ifndef SERVICE_DOCTOR_PRIVATE_H
#define SERVICE_DOCTOR_PRIVATE_H

#include "service/service.h"

struct examination {
    struct store *store;
    const struct doctor_options *options;
    int64_t faults;
};

enum { DOCTOR_TOLD_MAX = 5 }; /* of one kind; then only the count */

void doctor_tell(struct examination *examination, const char *check, enum doctor_state state,
                 const char *format, ...) PRINTF_LIKE(4, 5);

/* Each is one check; a failure it returns is told as a fault by the frame. */
MUST_USE enum berm_status doctor_areas(struct examination *examination, struct berm_error *err);
MUST_USE enum berm_status doctor_monthly_flows(struct examination *examination,
                                               struct berm_error *err);

#endif
