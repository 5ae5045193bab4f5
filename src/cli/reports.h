/* What people read: summaries and reasons. Private to cli. */
#ifndef CLI_REPORTS_H
#define CLI_REPORTS_H

#include "cli.h"
#include "view/view.h"

MUST_USE enum berm_status summary_write(const struct summary *summary, enum language language,
                                        enum format format, FILE *file, struct berm_error *err);
#endif
