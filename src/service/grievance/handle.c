/*
 * The steps of a grievance after it was taken down. Each reads it inside its transaction, says what
 * it is afterwards, and is written only where nobody else took a step meanwhile.
 */
#include "service/grievance/private.h"

enum {
    BIT_RECEIVED = 1 << GRIEVANCE_RECEIVED,
    BIT_IN_PROGRESS = 1 << GRIEVANCE_IN_PROGRESS,
    BIT_RESOLVED = 1 << GRIEVANCE_RESOLVED
};

/** What each step may start from, and where it leads. */
static const struct move {
    const char *action;
    enum permission permission;
    unsigned from; /* 1 << state */
    enum grievance_state to;
    bool ends_clock;
} MOVES[] = {
    {"assign", PERMISSION_GRIEVANCE_HANDLE, BIT_RECEIVED | BIT_IN_PROGRESS, GRIEVANCE_IN_PROGRESS,
     false},
    {"resolve", PERMISSION_GRIEVANCE_HANDLE, BIT_IN_PROGRESS, GRIEVANCE_RESOLVED, true},
    {"escalate", PERMISSION_GRIEVANCE_TAKE, BIT_RESOLVED, GRIEVANCE_RECEIVED, false},
    {"close", PERMISSION_GRIEVANCE_TAKE, BIT_RESOLVED, GRIEVANCE_CLOSED, true},
    {"withdraw", PERMISSION_GRIEVANCE_TAKE, BIT_RECEIVED | BIT_IN_PROGRESS | BIT_RESOLVED,
     GRIEVANCE_WITHDRAWN, true},
};
enum { MOVE_ASSIGN, MOVE_RESOLVE, MOVE_ESCALATE, MOVE_CLOSE, MOVE_WITHDRAW };

/** A step under way. */
struct handling {
    struct office *office;
    const struct caller *caller;
    const struct actor *actor;
    const struct move *move;
    struct arena *arena;
    struct store *transaction;
    struct change change;
    struct text from_state;
    struct grievance_record record; /* as it is after the step */
};

static void handling_close(struct handling *handling)
{
    change_close(&handling->change);
    store_rollbackp(&handling->transaction);
    arena_freep(&handling->arena);
}

static enum berm_status check_state(const struct handling *handling, struct berm_error *err)
{
    const struct grievance_row *row = &handling->record.row;
    int state;

    TRY(grievance_word_find(WORD_STATE, row->state, &state, err));
    if (!(handling->move->from & (1u << state)))
        return fail_with(err, BERM_CONFLICT,
                         "the grievance %lld is %.*s, from which \"%s\" does "
                         "not lead on; berm grievance show tells what was done",
                         (long long)row->grievance_id, TEXT_ARG(row->state),
                         handling->move->action);
    return BERM_OK;
}

/* The grievance inside a new transaction; handling holds what it becomes. */
static enum berm_status begin(struct handling *handling, int64_t grievance_id,
                              struct berm_error *err)
{
    struct store *store = handling->office->store;
    struct text via;

    TRY(arena_create((size_t)1 << 20, &handling->arena, err));
    TRY(store_begin(store, err));
    handling->transaction = store;
    TRY(grievance_find(handling->office, handling->caller, handling->move->permission, grievance_id,
                       handling->arena, &handling->record, err));
    TRY(check_state(handling, err));
    TRY(text_format(handling->arena, &via, err, "grievance %s", handling->move->action));
    TRY(change_begin(store, handling->actor, via, (struct text){0}, &handling->change, err));
    handling->from_state = handling->record.row.state;
    handling->record.row.state = text_of(grievance_word(WORD_STATE, (int)handling->move->to));
    if (handling->move->ends_clock)
        handling->record.row.due_on = (struct text){0};
    return BERM_OK;
}

static enum berm_status update(struct handling *handling, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *update = NULL;
    const struct grievance_record *record = &handling->record;
    const struct grievance_row *row = &record->row;

    TRY(statement_prepare(handling->office->store, STATEMENT_GRIEVANCE_UPDATE, &update, err));
    statement_bind_text(update, GRIEVANCE_UPDATE__STATE, row->state);
    statement_bind_text(update, GRIEVANCE_UPDATE__OWNER, row->owner);
    statement_bind_text_or_null(update, GRIEVANCE_UPDATE__DUE_ON, row->due_on);
    statement_bind_text(update, GRIEVANCE_UPDATE__OUTCOME, row->outcome);
    statement_bind_text(update, GRIEVANCE_UPDATE__ANSWER, row->answer);
    statement_bind_text(update, GRIEVANCE_UPDATE__REMEDY, row->remedy);
    statement_bind_int64(update, GRIEVANCE_UPDATE__LEVEL, row->level);
    statement_bind_int64(update, GRIEVANCE_UPDATE__STEP_NUMBER, record->step_count);
    statement_bind_int64(update, GRIEVANCE_UPDATE__CHANGE_ID, handling->change.change_id);
    statement_bind_int64(update, GRIEVANCE_UPDATE__GRIEVANCE_ID, row->grievance_id);
    return statement_run(update, err);
}

static enum berm_status finish(struct handling *handling, struct text note, struct berm_error *err)
{
    handling->record.step_count++;
    TRY(update(handling, err));
    TRY(grievance_log(&handling->change, handling->actor,
                      caller_person(handling->caller, handling->actor),
                      &(struct grievance_step){.action = handling->move->action,
                                               .from_state = handling->from_state,
                                               .after = &handling->record,
                                               .note = note},
                      err));
    TRY(store_commit(handling->office->store, err));
    handling->transaction = NULL;
    return BERM_OK;
}

static enum berm_status check_words(struct text words, const char *what, struct berm_error *err)
{
    if (words.length == 0 || words.length > GRIEVANCE_TEXT_BYTES_MAX)
        return fail_with(err, BERM_INVALID_INPUT, "the %s has 1 to %d bytes; say it", what,
                         (int)GRIEVANCE_TEXT_BYTES_MAX);
    return BERM_OK;
}

/* ---- The steps ------------------------------------------------------------------------------- */

enum berm_status grievance_assign(struct office *office, const struct caller *caller,
                                  const struct actor *actor, int64_t grievance_id,
                                  struct text owner, struct berm_error *err)
{
    CLEANUP(handling_close)
    struct handling handling = {office, caller, actor, .move = &MOVES[MOVE_ASSIGN]};

    TRY(begin(&handling, grievance_id, err));
    TRY(grievance_check_outside(office, &handling.record, owner, handling.arena, err));
    handling.record.row.owner = owner;
    return finish(&handling, (struct text){0}, err);
}

static enum berm_status check_owner(const struct handling *handling, struct berm_error *err)
{
    struct text person = caller_person(handling->caller, handling->actor);

    if (!text_equal(person, handling->record.row.owner))
        return fail_with(err, BERM_FORBIDDEN,
                         "the grievance %lld is %.*s's to answer; have it assigned to you first",
                         (long long)handling->record.row.grievance_id,
                         TEXT_ARG(handling->record.row.owner));
    return BERM_OK;
}

enum berm_status grievance_resolve(struct office *office, const struct caller *caller,
                                   const struct actor *actor, int64_t grievance_id,
                                   const struct grievance_answer *answer, struct berm_error *err)
{
    CLEANUP(handling_close)
    struct handling handling = {office, caller, actor, .move = &MOVES[MOVE_RESOLVE]};
    struct text words = text_trimmed(answer->answer);
    int outcome, remedy = REMEDY_NONE;

    TRY(grievance_word_find(WORD_OUTCOME, answer->outcome, &outcome, err));
    if (answer->remedy.length > 0)
        TRY(grievance_word_find(WORD_REMEDY, answer->remedy, &remedy, err));
    if (outcome == OUTCOME_REJECTED && remedy != REMEDY_NONE)
        return fail_with(err, BERM_INVALID_INPUT,
                         "a rejected grievance puts nothing right; leave the remedy out");
    TRY(check_words(words, "answer", err));
    TRY(begin(&handling, grievance_id, err));
    TRY(check_owner(&handling, err));
    handling.record.row.outcome = text_of(grievance_word(WORD_OUTCOME, outcome));
    handling.record.row.remedy = text_of(grievance_word(WORD_REMEDY, remedy));
    handling.record.row.answer = words;
    TRY(grievance_put_right(office, caller, actor, &handling.record, (enum grievance_remedy)remedy,
                            &handling.change, handling.arena, err));
    return finish(&handling, words, err);
}

enum berm_status grievance_escalate(struct office *office, const struct caller *caller,
                                    const struct actor *actor, int64_t grievance_id,
                                    struct text reason, struct berm_error *err)
{
    CLEANUP(handling_close)
    struct handling handling = {office, caller, actor, .move = &MOVES[MOVE_ESCALATE]};
    char day[DATE_TEXT_MAX];

    reason = text_trimmed(reason);
    TRY(check_words(reason, "reason", err));
    TRY(begin(&handling, grievance_id, err));
    if (handling.record.row.level >= GRIEVANCE_LEVELS_MAX)
        return fail_with(err, BERM_CONFLICT,
                         "the grievance was looked at %d times; what is left is the court",
                         (int)GRIEVANCE_LEVELS_MAX);
    handling.record.row.level++;
    handling.record.row.owner = handling.record.row.outcome = (struct text){0};
    TRY(grievance_due(office, day, &handling.record.row.due_on, err));
    return finish(&handling, reason, err);
}

enum berm_status grievance_close(struct office *office, const struct caller *caller,
                                 const struct actor *actor, int64_t grievance_id, struct text note,
                                 struct berm_error *err)
{
    CLEANUP(handling_close)
    struct handling handling = {office, caller, actor, .move = &MOVES[MOVE_CLOSE]};

    note = text_trimmed(note);
    TRY(check_words(note, "note on how the answer was told", err));
    TRY(begin(&handling, grievance_id, err));
    return finish(&handling, note, err);
}

enum berm_status grievance_withdraw(struct office *office, const struct caller *caller,
                                    const struct actor *actor, int64_t grievance_id,
                                    struct text reason, struct berm_error *err)
{
    CLEANUP(handling_close)
    struct handling handling = {office, caller, actor, .move = &MOVES[MOVE_WITHDRAW]};

    reason = text_trimmed(reason);
    TRY(check_words(reason, "reason", err));
    TRY(begin(&handling, grievance_id, err));
    return finish(&handling, reason, err);
}
