/*
 * What a visit found. Every value is read by the dictionary's rules when it is recorded, while the
 * visitor can still mend it, and is kept as text beside what they knew of it before. Facts stay as
 * they are. Who may not see a value may not bring one either.
 */
#include "service/visit/private.h"

#include <stdio.h>

/* One answer, read. */
struct reading {
    struct visit_subject subject;
    struct text before, proposed;
    bool is_confirmed;
};

/* A visit while it is recorded. */
struct recording {
    struct office *office;
    const struct actor *actor;
    struct text person; /* who went */
    date_days today;    /* in the register's time zone */
    struct arena *arena;
    const struct visit_report *report;
    struct visit_record record;
    struct household_facts facts;
    struct fact_problem_list problems;
    struct visit_end end;
    struct reading *readings;
    size_t count; /* of answers without a problem */
    int64_t confirmed;
    struct change change;
};

static void recording_close(struct recording *recording)
{
    change_close(&recording->change);
}

/* ---- Answers --------------------------------------------------------------------------------- */

static enum berm_status add_problem(struct recording *recording, size_t entry, const char *field,
                                    const char *code, const char *detail, struct berm_error *err)
{
    return fact_problem_add(&recording->problems, (int64_t)entry, text_of(field), code, err, "%s",
                            detail);
}

/* Whose value it is. *ret_is_good false: a problem was noted. */
static enum berm_status read_subject(struct recording *recording, size_t entry,
                                     struct visit_subject *subject, bool *ret_is_good,
                                     struct berm_error *err)
{
    const struct visit_answer *answer = &recording->report->answers[entry];
    const struct household_member *member;
    struct berm_error fault;

    *ret_is_good = false;
    if (answer->person.length > 0 && answer->month.length > 0)
        return add_problem(recording, entry, "month", "invalid",
                           "a person has no months; leave out the one or the other", err);
    *subject = (struct visit_subject){.entity = ENTITY_HOUSEHOLD,
                                      .entity_id = recording->record.row.household_id};
    if (answer->month.length > 0) {
        subject->entity = ENTITY_FLOW;
        if (month_parse(answer->month, &subject->month, &fault) != BERM_OK)
            return add_problem(recording, entry, "month", "invalid", fault.message, err);
        if (subject->month > month_of_date(recording->today))
            return add_problem(recording, entry, "month", "invalid",
                               "the month has not begun; correct it", err);
    }
    if (answer->person.length > 0) {
        member = visit_member(&recording->facts, answer->person);
        if (member == NULL)
            return add_problem(recording, entry, "person", "refused",
                               "nobody with this code belongs to the household now; correct the "
                               "code, or enter the person first",
                               err);
        subject->entity = ENTITY_PERSON;
        subject->entity_id = member->person_id;
    }
    *ret_is_good = true;
    return BERM_OK;
}

static enum berm_status find_variable(struct recording *recording, size_t entry,
                                      struct visit_subject *subject, struct berm_error *err)
{
    const struct dictionary *dictionary = &recording->office->pack->dictionary;
    const struct visit_answer *answer = &recording->report->answers[entry];
    struct text name = text_trimmed(answer->name);

    subject->variable = dictionary_find(dictionary, subject->entity, name);
    if (subject->variable == NULL)
        return fact_problem_add(&recording->problems, (int64_t)entry, TEXT("name"), "unknown", err,
                                "\"%.*s\" is no variable of a %s; use a name of the dictionary, "
                                "with the person for a member's and the month for a flow",
                                (int)(name.length < 60 ? name.length : 60), name.bytes,
                                entity_name(subject->entity));
    if (subject->variable->field_class <= recording->facts.class_seen)
        return BERM_OK;
    subject->variable = NULL;
    return fact_problem_add(&recording->problems, (int64_t)entry, TEXT("name"), "not_allowed", err,
                            "\"%.*s\" is not shown to you here, so you cannot say what it is; "
                            "leave it out, or ask for a role that shows it",
                            TEXT_ARG(name));
}

/* A value in its one form; empty: unknown, of flows: nothing reported. */
static enum berm_status read_value(struct recording *recording, size_t entry, const char *field,
                                   const struct variable *variable, struct text given,
                                   struct text *ret_text, struct berm_error *err)
{
    const struct dictionary *dictionary = &recording->office->pack->dictionary;
    struct field_value value = {0};
    char text[TEXT_VALUE_BYTES_MAX];
    struct berm_error fault;
    enum berm_status status = BERM_OK;

    assert(variable != NULL);
    given = text_trimmed(given);
    if (!text_is_utf8(given, NULL))
        status = fail_with(&fault, BERM_INVALID_INPUT, "the text is not UTF-8; send it as UTF-8");
    else if (given.length > 0 || variable->entity != ENTITY_FLOW)
        status = variable_parse(dictionary, variable, given, recording->arena, &value, &fault);
    if (status == BERM_OK)
        return text_copy(recording->arena, variable_format(dictionary, variable, value, text),
                         ret_text, err);
    return fact_problem_keep(&recording->problems, (int64_t)entry, text_of(field), status, &fault,
                             err);
}

static bool is_same_subject(const struct visit_subject *a, const struct visit_subject *b)
{
    return a->entity == b->entity && a->entity_id == b->entity_id && a->month == b->month &&
           a->variable == b->variable;
}

static enum berm_status read_answer(struct recording *recording, size_t entry,
                                    struct berm_error *err)
{
    const struct dictionary *dictionary = &recording->office->pack->dictionary;
    const struct visit_answer *answer = &recording->report->answers[entry];
    struct reading *reading = &recording->readings[recording->count];
    struct visit_subject *subject = &reading->subject;
    size_t problems = recording->problems.count;
    struct text present;
    bool is_good;

    TRY(read_subject(recording, entry, subject, &is_good, err));
    if (is_good)
        TRY(find_variable(recording, entry, subject, err));
    if (recording->problems.count > problems)
        return BERM_OK;
    for (size_t r = 0; r < recording->count; r++)
        if (is_same_subject(&recording->readings[r].subject, subject))
            return add_problem(recording, entry, "name", "repeated",
                               "the value is given twice; keep one of them", err);
    TRY(visit_present(dictionary, &recording->facts, subject, recording->arena, &present, err));
    reading->before = present;
    TRY(read_value(recording, entry, "value", subject->variable, answer->value, &reading->proposed,
                   err));
    if (answer->has_before)
        TRY(read_value(recording, entry, "before", subject->variable, answer->before,
                       &reading->before, err));
    if (recording->problems.count > problems)
        return BERM_OK;
    reading->is_confirmed = text_equal(reading->proposed, present);
    recording->confirmed += reading->is_confirmed;
    recording->count++;
    return BERM_OK;
}

static enum berm_status read_day(struct recording *recording, struct berm_error *err)
{
    date_days day;

    TRY(date_parse(recording->report->visited_on, &day, err));
    if (day > recording->today)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the visit is said to be on %.*s, which is still to come; correct the day",
                         TEXT_ARG(recording->report->visited_on));
    return BERM_OK;
}

/* What is no value: told by the member's name. */
static enum berm_status read_words(struct recording *recording, struct berm_error *err)
{
    struct berm_error fault;

    recording->end = (struct visit_end){.state = VISIT_DONE,
                                        .person = recording->person,
                                        .worker = recording->person,
                                        .visited_on = recording->report->visited_on};
    TRY(fact_problem_keep(&recording->problems, -1, TEXT("visited_on"), read_day(recording, &fault),
                          &fault, err));
    return fact_problem_keep(&recording->problems, -1, TEXT("summary"),
                             visit_read_text(recording->report->summary, "summary", true,
                                             &recording->end.summary, &fault),
                             &fault, err);
}

static enum berm_status read_report(struct recording *recording, struct fact_problems *ret_problems,
                                    struct berm_error *err)
{
    const struct visit_report *report = recording->report;

    if (report->answer_count > VISIT_FOUND_MAX)
        return fail_with(err, BERM_LIMIT, "%zu values in one visit, at most %d are taken",
                         report->answer_count, (int)VISIT_FOUND_MAX);
    TRY(arena_new(recording->arena, report->answer_count + 1, sizeof *recording->readings,
                  &recording->readings, err));
    TRY(read_words(recording, err));
    for (size_t entry = 0; entry < report->answer_count; entry++)
        TRY(read_answer(recording, entry, err));
    return fact_problems_tell(&recording->problems, ret_problems, err);
}

/* ---- Into the register ----------------------------------------------------------------------- */

static enum berm_status write_readings(struct recording *recording, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *insert = NULL;

    TRY(statement_prepare(recording->office->store, STATEMENT_VISIT_CHANGE_INSERT, &insert, err));
    for (size_t r = 0; r < recording->count; r++) {
        const struct reading *reading = &recording->readings[r];
        const struct visit_subject *subject = &reading->subject;

        statement_bind_int64(insert, VISIT_CHANGE_INSERT__HOUSEHOLD_ID,
                             recording->record.row.household_id);
        statement_bind_int64(insert, VISIT_CHANGE_INSERT__VISIT_ID, recording->record.row.visit_id);
        statement_bind_int64(insert, VISIT_CHANGE_INSERT__CHANGE_NUMBER, (int64_t)r + 1);
        statement_bind_text(insert, VISIT_CHANGE_INSERT__ENTITY,
                            text_of(entity_name(subject->entity)));
        statement_bind_int64(insert, VISIT_CHANGE_INSERT__ENTITY_ID, subject->entity_id);
        if (subject->entity == ENTITY_FLOW)
            statement_bind_month(insert, VISIT_CHANGE_INSERT__MONTH, subject->month);
        else
            statement_bind_null(insert, VISIT_CHANGE_INSERT__MONTH);
        statement_bind_text(insert, VISIT_CHANGE_INSERT__VARIABLE, subject->variable->name);
        statement_bind_text_or_null(insert, VISIT_CHANGE_INSERT__BEFORE, reading->before);
        statement_bind_text_or_null(insert, VISIT_CHANGE_INSERT__PROPOSED, reading->proposed);
        statement_bind_text(insert, VISIT_CHANGE_INSERT__STATE,
                            text_of(visit_finding_state_name(
                                reading->is_confirmed ? VISIT_CONFIRMED : VISIT_PROPOSED)));
        statement_bind_int64(insert, VISIT_CHANGE_INSERT__CHANGE_ID, recording->change.change_id);
        TRY(statement_queue(insert, err));
    }
    return BERM_OK;
}

/* The steps of a case ask for a visit. */
static enum berm_status prove(struct recording *recording, struct berm_error *err)
{
    struct proof_input proof = {
        .kind = PROOF_VISIT, .visit_id = recording->record.row.visit_id, .is_by_the_way = true};

    TRY(date_parse(recording->end.visited_on, &proof.on_day, err));
    return case_add_proof(recording->office, recording->person, &recording->change,
                          recording->record.row.household_id, &proof, err);
}

static enum berm_status write_all(struct recording *recording, struct berm_error *err)
{
    const struct visit_row *row = &recording->record.row;
    struct change_end end = {
        .changed = 1, .action = TEXT("record_visit"), .subject = recording->record.row.household};
    char confirmed[24], proposed[24];
    const struct visit_note notes[] = {
        {"state", text_of(visit_state_name(VISIT_PLANNED)), text_of(visit_state_name(VISIT_DONE))},
        {"visited_on", TEXT(""), recording->end.visited_on},
        {"confirmed",
         TEXT(""),
         {confirmed,
          (size_t)snprintf(confirmed, sizeof confirmed, "%lld", (long long)recording->confirmed)}},
        {"proposed",
         TEXT(""),
         {proposed,
          (size_t)snprintf(proposed, sizeof proposed, "%lld",
                           (long long)((int64_t)recording->count - recording->confirmed))}},
    };

    TRY(change_begin(recording->office->store, recording->actor, TEXT("record visit"),
                     (struct text){0}, &recording->change, err));
    TRY(visit_write_end(&recording->change, row, &recording->end, err));
    TRY(write_readings(recording, err));
    TRY(visit_log(&recording->change, row, notes, ARRAY_COUNT(notes), err));
    TRY(prove(recording, err));
    return change_finish(&recording->change, recording->actor, &end, err);
}

enum berm_status visit_record(struct office *office, const struct caller *caller,
                              const struct actor *actor, int64_t visit_id,
                              const struct visit_report *report, struct arena *arena,
                              struct fact_problems *ret_problems, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(recording_close)
    struct recording recording = {.office = office,
                                  .actor = actor,
                                  .person = caller_person(caller, actor),
                                  .arena = arena,
                                  .report = report,
                                  .problems = {.arena = arena}};

    *ret_problems = (struct fact_problems){0};
    TRY(office_today(office, &recording.today, err));
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(visit_find(office, caller, PERMISSION_VISIT, visit_id, arena, &recording.record, err));
    TRY(visit_check_planned(&recording.record, err));
    TRY(household_read_in(office, caller, PERMISSION_VISIT, recording.record.row.household, arena,
                          &recording.facts, err));
    TRY(read_report(&recording, ret_problems, err));
    TRY(write_all(&recording, err));
    return store_commit(office->store, err);
}
