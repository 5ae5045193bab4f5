/*
 * A household's story: the events of each part of the service, put in order. What somebody may not
 * read of a part by itself is not told here either.
 */
#include "service/story.h"

#include "service/service.h"
#include "service/warning/private.h"

#include <stdlib.h>

enum { DAY_LENGTH = 10 };

static const char *const KIND_NAMES[STORY_KIND_COUNT] = {
    [STORY_WARNING] = "warning",
    [STORY_VISIT] = "visit",
    [STORY_MEASURE_PLANNED] = "measure_planned",
    [STORY_MEASURE_DELIVERED] = "measure_delivered",
    [STORY_MEASURE_CANCELLED] = "measure_cancelled",
    [STORY_ENTITLEMENT] = "entitlement",
};

const char *story_kind_name(enum story_kind kind)
{
    assert(kind < STORY_KIND_COUNT);
    return KIND_NAMES[kind];
}

struct telling {
    struct office *office;
    const struct household_facts *facts;
    struct arena *arena;
    struct story_event *events;
    size_t count, capacity;
    bool shows_sensitive;
};

/* ---- Events ---------------------------------------------------------------------------------- */

static enum berm_status add(struct telling *telling, const struct story_event *event,
                            struct berm_error *err)
{
    struct story_event *row;
    struct text *texts[5];

    TRY(rows_reserve(telling->arena, &telling->events, sizeof *telling->events, telling->count,
                     &telling->capacity, err));
    row = &telling->events[telling->count++];
    *row = *event;
    if (row->day.length > DAY_LENGTH)
        row->day.length = DAY_LENGTH;
    if (row->words.length > 0 && telling->facts->class_seen < FIELD_CLASS_PERSONAL)
        row->words = TEXT(HIDDEN_VALUE);
    if (telling->facts->class_seen < FIELD_CLASS_PERSONAL)
        row->has_amount = false;
    texts[0] = &row->day;
    texts[1] = &row->by;
    texts[2] = &row->code;
    texts[3] = &row->state;
    texts[4] = &row->words;
    for (size_t t = 0; t < ARRAY_COUNT(texts); t++)
        TRY(text_copy(telling->arena, *texts[t], texts[t], err));
    return text_copy(telling->arena, row->due_on, &row->due_on, err);
}

static enum berm_status add_warning(struct telling *telling, struct statement *rows,
                                    struct berm_error *err)
{
    const struct pack *pack = telling->office->pack;
    enum field_class seen = telling->facts->class_seen;
    struct story_event event = {.kind = STORY_WARNING,
                                .day = statement_text(rows, 0),
                                .by = statement_text(rows, 1),
                                .code = statement_text(rows, 2),
                                .month = statement_month(rows, 3)};
    enum field_class of_kind = warning_kind_class(pack, event.code);
    const struct warning_kind *kind = pack_warning(pack, event.code);

    if (of_kind > seen) {
        event.code = TEXT(HIDDEN_VALUE);
        return add(telling, &event, err);
    }
    telling->shows_sensitive |= of_kind == FIELD_CLASS_SENSITIVE;
    if (kind != NULL) {
        event.label_en = kind->label_en;
        event.label_zh = kind->label_zh;
    }
    return add(telling, &event, err);
}

static enum berm_status add_visit(struct telling *telling, struct statement *rows,
                                  struct berm_error *err)
{
    return add(telling,
               &(struct story_event){.kind = STORY_VISIT,
                                     .day = statement_text(rows, 0),
                                     .by = statement_text(rows, 1),
                                     .code = statement_text(rows, 2),
                                     .words = statement_text(rows, 3)},
               err);
}

/* A measure is told when it was planned, and again at its end. */
static enum berm_status add_measure(struct telling *telling, struct statement *rows,
                                    struct berm_error *err)
{
    struct story_event event = {.kind = STORY_MEASURE_PLANNED,
                                .day = statement_text(rows, 0),
                                .by = statement_text(rows, 1),
                                .code = statement_text(rows, 2),
                                .due_on = statement_text(rows, 3)};
    const struct measure_info *info = pack_measure(telling->office->pack, event.code);
    struct text state = statement_text(rows, 4);

    if (info != NULL) {
        event.label_en = info->label_en;
        event.label_zh = info->label_zh;
    }
    event.has_amount = statement_has_int64(rows, 10, &event.amount_minor);
    TRY(add(telling, &event, err));
    event.due_on = (struct text){0};
    if (text_equal(state, TEXT("delivered"))) {
        event.kind = STORY_MEASURE_DELIVERED;
        event.day = statement_text(rows, 5);
        event.by = statement_text(rows, 6);
        event.words = statement_text(rows, 7);
        return add(telling, &event, err);
    }
    if (!text_equal(state, TEXT("cancelled")))
        return BERM_OK;
    event.kind = STORY_MEASURE_CANCELLED;
    event.day = statement_text(rows, 8);
    event.by = (struct text){0};
    event.words = statement_text(rows, 9);
    return add(telling, &event, err);
}

static enum berm_status add_entitlement(struct telling *telling, struct statement *rows,
                                        struct berm_error *err)
{
    struct story_event event = {.kind = STORY_ENTITLEMENT,
                                .day = statement_text(rows, 0),
                                .by = statement_text(rows, 1),
                                .code = statement_text(rows, 2),
                                .state = statement_text(rows, 4),
                                .has_amount = true,
                                .amount_minor = statement_int64(rows, 5),
                                .words = statement_text(rows, 6)};
    const struct programme *programme = pack_programme(telling->office->pack, event.code);
    month_number period = statement_month(rows, 3);

    event.month = period == PERIOD_ONCE ? 0 : period;
    if (programme != NULL) {
        event.label_en = programme->label_en;
        event.label_zh = programme->label_zh;
    }
    return add(telling, &event, err);
}

/* ---- All of them ----------------------------------------------------------------------------- */

static const struct {
    enum statement_id statement; /* :household_id is its only parameter */
    enum permission permission;
    enum berm_status (*add)(struct telling *telling, struct statement *rows,
                            struct berm_error *err);
} PARTS[] = {
    {STATEMENT_STORY_WARNING_LIST, PERMISSION_WARNING_READ, add_warning},
    {STATEMENT_STORY_VISIT_LIST, PERMISSION_HOUSEHOLD_READ, add_visit},
    {STATEMENT_STORY_MEASURE_LIST, PERMISSION_HOUSEHOLD_READ, add_measure},
    {STATEMENT_STORY_ENTITLEMENT_LIST, PERMISSION_HOUSEHOLD_READ, add_entitlement},
};

static enum berm_status may_read(const struct telling *telling, const struct caller *caller,
                                 enum permission permission, bool *ret_may, struct berm_error *err)
{
    struct area_scope scope;

    *ret_may = false;
    if (!caller_holds(caller, permission))
        return BERM_OK;
    TRY(caller_scope(telling->office->store, caller, permission, (struct text){0}, telling->arena,
                     &scope, err));
    *ret_may = area_scope_contains(&scope, telling->facts->position);
    return BERM_OK;
}

static enum berm_status read_part(struct telling *telling, size_t part, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *rows = NULL;
    bool has_row;

    TRY(statement_prepare(telling->office->store, PARTS[part].statement, &rows, err));
    statement_bind_int64(rows, 1, telling->facts->household_id);
    TRY(statement_step(rows, &has_row, err));
    while (has_row) {
        TRY(PARTS[part].add(telling, rows, err));
        TRY(statement_step(rows, &has_row, err));
    }
    return BERM_OK;
}

/* By day; of one day, in the order of what leads to what. */
static void sort(struct telling *telling)
{
    for (size_t i = 1; i < telling->count; i++) {
        struct story_event event = telling->events[i];
        size_t at = i;

        for (; at > 0; at--) {
            const struct story_event *before = &telling->events[at - 1];
            int order = text_compare(before->day, event.day);

            if (order < 0 || (order == 0 && before->kind <= event.kind))
                break;
            telling->events[at] = *before;
        }
        telling->events[at] = event;
    }
}

enum berm_status story_read(struct office *office, const struct caller *caller,
                            const struct household_facts *facts, struct arena *arena,
                            const struct story_event **ret_events, size_t *ret_count,
                            bool *ret_shows_sensitive, struct berm_error *err)
{
    struct telling telling = {.office = office, .facts = facts, .arena = arena};
    bool may;

    for (size_t p = 0; p < ARRAY_COUNT(PARTS); p++) {
        TRY(may_read(&telling, caller, PARTS[p].permission, &may, err));
        if (may)
            TRY(read_part(&telling, p, err));
    }
    sort(&telling);
    *ret_events = telling.events;
    *ret_count = telling.count;
    *ret_shows_sensitive = telling.shows_sensitive;
    return BERM_OK;
}
