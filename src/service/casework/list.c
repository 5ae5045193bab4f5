/*
 * Work lists. Cases are walked through one severity after the other, each in the order of what is
 * due first, so that a page costs its own rows and not those of the register. Which index is walked
 * depends on what is asked: a worker's cases, those of a state, those of some hundred areas; and in
 * larger parts of the register all of them, where enough of what is passed belongs to the list.
 */
#include <stdio.h>
#include <string.h>

#include "service/casework/private.h"
#include "service/find/private.h"

enum {
    LIST_BYTES_MAX = 1 << 20,
    AREAS_WALKED_MAX = 300, /* of more areas, the walk is over all cases */
};

static const struct text LAST_DAY = {"9999-12-31", 10};

struct listing {
    struct office *office;
    const struct case_filter *filter;
    struct arena *arena;
    struct area_scope scope;
    date_days today;
    char due_by_bytes[DATE_TEXT_MAX];
    struct text due_by;
};

/* ---- What is asked --------------------------------------------------------------------------- */

const struct workflow_state *case_state_info(const struct workflow *workflow, struct text code)
{
    int state = workflow == NULL ? -1 : workflow_state_find(workflow, code);

    return state < 0 ? NULL : &workflow->states[state];
}

static enum berm_status check_state(const struct workflow *workflow, struct text code,
                                    struct berm_error *err)
{
    struct text names[WORKFLOW_STATES_MAX];
    size_t count = 0; /* a pack may have no cases */
    int nearest;

    if (code.length == 0 || case_state_info(workflow, code) != NULL)
        return BERM_OK;
    assert(workflow == NULL || workflow->states != NULL);
    for (; workflow != NULL && count < workflow->state_count; count++)
        names[count] = workflow->states[count].code;
    nearest = text_nearest(code, names, count);
    return fail_with(err, BERM_INVALID_INPUT, "the workflow has no state %.*s%s%.*s%s",
                     TEXT_ARG(code), nearest < 0 ? "" : "; did you mean ",
                     TEXT_ARG(nearest < 0 ? TEXT("") : names[nearest]), nearest < 0 ? "" : "?");
}

static enum berm_status check_word(struct text word, const struct text *words, size_t count,
                                   const char *what, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer known = {0};

    if (word.length == 0)
        return BERM_OK;
    for (size_t w = 0; w < count; w++) {
        if (text_equal(word, words[w]))
            return BERM_OK;
        buffer_append_format(&known, "%s%.*s", w > 0 ? ", " : "", TEXT_ARG(words[w]));
    }
    TRY(buffer_status(&known, err));
    return fail_with(err, BERM_INVALID_INPUT, "there is no %s %.*s; write one of %.*s", what,
                     TEXT_ARG(word), TEXT_ARG(buffer_text(&known)));
}

static enum berm_status check_filter(const struct listing *listing, struct berm_error *err)
{
    const struct case_filter *filter = listing->filter;
    struct text stages[STAGE_COUNT], sources[LEAD_SOURCE_COUNT];

    for (int s = 0; s < STAGE_COUNT; s++)
        stages[s] = text_of(case_stage_name((enum case_stage)s));
    for (int s = 0; s < LEAD_SOURCE_COUNT; s++)
        sources[s] = text_of(lead_source_name((enum lead_source)s));
    if (filter->worker.length > 0 && filter->is_unassigned)
        return fail_with(err, BERM_INVALID_INPUT,
                         "a case that %.*s looks after is not one that nobody does; leave one out",
                         TEXT_ARG(filter->worker));
    TRY(check_word(filter->stage, stages, STAGE_COUNT, "stage", err));
    TRY(check_word(filter->source, sources, LEAD_SOURCE_COUNT, "source of leads", err));
    return check_state(listing->office->pack->workflow, filter->state, err);
}

/* Inside the snapshot: whose areas, and until when things are due. */
static enum berm_status begin(struct listing *listing, const struct caller *caller,
                              struct berm_error *err)
{
    const struct case_filter *filter = listing->filter;
    date_days due_by = filter->due_by;

    TRY(caller_scope(listing->office->store, caller, PERMISSION_CASE_READ, filter->area,
                     listing->arena, &listing->scope, err));
    TRY(check_filter(listing, err));
    TRY(office_today(listing->office, &listing->today, err));
    if (filter->is_overdue && (!filter->has_due_by || due_by >= listing->today))
        due_by = listing->today - 1;
    listing->due_by = filter->is_overdue || filter->has_due_by
                          ? date_format(due_by, listing->due_by_bytes)
                          : LAST_DAY;
    return BERM_OK;
}

/* ---- The walk -------------------------------------------------------------------------------- */

enum walk_way { WALK_OPEN, WALK_STATE, WALK_WORKER, WALK_AREAS };

struct walk {
    struct listing *listing;
    case_visitor *visit;
    void *context;
    enum walk_way way;
    struct statement *rows;
    int64_t left; /* rows that the page has room for */
    struct find_cursor start,
        last; /* severity, case and due day: go on behind, and of the last row */
    bool has_start;
    bool is_full;
};

static enum berm_status choose_way(struct walk *walk, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *count = NULL;
    const struct listing *listing = walk->listing;

    walk->way = listing->filter->worker.length > 0 || listing->filter->is_unassigned ? WALK_WORKER
                                                                                     : WALK_OPEN;
    if (walk->way == WALK_WORKER)
        return BERM_OK;
    if (!listing->scope.is_everything) {
        TRY(statement_prepare(listing->office->store, STATEMENT_CASE_AREA_COUNT, &count, err));
        statement_bind_text(count, CASE_AREA_COUNT__RANGES, listing->scope.parameter);
        statement_bind_int64(count, CASE_AREA_COUNT__COUNT, AREAS_WALKED_MAX + 1);
        TRY(statement_step_to_row(count, err));
        if (statement_int64(count, 0) <= AREAS_WALKED_MAX) {
            walk->way = WALK_AREAS;
            return BERM_OK;
        }
    }
    if (listing->filter->state.length > 0)
        walk->way = WALK_STATE;
    return BERM_OK;
}

/* The parameters have other numbers in each way's statement, but the same names. */
#define BIND_COMMON(way, walk, severity)                                                           \
    do {                                                                                           \
        const struct case_filter *filter = (walk)->listing->filter;                                \
        struct statement *rows = (walk)->rows;                                                     \
                                                                                                   \
        statement_bind_text(rows, way##__RANGES, (walk)->listing->scope.parameter);                \
        statement_bind_int64(rows, way##__SEVERITY, severity);                                     \
        statement_bind_text(rows, way##__AFTER_DUE, after_due);                                    \
        statement_bind_int64(rows, way##__AFTER_CASE, after_case);                                 \
        statement_bind_text(rows, way##__DUE_BY, (walk)->listing->due_by);                         \
        statement_bind_text(rows, way##__STATE, filter->state);                                    \
        statement_bind_text(rows, way##__STAGE, filter->stage);                                    \
        statement_bind_text(rows, way##__KIND, filter->kind);                                      \
        statement_bind_text(rows, way##__SOURCE, filter->source);                                  \
        statement_bind_int64(rows, way##__COUNT, (walk)->left + 1);                                \
    } while (0)

/* Behind the cursor, where it is of this severity; else from the first. */
static void bind(const struct walk *walk, int64_t severity)
{
    bool is_behind = walk->has_start && walk->start.risk_rank == severity;
    struct text after_due =
        is_behind ? (struct text){walk->start.key_bytes, walk->start.key_length} : TEXT("");
    int64_t after_case = is_behind ? walk->start.person_id : 0;
    int64_t is_everything = walk->listing->scope.is_everything;

    switch (walk->way) {
    case WALK_OPEN:
        BIND_COMMON(CASE_LIST_OPEN, walk, severity);
        statement_bind_int64(walk->rows, CASE_LIST_OPEN__IS_EVERYTHING, is_everything);
        break;
    case WALK_STATE:
        BIND_COMMON(CASE_LIST_OF_STATE, walk, severity);
        statement_bind_int64(walk->rows, CASE_LIST_OF_STATE__IS_EVERYTHING, is_everything);
        break;
    case WALK_WORKER:
        BIND_COMMON(CASE_LIST_OF_WORKER, walk, severity);
        statement_bind_int64(walk->rows, CASE_LIST_OF_WORKER__IS_EVERYTHING, is_everything);
        statement_bind_text(walk->rows, CASE_LIST_OF_WORKER__WORKER, walk->listing->filter->worker);
        break;
    case WALK_AREAS:
        BIND_COMMON(CASE_LIST_IN_AREAS, walk, severity);
        break;
    }
}

static enum berm_status visit_row(struct walk *walk, struct berm_error *err)
{
    struct statement *rows = walk->rows;
    struct case_row row = {
        .case_id = statement_int64(rows, 0),
        .household = statement_text(rows, 1),
        .area = statement_text(rows, 2),
        .area_name = statement_text(rows, 3),
        .area_name_en = statement_text(rows, 4),
        .state = statement_text(rows, 5),
        .stage = statement_text(rows, 6),
        .kind = statement_text(rows, 7),
        .severity = (enum severity)statement_int64(rows, 8),
        .entered_on = statement_text(rows, 9),
        .due_on = statement_text(rows, 10),
        .due_action = statement_text(rows, 11),
        .worker = statement_text(rows, 12),
        .step_count = statement_int64(rows, 13),
    };
    if (row.area_name_en.length == 0)
        row.area_name_en = row.area_name;
    if (row.due_on.length > 0 && statement_date(rows, 10) < walk->listing->today)
        row.overdue_days = walk->listing->today - statement_date(rows, 10);
    row.state_info = case_state_info(walk->listing->office->pack->workflow, row.state);
    walk->left--;
    return walk->visit(walk->context, &row, err);
}

static void keep_place(struct walk *walk)
{
    struct text due = statement_text(walk->rows, 10);

    if (due.length == 0)
        due = LAST_DAY;
    walk->last.risk_rank = statement_int64(walk->rows, 8);
    walk->last.person_id = statement_int64(walk->rows, 0);
    memcpy(walk->last.key_bytes, due.bytes, due.length);
    walk->last.key_length = due.length;
}

static enum berm_status walk_severity(struct walk *walk, int64_t severity, struct berm_error *err)
{
    bool has_row;

    bind(walk, severity);
    TRY(statement_step(walk->rows, &has_row, err));
    while (has_row && walk->left > 0) {
        TRY(visit_row(walk, err));
        keep_place(walk);
        TRY(statement_step(walk->rows, &has_row, err));
    }
    walk->is_full = has_row;
    statement_reset(walk->rows); /* which holds on to the cursor's bytes until then */
    return BERM_OK;
}

static uint64_t filter_hash(const struct case_filter *filter)
{
    const struct text texts[] = {filter->area,  filter->worker, filter->state,
                                 filter->stage, filter->kind,   filter->source};
    uint64_t hash =
        text_hash_seeded(TEXT("cases"), (uint64_t)(filter->is_unassigned + 2 * filter->is_overdue));

    if (filter->has_due_by)
        hash += (uint64_t)filter->due_by;
    for (size_t t = 0; t < ARRAY_COUNT(texts); t++)
        hash = text_hash_seeded(texts[t], hash);
    return hash;
}

static enum berm_status walk_all(struct walk *walk, struct berm_error *err)
{
    static const enum statement_id WALKS[] = {[WALK_OPEN] = STATEMENT_CASE_LIST_OPEN,
                                              [WALK_STATE] = STATEMENT_CASE_LIST_OF_STATE,
                                              [WALK_WORKER] = STATEMENT_CASE_LIST_OF_WORKER,
                                              [WALK_AREAS] = STATEMENT_CASE_LIST_IN_AREAS};
    int64_t worst = walk->has_start ? walk->start.risk_rank : SEVERITY_CRITICAL;

    TRY(choose_way(walk, err));
    TRY(statement_prepare(walk->listing->office->store, WALKS[walk->way], &walk->rows, err));
    for (int64_t severity = worst; severity >= SEVERITY_LOW && !walk->is_full; severity--)
        TRY(walk_severity(walk, severity, err));
    return BERM_OK;
}

static void walk_close(struct walk *walk)
{
    statement_close(walk->rows);
}

enum berm_status cases_list(struct office *office, const struct caller *caller,
                            const struct case_filter *filter, int64_t limit, struct text cursor,
                            case_visitor *visit, void *context, char next[CURSOR_TEXT_MAX],
                            struct text *ret_next, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    struct listing listing = {.office = office, .filter = filter};
    CLEANUP(walk_close)
    struct walk walk = {.listing = &listing, .visit = visit, .context = context};
    uint64_t hash = filter_hash(filter);

    walk.left = limit == 0 ? FIND_LIMIT_DEFAULT : limit;
    if (walk.left < 1 || walk.left > FIND_LIMIT_MAX)
        return fail_with(err, BERM_INVALID_INPUT, "a page has 1 to %d rows", (int)FIND_LIMIT_MAX);
    walk.has_start = cursor.length > 0;
    if (walk.has_start)
        TRY(find_cursor_read(cursor, hash, &walk.start, err));
    TRY(arena_create(LIST_BYTES_MAX, &arena, err));
    listing.arena = arena;
    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(begin(&listing, caller, err));
    TRY(walk_all(&walk, err));
    *ret_next = walk.is_full ? find_cursor_write(&walk.last, hash, next) : (struct text){0};
    return BERM_OK;
}

/* ---- Counts ---------------------------------------------------------------------------------- */

static void bind_count(struct statement *rows, const struct listing *listing,
                       char today[DATE_TEXT_MAX])
{
    const struct case_filter *filter = listing->filter;

    statement_bind_text(rows, CASE_COUNT_LIST__RANGES, listing->scope.parameter);
    statement_bind_int64(rows, CASE_COUNT_LIST__IS_EVERYTHING, listing->scope.is_everything);
    statement_bind_text(rows, CASE_COUNT_LIST__TODAY, date_format(listing->today, today));
    statement_bind_text(rows, CASE_COUNT_LIST__DUE_BY, listing->due_by);
    statement_bind_text(rows, CASE_COUNT_LIST__WORKER, filter->worker);
    statement_bind_text(rows, CASE_COUNT_LIST__STATE, filter->state);
    statement_bind_text(rows, CASE_COUNT_LIST__STAGE, filter->stage);
    statement_bind_text(rows, CASE_COUNT_LIST__KIND, filter->kind);
    statement_bind_int64(rows, CASE_COUNT_LIST__IS_UNASSIGNED, filter->is_unassigned);
    statement_bind_text(rows, CASE_COUNT_LIST__SOURCE, filter->source);
}

enum berm_status cases_count(struct office *office, const struct caller *caller,
                             const struct case_filter *filter, case_count_visitor *visit,
                             void *context, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *rows = NULL;
    struct listing listing = {.office = office, .filter = filter};
    char today[DATE_TEXT_MAX];
    bool has_row;

    TRY(arena_create(LIST_BYTES_MAX, &arena, err));
    listing.arena = arena;
    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(begin(&listing, caller, err));
    TRY(statement_prepare(office->store, STATEMENT_CASE_COUNT_LIST, &rows, err));
    bind_count(rows, &listing, today);
    TRY(statement_step(rows, &has_row, err));
    while (has_row) {
        struct case_count count = {.state = statement_text(rows, 0),
                                   .stage = statement_text(rows, 1),
                                   .severity = (enum severity)statement_int64(rows, 2),
                                   .cases = statement_int64(rows, 3),
                                   .overdue = statement_int64(rows, 4)};

        count.state_info = case_state_info(office->pack->workflow, count.state);
        TRY(visit(context, &count, err));
        TRY(statement_step(rows, &has_row, err));
    }
    return BERM_OK;
}
