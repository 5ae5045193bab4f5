/* The queue and its runner: done exactly once, stopped without a trace, seen only by whom it
 * concerns. The work itself is a function of the test. */
#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "service/job/private.h"
#include "unit/service/access_fixture.h"

static _Atomic int run_count, changed_count;
static _Atomic bool is_held;

static void pause_ms(int ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL);
}

/* Wait up to ten seconds for what another thread does. */
#define assert_comes_true(condition)                                                               \
    do {                                                                                           \
        for (int waited = 0; !(condition) && waited < 2000; waited++)                              \
            pause_ms(5);                                                                           \
        assert_true(condition);                                                                    \
    } while (0)

/* ---- Work ------------------------------------------------------------------------------------ */

static enum berm_status count_up(struct job_run *run, struct berm_error *err)
{
    (void)err;
    run_count++;
    for (int waited = 0; is_held && waited < 2000; waited++) {
        if (!job_run_progress(run, "holding", waited, 2000))
            return fail_with(err, BERM_CANCELLED, "stopped");
        pause_ms(5);
    }
    buffer_append_format(&run->result, "{\"by\":\"%.*s\"}", TEXT_ARG(run->caller->name));
    return BERM_OK;
}

/* Writes a setting and the job's end in one transaction, which it does not commit where held. */
static enum berm_status write_setting(struct job_run *run, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct store *store = run->office->store;

    run_count++;
    TRY(store_begin(store, err));
    transaction = store;
    TRY(setting_write(store, "from_job", TEXT("yes"), err));
    buffer_append_text(&run->result, TEXT("{}"));
    TRY(job_run_finish(run, err));
    if (is_held)
        return fail_with(err, BERM_IO, "the disk is full");
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}

static enum berm_status make_file(struct job_run *run, struct berm_error *err)
{
    char path[JOB_PATH_BYTES_MAX];
    FILE *file;

    TRY(job_run_file(run, "list.csv", path, err));
    file = fopen(path, "w");
    assert_non_null(file);
    fputs("a secret", file);
    fclose(file);
    return BERM_OK;
}

static struct access_register *present;

static enum berm_status open_office(void *context, struct office **ret_office,
                                    struct berm_error *err)
{
    (void)context;
    return office_open(store_url(present->office->store), STORE_READ_WRITE, ret_office, err);
}

static void note_change(void *context, int64_t job_id)
{
    (void)context;
    assert(job_id > 0);
    changed_count++;
}

static struct job_runner_options options_of(struct access_register *made,
                                            job_function *const functions[JOB_KIND_COUNT])
{
    present = made;
    run_count = changed_count = 0;
    is_held = false;
    return (struct job_runner_options){.store_url = store_url(made->office->store),
                                       .functions = functions,
                                       .open = open_office,
                                       .changed = note_change,
                                       .poll_ms = 20};
}

static job_function *const COUNTING[JOB_KIND_COUNT] = {count_up, count_up};
static job_function *const WRITING[JOB_KIND_COUNT] = {write_setting, write_setting};
static job_function *const FILING[JOB_KIND_COUNT] = {make_file, make_file};

static int64_t queue(struct access_register *made, const struct caller *caller)
{
    const struct job_order order = {JOB_SCREEN, TEXT("{\"month\":\"2020-12\"}")};
    struct berm_error err;
    int64_t job_id;

    assert_ok(job_create(made->office->store, caller, &TESTER, &order, &job_id, &err));
    return job_id;
}

static struct job_row row_of(struct access_register *made, const struct caller *caller,
                             int64_t job_id)
{
    struct job_row row;
    struct berm_error err;

    assert_ok(job_read(made->office->store, caller, job_id, made->arena, &row, &err));
    return row;
}

static enum job_state state_of(struct access_register *made, int64_t job_id)
{
    return row_of(made, caller_local(), job_id).state;
}

static void run_all(const struct job_runner_options *options, int64_t done, int64_t failed)
{
    struct berm_error err;
    int64_t came_done, came_failed;

    assert_ok(jobs_run_queued(options, &came_done, &came_failed, &err));
    assert_int_equal(came_done, done);
    assert_int_equal(came_failed, failed);
}

/* ---- The life of a job ----------------------------------------------------------------------- */

static void a_job_is_done_once_and_tells_each_state(void **state)
{
    struct access_register *made = *state;
    struct job_runner_options options = options_of(made, COUNTING);
    int64_t job_id = queue(made, caller_local());
    struct job_event events[JOB_EVENTS_MAX];
    struct berm_error err;
    size_t count;

    assert_int_equal(state_of(made, job_id), JOB_QUEUED);
    run_all(&options, 1, 0);
    run_all(&options, 0, 0);
    assert_int_equal(run_count, 1);
    assert_true(changed_count >= 2);
    assert_text(row_of(made, caller_local(), job_id).result, "{\"by\":\"local\"}");
    assert_ok(job_events(made->office->store, caller_local(), job_id, 0, events, &count, &err));
    assert_int_equal(count, 3);
    assert_int_equal(events[0].state, JOB_QUEUED);
    assert_int_equal(events[1].state, JOB_RUNNING);
    assert_int_equal(events[2].state, JOB_DONE);
    assert_ok(job_events(made->office->store, caller_local(), job_id, events[1].event_id, events,
                         &count, &err));
    assert_int_equal(count, 1);
    assert_int_equal(events[0].state, JOB_DONE);
}

static void the_end_stands_in_the_transaction_of_the_work(void **state)
{
    struct access_register *made = *state;
    struct job_runner_options options = options_of(made, WRITING);
    int64_t first = queue(made, caller_local()), second;
    struct text value;
    struct berm_error err;

    is_held = true; /* it fails after it was finished: neither may stay */
    run_all(&options, 0, 1);
    assert_int_equal(state_of(made, first), JOB_FAILED);
    assert_text(row_of(made, caller_local(), first).error, "the disk is full");
    assert_text(row_of(made, caller_local(), first).failure, "input or output failed");
    assert_ok(setting_read(made->office->store, "from_job", made->arena, &value, &err));
    assert_int_equal(value.length, 0);
    is_held = false;
    second = queue(made, caller_local());
    run_all(&options, 1, 0);
    assert_int_equal(state_of(made, second), JOB_DONE);
    assert_ok(setting_read(made->office->store, "from_job", made->arena, &value, &err));
    assert_text(value, "yes");
}

static void what_a_dead_server_left_is_begun_again_three_times(void **state)
{
    struct access_register *made = *state;
    struct store *store = made->office->store;
    struct job_runner_options options = options_of(made, COUNTING);
    int64_t job_id = queue(made, caller_local());
    struct job_claimed claimed;
    struct job_end end = {.state = JOB_DONE};
    struct berm_error err;
    bool has;

    for (int attempt = 1; attempt <= JOB_ATTEMPTS_MAX; attempt++) {
        assert_int_equal(state_of(made, job_id), JOB_QUEUED);
        assert_ok(job_claim(store, JOB_LANE_WRITE, made->arena, &has, &claimed, &err));
        assert_true(has);
        assert_int_equal(claimed.attempt, attempt);
        assert_ok(job_adopt(store, JOB_LANE_READ, &err)); /* another lane's is left alone */
        assert_int_equal(state_of(made, job_id), JOB_RUNNING);
        assert_ok(job_adopt(store, JOB_LANE_WRITE, &err));
    }
    assert_int_equal(state_of(made, job_id), JOB_FAILED);
    assert_non_null(strstr(row_of(made, caller_local(), job_id).error.bytes, "ended 3 times"));
    run_all(&options, 0, 0);
    assert_int_equal(run_count, 0);

    /* An attempt that was thought dead cannot finish what another one does now. */
    job_id = queue(made, caller_local());
    assert_ok(job_claim(store, JOB_LANE_WRITE, made->arena, &has, &claimed, &err));
    end.attempt = claimed.attempt;
    assert_ok(job_adopt(store, JOB_LANE_WRITE, &err));
    assert_ok(job_claim(store, JOB_LANE_WRITE, made->arena, &has, &claimed, &err));
    assert_ok(store_begin(store, &err));
    assert_fails(job_write_end(store, job_id, &end, &err), BERM_CONFLICT, "took it over");
    end.attempt = claimed.attempt;
    assert_ok(job_write_end(store, job_id, &end, &err));
    assert_ok(store_commit(store, &err));
}

static void one_process_at_a_time_runs_the_jobs(void **state)
{
    struct access_register *made = *state;
    struct job_runner_options options = options_of(made, COUNTING);
    struct job_runner *first = NULL, *second = NULL;
    struct berm_error err;
    int64_t job_id = queue(made, caller_local()), done, failed;
    struct job_progress progress;

    is_held = true;
    assert_ok(job_runner_start(&options, &first, &err));
    assert_comes_true(state_of(made, job_id) == JOB_RUNNING && run_count == 1);
    assert_ok(job_runner_start(&options, &second, &err));
    assert_fails(jobs_run_queued(&options, &done, &failed, &err), BERM_BUSY, "another process");
    pause_ms(200); /* ten polls of the second runner */
    assert_int_equal(run_count, 1);
    assert_comes_true(job_runner_progress(first, job_id, &progress) && progress.done > 0);
    assert_string_equal(progress.phase, "holding");
    assert_false(job_runner_progress(second, job_id, &progress));

    /* The first one stops in good order: the second goes on, and no attempt is lost. */
    job_runner_stop(first);
    assert_comes_true(run_count == 2);
    assert_int_equal(row_of(made, caller_local(), job_id).attempt, 1);
    is_held = false;
    assert_comes_true(state_of(made, job_id) == JOB_DONE);
    job_runner_stop(second);
}

static void a_job_waits_while_others_write(void **state)
{
    struct access_register *made = *state;
    struct job_runner_options options = options_of(made, WRITING);
    struct job_runner *runner = NULL;
    struct berm_error err;
    int64_t job_id = queue(made, caller_local());

    assert_ok(job_runner_start(&options, &runner, &err));
    assert_comes_true(state_of(made, job_id) == JOB_DONE);
    job_id = queue(made, caller_local());
    assert_ok(store_begin(made->office->store, &err));
    job_runner_wake(runner);
    pause_ms(500); /* longer than the store waits in this test */
    assert_int_equal(run_count, 1);
    store_rollback(made->office->store);
    assert_comes_true(state_of(made, job_id) == JOB_DONE);
    job_runner_stop(runner);
}

/* ---- Stopping -------------------------------------------------------------------------------- */

static void a_cancelled_job_ends_wherever_it_is(void **state)
{
    struct access_register *made = *state;
    struct store *store = made->office->store;
    struct job_runner_options options = options_of(made, COUNTING);
    struct job_runner *runner = NULL;
    int64_t queued = queue(made, caller_local()), here, elsewhere;
    struct berm_error err;
    bool is_told;

    assert_ok(job_cancel(store, caller_local(), &TESTER, queued, &err));
    assert_int_equal(state_of(made, queued), JOB_CANCELLED);
    assert_fails(job_cancel(store, caller_local(), &TESTER, queued, &err), BERM_CONFLICT,
                 "cancelled already");
    assert_fails(job_cancel(store, caller_local(), &TESTER, 999, &err), BERM_NOT_FOUND, "no job");

    is_held = true;
    assert_ok(job_runner_start(&options, &runner, &err));
    here = queue(made, caller_local());
    assert_comes_true(run_count == 1);
    assert_ok(job_runner_cancel(runner, store, caller_local(), here, &is_told, &err));
    assert_true(is_told);
    assert_comes_true(state_of(made, here) == JOB_CANCELLED);
    assert_text(row_of(made, caller_local(), here).cancelled_by, "local");

    elsewhere = queue(made, caller_local());
    assert_comes_true(run_count == 2);
    assert_ok(job_cancel(store, caller_local(), &TESTER, elsewhere, &err)); /* by its row */
    assert_comes_true(state_of(made, elsewhere) == JOB_CANCELLED);
    assert_ok(job_runner_cancel(runner, store, caller_local(), elsewhere, &is_told, &err));
    assert_false(is_told);
    assert_int_equal(run_count, 2); /* the first, cancelled while it waited, never ran */
    job_runner_stop(runner);
}

/* ---- Who sees what --------------------------------------------------------------------------- */

static enum berm_status count_row(void *context, const struct job_row *row, struct berm_error *err)
{
    (void)row;
    (void)err;
    (*(int *)context)++;
    return BERM_OK;
}

static int count_for(struct access_register *made, const struct caller *caller)
{
    const struct job_filter filter = {0};
    struct berm_error err;
    int count = 0;

    assert_ok(jobs_list(made->office->store, caller, &filter, count_row, &count, &err));
    return count;
}

static void a_job_is_its_owners_and_an_administrator_sees_its_outline(void **state)
{
    struct access_register *made = *state;
    struct store *store = made->office->store;
    struct job_runner_options options = options_of(made, COUNTING);
    struct caller owner = register_new_caller(made, "owner", ROLE_COUNTY, "A");
    struct caller other = register_new_caller(made, "other", ROLE_COUNTY, "Z");
    struct caller part = register_new_caller(made, "part", ROLE_ADMINISTRATOR, "A");
    struct caller administrator = register_new_caller(made, "boss", ROLE_ADMINISTRATOR, "");
    struct caller viewer = register_new_caller(made, "viewer", ROLE_VIEWER, "A");
    const struct job_order order = {JOB_SCREEN, TEXT("{}")};
    int64_t job_id = queue(made, &owner);
    struct job_event events[JOB_EVENTS_MAX];
    struct berm_error err;
    struct job_row row;
    size_t count;

    run_all(&options, 1, 0);
    row = row_of(made, &owner, job_id);
    assert_true(row.is_own);
    assert_text(row.result, "{\"by\":\"owner\"}");
    assert_text(row.task, "{\"month\":\"2020-12\"}");
    row = row_of(made, &administrator, job_id);
    assert_false(row.is_own);
    assert_int_equal(row.state, JOB_DONE);
    assert_int_equal(row.result.length + row.task.length + row.error.length, 0);
    assert_fails(job_read(store, &other, job_id, made->arena, &row, &err), BERM_NOT_FOUND,
                 "no job");
    assert_fails(job_read(store, &part, job_id, made->arena, &row, &err), BERM_NOT_FOUND, "no job");
    assert_fails(job_events(store, &other, job_id, 0, events, &count, &err), BERM_NOT_FOUND, "no");
    assert_fails(job_cancel(store, &other, &TESTER, job_id, &err), BERM_NOT_FOUND, "no job");
    assert_fails(job_create(store, &viewer, &TESTER, &order, &job_id, &err), BERM_FORBIDDEN,
                 "screen");
    assert_int_equal(count_for(made, &owner), 1);
    assert_int_equal(count_for(made, &other), 0);
    assert_int_equal(count_for(made, &administrator), 1);
}

static void who_loses_a_role_loses_the_result(void **state)
{
    struct access_register *made = *state;
    struct store *store = made->office->store;
    struct job_runner_options options = options_of(made, FILING);
    struct caller owner = register_new_caller(made, "owner", ROLE_COUNTY, "A");
    char path[JOB_PATH_BYTES_MAX];
    struct text name;
    struct berm_error err;
    int64_t job_id;

    register_grant(made, "owner", ROLE_COUNTY, "Z");
    owner = register_caller(made, "owner");
    job_id = queue(made, &owner);
    run_all(&options, 1, 0);
    assert_ok(job_file(store, &owner, job_id, made->arena, path, &name, &err));
    assert_text(name, "list.csv");
    assert_int_equal(access(path, R_OK), 0);
    register_grant(made, "owner", ROLE_VIEWER, "A1"); /* more than before is no loss */
    owner = register_caller(made, "owner");
    assert_ok(job_file(store, &owner, job_id, made->arena, path, &name, &err));
    assert_ok(account_revoke(store, caller_local(), &TESTER, TEXT("owner"), ROLE_COUNTY, TEXT("Z"),
                             &err));
    owner = register_caller(made, "owner");
    assert_fails(job_file(store, &owner, job_id, made->arena, path, &name, &err), BERM_NOT_FOUND,
                 "not yours");
    assert_int_equal(row_of(made, &owner, job_id).state, JOB_DONE);
}

static void a_job_runs_with_the_rights_of_its_day(void **state)
{
    struct access_register *made = *state;
    struct store *store = made->office->store;
    struct job_runner_options options = options_of(made, COUNTING);
    struct caller owner = register_new_caller(made, "owner", ROLE_COUNTY, "A");
    struct caller off = register_new_caller(made, "off", ROLE_COUNTY, "A");
    int64_t first = queue(made, &owner), second = queue(made, &off);
    struct berm_error err;

    assert_ok(account_revoke(store, caller_local(), &TESTER, TEXT("owner"), ROLE_COUNTY, TEXT("A"),
                             &err));
    assert_ok(account_set_active(store, caller_local(), &TESTER, TEXT("off"), false, &err));
    run_all(&options, 0, 2);
    assert_int_equal(run_count, 0);
    assert_text(row_of(made, caller_local(), first).failure, "not allowed");
    assert_non_null(strstr(row_of(made, caller_local(), second).error.bytes, "switched off"));
}

static void one_account_cannot_fill_the_queue(void **state)
{
    struct access_register *made = *state;
    struct caller owner = register_new_caller(made, "owner", ROLE_COUNTY, "A");
    struct caller other = register_new_caller(made, "other", ROLE_COUNTY, "Z");
    const struct job_order order = {JOB_SCREEN, TEXT("{}")};
    struct berm_error err;
    int64_t job_id = 0;

    for (int j = 0; j < JOBS_OPEN_MAX; j++)
        job_id = queue(made, &owner);
    assert_fails(job_create(made->office->store, &owner, &TESTER, &order, &job_id, &err),
                 BERM_LIMIT, "cancel some");
    queue(made, &other);
    assert_ok(job_cancel(made->office->store, &owner, &TESTER, job_id, &err));
    queue(made, &owner);
}

/* ---- Sweeping -------------------------------------------------------------------------------- */

static void old_files_go_first_and_old_jobs_later(void **state)
{
    struct access_register *made = *state;
    struct store *store = made->office->store;
    struct job_runner_options options = options_of(made, FILING);
    int64_t job_id = queue(made, caller_local()), count;
    char path[JOB_PATH_BYTES_MAX];
    struct text name;
    struct job_row row;
    struct berm_error err;

    run_all(&options, 1, 0);
    assert_ok(jobs_sweep(store, job_now_s() + JOB_FILE_KEPT_S - 60, &count, &err));
    assert_int_equal(count, 0);
    assert_ok(job_file(store, caller_local(), job_id, made->arena, path, &name, &err));
    assert_ok(jobs_sweep(store, job_now_s() + JOB_FILE_KEPT_S + 60, &count, &err));
    assert_int_equal(count, 1);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_fails(job_file(store, caller_local(), job_id, made->arena, path, &name, &err),
                 BERM_NOT_FOUND, "kept for 7 days");
    queue(made, caller_local()); /* what waits is never old */
    assert_ok(jobs_sweep(store, job_now_s() + JOB_KEPT_S + 60, &count, &err));
    assert_int_equal(count, 1);
    assert_fails(job_read(store, caller_local(), job_id, made->arena, &row, &err), BERM_NOT_FOUND,
                 "no job");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        REGISTER_TEST(a_job_is_done_once_and_tells_each_state),
        REGISTER_TEST(the_end_stands_in_the_transaction_of_the_work),
        REGISTER_TEST(what_a_dead_server_left_is_begun_again_three_times),
        REGISTER_TEST(one_process_at_a_time_runs_the_jobs),
        REGISTER_TEST(a_job_waits_while_others_write),
        REGISTER_TEST(a_cancelled_job_ends_wherever_it_is),
        REGISTER_TEST(a_job_is_its_owners_and_an_administrator_sees_its_outline),
        REGISTER_TEST(who_loses_a_role_loses_the_result),
        REGISTER_TEST(a_job_runs_with_the_rights_of_its_day),
        REGISTER_TEST(one_account_cannot_fill_the_queue),
        REGISTER_TEST(old_files_go_first_and_old_jobs_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
