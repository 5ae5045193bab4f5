/* Made-up registers: the same seed gives the same bytes, and what is made looks like life. */
#include "lib/unit.h"

#include "service/digest.h"
#include "service/synth/private.h"
#include "unit/pack/pack_folder.h"

/* The SHA-256 of areas, households, persons and flows of 200 households of the pack below. Where a
 * change of the generator is meant, copy the new one out of the failure's message. */
static const char PINNED_SHA256[] =
    "fcf9d1642d133914dc667b0dc533aaf1e833a6a6045335fed3880edf8d5e9d46";

static const char SYNTH_DICTIONARY[] =
    "name,entity,type,constraint,required,empty,combine,label_en\n"
    "registered_status,household,select_one status,,,,,As registered\n"
    "housing_grade,household,select_one grade,,yes,,,Grade of the house\n"
    "water_minutes,household,integer,[0..600],,,,Time to fetch water\n"
    "loan_balance,household,money,>= 0,,,,Loans\n"
    "relocated,household,boolean,,,zero,,Relocated\n"
    "relocated_on,household,date,,,,,Moved in on\n"
    "surveyed_on,household,date,[2019-01-01..2019-12-31],yes,,,Surveyed on\n"
    "rooms,household,integer,(0..9],yes,,,Rooms\n"
    "share,household,decimal,[0.5..0.75),yes,,,Share\n"
    "deposit,household,money,> 10 and < 12,yes,,,Deposit\n"
    "note,household,text,length <= 3,yes,,,Remark\n"
    "long_note,household,text,length >= 20,,,,Long remark\n"
    "needs,household,select_multiple grade,,,,,Needs\n"
    "attending_school,person,boolean,,,,,Attends school\n"
    "labour_capacity,person,select_one labour,,,,,Capacity to work\n"
    "skills,person,select_multiple skill,,,,,Skills\n"
    "blood,person,select_one status,,yes,,,Something required\n"
    "wage_income,flow,money,>= 0,,,prefer: visit > tax,Wages\n"
    "operating_income,flow,money,>= 0,,,,Receipts\n"
    "transfer_income,flow,money,>= 0,,zero,,Transfers\n"
    "medical_expense,flow,money,[0..900],,zero,,Medical costs\n"
    "remittance,flow,money,[5..7],,,,Something else\n";

static const char SYNTH_CHOICES[] = "list,name,label_en\n"
                                    "relation,head,Head\n"
                                    "relation,spouse,Spouse\n"
                                    "relation,child,Child\n"
                                    "status,never_registered,Never\n"
                                    "status,left_poverty,Left\n"
                                    "grade,A,Good\n"
                                    "grade,D,Dangerous\n"
                                    "labour,none,None\n"
                                    "labour,ordinary,Ordinary\n"
                                    "skill,sewing,Sewing\n"
                                    "skill,driving,Driving\n";

static const struct pack *read_pack(struct pack_folder *folder, const char *name)
{
    struct berm_error err;
    const struct pack *pack = NULL;

    assert_ok(pack_read(folder->arena, text_of(name), &pack, &err));
    return pack;
}

static const struct pack *made_up_pack(struct pack_folder *folder)
{
    folder_write(folder, "dictionary.csv", SYNTH_DICTIONARY);
    folder_write(folder, "choices.csv", SYNTH_CHOICES);
    return read_pack(folder, folder->path);
}

static struct synth_options options_of(int64_t count, uint64_t seed, int year, int month)
{
    return (struct synth_options){
        .household_count = count, .seed = seed, .last_month = month_from_civil(year, month)};
}

/* ---- Files ----------------------------------------------------------------------------------- */

static void digest_of(const struct pack *pack, const struct pack_folder *folder, const char *name,
                      int64_t count, uint64_t seed, char out[DIGEST_TEXT_MAX])
{
    static const char *const files[] = {"areas", "households", "persons", "flows"};
    CLEANUP(digest_freep) struct digest *digest = NULL;
    struct synth_options options = options_of(count, seed, 2020, 9);
    struct synth_result result;
    struct berm_error err;
    char path[256];

    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    assert_ok(synth_write_csv(pack, &options, text_of(path), &result, &err));
    assert_int_equal(result.households, count);
    assert_ok(digest_create(&digest, &err));
    for (size_t i = 0; i < ARRAY_COUNT(files); i++) {
        CLEANUP(buffer_free) struct buffer content = {0};

        snprintf(path, sizeof path, "%s/%s/%s.csv", folder->path, name, files[i]);
        assert_ok(file_read(path, 64 << 20, &content, &err));
        digest_add(digest, content.bytes, content.length);
    }
    (void)digest_finish(digest, out);
}

static void the_same_seed_gives_the_same_bytes_everywhere(void **state)
{
    struct pack_folder *folder = *state;
    const struct pack *pack = made_up_pack(folder);
    char first[DIGEST_TEXT_MAX], second[DIGEST_TEXT_MAX], other[DIGEST_TEXT_MAX];

    digest_of(pack, folder, "first", 200, 5, first);
    digest_of(pack, folder, "second", 200, 5, second);
    digest_of(pack, folder, "other", 200, 6, other);
    assert_string_equal(first, second);
    assert_string_not_equal(first, other);
    assert_string_equal(first, PINNED_SHA256);
}

static void files_that_are_there_are_not_written_over(void **state)
{
    struct pack_folder *folder = *state;
    const struct pack *pack = made_up_pack(folder);
    struct synth_options options = options_of(3, 1, 2020, 9);
    struct synth_result result;
    struct berm_error err;

    assert_ok(synth_write_csv(pack, &options, text_of(folder->path), &result, &err));
    assert_fails(synth_write_csv(pack, &options, text_of(folder->path), &result, &err),
                 BERM_CONFLICT, "areas.csv is there already");
    assert_fails(synth_write_csv(pack, &options, TEXT("/nowhere/at/all"), &result, &err), BERM_IO,
                 "cannot be made");
}

static void counts_and_months_out_of_bounds_are_refused(void **state)
{
    struct pack_folder *folder = *state;
    const struct pack *pack = made_up_pack(folder);
    struct synth_options none = options_of(0, 1, 2020, 9), early = options_of(1, 1, 1200, 9);
    struct synth_options many = options_of(INT64_MAX, 1, 2020, 9);
    struct synth_result result;
    struct berm_error err;

    assert_fails(synth_write_csv(pack, &none, text_of(folder->path), &result, &err),
                 BERM_INVALID_INPUT, "0 households");
    assert_fails(synth_write_csv(pack, &many, text_of(folder->path), &result, &err),
                 BERM_INVALID_INPUT, "ask for 1 to");
    assert_fails(synth_write_csv(pack, &early, text_of(folder->path), &result, &err),
                 BERM_INVALID_INPUT, "the year 1200");
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static const struct synth_plan *plan_of(struct pack_folder *folder, const struct pack *pack,
                                        struct synth_options options)
{
    const struct synth_plan *plan = NULL;
    struct berm_error err;

    assert_ok(synth_plan_make(pack, &options, folder->arena, &plan, &err));
    return plan;
}

static struct synth_batch batch_of(const struct synth_plan *plan, enum import_kind kind,
                                   int64_t first, int64_t count, struct arena *arena)
{
    struct synth_batch batch = {
        .kind = kind, .first_household = first, .household_count = count, .arena = arena};
    struct berm_error err;

    assert_ok(synth_batch_make(plan, &batch, &err));
    return batch;
}

/* What a person writes must be what the generator meant. */
static void assert_taken(const struct dictionary *dictionary, const struct variable *variable,
                         struct field_value value, struct arena *arena)
{
    char out[TEXT_VALUE_BYTES_MAX];
    struct field_value back;
    struct berm_error err;

    assert_ok(variable_parse(dictionary, variable,
                             variable_format(dictionary, variable, value, out), arena, &back,
                             &err));
    if (!field_value_equal(value, back))
        fail_msg("%.*s comes back as something else", TEXT_ARG(variable->name));
}

static void assert_values_taken(const struct synth_binding *binding,
                                const struct field_value *values, struct arena *arena)
{
    for (size_t i = 0; i < binding->variable_count; i++)
        assert_taken(binding->dictionary, &binding->variables[i], values[i], arena);
}

static void check_all_values(struct pack_folder *folder, const struct pack *pack, int year)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    const struct synth_plan *plan = plan_of(folder, pack, options_of(600, 11, year, 3));
    const struct synth_binding *flows = &plan->bindings[ENTITY_FLOW];
    struct berm_error err;

    assert_ok(arena_create((size_t)256 << 20, &arena, &err));
    for (int64_t first = 0; first < 600; first += 100) {
        struct synth_batch batch = batch_of(plan, IMPORT_HOUSEHOLDS, first, 100, arena);

        for (size_t i = 0; i < batch.row_count; i++)
            assert_values_taken(&plan->bindings[ENTITY_HOUSEHOLD], batch.households[i].values,
                                arena);
        batch = batch_of(plan, IMPORT_PERSONS, first, 100, arena);
        for (size_t i = 0; i < batch.row_count; i++)
            assert_values_taken(&plan->bindings[ENTITY_PERSON], batch.persons[i].values, arena);
        batch = batch_of(plan, IMPORT_FLOWS, first, 100, arena);
        for (size_t i = 0; i < batch.row_count; i++)
            for (size_t j = 0; j < batch.flows[i].amount_count; j++)
                assert_taken(
                    flows->dictionary, &flows->variables[batch.flows[i].amounts[j].flow],
                    (struct field_value){true, batch.flows[i].amounts[j].amount_minor, {0}}, arena);
        arena_reset(arena);
    }
}

static void every_value_is_one_that_the_dictionary_takes(void **state)
{
    check_all_values(*state, read_pack(*state, "rural-cn"), 2021);
    check_all_values(*state, read_pack(*state, "rural-cn"), 2012);
    check_all_values(*state, read_pack(*state, "pakistan-pslm"), 2016);
    check_all_values(*state, made_up_pack(*state), 2020);
}

static void assert_values_equal(const struct synth_binding *binding, const struct field_value *a,
                                const struct field_value *b)
{
    for (size_t i = 0; i < binding->variable_count; i++)
        assert_true(field_value_equal(a[i], b[i]));
}

static void any_household_can_be_made_alone(void **state)
{
    struct pack_folder *folder = *state;
    const struct synth_plan *plan =
        plan_of(folder, read_pack(folder, "rural-cn"), options_of(1000, 3, 2020, 9));
    struct synth_batch all = batch_of(plan, IMPORT_HOUSEHOLDS, 500, 200, folder->arena);
    struct synth_batch one = batch_of(plan, IMPORT_HOUSEHOLDS, 577, 1, folder->arena);
    const struct import_household *household = &all.households[77];
    struct synth_batch flows, one_flows;
    size_t skipped = 0;

    assert_true(text_equal(household->code, one.households[0].code));
    assert_text(household->code, "H0000578");
    assert_true(text_equal(household->area, one.households[0].area));
    assert_values_equal(&plan->bindings[ENTITY_HOUSEHOLD], household->values,
                        one.households[0].values);
    flows = batch_of(plan, IMPORT_FLOWS, 570, 10, folder->arena);
    one_flows = batch_of(plan, IMPORT_FLOWS, 577, 1, folder->arena);
    while (!text_equal(flows.flows[skipped].household, household->code))
        skipped++;
    for (size_t i = 0; i < one_flows.row_count; i++) {
        const struct import_flow *a = &flows.flows[skipped + i], *b = &one_flows.flows[i];

        assert_true(text_equal(a->household, b->household) && text_equal(a->source, b->source));
        assert_int_equal(a->month, b->month);
        assert_int_equal(a->amount_count, b->amount_count);
        for (size_t j = 0; j < a->amount_count; j++)
            assert_int_equal(a->amounts[j].amount_minor, b->amounts[j].amount_minor);
    }
}

/* ---- People ---------------------------------------------------------------------------------- */

static void check_family(const struct synth_plan *plan, const struct synth_household *household)
{
    int youngest_parent = 200, oldest_child = -1;

    assert_in_range(household->size, 1, 8);
    assert_in_range(household->member_count, household->size, SYNTH_MEMBERS_MAX);
    assert_int_equal(household->members[0].role, SYNTH_HEAD);
    for (int i = 0; i < household->member_count; i++) {
        const struct synth_member *member = &household->members[i];

        assert_true(i == 0 || member->role != SYNTH_HEAD);
        assert_true(member->birth <= plan->last_day && member->from >= member->birth);
        assert_in_range(member->age, 0, 99);
        assert_int_equal(member->age, age_years(member->birth, plan->last_day));
        assert_true(member->is_gone == (i >= household->size));
        assert_true(!member->is_gone ||
                    (member->to > member->from && member->to <= plan->last_day));
        if (member->role == SYNTH_HEAD || member->role == SYNTH_SPOUSE)
            youngest_parent = member->age < youngest_parent ? member->age : youngest_parent;
        if (member->role == SYNTH_CHILD && member->age > oldest_child)
            oldest_child = member->age;
        assert_true(member->age >= 16 || member->labour == SYNTH_LABOUR_NONE);
        assert_true(member->work == SYNTH_NO_WORK || member->labour >= SYNTH_LABOUR_WEAK);
    }
    if (oldest_child >= 0 && youngest_parent - oldest_child < 14)
        fail_msg("household %lld: a parent of %d has a child of %d", (long long)household->index,
                 youngest_parent, oldest_child);
}

static void families_are_plausible(void **state)
{
    struct pack_folder *folder = *state;
    const struct synth_plan *plan =
        plan_of(folder, read_pack(folder, "rural-cn"), options_of(20000, 1, 2020, 9));
    int64_t people = 0, women = 0, ill = 0, gone = 0;

    for (int64_t i = 0; i < plan->household_count; i++) {
        struct synth_household household;

        synth_household_make(plan, i, &household);
        check_family(plan, &household);
        people += household.size;
        gone += household.member_count - household.size;
        for (int j = 0; j < household.size; j++) {
            women += household.members[j].is_female;
            ill += household.members[j].is_seriously_ill;
        }
    }
    assert_in_range(people, 3.2 * 20000, 3.4 * 20000);
    assert_in_range(women * 1000 / people, 470, 520);
    assert_in_range(ill * 10000 / people, 20, 100);
    assert_in_range(gone, 100, 300);
}

/* ---- Incomes --------------------------------------------------------------------------------- */

struct spread {
    int64_t people;
    int64_t poor;
    int64_t marginal;
    int64_t above_median; /* of the plan */
};

static void add_income(const struct synth_plan *plan, const struct synth_household *household,
                       struct spread *spread)
{
    struct synth_flow_months months;
    int64_t income = 0;

    synth_flow_months_make(plan, household, &months);
    for (int i = SYNTH_MONTHS - 12; i < SYNTH_MONTHS; i++)
        for (int source = 0; source < SYNTH_SOURCE_COUNT; source++) {
            const int64_t *amounts = months.amounts[i][source];

            for (int flow = 0; flow < SYNTH_FLOW_COUNT; flow++)
                assert_true(amounts[flow] >= 0);
            income += amounts[SYNTH_OPERATING_INCOME] + amounts[SYNTH_PROPERTY_INCOME] +
                      amounts[SYNTH_TRANSFER_INCOME] - amounts[SYNTH_PRODUCTION_COST];
            income += source == SYNTH_TAX ? 0 : amounts[SYNTH_WAGE_INCOME];
        }
    spread->people += household->size;
    if (income < plan->incomes.line * household->size)
        spread->poor += household->size;
    else if (2 * income < 3 * plan->incomes.line * household->size)
        spread->marginal += household->size;
    if (income > plan->incomes.median * household->size)
        spread->above_median += household->size;
}

/* The band: a fifth either way, and what shocks add, at most 0.2 of a hundred. */
static void the_share_below_the_line_is_that_of_the_month(void **state)
{
    static const struct {
        int year, month;
        int line;
        int poor_of_million; /* as published, between two Decembers; at least 2000 */
    } months[] = {
        {2010, 12, 2300, 172000}, {2013, 12, 2736, 85000}, {2015, 12, 2855, 57000},
        {2017, 6, 2952, 38000},   {2018, 12, 2995, 17000}, {2019, 12, 3218, 6000},
        {2020, 9, 4000, 2000},    {2023, 3, 4000, 2000},
    };
    struct pack_folder *folder = *state;
    const struct pack *pack = read_pack(folder, "rural-cn");

    for (size_t i = 0; i < ARRAY_COUNT(months); i++) {
        const struct synth_plan *plan =
            plan_of(folder, pack, options_of(20000, 7, months[i].year, months[i].month));
        struct spread spread = {0};
        int64_t poor, marginal, wanted = months[i].poor_of_million;

        for (int64_t household_index = 0; household_index < 20000; household_index++) {
            struct synth_household household;

            synth_household_make(plan, household_index, &household);
            add_income(plan, &household, &spread);
        }
        poor = spread.poor * 1000000 / spread.people;
        marginal = spread.marginal * 1000000 / spread.people;
        print_message(
            "%d-%02d: below %d yuan %.2f%%, to 1.5 times %.2f%%, above the median %.1f%%\n",
            months[i].year, months[i].month, months[i].line, (double)poor / 1e4,
            (double)marginal / 1e4, 100.0 * (double)spread.above_median / (double)spread.people);
        assert_int_equal(plan->incomes.line, months[i].line);
        assert_in_range(poor, wanted * 8 / 10, wanted * 12 / 10 + 2000);
        assert_in_range(marginal, wanted, 35000 + wanted * 2);
        assert_in_range(spread.above_median * 100 / spread.people, 40, 55);
    }
}

/* Seasons, shocks and births depend on where in the year the 24 months end. */
static void any_month_can_be_the_last(void **state)
{
    struct pack_folder *folder = *state;
    const struct pack *pack = read_pack(folder, "rural-cn");

    for (int month = 0; month < 24; month++) {
        const struct synth_plan *plan =
            plan_of(folder, pack, options_of(60, 9, 2019 + month / 12, month % 12 + 1));
        struct spread spread = {0};

        for (int64_t i = 0; i < 60; i++) {
            struct synth_household household;

            synth_household_make(plan, i, &household);
            check_family(plan, &household);
            add_income(plan, &household, &spread);
        }
        assert_true(spread.people > 60);
        assert_true(spread.above_median > 0);
    }
}

static void a_pack_without_a_line_gets_that_of_the_year(void **state)
{
    struct synth_incomes incomes = synth_incomes_of(month_from_civil(2015, 12), 0);

    (void)state;
    assert_int_equal(incomes.line, 2855);
    assert_int_equal(synth_incomes_of(month_from_civil(1999, 1), 0).line, 2300);
    assert_int_equal(synth_incomes_of(month_from_civil(2099, 1), 0).line, 4000);
    assert_int_equal(synth_income_at(&incomes, incomes.poor_of_million), 2855);
    for (int i = 1; i < SYNTH_MILLION; i += 997)
        assert_true(synth_income_at(&incomes, i) >= synth_income_at(&incomes, i - 1));
    /* a line beyond every income must not break the order */
    incomes = synth_incomes_of(month_from_civil(2015, 12), 1000000000);
    for (int i = 1; i < SYNTH_MILLION; i += 997)
        assert_true(synth_income_at(&incomes, i) >= synth_income_at(&incomes, i - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PACK_TEST(the_same_seed_gives_the_same_bytes_everywhere),
        PACK_TEST(files_that_are_there_are_not_written_over),
        PACK_TEST(counts_and_months_out_of_bounds_are_refused),
        PACK_TEST(every_value_is_one_that_the_dictionary_takes),
        PACK_TEST(any_household_can_be_made_alone),
        PACK_TEST(families_are_plausible),
        PACK_TEST(the_share_below_the_line_is_that_of_the_month),
        PACK_TEST(any_month_can_be_the_last),
        PACK_TEST(a_pack_without_a_line_gets_that_of_the_year),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
