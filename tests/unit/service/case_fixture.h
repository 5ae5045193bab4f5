/* A register with cases, on either store: the made-up pack with the states and steps of rural-cn,
 * two findings of which one may be mild or grave, and a day that the test sets. */
#ifndef TESTS_CASE_FIXTURE_H
#define TESTS_CASE_FIXTURE_H

#include "service/casework/private.h"
#include "unit/service/register_fixture.h"
#include "unit/store/fixture.h"

struct case_register {
    void *place; /* struct place */
    struct pack_folder *folder;
    struct office *office;
    struct arena *arena;
};

/* The income finding is grave below 1,000. */
static const char INCOME_RULE[] = "<rule><inputEntry><text>&lt; Poverty line</text></inputEntry>"
                                  "<inputEntry><text>-</text></inputEntry>"
                                  "<outputEntry><text>\"income_below_line\"</text></outputEntry>"
                                  "<outputEntry><text>\"critical\"</text></outputEntry></rule>\n";
static const char INCOME_RULES[] = "<rule><inputEntry><text>&lt; Poverty line</text></inputEntry>"
                                   "<inputEntry><text>-</text></inputEntry>"
                                   "<outputEntry><text>\"income_below_line\"</text></outputEntry>"
                                   "<outputEntry><text>\"medium\"</text></outputEntry></rule>\n"
                                   "<rule><inputEntry><text>&lt; 1000</text></inputEntry>"
                                   "<inputEntry><text>-</text></inputEntry>"
                                   "<outputEntry><text>\"income_below_line\"</text></outputEntry>"
                                   "<outputEntry><text>\"critical\"</text></outputEntry></rule>\n";
static const char LABOUR[] =
    "  <decision id=\"labour\" name=\"Has labour\">\n"
    "    <variable name=\"Has labour\" typeRef=\"boolean\"/>\n"
    "    <informationRequirement><requiredInput href=\"#h\"/></informationRequirement>\n"
    "    <literalExpression><text>household.size &gt; 0</text></literalExpression>\n"
    "  </decision>\n";
static const char GROUPED_FINDINGS[] =
    "code,label_en,label_zh,clear_en,group\n"
    "income_below_line,Income below the line,收入低,Income reaches the line.,income\n"
    "unsafe_house,Unsafe house,危房,The house is repaired.,guarantee\n";

static inline void set_day(const char *day)
{
    assert_int_equal(setenv("BERM_NOW", day, 1), 0);
}

/* A file of rural-cn; tests run in the source's folder. */
static inline void folder_copy_rural(const struct pack_folder *folder, const char *name)
{
    char path[128], content[1 << 15];
    size_t length;
    FILE *file;

    snprintf(path, sizeof path, "packs/rural-cn/%s", name);
    file = fopen(path, "rb");
    assert_non_null(file);
    length = fread(content, 1, sizeof content, file);
    assert_true(length > 0 && length < sizeof content);
    assert_int_equal(fclose(file), 0);
    folder_write_bytes(folder, name, (struct text){content, length});
}

/* The policy with the graver rule, and a decision that tells whether somebody can work. */
static inline void folder_write_case_policy(const struct pack_folder *folder)
{
    CLEANUP(buffer_free) struct buffer policy = {0};
    const char *rule = strstr(POLICY, INCOME_RULE);
    const char *risk = strstr(POLICY, "  <decision id=\"risk\"");

    assert_true(rule != NULL && risk > rule);
    buffer_append(&policy, POLICY, (size_t)(rule - POLICY));
    buffer_append_text(&policy, text_of(INCOME_RULES));
    rule += strlen(INCOME_RULE);
    buffer_append(&policy, rule, (size_t)(risk - rule));
    buffer_append_text(&policy, text_of(LABOUR));
    buffer_append_text(&policy, text_of(risk));
    folder_write_bytes(folder, "policy.dmn", buffer_text(&policy));
}

static inline void folder_write_cases(const struct pack_folder *folder)
{
    folder_write_case_policy(folder);
    folder_write_changed(folder, "dictionary.csv", DICTIONARY, "select_one grade,,yes",
                         "select_one grade,,");
    folder_write_changed(folder, "pack.yaml", MANIFEST,
                         "figures:", "  labour: Has labour\nreopen_margin: 10\nfigures:");
    folder_write(folder, "findings.csv", GROUPED_FINDINGS);
    folder_copy_rural(folder, "states.csv");
    folder_copy_rural(folder, "workflow.csv");
    folder_copy_rural(folder, "holidays.csv");
}

static inline void case_open_office(struct case_register *made)
{
    struct berm_error err;

    assert_ok(office_create(text_of(((struct place *)made->place)->url),
                            text_of(made->folder->path), &made->office, &err));
    register_import(made->folder, made->office, IMPORT_AREAS, AREAS);
}

/* The same wage in each month from 2019-10 on. */
static inline void set_wage(struct case_register *made, const char *code, int wage)
{
    CLEANUP(buffer_free) struct buffer csv = {0};

    buffer_append_text(&csv, TEXT("household,month,wage_income\n"));
    for (month_number month = month_from_civil(2019, 10); month <= month_from_civil(2021, 12);
         month++)
        buffer_append_format(&csv, "%s,%d-%02d,%d\n", code, (int)month / 12, (int)month % 12 + 1,
                             wage);
    buffer_append_char(&csv, '\0');
    register_import(made->folder, made->office, IMPORT_FLOWS, csv.bytes);
}

/* The grade empty: unknown. */
static inline void set_house(struct case_register *made, const char *code, const char *grade)
{
    char csv[128];

    snprintf(csv, sizeof csv, "code,area,housing_grade\n%s,1101,%s\n", code, grade);
    register_import(made->folder, made->office, IMPORT_HOUSEHOLDS, csv);
}

/* A household of one member with a wage a month from 2019-10 on. */
static inline void add_household(struct case_register *made, const char *code, const char *grade,
                                 int wage)
{
    CLEANUP(buffer_free) struct buffer csv = {0};

    set_house(made, code, grade);
    buffer_append_format(&csv, "code,household,relation,from_date\n%s-1,%s,head,2010-01-01%c", code,
                         code, 0);
    register_import(made->folder, made->office, IMPORT_PERSONS, csv.bytes);
    set_wage(made, code, wage);
}

static inline int case_set_up(void **state)
{
    static struct case_register made;
    struct berm_error err;
    void *folder;

    made = (struct case_register){0};
    if (place_create(&made.place) != 0 || folder_set_up_pack(&folder) != 0 ||
        arena_create((size_t)256 << 20, &made.arena, &err) != BERM_OK)
        return -1;
    made.folder = folder;
    set_day("2020-11-02T08:00:00Z");
    folder_write_cases(made.folder);
    case_open_office(&made);
    *state = &made;
    return 0;
}

static inline int case_tear_down(void **state)
{
    struct case_register *made = *state;
    void *folder = made->folder;

    unsetenv("BERM_NOW");
    office_close(made->office);
    arena_free(made->arena);
    return folder_tear_down(&folder) + place_remove(&made->place);
}

#define CASE_TEST(name) cmocka_unit_test_setup_teardown(name, case_set_up, case_tear_down)

/* ---- Acting ---------------------------------------------------------------------------------- */

static const struct actor WORKER = {.name = {"worker", 6}, .via = {"test", 4}};
static const struct actor OFFICER = {.name = {"officer", 7}, .via = {"test", 4}};
static const struct actor COUNTY = {.name = {"county", 6}, .via = {"test", 4}};

static inline struct case_call call_by(struct case_register *made, const struct actor *actor)
{
    return (struct case_call){
        .office = made->office, .caller = caller_local(), .actor = actor, .arena = made->arena};
}

static inline enum berm_status step_by(struct case_register *made, const struct actor *actor,
                                       const char *household, const char *action,
                                       const char *reason, struct step_result *ret_result,
                                       struct berm_error *err)
{
    const struct case_call call = call_by(made, actor);
    const struct step_order order = {text_of(action), text_of(reason), -1};

    return case_take_step(&call, text_of(household), &order, ret_result, err);
}

static inline enum berm_status prove_by(struct case_register *made, const struct actor *actor,
                                        const char *household, enum proof_kind kind,
                                        const char *note, struct berm_error *err)
{
    const struct case_call call = call_by(made, actor);
    struct proof_input proof = {.kind = kind, .note = text_of(note)};

    TRY(office_today(made->office, &proof.on_day, err));
    return case_prove(&call, text_of(household), &proof, err);
}

static inline int64_t household_id_of(struct case_register *made, const char *code)
{
    char sql[128];

    snprintf(sql, sizeof sql, "SELECT household_id FROM household WHERE code = '%s'", code);
    return number_from(made->office->store, sql);
}

/* What visits do when they are recorded. */
static inline void add_visit(struct case_register *made, const char *household)
{
    CLEANUP(change_close) struct change change = {0};
    struct proof_input proof = {.kind = PROOF_VISIT};
    struct store *store = made->office->store;
    int64_t household_id = household_id_of(made, household);
    struct berm_error err;

    assert_ok(office_today(made->office, &proof.on_day, &err));
    assert_ok(store_begin(store, &err));
    assert_ok(change_begin(store, &WORKER, TEXT("visit"), (struct text){0}, &change, &err));
    assert_ok(case_add_proof(made->office, WORKER.name, &change, household_id, &proof, &err));
    assert_ok(case_finish(&change, &WORKER, "visit", text_of(household), 1, 0, &err));
    assert_ok(store_commit(store, &err));
}

#endif
