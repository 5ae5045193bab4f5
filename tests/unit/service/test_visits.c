/* Visits and files: what is kept, what becomes fact, who sees it, and every lack of memory. */
#include "unit/service/access_fixture.h"

static const struct visit_report SEEN = {.visited_on = {"2020-12-01", 10},
                                         .summary = {"Somebody was there.", 19}};

static int64_t plan(struct access_register *made, const char *household)
{
    const struct visit_order order = {.household = text_of(household),
                                      .purpose = VISIT_VERIFICATION};
    struct berm_error err;
    int64_t visit_id;

    assert_ok(
        visit_plan(made->office, caller_local(), &TESTER, &order, made->arena, &visit_id, &err));
    return visit_id;
}

static enum berm_status record(struct access_register *made, const struct caller *caller,
                               int64_t visit_id, const struct visit_answer *answers, size_t count,
                               struct fact_problems *ret_problems, struct berm_error *err)
{
    struct visit_report report = SEEN;

    report.answers = answers;
    report.answer_count = count;
    return visit_record(made->office, caller, &TESTER, visit_id, &report, made->arena, ret_problems,
                        err);
}

static struct visit_detail read_visit(struct access_register *made, int64_t visit_id)
{
    struct visit_detail detail;
    struct berm_error err;

    assert_ok(visit_read(made->office, caller_local(), visit_id, made->arena, &detail, &err));
    return detail;
}

static int64_t number_of(struct access_register *made, const char *table)
{
    CLEANUP(statement_closep) struct statement *rows = NULL;
    struct store_table *tables;
    struct berm_error err;
    size_t count;

    assert_ok(store_list_tables(made->office->store, made->arena, &tables, &count, &err));
    for (size_t t = 0; t < count; t++)
        if (text_equal(tables[t].name, text_of(table)))
            assert_ok(store_prepare_table_count(made->office->store, &tables[t], &rows, &err));
    assert_ok(statement_step_to_row(rows, &err));
    return statement_int64(rows, 0);
}

/* ---- What was found -------------------------------------------------------------------------- */

static void what_was_found_is_no_fact_until_it_is_applied(void **state)
{
    static const struct visit_answer ANSWERS[] = {
        {.name = {"rooms", 5}, .value = {"7", 1}},
        {.person = {"PA1", 3}, .name = {"able_to_work", 12}, .value = {"no", 2}},
        {.month = {"2020-12", 7}, .name = {"wage_income", 11}, .value = {"45.5", 4}},
    };
    struct access_register *made = *state;
    struct fact_call call = {.caller = caller_local(), .actor = &TESTER, .arena = made->arena};
    const struct visit_decision all = {0};
    int64_t visit_id = plan(made, "A-1");
    struct fact_problems problems;
    struct visit_detail detail;
    struct fact_result result;
    struct berm_error err;

    assert_ok(
        record(made, caller_local(), visit_id, ANSWERS, ARRAY_COUNT(ANSWERS), &problems, &err));
    detail = read_visit(made, visit_id);
    assert_int_equal(detail.finding_count, 3);
    assert_text(detail.findings[0].present, "2");
    assert_text(detail.findings[2].proposed, "45.50"); /* in the one form that the value has */
    assert_text(detail.findings[2].before, "");        /* a file reported it, and no visit */
    assert_ok(visit_apply(made->office, &call, visit_id, &all, &result, &err));
    detail = read_visit(made, visit_id);
    for (size_t f = 0; f < detail.finding_count; f++) {
        assert_int_equal(detail.findings[f].state, VISIT_APPLIED);
        assert_true(text_equal(detail.findings[f].present, detail.findings[f].proposed));
        assert_text(detail.findings[f].decided_by, "tester");
    }
    assert_int_equal(detail.version, result.version); /* one change for all three */
}

static void what_the_register_has_meanwhile_is_applied_without_a_fact(void **state)
{
    static const struct visit_answer ANSWER = {.name = {"rooms", 5}, .value = {"7", 1}};
    static const struct fact_text SAME = {{"rooms", 5}, {"7", 1}};
    struct access_register *made = *state;
    struct fact_call call = {.caller = caller_local(), .actor = &TESTER, .arena = made->arena};
    const struct visit_decision all = {0};
    int64_t visit_id = plan(made, "A-1");
    struct fact_problems problems;
    struct fact_result result;
    struct visit_detail detail;
    struct berm_error err;

    assert_ok(record(made, caller_local(), visit_id, &ANSWER, 1, &problems, &err));
    assert_ok(household_change(made->office, &call, TEXT("A-1"), &SAME, 1, &result, &err));
    assert_false(read_visit(made, visit_id).findings[0].is_in_conflict);
    assert_ok(visit_apply(made->office, &call, visit_id, &all, &result, &err));
    assert_int_equal(result.screened.run_id, 0); /* nothing to screen again */
    detail = read_visit(made, visit_id);
    assert_int_equal(detail.findings[0].state, VISIT_APPLIED);
    assert_int_equal(detail.row.open_count, 0);
}

static void what_is_not_seen_is_not_brought(void **state)
{
    static const struct visit_answer ANSWERS[] = {
        {.name = {"note", 4}, .value = {"something", 9}},
        {.month = {"2020-12", 7}, .name = {"medical_cost", 12}, .value = {"1", 1}},
    };
    struct access_register *made = *state;
    struct caller worker = register_new_caller(made, "worker", ROLE_FIELD_WORKER, "A");
    int64_t visit_id = plan(made, "A-1");
    struct fact_problems problems;
    struct berm_error err;

    worker.scopes &= ~(UINT64_C(1) << PERMISSION_FIELDS_SENSITIVE); /* as by a token */
    assert_int_equal(
        record(made, &worker, visit_id, ANSWERS, ARRAY_COUNT(ANSWERS), &problems, &err),
        BERM_INVALID_INPUT);
    assert_int_equal(problems.count, 2);
    assert_string_equal(problems.rows[0].code, "not_allowed");
    assert_int_equal(problems.rows[1].entry, 1);
    assert_int_equal(number_of(made, "visit_change"), 0);
    assert_int_equal(read_visit(made, visit_id).row.state, VISIT_PLANNED);
    assert_int_equal(record(made, &worker, plan(made, "Z-1"), ANSWERS, 1, &problems, &err),
                     BERM_NOT_FOUND);
}

/* ---- Files ----------------------------------------------------------------------------------- */

/* A paper of several pieces. */
static struct attachment_content paper(struct buffer *bytes, size_t length)
{
    struct attachment_content content;
    struct berm_error err;

    buffer_append_text(bytes, TEXT("%PDF-1.7\n"));
    for (size_t i = 0; bytes->length < length; i++)
        buffer_append_char(bytes, (char)(i * 7919 >> 3));
    buffer_append_text(bytes, TEXT("\n%%EOF\n"));
    assert_ok(buffer_status(bytes, &err));
    assert_ok(attachment_prepare(buffer_text(bytes), false, &content, &err));
    return content;
}

static const struct attachment_order PAPER = {
    .household = {"A-1", 3}, .kind = ATTACHMENT_DOCUMENT, .file_name = {"C:\\x\\paper.pdf", 14}};

static void a_file_comes_back_piece_by_piece(void **state)
{
    struct access_register *made = *state;
    CLEANUP(buffer_free) struct buffer bytes = {0};
    CLEANUP(buffer_free) struct buffer back = {0};
    CLEANUP(attachment_content_close)
    struct attachment_content content = paper(&bytes, 3 * ATTACHMENT_PIECE_BYTES + 5);
    struct attachment_row row, again;
    struct berm_error err;
    bool is_repeated;

    assert_ok(attachment_add(made->office, caller_local(), &TESTER, &PAPER, &content, made->arena,
                             &row, &is_repeated, &err));
    assert_false(is_repeated);
    assert_text(row.file_name, "paper.pdf");
    assert_int_equal(number_of(made, "attachment_piece"), 4);
    while ((int64_t)back.length < row.byte_count)
        assert_ok(
            attachment_read_bytes(made->office, &row, (int64_t)back.length, 100000, &back, &err));
    assert_int_equal(back.length, bytes.length);
    assert_memory_equal(back.bytes, bytes.bytes, bytes.length);
    assert_ok(attachment_add(made->office, caller_local(), &TESTER, &PAPER, &content, made->arena,
                             &again, &is_repeated, &err));
    assert_true(is_repeated);
    assert_int_equal(again.attachment_id, row.attachment_id);
    assert_int_equal(number_of(made, "attachment"), 1);
}

static void what_is_too_large_or_nameless_is_refused(void **state)
{
    static const char *const NAMES[] = {"", "folder/", "a\nb", "\xFF.jpg", " "};
    struct access_register *made = *state;
    CLEANUP(buffer_free) struct buffer bytes = {0};
    CLEANUP(attachment_content_close) struct attachment_content content = paper(&bytes, 100);
    CLEANUP(buffer_free) struct buffer large = {0};
    struct attachment_content none;
    struct attachment_row row;
    struct berm_error err;
    bool is_repeated;

    buffer_append_text(&large, buffer_text(&bytes));
    while (large.length <= ATTACHMENT_BYTES_MAX)
        buffer_append_text(&large, buffer_text(&bytes));
    assert_fails(attachment_prepare(buffer_text(&large), true, &none, &err), BERM_LIMIT, "8388608");
    for (size_t n = 0; n < ARRAY_COUNT(NAMES); n++) {
        struct attachment_order order = PAPER;

        order.file_name = text_of(NAMES[n]);
        assert_int_equal(attachment_add(made->office, caller_local(), &TESTER, &order, &content,
                                        made->arena, &row, &is_repeated, &err),
                         BERM_INVALID_INPUT);
    }
    assert_int_equal(number_of(made, "attachment_file"), 0);
}

/* ---- Memory ---------------------------------------------------------------------------------- */

typedef enum berm_status limited_act(struct access_register *made, struct arena *arena,
                                     int64_t visit_id, struct berm_error *err);

static enum berm_status record_all(struct access_register *made, struct arena *arena,
                                   int64_t visit_id, struct berm_error *err)
{
    static const struct visit_answer ANSWERS[] = {
        {.name = {"rooms", 5}, .value = {"7", 1}},
        {.person = {"PA1", 3}, .name = {"able_to_work", 12}, .value = {"no", 2}},
    };
    struct visit_report report = SEEN;
    struct fact_problems problems;

    report.answers = ANSWERS;
    report.answer_count = ARRAY_COUNT(ANSWERS);
    return visit_record(made->office, caller_local(), &TESTER, visit_id, &report, arena, &problems,
                        err);
}

static enum berm_status apply_all(struct access_register *made, struct arena *arena,
                                  int64_t visit_id, struct berm_error *err)
{
    struct fact_call call = {.caller = caller_local(), .actor = &TESTER, .arena = arena};
    const struct visit_decision all = {0};
    struct fact_result result;

    return visit_apply(made->office, &call, visit_id, &all, &result, err);
}

/* With more and more memory until it succeeds; nothing is left of any time before. */
static void assert_whole_or_not(struct access_register *made, limited_act *act, int64_t visit_id)
{
    enum berm_status status = BERM_NO_MEMORY;
    int64_t changes = number_of(made, "change");
    struct berm_error err;

    for (size_t cap = 64; status != BERM_OK; cap += 1024) {
        CLEANUP(arena_freep) struct arena *arena = NULL;

        assert_ok(arena_create(cap, &arena, &err));
        status = act(made, arena, visit_id, &err);
        if (status != BERM_OK) {
            assert_int_equal(status, BERM_NO_MEMORY);
            assert_int_equal(number_of(made, "change"), changes);
        }
        assert_true(cap < (size_t)16 << 20);
    }
    assert_int_equal(number_of(made, "change"), changes + 1);
}

static void a_lack_of_memory_leaves_nothing_behind(void **state)
{
    struct access_register *made = *state;
    int64_t visit_id = plan(made, "A-1");

    assert_whole_or_not(made, record_all, visit_id);
    assert_whole_or_not(made, apply_all, visit_id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        REGISTER_TEST(what_was_found_is_no_fact_until_it_is_applied),
        REGISTER_TEST(what_the_register_has_meanwhile_is_applied_without_a_fact),
        REGISTER_TEST(what_is_not_seen_is_not_brought),
        REGISTER_TEST(a_file_comes_back_piece_by_piece),
        REGISTER_TEST(what_is_too_large_or_nameless_is_refused),
        REGISTER_TEST(a_lack_of_memory_leaves_nothing_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
