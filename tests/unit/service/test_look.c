/* Looks: what a server notes becomes entries, once, also after a kill. */
#include <dirent.h>
#include <unistd.h>

#include "service/access/mask.h"
#include "service/look/private.h"
#include "unit/service/access_fixture.h"

static const struct actor ANNA = {{"anna", 4}, {"api", 3}, {"10.0.0.1", 8}, {"", 0}};
static const struct actor ANNA_ELSEWHERE = {{"anna", 4}, {"api", 3}, {"10.0.0.2", 8}, {"", 0}};
static const struct actor BERT = {{"bert", 4}, {"api", 3}, {"10.0.0.1", 8}, {"", 0}};

enum { NOW_S = 1600000000 };

static struct look_log *log_of_server(void)
{
    struct look_log *log = NULL;
    struct berm_error err;

    assert_ok(look_log_create(&log, &err));
    return log;
}

static enum berm_status note_one(struct access_register *made, struct look_log *log,
                                 const struct actor *actor, int64_t now_s, enum look_kind kind,
                                 const char *code, struct berm_error *err)
{
    const struct look look = {.kinds = kind, .what = "household", .code = text_of(code)};

    return look_note(log, made->office->store, actor, now_s, &look, 1, err);
}

static void flush(struct access_register *made, struct look_log *log)
{
    struct berm_error err;

    assert_ok(look_flush(log, made->office, &err));
}

static enum berm_status append_entry(void *context, const struct journal_entry *entry,
                                     int64_t sequence, struct berm_error *err)
{
    const char *end = entry->details.bytes;

    (void)sequence;
    (void)err;
    while (*end != ']') /* without the instant behind it */
        end++;
    buffer_append_format(context, "%.*s %.*s %.*s;", TEXT_ARG(entry->actor.name),
                         TEXT_ARG(entry->subject), (int)(end + 1 - entry->details.bytes),
                         entry->details.bytes);
    return BERM_OK;
}

static void assert_entries(struct access_register *made, const char *wanted)
{
    CLEANUP(buffer_free) struct buffer out = {0};
    const struct journal_filter filter = {.action = TEXT("look")};
    struct berm_error err;

    assert_ok(journal_list(made->office->store, caller_local(), &filter, append_entry, &out, &err));
    buffer_append_char(&out, '\0');
    assert_string_equal(out.bytes, wanted);
}

static int count_of_files(struct access_register *made)
{
    char path[128];
    DIR *folder;
    int count = -2; /* . and .. */

    snprintf(path, sizeof path, "%s/register.berm.files/looks", made->folder->path);
    folder = opendir(path);
    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

static void who_looks_again_soon_leaves_one_entry(void **state)
{
    struct access_register *made = *state;
    CLEANUP(look_log_freep) struct look_log *log = log_of_server();
    struct berm_error err;

    assert_ok(note_one(made, log, &ANNA, NOW_S, LOOK_FACTS, "A-1", &err));
    assert_ok(note_one(made, log, &ANNA, NOW_S + 1, LOOK_FACTS, "A-1", &err));
    assert_ok(note_one(made, log, &ANNA, NOW_S + 1, LOOK_REASONS, "A-1", &err));
    assert_entries(made, ""); /* they wait */
    flush(made, log);
    assert_entries(made, "anna household A-1 {\"shown\":[\"facts\",\"reasons\"];");
    assert_ok(note_one(made, log, &ANNA, NOW_S + LOOK_AGAIN_S - 1, LOOK_REASONS, "A-1", &err));
    flush(made, log);
    assert_int_equal(count_of_files(made), 0);
    assert_ok(note_one(made, log, &ANNA, NOW_S + LOOK_AGAIN_S, LOOK_FACTS, "A-1", &err));
    flush(made, log);
    assert_entries(made, "anna household A-1 {\"shown\":[\"facts\",\"reasons\"];"
                         "anna household A-1 {\"shown\":[\"facts\"];");
}

static void others_other_addresses_and_a_clock_set_back_are_other_looks(void **state)
{
    struct access_register *made = *state;
    CLEANUP(look_log_freep) struct look_log *log = log_of_server();
    struct berm_error err;

    assert_ok(note_one(made, log, &ANNA, NOW_S, LOOK_FACTS, "A-1", &err));
    assert_ok(note_one(made, log, &BERT, NOW_S, LOOK_FACTS, "A-1", &err));
    assert_ok(note_one(made, log, &ANNA_ELSEWHERE, NOW_S, LOOK_FACTS, "A-1", &err));
    assert_ok(note_one(made, log, &ANNA, NOW_S, LOOK_FACTS, "A-2", &err));
    flush(made, log);
    assert_entries(made, "anna household A-1 {\"shown\":[\"facts\"];"
                         "anna household A-2 {\"shown\":[\"facts\"];"
                         "anna household A-1 {\"shown\":[\"facts\"];"
                         "bert household A-1 {\"shown\":[\"facts\"];");
    assert_ok(note_one(made, log, &BERT, NOW_S - 1, LOOK_FACTS, "A-1", &err));
    assert_int_equal(count_of_files(made), 1);
}

/* A page of many is one entry, which names them all. */
static void many_at_once_are_named_in_one_entry(void **state)
{
    struct access_register *made = *state;
    CLEANUP(look_log_freep) struct look_log *log = log_of_server();
    struct look looks[50];
    char codes[50][8];
    struct berm_error err;

    for (int l = 0; l < 50; l++) {
        snprintf(codes[l], sizeof codes[l], "H-%02d", l);
        looks[l] = (struct look){LOOK_FINDINGS, "household", text_of(codes[l])};
    }
    assert_ok(look_note(log, made->office->store, &ANNA, NOW_S, looks, 50, &err));
    flush(made, log);
    assert_entries(made, "anna several {\"shown\":[\"findings\"];");
    assert_ok(look_note(log, made->office->store, &ANNA, NOW_S + 5, looks + 20, 30, &err));
    flush(made, log);
    assert_entries(made, "anna several {\"shown\":[\"findings\"];");
}

/* Nobody looks unnoticed: what cannot be noted fails, and what was noted before is not lost. */
static void a_full_log_refuses_until_it_is_flushed(void **state)
{
    struct access_register *made = *state;
    CLEANUP(look_log_freep) struct look_log *log = log_of_server();
    enum berm_status status = BERM_OK;
    char code[CODE_BYTES_MAX + 1];
    int64_t noted = 0, named = 0;
    struct berm_error err;

    while (status == BERM_OK && noted < LOOK_LOG_BYTES_MAX) {
        snprintf(code, sizeof code, "H-%060lld", (long long)noted++);
        status = note_one(made, log, &ANNA, NOW_S, LOOK_FACTS, code, &err);
    }
    assert_int_equal(status, BERM_BUSY);
    noted--;
    assert_true(noted > 10000);
    assert_fails(note_one(made, log, &ANNA, NOW_S, LOOK_FACTS, code, &err), BERM_BUSY, "journal");
    flush(made, log);
    assert_ok(note_one(made, log, &ANNA, NOW_S, LOOK_FACTS, code, &err));
    flush(made, log);
    {
        CLEANUP(statement_closep) struct statement *list = NULL;
        bool has_row;

        assert_ok(
            statement_prepare(made->office->store, STATEMENT_JOURNAL_OLDEST_FIRST, &list, &err));
        statement_bind_int64(list, JOURNAL_OLDEST_FIRST__BEFORE, INT64_MAX);
        statement_bind_int64(list, JOURNAL_OLDEST_FIRST__AFTER, 0);
        statement_bind_text(list, JOURNAL_OLDEST_FIRST__ACTOR, TEXT("anna"));
        statement_bind_text(list, JOURNAL_OLDEST_FIRST__SUBJECT, TEXT(""));
        statement_bind_text(list, JOURNAL_OLDEST_FIRST__ACTION, TEXT("look"));
        statement_bind_text(list, JOURNAL_OLDEST_FIRST__FROM, TEXT(""));
        statement_bind_text(list, JOURNAL_OLDEST_FIRST__TO, TEXT(""));
        statement_bind_int64(list, JOURNAL_OLDEST_FIRST__OWN, 0);
        statement_bind_int64(list, JOURNAL_OLDEST_FIRST__COUNT, INT64_MAX);
        assert_ok(statement_step(list, &has_row, &err));
        while (has_row) {
            struct text details = statement_text(list, 10);

            for (size_t i = 0; i + 4 <= details.length; i++)
                named += memcmp(details.bytes + i, "H-00", 4) == 0;
            named += text_starts_with(statement_text(list, 6), TEXT("household H-"));
            assert_ok(statement_step(list, &has_row, &err));
        }
    }
    assert_int_equal(named, noted + 1);
}

/* What a killed server noted is there after the next start, but for a line that was torn. */
static void what_was_noted_before_a_kill_is_journalled_by_the_next_start(void **state)
{
    struct access_register *made = *state;
    CLEANUP(look_log_freep) struct look_log *log = log_of_server();
    CLEANUP(look_log_freep) struct look_log *next = log_of_server();
    char path[160];
    struct berm_error err;
    FILE *file;

    assert_ok(note_one(made, log, &ANNA, NOW_S, LOOK_FACTS, "A-1", &err));
    assert_ok(note_one(made, log, &ANNA, NOW_S, LOOK_NUMBERS, "A,2:\n\"x", &err));
    flush(made, next); /* another server, while the first one lives: nothing of its business */
    assert_entries(made, "");
    assert_int_equal(count_of_files(made), 1);
    look_log_free(log); /* as a kill: nothing is flushed */
    log = log_of_server();
    flush(made, log);
    assert_entries(made, "anna household A,2:\n\"x {\"shown\":[\"numbers\"];"
                         "anna household A-1 {\"shown\":[\"facts\"];");
    assert_int_equal(count_of_files(made), 0);
    look_log_free(log);
    log = log_of_server();
    snprintf(path, sizeof path, "%s/register.berm.files/looks/7", made->folder->path);
    file = fopen(path, "w");
    fputs("4:bert,3:api,0:,13:household A-1,0:,1\n4:bert,3:api,0:,13:househ", file);
    fclose(file);
    flush(made, log);
    assert_entries(made, "anna household A,2:\n\"x {\"shown\":[\"numbers\"];"
                         "anna household A-1 {\"shown\":[\"facts\"];"
                         "bert household A-1 {\"shown\":[\"facts\"];");
    assert_int_equal(count_of_files(made), 0);
}

/* A journal that is written by somebody else for long loses nothing. */
static void a_flush_that_fails_is_done_again(void **state)
{
    struct access_register *made = *state;
    CLEANUP(store_closep) struct store *other = NULL;
    CLEANUP(look_log_freep) struct look_log *log = log_of_server();
    struct berm_error err;

    assert_ok(store_open(store_url(made->office->store), STORE_READ_WRITE, &other, &err));
    assert_ok(note_one(made, log, &ANNA, NOW_S, LOOK_FACTS, "A-1", &err));
    assert_ok(store_begin(other, &err));
    assert_int_equal(look_flush(log, made->office, &err), BERM_BUSY);
    assert_ok(note_one(made, log, &ANNA, NOW_S, LOOK_FACTS, "A-2", &err));
    assert_int_equal(count_of_files(made), 2);
    store_rollback(other);
    flush(made, log);
    flush(made, log);
    assert_entries(made, "anna household A-1 {\"shown\":[\"facts\"];"
                         "anna household A-2 {\"shown\":[\"facts\"];");
    assert_int_equal(count_of_files(made), 0);
}

static void a_folder_that_cannot_be_written_refuses_looks(void **state)
{
    struct access_register *made = *state;
    CLEANUP(look_log_freep) struct look_log *log = log_of_server();
    char path[160];
    struct berm_error err;

    assert_ok(note_one(made, log, &BERT, NOW_S, LOOK_FACTS, "A-2", &err)); /* makes the folder */
    flush(made, log);
    snprintf(path, sizeof path, "%s/register.berm.files/looks", made->folder->path);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(symlink("/dev/null", path), 0); /* also root can make nothing in it */
    assert_int_not_equal(note_one(made, log, &ANNA, NOW_S, LOOK_FACTS, "A-1", &err), BERM_OK);
    assert_int_equal(unlink(path), 0);
    assert_ok(note_one(made, log, &ANNA, NOW_S, LOOK_FACTS, "A-1", &err));
    flush(made, log);
    assert_entries(made, "bert household A-2 {\"shown\":[\"facts\"];"
                         "anna household A-1 {\"shown\":[\"facts\"];");
}

/* ---- What shows sensitive values ------------------------------------------------------------- */

static enum berm_status count_shown(void *context, const struct finding_row *row,
                                    struct berm_error *err)
{
    (void)err;
    *(int *)context += row->shows_sensitive;
    return BERM_OK;
}

static void only_known_sensitive_values_in_sight_are_a_look(void **state)
{
    struct access_register *made = *state;
    const month_number month = month_from_civil(2020, 12);
    struct caller viewer = register_new_caller(made, "li", ROLE_VIEWER, "A");
    struct caller county = register_new_caller(made, "zhao", ROLE_COUNTY, "A");
    const struct finding_filter filter = {.month = month};
    struct household_facts facts = {0};
    struct household_reasons reasons = {0};
    struct history_page history = {0};
    struct berm_error err;
    int shown = 0;

    assert_ok(household_read(made->office, &viewer, TEXT("A-1"), made->arena, &facts, &err));
    assert_false(facts.shows_sensitive);
    assert_ok(household_read(made->office, &county, TEXT("A-1"), made->arena, &facts, &err));
    assert_true(facts.shows_sensitive);
    register_import(made, IMPORT_HOUSEHOLDS, "code,area,rooms\nA-9,A1,4\n");
    assert_ok(household_read(made->office, &county, TEXT("A-9"), made->arena, &facts, &err));
    assert_false(facts.shows_sensitive); /* nothing is known */
    register_import(made, IMPORT_HOUSEHOLDS, "code,area,note\nA-9,A1,told\n");
    register_import(made, IMPORT_HOUSEHOLDS, "code,area,note\nA-9,A1,\n");
    assert_ok(household_read(made->office, &county, TEXT("A-9"), made->arena, &facts, &err));
    assert_false(facts.shows_sensitive);
    assert_ok(
        household_history(made->office, &county, TEXT("A-9"), 0, 0, made->arena, &history, &err));
    assert_true(history.shows_sensitive); /* of what was */
    assert_ok(
        household_explain(made->office, &county, TEXT("A-1"), month, made->arena, &reasons, &err));
    assert_false(reasons.shows_sensitive); /* these rules read nothing of that class */
    assert_ok(findings_list(made->office, caller_local(), &filter, count_shown, &shown, &err));
    assert_int_equal(shown, 0);
}

static void evidence_shows_what_its_rules_read(void **state)
{
    struct access_register *made = *state;
    const struct pack *pack = made->office->pack;
    CLEANUP(buffer_free) struct buffer scratch = {0};
    static const struct {
        const char *evidence;
        enum field_class seen;
        bool wanted;
    } CASES[] = {
        {"{\"rules\":[{\"reads\":{\"household.medical_cost_12m\":77},\"conditions\":[]}]}",
         FIELD_CLASS_SENSITIVE, true},
        {"{\"rules\":[{\"reads\":{\"household.medical_cost_12m\":77},\"conditions\":[]}]}",
         FIELD_CLASS_PERSONAL, false},
        {"{\"rules\":[{\"reads\":{\"household.medical_cost_12m\":null},\"conditions\":[]}]}",
         FIELD_CLASS_SENSITIVE, false},
        {"{\"rules\":[{\"reads\":{\"household.rooms\":2},\"conditions\":[]}]}",
         FIELD_CLASS_SENSITIVE, false},
        {"{\"rules\":[{\"reads\":{\"household.note\":null},\"conditions\":"
         "[{\"input\":\"count(x)\",\"test\":\"> 1\",\"value\":3}]}]}",
         FIELD_CLASS_SENSITIVE, true},                            /* computed from it */
        {"{\"rules\":[{\"reads\":", FIELD_CLASS_SENSITIVE, true}, /* who knows */
        {"{\"rules\":[{\"reads\":", FIELD_CLASS_PERSONAL, false}, /* hidden as a whole */
    };

    for (size_t c = 0; c < ARRAY_COUNT(CASES); c++) {
        bool shows = !CASES[c].wanted;
        struct berm_error err;
        struct text masked;

        assert_ok(mask_evidence(pack, CASES[c].seen, text_of(CASES[c].evidence), &scratch, &masked,
                                &shows, &err));
        if (shows != CASES[c].wanted)
            fail_msg("case %zu: %s", c, CASES[c].evidence);
        if (CASES[c].seen == FIELD_CLASS_SENSITIVE)
            assert_text(masked, CASES[c].evidence);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        REGISTER_TEST(who_looks_again_soon_leaves_one_entry),
        REGISTER_TEST(others_other_addresses_and_a_clock_set_back_are_other_looks),
        REGISTER_TEST(many_at_once_are_named_in_one_entry),
        REGISTER_TEST(a_full_log_refuses_until_it_is_flushed),
        REGISTER_TEST(what_was_noted_before_a_kill_is_journalled_by_the_next_start),
        REGISTER_TEST(a_flush_that_fails_is_done_again),
        REGISTER_TEST(a_folder_that_cannot_be_written_refuses_looks),
        REGISTER_TEST(only_known_sensitive_values_in_sight_are_a_look),
        REGISTER_TEST(evidence_shows_what_its_rules_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
