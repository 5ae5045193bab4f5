/* How grave a finding was when a person dismissed it, and whether it is worse now. Private to
 * service. */
#ifndef SERVICE_CASEWORK_DISMISSAL_H
#define SERVICE_CASEWORK_DISMISSAL_H

#include "service/service.h"

struct dismissal {
    enum severity severity;
    bool is_undetermined;
    bool has_distance;
    int64_t distance_millionths; /* the largest of its conditions */
};
/** Of a spell; evidence: JSON (docs/reference/evidence.md). */
MUST_USE enum berm_status dismissal_of_finding(enum severity severity, bool is_undetermined,
                                               struct text evidence,
                                               struct dismissal *ret_dismissal,
                                               struct berm_error *err);
/** The same from columns one behind the other: its severity's name, whether it is undetermined, its
 * evidence. */
MUST_USE enum berm_status dismissal_read(struct statement *row, int column,
                                         struct dismissal *ret_dismissal, struct berm_error *err);
/** It is certain now, its severity is higher, or its distance grew by more than the pack's
 * reopen_margin. */
bool dismissal_is_worse(const struct dismissal *then, const struct dismissal *now,
                        const struct pack *pack);

#endif
