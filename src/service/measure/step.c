/* What becomes of a measure: under way, delivered with its evidence and result, or cancelled. */
#include "service/measure/private.h"

#include <stdio.h>

#define IN(state) (1U << MEASURE_##state)

static const struct action_rule {
    const char *name;
    unsigned from; /* states, as bits */
    enum measure_state to;
} RULES[MEASURE_ACTION_COUNT] = {
    [MEASURE_START] = {"start", IN(PLANNED), MEASURE_UNDER_WAY},
    [MEASURE_DELIVER] = {"deliver", IN(PLANNED) | IN(UNDER_WAY), MEASURE_DELIVERED},
    [MEASURE_CANCEL] = {"cancel", IN(PLANNED) | IN(UNDER_WAY), MEASURE_CANCELLED},
};

enum berm_status measure_log(struct change *change, const struct measure_row *row,
                             struct text state_before, enum measure_state state, struct text words,
                             struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer fields = {0};
    struct json_writer json = {.out = &fields};
    const struct {
        const char *name;
        struct text before, after;
    } entries[] = {{"state", state_before, text_of(measure_state_name(state))},
                   {"measure", row->measure, row->measure},
                   {"finding", row->finding, row->finding},
                   {"words", {0}, words}};
    char key[24];

    snprintf(key, sizeof key, "%lld", (long long)row->measure_id);
    json_begin_object(&json);
    for (size_t e = 0; e < ARRAY_COUNT(entries); e++) {
        if (entries[e].after.length == 0)
            continue;
        json_key(&json, entries[e].name);
        json_begin_array(&json);
        if (entries[e].before.length > 0)
            json_text(&json, entries[e].before);
        else
            json_null_value(&json);
        json_text(&json, entries[e].after);
        json_end_array(&json);
    }
    json_end_object(&json);
    TRY(buffer_status(&fields, err));
    return change_add_row(change, TEXT("measure"), row->household_id, text_of(key),
                          buffer_text(&fields), err);
}

struct stepping {
    struct office *office;
    struct arena *arena;
    const struct measure_step *step;
    struct measure_row row;   /* as it is */
    struct measure_row after; /* as it becomes */
};

static enum berm_status check_text(struct text words, const char *what, struct berm_error *err)
{
    if (words.length > 0 && words.length <= MEASURE_TEXT_BYTES_MAX)
        return BERM_OK;
    return fail_with(err, BERM_INVALID_INPUT, "say %s, in 1 to %d bytes", what,
                     (int)MEASURE_TEXT_BYTES_MAX);
}

static enum berm_status check_words(const struct measure_step *step, struct berm_error *err)
{
    switch (step->action) {
    case MEASURE_DELIVER:
        TRY(check_text(text_trimmed(step->evidence), "by what it is known (--evidence)", err));
        return check_text(text_trimmed(step->result), "what it did for the household (--result)",
                          err);
    case MEASURE_CANCEL:
        return check_text(text_trimmed(step->reason), "why (--reason)", err);
    case MEASURE_START:
    case MEASURE_ACTION_COUNT:
        break;
    }
    return BERM_OK;
}

/* The day, today where none is given; nothing is delivered tomorrow. */
static enum berm_status read_day(struct office *office, struct text on, struct arena *arena,
                                 struct text *ret_day, struct berm_error *err)
{
    char text[DATE_TEXT_MAX];
    date_days today, day;

    TRY(office_today(office, &today, err));
    day = today;
    if (on.length > 0)
        TRY(date_parse(on, &day, err));
    if (day > today)
        return fail_with(err, BERM_INVALID_INPUT, "%.*s has not come yet", TEXT_ARG(on));
    return text_copy(arena, date_format(day, text), ret_day, err);
}

static enum berm_status check_file(struct stepping *stepping, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *file = NULL;
    struct text sha256 = stepping->step->attachment_sha256;
    bool has_row;

    if (sha256.length == 0)
        return BERM_OK;
    TRY(statement_prepare(stepping->office->store, STATEMENT_MEASURE_FILE, &file, err));
    statement_bind_int64(file, MEASURE_FILE__HOUSEHOLD_ID, stepping->row.household_id);
    statement_bind_text(file, MEASURE_FILE__SHA256, sha256);
    TRY(statement_step(file, &has_row, err));
    if (has_row)
        return BERM_OK;
    return fail_with(err, BERM_NOT_FOUND,
                     "the household %.*s has no file %.*s; add it to a visit first",
                     TEXT_ARG(stepping->row.household), TEXT_ARG(sha256));
}

/* What the row becomes. */
static enum berm_status apply(struct stepping *stepping, struct berm_error *err)
{
    const struct measure_step *step = stepping->step;
    struct measure_row *after = &stepping->after;
    struct text day;

    *after = stepping->row;
    after->state = RULES[step->action].to;
    TRY(read_day(stepping->office, step->on, stepping->arena, &day, err));
    TRY(check_file(stepping, err));
    if (step->action == MEASURE_START)
        after->started_on = day;
    if (step->action == MEASURE_DELIVER) {
        after->delivered_on = day;
        after->evidence = text_trimmed(step->evidence);
        after->result = text_trimmed(step->result);
        after->attachment_sha256 = step->attachment_sha256;
    }
    if (step->action == MEASURE_CANCEL)
        after->reason = text_trimmed(step->reason);
    return BERM_OK;
}

static enum berm_status write_row(const struct stepping *stepping, int64_t change_id,
                                  struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *update = NULL;
    const struct measure_row *after = &stepping->after;

    TRY(statement_prepare(stepping->office->store, STATEMENT_MEASURE_UPDATE, &update, err));
    statement_bind_text(update, MEASURE_UPDATE__STATE, text_of(measure_state_name(after->state)));
    statement_bind_text_or_null(update, MEASURE_UPDATE__STARTED_ON, after->started_on);
    statement_bind_text_or_null(update, MEASURE_UPDATE__DELIVERED_ON, after->delivered_on);
    statement_bind_text(update, MEASURE_UPDATE__EVIDENCE, after->evidence);
    statement_bind_text_or_null(update, MEASURE_UPDATE__ATTACHMENT_SHA256,
                                after->attachment_sha256);
    statement_bind_text(update, MEASURE_UPDATE__RESULT, after->result);
    statement_bind_text(update, MEASURE_UPDATE__REASON, after->reason);
    statement_bind_int64(update, MEASURE_UPDATE__CHANGE_ID, change_id);
    statement_bind_int64(update, MEASURE_UPDATE__HOUSEHOLD_ID, after->household_id);
    statement_bind_int64(update, MEASURE_UPDATE__MEASURE_ID, after->measure_id);
    return statement_run(update, err);
}

/* A request that came twice: it is so already, in the same words. */
static bool is_repeated(const struct stepping *stepping)
{
    const struct measure_row *row = &stepping->row;
    const struct measure_step *step = stepping->step;

    return row->state == RULES[step->action].to &&
           (step->action == MEASURE_START ||
            (step->action == MEASURE_DELIVER &&
             text_equal(row->evidence, text_trimmed(step->evidence)) &&
             text_equal(row->result, text_trimmed(step->result))) ||
            (step->action == MEASURE_CANCEL &&
             text_equal(row->reason, text_trimmed(step->reason))));
}

static enum berm_status store_step(struct stepping *stepping, const struct actor *actor,
                                   struct berm_error *err)
{
    CLEANUP(change_close) struct change change = {0};
    const struct action_rule *rule = &RULES[stepping->step->action];
    const struct measure_row *row = &stepping->row;
    struct change_end end = {.changed = 1};

    if (!(rule->from & 1U << row->state))
        return fail_with(err, BERM_CONFLICT, "the measure %lld is %s: one cannot %s it",
                         (long long)row->measure_id, measure_state_name(row->state), rule->name);
    TRY(apply(stepping, err));
    TRY(text_format(stepping->arena, &end.action, err, "measure_%s", rule->name));
    TRY(text_format(stepping->arena, &end.subject, err, "measure %lld",
                    (long long)row->measure_id));
    TRY(change_begin(stepping->office->store, actor, TEXT("measure"), (struct text){0}, &change,
                     err));
    TRY(write_row(stepping, change.change_id, err));
    TRY(measure_log(&change, row, text_of(measure_state_name(row->state)), rule->to,
                    stepping->step->action == MEASURE_CANCEL ? stepping->after.reason
                                                             : stepping->after.result,
                    err));
    return change_finish(&change, actor, &end, err);
}

enum berm_status measure_step(struct office *office, const struct caller *caller,
                              const struct actor *actor, int64_t measure_id,
                              const struct measure_step *step, struct arena *arena,
                              struct measure_row *ret_row, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct stepping stepping = {.office = office, .arena = arena, .step = step};
    struct area_scope scope;
    int64_t position;

    assert(step->action < MEASURE_ACTION_COUNT);
    TRY(check_words(step, err));
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(caller_scope(office->store, caller, PERMISSION_MEASURE_WRITE, (struct text){0}, arena,
                     &scope, err));
    TRY(measure_find(office, measure_id, arena, &stepping.row, &position, err));
    if (!area_scope_contains(&scope, position))
        return measure_fail_unknown(measure_id, err);
    if (!is_repeated(&stepping)) {
        TRY(store_step(&stepping, actor, err));
        TRY(measure_find(office, measure_id, arena, &stepping.row, &position, err));
        TRY(store_commit(office->store, err));
        transaction = NULL;
    }
    *ret_row = stepping.row;
    return BERM_OK;
}
