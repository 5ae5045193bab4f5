/* From text to value and back: what is taken, what is refused and how the refusal helps. */
#include "lib/unit.h"
#include "register/register.h"

static const char dictionary_csv[] = "name,entity,type,constraint,required,empty\n"
                                     "rooms,household,integer,[0..50],,\n"
                                     "plain,household,integer,,,\n"
                                     "share,household,decimal,(0..1],,\n"
                                     "debt,household,money,>= 0,,zero\n"
                                     "poor,household,boolean,,,\n"
                                     "ill,household,boolean,,,zero\n"
                                     "built,household,date,>= 1900-01-01,,\n"
                                     "note,household,text,length <= 5,,\n"
                                     "story,household,text,,,\n"
                                     "toilet_kind,household,select_one toilet,,yes,\n"
                                     "shocks,household,select_multiple shock,,,\n"
                                     "aids,household,select_multiple shock,,,zero\n";
static const char choices_csv[] = "list,name\ntoilet,flush_pit\ntoilet,pit\nshock,flood\n"
                                  "shock,drought\nshock,illness\n";

struct fixture {
    struct arena *arena;
    struct dictionary dictionary;
};

static int setup(void **state)
{
    static struct fixture fixture;
    struct berm_error err;

    assert_ok(arena_create(4 << 20, &fixture.arena, &err));
    assert_ok(dictionary_read(fixture.arena, text_of(dictionary_csv), text_of(choices_csv), 2,
                              &fixture.dictionary, &err));
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    arena_free(((struct fixture *)*state)->arena);
    return 0;
}

static const struct variable *variable_of(void **state, const char *name)
{
    struct fixture *fixture = *state;
    const struct variable *variable =
        dictionary_find(&fixture->dictionary, ENTITY_HOUSEHOLD, text_of(name));

    assert_non_null(variable);
    return variable;
}

static struct field_value parsed(void **state, const char *name, const char *text)
{
    struct fixture *fixture = *state;
    struct field_value value = {0};
    struct berm_error err;

    assert_ok(variable_parse(&fixture->dictionary, variable_of(state, name), text_of(text),
                             fixture->arena, &value, &err));
    return value;
}

static void assert_number(void **state, const char *name, const char *text, int64_t number)
{
    struct field_value value = parsed(state, name, text);

    assert_true(value.is_known);
    assert_int_equal(value.number, number);
}

static void assert_refused(void **state, const char *name, const char *text, const char *words)
{
    struct fixture *fixture = *state;
    struct field_value value = {.number = 77};
    struct berm_error err;

    assert_fails(variable_parse(&fixture->dictionary, variable_of(state, name), text_of(text),
                                fixture->arena, &value, &err),
                 BERM_INVALID_INPUT, words);
    assert_int_equal(value.number, 77);
}

static void numbers_are_kept_in_their_stored_units(void **state)
{
    assert_number(state, "rooms", " 12 ", 12);
    assert_number(state, "plain", "-9223372036854775808", INT64_MIN);
    assert_number(state, "share", "0.25", 250000);
    assert_number(state, "share", "0.000001", 1);
    assert_number(state, "debt", "1234.5", 123450);
    assert_number(state, "built", "1970-01-02", 1);
}

static void an_integer_is_digits_only(void **state)
{
    assert_refused(state, "plain", "3.5", "'3.5' is no whole number");
    assert_refused(state, "plain", "1e3", "no whole number");
    assert_refused(state, "plain", "1,000", "no whole number");
    assert_refused(state, "plain", "9223372036854775808", "no whole number");
    assert_refused(state, "plain", "twelve", "no whole number");
}

static void amounts_and_decimals_have_a_limited_number_of_places(void **state)
{
    assert_refused(state, "debt", "1.005", "at most 2 decimal places");
    assert_refused(state, "debt", "12 yuan", "no amount");
    assert_refused(state, "debt", "99999999999999999999", "too large");
    assert_refused(state, "share", "0.0000001", "at most 6 decimal places");
}

static void bounds_are_kept(void **state)
{
    assert_refused(state, "rooms", "-1", "'-1' is not within [0..50]");
    assert_refused(state, "rooms", "51", "not within");
    assert_number(state, "rooms", "0", 0);
    assert_number(state, "rooms", "50", 50);
    assert_refused(state, "share", "0", "not within (0..1]");
    assert_number(state, "share", "1", 1000000);
    assert_refused(state, "built", "1899-12-31", "not within");
    assert_refused(state, "note", "六个字的长度啊", "not within length <= 5");
    assert_text(parsed(state, "note", "五个字以内").text, "五个字以内");
}

static void a_boolean_is_written_in_many_ways(void **state)
{
    static const char *const yes[] = {"yes", "YES", "True", "1", "是"};
    static const char *const no[] = {"no", "No", "FALSE", "0", "否"};

    for (size_t i = 0; i < ARRAY_COUNT(yes); i++) {
        assert_number(state, "poor", yes[i], 1);
        assert_number(state, "poor", no[i], 0);
    }
    assert_refused(state, "poor", "maybe", "neither yes nor no");
    assert_refused(state, "poor", "2", "neither yes nor no");
}

static void a_date_is_year_month_day(void **state)
{
    assert_refused(state, "built", "2020-02-30", "2020-02-30");
    assert_refused(state, "built", "1/2/2020", "1/2/2020");
    assert_refused(state, "built", "20200101", "20200101");
}

static void a_choice_points_into_the_dictionary_and_a_misspelling_is_answered(void **state)
{
    struct field_value value = parsed(state, "toilet_kind", "pit");

    assert_int_equal(value.number, 1);
    assert_ptr_equal(value.text.bytes,
                     variable_of(state, "toilet_kind")->list->choices[1].name.bytes);
    assert_refused(state, "toilet_kind", "flsh_pit",
                   "'flsh_pit' is no choice of list toilet; did you mean 'flush_pit'?");
    assert_refused(state, "toilet_kind", "zzzzzzzzzz", "such as 'flush_pit'");
}

static void several_choices_come_out_in_the_order_of_the_list_and_once(void **state)
{
    assert_text(parsed(state, "shocks", " illness  flood illness ").text, "flood illness");
    assert_text(parsed(state, "shocks", "drought").text, "drought");
    assert_refused(state, "shocks", "flood flod", "did you mean 'flood'?");
}

static void an_empty_value_is_unknown_or_zero_or_missing(void **state)
{
    assert_false(parsed(state, "rooms", "").is_known);
    assert_false(parsed(state, "rooms", " \t").is_known);
    assert_false(parsed(state, "shocks", "").is_known);
    assert_number(state, "debt", "", 0);
    assert_number(state, "ill", "", 0);
    assert_true(parsed(state, "aids", "").is_known);
    assert_text(parsed(state, "aids", "").text, "");
    assert_refused(state, "toilet_kind", "", "'toilet_kind' is missing");
}

static void a_text_longer_than_the_limit_is_refused(void **state)
{
    static char text[TEXT_VALUE_BYTES_MAX + 2];

    memset(text, 'a', TEXT_VALUE_BYTES_MAX);
    assert_int_equal(parsed(state, "story", text).text.length, TEXT_VALUE_BYTES_MAX);
    text[TEXT_VALUE_BYTES_MAX] = 'a';
    assert_refused(state, "story", text, "4001 bytes");
}

static void what_is_formatted_is_parsed_to_the_same_value(void **state)
{
    static const struct {
        const char *name;
        const char *text;
        const char *formatted;
    } cases[] = {
        {"plain", "-9223372036854775808", "-9223372036854775808"},
        {"plain", "0", "0"},
        {"share", "0.250", "0.25"},
        {"share", "1.000000", "1"},
        {"debt", "7", "7.00"},
        {"poor", "1", "yes"},
        {"poor", "否", "no"},
        {"built", "2020-09-30", "2020-09-30"},
        {"story", "two words", "two words"},
        {"toilet_kind", "pit", "pit"},
        {"shocks", "illness flood", "flood illness"},
        {"rooms", "", ""},
    };
    char out[TEXT_VALUE_BYTES_MAX];
    char again[TEXT_VALUE_BYTES_MAX + 1];

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct variable *variable = variable_of(state, cases[i].name);
        struct field_value value = parsed(state, cases[i].name, cases[i].text);
        struct text text =
            variable_format(&((struct fixture *)*state)->dictionary, variable, value, out);

        assert_text(text, cases[i].formatted);
        memcpy(again, text.bytes, text.length);
        again[text.length] = 0;
        assert_true(field_value_equal(value, parsed(state, cases[i].name, again)));
    }
}

static void values_are_equal_where_they_say_the_same(void **state)
{
    assert_true(field_value_equal(parsed(state, "rooms", ""), (struct field_value){.number = 5}));
    assert_false(field_value_equal(parsed(state, "rooms", ""), parsed(state, "rooms", "0")));
    assert_false(field_value_equal(parsed(state, "story", "a"), parsed(state, "story", "b")));
}

static void json_has_money_as_text_and_choices_as_a_list(void **state)
{
    static const char *const names[] = {"rooms", "share",       "debt",   "poor", "built",
                                        "story", "toilet_kind", "shocks", "aids", "plain"};
    static const char *const texts[] = {"3",    "0.5", "12.3",          "yes", "2020-01-02",
                                        "a\"b", "pit", "illness flood", "",    ""};
    CLEANUP(buffer_free) struct buffer buffer = {0};
    struct json_writer json = {.out = &buffer};

    json_begin_array(&json);
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        variable_write_json(&((struct fixture *)*state)->dictionary, variable_of(state, names[i]),
                            parsed(state, names[i], texts[i]), &json);
    json_end_array(&json);
    assert_text(buffer_text(&buffer),
                "[3,0.5,\"12.30\",true,\"2020-01-02\",\"a\\\"b\",\"pit\",[\"flood\",\"illness\"],"
                "[],null]");
}

static void a_code_is_short_visible_and_without_blanks_at_its_ends(void **state)
{
    struct berm_error err;
    char code[CODE_BYTES_MAX + 2];

    (void)state;
    memset(code, '9', sizeof code);
    assert_ok(code_check(TEXT("530102-001 A"), "code", &err));
    assert_ok(code_check(TEXT("村一组"), "code", &err));
    assert_ok(code_check((struct text){code, CODE_BYTES_MAX}, "code", &err));
    assert_fails(code_check((struct text){code, CODE_BYTES_MAX + 1}, "code", &err),
                 BERM_INVALID_INPUT, "65 bytes");
    assert_fails(code_check(TEXT(""), "household's code", &err), BERM_INVALID_INPUT,
                 "household's code is missing");
    assert_fails(code_check(TEXT(" a"), "code", &err), BERM_INVALID_INPUT, "blank");
    assert_fails(code_check(TEXT("a "), "code", &err), BERM_INVALID_INPUT, "blank");
    assert_fails(code_check(TEXT("a\tb"), "code", &err), BERM_INVALID_INPUT, "byte 2");
    assert_fails(code_check(TEXT("a\0b"), "code", &err), BERM_INVALID_INPUT, "byte 2");
    assert_fails(code_check(TEXT("\xff"), "code", &err), BERM_INVALID_INPUT, "UTF-8");
    assert_ok(code_check(TEXT("3.2"), "code", &err));
    assert_fails(code_check(TEXT("3/2"), "code", &err), BERM_INVALID_INPUT, "address");
    assert_fails(code_check(TEXT("3\\2"), "code", &err), BERM_INVALID_INPUT, "address");
    assert_fails(code_check(TEXT(".."), "code", &err), BERM_INVALID_INPUT, "address");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_kept_in_their_stored_units),
        cmocka_unit_test(an_integer_is_digits_only),
        cmocka_unit_test(amounts_and_decimals_have_a_limited_number_of_places),
        cmocka_unit_test(bounds_are_kept),
        cmocka_unit_test(a_boolean_is_written_in_many_ways),
        cmocka_unit_test(a_date_is_year_month_day),
        cmocka_unit_test(a_choice_points_into_the_dictionary_and_a_misspelling_is_answered),
        cmocka_unit_test(several_choices_come_out_in_the_order_of_the_list_and_once),
        cmocka_unit_test(an_empty_value_is_unknown_or_zero_or_missing),
        cmocka_unit_test(a_text_longer_than_the_limit_is_refused),
        cmocka_unit_test(what_is_formatted_is_parsed_to_the_same_value),
        cmocka_unit_test(values_are_equal_where_they_say_the_same),
        cmocka_unit_test(json_has_money_as_text_and_choices_as_a_list),
        cmocka_unit_test(a_code_is_short_visible_and_without_blanks_at_its_ends),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
