/* pack.yaml: every key, its form, and what is said where one is wrong. */
#include "pack/manifest.h"
#include "pack_folder.h"

/* MANIFEST with one place changed. */
static enum berm_status read_changed(struct pack_folder *folder, const char *from, const char *to,
                                     struct manifest *ret_manifest, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer yaml = {0};
    const char *place = strstr(MANIFEST, from);

    assert_non_null(place);
    buffer_append(&yaml, MANIFEST, (size_t)(place - MANIFEST));
    buffer_append_text(&yaml, text_of(to));
    buffer_append_text(&yaml, text_of(place + strlen(from)));
    return manifest_read(folder->arena, buffer_text(&yaml), ret_manifest, err);
}

static void every_key_is_read(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;
    struct manifest manifest;

    assert_ok(manifest_read(folder->arena, text_of(MANIFEST), &manifest, &err));
    assert_text(manifest.name, "made-up");
    assert_text(manifest.version, "1.0.0");
    assert_text(manifest.title_en, "A made-up pack");
    assert_text(manifest.title_zh, "测试");
    assert_text(manifest.currency, "CNY");
    assert_int_equal(manifest.money_decimals, 2);
    assert_text(manifest.time_zone, "Asia/Shanghai");
    assert_text(manifest.policy, "policy.dmn");
    assert_text(manifest.findings.name, "Findings");
    assert_int_equal(manifest.findings.node->line, 9);
    assert_text(manifest.risk_level.name, "Risk level");
    assert_text(manifest.household_kind.name, "Household kind");
    assert_text(manifest.measures.name, "Recommended measures");
    assert_int_equal(manifest.figure_count, 1);
    assert_text(manifest.figures[0].name, "Income per head");
    assert_int_equal(manifest.figures[0].node->line, 14);
    assert_text(manifest.welfare.name, "Income per head");
    assert_text(manifest.line.name, "Poverty line");
    assert_null(manifest.size.node);
    assert_ok(read_changed(folder, "  line:", "  size: People\n  line:", &manifest, &err));
    assert_text(manifest.size.name, "People");
}

static void what_is_optional_may_be_left_out(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;
    struct manifest manifest;

    assert_ok(manifest_read(folder->arena,
                            TEXT("name: a\nversion: 1\ntitle_en: A\ncurrency: PKR\n"
                                 "money_decimals: 0\ntime_zone: UTC\npolicy: rules/x.dmn\n"
                                 "decisions: {findings: F}\n"),
                            &manifest, &err));
    assert_text(manifest.policy, "rules/x.dmn");
    assert_null(manifest.risk_level.node);
    assert_null(manifest.household_kind.node);
    assert_null(manifest.measures.node);
    assert_null(manifest.welfare.node);
    assert_int_equal(manifest.figure_count, 0);
    assert_int_equal(manifest.title_zh.length, 0);
}

static void a_misspelled_key_is_refused_with_a_suggestion(void **state)
{
    static const struct {
        const char *from, *to, *words;
        int line;
    } rows[] = {
        {"title_en:", "titel_en:",
         "pack.yaml: a pack has no key 'titel_en'; did you mean 'title_en'", 3},
        {"risk_level:", "risk_levels:", "'decisions' has no key 'risk_levels'; did you mean", 10},
        {"welfare:", "wellfare:", "'statistics' has no key 'wellfare'; did you mean 'welfare'?",
         16},
        {"figures:", "policy_file_of_rules: x\nfigures:", "no key 'policy_file_of_rules'", 13},
    };
    struct pack_folder *folder = *state;
    struct berm_error err;
    struct manifest manifest;

    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_fails(read_changed(folder, rows[i].from, rows[i].to, &manifest, &err),
                     BERM_INVALID_INPUT, rows[i].words);
        assert_int_equal(err.line, rows[i].line);
    }
}

static void what_is_required_must_be_there(void **state)
{
    static const struct {
        const char *line, *words;
    } rows[] = {
        {"name: made-up\n", "'name' is missing"},
        {"version: \"1.0.0\"\n", "'version' is missing"},
        {"title_en: A made-up pack\n", "'title_en' is missing"},
        {"currency: CNY\n", "'currency' is missing"},
        {"money_decimals: 2\n", "'money_decimals' is missing"},
        {"time_zone: Asia/Shanghai\n", "'time_zone' is missing"},
        {"  findings: Findings\n", "'decisions' lacks 'findings'"},
        {"  line: Poverty line\n", "'statistics' lacks 'line'"},
    };
    struct pack_folder *folder = *state;
    struct berm_error err;
    struct manifest manifest;

    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        assert_fails(read_changed(folder, rows[i].line, "", &manifest, &err), BERM_INVALID_INPUT,
                     rows[i].words);
    assert_fails(manifest_read(folder->arena,
                               TEXT("name: a\nversion: 1\ntitle_en: A\ncurrency: PKR\n"
                                    "money_decimals: 0\ntime_zone: UTC\n"),
                               &manifest, &err),
                 BERM_INVALID_INPUT, "'decisions' is missing");
}

static void a_value_of_the_wrong_form_is_refused_at_its_place(void **state)
{
    static const struct {
        const char *from, *to, *words;
        int line, column;
    } rows[] = {
        {"name: made-up", "name: Made-up", "'name' is 'Made-up'; it must be lower-case", 1, 7},
        {"name: made-up", "name: 1up", "'name' is '1up'", 1, 7},
        {"name: made-up", "name: ../up", "'name' is '../up'", 1, 7},
        {"\"1.0.0\"", "\"1 0\"", "'version' is '1 0'", 2, 10},
        {"\"1.0.0\"", "\"\"", "'version' is empty", 2, 10},
        {"CNY", "Yuan", "'currency' is 'Yuan'", 5, 11},
        {"CNY", "cny", "'currency' is 'cny'", 5, 11},
        {"money_decimals: 2", "money_decimals: 5", "it must be 0 to 4", 6, 17},
        {"money_decimals: 2", "money_decimals: two", "it must be 0 to 4", 6, 17},
        {"Asia/Shanghai", "../etc/passwd", "'time_zone' is '../etc/passwd'", 7, 12},
        {"title_en: A made-up pack", "title_en: [A]", "'title_en' must be a single value", 3, 11},
        {"  - Income per head", "  - Income per head\n  - Income per head", "twice in 'figures'",
         15, 5},
        {"  findings: Findings", "  findings:", "'findings' is empty", 9, 12},
    };
    struct pack_folder *folder = *state;
    struct berm_error err;
    struct manifest manifest;

    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_fails(read_changed(folder, rows[i].from, rows[i].to, &manifest, &err),
                     BERM_INVALID_INPUT, rows[i].words);
        assert_memory_equal(err.message, "pack.yaml: ", 11);
        assert_int_equal(err.line, rows[i].line);
        assert_int_equal(err.column, rows[i].column);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(every_key_is_read),
        FOLDER_TEST(what_is_optional_may_be_left_out),
        FOLDER_TEST(a_misspelled_key_is_refused_with_a_suggestion),
        FOLDER_TEST(what_is_required_must_be_there),
        FOLDER_TEST(a_value_of_the_wrong_form_is_refused_at_its_place),
    };

    return cmocka_run_group_tests_name("pack/manifest", tests, NULL, NULL);
}
