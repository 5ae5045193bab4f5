/* warnings.csv: what each kind sets and needs, and every way to get it wrong. */
#include "pack/pack.h"
#include "pack_folder.h"

static enum berm_status read_with(struct pack_folder *folder, const char *rows,
                                  const struct pack **ret_pack, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer csv = {0};

    buffer_append_format(&csv, "code,sets,flow_source,label_en\n%s", rows);
    folder_write_bytes(folder, "warnings.csv", buffer_text(&csv));
    return pack_read(folder->arena, text_of(folder->path), ret_pack, err);
}

static void a_pack_without_warnings_takes_none(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;
    const struct pack *pack;

    assert_ok(pack_read(folder->arena, text_of(folder->path), &pack, &err));
    assert_int_equal(pack->warning_count, 0);
    assert_null(pack_warning(pack, TEXT("bill")));
}

static void a_kind_sets_variables_and_knows_what_it_needs(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;
    const struct pack *pack;
    const struct warning_kind *kind;

    assert_ok(read_with(folder,
                        "bill,medical_cost = amount,clinic,Bill\n"
                        "house,housing_grade=value ; rooms = amount;,,House\n"
                        "unfit,able_to_work = false; household.has_debt = true,,Unfit\n"
                        "rumour,,,Rumour\n",
                        &pack, &err));
    assert_int_equal(pack->warning_count, 4);
    kind = pack_warning(pack, TEXT("bill"));
    assert_text(kind->flow_source, "clinic");
    assert_int_equal(kind->fact_count, 1);
    assert_int_equal(kind->facts[0].variable->entity, ENTITY_FLOW);
    assert_true(kind->needs_amount && !kind->needs_value && !kind->needs_person);
    kind = pack_warning(pack, TEXT("house"));
    assert_int_equal(kind->fact_count, 2);
    assert_true(kind->needs_amount && kind->needs_value && !kind->needs_person);
    kind = pack_warning(pack, TEXT("unfit"));
    assert_true(kind->needs_person && !kind->needs_amount);
    assert_text(kind->facts[0].literal, "false");
    assert_text(kind->facts[1].variable->name, "has_debt");
    assert_int_equal(pack_warning(pack, TEXT("rumour"))->fact_count, 0);
    assert_text(pack_warning_nearest(pack, TEXT("bil")), "bill");
}

static void what_cannot_be_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *rows, *wanted;
        int line;
    } faults[] = {
        {"bill,medical_costs = amount,,Bill\n", "did you mean 'medical_cost'?", 2},
        {"bill,medical_cost = 5,,Bill\n", "write medical_cost = amount", 2},
        {"bill,medical_cost amount,,Bill\n", "write NAME = VALUE", 2},
        {"a,,,A\nbill,housing_grade = amount,,Bill\n", "is no number", 3},
        {"bill,housing_grade = E,,Bill\n", "E", 2},
        {"bill,rooms = 99,,Bill\n", "50", 2},
        {"bill,rooms =,,Bill\n", "set to nothing", 2},
        {"bill,rooms = 1; rooms = amount,,Bill\n", "set twice", 2},
        {"bill,rooms = 1,,\n", "'label_en' is empty", 2},
        {"bill,,,Bill\nbill,,,Bill\n", "stands on line 2 already", 3},
    };
    struct berm_error err;
    const struct pack *pack;

    for (size_t i = 0; i < ARRAY_COUNT(faults); i++) {
        assert_fails(read_with(*state, faults[i].rows, &pack, &err), BERM_INVALID_INPUT,
                     faults[i].wanted);
        assert_non_null(strstr(err.message, "warnings.csv"));
        assert_int_equal(err.line, faults[i].line);
    }
}

static void a_name_that_two_things_have_is_asked_back(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;
    const struct pack *pack;

    folder_write_changed(folder, "dictionary.csv", DICTIONARY, "able_to_work,person",
                         "rooms,person,integer,,,,,Rooms of one's own\nable_to_work,person");
    assert_fails(read_with(folder, "house,rooms = 1,,House\n", &pack, &err), BERM_INVALID_INPUT,
                 "write household.rooms or person.rooms");
    assert_ok(read_with(folder, "house,person.rooms = 1,,House\n", &pack, &err));
    assert_true(pack->warnings[0].needs_person);
}

static void the_digest_covers_it(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;
    const struct pack *pack;
    size_t before;

    assert_ok(pack_read(folder->arena, text_of(folder->path), &pack, &err));
    before = pack->digest_input.length;
    assert_ok(read_with(folder, "rumour,,,Rumour\n", &pack, &err));
    assert_true(pack->digest_input.length > before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PACK_TEST(a_pack_without_warnings_takes_none),
        PACK_TEST(a_kind_sets_variables_and_knows_what_it_needs),
        PACK_TEST(what_cannot_be_is_refused_with_its_place),
        PACK_TEST(a_name_that_two_things_have_is_asked_back),
        PACK_TEST(the_digest_covers_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
