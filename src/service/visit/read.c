/* Visits on record. A visit lies where its household does; words that people wrote about a
 * household are personal, and are hidden from who does not see personal values there. */
#include "service/attachment/private.h"
#include "service/visit/private.h"

static const char *const PURPOSE_NAMES[VISIT_PURPOSE_COUNT] = {
    [VISIT_VERIFICATION] = "verification",
    [VISIT_ELIMINATION] = "elimination",
    [VISIT_FOLLOW_UP] = "follow_up",
    [VISIT_SHOCK] = "shock",
};
static const char *const STATE_NAMES[VISIT_STATE_COUNT] = {
    [VISIT_PLANNED] = "planned",
    [VISIT_DONE] = "done",
    [VISIT_CANCELLED] = "cancelled",
};

const char *visit_purpose_name(enum visit_purpose purpose)
{
    assert(purpose < VISIT_PURPOSE_COUNT);
    return PURPOSE_NAMES[purpose];
}

enum berm_status visit_purpose_find(struct text name, enum visit_purpose *ret_purpose,
                                    struct berm_error *err)
{
    for (int p = 0; p < VISIT_PURPOSE_COUNT; p++)
        if (text_equal(name, text_of(PURPOSE_NAMES[p]))) {
            *ret_purpose = (enum visit_purpose)p;
            return BERM_OK;
        }
    return fail_with(
        err, BERM_INVALID_INPUT,
        "no visit is for \"%.*s\"; write verification, elimination, follow_up or shock",
        TEXT_ARG(name));
}

const char *visit_state_name(enum visit_state state)
{
    assert(state < VISIT_STATE_COUNT);
    return STATE_NAMES[state];
}

enum berm_status visit_state_find(struct text name, enum visit_state *ret_state,
                                  struct berm_error *err)
{
    for (int s = 0; s < VISIT_STATE_COUNT; s++)
        if (text_equal(name, text_of(STATE_NAMES[s]))) {
            *ret_state = (enum visit_state)s;
            return BERM_OK;
        }
    return fail_with(err, BERM_INVALID_INPUT,
                     "no visit is \"%.*s\"; write planned, done or cancelled", TEXT_ARG(name));
}

/* ---- Rows ------------------------------------------------------------------------------------ */

/* The columns of visit_by_id and the lists; texts are good until the next step. */
static enum berm_status read_row(struct statement *rows, const struct field_sight *sight,
                                 struct visit_record *record, struct berm_error *err)
{
    *record = (struct visit_record){
        .row = {.visit_id = statement_int64(rows, 0),
                .household_id = statement_int64(rows, 1),
                .case_id = statement_int64(rows, 2),
                .due_on = statement_text(rows, 5),
                .worker = statement_text(rows, 6),
                .groups = statement_text(rows, 7),
                .note = statement_text(rows, 8),
                .planned_at = statement_text(rows, 9),
                .planned_by = statement_text(rows, 10),
                .visited_on = statement_text(rows, 11),
                .ended_at = statement_text(rows, 12),
                .ended_by = statement_text(rows, 13),
                .summary = statement_text(rows, 14),
                .household = statement_text(rows, 15),
                .area = statement_text(rows, 16),
                .area_name = statement_text(rows, 17),
                .open_count = statement_int64(rows, 19),
                .attachment_count = statement_int64(rows, 20)},
        .class_seen = field_sight_at(sight, statement_int64(rows, 18)),
    };
    TRY(visit_purpose_find(statement_text(rows, 3), &record->row.purpose, err));
    return visit_state_find(statement_text(rows, 4), &record->row.state, err);
}

static enum berm_status copy_texts(struct arena *arena, struct visit_row *row,
                                   struct berm_error *err)
{
    struct text *const texts[] = {
        &row->due_on,     &row->worker,     &row->groups,   &row->note,     &row->planned_at,
        &row->planned_by, &row->visited_on, &row->ended_at, &row->ended_by, &row->summary,
        &row->household,  &row->area,       &row->area_name};

    for (size_t t = 0; t < ARRAY_COUNT(texts); t++)
        TRY(text_copy(arena, *texts[t], texts[t], err));
    return BERM_OK;
}

void visit_mask(struct visit_record *record)
{
    struct visit_row *row = &record->row;

    if (record->class_seen < FIELD_CLASS_PERSONAL) {
        if (row->note.length > 0)
            row->note = TEXT(HIDDEN_VALUE);
        if (row->summary.length > 0)
            row->summary = TEXT(HIDDEN_VALUE);
    }
    if (record->class_seen < FIELD_CLASS_SENSITIVE)
        row->attachment_count = 0;
}

/* ---- One of them ----------------------------------------------------------------------------- */

enum berm_status visit_find(struct office *office, const struct caller *caller,
                            enum permission permission, int64_t visit_id, struct arena *arena,
                            struct visit_record *ret_record, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    struct field_sight sight;
    struct area_scope scope;
    bool has_row;

    TRY(caller_scope(office->store, caller, permission, (struct text){0}, arena, &scope, err));
    TRY(field_sight_read(office->store, caller, arena, &sight, err));
    TRY(statement_prepare(office->store, STATEMENT_VISIT_BY_ID, &find, err));
    statement_bind_int64(find, VISIT_BY_ID__VISIT_ID, visit_id);
    TRY(statement_step(find, &has_row, err));
    if (!has_row || !area_scope_contains(&scope, statement_int64(find, 18)))
        return fail_with(err, BERM_NOT_FOUND,
                         "there is no visit %lld; berm visit list shows those that there are",
                         (long long)visit_id);
    TRY(read_row(find, &sight, ret_record, err));
    return copy_texts(arena, &ret_record->row, err);
}

enum berm_status visit_check_planned(const struct visit_record *record, struct berm_error *err)
{
    if (record->row.state == VISIT_PLANNED)
        return BERM_OK;
    return fail_with(err, BERM_CONFLICT,
                     "the visit %lld is %s already; plan another one for what is to be added",
                     (long long)record->row.visit_id, visit_state_name(record->row.state));
}

enum berm_status visit_read(struct office *office, const struct caller *caller, int64_t visit_id,
                            struct arena *arena, struct visit_detail *ret_detail,
                            struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    struct visit_detail detail = {0};
    struct visit_finding *findings;
    struct attachment_row *attachments = NULL;
    struct household_facts facts;
    struct visit_record record;

    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(visit_find(office, caller, PERMISSION_HOUSEHOLD_READ, visit_id, arena, &record, err));
    visit_mask(&record);
    detail.row = record.row;
    TRY(household_read_in(office, caller, PERMISSION_HOUSEHOLD_READ, record.row.household, arena,
                          &facts, err));
    detail.version = facts.version;
    TRY(visit_findings(office, &record.row, &facts, arena, &findings, &detail.finding_count,
                       &detail.shows_sensitive, err));
    if (record.class_seen == FIELD_CLASS_SENSITIVE)
        TRY(attachments_of(office->store, record.row.household_id, visit_id, arena, &attachments,
                           &detail.attachment_count, err));
    detail.findings = findings;
    detail.attachments = attachments;
    *ret_detail = detail;
    return BERM_OK;
}

/* ---- Lists ----------------------------------------------------------------------------------- */

/* Filters that both lists have; the parameters' places differ. */
struct list_places {
    int before, state, worker, due_by, count;
};

static void bind_filter(struct statement *list, const struct visit_filter *filter,
                        const struct list_places *places)
{
    statement_bind_int64(list, places->before, filter->before > 0 ? filter->before : INT64_MAX);
    statement_bind_text(list, places->state,
                        filter->has_state ? text_of(STATE_NAMES[filter->state]) : TEXT(""));
    statement_bind_text(list, places->worker, filter->worker);
    statement_bind_text(list, places->due_by, filter->due_by);
    statement_bind_int64(list, places->count, filter->limit > 0 ? filter->limit : INT64_MAX);
}

static enum berm_status prepare_list(struct office *office, const struct caller *caller,
                                     const struct visit_filter *filter, struct arena *arena,
                                     struct statement **ret_list, struct berm_error *err)
{
    static const struct list_places ANYWHERE = {VISIT_LIST__BEFORE, VISIT_LIST__STATE,
                                                VISIT_LIST__WORKER, VISIT_LIST__DUE_BY,
                                                VISIT_LIST__COUNT};
    static const struct list_places AT_HOME = {
        VISIT_LIST_OF_HOUSEHOLD__BEFORE, VISIT_LIST_OF_HOUSEHOLD__STATE,
        VISIT_LIST_OF_HOUSEHOLD__WORKER, VISIT_LIST_OF_HOUSEHOLD__DUE_BY,
        VISIT_LIST_OF_HOUSEHOLD__COUNT};
    struct household_facts facts = {0};
    struct area_scope scope;

    if (filter->household.length > 0) {
        TRY(household_find_in(office, caller, PERMISSION_HOUSEHOLD_READ, filter->household, arena,
                              &scope, &facts, err));
        TRY(statement_prepare(office->store, STATEMENT_VISIT_LIST_OF_HOUSEHOLD, ret_list, err));
        statement_bind_int64(*ret_list, VISIT_LIST_OF_HOUSEHOLD__HOUSEHOLD_ID, facts.household_id);
        bind_filter(*ret_list, filter, &AT_HOME);
        return BERM_OK;
    }
    TRY(caller_scope(office->store, caller, PERMISSION_HOUSEHOLD_READ, filter->area, arena, &scope,
                     err));
    TRY(statement_prepare(office->store, STATEMENT_VISIT_LIST, ret_list, err));
    statement_bind_text(*ret_list, VISIT_LIST__RANGES, scope.parameter);
    bind_filter(*ret_list, filter, &ANYWHERE);
    return BERM_OK;
}

enum berm_status visits_list(struct office *office, const struct caller *caller,
                             const struct visit_filter *filter, visit_visitor *visit, void *context,
                             struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct visit_record record;
    struct field_sight sight;
    date_days day;
    bool has_row;

    if (filter->due_by.length > 0)
        TRY(date_parse(filter->due_by, &day, err));
    TRY(arena_create((size_t)1 << 20, &arena, err));
    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(field_sight_read(office->store, caller, arena, &sight, err));
    TRY(prepare_list(office, caller, filter, arena, &list, err));
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        TRY(read_row(list, &sight, &record, err));
        visit_mask(&record);
        TRY(visit(context, &record.row, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}
