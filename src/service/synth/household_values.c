/*
 * A household's facts in the words of the dictionary: standing, food, dwelling, water, land,
 * protection. A small share of everything is unknown, because nobody knows everything of a real
 * register, and what is unknown must lead to a visit.
 */
#include "service/synth/private.h"

/* Out of ten thousand households. */
enum {
    UNKNOWN_RARE = 15,  /* what every visit asks */
    UNKNOWN_OFTEN = 60, /* what takes an expert or a meter */
};

struct writer {
    const struct synth_plan *plan;
    const struct synth_household *household;
    struct synth_place place;
    struct synth_values *values;
    struct random *random;
};

static void set_flag(struct writer *writer, int variable, bool is_true, int unknown_of_10000)
{
    if (synth_chance(writer->random, unknown_of_10000))
        synth_set_unknown(writer->values, variable);
    else
        synth_set(writer->values, variable, is_true);
}

static void set_one_of(struct writer *writer, int variable, const char *const *choices,
                       const int *weights, int count)
{
    synth_set_choice(writer->values, variable,
                     choices[synth_choose(writer->random, weights, count)]);
}

/* ---- Standing -------------------------------------------------------------------------------- */

static void write_cause(struct writer *writer)
{
    static const char *const causes[] = {"illness",        "disability",   "schooling",
                                         "disaster",       "accident",     "lack_of_labour",
                                         "lack_of_skills", "lack_of_land", "lack_of_water",
                                         "lack_of_funds",  "job_loss"};
    static const int weights[] = {300, 110, 70, 40, 20, 130, 150, 40, 20, 80, 40};
    const struct synth_household *household = writer->household;

    if (household->illness_month >= 0)
        synth_set_choice(writer->values, SYNTH_MAIN_CAUSE, "illness");
    else if (household->is_flooded)
        synth_set_choice(writer->values, SYNTH_MAIN_CAUSE, "disaster");
    else if (household->has_lost_job)
        synth_set_choice(writer->values, SYNTH_MAIN_CAUSE, "job_loss");
    else if (household->status != SYNTH_NEVER_REGISTERED || household->is_poor)
        set_one_of(writer, SYNTH_MAIN_CAUSE, causes, weights, (int)ARRAY_COUNT(causes));
    else
        synth_set_unknown(writer->values, SYNTH_MAIN_CAUSE);
}

static void write_standing(struct writer *writer)
{
    static const char *const statuses[] = {"never_registered", "registered_poor", "left_poverty"};
    const struct synth_household *household = writer->household;
    struct synth_values *values = writer->values;
    int year = writer->plan->last_month / 12;

    if (synth_chance(writer->random, UNKNOWN_RARE))
        synth_set_unknown(values, SYNTH_REGISTERED_STATUS);
    else
        synth_set_choice(values, SYNTH_REGISTERED_STATUS, statuses[household->status]);
    synth_set_unknown(values, SYNTH_LEFT_POVERTY_YEAR);
    if (household->status == SYNTH_LEFT_POVERTY)
        synth_set(values, SYNTH_LEFT_POVERTY_YEAR,
                  synth_between(writer->random, 2014, year > 2020 ? 2020 : year - 1));
    write_cause(writer);
    synth_set(values, SYNTH_MINIMUM_LIVING_ALLOWANCE, household->has_allowance);
    synth_set(values, SYNTH_SPECIAL_SUPPORT,
              household->size == 1 && household->members[0].age >= 60 &&
                  synth_chance(writer->random, 900));
    set_flag(writer, SYNTH_CONSENT_TO_DATA_MATCH, synth_chance(writer->random, 9600), 100);
}

/* ---- Living ---------------------------------------------------------------------------------- */

static void write_assurances(struct writer *writer)
{
    int likelihood = writer->household->is_poor ? 15 : 1;

    set_flag(writer, SYNTH_ENOUGH_FOOD, !synth_chance(writer->random, 4 * likelihood),
             UNKNOWN_RARE);
    set_flag(writer, SYNTH_ENOUGH_CLOTHING, !synth_chance(writer->random, 6 * likelihood),
             UNKNOWN_RARE);
    set_flag(writer, SYNTH_DOCTOR_REACHABLE, writer->place.has_doctor, UNKNOWN_RARE);
}

static void write_dwelling(struct writer *writer)
{
    static const char *const grades[] = {"A", "B", "C", "D"};
    static const char *const structures[] = {
        "reinforced_concrete", "brick_concrete", "brick_timber", "timber", "earth", "stone"};
    static const int structure_weights[] = {140, 520, 220, 70, 30, 20};
    static const int safe[] = {6100, 3810, 65, 25};
    static const int poor[] = {4300, 5300, 300, 100};
    static const int new_site[] = {9900, 100, 0, 0};
    const struct synth_household *household = writer->household;
    struct random *random = writer->random;
    const int *weights = household->is_relocated ? new_site : household->is_poor ? poor : safe;
    int grade = synth_choose(random, weights, 4);
    int last_year = writer->plan->last_month / 12;
    int64_t area;

    if (household->is_flooded && household->flood_loss > 12000 && synth_chance(random, 6000))
        grade = 2;
    if (synth_chance(random, UNKNOWN_OFTEN))
        synth_set_unknown(writer->values, SYNTH_HOUSING_GRADE);
    else
        synth_set_choice(writer->values, SYNTH_HOUSING_GRADE, grades[grade]);
    set_flag(writer, SYNTH_OTHER_SAFE_DWELLING, synth_chance(random, grade < 2 ? 800 : 5500),
             UNKNOWN_OFTEN);
    set_one_of(writer, SYNTH_HOUSING_STRUCTURE, structures, structure_weights,
               (int)ARRAY_COUNT(structures));
    area = 10 * (int64_t)synth_between(random, 25, 60);
    area += household->size * (int64_t)synth_between(random, 120, 280);
    synth_set_decimal(writer->values, SYNTH_HOUSING_AREA, area);
    synth_set(writer->values, SYNTH_HOUSING_BUILT_YEAR,
              household->is_relocated ? last_year - synth_between(random, 0, 4)
                                      : last_year - synth_between(random, 2, 45));
}

static void write_water(struct writer *writer)
{
    static const char *const sources[] = {"central_works", "small_works", "well",  "spring",
                                          "cistern",       "surface",     "tanker"};
    struct synth_values *values = writer->values;
    struct random *random = writer->random;
    const struct synth_place *place = &writer->place;
    bool is_works = place->water_source <= 1;
    bool is_piped = synth_chance(random, is_works ? 9930 : 7200);
    bool is_bad = synth_chance(random, place->has_bad_water ? 5000 : 8);
    bool is_short = synth_chance(random, place->is_dry ? 3000 : 10);

    synth_set_choice(values, SYNTH_WATER_SOURCE, sources[place->water_source]);
    set_flag(writer, SYNTH_WATER_PIPED, is_piped, UNKNOWN_RARE);
    set_flag(writer, SYNTH_WATER_ENOUGH, !is_short, UNKNOWN_RARE);
    if (synth_chance(random, UNKNOWN_OFTEN))
        synth_set_unknown(values, SYNTH_WATER_QUALITY);
    else
        synth_set_choice(values, SYNTH_WATER_QUALITY,
                         is_bad                                         ? "bad"
                         : synth_chance(random, is_works ? 9000 : 3500) ? "tested_good"
                                                                        : "looks_good");
    synth_set_unknown(values, SYNTH_WATER_MINUTES);
    if (!is_piped && !synth_chance(random, 200))
        synth_set(values, SYNTH_WATER_MINUTES,
                  synth_chance(random, 700) ? synth_between(random, 21, 60)
                                            : synth_between(random, 2, 18));
    if (synth_chance(random, UNKNOWN_OFTEN))
        synth_set_unknown(values, SYNTH_WATER_DAYS_PERCENT);
    else
        synth_set_decimal(values, SYNTH_WATER_DAYS_PERCENT,
                          synth_chance(random, place->is_dry ? 1500 : 15)
                              ? synth_between(random, 600, 895)
                              : synth_between(random, 930, 1000));
}

static void write_amenities(struct writer *writer)
{
    static const char *const toilets[] = {"flush", "dry_hygienic", "dry", "none"};
    static const int weights[] = {520, 300, 172, 8};
    struct random *random = writer->random;

    set_flag(writer, SYNTH_HAS_ELECTRICITY, !synth_chance(random, 5), UNKNOWN_RARE);
    set_flag(writer, SYNTH_HAS_BROADBAND, synth_chance(random, 8700), UNKNOWN_OFTEN);
    set_one_of(writer, SYNTH_TOILET, toilets, weights, (int)ARRAY_COUNT(toilets));
    synth_set_decimal(writer->values, SYNTH_ROAD_TO_VILLAGE_KM,
                      synth_chance(random, 7000) ? 0 : synth_between(random, 1, 45));
}

/* ---- Land, produce, relocation, protection --------------------------------------------------- */

static void write_land(struct writer *writer)
{
    const struct synth_household *household = writer->household;
    struct synth_values *values = writer->values;
    struct random *random = writer->random;

    synth_set_decimal(values, SYNTH_FARMLAND_MU,
                      household->has_farm ? household->size * synth_between(random, 6, 32) : 0);
    synth_set_decimal(values, SYNTH_FOREST_MU,
                      synth_chance(random, 4500) ? synth_between(random, 5, 300) : 0);
    set_flag(writer, SYNTH_SELLS_PRODUCE, household->sells_produce, UNKNOWN_RARE);
    synth_set_unknown(values, SYNTH_UNSOLD_PRODUCE_VALUE);
    synth_set_unknown(values, SYNTH_PRODUCE_KEEPS_DAYS);
    if (household->sells_produce && !synth_chance(random, UNKNOWN_RARE))
        synth_set_money(writer->plan, values, SYNTH_UNSOLD_PRODUCE_VALUE, household->unsold_value);
    if (household->unsold_value > 0 && !synth_chance(random, 500))
        synth_set(values, SYNTH_PRODUCE_KEEPS_DAYS,
                  synth_chance(random, 6000) ? synth_between(random, 3, 30)
                                             : synth_between(random, 31, 240));
}

static void write_relocation(struct writer *writer)
{
    static const char *const kinds[] = {"large_site", "small_site", "scattered"};
    static const int weights[] = {450, 450, 100};
    const struct synth_household *household = writer->household;
    struct synth_values *values = writer->values;
    int year = writer->plan->last_month / 12;
    int last_year = year > 2020 ? 2020 : year - 1;
    int first_year = last_year > 2016 ? 2016 : last_year;

    synth_set(values, SYNTH_RELOCATED, household->is_relocated);
    synth_set_unknown(values, SYNTH_RELOCATION_KIND);
    synth_set_unknown(values, SYNTH_RELOCATED_ON);
    if (!household->is_relocated)
        return;
    set_one_of(writer, SYNTH_RELOCATION_KIND, kinds, weights, (int)ARRAY_COUNT(kinds));
    year = synth_between(writer->random, first_year, last_year);
    synth_set(values, SYNTH_RELOCATED_ON,
              date_from_civil(year, synth_between(writer->random, 1, 12), 1));
}

static void write_protection(struct writer *writer)
{
    const struct synth_household *household = writer->household;
    struct random *random = writer->random;

    synth_set(writer->values, SYNTH_POVERTY_INSURANCE,
              writer->place.has_poverty_insurance && synth_chance(random, 8000));
    if (synth_chance(random, UNKNOWN_OFTEN))
        synth_set_unknown(writer->values, SYNTH_LOAN_BALANCE);
    else
        synth_set_money(writer->plan, writer->values, SYNTH_LOAN_BALANCE,
                        synth_chance(random, 1800) ? 1000 * synth_between(random, 2, 50) : 0);
    if (household->is_flooded)
        synth_set_choice(writer->values, SYNTH_DISASTER_KIND, "flood");
    else if (household->unsold_value > 0)
        synth_set_choice(writer->values, SYNTH_DISASTER_KIND, "price");
    else if (household->epidemic_months > 0 || household->has_lost_job)
        synth_set_choice(writer->values, SYNTH_DISASTER_KIND, "epidemic");
    else
        synth_set_choice(writer->values, SYNTH_DISASTER_KIND, "none");
}

enum berm_status synth_household_values(const struct synth_plan *plan,
                                        const struct synth_household *household,
                                        struct synth_values *values, struct berm_error *err)
{
    struct random random =
        synth_random(plan->seed, SYNTH_STREAM_HOUSEHOLD_VALUES, (uint64_t)household->index);
    struct writer writer = {.plan = plan,
                            .household = household,
                            .place = synth_place_of(plan, household->village),
                            .values = values,
                            .random = &random};

    write_standing(&writer);
    write_assurances(&writer);
    write_dwelling(&writer);
    write_water(&writer);
    write_amenities(&writer);
    write_land(&writer);
    write_relocation(&writer);
    write_protection(&writer);
    return synth_fill_open(plan, values, &random, err);
}
