/*
 * How a household fares: its income, its standing in the register, its land, what struck it. All
 * that values and flows must agree on is decided here, once, from the household's own chance; what
 * only one of them needs is decided there.
 *
 * Shocks, as shares of all households: the flood takes crops of a third of the households of a
 * flooded township, and one township in twenty-five is flooded; the epidemic takes part of the
 * wages of a fifth of those who live on wages for one to three months, and the job of one in two
 * hundred; unsold produce lies with a fifth of the growers of townships where prices fell, and with
 * few elsewhere.
 */
#include <string.h>

#include "service/synth/private.h"

enum { REGISTER_YEAR_FIRST = 2014, RELOCATION_YEAR_FIRST = 2016, REGISTER_YEAR_LAST = 2020 };

struct synth_place synth_place_of(const struct synth_plan *plan,
                                  const struct synth_village *village)
{
    static const int water_sources[] = {640, 180, 60, 80, 25, 10, 5};
    struct random own =
        synth_random(plan->seed, SYNTH_STREAM_VILLAGE, (uint64_t)(village - plan->villages));
    struct random shared =
        synth_random(plan->seed, SYNTH_STREAM_TOWNSHIP, (uint64_t)village->township);
    struct synth_place place = {0};

    place.is_flooded = synth_chance(&shared, 400) || village->township == plan->flooded_township;
    place.is_price_low = synth_chance(&shared, 500);
    place.has_poverty_insurance = synth_chance(&shared, 4500);
    place.has_doctor = !synth_chance(&own, 120);
    place.is_resettlement =
        synth_chance(&own, 300) && plan->last_month / 12 >= RELOCATION_YEAR_FIRST;
    place.has_bad_water = synth_chance(&own, 60);
    place.is_dry = synth_chance(&own, 80);
    place.water_source = synth_choose(&own, water_sources, (int)ARRAY_COUNT(water_sources));
    return place;
}

static void settle_income(const struct synth_plan *plan, struct synth_household *household,
                          struct random *random)
{
    household->income_of_million = synth_below(random, SYNTH_MILLION);
    household->is_poor = household->income_of_million < plan->incomes.poor_of_million;
    household->income =
        synth_income_at(&plan->incomes, household->income_of_million) * household->size;
}

/* The register of poverty was made in 2014, and closed when the last had left it at the end of
 * 2020. */
static void settle_status(const struct synth_plan *plan, struct synth_household *household,
                          struct random *random)
{
    int year = plan->last_month / 12;
    int place = household->income_of_million;
    int registered = place < 60000 ? 4500 : place < 250000 ? 3000 : place < 600000 ? 1400 : 500;
    bool is_open =
        year < REGISTER_YEAR_LAST || (year == REGISTER_YEAR_LAST && plan->last_month % 12 < 11);

    household->has_allowance = synth_chance(random, household->is_poor ? 5000
                                                    : place < 30000    ? 3500
                                                    : place < 120000   ? 900
                                                                       : 120);
    if (year < REGISTER_YEAR_FIRST || !synth_chance(random, registered))
        return;
    household->status = SYNTH_LEFT_POVERTY;
    if (is_open && household->is_poor && synth_chance(random, 7500))
        household->status = SYNTH_REGISTERED_POOR;
    else if (is_open && year == REGISTER_YEAR_FIRST)
        household->status = SYNTH_REGISTERED_POOR; /* nobody has left it yet */
}

static void settle_land(struct synth_household *household, const struct synth_place *place,
                        struct random *random)
{
    household->is_relocated = synth_chance(random, place->is_resettlement ? 8500 : 60);
    household->has_farm = synth_chance(random, household->is_relocated ? 3500 : 8600);
    household->sells_produce = household->has_farm && synth_chance(random, 6000);
    if (household->sells_produce && synth_chance(random, place->is_price_low ? 2000 : 60))
        household->unsold_value = 100 * (int64_t)synth_between(random, 10, 240);
}

static bool lives_on_wages(const struct synth_household *household)
{
    for (int i = 0; i < household->size; i++)
        if (household->members[i].work == SYNTH_EMPLOYED)
            return true;
    return false;
}

static void lose_jobs(struct synth_household *household)
{
    household->has_lost_job = true;
    for (int i = 0; i < household->size; i++)
        if (household->members[i].work == SYNTH_EMPLOYED ||
            household->members[i].work == SYNTH_WORKSHOP) {
            household->members[i].work = SYNTH_NO_WORK;
            household->members[i].has_lost_work = true;
        }
}

static void settle_shocks(struct synth_household *household, const struct synth_place *place,
                          struct random *random)
{
    household->is_flooded = place->is_flooded && household->has_farm && synth_chance(random, 3500);
    if (household->is_flooded) {
        household->flood_cut_percent = synth_between(random, 30, 85);
        household->flood_loss = 100 * (int64_t)synth_between(random, 8, 90);
        if (synth_chance(random, 1500))
            household->flood_loss *= 4; /* house, animals, machines */
    }
    if (!lives_on_wages(household))
        return;
    if (synth_chance(random, 2000)) {
        household->epidemic_months = synth_between(random, 1, 3);
        household->epidemic_cut_percent = synth_between(random, 40, 100);
    }
    if (synth_chance(random, 50))
        lose_jobs(household);
}

static void settle_illness(struct synth_household *household, struct random *random)
{
    household->illness_month = -1;
    for (int i = 0; i < household->size; i++)
        if (household->members[i].is_seriously_ill)
            household->illness_month = synth_between(random, 4, SYNTH_MONTHS - 1);
}

void synth_household_make(const struct synth_plan *plan, int64_t index,
                          struct synth_household *ret_household)
{
    struct random family = synth_random(plan->seed, SYNTH_STREAM_FAMILY, (uint64_t)index);
    struct random random = synth_random(plan->seed, SYNTH_STREAM_SITUATION, (uint64_t)index);
    struct synth_household *household = ret_household;
    struct synth_place place;

    memset(household, 0, sizeof *household);
    household->index = index;
    household->village = synth_village_of(plan, index);
    place = synth_place_of(plan, household->village);
    synth_family_make(plan, household, &family);
    settle_income(plan, household, &random);
    settle_status(plan, household, &random);
    settle_land(household, &place, &random);
    synth_members_settle(plan, household, &random);
    settle_shocks(household, &place, &random);
    settle_illness(household, &random);
}
