/* What persons are found by follows every write of names, memberships and areas. */
#include "store/driver.h"
#include "unit/service/register_fixture.h"

static const char HOUSEHOLDS[] = "code,area,housing_grade\nH1,1101,A\nH2,1102,A\n";
static const char PERSONS[] = "code,household,name,relation\n"
                              "P1,H1,王小明,head\nP2,H1,Baren Agan,spouse\nP3,H2,李四,head\n";

/* Each term with the codes of its district, household and person: what a search walks through. */
static void dump(struct office *office, struct buffer *out)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct berm_error err;
    bool has_row;

    buffer_clear(out);
    assert_ok(statement_prepare_text(
        office->store,
        TEXT("SELECT a.code, h.code, p.code, t.term FROM person_term t"
             " JOIN person_search s ON s.person_id = t.person_id AND s.district_id = t.district_id"
             " JOIN household h ON h.household_id = s.household_id"
             " JOIN person p ON p.person_id = t.person_id"
             " JOIN area a ON a.area_id = t.district_id ORDER BY t.person_id, t.term"),
        "dump", &list, &err));
    assert_ok(statement_step(list, &has_row, &err));
    while (has_row) {
        for (int column = 0; column < 4; column++)
            buffer_append_format(out, "%.*s%c", TEXT_ARG(statement_text(list, column)),
                                 column < 3 ? ' ' : '\n');
        assert_ok(statement_step(list, &has_row, &err));
    }
    buffer_append_char(out, '\0');
}

static int64_t count_terms(struct office *office)
{
    CLEANUP(statement_closep) struct statement *count = NULL;
    struct berm_error err;

    assert_ok(statement_prepare_text(office->store, TEXT("SELECT count(*) FROM person_term"),
                                     "count", &count, &err));
    assert_ok(statement_step_to_row(count, &err));
    return statement_int64(count, 0);
}

static struct office *filled(void **state)
{
    struct office *office = register_make(*state, "search.berm");

    register_import(*state, office, IMPORT_AREAS, AREAS);
    register_import(*state, office, IMPORT_HOUSEHOLDS, HOUSEHOLDS);
    register_import(*state, office, IMPORT_PERSONS, PERSONS);
    return office;
}

/* What stands there is what a rebuild makes. */
static void assert_entries(struct office *office, const char *wanted)
{
    CLEANUP(buffer_free) struct buffer before = {0}, after = {0};
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct berm_error err;
    int64_t terms = count_terms(office);

    dump(office, &before);
    assert_string_equal(before.bytes, wanted);
    assert_ok(store_begin(office->store, &err));
    transaction = office->store;
    assert_ok(search_rebuild(office->store, &err));
    dump(office, &after);
    assert_string_equal(after.bytes, wanted);
    assert_int_equal(terms, count_terms(office)); /* nothing is left of what was before */
}

#define BAREN(area, household)                                                                     \
    area " " household " P2 aganbaren\n" area " " household " P2 ba\n" area " " household          \
         " P2 barenagan\n"
#define LISI "1102 H2 P3 lisi\n1102 H2 P3 ls\n1102 H2 P3 李四\n"
#define XIAOMING "1101 H1 P1 wangxiaoming\n1101 H1 P1 wxm\n1101 H1 P1 小明\n1101 H1 P1 王小明\n"

static void an_import_enters_persons(void **state)
{
    CLEANUP(office_closep) struct office *office = filled(state);

    assert_entries(office, XIAOMING BAREN("1101", "H1") LISI);
}

static void a_new_name_takes_the_old_ones_place(void **state)
{
    CLEANUP(office_closep) struct office *office = filled(state);

    register_import(*state, office, IMPORT_PERSONS, "code,household,name\nP1,H1,吕布\n");
    assert_entries(office,
                   "1101 H1 P1 lb\n1101 H1 P1 lubu\n1101 H1 P1 吕布\n" BAREN("1101", "H1") LISI);
}

static void a_person_is_entered_where_they_belong(void **state)
{
    CLEANUP(office_closep) struct office *office = filled(state);

    register_import(*state, office, IMPORT_PERSONS,
                    "code,household,name,from_date\nP2,H2,Baren Agan,2020-03-01\n");
    assert_entries(office, XIAOMING BAREN("1102", "H2") LISI);
}

static void a_household_takes_its_people_along(void **state)
{
    CLEANUP(office_closep) struct office *office = filled(state);

    register_import(*state, office, IMPORT_HOUSEHOLDS, "code,area,housing_grade\nH2,1101,A\n");
    assert_entries(
        office, XIAOMING BAREN("1101", "H1") "1101 H2 P3 lisi\n1101 H2 P3 ls\n1101 H2 P3 李四\n");
}

static void areas_that_move_take_everybody_along(void **state)
{
    CLEANUP(office_closep) struct office *office = filled(state);
    CLEANUP(buffer_free) struct buffer out = {0};

    register_import(*state, office, IMPORT_AREAS, "code,name,parent\n110201,村,1102\n");
    register_import(*state, office, IMPORT_HOUSEHOLDS, "code,area,housing_grade\nH2,110201,A\n");
    dump(office, &out); /* the village lies deeper than districts do */
    assert_string_equal(out.bytes, XIAOMING BAREN("1101", "H1") LISI);
    register_import(*state, office, IMPORT_AREAS, "code,name,parent\n110201,村,1101\n");
    dump(office, &out);
    assert_string_equal(
        out.bytes,
        XIAOMING BAREN("1101", "H1") "1101 H2 P3 lisi\n1101 H2 P3 ls\n1101 H2 P3 李四\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_set_up_pack, folder_tear_down)
        TEST(an_import_enters_persons),
        TEST(a_new_name_takes_the_old_ones_place),
        TEST(a_person_is_entered_where_they_belong),
        TEST(a_household_takes_its_people_along),
        TEST(areas_that_move_take_everybody_along),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
