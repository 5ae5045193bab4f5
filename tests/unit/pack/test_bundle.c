/* A pack's files in memory: collected, read like the folder, and refused where they could not be
 * kept. */
#include "pack/pack.h"
#include "pack_folder.h"

static const char CASE[] =
    "month: 2020-09\ncases:\n  - name: nobody knows\n    expect: {risk_level: none}\n";

static void a_bundle_is_the_pack_that_it_was_collected_from(void **state)
{
    struct pack_folder *folder = *state;
    const struct pack *of_folder, *of_bundle;
    const struct pack_case *cases;
    struct pack_bundle bundle;
    struct berm_error err;
    size_t case_count;

    folder_write(folder, "cases/b.yaml", CASE);
    folder_write(folder, "README.md", "Why.\n");
    folder_write(folder, "notes.txt", "left behind");
    assert_ok(bundle_collect(folder->arena, text_of(folder->path), &bundle, &err));
    assert_ok(bundle_check(&bundle, &err));
    for (size_t i = 0; i < bundle.count; i++) {
        assert_false(text_equal(bundle.files[i].path, TEXT("notes.txt")));
        assert_true(i == 0 || text_compare(bundle.files[i - 1].path, bundle.files[i].path) < 0);
    }
    assert_text(bundle.files[0].path, "README.md");
    assert_text(bundle.files[1].path, "cases/b.yaml");
    assert_ok(pack_read(folder->arena, text_of(folder->path), &of_folder, &err));
    assert_ok(bundle_read(folder->arena, &bundle, &of_bundle, &err));
    assert_true(text_equal(of_folder->digest_input, of_bundle->digest_input));
    assert_ok(bundle_read_cases(folder->arena, &bundle, of_bundle, &cases, &case_count, &err));
    assert_int_equal(case_count, 1);
    assert_text(cases[0].name, "nobody knows");
}

static void a_program_s_own_pack_is_collected_too(void **state)
{
    struct pack_folder *folder = *state;
    const struct pack *carried, *of_bundle;
    struct pack_bundle bundle;
    struct berm_error err;

    assert_ok(bundle_collect(folder->arena, pack_embedded_name(0), &bundle, &err));
    assert_ok(pack_read(folder->arena, pack_embedded_name(0), &carried, &err));
    assert_ok(bundle_read(folder->arena, &bundle, &of_bundle, &err));
    assert_true(text_equal(carried->digest_input, of_bundle->digest_input));
}

static void what_is_missing_in_a_bundle_is_named(void **state)
{
    struct pack_folder *folder = *state;
    struct pack_bundle bundle = {.name = TEXT("the draft")};
    const struct pack *pack;
    struct berm_error err;

    assert_fails(bundle_read(folder->arena, &bundle, &pack, &err), BERM_NOT_FOUND,
                 "the draft/pack.yaml: the pack has no such file");
}

static void files_that_cannot_be_kept_are_refused(void **state)
{
    static const struct {
        struct pack_file files[2];
        const char *words;
    } cases[] = {
        {{{TEXT("a.csv"), TEXT("1")}, {TEXT("../a.csv"), TEXT("2")}}, "'../a.csv' is no file"},
        {{{TEXT("a.csv"), TEXT("1")}, {TEXT("/etc/a"), TEXT("2")}}, "'/etc/a' is no file"},
        {{{TEXT("a.csv"), TEXT("1")}, {TEXT(""), TEXT("2")}}, "'' is no file"},
        {{{TEXT("a.csv"), TEXT("1")}, {TEXT("a.csv"), TEXT("2")}}, "a.csv is given twice"},
        {{{TEXT("a.csv"), TEXT("1")}, {TEXT("b.csv"), TEXT("abc\xff")}}, "b.csv: byte 4 is no"},
        {{{TEXT("a.csv"), TEXT("1")}, {TEXT("b.csv"), TEXT("a\0b")}}, "b.csv: byte 2 is no"},
    };
    struct berm_error err;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct pack_bundle bundle = {TEXT("the draft"), cases[i].files, 2};

        assert_fails(bundle_check(&bundle, &err), BERM_INVALID_INPUT, cases[i].words);
        bundle.count = 1;
        assert_ok(bundle_check(&bundle, &err));
    }
}

static void a_bundle_has_its_limits(void **state)
{
    enum { MANY = BUNDLE_FILES_MAX + 1 };
    struct pack_folder *folder = *state;
    struct pack_file *files;
    struct pack_bundle bundle = {.name = TEXT("the draft"), .count = MANY};
    struct berm_error err;

    assert_ok(arena_new(folder->arena, MANY, sizeof *files, &files, &err));
    for (int i = 0; i < MANY; i++) {
        assert_ok(text_format(folder->arena, &files[i].path, &err, "cases/%d.yaml", i));
        files[i].bytes = TEXT("x");
    }
    bundle.files = files;
    assert_fails(bundle_check(&bundle, &err), BERM_LIMIT, "at most 1100 files");
}

static void facts_are_a_case_without_a_name(void **state)
{
    struct pack_folder *folder = *state;
    const struct pack *pack;
    struct pack_case facts;
    struct berm_error err;

    assert_ok(pack_read(folder->arena, text_of(folder->path), &pack, &err));
    assert_ok(case_of_facts(folder->arena, pack,
                            TEXT("{\"month\": \"2020-09\", \"areas\": [\"1\", \"11\"], "
                                 "\"household\": {\"rooms\": 3, \"note\": \"\\u4e2d\"}, "
                                 "\"members\": [{\"sex\": \"female\"}, {}]}"),
                            &facts, &err));
    assert_int_equal(facts.member_count, 2);
    assert_text(facts.area_codes[0], "11");
    assert_fails(case_of_facts(folder->arena, pack, TEXT("{\"household\": {}}"), &facts, &err),
                 BERM_INVALID_INPUT, "no month");
    assert_fails(case_of_facts(folder->arena, pack,
                               TEXT("{\"month\": \"2020-09\", \"household\": {\"roomz\": 3}}"),
                               &facts, &err),
                 BERM_INVALID_INPUT, "did you mean 'rooms'");
    assert_fails(case_of_facts(folder->arena, pack,
                               TEXT("{\"month\": \"2020-09\", \"expect\": {}}"), &facts, &err),
                 BERM_INVALID_INPUT, "expect");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PACK_TEST(a_bundle_is_the_pack_that_it_was_collected_from),
        PACK_TEST(a_program_s_own_pack_is_collected_too),
        PACK_TEST(what_is_missing_in_a_bundle_is_named),
        PACK_TEST(files_that_cannot_be_kept_are_refused),
        PACK_TEST(a_bundle_has_its_limits),
        PACK_TEST(facts_are_a_case_without_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
