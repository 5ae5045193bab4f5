/*
 * The import of one file: reader, service, report. Areas are read whole, because only the whole
 * tree can be judged; all else streams through the pipeline. The transaction is begun before the
 * first row and committed after the last, and every way out in between leaves the register as it
 * was.
 */
#include <string.h>
#include <time.h>

#include "exchange/exchange.h"
#include "exchange/import_pipeline.h"
#include "exchange/import_rejects.h"

enum {
    SHOWN_CHARACTERS_MAX = 80,
    SHOWN_BYTES_MAX = SHOWN_CHARACTERS_MAX * 4 + 4,
    PROGRESS_EVERY_MS = 100,
};

#define AREA_BATCH_BYTES_MAX ((size_t)2 << 30)

struct run {
    const struct import_options *options;
    struct import_reader *reader;
    struct import *import;
    struct rejects_file *rejects;
    struct import_result result;
    double started;
    double told; /* when progress was told last */
};

static double now_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- Reporting ------------------------------------------------------------------------------- */

/* A value for people's eyes: at most 80 characters, and "?" for what is no text. */
static struct text shorten(struct text value, char out[SHOWN_BYTES_MAX])
{
    size_t length = 0, offset = 0, characters = 0;

    while (offset < value.length && characters < SHOWN_CHARACTERS_MAX) {
        size_t step = 1;

        while (step < 4 && offset + step < value.length &&
               ((unsigned char)value.bytes[offset + step] & 0xC0) == 0x80)
            step++;
        if (text_is_utf8((struct text){value.bytes + offset, step}, NULL)) {
            memcpy(out + length, value.bytes + offset, step);
            length += step;
            offset += step;
        } else {
            out[length++] = '?';
            offset++;
        }
        characters++;
    }
    if (offset < value.length)
        memcpy(out + length, "…", 3);
    return (struct text){out, length + (offset < value.length ? 3 : 0)};
}

static enum berm_status report_row(struct run *run, struct row_batch *batch, size_t position,
                                   struct berm_error *err)
{
    const struct row_record *record = &batch->records[position];
    const struct import_row *row = &row_batch_row(batch, position)->row;
    const struct column_plan *plan = &run->reader->plan;
    const struct import_column *column = column_plan_find(plan, row);
    char shown[SHOWN_BYTES_MAX], mask[OFFICIAL_NUMBER_MASK_MAX];
    struct exchange_reject reject = {.line = record->line, .reason = row->reason};

    if (record->bad_column >= 0) {
        if ((size_t)record->bad_column < plan->header_count)
            reject.column = plan->headers[record->bad_column];
        if ((size_t)record->bad_column < record->field_count)
            reject.value = record->fields[record->bad_column];
    } else if (column != NULL) {
        reject.column = column->shown;
        if (column->file_column >= 0 && (size_t)column->file_column < record->field_count)
            reject.value = record->fields[column->file_column];
        else
            TRY(import_column_text(column, record->fields, record->field_count, batch->arena,
                                   &reject.value, err));
    }
    if (row->field == IMPORT_FIELD_ID_NUMBER || row->field == IMPORT_FIELD_BANK_ACCOUNT)
        reject.value = official_number_mask(reject.value, mask);
    reject.value = shorten(reject.value, shown);
    if (run->options->reject != NULL)
        run->options->reject(run->options->context, &reject);
    if (run->rejects == NULL)
        return BERM_OK;
    return rejects_write(run->rejects, record, reject.column, reject.reason, err);
}

static enum berm_status tell_progress(struct run *run, bool is_end, struct berm_error *err)
{
    double now = now_seconds();
    struct exchange_progress progress = {
        .rows = run->result.rows,
        .rejected = run->result.rejected,
        .bytes = input_bytes_read(run->reader->input),
        .total_bytes = input_bytes_total(run->reader->input),
        .seconds = now - run->started,
    };

    if (run->options->progress == NULL || (!is_end && now - run->told < PROGRESS_EVERY_MS / 1e3))
        return BERM_OK;
    run->told = now;
    if (run->options->progress(run->options->context, &progress))
        return BERM_OK;
    return fail_with(err, BERM_CANCELLED, "the import was stopped; nothing was changed");
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static enum berm_status give_rows(struct run *run, struct row_batch *batch, struct berm_error *err)
{
    switch (run->options->kind) {
    case IMPORT_AREAS:
        return import_areas(run->import, batch->rows, batch->count, batch->arena, err);
    case IMPORT_HOUSEHOLDS:
        return import_households(run->import, batch->rows, batch->count, batch->arena, err);
    case IMPORT_PERSONS:
        return import_persons(run->import, batch->rows, batch->count, batch->arena, err);
    case IMPORT_FLOWS:
        return import_flows(run->import, batch->rows, batch->count, batch->arena, err);
    case IMPORT_KIND_COUNT:
        break;
    }
    return fail_with(err, BERM_INTERNAL, "an import must have a kind");
}

static enum berm_status take_batch(struct run *run, struct row_batch *batch, struct berm_error *err)
{
    TRY(give_rows(run, batch, err));
    run->result.rows += (int64_t)batch->count;
    for (size_t i = 0; i < batch->count; i++) {
        if (row_batch_row(batch, i)->row.outcome != IMPORT_REJECTED)
            continue;
        run->result.rejected++;
        TRY(report_row(run, batch, i, err));
    }
    return tell_progress(run, false, err);
}

static enum berm_status run_whole(struct run *run, struct berm_error *err)
{
    CLEANUP(row_batch_freep) struct row_batch *batch = NULL;
    bool is_end = false;

    TRY(row_batch_create(run->options->kind, AREA_BATCH_BYTES_MAX, &batch, err));
    TRY(import_reader_next(run->reader, batch, true, &is_end, err));
    return take_batch(run, batch, err);
}

static enum berm_status run_stream(struct run *run, struct berm_error *err)
{
    CLEANUP(pipeline_stopp) struct pipeline *pipeline = NULL;
    struct row_batch *batch = NULL;

    TRY(pipeline_start(run->reader, &pipeline, err));
    for (;;) {
        enum berm_status status;

        TRY(pipeline_next(pipeline, &batch, err));
        if (batch == NULL)
            return BERM_OK;
        status = take_batch(run, batch, err);
        pipeline_give_back(pipeline, batch);
        if (status != BERM_OK)
            return status;
    }
}

/* ---- The whole ------------------------------------------------------------------------------- */

static struct text name_without_folder(const char *path)
{
    const char *slash = strrchr(path, '/');

    return text_of(slash == NULL ? path : slash + 1);
}

static enum berm_status finish(struct run *run, struct berm_error *err)
{
    struct import_counts counts;
    char digest[DIGEST_TEXT_MAX];

    if (run->rejects != NULL)
        TRY(rejects_finish(run->rejects, err));
    TRY(import_finish(run->import, input_digest(run->reader->input, digest),
                      run->options->is_dry_run, &counts, err));
    run->result.added = counts.added;
    run->result.changed = counts.changed;
    run->result.unchanged = counts.unchanged;
    run->result.entries = counts.entries;
    assert(run->result.rejected == counts.rejected);
    run->result.encoding = encoding_name(input_encoding(run->reader->input));
    run->result.seconds = now_seconds() - run->started;
    if (run->result.seconds > 0)
        run->result.rows_per_second = (double)run->result.rows / run->result.seconds;
    return BERM_OK;
}

enum berm_status exchange_import(struct store *store, const struct dictionary *dictionary,
                                 const struct import_options *options,
                                 struct import_result *ret_result, struct berm_error *err)
{
    CLEANUP(import_reader_close) struct import_reader reader = {0};
    CLEANUP(rejects_freep) struct rejects_file *rejects = NULL;
    CLEANUP(import_freep) struct import *import = NULL;
    struct run run = {.options = options, .reader = &reader, .started = now_seconds()};
    struct import_start start = {.kind = options->kind,
                                 .dictionary = dictionary,
                                 .caller = options->caller,
                                 .actor = options->actor,
                                 .key = options->key,
                                 .file_name = options->file_name != NULL
                                                  ? text_of(options->file_name)
                                                  : name_without_folder(options->path),
                                 .before_commit = options->before_commit,
                                 .before_commit_context = options->context};

    TRY(import_reader_open(options->kind, dictionary, options->path, options->map_path,
                           options->encoding, &reader, err));
    start.columns = reader.plan.typed;
    TRY(import_begin(store, &start, &import, err));
    run.import = import;
    if (options->rejects_path != NULL)
        TRY(rejects_open(options->rejects_path, &reader, &rejects, err));
    run.rejects = rejects;
    TRY(options->kind == IMPORT_AREAS ? run_whole(&run, err) : run_stream(&run, err));
    TRY(tell_progress(&run, true, err));
    TRY(finish(&run, err));
    *ret_result = run.result;
    return BERM_OK;
}
