/*
 * A household's history lies in several places: rows of the change log about the household, about
 * each of its members and about its flows, and, since a row that was added is not logged, the
 * change that each membership and report points to. Each place is asked for its latest changes
 * before the page; the latest of all make the page, and then their rows are read. So a page costs
 * what it tells, however long the history is.
 */
#include <stdlib.h>

#include "service/access/mask.h"
#include "service/household.h"

/* What was done for the household. The log has these under its id, their own number being the key.
 */
static const char *const RECORDS_OF_WORK[] = {"visit", "attachment"};

/* One place where changes of the household are found. */
struct source {
    const char *entity;
    int64_t entity_id;
    struct text subject;
};

struct found_row {
    int64_t change_id;
    size_t sequence; /* in which they were found: within a change they keep it */
    struct history_row row;
};

struct gathering {
    struct office *office;
    struct arena *arena;
    struct area_scope scope;
    struct household_facts facts;
    int64_t before, count; /* count: of changes to look for */
    int64_t low, high;     /* the page's changes */

    struct source *sources;
    size_t source_count, source_capacity;
    struct found_row *memberships; /* those that are told, as added by their change */
    size_t membership_count, membership_capacity;
    int64_t *ids;
    size_t id_count, id_capacity;
    struct found_row *rows;
    size_t row_count, row_capacity;
};

/* ---- Where to look --------------------------------------------------------------------------- */

static enum berm_status add_source(struct gathering *gathering, const char *entity,
                                   int64_t entity_id, struct text subject, struct berm_error *err)
{
    for (size_t s = 0; s < gathering->source_count; s++) /* who came back is listed twice */
        if (gathering->sources[s].entity_id == entity_id &&
            text_equal(text_of(gathering->sources[s].entity), text_of(entity)))
            return BERM_OK;
    TRY(rows_reserve(gathering->arena, &gathering->sources, sizeof *gathering->sources,
                     gathering->source_count, &gathering->source_capacity, err));
    gathering->sources[gathering->source_count++] = (struct source){entity, entity_id, subject};
    return BERM_OK;
}

static enum berm_status list_members(struct gathering *gathering, struct berm_error *err)
{
    enum { PERSON_ID = 0, CODE = 1, ELSEWHERE = 9, CHANGE_ID = 10 };
    CLEANUP(statement_closep) struct statement *list = NULL;
    int64_t elsewhere;
    bool has_row;

    TRY(statement_prepare(gathering->office->store, STATEMENT_MEMBER_LIST, &list, err));
    statement_bind_int64(list, MEMBER_LIST__HOUSEHOLD_ID, gathering->facts.household_id);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        struct found_row *row;
        struct text code;

        if (!statement_has_int64(list, ELSEWHERE, &elsewhere) ||
            area_scope_contains(&gathering->scope, elsewhere)) {
            TRY(text_copy(gathering->arena, statement_text(list, CODE), &code, err));
            TRY(add_source(gathering, "person", statement_int64(list, PERSON_ID), code, err));
            TRY(rows_reserve(gathering->arena, &gathering->memberships,
                             sizeof *gathering->memberships, gathering->membership_count,
                             &gathering->membership_capacity, err));
            row = &gathering->memberships[gathering->membership_count++];
            *row = (struct found_row){.change_id = statement_int64(list, CHANGE_ID),
                                      .row = {"membership", code, true, TEXT("{}")}};
        }
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}

/* ---- Which changes --------------------------------------------------------------------------- */

static enum berm_status add_id(struct gathering *gathering, int64_t change_id,
                               struct berm_error *err)
{
    if (change_id >= gathering->before)
        return BERM_OK;
    TRY(rows_reserve(gathering->arena, &gathering->ids, sizeof *gathering->ids, gathering->id_count,
                     &gathering->id_capacity, err));
    gathering->ids[gathering->id_count++] = change_id;
    return BERM_OK;
}

static enum berm_status add_ids(struct gathering *gathering, struct statement *list,
                                struct berm_error *err)
{
    bool has_row;

    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        TRY(add_id(gathering, statement_int64(list, 0), err));
        TRY(statement_step(list, &has_row, err));
    }
    statement_reset(list);
    return BERM_OK;
}

static int compare_ids(const void *a, const void *b)
{
    int64_t first = *(const int64_t *)a;
    int64_t second = *(const int64_t *)b;

    return (first < second) - (first > second);
}

/* Newest first, each once, and not more than the page holds. */
static void cut_ids(struct gathering *gathering, int64_t limit, int64_t *ret_next)
{
    size_t count = 0;

    if (gathering->id_count > 0)
        qsort(gathering->ids, gathering->id_count, sizeof *gathering->ids, compare_ids);
    for (size_t i = 0; i < gathering->id_count; i++)
        if (count == 0 || gathering->ids[count - 1] != gathering->ids[i])
            gathering->ids[count++] = gathering->ids[i];
    *ret_next = 0;
    if (limit > 0 && count > (size_t)limit) {
        count = (size_t)limit;
        *ret_next = gathering->ids[count - 1];
    }
    gathering->id_count = count;
    gathering->high = count ? gathering->ids[0] : 0;
    gathering->low = count ? gathering->ids[count - 1] : 0;
}

static enum berm_status find_changes(struct gathering *gathering, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *of_thing = NULL;
    CLEANUP(statement_closep) struct statement *of_flows = NULL;
    struct store *store = gathering->office->store;

    TRY(statement_prepare(store, STATEMENT_HISTORY_CHANGE_LIST, &of_thing, err));
    TRY(statement_prepare(store, STATEMENT_HISTORY_FLOW_CHANGE_LIST, &of_flows, err));
    TRY(add_id(gathering, gathering->facts.added_change_id, err));
    for (size_t m = 0; m < gathering->membership_count; m++)
        TRY(add_id(gathering, gathering->memberships[m].change_id, err));
    for (size_t s = 0; s < gathering->source_count; s++) {
        statement_bind_text(of_thing, HISTORY_CHANGE_LIST__ENTITY,
                            text_of(gathering->sources[s].entity));
        statement_bind_int64(of_thing, HISTORY_CHANGE_LIST__ENTITY_ID,
                             gathering->sources[s].entity_id);
        statement_bind_int64(of_thing, HISTORY_CHANGE_LIST__BEFORE, gathering->before);
        statement_bind_int64(of_thing, HISTORY_CHANGE_LIST__COUNT, gathering->count);
        TRY(add_ids(gathering, of_thing, err));
    }
    statement_bind_int64(of_flows, HISTORY_FLOW_CHANGE_LIST__HOUSEHOLD_ID,
                         gathering->facts.household_id);
    statement_bind_int64(of_flows, HISTORY_FLOW_CHANGE_LIST__BEFORE, gathering->before);
    statement_bind_int64(of_flows, HISTORY_FLOW_CHANGE_LIST__COUNT, gathering->count);
    return add_ids(gathering, of_flows, err);
}

/* ---- Their rows ------------------------------------------------------------------------------ */

static enum berm_status add_row(struct gathering *gathering, int64_t change_id,
                                struct history_row row, struct berm_error *err)
{
    TRY(rows_reserve(gathering->arena, &gathering->rows, sizeof *gathering->rows,
                     gathering->row_count, &gathering->row_capacity, err));
    gathering->rows[gathering->row_count] =
        (struct found_row){change_id, gathering->row_count, row};
    gathering->row_count++;
    return BERM_OK;
}

/* The log's key of a flow, '202009 wage visit', as people write it; false where its class is not
 * the caller's. */
static enum berm_status read_flow_key(struct gathering *gathering, struct text key,
                                      struct text *ret_subject, bool *ret_is_seen,
                                      struct berm_error *err)
{
    enum { MONTH_DIGITS = 6, YEAR_DIGITS = 4 };
    struct text rest = key.length > MONTH_DIGITS ? text_from(key, MONTH_DIGITS + 1) : TEXT("");
    size_t length = 0;
    const struct variable *variable;
    enum field_class class;

    while (length < rest.length && rest.bytes[length] != ' ')
        length++;
    variable = dictionary_find(&gathering->office->pack->dictionary, ENTITY_FLOW,
                               (struct text){rest.bytes, length});
    class = variable ? variable->field_class : FIELD_CLASS_SENSITIVE;
    *ret_is_seen = class <= gathering->facts.class_seen;
    gathering->facts.shows_sensitive |= *ret_is_seen && class == FIELD_CLASS_SENSITIVE;
    if (key.length <= MONTH_DIGITS)
        return text_copy(gathering->arena, key, ret_subject, err);
    return text_format(gathering->arena, ret_subject, err, "%.*s-%.*s", YEAR_DIGITS, key.bytes,
                       (int)(key.length - YEAR_DIGITS), key.bytes + YEAR_DIGITS);
}

/* Its rows hold states, days and counts, and no value of the household: nothing to hide. */
static bool is_record_of_work(const char *entity)
{
    for (size_t w = 0; w < ARRAY_COUNT(RECORDS_OF_WORK); w++)
        if (text_equal(text_of(entity), text_of(RECORDS_OF_WORK[w])))
            return true;
    return false;
}

/* A row of the log. */
static enum berm_status take_row(struct gathering *gathering, const struct source *source,
                                 struct statement *list, struct berm_error *err)
{
    const struct dictionary *dictionary = &gathering->office->pack->dictionary;
    struct history_row row = {.entity = source->entity, .subject = source->subject};
    bool is_flow = text_equal(text_of(source->entity), TEXT("flow"));
    bool shows_sensitive = false;
    bool is_seen = true;

    TRY(text_copy(gathering->arena, statement_text(list, 2), &row.fields, err));
    if (is_record_of_work(source->entity))
        TRY(text_copy(gathering->arena, statement_text(list, 1), &row.subject, err));
    else if (is_flow)
        TRY(read_flow_key(gathering, statement_text(list, 1), &row.subject, &is_seen, err));
    else
        TRY(mask_change(gathering->office->store, dictionary,
                        source->subject.length ? ENTITY_PERSON : ENTITY_HOUSEHOLD,
                        gathering->facts.class_seen, &gathering->scope, row.fields,
                        gathering->arena, &row.fields, &shows_sensitive, err));
    gathering->facts.shows_sensitive |= shows_sensitive;
    return is_seen ? add_row(gathering, statement_int64(list, 0), row, err) : BERM_OK;
}

static enum berm_status read_log(struct gathering *gathering, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    bool has_row;

    TRY(statement_prepare(gathering->office->store, STATEMENT_HISTORY_ROW_LIST, &list, err));
    for (size_t s = 0; s < gathering->source_count; s++) {
        const struct source *source = &gathering->sources[s];

        statement_bind_text(list, HISTORY_ROW_LIST__ENTITY, text_of(source->entity));
        statement_bind_int64(list, HISTORY_ROW_LIST__ENTITY_ID, source->entity_id);
        statement_bind_int64(list, HISTORY_ROW_LIST__LOW, gathering->low);
        statement_bind_int64(list, HISTORY_ROW_LIST__HIGH, gathering->high);
        TRY(statement_step(list, &has_row, err));
        while (has_row) {
            TRY(take_row(gathering, source, list, err));
            TRY(statement_step(list, &has_row, err));
        }
        statement_reset(list);
    }
    return BERM_OK;
}

/* Whether the log has a row of this change about this thing: then it was not added by it. */
static bool is_logged(const struct gathering *gathering, size_t count, int64_t change_id,
                      const char *entity, struct text subject)
{
    for (size_t r = 0; r < count; r++)
        if (gathering->rows[r].change_id == change_id &&
            text_equal(text_of(gathering->rows[r].row.entity), text_of(entity)) &&
            text_equal(gathering->rows[r].row.subject, subject))
            return true;
    return false;
}

static enum berm_status take_flow(struct gathering *gathering, struct statement *list,
                                  size_t logged, struct berm_error *err)
{
    int decimals = gathering->office->pack->dictionary.money_decimals;
    const struct variable *variable =
        dictionary_find(&gathering->office->pack->dictionary, ENTITY_FLOW, statement_text(list, 2));
    enum field_class class = variable ? variable->field_class : FIELD_CLASS_SENSITIVE;
    struct history_row row = {.entity = "flow", .is_added = true};
    char month[MONTH_TEXT_MAX], amount[MONEY_TEXT_MAX];
    int64_t change_id = statement_int64(list, 0);

    if (class > gathering->facts.class_seen)
        return BERM_OK;
    gathering->facts.shows_sensitive |= class == FIELD_CLASS_SENSITIVE;
    TRY(text_format(gathering->arena, &row.subject, err, "%.*s %.*s %.*s",
                    TEXT_ARG(month_format(statement_month(list, 1), month)),
                    TEXT_ARG(statement_text(list, 2)), TEXT_ARG(statement_text(list, 3))));
    if (is_logged(gathering, logged, change_id, "flow", row.subject))
        return BERM_OK;
    TRY(text_format(gathering->arena, &row.fields, err, "{\"amount\":[null,\"%.*s\"]}",
                    TEXT_ARG(money_format(statement_int64(list, 4), decimals, amount))));
    return add_row(gathering, change_id, row, err);
}

/* What points to a change of the page that the log says nothing of. */
static enum berm_status read_added(struct gathering *gathering, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    size_t logged = gathering->row_count;
    int64_t added = gathering->facts.added_change_id;
    bool has_row;

    if (added >= gathering->low && added <= gathering->high)
        TRY(add_row(gathering, added, (struct history_row){"household", TEXT(""), true, TEXT("{}")},
                    err));
    for (size_t m = 0; m < gathering->membership_count; m++) {
        const struct found_row *membership = &gathering->memberships[m];

        if (membership->change_id >= gathering->low && membership->change_id <= gathering->high &&
            !is_logged(gathering, logged, membership->change_id, "person", membership->row.subject))
            TRY(add_row(gathering, membership->change_id, membership->row, err));
    }
    TRY(statement_prepare(gathering->office->store, STATEMENT_HISTORY_FLOW_ADDED_LIST, &list, err));
    statement_bind_int64(list, HISTORY_FLOW_ADDED_LIST__HOUSEHOLD_ID,
                         gathering->facts.household_id);
    statement_bind_int64(list, HISTORY_FLOW_ADDED_LIST__LOW, gathering->low);
    statement_bind_int64(list, HISTORY_FLOW_ADDED_LIST__HIGH, gathering->high);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        TRY(take_flow(gathering, list, logged, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}

/* ---- The page -------------------------------------------------------------------------------- */

static int compare_rows(const void *a, const void *b)
{
    const struct found_row *first = a;
    const struct found_row *second = b;
    int order = (first->change_id < second->change_id) - (first->change_id > second->change_id);

    return order ? order
                 : (first->sequence > second->sequence) - (first->sequence < second->sequence);
}

static enum berm_status read_head(struct gathering *gathering, struct statement *head,
                                  struct history_change *change, struct berm_error *err)
{
    struct text *const texts[] = {&change->at, &change->actor, &change->via};

    statement_bind_int64(head, HISTORY_CHANGE__CHANGE_ID, change->change_id);
    TRY(statement_step_to_row(head, err));
    for (size_t t = 0; t < ARRAY_COUNT(texts); t++)
        TRY(text_copy(gathering->arena, statement_text(head, (int)t), texts[t], err));
    statement_reset(head);
    return BERM_OK;
}

/* The rows, sorted, as changes. */
static enum berm_status make_page(struct gathering *gathering, struct history_page *page,
                                  struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *head = NULL;
    struct history_change *changes;
    struct history_row *rows;

    TRY(arena_new(gathering->arena, gathering->id_count, sizeof *changes, &changes, err));
    TRY(arena_new(gathering->arena, gathering->row_count, sizeof *rows, &rows, err));
    TRY(statement_prepare(gathering->office->store, STATEMENT_HISTORY_CHANGE, &head, err));
    if (gathering->row_count > 0)
        qsort(gathering->rows, gathering->row_count, sizeof *gathering->rows, compare_rows);
    for (size_t r = 0; r < gathering->row_count; r++) {
        rows[r] = gathering->rows[r].row;
        if (r == 0 || gathering->rows[r].change_id != gathering->rows[r - 1].change_id) {
            struct history_change *change = &changes[page->count++];

            change->change_id = gathering->rows[r].change_id;
            change->rows = &rows[r];
            TRY(read_head(gathering, head, change, err));
        }
        changes[page->count - 1].row_count++;
    }
    page->changes = changes;
    return BERM_OK;
}

enum berm_status household_history(struct office *office, const struct caller *caller,
                                   struct text code, int64_t before, int64_t limit,
                                   struct arena *arena, struct history_page *ret_page,
                                   struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    struct gathering gathering = {.office = office,
                                  .arena = arena,
                                  .before = before > 0 ? before : INT64_MAX,
                                  .count = limit > 0 ? limit + 1 : INT64_MAX};
    struct history_page page = {0};

    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(household_find_in(office, caller, PERMISSION_HOUSEHOLD_READ, code, arena, &gathering.scope,
                          &gathering.facts, err));
    TRY(add_source(&gathering, "household", gathering.facts.household_id, TEXT(""), err));
    TRY(add_source(&gathering, "flow", gathering.facts.household_id, TEXT(""), err));
    for (size_t w = 0; w < ARRAY_COUNT(RECORDS_OF_WORK); w++)
        TRY(add_source(&gathering, RECORDS_OF_WORK[w], gathering.facts.household_id, TEXT(""),
                       err));
    TRY(list_members(&gathering, err));
    TRY(find_changes(&gathering, err));
    cut_ids(&gathering, limit, &page.next);
    if (gathering.id_count > 0) {
        TRY(read_log(&gathering, err));
        TRY(read_added(&gathering, err));
        TRY(make_page(&gathering, &page, err));
    }
    page.shows_sensitive = gathering.facts.shows_sensitive;
    *ret_page = page;
    return BERM_OK;
}
