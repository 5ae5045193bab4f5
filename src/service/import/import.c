/*
 * The frame of an import: transaction, change, ids, change log. A file is one change, and so is
 * what is entered by hand, whose transaction and change are somebody else's; a row that
 * was added points to it, a row that was changed has a change_row with the fields before and after.
 * Ids are counted here and written back once at the end, which the store's write lock makes safe.
 */
#include "service/import/flow_group.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { SCOPE_BYTES_MAX = 1 << 20 };

static const struct {
    const char *via;   /* what the change log says */
    const char *table; /* the kind of its ids; NULL: none */
} kinds[IMPORT_KIND_COUNT] = {
    [IMPORT_AREAS] = {"import areas", "area"},
    [IMPORT_HOUSEHOLDS] = {"import households", "household"},
    [IMPORT_PERSONS] = {"import persons", "person"},
    [IMPORT_FLOWS] = {"import flows", NULL},
};

/* ---- Rows ------------------------------------------------------------------------------------ */

enum berm_status import_reject(struct arena *arena, struct import_row *row, enum import_field field,
                               struct berm_error *err, const char *format, ...)
{
    struct berm_error shortened; /* cuts a long sentence between two characters */
    char sentence[BERM_ERROR_MESSAGE_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    (void)fail_with(&shortened, BERM_INVALID_INPUT, "%s", sentence);
    TRY(text_copy(arena, text_of(shortened.message), &row->reason, err));
    row->outcome = IMPORT_REJECTED;
    row->field = field;
    return BERM_OK;
}

void import_count_row(struct import *import, struct import_row *row, enum import_outcome outcome)
{
    row->outcome = outcome;
    switch (outcome) {
    case IMPORT_ADDED:
        import->counts.added++;
        break;
    case IMPORT_CHANGED:
        import->counts.changed++;
        break;
    case IMPORT_UNCHANGED:
        import->counts.unchanged++;
        break;
    case IMPORT_OPEN:
    case IMPORT_REJECTED:
        import->counts.rejected++;
        break;
    }
}

enum berm_status import_has_row(struct store *store, enum statement_id id, bool *ret_has,
                                struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *statement = NULL;

    TRY(statement_prepare(store, id, &statement, err));
    return statement_step(statement, ret_has, err);
}

/* ---- The change log -------------------------------------------------------------------------- */

void import_log_clear(struct import *import)
{
    buffer_clear(&import->json);
    import->writer = (struct json_writer){.out = &import->json};
}

static void log_field(struct import *import, struct text field)
{
    if (import->json.length == 0)
        json_begin_object(&import->writer);
    json_key_text(&import->writer, field);
    json_begin_array(&import->writer);
}

static void log_text_or_null(struct json_writer *json, struct text text)
{
    if (text.length == 0)
        json_null_value(json);
    else
        json_text(json, text);
}

void import_log_text(struct import *import, const char *field, struct text before,
                     struct text after)
{
    log_field(import, text_of(field));
    log_text_or_null(&import->writer, before);
    log_text_or_null(&import->writer, after);
    json_end_array(&import->writer);
}

static void log_date_or_null(struct json_writer *json, struct import_date date)
{
    if (date.is_known)
        json_date(json, date.date);
    else
        json_null_value(json);
}

void import_log_date(struct import *import, const char *field, struct import_date before,
                     struct import_date after)
{
    log_field(import, text_of(field));
    log_date_or_null(&import->writer, before);
    log_date_or_null(&import->writer, after);
    json_end_array(&import->writer);
}

void import_log_value(struct import *import, const struct variable *variable,
                      struct field_value before, struct field_value after)
{
    log_field(import, variable->name);
    variable_write_json(import->dictionary, variable, before, &import->writer);
    variable_write_json(import->dictionary, variable, after, &import->writer);
    json_end_array(&import->writer);
}

enum berm_status import_log_write(struct import *import, const char *entity, int64_t entity_id,
                                  struct text key, struct berm_error *err)
{
    json_end_object(&import->writer);
    TRY(buffer_status(&import->json, err));
    TRY(change_add_row(import->change, text_of(entity), entity_id, key, buffer_text(&import->json),
                       err));
    import_log_clear(import);
    return BERM_OK;
}

/* ---- Begin and finish ------------------------------------------------------------------------ */

/* A file needs what it refers to: say so once instead of for every row. */
static enum berm_status check_order(struct store *store, enum import_kind kind,
                                    struct berm_error *err)
{
    bool has_any = true;

    if (kind == IMPORT_HOUSEHOLDS)
        TRY(import_has_row(store, STATEMENT_IMPORT_ANY_AREA, &has_any, err));
    else if (kind == IMPORT_PERSONS || kind == IMPORT_FLOWS)
        TRY(import_has_row(store, STATEMENT_IMPORT_ANY_HOUSEHOLD, &has_any, err));
    if (has_any)
        return BERM_OK;
    if (kind == IMPORT_HOUSEHOLDS)
        return fail_with(err, BERM_NOT_FOUND,
                         "the register has no areas yet; import the areas first");
    return fail_with(err, BERM_NOT_FOUND,
                     "the register has no households yet; import areas and households first");
}

/* The first load of a kind goes faster; later ones leave the register to its readers. */
static enum berm_status expect_first_load(struct store *store, enum import_kind kind,
                                          struct berm_error *err)
{
    static const enum statement_id any[IMPORT_KIND_COUNT] = {
        [IMPORT_AREAS] = STATEMENT_IMPORT_ANY_AREA,
        [IMPORT_HOUSEHOLDS] = STATEMENT_IMPORT_ANY_HOUSEHOLD,
        [IMPORT_PERSONS] = STATEMENT_IMPORT_ANY_PERSON,
        [IMPORT_FLOWS] = STATEMENT_IMPORT_ANY_FLOW_ENTRY,
    };
    bool has_any = false;

    TRY(import_has_row(store, any[kind], &has_any, err));
    return has_any || kind == IMPORT_AREAS ? BERM_OK : store_expect_bulk(store, err);
}

static enum berm_status open_kind(struct import *import, struct berm_error *err)
{
    switch (import->kind) {
    case IMPORT_AREAS:
        return import_areas_open(import, err);
    case IMPORT_HOUSEHOLDS:
        return import_households_open(import, err);
    case IMPORT_PERSONS:
        return import_persons_open(import, err);
    case IMPORT_FLOWS:
        return import_flows_open(import, err);
    case IMPORT_KIND_COUNT:
        break;
    }
    return fail_with(err, BERM_INTERNAL, "an import must have a kind");
}

static enum berm_status import_create(struct store *store, const struct import_start *start,
                                      struct import **ret_import, struct berm_error *err)
{
    CLEANUP(import_freep) struct import *import = calloc(1, sizeof *import);

    if (import == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    import->store = store;
    import->dictionary = start->dictionary;
    import->kind = start->kind;
    import->columns = &start->columns;
    import->start = start;
    import_log_clear(import);
    TRY(seen_set_create(&import->seen, err));
    *ret_import = import;
    import = NULL;
    return BERM_OK;
}

/* Inside the transaction, with a change and a scope. */
static enum berm_status open_rows(struct import *import, struct berm_error *err)
{
    import->first_id = import->start->new_id;
    if (kinds[import->kind].table != NULL && import->first_id == 0)
        TRY(id_next(import->store, kinds[import->kind].table, &import->first_id, err));
    import->next_id = import->first_id;
    if (import->kind == IMPORT_HOUSEHOLDS || import->kind == IMPORT_PERSONS)
        TRY(search_writer_create(import->store, &import->search, err));
    TRY(open_kind(import, err));
    return import_secrets_open(import, err);
}

enum berm_status import_open(struct store *store, const struct import_start *start,
                             const struct area_scope *scope, struct change *change,
                             struct import **ret_import, struct berm_error *err)
{
    CLEANUP(import_freep) struct import *import = NULL;

    TRY(import_create(store, start, &import, err));
    import->scope = scope;
    import->change = change;
    TRY(open_rows(import, err));
    *ret_import = import;
    import = NULL;
    return BERM_OK;
}

/* Areas are one tree: who changes it changes it for all. */
static enum berm_status check_caller(struct store *store, const struct import_start *start,
                                     struct berm_error *err)
{
    return start->kind == IMPORT_AREAS
               ? caller_check_everywhere(store, start->caller, PERMISSION_IMPORT, err)
               : caller_check(start->caller, PERMISSION_IMPORT, err);
}

static enum berm_status read_scope(struct import *import, struct berm_error *err)
{
    struct area_scope *scope = NULL;

    TRY(arena_create(SCOPE_BYTES_MAX, &import->arena, err));
    TRY(arena_new(import->arena, 1, sizeof *scope, &scope, err));
    TRY(caller_scope(import->store, import->start->caller, PERMISSION_IMPORT, (struct text){0},
                     import->arena, scope, err));
    import->scope = scope;
    return BERM_OK;
}

enum berm_status import_begin(struct store *store, const struct import_start *start,
                              struct import **ret_import, struct berm_error *err)
{
    CLEANUP(import_freep) struct import *import = NULL;

    TRY(import_create(store, start, &import, err));
    TRY(check_caller(store, start, err));
    TRY(check_order(store, start->kind, err));
    TRY(expect_first_load(store, start->kind, err));
    import->has_begun = true; /* from here on rolling back ends the bulk mode too */
    TRY(store_begin(store, err));
    TRY(read_scope(import, err));
    TRY(change_begin(store, &start->actor, text_of(kinds[import->kind].via), start->file_name,
                     &import->own_change, err));
    import->change = &import->own_change;
    TRY(open_rows(import, err));
    *ret_import = import;
    import = NULL;
    return BERM_OK;
}

/* What the journal tells of an import: counts, never values. */
static void write_details(const struct import_counts *counts, struct buffer *out)
{
    struct json_writer json = {.out = out};

    json_begin_object(&json);
    json_key_of_int64(&json, "added", counts->added);
    json_key_of_int64(&json, "changed", counts->changed);
    json_key_of_int64(&json, "unchanged", counts->unchanged);
    json_key_of_int64(&json, "rejected", counts->rejected);
    json_end_object(&json);
}

static enum berm_status finish_change(struct import *import, struct text file_sha256,
                                      struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer details = {0};
    struct change_end end = {.added = import->counts.added,
                             .changed = import->counts.changed,
                             .file_sha256 = file_sha256,
                             .action = TEXT("import"),
                             .subject = text_of(import_kind_name(import->kind))};

    write_details(&import->counts, &details);
    TRY(buffer_status(&details, err));
    end.details = buffer_text(&details);
    return change_finish(import->change, &import->start->actor, &end, err);
}

static void close_kinds(struct import *import)
{
    import_areas_close(import->areas);
    import->areas = NULL;
    import_households_close(import->households);
    import->households = NULL;
    import_persons_close(import->persons);
    import->persons = NULL;
    import_flows_close(import->flows);
    import->flows = NULL;
    search_writer_freep(&import->search);
    vault_closep(&import->vault);
}

enum berm_status import_end(struct import *import, struct import_counts *ret_counts,
                            struct berm_error *err)
{
    if (import->search != NULL)
        TRY(search_writer_flush(import->search, err));
    if (import->flows != NULL)
        TRY(flow_group_end(import, err));
    close_kinds(import);
    if (import->next_id > import->first_id && import->start->new_id == 0)
        TRY(id_skip(import->store, kinds[import->kind].table, import->next_id - import->first_id,
                    err));
    *ret_counts = import->counts;
    return BERM_OK;
}

enum berm_status import_finish(struct import *import, struct text file_sha256, bool is_dry_run,
                               struct import_counts *ret_counts, struct berm_error *err)
{
    bool is_to_keep = !is_dry_run && import->counts.added + import->counts.changed > 0;

    struct import_counts counts;

    TRY(import_end(import, &counts, err));
    if (is_to_keep) {
        TRY(finish_change(import, file_sha256, err));
        change_close(&import->own_change);
        if (import->start->before_commit != NULL)
            TRY(import->start->before_commit(import->start->before_commit_context, &counts, err));
        TRY(store_commit(import->store, err));
    } else {
        change_close(&import->own_change);
        store_rollback(import->store);
    }
    import->has_begun = false;
    *ret_counts = counts;
    return BERM_OK;
}

void import_free(struct import *import)
{
    if (import == NULL)
        return;
    close_kinds(import);
    change_close(&import->own_change);
    if (import->has_begun)
        store_rollback(import->store);
    seen_set_free(import->seen);
    arena_free(import->arena);
    buffer_free(&import->json);
    free(import);
}

void import_freep(struct import **import)
{
    import_free(*import);
    *import = NULL;
}
