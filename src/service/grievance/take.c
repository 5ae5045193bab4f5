/*
 * A grievance is taken down, and how each step is written. What is told stays as it was told: an
 * answer may add to it, nothing rewrites it.
 */
#include "service/grievance/private.h"
#include "service/household.h"

#include <stdio.h>

enum berm_status grievance_due(struct office *office, char out[DATE_TEXT_MAX],
                               struct text *ret_due_on, struct berm_error *err)
{
    struct clock_days clock = office->pack->grievance_clock;
    date_days today;

    *ret_due_on = (struct text){0};
    if (clock.count == 0)
        return BERM_OK;
    TRY(office_today(office, &today, err));
    *ret_due_on = date_format(clock_end(&office->pack->calendar, today, clock), out);
    return BERM_OK;
}

/* ---- A step ---------------------------------------------------------------------------------- */

static enum berm_status insert_step(struct change *change, struct text person,
                                    const struct grievance_step *step, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *row = NULL;
    const struct grievance_record *after = step->after;
    char now[32];

    TRY(statement_prepare(change->store, STATEMENT_GRIEVANCE_STEP_INSERT, &row, err));
    statement_bind_int64(row, GRIEVANCE_STEP_INSERT__GRIEVANCE_ID, after->row.grievance_id);
    statement_bind_int64(row, GRIEVANCE_STEP_INSERT__STEP_NUMBER, after->step_count);
    statement_bind_text(row, GRIEVANCE_STEP_INSERT__AT, instant_now(now));
    statement_bind_text(row, GRIEVANCE_STEP_INSERT__ACTOR, person);
    statement_bind_text(row, GRIEVANCE_STEP_INSERT__ACTION, text_of(step->action));
    statement_bind_text(row, GRIEVANCE_STEP_INSERT__FROM_STATE, step->from_state);
    statement_bind_text(row, GRIEVANCE_STEP_INSERT__TO_STATE, after->row.state);
    statement_bind_text(row, GRIEVANCE_STEP_INSERT__OWNER, after->row.owner);
    statement_bind_text(row, GRIEVANCE_STEP_INSERT__NOTE, step->note);
    statement_bind_int64(row, GRIEVANCE_STEP_INSERT__CHANGE_ID, change->change_id);
    return statement_run(row, err);
}

static enum berm_status add_change_row(struct change *change, const struct grievance_step *step,
                                       struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer fields = {0};
    struct json_writer json = {.out = &fields};
    const struct grievance_row *row = &step->after->row;
    const struct {
        const char *name;
        struct text before, after;
    } changes[] = {{"state", step->from_state, row->state},
                   {"owner", (struct text){0}, row->owner},
                   {"note", (struct text){0}, step->note}};

    json_begin_object(&json);
    for (size_t c = 0; c < ARRAY_COUNT(changes); c++) {
        if (changes[c].after.length == 0)
            continue;
        json_key(&json, changes[c].name);
        json_begin_array(&json);
        if (changes[c].before.length > 0)
            json_text(&json, changes[c].before);
        else
            json_null_value(&json);
        json_text(&json, changes[c].after);
        json_end_array(&json);
    }
    json_end_object(&json);
    TRY(buffer_status(&fields, err));
    return change_add_row(change, TEXT("grievance"), row->grievance_id, TEXT(""),
                          buffer_text(&fields), err);
}

enum berm_status grievance_log(struct change *change, const struct actor *actor, struct text person,
                               const struct grievance_step *step, struct berm_error *err)
{
    bool is_new = step->from_state.length == 0;
    char subject[40], action[40];

    TRY(insert_step(change, person, step, err));
    TRY(add_change_row(change, step, err));
    snprintf(subject, sizeof subject, "grievance %lld", (long long)step->after->row.grievance_id);
    snprintf(action, sizeof action, "grievance_%s", step->action);
    return change_finish(change, actor,
                         &(struct change_end){.added = is_new,
                                              .changed = !is_new,
                                              .action = text_of(action),
                                              .subject = text_of(subject)},
                         err);
}

/* ---- Taking down ----------------------------------------------------------------------------- */

struct taking {
    struct office *office;
    const struct caller *caller;
    struct grievance_input input; /* texts without blanks around them */
    struct arena *arena;
    int64_t household_id, area_id; /* one of them; 0: not this */
};

static enum berm_status check_length(struct text text, size_t most, const char *field,
                                     const char **ret_field, struct berm_error *err)
{
    *ret_field = field;
    if (text.length > most)
        return fail_with(err, BERM_LIMIT, "%s is longer than %zu bytes; say it in fewer words",
                         field, most);
    return BERM_OK;
}

/* What is wrong with the words themselves; *ret_field is which. */
static enum berm_status check_input(struct taking *taking, const char **ret_field,
                                    struct berm_error *err)
{
    struct grievance_input *input = &taking->input;
    const struct {
        const char *field;
        enum grievance_word list;
        struct text word;
    } words[] = {{"kind", WORD_KIND, input->kind},
                 {"about", WORD_ABOUT, input->about},
                 {"channel", WORD_CHANNEL, input->channel}};
    int position;

    for (size_t w = 0; w < ARRAY_COUNT(words); w++) {
        *ret_field = words[w].field;
        TRY(grievance_word_find(words[w].list, words[w].word, &position, err));
    }
    TRY(check_length(input->complainant, GRIEVANCE_NAME_BYTES_MAX, "complainant", ret_field, err));
    TRY(check_length(input->contact, GRIEVANCE_NAME_BYTES_MAX, "contact", ret_field, err));
    TRY(check_length(input->details, GRIEVANCE_TEXT_BYTES_MAX, "details", ret_field, err));
    if (input->details.length == 0)
        return fail_with(err, BERM_INVALID_INPUT, "what is complained of? Say it in details");
    *ret_field = "household";
    if ((input->household.length > 0) == (input->area.length > 0))
        return fail_with(err, BERM_INVALID_INPUT,
                         "whom does it concern? Name a household, or the area where it lies, and "
                         "not both");
    return BERM_OK;
}

static enum berm_status find_place(struct taking *taking, struct berm_error *err)
{
    struct store *store = taking->office->store;
    CLEANUP(statement_closep) struct statement *area = NULL;
    struct household_facts facts;
    struct area_scope scope;

    if (taking->input.household.length > 0) {
        TRY(household_find_in(taking->office, taking->caller, PERMISSION_GRIEVANCE_TAKE,
                              taking->input.household, taking->arena, &scope, &facts, err));
        taking->household_id = facts.household_id;
        return BERM_OK;
    }
    TRY(caller_scope(store, taking->caller, PERMISSION_GRIEVANCE_TAKE, taking->input.area,
                     taking->arena, &scope, err));
    TRY(statement_prepare(store, STATEMENT_AREA_BY_CODE, &area, err));
    statement_bind_text(area, AREA_BY_CODE__CODE, taking->input.area);
    TRY(statement_step_to_row(area, err));
    taking->area_id = statement_int64(area, 0);
    return BERM_OK;
}

static enum berm_status insert(struct taking *taking, struct text person, struct text due_on,
                               int64_t change_id, int64_t *ret_grievance_id, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *row = NULL;
    struct store *store = taking->office->store;
    const struct grievance_input *input = &taking->input;
    char now[32];

    TRY(id_take(store, "grievance", 1, ret_grievance_id, err));
    TRY(statement_prepare(store, STATEMENT_GRIEVANCE_INSERT, &row, err));
    statement_bind_int64(row, GRIEVANCE_INSERT__GRIEVANCE_ID, *ret_grievance_id);
    statement_bind_text(row, GRIEVANCE_INSERT__RECEIVED_AT, instant_now(now));
    statement_bind_text(row, GRIEVANCE_INSERT__RECEIVED_BY, person);
    statement_bind_text(row, GRIEVANCE_INSERT__KIND, input->kind);
    statement_bind_text(row, GRIEVANCE_INSERT__ABOUT, input->about);
    statement_bind_text(row, GRIEVANCE_INSERT__CHANNEL, input->channel);
    statement_bind_id(row, GRIEVANCE_INSERT__AREA_ID, taking->area_id);
    statement_bind_id(row, GRIEVANCE_INSERT__HOUSEHOLD_ID, taking->household_id);
    statement_bind_text(row, GRIEVANCE_INSERT__COMPLAINANT, input->complainant);
    statement_bind_text(row, GRIEVANCE_INSERT__CONTACT, input->contact);
    statement_bind_text(row, GRIEVANCE_INSERT__DETAILS, input->details);
    statement_bind_text(row, GRIEVANCE_INSERT__STATE,
                        text_of(grievance_word(WORD_STATE, GRIEVANCE_RECEIVED)));
    statement_bind_text_or_null(row, GRIEVANCE_INSERT__DUE_ON, due_on);
    statement_bind_int64(row, GRIEVANCE_INSERT__CHANGE_ID, change_id);
    return statement_run(row, err);
}

static enum berm_status keep(struct taking *taking, const struct actor *actor,
                             int64_t *ret_grievance_id, struct berm_error *err)
{
    CLEANUP(change_close) struct change change = {0};
    struct text person = caller_person(taking->caller, actor);
    struct grievance_record record = {.step_count = 1};
    char day[DATE_TEXT_MAX];
    struct text due_on;

    TRY(grievance_due(taking->office, day, &due_on, err));
    TRY(change_begin(taking->office->store, actor, TEXT("grievance"), (struct text){0}, &change,
                     err));
    TRY(insert(taking, person, due_on, change.change_id, &record.row.grievance_id, err));
    record.row.state = text_of(grievance_word(WORD_STATE, GRIEVANCE_RECEIVED));
    *ret_grievance_id = record.row.grievance_id;
    return grievance_log(
        &change, actor, person,
        &(struct grievance_step){.action = "take", .after = &record, .note = taking->input.details},
        err);
}

enum berm_status grievance_take(struct office *office, const struct caller *caller,
                                const struct actor *actor, const struct grievance_input *input,
                                int64_t *ret_grievance_id, const char **ret_field,
                                struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct taking taking = {.office = office, .caller = caller, .input = *input};

    taking.input.details = text_trimmed(input->details);
    taking.input.complainant = text_trimmed(input->complainant);
    taking.input.contact = text_trimmed(input->contact);
    TRY(caller_check(caller, PERMISSION_GRIEVANCE_TAKE, err));
    TRY(check_input(&taking, ret_field, err));
    *ret_field = "";
    TRY(arena_create((size_t)1 << 20, &arena, err));
    taking.arena = arena;
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(find_place(&taking, err));
    TRY(keep(&taking, actor, ret_grievance_id, err));
    return store_commit(office->store, err);
}
