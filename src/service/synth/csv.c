/*
 * Made-up registers into files for `berm import`. The same rows as synth.c, written down: the
 * columns are those of docs/reference/import.md, a value is written as variable_format writes it,
 * and the flows stand in the form with one month a row. Files are never written over: a folder that
 * holds somebody's households must not lose them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service/synth/private.h"

enum { PATH_BYTES_MAX = 4096, FLUSH_BYTES = 1 << 20 };

struct csv_file {
    int descriptor; /* -1: not open */
    char path[PATH_BYTES_MAX];
    struct buffer buffer;
};

struct csv_set {
    const struct synth_plan *plan;
    struct csv_file files[IMPORT_KIND_COUNT];
};

static void csv_set_close(struct csv_set *set)
{
    for (int i = 0; i < IMPORT_KIND_COUNT; i++) {
        if (set->files[i].descriptor >= 0)
            close(set->files[i].descriptor);
        buffer_free(&set->files[i].buffer);
    }
}

/* ---- Files ----------------------------------------------------------------------------------- */

static enum berm_status open_file(struct csv_file *file, struct text folder, const char *name,
                                  struct berm_error *err)
{
    int length = snprintf(file->path, sizeof file->path, "%.*s/%s.csv", TEXT_ARG(folder), name);

    if (length < 0 || length >= (int)sizeof file->path)
        return fail_with(err, BERM_LIMIT, "the folder's path is too long; choose a shorter one");
    file->descriptor = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file->descriptor < 0 && errno == EEXIST)
        return fail_with(err, BERM_CONFLICT,
                         "%s is there already; remove it, or choose another folder", file->path);
    if (file->descriptor < 0)
        return fail_with(err, BERM_IO, "%s cannot be written: %s", file->path, strerror(errno));
    return BERM_OK;
}

static enum berm_status flush_file(struct csv_file *file, struct berm_error *err)
{
    size_t written = 0;

    TRY(buffer_status(&file->buffer, err));
    while (written < file->buffer.length) {
        ssize_t count =
            write(file->descriptor, file->buffer.bytes + written, file->buffer.length - written);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail_with(err, BERM_IO, "%s cannot be written: %s", file->path, strerror(errno));
        written += (size_t)count;
    }
    buffer_clear(&file->buffer);
    return BERM_OK;
}

static enum berm_status close_file(struct csv_file *file, struct berm_error *err)
{
    int descriptor = file->descriptor;

    if (descriptor < 0)
        return BERM_OK;
    TRY(flush_file(file, err));
    file->descriptor = -1;
    if (close(descriptor) != 0)
        return fail_with(err, BERM_IO, "%s cannot be written: %s", file->path, strerror(errno));
    return BERM_OK;
}

static enum berm_status make_folder(struct text folder, struct berm_error *err)
{
    char path[PATH_BYTES_MAX];
    int length = snprintf(path, sizeof path, "%.*s", TEXT_ARG(folder));

    if (length <= 0 || length >= (int)sizeof path)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the folder's path is missing or too long; give the path of a folder");
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        return fail_with(err, BERM_IO, "the folder %s cannot be made: %s", path, strerror(errno));
    return BERM_OK;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static void append_field(struct buffer *out, struct text field)
{
    buffer_append_char(out, ',');
    csv_append_field(out, field);
}

static void append_date(struct buffer *out, struct import_date date)
{
    char text[DATE_TEXT_MAX];

    append_field(out, date.is_known ? date_format(date.date, text) : TEXT(""));
}

static void append_values(struct buffer *out, const struct synth_binding *binding,
                          const struct field_value *values)
{
    char text[TEXT_VALUE_BYTES_MAX];

    for (size_t i = 0; i < binding->variable_count; i++)
        append_field(out,
                     variable_format(binding->dictionary, &binding->variables[i], values[i], text));
    buffer_append_char(out, '\n');
}

static void append_header(struct csv_set *set, enum import_kind kind, enum entity entity,
                          const char *fields)
{
    const struct synth_binding *binding = &set->plan->bindings[entity];
    struct buffer *out = &set->files[kind].buffer;

    buffer_append_text(out, text_of(fields));
    for (size_t i = 0; kind != IMPORT_AREAS && i < binding->variable_count; i++)
        append_field(out, binding->variables[i].name);
    buffer_append_char(out, '\n');
}

static void append_household(struct csv_set *set, const struct import_household *row)
{
    struct buffer *out = &set->files[IMPORT_HOUSEHOLDS].buffer;

    csv_append_field(out, row->code);
    append_field(out, row->area);
    append_values(out, &set->plan->bindings[ENTITY_HOUSEHOLD], row->values);
}

static void append_person(struct csv_set *set, const struct import_person *row)
{
    struct buffer *out = &set->files[IMPORT_PERSONS].buffer;

    csv_append_field(out, row->code);
    append_field(out, row->household);
    append_field(out, row->name);
    append_field(out, row->sex);
    append_date(out, row->birth_date);
    append_field(out, row->relation);
    append_date(out, row->from_date);
    append_date(out, row->to_date);
    append_field(out, row->end_reason);
    append_values(out, &set->plan->bindings[ENTITY_PERSON], row->values);
}

/* The amounts stand in order of their flows or not; columns do. */
static void append_flow(struct csv_set *set, const struct import_flow *row)
{
    const struct synth_binding *binding = &set->plan->bindings[ENTITY_FLOW];
    struct buffer *out = &set->files[IMPORT_FLOWS].buffer;
    char month[MONTH_TEXT_MAX], money[MONEY_TEXT_MAX];

    csv_append_field(out, row->household);
    append_field(out, month_format(row->month, month));
    append_field(out, row->source);
    for (size_t flow = 0; flow < binding->variable_count; flow++) {
        struct text amount = TEXT("");

        for (size_t i = 0; i < row->amount_count; i++)
            if (row->amounts[i].flow == (int)flow)
                amount = money_format(row->amounts[i].amount_minor,
                                      binding->dictionary->money_decimals, money);
        append_field(out, amount);
    }
    buffer_append_char(out, '\n');
}

/* ---- All of it ------------------------------------------------------------------------------- */

static void append_areas(struct csv_set *set)
{
    struct buffer *out = &set->files[IMPORT_AREAS].buffer;

    append_header(set, IMPORT_AREAS, ENTITY_HOUSEHOLD, "code,parent,name,name_en");
    for (size_t i = 0; i < set->plan->area_count; i++) {
        const struct import_area *row = &set->plan->areas[i];

        csv_append_field(out, row->code);
        append_field(out, row->parent);
        append_field(out, row->name);
        append_field(out, row->name_en);
        buffer_append_char(out, '\n');
    }
}

static enum berm_status append_batch(struct csv_set *set, struct synth_batch *batch,
                                     struct synth_result *result, struct berm_error *err)
{
    struct csv_file *file = &set->files[batch->kind];

    arena_reset(batch->arena);
    TRY(synth_batch_make(set->plan, batch, err));
    for (size_t i = 0; i < batch->row_count; i++)
        if (batch->kind == IMPORT_HOUSEHOLDS)
            append_household(set, &batch->households[i]);
        else if (batch->kind == IMPORT_PERSONS)
            append_person(set, &batch->persons[i]);
        else
            append_flow(set, &batch->flows[i]);
    if (batch->kind == IMPORT_HOUSEHOLDS)
        result->households += (int64_t)batch->row_count;
    else if (batch->kind == IMPORT_PERSONS)
        result->persons += (int64_t)batch->row_count;
    else
        result->flow_entries += batch->amount_count;
    return file->buffer.length < FLUSH_BYTES ? BERM_OK : flush_file(file, err);
}

/* Batch by batch, so that the three files grow together. */
static enum berm_status write_households(struct csv_set *set, const struct synth_options *options,
                                         struct synth_result *result, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    int64_t total = set->plan->household_count;

    TRY(arena_create(SYNTH_BATCH_BYTES_MAX, &arena, err));
    for (int64_t first = 0; first < total; first += SYNTH_BATCH_HOUSEHOLDS) {
        struct synth_batch batch = {.first_household = first, .arena = arena};

        batch.household_count =
            total - first < SYNTH_BATCH_HOUSEHOLDS ? total - first : SYNTH_BATCH_HOUSEHOLDS;
        for (int kind = IMPORT_HOUSEHOLDS; kind < IMPORT_KIND_COUNT; kind++) {
            batch.kind = (enum import_kind)kind;
            if (set->files[kind].descriptor >= 0)
                TRY(append_batch(set, &batch, result, err));
        }
        if (options->progress != NULL &&
            !options->progress(options->progress_context, first + batch.household_count, total))
            return fail_with(err, BERM_CANCELLED, "the files were not written to their end");
    }
    return BERM_OK;
}

static enum berm_status open_files(struct csv_set *set, struct text folder, struct berm_error *err)
{
    bool has_flows = set->plan->bindings[ENTITY_FLOW].variable_count > 0;

    TRY(make_folder(folder, err));
    TRY(open_file(&set->files[IMPORT_AREAS], folder, "areas", err));
    TRY(open_file(&set->files[IMPORT_HOUSEHOLDS], folder, "households", err));
    TRY(open_file(&set->files[IMPORT_PERSONS], folder, "persons", err));
    if (has_flows)
        TRY(open_file(&set->files[IMPORT_FLOWS], folder, "flows", err));
    append_header(set, IMPORT_HOUSEHOLDS, ENTITY_HOUSEHOLD, "code,area");
    append_header(set, IMPORT_PERSONS, ENTITY_PERSON,
                  "code,household,name,sex,birth_date,relation,from_date,to_date,end_reason");
    if (has_flows)
        append_header(set, IMPORT_FLOWS, ENTITY_FLOW, "household,month,source");
    return BERM_OK;
}

enum berm_status synth_write_csv(const struct pack *pack, const struct synth_options *options,
                                 struct text folder, struct synth_result *ret_result,
                                 struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(csv_set_close) struct csv_set set = {0};
    struct synth_result result = {0};
    double started = synth_seconds_now();

    for (int i = 0; i < IMPORT_KIND_COUNT; i++)
        set.files[i].descriptor = -1;
    TRY(arena_create(synth_plan_bytes_max(options->household_count), &arena, err));
    TRY(synth_plan_make(pack, options, arena, &set.plan, err));
    TRY(open_files(&set, folder, err));
    append_areas(&set);
    TRY(write_households(&set, options, &result, err));
    for (int i = 0; i < IMPORT_KIND_COUNT; i++)
        TRY(close_file(&set.files[i], err));
    result.areas = (int64_t)set.plan->area_count;
    result.seconds = synth_seconds_now() - started;
    *ret_result = result;
    return BERM_OK;
}
