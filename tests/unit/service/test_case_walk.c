/*
 * Cases under random sequences of actions: whatever people try, nobody is struck off without what
 * it takes, the account of problems balances after every action, and what was refused left nothing.
 * What an elimination needs is asked of the tables here, in other words than the service's.
 * BERM_TEST_SEED runs one seed, BERM_TEST_ACTIONS as many actions.
 */
#include "unit/service/case_fixture.h"

enum { HOUSEHOLDS = 3, ACTIONS = 1500, VERIFY_EVERY = 300 };

static const char OPEN_CASES[] = "SELECT count(*) FROM household_case WHERE ended_on IS NULL"
                                 " AND household_id = ";

struct walk {
    struct case_register *made;
    uint64_t dice;
    date_days today;
    month_number screened; /* the last month */
    int64_t measures;
    int taken, refused;
    char household[8]; /* whose turn it is */
    int64_t household_id;
};

static unsigned roll(struct walk *walk, unsigned sides)
{
    walk->dice = walk->dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(walk->dice >> 33) % sides;
}

static int64_t ask(const struct walk *walk, const char *sql)
{
    return number_from(walk->made->office->store, sql);
}

/* The same of the household whose turn it is: its id stands between the two. */
static int64_t ask_of(const struct walk *walk, const char *before, const char *after)
{
    char sql[1024];

    snprintf(sql, sizeof sql, "%s%lld%s", before, (long long)walk->household_id, after);
    return number_from(walk->made->office->store, sql);
}

static void pass_days(struct walk *walk, unsigned days)
{
    char text[DATE_TEXT_MAX], instant[40];

    walk->today += (date_days)days;
    date_format(walk->today, text);
    snprintf(instant, sizeof instant, "%sT04:00:00Z", text);
    set_day(instant);
    while (walk->screened < month_of_date(walk->today) - 1)
        register_screen(walk->made->office, ++walk->screened, 1);
}

/* ---- What must hold -------------------------------------------------------------------------- */

static enum case_stage stage_of(struct text name)
{
    for (int s = 0; s < STAGE_COUNT; s++)
        if (text_equal(name, text_of(case_stage_name((enum case_stage)s))))
            return (enum case_stage)s;
    fail_msg("no stage: %.*s", TEXT_ARG(name));
    return STAGE_COUNT;
}

/* Summed from the steps, and beside it from the cases as they are. */
static void account_balances(const struct walk *walk)
{
    CLEANUP(statement_closep) struct statement *steps = NULL;
    struct case_account account = {0};
    struct berm_error err;
    bool has_row;

    assert_ok(statement_prepare_text(walk->made->office->store,
                                     TEXT("SELECT from_stage, to_stage FROM case_step"), "test",
                                     &steps, &err));
    assert_ok(statement_step(steps, &has_row, &err));
    while (has_row) {
        enum case_stage from = stage_of(statement_text(steps, 0));

        case_account_move(&account, from, stage_of(statement_text(steps, 1)), 1);
        assert_ok(statement_step(steps, &has_row, &err));
    }
    assert_true(case_account_balances(&account));
    assert_int_equal(account.open, ask(walk, "SELECT count(*) FROM household_case WHERE stage IN"
                                             " ('monitored', 'elimination')"));
    assert_int_equal(account.eliminated,
                     ask(walk, "SELECT count(*) FROM household_case WHERE stage = 'watched'"));
}

static void cases_are_whole(const struct walk *walk)
{
    assert_int_equal(ask(walk, "SELECT count(*) FROM household_case AS c WHERE step_count <>"
                               " (SELECT count(*) FROM case_step AS s WHERE s.household_id ="
                               " c.household_id AND s.case_id = c.case_id)"),
                     0);
    assert_int_equal(ask(walk, "SELECT count(*) FROM household_case WHERE (ended_on IS NULL) <>"
                               " (stage <> 'ended')"),
                     0);
    /* Each step begins where the one before ended. */
    assert_int_equal(ask(walk, "SELECT count(*) FROM case_step AS s JOIN case_step AS b ON"
                               " b.household_id = s.household_id AND b.case_id = s.case_id AND"
                               " b.step_number = s.step_number - 1 WHERE b.to_state <>"
                               " s.from_state"),
                     0);
    /* And is in the history, with its change. */
    assert_int_equal(ask(walk, "SELECT count(*) FROM case_step AS s WHERE NOT EXISTS (SELECT 1 FROM"
                               " change_row AS r WHERE r.change_id = s.change_id AND r.entity ="
                               " 'case' AND r.entity_id = s.household_id)"),
                     0);
    assert_int_equal(ask(walk, "SELECT count(*) FROM case_step AS s WHERE NOT EXISTS (SELECT 1 FROM"
                               " journal AS j WHERE j.change_id = s.change_id)"),
                     0);
}

/* Of a household that came to be monitored just now: a visit, a notice of five days, two people. */
static void was_identified_rightly(const struct walk *walk)
{
    assert_true(ask_of(walk,
                       "SELECT count(*) FROM case_proof WHERE kind = 'visit' AND stage ="
                       " 'identification' AND household_id = ",
                       "") > 0);
    assert_int_equal(ask_of(walk,
                            "SELECT count(*) FROM case_step AS s JOIN case_step AS b ON"
                            " b.household_id = s.household_id AND b.case_id = s.case_id AND"
                            " b.step_number = s.step_number - 1 WHERE s.to_stage = 'monitored' AND"
                            " s.from_stage = 'identification' AND b.actor = s.actor AND"
                            " s.household_id = ",
                            ""),
                     0);
}

/* Of one whose risk was eliminated just now, as the tables have it at this moment. */
static void was_eliminated_rightly(const struct walk *walk)
{
    month_number sixth = walk->screened - 5; /* of the months in a row */
    char low[160];

    assert_int_equal(ask_of(walk,
                            "SELECT count(*) FROM finding WHERE closing_run_id IS NULL AND"
                            " household_id = ",
                            ""),
                     0);
    snprintf(low, sizeof low,
             " AND code = 'income_below_line' AND (to_month IS NULL OR to_month > %d%02d)",
             (int)sixth / 12, (int)sixth % 12 + 1);
    assert_int_equal(ask_of(walk, "SELECT count(*) FROM finding WHERE household_id = ", low), 0);
    assert_true(ask_of(walk, "SELECT count(*) FROM measure WHERE household_id = ",
                       " AND state = 'delivered'") > 0);
    assert_int_equal(ask_of(walk,
                            "SELECT count(*) FROM measure AS m JOIN household_case AS c ON"
                            " c.household_id = m.household_id AND c.case_id = m.case_id WHERE"
                            " c.ended_on IS NULL AND m.state IN ('planned', 'under_way') AND"
                            " m.household_id = ",
                            ""),
                     0);
    assert_true(ask_of(walk,
                       "SELECT count(*) FROM case_proof WHERE kind = 'visit' AND stage ="
                       " 'elimination' AND household_id = ",
                       "") > 0);
    assert_int_equal(ask_of(walk,
                            "SELECT count(*) FROM case_step AS s JOIN case_step AS b ON"
                            " b.household_id = s.household_id AND b.case_id = s.case_id AND"
                            " b.step_number = s.step_number - 1 WHERE s.to_stage = 'watched' AND"
                            " b.actor = s.actor AND s.household_id = ",
                            ""),
                     0);
}

/* ---- Actions --------------------------------------------------------------------------------- */

static const struct actor *anybody(struct walk *walk)
{
    static const struct actor *const PEOPLE[] = {&WORKER, &OFFICER, &COUNTY};

    return PEOPLE[roll(walk, ARRAY_COUNT(PEOPLE))];
}

/* Rows as programme work leaves them. */
static void plan_or_deliver(struct walk *walk)
{
    char sql[800];

    if (roll(walk, 2) == 0)
        snprintf(sql, sizeof sql,
                 "UPDATE measure SET state = 'delivered' WHERE household_id = %lld",
                 (long long)walk->household_id);
    else
        snprintf(sql, sizeof sql,
                 "INSERT INTO measure (household_id, measure_id, case_id, finding_code, measure,"
                 " programme, owner, due_on, state, is_recommended, planned_at, planned_by,"
                 " evidence, result, reason, change_id) SELECT household_id, %lld, case_id,"
                 " 'income_below_line', 'allowance', '', 'worker', '2030-01-01', 'planned', 1,"
                 " '2020-11-02T00:00:00.000Z', 'worker', '', '', '', 1 FROM household_case WHERE"
                 " ended_on IS NULL AND household_id = %lld",
                 (long long)++walk->measures, (long long)walk->household_id);
    execute(walk->made->office->store, sql);
}

static void try_step(struct walk *walk)
{
    const struct workflow *workflow = walk->made->office->pack->workflow;
    const char *reasons[] = {"", "it is so"};
    int64_t before = ask(walk, "SELECT count(*) FROM change");
    struct step_result result;
    struct berm_error err;
    struct text action = TEXT("take_up");
    struct case_record record;
    char word[64];
    bool is_there;

    assert_ok(case_read(walk->made->office->store, walk->household_id, walk->made->arena, &is_there,
                        &record, &err));
    if (is_there) { /* forward more often than aside */
        const struct workflow_state *state =
            &workflow->states[workflow_state_find(workflow, record.state)];
        size_t pick = state->step_count > 0 && roll(walk, 20) == 0
                          ? roll(walk, (unsigned)state->step_count)
                      : state->stage == STAGE_MONITORED ? roll(walk, 2)
                                                        : 0;

        if (pick < state->step_count) /* where a case is closed, none is */
            action = workflow->steps[state->first_step + pick].action;
    }
    snprintf(word, sizeof word, "%.*s", TEXT_ARG(action));
    if (step_by(walk->made, anybody(walk), walk->household, word, reasons[roll(walk, 2)], &result,
                &err) != BERM_OK) {
        if (err.status != BERM_CONFLICT && err.status != BERM_NOT_FOUND)
            fail_msg("%s: %s", word, err.message);
        assert_int_equal(ask(walk, "SELECT count(*) FROM change"), before);
        walk->refused++;
        return;
    }
    walk->taken++;
    if (text_equal(result.record.state, TEXT("monitored")) && strcmp(word, "approve") == 0)
        was_identified_rightly(walk);
    if (text_equal(result.record.stage, TEXT("watched")))
        was_eliminated_rightly(walk);
}

static void try_proof(struct walk *walk)
{
    static const enum proof_kind KINDS[] = {PROOF_SIGNATURE, PROOF_DATA_MATCH, PROOF_NOTICE,
                                            PROOF_OBJECTION};
    enum proof_kind kind = KINDS[roll(walk, 20) == 0 ? 3 : roll(walk, 3)];
    struct berm_error err;

    if (ask_of(walk, OPEN_CASES, "") == 0) {
        assert_fails(prove_by(walk->made, &WORKER, walk->household, kind, "seen", &err),
                     err.status == BERM_NOT_FOUND ? BERM_NOT_FOUND : BERM_CONFLICT, "case");
        return;
    }
    if (roll(walk, 3) == 0)
        add_visit(walk->made, walk->household);
    else
        assert_ok(prove_by(walk->made, &WORKER, walk->household, kind, "seen", &err));
}

static void settle(struct walk *walk)
{
    const struct case_call call = call_by(walk->made, &OFFICER);
    int64_t number = ask_of(walk,
                            "SELECT max(p.proof_number) FROM case_proof AS p JOIN household_case AS"
                            " c ON c.household_id = p.household_id AND c.case_id = p.case_id WHERE"
                            " c.ended_on IS NULL AND p.kind = 'objection' AND p.settled_at IS NULL"
                            " AND p.household_id = ",
                            "");
    struct berm_error err;

    if (number > 0)
        assert_ok(case_settle(&call, text_of(walk->household), number, TEXT("heard both"), &err));
}

static void act(struct walk *walk)
{
    const struct case_call call = call_by(walk->made, &WORKER);
    unsigned choice = roll(walk, 100);
    struct berm_error err;
    int64_t case_id;
    bool is_open;

    snprintf(walk->household, sizeof walk->household, "H%u", 1 + roll(walk, HOUSEHOLDS));
    walk->household_id = household_id_of(walk->made, walk->household);
    is_open = ask_of(walk, OPEN_CASES, "") > 0;
    if (!is_open && choice < 40)
        assert_ok(case_lead(&call, text_of(walk->household), TEXT("other"), SEVERITY_NONE,
                            TEXT("a neighbour says so"), &case_id, &err));
    else if (choice < 45)
        try_step(walk);
    else if (choice < 75)
        try_proof(walk);
    else if (choice < 80)
        settle(walk);
    else if (choice < 85)
        plan_or_deliver(walk);
    else if (choice < 98)
        pass_days(walk, 1 + roll(walk, 12));
    else
        assert_ok(case_lead(&call, text_of(walk->household), TEXT("other"), SEVERITY_NONE,
                            TEXT("a neighbour says so"), &case_id, &err));
    if (roll(walk, 150) == 0)
        set_wage(walk->made, walk->household, roll(walk, 4) == 0 ? 300 : 2000);
}

/* As somebody else does, over a connection of their own. */
static void journal_holds(const struct walk *walk)
{
    CLEANUP(store_closep) struct store *store = store_of(&walk->made->place, STORE_READ_ONLY);
    struct journal_verdict verdict;
    struct berm_error err;

    assert_ok(journal_verify(store, &(struct journal_verify_options){.caller = caller_local()},
                             &verdict, &err));
    assert_int_equal(verdict.faults, 0);
}

static void no_sequence_of_actions_strikes_off_without_what_it_takes(void **state)
{
    const char *seed = getenv("BERM_TEST_SEED");
    const char *actions = getenv("BERM_TEST_ACTIONS");
    struct walk walk = {.made = *state,
                        .dice = seed ? strtoull(seed, NULL, 10) : 8,
                        .today = date_from_civil(2020, 11, 2),
                        .screened = month_from_civil(2020, 9)};
    long count = actions ? strtol(actions, NULL, 10) : ACTIONS;

    print_message("seed %llu\n", (unsigned long long)walk.dice);
    add_household(walk.made, "H1", "A", 300);
    add_household(walk.made, "H2", "A", 300);
    add_household(walk.made, "H3", "A", 2000);
    register_screen(walk.made->office, walk.screened, 1);
    set_wage(walk.made, "H1", 2000); /* better from now on */
    set_wage(walk.made, "H2", 2000);
    for (long a = 1; a <= count; a++) {
        act(&walk);
        account_balances(&walk);
        cases_are_whole(&walk);
        if (a % VERIFY_EVERY == 0)
            journal_holds(&walk);
    }
    print_message("%d steps taken, %d refused, %d came to be watched\n", walk.taken, walk.refused,
                  (int)ask(&walk, "SELECT count(*) FROM case_step WHERE to_stage = 'watched'"));
    journal_holds(&walk);
    if (seed == NULL && actions == NULL) /* the sequence goes all the way */
        assert_true(ask(&walk, "SELECT count(*) FROM case_step WHERE to_stage = 'watched'") > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE_TEST(no_sequence_of_actions_strikes_off_without_what_it_takes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
