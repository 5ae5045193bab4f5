/* Reading a dictionary: what a good one becomes, and that every fault is told with its place. */
#include <stdio.h>

#include "lib/unit.h"
#include "register/register.h"

#define HEADER "name,entity,type,unit,constraint,required,empty,combine,label_en,label_zh\n"
#define CHOICES                                                                                    \
    "list,name,label_en,label_zh\n"                                                                \
    "toilet,flush_pit,Flush to a pit,水冲\n"                                                     \
    "toilet,none,None,无\n"                                                                       \
    "shock,flood,Flood,洪涝\n"                                                                   \
    "toilet,pit,Pit,旱厕\n"

static enum berm_status read(struct arena *arena, const char *dictionary_csv,
                             const char *choices_csv, struct dictionary *ret_dictionary,
                             struct berm_error *err)
{
    return dictionary_read(arena, text_of(dictionary_csv), text_of(choices_csv), 2, ret_dictionary,
                           err);
}

static struct arena *new_arena(void)
{
    struct berm_error err;
    struct arena *arena = NULL;

    assert_ok(arena_create(8 << 20, &arena, &err));
    return arena;
}

/* The rows, behind the header, must be refused with these words at this line and column. */
static void assert_refused(const char *rows, const char *words, int line, int column)
{
    CLEANUP(arena_freep) struct arena *arena = new_arena();
    CLEANUP(buffer_free) struct buffer csv = {0};
    struct dictionary dictionary;
    struct berm_error err;

    buffer_append_format(&csv, HEADER "%s", rows);
    buffer_append_char(&csv, 0);
    assert_fails(read(arena, csv.bytes, CHOICES, &dictionary, &err), BERM_INVALID_INPUT, words);
    assert_int_equal(err.line, line);
    assert_int_equal(err.column, column);
    assert_non_null(strstr(err.message, "dictionary.csv"));
}

static void variables_are_grouped_by_entity_in_the_order_of_the_file(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = new_arena();
    struct dictionary dictionary;
    struct berm_error err;

    (void)state;
    assert_ok(read(arena,
                   HEADER "wage,flow,money,,,,zero,prefer: payroll > visit,Wage,工资\n"
                          "rooms,household,integer,rooms,[0..50],yes,,,Rooms,房间数\n"
                          "ill,person,boolean,,,,zero,,,\n"
                          "toilet_kind,household,select_one toilet,,,,,,,\n"
                          "gift,flow,money,,,,,sum,,\n",
                   CHOICES, &dictionary, &err));
    assert_int_equal(dictionary.variable_count, 5);
    assert_int_equal(dictionary.count[ENTITY_HOUSEHOLD], 2);
    assert_text(dictionary_variables(&dictionary, ENTITY_HOUSEHOLD)[0].name, "rooms");
    assert_text(dictionary_variables(&dictionary, ENTITY_HOUSEHOLD)[1].name, "toilet_kind");
    assert_text(dictionary_variables(&dictionary, ENTITY_PERSON)[0].name, "ill");
    assert_text(dictionary_variables(&dictionary, ENTITY_FLOW)[1].name, "gift");
    assert_int_equal(dictionary_position(&dictionary, ENTITY_FLOW, TEXT("gift")), 1);
    assert_int_equal(dictionary_position(&dictionary, ENTITY_PERSON, TEXT("gift")), -1);
    assert_null(dictionary_find(&dictionary, ENTITY_HOUSEHOLD, TEXT("ill")));

    const struct variable *rooms = dictionary_find(&dictionary, ENTITY_HOUSEHOLD, TEXT("rooms"));
    assert_true(rooms->is_required);
    assert_int_equal(rooms->constraint.high, 50);
    assert_text(rooms->label_zh, "房间数");
    assert_text(rooms->unit, "rooms");
    assert_true(dictionary_find(&dictionary, ENTITY_PERSON, TEXT("ill"))->is_empty_zero);
}

static void a_flow_keeps_the_order_of_its_preferred_sources(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = new_arena();
    struct dictionary dictionary;
    struct berm_error err;

    (void)state;
    assert_ok(read(arena, HEADER "wage,flow,money,,,,,prefer: payroll>visit > self report,,\n",
                   CHOICES, &dictionary, &err));
    const struct variable *wage = dictionary_find(&dictionary, ENTITY_FLOW, TEXT("wage"));
    assert_int_equal(wage->combination, FLOW_PREFER);
    assert_int_equal(wage->preferred_count, 3);
    assert_text(wage->preferred[0], "payroll");
    assert_text(wage->preferred[2], "self report");
}

static void the_choices_of_a_list_may_be_scattered_over_the_file(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = new_arena();
    struct dictionary dictionary;
    struct berm_error err;

    (void)state;
    assert_ok(read(arena, HEADER, CHOICES, &dictionary, &err));
    const struct choice_list *toilet = dictionary_list(&dictionary, TEXT("toilet"));
    assert_non_null(toilet);
    assert_int_equal(toilet->choice_count, 3);
    assert_text(toilet->choices[2].name, "pit");
    assert_text(toilet->choices[0].label_zh, "水冲");
    assert_int_equal(choice_position(toilet, TEXT("pit")), 2);
    assert_int_equal(choice_position(toilet, TEXT("flood")), -1);
    assert_int_equal(choice_position(toilet, TEXT("")), -1);
    assert_null(dictionary_list(&dictionary, TEXT("roof")));
}

static void every_choice_of_a_long_list_is_found(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = new_arena();
    CLEANUP(buffer_free) struct buffer csv = {0};
    struct dictionary dictionary;
    struct berm_error err;
    char name[32];

    (void)state;
    buffer_append_format(&csv, "name,list\n");
    for (int i = 0; i < DICTIONARY_CHOICES_MAX; i++)
        buffer_append_format(&csv, "village_%d,village\n", i);
    buffer_append_char(&csv, 0);
    assert_ok(read(arena, HEADER, csv.bytes, &dictionary, &err));
    const struct choice_list *list = dictionary_list(&dictionary, TEXT("village"));
    assert_int_equal(list->choice_count, DICTIONARY_CHOICES_MAX);
    for (int i = 0; i < DICTIONARY_CHOICES_MAX; i++) {
        snprintf(name, sizeof name, "village_%d", i);
        assert_int_equal(choice_position(list, text_of(name)), i);
        snprintf(name, sizeof name, "village_%dx", i);
        assert_int_equal(choice_position(list, text_of(name)), -1);
    }
    csv.length--;
    buffer_append_format(&csv, "one_more,village\n");
    buffer_append_char(&csv, 0);
    assert_fails(read(arena, HEADER, csv.bytes, &dictionary, &err), BERM_LIMIT, "2000");
}

static void more_variables_than_the_limit_are_refused(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = new_arena();
    CLEANUP(buffer_free) struct buffer csv = {0};
    struct dictionary dictionary;
    struct berm_error err;

    (void)state;
    buffer_append_format(&csv, "name,entity,type\n");
    for (int i = 0; i <= DICTIONARY_VARIABLES_MAX; i++)
        buffer_append_format(&csv, "v%d,household,integer\n", i);
    buffer_append_char(&csv, 0);
    assert_fails(read(arena, csv.bytes, CHOICES, &dictionary, &err), BERM_LIMIT, "400");
}

static void a_misspelled_word_is_answered_with_the_right_one(void **state)
{
    (void)state;
    assert_refused("a,houshold,integer,,,,,,,\n", "did you mean 'household'?", 2, 2);
    assert_refused("a,household,intger,,,,,,,\n", "did you mean 'integer'?", 2, 3);
    assert_refused("a,household,select_one toilett,,,,,,,\n", "did you mean 'toilet'?", 2, 3);
    assert_refused("a,village,integer,,,,,,,\n", "none of household, person, flow", 2, 2);
}

static void names_must_be_plain_and_free(void **state)
{
    (void)state;
    assert_refused("Rooms,household,integer,,,,,,,\n", "'Rooms' is no name of a variable", 2, 1);
    assert_refused("1a,household,integer,,,,,,,\n", "no name of a variable", 2, 1);
    assert_refused(",household,integer,,,,,,,\n", "no name of a variable", 2, 1);
    assert_refused("a\"\"b,household,integer,,,,,,,\n", "no name of a variable", 2, 1);
    assert_refused("a,household,integer,,,,,,,\na,household,money,,,,,,,\n", "in line 2", 3, 1);
    assert_refused("household_id,household,integer,,,,,,,\n", "reserved", 2, 1);
    assert_refused("members,household,integer,,,,,,,\n", "reserved", 2, 1);
    assert_refused("birth_date,person,date,,,,,,,\n", "reserved", 2, 1);
    assert_refused("month,flow,money,,,,,,,\n", "reserved", 2, 1);
    assert_refused("in,person,integer,,,,,,,\n", "a word of FEEL", 2, 1);
}

static void types_and_lists_must_fit(void **state)
{
    (void)state;
    assert_refused("a,household,select_one,,,,,,,\n", "needs the name of a list", 2, 3);
    assert_refused("a,household,select_one zzzzzz,,,,,,,\n", "has no list 'zzzzzz'", 2, 3);
    assert_refused("a,household,integer toilet,,,,,,,\n", "takes no list", 2, 3);
    assert_refused("a,flow,integer,,,,,,,\n", "write the type money", 2, 3);
}

static void constraints_must_parse_and_fit_the_type(void **state)
{
    (void)state;
    assert_refused("a,household,integer,,>< 3,,,,,\n", "bound is missing", 2, 5);
    assert_refused("a,household,integer,,=> 3,,,,,\n", "no comparison", 2, 5);
    assert_refused("a,household,integer,,[0..120,,,,,\n", "not closed", 2, 5);
    assert_refused("a,household,integer,,>= 3 and >= 4,,,,,\n", "two lower bounds", 2, 5);
    assert_refused("a,household,integer,,>= 1 and <= 0,,,,,\n", "no value is within", 2, 5);
    assert_refused("a,household,integer,,>= 1.5,,,,,\n", "no whole number", 2, 5);
    assert_refused("a,household,money,,>= 1.505,,,,,\n", "2 decimal places", 2, 5);
    assert_refused("a,household,boolean,,>= 0,,,,,\n", "takes no constraint", 2, 5);
    assert_refused("a,household,text,,>= 0,,,,,\n", "by its length", 2, 5);
    assert_refused("a,household,integer,,length <= 3,,,,,\n", "only a text", 2, 5);
    assert_refused("a,household,integer,,>= 0 or < 9,,,,,\n", "too much here", 2, 5);
}

static void empty_required_and_combine_must_make_sense(void **state)
{
    (void)state;
    assert_refused("a,household,integer,,,maybe,,,,\n", "'maybe' is none of", 2, 6);
    assert_refused("a,household,integer,,,,nought,,,\n", "'nought' is none of", 2, 7);
    assert_refused("a,household,date,,,,zero,,,\n", "has no zero", 2, 7);
    assert_refused("a,household,integer,,,yes,zero,,,\n", "never empty", 2, 7);
    assert_refused("a,household,integer,,>= 1,,zero,,,\n", "does not allow 0", 2, 7);
    assert_refused("a,household,money,,,,,sum,,\n", "only flows", 2, 8);
    assert_refused("a,flow,money,,,,,average,,\n", "no way to combine", 2, 8);
    assert_refused("a,flow,money,,,,,prefer: x > > y,,\n", "no code of a source", 2, 8);
    assert_refused("a,flow,money,,,,,prefer: x > x,,\n", "there twice", 2, 8);
}

static void names_that_rules_could_not_tell_apart_are_refused(void **state)
{
    (void)state;
    assert_refused("wage_income_12m,household,money,,,,,,,\nwage_income,flow,money,,,,,,,\n",
                   "window of flow 'wage_income'", 0, 0);
    assert_refused("wage,flow,money,,,,,,,\nwage_previous,flow,money,,,,,,,\n",
                   "'wage_previous_12m'", 0, 0);
    assert_refused("wage,flow,money,,,,,,,\nwage_months,flow,money,,,,,,,\n",
                   "'wage_months_reported_12m'", 0, 0);
}

static void faults_of_the_file_itself_are_told(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = new_arena();
    struct dictionary dictionary;
    struct berm_error err;

    (void)state;
    assert_fails(read(arena, "", CHOICES, &dictionary, &err), BERM_INVALID_INPUT, "empty");
    assert_fails(read(arena, "name,entity\n", CHOICES, &dictionary, &err), BERM_INVALID_INPUT,
                 "'type'");
    assert_fails(read(arena, "name,entity,type,constrain\n", CHOICES, &dictionary, &err),
                 BERM_INVALID_INPUT, "did you mean 'constraint'?");
    assert_fails(read(arena, "name,name,entity,type\n", CHOICES, &dictionary, &err),
                 BERM_INVALID_INPUT, "twice");
    assert_refused("a,household\n", "2 fields", 2, 0);
    assert_fails(read(arena, HEADER, "list,name\ntoilet,a b\n", &dictionary, &err),
                 BERM_INVALID_INPUT, "without blanks");
    assert_fails(read(arena, HEADER, "list,name\nToilet,a\n", &dictionary, &err),
                 BERM_INVALID_INPUT, "no name of a list");
    assert_fails(read(arena, HEADER, "list,name\nx,a\ny,a\nx,a\n", &dictionary, &err),
                 BERM_INVALID_INPUT, "in line 2");
    assert_int_equal(err.line, 4);
}

static void every_cap_short_of_enough_memory_is_answered_with_no_memory(void **state)
{
    bool has_succeeded = false;

    (void)state;
    for (size_t cap_bytes = 0; cap_bytes < 1 << 20 && !has_succeeded; cap_bytes += 512) {
        CLEANUP(arena_freep) struct arena *arena = NULL;
        struct dictionary dictionary;
        struct berm_error err;
        enum berm_status status = arena_create(cap_bytes, &arena, &err);

        if (status == BERM_OK)
            status = read(arena, HEADER "a,household,select_one toilet,,,,,,,\n", CHOICES,
                          &dictionary, &err);
        has_succeeded = status == BERM_OK;
        if (!has_succeeded)
            assert_int_equal(status, BERM_NO_MEMORY);
    }
    assert_true(has_succeeded);
}

static void a_variable_says_who_may_see_it(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct dictionary dictionary;
    struct berm_error err;

    (void)state;
    assert_ok(arena_create(1 << 20, &arena, &err));
    assert_ok(dictionary_read(arena,
                              TEXT("name,entity,type,class\na,household,integer,public\n"
                                   "b,household,integer,\nc,person,boolean,personal\n"
                                   "d,flow,money,sensitive\n"),
                              TEXT(CHOICES), 2, &dictionary, &err));
    assert_int_equal(dictionary.variables[0].field_class, FIELD_CLASS_PUBLIC);
    assert_int_equal(dictionary.variables[1].field_class, FIELD_CLASS_INTERNAL);
    assert_int_equal(dictionary.variables[2].field_class, FIELD_CLASS_PERSONAL);
    assert_int_equal(dictionary.variables[3].field_class, FIELD_CLASS_SENSITIVE);
    assert_string_equal(field_class_name(FIELD_CLASS_SENSITIVE), "sensitive");
    assert_fails(dictionary_read(arena,
                                 TEXT("name,entity,type,class\na,household,integer,secret\n"),
                                 TEXT(CHOICES), 2, &dictionary, &err),
                 BERM_INVALID_INPUT, "public, internal, personal, sensitive");
    assert_ok(dictionary_read(arena, TEXT("name,entity,type\na,household,integer\n"), TEXT(CHOICES),
                              2, &dictionary, &err));
    assert_int_equal(dictionary.variables[0].field_class, FIELD_CLASS_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables_are_grouped_by_entity_in_the_order_of_the_file),
        cmocka_unit_test(a_flow_keeps_the_order_of_its_preferred_sources),
        cmocka_unit_test(the_choices_of_a_list_may_be_scattered_over_the_file),
        cmocka_unit_test(every_choice_of_a_long_list_is_found),
        cmocka_unit_test(more_variables_than_the_limit_are_refused),
        cmocka_unit_test(a_misspelled_word_is_answered_with_the_right_one),
        cmocka_unit_test(names_must_be_plain_and_free),
        cmocka_unit_test(types_and_lists_must_fit),
        cmocka_unit_test(constraints_must_parse_and_fit_the_type),
        cmocka_unit_test(empty_required_and_combine_must_make_sense),
        cmocka_unit_test(names_that_rules_could_not_tell_apart_are_refused),
        cmocka_unit_test(a_variable_says_who_may_see_it),
        cmocka_unit_test(faults_of_the_file_itself_are_told),
        cmocka_unit_test(every_cap_short_of_enough_memory_is_answered_with_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
