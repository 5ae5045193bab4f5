/*
 * An export from its order to its last piece. Each piece asks anew who the caller is and what it
 * may see, in the transaction that reads it: where roles were taken away or areas moved out of
 * sight meanwhile, the export ends with an error rather than with what should not be there.
 */
#include "service/export/private.h"

#include <sodium.h>

enum { EXPORT_BYTES_MAX = 8 << 20, PIECE_ARENA_BYTES_MAX = 16 << 20 };

static export_piece_writer *const WRITERS[EXPORT_KIND_COUNT] = {
    [EXPORT_HOUSEHOLDS] = export_write_households, [EXPORT_PERSONS] = export_write_persons,
    [EXPORT_FLOWS] = export_write_flows,           [EXPORT_FINDINGS] = export_write_findings,
    [EXPORT_SPELLS] = export_write_spells,         [EXPORT_AREAS] = export_write_areas,
    [EXPORT_CODEBOOK] = export_write_codebook,
};

/* ---- The order ------------------------------------------------------------------------------- */

static enum berm_status copy_texts(struct arena *arena, const struct text *texts, size_t count,
                                   const struct text **ret_copies, struct berm_error *err)
{
    struct text *copies;

    TRY(arena_new(arena, count, sizeof *copies, &copies, err));
    for (size_t i = 0; i < count; i++)
        TRY(text_copy(arena, texts[i], &copies[i], err));
    *ret_copies = copies;
    return BERM_OK;
}

static enum berm_status copy_order(struct export *export, const struct export_order *order,
                                   struct berm_error *err)
{
    export->order = *order;
    TRY(text_copy(export->arena, order->area, &export->order.area, err));
    TRY(text_copy(export->arena, order->finding, &export->order.finding, err));
    TRY(copy_texts(export->arena, order->filters, order->filter_count, &export->order.filters,
                   err));
    return copy_texts(export->arena, order->columns, order->column_count, &export->order.columns,
                      err);
}

/* Whoever exports findings may list them wherever it may export (permissions.def); an API token
 * may hold less. */
static enum berm_status check_order(const struct office *office, const struct caller *caller,
                                    const struct export_order *order, struct berm_error *err)
{
    TRY(caller_check(caller, PERMISSION_EXPORT, err));
    if (order->kind == EXPORT_FINDINGS || order->kind == EXPORT_SPELLS)
        TRY(caller_check(caller, PERMISSION_FINDING_LIST, err));
    if (order->filter_count > 0 && order->kind >= EXPORT_AREAS)
        return fail_with(err, BERM_INVALID_INPUT,
                         "filters choose households; the export of %s has none, leave them out",
                         export_kind_name(order->kind));
    if (order->with_secrets && order->kind != EXPORT_PERSONS)
        return fail_with(err, BERM_INVALID_INPUT,
                         "id numbers and accounts belong to persons; the export of %s has none",
                         export_kind_name(order->kind));
    if (order->with_secrets && office->key == NULL)
        return fail_with(
            err, BERM_INVALID_INPUT,
            "id numbers and accounts are encrypted; give the key file that opens them");
    return BERM_OK;
}

/* By the rules of the month; spells may be of any. */
static enum berm_status check_finding(struct office *office, const struct export_order *order,
                                      struct berm_error *err)
{
    const struct pack *pack = office->pack;

    if (order->kind == EXPORT_FINDINGS)
        TRY(office_pack_at(office, order->month, &pack, err));
    return finding_code_check(pack, order->finding, err);
}

static enum berm_status check_secrets(const struct export *export, const struct export_view *view,
                                      struct berm_error *err)
{
    if (!export->order.with_secrets || export_view_shows(view, FIELD_CLASS_SENSITIVE))
        return BERM_OK;
    return fail_with(err, BERM_FORBIDDEN,
                     "id numbers and accounts are sensitive; %.*s does not see that in all areas "
                     "of the export",
                     TEXT_ARG(export->caller.name));
}

/* What the journal will have of the conditions: one on a personal value may name the value of the
 * very person who is looked for, and the journal keeps no values. */
static enum berm_status keep_conditions(struct export *export, const struct find_filter *filter,
                                        struct berm_error *err)
{
    struct export_condition *conditions;

    TRY(arena_new(export->arena, filter->count, sizeof *conditions, &conditions, err));
    for (size_t f = 0; f < filter->count; f++) {
        const struct household_test *test = &filter->tests[f];
        struct export_condition *condition = &conditions[f];

        *condition = (struct export_condition){.text = export->order.filters[f]};
        if (test->subject != TEST_OF_VARIABLE)
            continue;
        condition->field_class = test->variable->field_class;
        if (condition->field_class >= FIELD_CLASS_PERSONAL)
            TRY(text_copy(export->arena, test->variable->name, &condition->text, err));
    }
    export->conditions = conditions;
    return BERM_OK;
}

/* By the pack and the sight of the present transaction: any piece may be another worker's, and what
 * the caller sees may change between two of them. */
static enum berm_status read_filter(const struct export *export, const struct office *office,
                                    const struct export_view *view, struct arena *arena,
                                    struct find_filter *ret_filter, struct berm_error *err)
{
    TRY(find_filter_read(office->pack, export->order.filters, export->order.filter_count, arena,
                         ret_filter, err));
    return find_filter_check(ret_filter, &view->sight, &view->scope, err);
}

enum berm_status export_create(struct office *office, const struct caller *caller,
                               const struct export_order *order, struct export **ret_export,
                               struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    unsigned char id[8];
    struct export_view view;
    struct find_filter filter;
    struct export *export;

    TRY(check_order(office, caller, order, err));
    TRY(arena_create(EXPORT_BYTES_MAX, &arena, err));
    TRY(arena_new(arena, 1, sizeof *export, &export, err));
    export->arena = arena;
    TRY(caller_copy(arena, caller, &export->caller, err));
    TRY(copy_order(export, order, err));
    TRY(text_copy(arena, office->pack->sha256, &export->pack_sha256, err));
    randombytes_buf(id, sizeof id);
    sodium_bin2hex(export->id, sizeof export->id, id, sizeof id);
    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(caller_fence(office->store, caller, err));
    TRY(export_view_read(office->store, caller, order->area, arena, &view, err));
    TRY(check_finding(office, order, err));
    TRY(check_secrets(export, &view, err));
    TRY(read_filter(export, office, &view, arena, &filter, err));
    TRY(keep_conditions(export, &filter, err));
    TRY(export_choose_columns(export, office->pack, &view, err));
    *ret_export = export;
    arena = NULL;
    return BERM_OK;
}

void export_free(struct export *export)
{
    if (export)
        arena_free(export->arena); /* in which it lies itself */
}

void export_freep(struct export **export)
{
    export_free(*export);
    *export = NULL;
}

int64_t export_row_count(const struct export *export)
{
    return export->row_count;
}

/* ---- The journal ----------------------------------------------------------------------------- */

static void write_month(struct json_writer *json, const char *key, month_number month)
{
    if (month == 0)
        return;
    json_key(json, key);
    json_month(json, month);
}

static void write_names(const struct export *export, const struct dictionary *dictionary,
                        enum field_class lowest, struct json_writer *json)
{
    for (size_t c = 0; c < export->column_count; c++)
        if (export->columns[c].field_class >= lowest)
            json_text(json, export->columns[c].name);
    for (size_t p = 0; export->order.kind == EXPORT_FLOWS && p < export->position_count; p++) {
        const struct variable *flow =
            &dictionary_variables(dictionary, ENTITY_FLOW)[export->positions[p]];

        if (flow->field_class >= lowest)
            json_text(json, flow->name);
    }
}

static void write_conditions(const struct export *export, enum field_class lowest,
                             struct json_writer *json)
{
    for (size_t f = 0; f < export->order.filter_count; f++)
        if (export->conditions[f].field_class >= lowest)
            json_text(json, export->conditions[f].text);
}

/* Evidence shows each value by its own class, so it may hold sensitive ones. */
static bool has_evidence(const struct export *export)
{
    bool is_of_findings =
        export->order.kind == EXPORT_FINDINGS || export->order.kind == EXPORT_SPELLS;

    for (size_t c = 0; is_of_findings && c < export->column_count; c++)
        if (export->columns[c].fixed == FINDING_EVIDENCE)
            return caller_holds(&export->caller, PERMISSION_FIELDS_SENSITIVE);
    return false;
}

static void write_details(const struct export *export, const struct dictionary *dictionary,
                          struct json_writer *json)
{
    const struct export_order *order = &export->order;

    json_begin_object(json);
    json_key_of_text(json, "export", text_of(export->id));
    json_key_of_text(json, "format", order->format == EXPORT_CSV ? TEXT("csv") : TEXT("ndjson"));
    if (order->area.length > 0)
        json_key_of_text(json, "area", order->area);
    if (order->kind == EXPORT_FINDINGS)
        write_month(json, "month", order->month);
    write_month(json, "from", order->first_month);
    write_month(json, "to", order->last_month);
    if (order->finding.length > 0)
        json_key_of_text(json, "finding", order->finding);
    if (order->filter_count > 0) {
        json_key(json, "filters");
        json_begin_array(json);
        write_conditions(export, FIELD_CLASS_PUBLIC, json);
        json_end_array(json);
    }
    if (order->column_count > 0) {
        json_key(json, "columns");
        json_begin_array(json);
        write_names(export, dictionary, FIELD_CLASS_PUBLIC, json);
        json_end_array(json);
    }
    json_key(json, "sensitive");
    json_begin_array(json);
    write_names(export, dictionary, FIELD_CLASS_SENSITIVE, json);
    write_conditions(export, FIELD_CLASS_SENSITIVE, json);
    if (has_evidence(export))
        json_text(json, TEXT("evidence"));
    json_end_array(json);
    json_end_object(json);
}

static enum berm_status write_entry(struct export *export, struct office *office,
                                    const struct actor *actor, struct text action,
                                    const struct buffer *details, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;

    TRY(buffer_status(details, err));
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(journal_write(
        office->store,
        &(struct journal_entry){.actor = *actor,
                                .action = action,
                                .subject = text_of(export_kind_name(export->order.kind)),
                                .details = buffer_text(details)},
        err));
    TRY(store_commit(office->store, err));
    transaction = NULL;
    return BERM_OK;
}

enum berm_status export_note_begin(struct export *export, struct office *office,
                                   const struct actor *actor, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer details = {0};

    write_details(export, &office->pack->dictionary, &(struct json_writer){.out = &details});
    TRY(write_entry(export, office, actor, TEXT("export"), &details, err));
    export->is_noted = true;
    return BERM_OK;
}

enum berm_status export_note_end(struct export *export, struct office *office,
                                 const struct actor *actor, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer details = {0};
    struct json_writer json = {.out = &details};

    json_begin_object(&json);
    json_key_of_text(&json, "export", text_of(export->id));
    json_key_of_int64(&json, "rows", export->row_count);
    json_key_of_bool(&json, "complete", export->is_complete);
    json_end_object(&json);
    return write_entry(export, office, actor, TEXT("export_end"), &details, err);
}

/* ---- Pieces ---------------------------------------------------------------------------------- */

static bool have_same_grants(const struct caller *a, const struct caller *b)
{
    bool are_same = a->grant_count == b->grant_count;

    for (size_t g = 0; are_same && g < a->grant_count; g++)
        are_same =
            a->grants[g].role == b->grants[g].role && a->grants[g].area_id == b->grants[g].area_id;
    return are_same;
}

/* A stream lasts as long as its client reads: whoever was switched off, or lost a role, meanwhile
 * gets no more. With less than at its beginning it would end as if it were whole. */
static enum berm_status check_caller(const struct export *export, struct store *store,
                                     struct arena *arena, struct berm_error *err)
{
    struct caller present;

    if (export->caller.is_local)
        return BERM_OK;
    TRY(caller_of_account(store, export->caller.name, arena, &present, err));
    if (have_same_grants(&present, &export->caller))
        return BERM_OK;
    return fail_with(err, BERM_CONFLICT,
                     "the roles of %.*s changed while the export ran; begin it again",
                     TEXT_ARG(present.name));
}

static enum berm_status check_still(const struct export *export, const struct office *office,
                                    const struct export_view *view, struct berm_error *err)
{
    if (!text_equal(export->pack_sha256, office->pack->sha256))
        return fail_with(err, BERM_CONFLICT,
                         "the register's pack changed while the export ran; begin it again");
    if (!export_view_shows(view, export->highest))
        return fail_with(err, BERM_CONFLICT,
                         "areas moved while the export ran, and some of its columns may no longer "
                         "be shown; begin it again");
    return BERM_OK;
}

enum berm_status export_next(struct export *export, struct office *office, struct buffer *out,
                             bool *ret_is_last, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    struct export_view view;
    struct export_piece piece = {
        .export = export, .office = office, .view = &view, .out = out, .start = out->length};

    assert(export->is_noted);
    if (!export->is_complete) {
        TRY(arena_create(PIECE_ARENA_BYTES_MAX, &arena, err));
        piece.arena = arena;
        TRY(store_begin_read(office->store, err));
        snapshot = office->store;
        TRY(check_caller(export, office->store, arena, err));
        TRY(caller_fence(office->store, &export->caller, err));
        TRY(export_view_read(office->store, &export->caller, export->order.area, arena, &view,
                             err));
        TRY(check_still(export, office, &view, err));
        TRY(read_filter(export, office, &view, arena, &piece.filter, err));
        if (!export->has_begun)
            row_write_header(&piece);
        export->has_begun = true;
        TRY(WRITERS[export->order.kind](&piece, err));
        TRY(buffer_status(out, err));
    }
    *ret_is_last = export->is_complete;
    return BERM_OK;
}
