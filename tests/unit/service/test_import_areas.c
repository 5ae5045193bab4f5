/* Areas: the tree that a file makes, and the rows that cannot be part of it. */
#include "unit/exchange/import_fixture.h"

static const char tree[] =
    "SELECT code, coalesce((SELECT p.code FROM area p WHERE p.area_id = a.parent_id), ''), level, "
    "(SELECT count(*) FROM area c WHERE c.position_low BETWEEN a.position_low AND a.position_high) "
    "FROM area a ORDER BY code";

static void parents_may_come_after_their_children(void **state)
{
    struct fixture *fixture = *state;

    fixture_expect(fixture, IMPORT_AREAS,
                   "code,name,parent,name_en\nV,村,T,Village\nT,镇,C,Town\nC,县,,County\nU,庄,T,\n",
                   4, 0, 0, 0);
    assert_string_equal(fixture_ask(fixture, tree), "C||0|4\nT|C|1|3\nU|T|2|1\nV|T|2|1\n");
    assert_string_equal(fixture_ask(fixture, "SELECT name, name_en FROM area WHERE code = 'V'"),
                        "村|Village\n");
}

static void the_same_file_twice_changes_nothing(void **state)
{
    struct fixture *fixture = *state;
    const char *csv = "code,name,parent\nV,a,T\nT,b,\nX,c,Y\nT,d,V\n";

    fixture_expect(fixture, IMPORT_AREAS, csv, 2, 0, 0, 2);
    fixture_expect_reject(fixture, 0, 4, "parent", "no area has the code \"Y\"");
    fixture_expect_reject(fixture, 1, 5, "code", "stands already in an earlier row");
    fixture_expect(fixture, IMPORT_AREAS, csv, 0, 0, 2, 2);
    assert_string_equal(fixture_ask(fixture, "SELECT count(*) FROM change"), "1\n");
    assert_string_equal(fixture_ask(fixture, "SELECT count(*) FROM change_row"), "0\n");
    assert_string_equal(fixture_ask(fixture, "SELECT value FROM setting WHERE name = 'area_epoch'"),
                        "1\n");
}

static void changes_are_logged_and_a_move_raises_the_epoch(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_areas(fixture);
    fixture_expect(fixture, IMPORT_AREAS, "code,name\nD1,Renamed\n", 0, 1, 0, 0);
    assert_string_equal(fixture_ask(fixture, "SELECT value FROM setting WHERE name = 'area_epoch'"),
                        "1\n");
    fixture_expect(fixture, IMPORT_AREAS, "code,name,parent\nD1,Renamed,D2\nE,New,D1\n", 1, 1, 0,
                   0);
    assert_string_equal(fixture_ask(fixture, "SELECT value FROM setting WHERE name = 'area_epoch'"),
                        "2\n");
    assert_string_equal(
        fixture_ask(fixture, "SELECT change_id, entity, entity_id, fields FROM change_row"),
        "2|area|2|{\"name\":[\"First\",\"Renamed\"]}\n3|area|2|{\"parent\":[\"R\",\"D2\"]}\n");
    assert_string_equal(fixture_ask(fixture, tree), "D1|D2|2|2\nD2|R|1|3\nE|D1|3|1\nR||0|4\n");
}

static void circles_are_rejected_and_their_branches_too(void **state)
{
    struct fixture *fixture = *state;

    fixture_expect(fixture, IMPORT_AREAS,
                   "code,name,parent\nA,a,B\nB,b,C\nC,c,A\nD,d,C\nE,e,D\nF,f,F\nG,g,\n", 1, 0, 0,
                   6);
    fixture_expect_reject(fixture, 0, 2, "parent", "inside itself");
    fixture_expect_reject(fixture, 1, 3, "parent", "inside itself");
    fixture_expect_reject(fixture, 2, 4, "parent", "inside itself");
    fixture_expect_reject(fixture, 3, 5, "parent", "the row of its parent \"C\" was rejected");
    fixture_expect_reject(fixture, 4, 6, "parent", "the row of its parent \"D\" was rejected");
    fixture_expect_reject(fixture, 5, 7, "parent", "inside itself");
    assert_string_equal(fixture_ask(fixture, tree), "G||0|1\n");
}

static void a_move_that_closes_a_circle_leaves_the_area_where_it_was(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_areas(fixture);
    fixture_expect(fixture, IMPORT_AREAS, "code,name,parent\nR,Other,D1\nN,New,D1\nD2,Second,R\n",
                   1, 0, 1, 1);
    fixture_expect_reject(fixture, 0, 2, "parent", "inside itself");
    assert_string_equal(fixture_ask(fixture, tree), "D1|R|1|2\nD2|R|1|1\nN|D1|2|1\nR||0|4\n");
    assert_string_equal(fixture_ask(fixture, "SELECT name FROM area WHERE code = 'R'"), "Root\n");
}

/* X would go below Z and Z below X: both stay, and so does Y, which was to follow X. */
static void rejected_moves_may_close_new_circles(void **state)
{
    struct fixture *fixture = *state;

    fixture_expect(fixture, IMPORT_AREAS, "code,name,parent\nX,x,Y\nY,y,\nZ,z,\n", 3, 0, 0, 0);
    fixture_expect(fixture, IMPORT_AREAS, "code,name,parent\nX,x,Z\nZ,z,X\nY,y,X\n", 0, 0, 0, 3);
    assert_string_equal(fixture_ask(fixture, tree), "X|Y|1|1\nY||0|2\nZ||0|1\n");
}

static void too_many_levels_are_rejected(void **state)
{
    struct fixture *fixture = *state;
    struct buffer csv = {0};

    buffer_append_format(&csv, "code,name,parent\n");
    for (int i = 1; i < AREA_DEPTH_MAX + 3; i++)
        buffer_append_format(&csv, "L%02d,l,L%02d\n", i, i - 1);
    buffer_append_format(&csv, "L00,l,\n");
    buffer_append_char(&csv, 0);
    fixture_expect(fixture, IMPORT_AREAS, csv.bytes, AREA_DEPTH_MAX, 0, 0, 3);
    fixture_expect_reject(fixture, 0, AREA_DEPTH_MAX + 1, "parent", "16 levels");
    fixture_expect_reject(fixture, 1, AREA_DEPTH_MAX + 2, "parent", "was rejected");
    buffer_free(&csv);
    fixture_expect(fixture, IMPORT_AREAS, "code,name,parent\nTOP,top,\nL00,l,TOP\n", 1, 0, 0, 1);
    fixture_expect_reject(fixture, 0, 3, "parent", "16 levels");
}

static void a_file_without_parents_leaves_them_as_they_are(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_areas(fixture);
    fixture_expect(fixture, IMPORT_AREAS, "code,name\nD1,First\nS,Another root\n", 1, 0, 1, 0);
    assert_string_equal(fixture_ask(fixture, tree), "D1|R|1|1\nD2|R|1|1\nR||0|3\nS||0|1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(parents_may_come_after_their_children),
        FIXTURE_TEST(the_same_file_twice_changes_nothing),
        FIXTURE_TEST(changes_are_logged_and_a_move_raises_the_epoch),
        FIXTURE_TEST(circles_are_rejected_and_their_branches_too),
        FIXTURE_TEST(a_move_that_closes_a_circle_leaves_the_area_where_it_was),
        FIXTURE_TEST(rejected_moves_may_close_new_circles),
        FIXTURE_TEST(too_many_levels_are_rejected),
        FIXTURE_TEST(a_file_without_parents_leaves_them_as_they_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
