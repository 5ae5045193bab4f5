/* A visit is planned, or will not be made; and what every act of a visit writes into the log. */
#include "service/visit/private.h"

#include <stdio.h>
#include <string.h>

/* ---- The log --------------------------------------------------------------------------------- */

static void write_side(struct json_writer *json, struct text side)
{
    if (side.length > 0)
        json_text(json, side);
    else
        json_null_value(json);
}

enum berm_status visit_log(struct change *change, const struct visit_row *row,
                           const struct visit_note *notes, size_t count, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer fields = {0};
    struct json_writer json = {.out = &fields};
    char number[24];
    struct text key = {number,
                       (size_t)snprintf(number, sizeof number, "%lld", (long long)row->visit_id)};

    json_begin_object(&json);
    for (size_t n = 0; n < count; n++) {
        if (notes[n].before.length + notes[n].after.length == 0)
            continue;
        json_key(&json, notes[n].key);
        json_begin_array(&json);
        write_side(&json, notes[n].before);
        write_side(&json, notes[n].after);
        json_end_array(&json);
    }
    json_end_object(&json);
    TRY(buffer_status(&fields, err));
    return change_add_row(change, TEXT("visit"), row->household_id, key, buffer_text(&fields), err);
}

enum berm_status visit_read_text(struct text given, const char *what, bool is_required,
                                 struct text *ret_text, struct berm_error *err)
{
    given = text_trimmed(given);
    if (given.length == 0 && is_required)
        return fail_with(err, BERM_INVALID_INPUT, "the %s is missing; say it in a few words", what);
    if (given.length > VISIT_TEXT_BYTES_MAX)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the %s has %zu bytes, at most %d are taken; shorten it", what,
                         given.length, (int)VISIT_TEXT_BYTES_MAX);
    if (!text_is_utf8(given, NULL))
        return fail_with(err, BERM_INVALID_INPUT, "the %s is not UTF-8; send it as UTF-8", what);
    *ret_text = given;
    return BERM_OK;
}

/* ---- Planned --------------------------------------------------------------------------------- */

struct planning {
    struct office *office;
    const struct actor *actor;
    struct arena *arena;
    struct visit_row row;
    struct change change;
};

static void planning_close(struct planning *planning)
{
    change_close(&planning->change);
}

struct text visit_next_group(struct text *rest)
{
    const char *comma = rest->length > 0 ? memchr(rest->bytes, ',', rest->length) : NULL;
    size_t length = comma != NULL ? (size_t)(comma - rest->bytes) : rest->length;
    struct text name = {rest->bytes, length};

    *rest = text_from(*rest, comma != NULL ? length + 1 : length);
    return text_trimmed(name);
}

static bool is_group(const struct dictionary *dictionary, struct text name)
{
    for (size_t v = 0; v < dictionary->variable_count; v++)
        if (text_equal(dictionary->variables[v].group, name))
            return true;
    return false;
}

/* Names with commas between, as they are stored: without blanks around them. */
static enum berm_status read_groups(struct planning *planning, struct text given,
                                    struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer groups = {0};

    while (given.length > 0) {
        struct text name = visit_next_group(&given);

        if (name.length == 0)
            continue;
        if (!is_group(&planning->office->pack->dictionary, name))
            return fail_with(err, BERM_INVALID_INPUT,
                             "the dictionary has no group \"%.*s\"; the column group of its "
                             "dictionary.csv names them",
                             (int)(name.length < 60 ? name.length : 60), name.bytes);
        buffer_append_text(&groups, groups.length > 0 ? TEXT(",") : TEXT(""));
        buffer_append_text(&groups, name);
    }
    TRY(buffer_status(&groups, err));
    return text_copy(planning->arena, buffer_text(&groups), &planning->row.groups, err);
}

/* A visit that nobody sees on their list is not made. */
static enum berm_status check_worker(struct store *store, struct text name, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    bool has_row;

    if (name.length == 0)
        return BERM_OK;
    TRY(statement_prepare(store, STATEMENT_ACCOUNT_BY_NAME, &find, err));
    statement_bind_text(find, ACCOUNT_BY_NAME__NAME, name);
    TRY(statement_step(find, &has_row, err));
    if (has_row && statement_int64(find, 3) != 0)
        return BERM_OK;
    return fail_with(err, BERM_INVALID_INPUT,
                     "nobody with the account %.*s can be sent; name an account that is switched "
                     "on, or leave it out",
                     TEXT_ARG(name));
}

static enum berm_status read_order(struct planning *planning, const struct visit_order *order,
                                   struct berm_error *err)
{
    struct visit_row *row = &planning->row;
    date_days due;

    row->purpose = order->purpose;
    row->due_on = order->due_on;
    row->worker = order->worker;
    if (row->due_on.length > 0)
        TRY(date_parse(row->due_on, &due, err));
    TRY(visit_read_text(order->note, "note", false, &row->note, err));
    return read_groups(planning, order->groups, err);
}

/* A visit is for the case that is open when it is planned, and due by its clock. */
static enum berm_status find_case(struct planning *planning, struct berm_error *err)
{
    struct case_record record;
    char due[DATE_TEXT_MAX];
    bool is_there;

    TRY(case_read_open(planning->office->store, planning->row.household_id, planning->arena,
                       &is_there, &record, err));
    planning->row.case_id = is_there ? record.case_id : 0;
    if (!is_there || !record.has_due || planning->row.due_on.length > 0)
        return BERM_OK;
    return text_copy(planning->arena, date_format(record.due_on, due), &planning->row.due_on, err);
}

static enum berm_status find_household(struct planning *planning, const struct caller *caller,
                                       struct text code, struct berm_error *err)
{
    struct household_facts facts = {0};
    struct area_scope scope;

    TRY(household_find_in(planning->office, caller, PERMISSION_VISIT, code, planning->arena, &scope,
                          &facts, err));
    if (!facts.is_active)
        return fail_with(err, BERM_CONFLICT,
                         "the household %.*s is archived; bring it back before visiting it",
                         TEXT_ARG(facts.code));
    planning->row.household_id = facts.household_id;
    planning->row.household = facts.code;
    return find_case(planning, err);
}

static enum berm_status insert(struct planning *planning, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *insert = NULL;
    struct visit_row *row = &planning->row;
    char now[32];

    TRY(id_take(planning->office->store, "visit", 1, &row->visit_id, err));
    TRY(statement_prepare(planning->office->store, STATEMENT_VISIT_INSERT, &insert, err));
    statement_bind_int64(insert, VISIT_INSERT__HOUSEHOLD_ID, row->household_id);
    statement_bind_int64(insert, VISIT_INSERT__VISIT_ID, row->visit_id);
    statement_bind_id(insert, VISIT_INSERT__CASE_ID, row->case_id);
    statement_bind_text(insert, VISIT_INSERT__PURPOSE, text_of(visit_purpose_name(row->purpose)));
    statement_bind_text_or_null(insert, VISIT_INSERT__DUE_ON, row->due_on);
    statement_bind_text(insert, VISIT_INSERT__WORKER, row->worker);
    statement_bind_text(insert, VISIT_INSERT__GROUPS, row->groups);
    statement_bind_text(insert, VISIT_INSERT__NOTE, row->note);
    statement_bind_text(insert, VISIT_INSERT__PLANNED_AT, instant_now(now));
    statement_bind_text(insert, VISIT_INSERT__PLANNED_BY, row->planned_by);
    statement_bind_int64(insert, VISIT_INSERT__CHANGE_ID, planning->change.change_id);
    return statement_run(insert, err);
}

static enum berm_status write_plan(struct planning *planning, struct berm_error *err)
{
    const struct visit_row *row = &planning->row;
    struct change_end end = {
        .added = 1, .action = TEXT("plan_visit"), .subject = planning->row.household};
    const struct visit_note notes[] = {
        {"state", TEXT(""), text_of(visit_state_name(VISIT_PLANNED))},
        {"purpose", TEXT(""), text_of(visit_purpose_name(row->purpose))},
        {"due_on", TEXT(""), row->due_on},
        {"worker", TEXT(""), row->worker},
    };

    TRY(change_begin(planning->office->store, planning->actor, TEXT("plan visit"), (struct text){0},
                     &planning->change, err));
    TRY(insert(planning, err));
    TRY(visit_log(&planning->change, row, notes, ARRAY_COUNT(notes), err));
    return change_finish(&planning->change, planning->actor, &end, err);
}

enum berm_status visit_plan(struct office *office, const struct caller *caller,
                            const struct actor *actor, const struct visit_order *order,
                            struct arena *arena, int64_t *ret_visit_id, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(planning_close)
    struct planning planning = {.office = office,
                                .actor = actor,
                                .arena = arena,
                                .row = {.planned_by = caller_person(caller, actor)}};

    TRY(read_order(&planning, order, err));
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(find_household(&planning, caller, order->household, err));
    TRY(check_worker(office->store, order->worker, err));
    TRY(write_plan(&planning, err));
    TRY(store_commit(office->store, err));
    *ret_visit_id = planning.row.visit_id;
    return BERM_OK;
}

/* ---- Its end --------------------------------------------------------------------------------- */

enum berm_status visit_write_end(struct change *change, const struct visit_row *row,
                                 const struct visit_end *end, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *update = NULL;
    char now[32];

    TRY(statement_prepare(change->store, STATEMENT_VISIT_END, &update, err));
    statement_bind_text(update, VISIT_END__STATE, text_of(visit_state_name(end->state)));
    statement_bind_text(update, VISIT_END__WORKER, end->worker);
    statement_bind_text_or_null(update, VISIT_END__VISITED_ON, end->visited_on);
    statement_bind_text(update, VISIT_END__ENDED_AT, instant_now(now));
    statement_bind_text(update, VISIT_END__ENDED_BY, end->person);
    statement_bind_text(update, VISIT_END__SUMMARY, end->summary);
    statement_bind_int64(update, VISIT_END__CHANGE_ID, change->change_id);
    statement_bind_int64(update, VISIT_END__HOUSEHOLD_ID, row->household_id);
    statement_bind_int64(update, VISIT_END__VISIT_ID, row->visit_id);
    TRY(statement_run(update, err));
    assert(statement_changed_count(update) == 1); /* looked at in this transaction */
    return BERM_OK;
}

enum berm_status visit_cancel(struct office *office, const struct caller *caller,
                              const struct actor *actor, int64_t visit_id, struct text reason,
                              struct arena *arena, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(change_close) struct change change = {0};
    struct visit_end end = {.state = VISIT_CANCELLED, .person = caller_person(caller, actor)};
    struct change_end journal = {.changed = 1, .action = TEXT("cancel_visit")};
    const struct visit_note note = {"state", text_of(visit_state_name(VISIT_PLANNED)),
                                    text_of(visit_state_name(VISIT_CANCELLED))};
    struct visit_record record;

    TRY(visit_read_text(reason, "reason", true, &end.summary, err));
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(visit_find(office, caller, PERMISSION_VISIT, visit_id, arena, &record, err));
    TRY(visit_check_planned(&record, err));
    end.worker = record.row.worker;
    journal.subject = record.row.household;
    TRY(change_begin(office->store, actor, TEXT("cancel visit"), (struct text){0}, &change, err));
    TRY(visit_write_end(&change, &record.row, &end, err));
    TRY(visit_log(&change, &record.row, &note, 1, err));
    TRY(change_finish(&change, actor, &journal, err));
    return store_commit(office->store, err);
}
