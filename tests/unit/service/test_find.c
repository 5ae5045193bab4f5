/* Finding households: what is found, page by page, and that nothing of a neighbour's is. */
#include "unit/service/access_fixture.h"

struct seen {
    struct buffer rows; /* "code person name;" each */
    int count;
};

static enum berm_status note(void *context, const struct household_row *row, struct berm_error *err)
{
    struct seen *seen = context;

    (void)err;
    seen->count++;
    buffer_append_format(&seen->rows, "%.*s", TEXT_ARG(row->code));
    if (row->person.length > 0)
        buffer_append_format(&seen->rows, " %.*s %.*s", TEXT_ARG(row->person),
                             TEXT_ARG(row->person_name));
    buffer_append_char(&seen->rows, ';');
    return BERM_OK;
}

static const struct caller *officer(struct access_register *made, const char *name, enum role role,
                                    const char *area)
{
    struct store *store = made->office->store;
    CLEANUP(password_queue_freep) struct password_queue *queue = NULL;
    struct caller *caller;
    struct berm_error err;

    assert_ok(password_queue_create(1, &queue, &err));
    assert_ok(account_add(store, caller_local(), &TESTER, queue, text_of(name),
                          TEXT("a long password"), &err));
    assert_ok(
        account_grant(store, caller_local(), &TESTER, text_of(name), role, text_of(area), &err));
    assert_ok(arena_new(made->arena, 1, sizeof *caller, &caller, &err));
    assert_ok(caller_of_account(store, text_of(name), made->arena, caller, &err));
    return caller;
}

static struct access_register *filled(void **state)
{
    struct access_register *made = *state;

    register_import(made, IMPORT_PERSONS,
                    "code,household,name,able_to_work\nA-1-9,A-1,王小明,yes\nA-2-9,A-2,王小红,yes\n"
                    "A-1-8,A-1,Baren Agan,no\nZ-1-9,Z-1,王小明,yes\nZ-1-8,Z-1,王中王,yes\n");
    return made;
}

/* All pages together. */
static void assert_found(struct access_register *made, const struct caller *caller,
                         struct household_query query, const char *wanted)
{
    struct seen seen = {0};
    char next[CURSOR_TEXT_MAX], cursor[CURSOR_TEXT_MAX];
    struct text ret_next;
    struct berm_error err;

    do {
        assert_ok(
            households_find(made->office, caller, &query, note, &seen, next, &ret_next, &err));
        if (ret_next.length > 0)
            memcpy(cursor, ret_next.bytes, ret_next.length);
        query.cursor = (struct text){cursor, ret_next.length};
    } while (ret_next.length > 0);
    buffer_append_char(&seen.rows, '\0');
    assert_string_equal(seen.rows.bytes, wanted);
    buffer_free(&seen.rows);
}

static struct household_query search(const char *words)
{
    return (struct household_query){.search = text_of(words)};
}

#define MING "A-1 A-1-9 王小明;"
#define HONG "A-2 A-2-9 王小红;"

static void a_name_is_found_however_it_is_typed(void **state)
{
    struct access_register *made = filled(state);
    const struct caller *near = officer(made, "near", ROLE_COUNTY, "A");
    static const char *const MINGS[] = {"王小明", "小明", "wangxiaoming", "Wang Xiao Ming", "wxm"};

    for (size_t m = 0; m < ARRAY_COUNT(MINGS); m++)
        assert_found(made, near, search(MINGS[m]), MING);
    assert_found(made, near, search("agan"), "A-1 A-1-8 Baren Agan;");
    assert_found(made, near, search("BAREN A"), "A-1 A-1-8 Baren Agan;");
    assert_found(made, near, search("A-2-9"), HONG);
    assert_found(made, near, search("A-1"), "A-1;");
    assert_found(made, near, search("明"), "");
}

static void nothing_of_a_neighbour_is_found(void **state)
{
    struct access_register *made = filled(state);
    const struct caller *near = officer(made, "near", ROLE_COUNTY, "A");
    static const char *const THEIRS[] = {"王中王", "wzw", "Z-1", "Z-1-9", "Z-"};

    for (size_t t = 0; t < ARRAY_COUNT(THEIRS); t++)
        assert_found(made, near, search(THEIRS[t]), "");
    assert_found(made, near, search("王小"), MING HONG);
    for (int64_t limit = 1; limit < 4; limit++) {
        struct household_query query = search("w");

        query.limit = limit;
        assert_found(made, near, query, MING HONG);
        assert_found(made, near, (struct household_query){.limit = limit}, "A-1;A-2;");
    }
    /* of several terms that match, one row; whoever sees all sees theirs too */
    assert_found(made, caller_local(), search("王中"), "Z-1 Z-1-8 王中王;");
}

static void names_are_for_those_who_see_personal_fields(void **state)
{
    struct access_register *made = filled(state);
    const struct caller *viewer = officer(made, "viewer", ROLE_VIEWER, "A");
    struct household_query query = search("王小明");
    struct text next;
    char bytes[CURSOR_TEXT_MAX];
    struct seen seen = {0};
    struct berm_error err;

    assert_fails(households_find(made->office, viewer, &query, note, &seen, bytes, &next, &err),
                 BERM_FORBIDDEN, "names are not");
    assert_found(made, viewer, search("A-1-9"), "A-1 A-1-9 (hidden);");
}

static void filters_are_read_and_refused(void **state)
{
    struct access_register *made = filled(state);
    const struct caller *viewer = officer(made, "viewer", ROLE_VIEWER, "A");
    static const struct {
        const char *filter;
        enum berm_status status;
        const char *words;
    } BAD[] = {
        {"room>=2", BERM_INVALID_INPUT, "did you mean rooms?"},
        {"rooms>=two", BERM_INVALID_INPUT, "no whole number"},
        {"rooms", BERM_INVALID_INPUT, "is no filter"},
        {"rooms=", BERM_INVALID_INPUT, "missing"},
        {"housing_grade<A", BERM_INVALID_INPUT, "no order"},
        {"risk=worst", BERM_INVALID_INPUT, "no risk level"},
        {"risk is unknown", BERM_INVALID_INPUT, "always known"},
        {"kind=nothing", BERM_INVALID_INPUT, "no household kind nothing"},
        {"kind<general", BERM_INVALID_INPUT, "no order"},
        {"finding=nothing", BERM_INVALID_INPUT, "no finding nothing"},
        {"note is known", BERM_FORBIDDEN, "does not see"},
        {"rooms is unknown x", BERM_INVALID_INPUT, "too much"},
    };
    struct seen seen = {0};
    char bytes[CURSOR_TEXT_MAX];
    struct berm_error err;

    for (size_t b = 0; b < ARRAY_COUNT(BAD); b++) {
        struct text filter = text_of(BAD[b].filter), next;
        struct household_query query = {.filters = &filter, .filter_count = 1};

        assert_fails(households_find(made->office, viewer, &query, note, &seen, bytes, &next, &err),
                     BAD[b].status, BAD[b].words);
    }
    assert_int_equal(seen.count, 0);
}

static void filters_choose_households(void **state)
{
    struct access_register *made = filled(state);
    struct text filters[2];
    struct household_query query = {.filters = filters, .filter_count = 1};

    register_import(made, IMPORT_HOUSEHOLDS,
                    "code,area,rooms\nA-1,A1,7\nA-2,A2,8\nZ-1,Z1,\nZ-2,Z2,9\n");
    filters[0] = TEXT("rooms>=8");
    assert_found(made, caller_local(), query, "A-2;Z-2;");
    filters[0] = TEXT("rooms in 7,9");
    assert_found(made, caller_local(), query, "A-1;Z-2;");
    filters[0] = TEXT("rooms is unknown");
    assert_found(made, caller_local(), query, "Z-1;");
    filters[0] = TEXT("rooms > 7");
    filters[1] = TEXT("rooms!=9");
    query.filter_count = 2;
    assert_found(made, caller_local(), query, "A-2;");
    query.filter_count = 1;
    filters[0] = TEXT("rooms<8");
    query.search = TEXT("wang");
    assert_found(made, caller_local(), query, MING);
}

static void a_cursor_is_of_one_list(void **state)
{
    struct access_register *made = filled(state);
    struct household_query query = {.limit = 1};
    struct seen seen = {0};
    char bytes[CURSOR_TEXT_MAX], other[CURSOR_TEXT_MAX];
    struct text next, ignored;
    struct berm_error err;

    assert_ok(
        households_find(made->office, caller_local(), &query, note, &seen, bytes, &next, &err));
    assert_true(next.length > 0);
    query.cursor = next;
    query.area = TEXT("A");
    assert_fails(
        households_find(made->office, caller_local(), &query, note, &seen, other, &ignored, &err),
        BERM_INVALID_INPUT, "another list");
    query.cursor = TEXT("nonsense");
    assert_fails(
        households_find(made->office, caller_local(), &query, note, &seen, other, &ignored, &err),
        BERM_INVALID_INPUT, "no cursor");
    buffer_free(&seen.rows);
}

static void worst_first_gives_every_household_once(void **state)
{
    struct access_register *made = filled(state);
    struct household_query query = {.is_worst_first = true};

    for (query.limit = 1; query.limit < 6; query.limit++) {
        struct seen seen = {0};
        char bytes[CURSOR_TEXT_MAX], cursor[CURSOR_TEXT_MAX];
        struct text next;
        struct berm_error err;

        query.cursor = (struct text){0};
        do {
            assert_ok(households_find(made->office, caller_local(), &query, note, &seen, bytes,
                                      &next, &err));
            memcpy(cursor, bytes, sizeof cursor);
            query.cursor = (struct text){cursor, next.length};
        } while (next.length > 0);
        assert_int_equal(seen.count, 4);
        buffer_free(&seen.rows);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, register_set_up, register_tear_down)
        TEST(a_name_is_found_however_it_is_typed),
        TEST(nothing_of_a_neighbour_is_found),
        TEST(names_are_for_those_who_see_personal_fields),
        TEST(filters_are_read_and_refused),
        TEST(filters_choose_households),
        TEST(a_cursor_is_of_one_list),
        TEST(worst_first_gives_every_household_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
