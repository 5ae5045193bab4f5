/* Walking over JSON by slices: members, items, and what is none. */
#include "lib/unit.h"

static void members_are_slices_of_the_text(void **state)
{
    struct text object =
        TEXT(" {\"a\": 1, \"b\\\"c\":\"x,}\\\"y\" ,\"d\":{\"e\":[1,{\"f\":\"]\"}]}} ");
    struct json_walk walk;
    struct text key, value;

    (void)state;
    assert_true(json_walk_begin(object, '{', &walk));
    assert_true(json_walk_member(&walk, &key, &value));
    assert_text(key, "a");
    assert_text(value, "1");
    assert_true(json_walk_member(&walk, &key, &value));
    assert_text(key, "b\\\"c");
    assert_text(value, "\"x,}\\\"y\"");
    assert_true(json_walk_member(&walk, &key, &value));
    assert_text(value, "{\"e\":[1,{\"f\":\"]\"}]}");
    assert_false(json_walk_member(&walk, &key, &value));
    assert_true(walk.has_ended);
}

static void items_follow_one_another(void **state)
{
    struct json_walk walk;
    struct text value;

    (void)state;
    assert_true(json_walk_begin(TEXT("[null,[],true]"), '[', &walk));
    assert_true(json_walk_item(&walk, &value));
    assert_text(value, "null");
    assert_true(json_walk_item(&walk, &value));
    assert_text(value, "[]");
    assert_true(json_walk_item(&walk, &value));
    assert_text(value, "true");
    assert_false(json_walk_item(&walk, &value));
    assert_true(walk.has_ended);
    assert_true(json_walk_begin(TEXT("[]"), '[', &walk));
    assert_false(json_walk_item(&walk, &value));
    assert_true(walk.has_ended);
}

static void what_is_broken_never_ends_well(void **state)
{
    static const char *const BROKEN[] = {"{\"a\":1",   "{\"a\" 1}",         "{\"a\":}",
                                         "{a:1}",      "{\"a\":\"x}",       "{\"a\":[1}",
                                         "{\"a\":1}x", "{\"a\":1 \"b\":2}", "{\"a\":\"\\"};

    (void)state;
    for (size_t b = 0; b < ARRAY_COUNT(BROKEN); b++) {
        struct json_walk walk = {0};
        struct text key, value;

        if (json_walk_begin(text_of(BROKEN[b]), '{', &walk))
            while (json_walk_member(&walk, &key, &value))
                continue;
        if (walk.has_ended)
            fail_msg("%s was taken for whole", BROKEN[b]);
    }
    struct json_walk walk;
    assert_false(json_walk_begin(TEXT("[]"), '{', &walk));
    assert_false(json_walk_begin(TEXT(""), '{', &walk));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_slices_of_the_text),
        cmocka_unit_test(items_follow_one_another),
        cmocka_unit_test(what_is_broken_never_ends_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
