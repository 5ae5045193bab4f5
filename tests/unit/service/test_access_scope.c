/* Ranges of areas: joined, looked up, and for random areas, grants and moves the same as walking up
 * to the parents. The seed is printed where they differ. */
#include "unit/service/access_fixture.h"

enum { AREAS = 40, ROUNDS = 30 };

static void ranges_that_meet_are_joined(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct area_range ranges[] = {{50, 60}, {10, 20}, {12, 15}, {21, 30}, {70, 80}, {55, 58}};
    struct area_scope scope;
    struct berm_error err;

    (void)state;
    assert_ok(arena_create(1 << 16, &arena, &err));
    assert_ok(area_scope_make(ranges, ARRAY_COUNT(ranges), arena, &scope, &err));
    assert_int_equal(scope.count, 3);
    assert_text(scope.parameter, "00000000000000000100000000000000000030"
                                 "00000000000000000500000000000000000060"
                                 "00000000000000000700000000000000000080");
    for (int64_t at = 0; at < 100; at++)
        assert_int_equal(area_scope_contains(&scope, at), (at >= 10 && at <= 30) ||
                                                              (at >= 50 && at <= 60) ||
                                                              (at >= 70 && at <= 80));
    assert_false(scope.is_everything);
}

static void everything_is_one_range(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct area_range ranges[] = {{5, 6}, {0, INT64_MAX}};
    struct area_scope scope;
    struct berm_error err;

    (void)state;
    assert_ok(arena_create(1 << 16, &arena, &err));
    assert_ok(area_scope_make(ranges, ARRAY_COUNT(ranges), arena, &scope, &err));
    assert_true(scope.is_everything);
    assert_int_equal(scope.count, 1);
    assert_true(area_scope_contains(&scope, 0));
    assert_true(area_scope_contains(&scope, INT64_MAX));
}

/* ---- Random trees ---------------------------------------------------------------------------- */

struct forest {
    struct access_register *made;
    struct random random;
    int parents[AREAS]; /* -1: a root */
    bool is_granted[AREAS];
};

static bool is_below(const struct forest *forest, int area, int above)
{
    for (int at = area; at >= 0; at = forest->parents[at])
        if (at == above)
            return true;
    return false;
}

/* Hang an area somewhere else, where that makes no circle. */
static void move_one(struct forest *forest)
{
    int area = (int)random_below(&forest->random, AREAS);
    int parent = (int)random_below(&forest->random, AREAS + 1) - 1;

    if (parent < 0 || !is_below(forest, parent, area))
        forest->parents[area] = parent;
}

static void store_forest(struct forest *forest)
{
    CLEANUP(buffer_free) struct buffer csv = {0};

    buffer_append_text(&csv, TEXT("code,name,parent\n"));
    for (int a = 0; a < AREAS; a++) {
        buffer_append_format(&csv, "R%d,Area,", a);
        if (forest->parents[a] >= 0)
            buffer_append_format(&csv, "R%d", forest->parents[a]);
        buffer_append_char(&csv, '\n');
    }
    buffer_append_char(&csv, '\0');
    register_import(forest->made, IMPORT_AREAS, csv.bytes);
}

struct seen_areas {
    bool is_seen[AREAS];
};

static enum berm_status note_area(void *context, const struct area *row, struct berm_error *err)
{
    struct seen_areas *seen = context;
    int64_t number;

    if (row->code.bytes[0] != 'R')
        return BERM_OK;
    if (!text_parse_int64(text_from(row->code, 1), &number) || seen->is_seen[number])
        return fail_with(err, BERM_INTERNAL, "an area came twice");
    seen->is_seen[number] = true;
    return BERM_OK;
}

static void check_forest(struct forest *forest, const struct caller *caller, uint64_t seed)
{
    struct seen_areas seen = {0};
    struct berm_error err;
    const struct area_filter filter = {0};
    enum berm_status status =
        areas_list(forest->made->office, caller, &filter, note_area, &seen, &err);

    if (status != BERM_OK && status != BERM_FORBIDDEN) /* forbidden: nothing was granted */
        fail_msg("%s", err.message);
    for (int a = 0; a < AREAS; a++) {
        bool is_wanted = false;

        for (int at = a; at >= 0; at = forest->parents[at])
            is_wanted = is_wanted || forest->is_granted[at];
        if (is_wanted != seen.is_seen[a])
            fail_msg("seed %llu: R%d is %sseen", (unsigned long long)seed, a,
                     seen.is_seen[a] ? "" : "not ");
    }
}

static void ranges_say_the_same_as_walking_up_to_the_parents(void **state)
{
    const char *given = getenv("BERM_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : 20200911;
    struct forest forest = {.made = *state, .random = random_from_seed(seed)};
    struct caller from_before;

    for (int a = 0; a < AREAS; a++)
        forest.parents[a] = (int)random_below(&forest.random, (uint64_t)a + 1) - 1;
    store_forest(&forest);
    register_add_account(forest.made, "walker");
    from_before = register_caller(forest.made, "walker");
    for (int round = 0; round < ROUNDS; round++) {
        int granted = (int)random_below(&forest.random, AREAS);
        struct caller now;
        char code[16];

        if (random_chance(&forest.random, 0.3) && !forest.is_granted[granted]) {
            snprintf(code, sizeof code, "R%d", granted);
            register_grant(forest.made, "walker", ROLE_VIEWER, code);
            forest.is_granted[granted] = true;
            from_before = register_caller(forest.made, "walker");
        }
        for (int m = 0; m < 3; m++)
            move_one(&forest);
        store_forest(&forest);
        now = register_caller(forest.made, "walker");
        check_forest(&forest, &from_before, seed);
        check_forest(&forest, &now, seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_that_meet_are_joined),
        cmocka_unit_test(everything_is_one_range),
        REGISTER_TEST(ranges_say_the_same_as_walking_up_to_the_parents),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
