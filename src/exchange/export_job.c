/*
 * An export as a job: its file goes straight to the place that jobs have for theirs, so that what a
 * killed server left of it is found there, and removed. Its task is that of export_order_write.
 */
#include "exchange/exchange.h"

#include <stdio.h>

static bool tell(void *context, int64_t rows)
{
    return job_run_progress(context, "", rows, 0);
}

enum berm_status job_export(struct job_run *run, struct berm_error *err)
{
    struct export_options options = {.caller = run->caller,
                                     .actor = run->office->actor,
                                     .is_in_place = true,
                                     .progress = tell,
                                     .context = run};
    struct json_writer json = {.out = &run->result};
    char path[JOB_PATH_BYTES_MAX], name[48];
    int64_t rows;

    TRY(export_order_read(run->task, run->arena, &options.order, err));
    snprintf(name, sizeof name, "%s.%s", export_kind_name(options.order.kind),
             options.order.format == EXPORT_CSV ? "csv" : "ndjson");
    TRY(job_run_file(run, name, path, err));
    options.path = path;
    TRY(exchange_export(run->office, &options, &rows, err));
    json_begin_object(&json);
    json_key_of_int64(&json, "rows", rows);
    json_end_object(&json);
    return buffer_status(&run->result, err);
}
