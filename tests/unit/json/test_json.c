/* JSON from outside: what is taken, what is refused and where, scalars as text. */
#include "json/json.h"

#include "lib/unit.h"

static void a_tree_is_walked_in_the_order_in_which_it_was_written(void **state)
{
    CLEANUP(json_tree_freep) struct json_tree *tree = NULL;
    const struct json_node *root, *value;
    void *position = NULL;
    struct berm_error err;
    struct text key;
    int64_t number;
    bool truth;

    (void)state;
    assert_ok(json_tree_parse(TEXT("{\"b\": [1, \"\\u5f20\", null], \"a\": {\"x\": true}}"), &tree,
                              &err));
    root = json_tree_root(tree);
    assert_int_equal(node_count(root), 2);
    assert_true(node_next_member(root, &position, &key, &value));
    assert_text(key, "b");
    assert_int_equal(node_kind(value), NODE_ARRAY);
    assert_int_equal(node_count(value), 3);
    assert_true(node_int64(node_item(value, 0), &number));
    assert_int_equal(number, 1);
    assert_text(node_text(node_item(value, 1)), "张");
    assert_int_equal(node_kind(node_item(value, 2)), NODE_NULL);
    assert_null(node_item(value, 3));
    assert_true(node_next_member(root, &position, &key, &value));
    assert_text(key, "a");
    assert_true(node_bool(node_member(value, "x"), &truth));
    assert_true(truth);
    assert_null(node_member(value, "y"));
    assert_null(node_member(node_member(value, "y"), "z"));
    assert_false(node_next_member(root, &position, &key, &value));
}

static void a_text_of_many_values_is_refused_before_it_takes_memory(void **state)
{
    CLEANUP(buffer_free) struct buffer text = {0};
    struct json_tree *tree = NULL;
    struct berm_error err;

    (void)state;
    buffer_append_char(&text, '[');
    for (int v = 1; v < JSON_TREE_VALUES_MAX; v++)
        buffer_append_text(&text, v == 1 ? TEXT("0") : TEXT(",\",[{\""));
    buffer_append_char(&text, ']');
    assert_ok(json_tree_parse(buffer_text(&text), &tree, &err)); /* a text's commas are its own */
    json_tree_free(tree);
    text.length--;
    buffer_append_text(&text, TEXT(",[]]"));
    assert_fails(json_tree_parse(buffer_text(&text), &tree, &err), BERM_LIMIT, "in parts");
}

static void what_is_wrong_is_told_with_its_place(void **state)
{
    struct json_tree *tree = NULL;
    struct berm_error err;
    char deep[200];

    (void)state;
    assert_fails(json_tree_parse(TEXT(""), &tree, &err), BERM_INVALID_INPUT, "no JSON");
    assert_fails(json_tree_parse(TEXT("{\n \"a\": }"), &tree, &err), BERM_INVALID_INPUT, "line 2");
    assert_fails(json_tree_parse(TEXT("{\"a\": 1, \"a\": 2}"), &tree, &err), BERM_INVALID_INPUT,
                 "duplicate");
    assert_fails(json_tree_parse(TEXT("{} {}"), &tree, &err), BERM_INVALID_INPUT, "no JSON");
    assert_fails(json_tree_parse(TEXT("\"\xff\""), &tree, &err), BERM_INVALID_INPUT, "0xff");
    assert_fails(json_tree_parse(TEXT("\"\\u0000\""), &tree, &err), BERM_INVALID_INPUT,
                 "character \\u0000");
    assert_fails(json_tree_parse(TEXT("99999999999999999999"), &tree, &err), BERM_INVALID_INPUT,
                 "big");
    memset(deep, '[', sizeof deep);
    assert_fails(json_tree_parse((struct text){deep, sizeof deep}, &tree, &err), BERM_LIMIT,
                 "64 levels");
    assert_null(tree);
}

static void scalars_are_read_as_people_write_them(void **state)
{
    static const struct {
        const char *json, *wanted;
    } CASES[] = {
        {"\"a b\"", "a b"},
        {"12", "12"},
        {"-3893.10", "-3893.1"},
        {"0.1", "0.1"},
        {"1e3", "1000"},
        {"true", "true"},
        {"0.0", "0"},
        {"1234567890.12", "1234567890.12"},
        {"0.000001", "0.000001"},
    };
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct berm_error err;

    (void)state;
    assert_ok(arena_create(4096, &arena, &err));
    for (size_t c = 0; c < ARRAY_COUNT(CASES); c++) {
        CLEANUP(json_tree_freep) struct json_tree *tree = NULL;
        struct text scalar;

        assert_ok(json_tree_parse(text_of(CASES[c].json), &tree, &err));
        assert_ok(node_scalar(json_tree_root(tree), arena, &scalar, &err));
        assert_text(scalar, CASES[c].wanted);
    }
}

static void what_is_no_scalar_is_refused(void **state)
{
    static const char *const CASES[] = {"null", "[]", "{}", "1e300"};
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct berm_error err;

    (void)state;
    assert_ok(arena_create(4096, &arena, &err));
    for (size_t c = 0; c < ARRAY_COUNT(CASES); c++) {
        CLEANUP(json_tree_freep) struct json_tree *tree = NULL;
        struct text scalar;

        assert_ok(json_tree_parse(text_of(CASES[c]), &tree, &err));
        assert_fails(node_scalar(json_tree_root(tree), arena, &scalar, &err), BERM_INVALID_INPUT,
                     "text");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_is_walked_in_the_order_in_which_it_was_written),
        cmocka_unit_test(a_text_of_many_values_is_refused_before_it_takes_memory),
        cmocka_unit_test(what_is_wrong_is_told_with_its_place),
        cmocka_unit_test(scalars_are_read_as_people_write_them),
        cmocka_unit_test(what_is_no_scalar_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
