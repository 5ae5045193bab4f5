/* YAML: the tree with its places, and everything that is refused. */
#include "lib/unit.h"
#include "pack/yaml.h"

struct fixture {
    struct arena *arena;
    const struct yaml_node *root;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    struct berm_error err;

    fixture = (struct fixture){0};
    if (arena_create(8 << 20, &fixture.arena, &err) != BERM_OK)
        return -1;
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    arena_free(fixture->arena);
    return 0;
}

static enum berm_status read_text(struct fixture *fixture, struct text yaml, struct berm_error *err)
{
    return yaml_read(fixture->arena, yaml, &fixture->root, err);
}

static enum berm_status read_yaml(struct fixture *fixture, const char *yaml, struct berm_error *err)
{
    return read_text(fixture, text_of(yaml), err);
}

static void a_tree_knows_kinds_texts_and_places(void **state)
{
    struct fixture *fixture = *state;
    struct berm_error err;
    const struct yaml_node *node;

    assert_ok(read_yaml(fixture,
                        "name: rural-cn\n"
                        "version: \"1.0\"\n"
                        "\n"
                        "list:\n"
                        "  - no\n"
                        "  - {a: 1, b: '2'}\n"
                        "empty:\n",
                        &err));
    assert_int_equal(fixture->root->kind, YAML_MAPPING);
    assert_int_equal(fixture->root->count, 4);
    assert_text(fixture->root->keys[0].text, "name");
    node = yaml_find(fixture->root, TEXT("name"));
    assert_text(node->text, "rural-cn");
    assert_true(node->is_plain);
    assert_int_equal(node->line, 1);
    assert_int_equal(node->column, 7);
    node = yaml_find(fixture->root, TEXT("version"));
    assert_text(node->text, "1.0");
    assert_false(node->is_plain);
    node = yaml_find(fixture->root, TEXT("list"));
    assert_int_equal(node->kind, YAML_SEQUENCE);
    assert_int_equal(node->count, 2);
    assert_text(node->items[0].text, "no");
    assert_int_equal(node->items[1].kind, YAML_MAPPING);
    assert_text(node->items[1].keys[1].text, "b");
    assert_text(node->items[1].items[1].text, "2");
    assert_int_equal(node->items[1].items[0].line, 6);
    assert_int_equal(node->items[1].items[0].column, 9);
    node = yaml_find(fixture->root, TEXT("empty"));
    assert_true(yaml_is_null(node));
    assert_null(yaml_find(fixture->root, TEXT("nothing")));
    assert_ok(read_yaml(fixture, "[]", &err));
    assert_int_equal(fixture->root->count, 0);
    assert_ok(read_yaml(fixture, "{a: {}, b: []}", &err));
    assert_int_equal(fixture->root->items[0].count, 0);
    assert_int_equal(fixture->root->items[1].kind, YAML_SEQUENCE);
}

static void null_is_only_what_is_written_without_quotes(void **state)
{
    struct fixture *fixture = *state;
    struct berm_error err;

    assert_ok(read_yaml(fixture, "[~, null, '', 'null', \"~\", nil, []]", &err));
    assert_true(yaml_is_null(&fixture->root->items[0]));
    assert_true(yaml_is_null(&fixture->root->items[1]));
    for (size_t i = 2; i < fixture->root->count; i++)
        assert_false(yaml_is_null(&fixture->root->items[i]));
}

static void columns_count_characters_and_not_bytes(void **state)
{
    struct fixture *fixture = *state;
    struct berm_error err;

    assert_ok(read_yaml(fixture, "{\xE5\xB9\xB4: 1, b: 2}", &err));
    assert_int_equal(fixture->root->items[1].column, 11);
}

static void a_key_twice_is_refused_with_both_lines(void **state)
{
    struct fixture *fixture = *state;
    struct berm_error err;

    assert_fails(read_yaml(fixture, "a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n", &err), BERM_INVALID_INPUT,
                 "'c' stands here and on line 3 already");
    assert_int_equal(err.line, 5);
    assert_int_equal(err.column, 3);
    assert_ok(read_yaml(fixture, "a: {c: 1}\nb: {c: 1}\nc: 1\n", &err));
}

static void anchors_aliases_and_tags_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct berm_error err;

    assert_fails(read_yaml(fixture, "a: &x 1\n", &err), BERM_INVALID_INPUT, "anchors such as &x");
    assert_int_equal(err.line, 1);
    assert_int_equal(err.column, 4);
    assert_fails(read_yaml(fixture, "a: &x [1]\n", &err), BERM_INVALID_INPUT, "anchors");
    assert_fails(read_yaml(fixture, "a: &x {b: 1}\n", &err), BERM_INVALID_INPUT, "anchors");
    assert_fails(read_yaml(fixture, "a: 1\nb: *x\n", &err), BERM_INVALID_INPUT,
                 "aliases such as *x");
    assert_int_equal(err.line, 2);
    assert_fails(read_yaml(fixture, "a: !!str 1\n", &err), BERM_INVALID_INPUT, "tags");
    assert_fails(read_yaml(fixture, "!x {a: 1}\n", &err), BERM_INVALID_INPUT, "tags such as !x");
}

static void keys_must_be_single_values(void **state)
{
    struct fixture *fixture = *state;
    struct berm_error err;

    assert_fails(read_yaml(fixture, "a: 1\n? [b]\n: 2\n", &err), BERM_INVALID_INPUT,
                 "a key must be a plain text");
    assert_int_equal(err.line, 2);
    assert_fails(read_yaml(fixture, "{{a: 1}: 2}", &err), BERM_INVALID_INPUT, "a key must be");
}

static void an_empty_file_and_a_second_document_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct berm_error err;

    assert_fails(read_yaml(fixture, "", &err), BERM_INVALID_INPUT, "empty");
    assert_fails(read_yaml(fixture, "# only a remark\n", &err), BERM_INVALID_INPUT, "empty");
    assert_fails(read_text(fixture, (struct text){0}, &err), BERM_INVALID_INPUT, "empty");
    assert_fails(read_yaml(fixture, "a: 1\n---\nb: 2\n", &err), BERM_INVALID_INPUT,
                 "a second document");
    assert_int_equal(err.line, 2);
    assert_ok(read_yaml(fixture, "---\na: 1\n...\n", &err));
}

static void what_is_no_yaml_is_refused_at_its_place(void **state)
{
    struct fixture *fixture = *state;
    struct berm_error err;

    assert_fails(read_yaml(fixture, "a: 1\n b: 2\n", &err), BERM_INVALID_INPUT, "not YAML");
    assert_int_equal(err.line, 2);
    assert_fails(read_yaml(fixture, "a: 'b\n", &err), BERM_INVALID_INPUT, "not YAML");
    assert_fails(read_yaml(fixture, "a: [1, 2\n", &err), BERM_INVALID_INPUT,
                 "that starts on line 1");
    assert_fails(read_yaml(fixture, "a: 1\nb: \x01\n", &err), BERM_INVALID_INPUT, "not YAML");
    assert_fails(read_yaml(fixture, "a: 1\nb: \xFF\n", &err), BERM_INVALID_INPUT, "not UTF-8");
    assert_int_equal(err.line, 2);
    assert_fails(read_text(fixture, TEXT("a: 1\0"), &err), BERM_INVALID_INPUT, "not UTF-8");
    assert_fails(read_yaml(fixture, "a: \"x\\0y\"\n", &err), BERM_INVALID_INPUT,
                 "a character that does not exist");
}

static void nesting_ends_at_its_limit(void **state)
{
    struct fixture *fixture = *state;
    struct berm_error err;
    char yaml[2 * YAML_DEPTH_MAX + 8];
    size_t depth = YAML_DEPTH_MAX;

    memset(yaml, '[', depth);
    memset(yaml + depth, ']', depth);
    assert_ok(read_text(fixture, (struct text){yaml, 2 * depth}, &err));
    depth++;
    memset(yaml, '[', depth);
    memset(yaml + depth, ']', depth);
    assert_fails(read_text(fixture, (struct text){yaml, 2 * depth}, &err), BERM_LIMIT,
                 "nested deeper than 32");
    assert_int_equal(err.column, depth);
}

static void keys_and_bytes_end_at_their_limits(void **state)
{
    struct fixture *fixture = *state;
    struct berm_error err;
    CLEANUP(buffer_free) struct buffer yaml = {0};

    for (int i = 0; i < YAML_ENTRIES_MAX; i++)
        buffer_append_format(&yaml, "k%d: 1\n", i);
    assert_ok(read_text(fixture, buffer_text(&yaml), &err));
    assert_int_equal(fixture->root->count, YAML_ENTRIES_MAX);
    buffer_append_format(&yaml, "one_more: 1\n");
    assert_fails(read_text(fixture, buffer_text(&yaml), &err), BERM_LIMIT, "more than 1000 keys");
    assert_int_equal(err.line, YAML_ENTRIES_MAX + 1);
    while (yaml.length <= PACK_FILE_BYTES_MAX)
        buffer_append(&yaml, "# 34567890123456789012345678901\n", 32);
    assert_fails(read_text(fixture, buffer_text(&yaml), &err), BERM_LIMIT, "larger than");
}

static void an_unknown_key_gets_the_nearest(void **state)
{
    static const struct text keys[] = {TEXT("title_en"), TEXT("title_zh")};
    struct fixture *fixture = *state;
    struct berm_error err;

    assert_ok(read_yaml(fixture, "title_zh: x\ntitel_en: x\n", &err));
    assert_fails(yaml_expect_keys(fixture->root, keys, 2, "a pack", &err), BERM_INVALID_INPUT,
                 "a pack has no key 'titel_en'; did you mean 'title_en'?");
    assert_int_equal(err.line, 2);
    assert_int_equal(err.column, 1);
    assert_ok(read_yaml(fixture, "zzzzzzzzzz: x\n", &err));
    assert_fails(yaml_expect_keys(fixture->root, keys, 2, "a pack", &err), BERM_INVALID_INPUT,
                 "take it out");
    assert_ok(read_yaml(fixture, "[a]", &err));
    assert_fails(yaml_expect_keys(fixture->root, keys, 2, "a pack", &err), BERM_INVALID_INPUT,
                 "a pack must be keys with values");
}

static void texts_are_asked_for_by_key(void **state)
{
    struct fixture *fixture = *state;
    struct berm_error err;
    const struct text *texts;
    size_t count;
    struct text text;

    assert_ok(read_yaml(fixture, "a: x\nb:\nc: [1, 2]\nd: [1, 1]\ne: [[1]]\n", &err));
    assert_ok(yaml_required_text(fixture->root, TEXT("a"), &text, &err));
    assert_text(text, "x");
    assert_ok(yaml_optional_text(fixture->root, TEXT("z"), &text, &err));
    assert_text(text, "");
    assert_fails(yaml_required_text(fixture->root, TEXT("z"), &text, &err), BERM_INVALID_INPUT,
                 "'z' is missing");
    assert_fails(yaml_optional_text(fixture->root, TEXT("b"), &text, &err), BERM_INVALID_INPUT,
                 "'b' is empty");
    assert_fails(yaml_required_text(fixture->root, TEXT("c"), &text, &err), BERM_INVALID_INPUT,
                 "'c' must be a single value");
    assert_int_equal(err.line, 3);
    assert_ok(yaml_texts(fixture->arena, yaml_find(fixture->root, TEXT("c")), "'c'", &texts, &count,
                         &err));
    assert_int_equal(count, 2);
    assert_text(texts[1], "2");
    assert_fails(yaml_texts(fixture->arena, yaml_find(fixture->root, TEXT("d")), "'d'", &texts,
                            &count, &err),
                 BERM_INVALID_INPUT, "'1' stands twice in 'd'");
    assert_fails(yaml_texts(fixture->arena, yaml_find(fixture->root, TEXT("e")), "'e'", &texts,
                            &count, &err),
                 BERM_INVALID_INPUT, "must be a single value");
    assert_fails(yaml_texts(fixture->arena, yaml_find(fixture->root, TEXT("a")), "'a'", &texts,
                            &count, &err),
                 BERM_INVALID_INPUT, "'a' must be a list");
}

static void an_arena_that_is_too_small_is_told(void **state)
{
    struct berm_error err;
    enum berm_status status = BERM_NO_MEMORY;
    size_t cap_bytes = 0;

    (void)state;
    while (status == BERM_NO_MEMORY) {
        CLEANUP(arena_freep) struct arena *arena = NULL;
        const struct yaml_node *root;

        assert_true(cap_bytes < 1 << 16);
        assert_ok(arena_create(cap_bytes += 64, &arena, &err));
        status = yaml_read(arena, TEXT("a: [b, {c: d}]\ne: f\n"), &root, &err);
    }
    assert_int_equal(status, BERM_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_tree_knows_kinds_texts_and_places),
        TEST(null_is_only_what_is_written_without_quotes),
        TEST(columns_count_characters_and_not_bytes),
        TEST(a_key_twice_is_refused_with_both_lines),
        TEST(anchors_aliases_and_tags_are_refused),
        TEST(keys_must_be_single_values),
        TEST(an_empty_file_and_a_second_document_are_refused),
        TEST(what_is_no_yaml_is_refused_at_its_place),
        TEST(nesting_ends_at_its_limit),
        TEST(keys_and_bytes_end_at_their_limits),
        TEST(an_unknown_key_gets_the_nearest),
        TEST(texts_are_asked_for_by_key),
        cmocka_unit_test(an_arena_that_is_too_small_is_told),
    };

    return cmocka_run_group_tests_name("pack/yaml", tests, NULL, NULL);
}
