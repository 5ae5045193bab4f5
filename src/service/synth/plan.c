/*
 * The plan: everything that the households of a made-up register have in common. It is made once,
 * from the pack and the options alone, and then only read; that is why any household can be made
 * by any thread, at any time, and alone.
 */
#include <string.h>
#include <time.h>

#include "service/synth/private.h"

enum { LINE_MAX_UNITS = 1000000000, YEARS_ON_RECORD = 6 };
enum { PLAN_BYTES_BASE = 8 << 20, PLAN_BYTES_PER_HOUSEHOLD = 4 };

/* The steps of splitmix64: neighbours get streams that have nothing in common. */
static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ value >> 27) * UINT64_C(0x94D049BB133111EB);
    return value ^ value >> 31;
}

struct random synth_random(uint64_t seed, enum synth_stream stream, uint64_t index)
{
    uint64_t state = mix(seed + UINT64_C(0xD6E8FEB86659FD93) * ((uint64_t)stream + 1));

    return random_from_seed(mix(state ^ mix(index + UINT64_C(0xA0761D6478BD642F))));
}

int synth_choose(struct random *random, const int *weights, int count)
{
    int total = 0;
    int left;

    for (int i = 0; i < count; i++)
        total += weights[i];
    left = synth_below(random, total);
    for (int i = 0; i < count - 1; i++) {
        if (left < weights[i])
            return i;
        left -= weights[i];
    }
    return count - 1;
}

double synth_seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- The dictionary -------------------------------------------------------------------------- */

struct known_variable {
    const char *name;
    enum variable_type type;
};

#define KNOWN_VARIABLE(name, text, type) {text, type},
static const struct known_variable household_variables[] = {
    SYNTH_HOUSEHOLD_VARIABLES(KNOWN_VARIABLE)};
static const struct known_variable person_variables[] = {SYNTH_PERSON_VARIABLES(KNOWN_VARIABLE)};
static const struct known_variable flows[] = {SYNTH_FLOWS(KNOWN_VARIABLE)};
#undef KNOWN_VARIABLE

static const struct {
    const struct known_variable *variables;
    size_t count;
} known[ENTITY_COUNT] = {
    [ENTITY_HOUSEHOLD] = {household_variables, ARRAY_COUNT(household_variables)},
    [ENTITY_PERSON] = {person_variables, ARRAY_COUNT(person_variables)},
    [ENTITY_FLOW] = {flows, ARRAY_COUNT(flows)},
};

static enum berm_status bind_entity(const struct dictionary *dictionary, enum entity entity,
                                    struct arena *arena, struct synth_binding *ret_binding,
                                    struct berm_error *err)
{
    struct synth_binding binding = {.dictionary = dictionary,
                                    .variables = dictionary_variables(dictionary, entity),
                                    .variable_count = dictionary->count[entity]};
    int *all = NULL;

    assert(known[entity].count <= SYNTH_VARIABLES_MAX);
    for (size_t i = 0; i < known[entity].count; i++) {
        const struct known_variable *wanted = &known[entity].variables[i];
        int position = dictionary_position(dictionary, entity, text_of(wanted->name));

        if (position >= 0 && binding.variables[position].type != wanted->type)
            position = -1;
        binding.positions[i] = position;
    }
    TRY(arena_new(arena, binding.variable_count + 1, sizeof *all, &all, err));
    for (size_t i = 0; i < binding.variable_count; i++)
        all[i] = (int)i;
    binding.all_positions = all;
    *ret_binding = binding;
    return BERM_OK;
}

/* ---- Months, line ---------------------------------------------------------------------------- */

/* The flood comes in the last July that is over, the epidemic in the last February to April. */
static void place_shocks(struct synth_plan *plan)
{
    month_number flood = plan->last_month, epidemic = plan->last_month - 2;

    while (flood % 12 != 6)
        flood--;
    while (epidemic % 12 != 1)
        epidemic--;
    plan->flood_month = flood - plan->first_month;
    plan->epidemic_month = epidemic - plan->first_month;
    assert(plan->flood_month >= 0 && plan->epidemic_month >= 0);
}

/* The pack's poverty line in whole units a person and year; 0 where it has none. */
static int64_t poverty_line(const struct pack *pack, date_days day)
{
    for (size_t name = 0; name < pack->parameters.name_count; name++) {
        const struct parameter *found = NULL;

        if (!text_equal(pack->parameters.names[name], TEXT("poverty_line")))
            continue;
        found = parameter_find(&pack->parameters, name, NULL, 0, day);
        if (found == NULL || found->value_millionths < SYNTH_MILLION ||
            found->value_millionths / SYNTH_MILLION > LINE_MAX_UNITS)
            return 0;
        return found->value_millionths / SYNTH_MILLION;
    }
    return 0;
}

static enum berm_status check_options(const struct synth_options *options, struct berm_error *err)
{
    int year = options->last_month / 12;

    if (options->household_count < 1 || options->household_count > SYNTH_HOUSEHOLDS_MAX)
        return fail_with(err, BERM_INVALID_INPUT,
                         "%lld households cannot be made up; ask for 1 to %d",
                         (long long)options->household_count, (int)SYNTH_HOUSEHOLDS_MAX);
    if (year < SYNTH_YEAR_MIN || year > SYNTH_YEAR_MAX)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the last month is in the year %d; choose one from %d to %d", year,
                         (int)SYNTH_YEAR_MIN, (int)SYNTH_YEAR_MAX);
    return BERM_OK;
}

size_t synth_plan_bytes_max(int64_t household_count)
{
    return PLAN_BYTES_BASE + (size_t)household_count * PLAN_BYTES_PER_HOUSEHOLD;
}

enum berm_status synth_plan_make(const struct pack *pack, const struct synth_options *options,
                                 struct arena *arena, const struct synth_plan **ret_plan,
                                 struct berm_error *err)
{
    struct synth_plan *plan = NULL;
    struct random random;

    TRY(check_options(options, err));
    TRY(arena_new(arena, 1, sizeof *plan, &plan, err));
    plan->pack = pack;
    plan->household_count = options->household_count;
    plan->seed = options->seed;
    plan->last_month = options->last_month;
    plan->first_month = options->last_month - SYNTH_MONTHS + 1;
    plan->last_day = month_last_day(options->last_month);
    plan->long_ago = date_from_civil(options->last_month / 12 - YEARS_ON_RECORD, 1, 1);
    plan->is_chinese = text_equal(pack->currency, TEXT("CNY"));
    plan->minor_per_major = 1;
    for (int i = 0; i < pack->dictionary.money_decimals; i++)
        plan->minor_per_major *= 10;
    place_shocks(plan);
    plan->incomes = synth_incomes_of(plan->last_month, poverty_line(pack, plan->last_day));
    for (int entity = 0; entity < ENTITY_COUNT; entity++)
        TRY(bind_entity(&pack->dictionary, (enum entity)entity, arena, &plan->bindings[entity],
                        err));
    TRY(synth_areas_make(plan, arena, err));
    random = synth_random(plan->seed, SYNTH_STREAM_TOWNSHIP, UINT64_MAX);
    plan->flooded_township = synth_below(&random, plan->township_count);
    *ret_plan = plan;
    return BERM_OK;
}
