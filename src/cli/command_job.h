/* --queue: what berm import, screen, export and case bulk put into the queue instead of doing it.
 */
#ifndef CLI_COMMAND_JOB_H
#define CLI_COMMAND_JOB_H

#include "cli.h"

MUST_USE enum berm_status queue_import(struct invocation *invocation, struct office *office,
                                       enum import_kind kind, struct berm_error *err);
MUST_USE enum berm_status queue_screen(struct office *office, month_number month,
                                       struct berm_error *err);
MUST_USE enum berm_status
queue_case_bulk(struct office *office, const struct case_bulk_order *order, struct berm_error *err);
MUST_USE enum berm_status queue_export(struct office *office, const struct export_order *order,
                                       struct berm_error *err);

#endif
