/* What people read: summaries and reasons. Private to cli. */
#ifndef CLI_REPORTS_H
#define CLI_REPORTS_H

#include "cli.h"

MUST_USE enum berm_status summary_write(const struct summary *summary, enum language language,
                                        enum format format, FILE *file, struct berm_error *err);
/** What people call a finding; its code where the pack no longer has it. */
struct text finding_label(const struct finding_row *row, enum language language);
/** A household's reasons in plain sentences. */
void reasons_write(const struct household_reasons *reasons, enum language language,
                   struct buffer *out);

#endif
