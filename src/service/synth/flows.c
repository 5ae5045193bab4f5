/*
 * 24 months of amounts. The year's income that the household was given is split into wages,
 * receipts less costs, property and transfers, and each part is spread over the months as its kind
 * of work pays. Every calendar month stands once in twelve, so the sum over the last twelve months
 * is the income to the unit, whatever the last month is. Then come the shocks.
 *
 * What shocks add to the share below the line: a household that they push below it is caught by
 * relief in 17 of 20 cases, as the help of those years did; it then stands just above the line. So
 * the share below the line stays close to the calibrated one, and the share just above it grows.
 *
 * Lean: a month in which nothing happened has no entry, except where the dictionary says that
 * silence is unknown; rows.c sees to that.
 */
#include <string.h>

#include "service/synth/private.h"

enum { YEAR_MONTHS = 12, WINDOW = SYNTH_MONTHS - YEAR_MONTHS, FLOOD_MONTHS = 6 };

/* January to December, a thousand together. */
typedef const int season[YEAR_MONTHS];

static season wages_away = {60, 45, 85, 90, 90, 90, 90, 90, 90, 90, 90, 90};
static season wages_steady = {84, 84, 83, 83, 83, 83, 83, 83, 83, 83, 84, 84};
static season receipts[] = {
    {0, 0, 0, 0, 0, 250, 100, 0, 150, 350, 150, 0},        /* grain */
    {250, 0, 0, 100, 0, 0, 150, 0, 100, 0, 0, 400},        /* animals */
    {20, 30, 60, 90, 120, 130, 130, 120, 110, 90, 60, 40}, /* fruit and vegetables */
};
static season costs[] = {
    {0, 0, 400, 200, 0, 0, 0, 0, 400, 0, 0, 0},
    {0, 0, 500, 0, 0, 0, 0, 500, 0, 0, 0, 0},
    {0, 0, 300, 0, 0, 400, 0, 0, 300, 0, 0, 0},
};
static season quarters = {0, 0, 250, 0, 0, 250, 0, 0, 250, 0, 0, 250};
static season in_may = {0, 0, 0, 0, 1000, 0, 0, 0, 0, 0, 0, 0};
static season in_december = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1000};

struct writer {
    const struct synth_plan *plan;
    const struct synth_household *household;
    struct random *random;
    struct synth_flow_months *months;
    int previous_permille; /* of the present year's amounts, in the year before */
};

/* A year's income in its parts; operating is net of costs. */
struct parts {
    int64_t wage, operating, property, pension, subsidy, support;
};

struct text synth_source_code(enum synth_source source)
{
    static const char *const codes[SYNTH_SOURCE_COUNT] = {
        [SYNTH_VISIT] = "visit",
        [SYNTH_CIVIL_AFFAIRS] = "civil_affairs",
        [SYNTH_MEDICAL_INSURANCE] = "medical_insurance",
        [SYNTH_AGRICULTURE] = "agriculture",
        [SYNTH_SHARED_ASSETS] = "shared_assets",
        [SYNTH_TAX] = "tax",
    };

    return text_of(codes[source]);
}

/* ---- Parts ----------------------------------------------------------------------------------- */

static int64_t at_most(int64_t value, int64_t high)
{
    return value < high ? value : high < 0 ? 0 : high;
}

static bool earns_wages(const struct synth_household *household)
{
    for (int i = 0; i < household->size; i++) {
        enum synth_work work = household->members[i].work;

        if (work == SYNTH_EMPLOYED || work == SYNTH_WELFARE_POST || work == SYNTH_WORKSHOP ||
            household->members[i].has_lost_work)
            return true;
    }
    return false;
}

static bool has_business(const struct synth_household *household)
{
    for (int i = 0; i < household->size; i++)
        if (household->members[i].work == SYNTH_FARMING ||
            household->members[i].work == SYNTH_SELF_EMPLOYED)
            return true;
    return household->sells_produce;
}

static struct parts split_income(struct writer *writer)
{
    const struct synth_household *household = writer->household;
    struct random *random = writer->random;
    struct parts parts = {0};
    int64_t left = household->income;
    bool earns = earns_wages(household), owns = has_business(household);

    for (int i = 0; i < household->size; i++)
        if (household->members[i].age >= 60)
            parts.pension += synth_between(random, 1300, 2300);
    if (household->has_allowance)
        parts.pension += (int64_t)household->size * synth_between(random, 600, 1800);
    parts.pension = at_most(parts.pension, left * 6 / 10);
    left -= parts.pension;
    if (household->has_farm)
        parts.subsidy = at_most(synth_between(random, 150, 900), left / 10);
    left -= parts.subsidy;
    if (synth_chance(random, 1600))
        parts.property = at_most(synth_between(random, 200, 3000), left / 10);
    left -= parts.property;
    if (!earns && !owns)
        parts.support = left; /* from children who live elsewhere */
    else if (!earns)
        parts.operating = left;
    else
        parts.wage = owns ? left * synth_between(random, 500, 850) / 1000 : left;
    parts.operating += earns && owns ? left - parts.wage : 0;
    return parts;
}

/* ---- Months ---------------------------------------------------------------------------------- */

/* The parts of a year in each month add up to the year to the unit. */
static void spread(struct writer *writer, enum synth_flow flow, enum synth_source source,
                   int64_t year_amount, const int *of_1000)
{
    int64_t whole = year_amount * writer->previous_permille / 1000;
    int sum = 0;

    for (int i = 0; i < SYNTH_MONTHS; i++) {
        int weight = of_1000[(writer->plan->first_month + i) % YEAR_MONTHS];

        if (i == WINDOW) {
            whole = year_amount;
            sum = 0;
        }
        writer->months->amounts[i][source][flow] +=
            whole * (sum + weight) / 1000 - whole * sum / 1000;
        sum += weight;
    }
}

/* Wages are never quite even: what one month lacks, the next one has. */
static void make_uneven(struct writer *writer)
{
    for (int i = 0; i < SYNTH_MONTHS; i += 2) {
        int64_t *amount = &writer->months->amounts[i][SYNTH_VISIT][SYNTH_WAGE_INCOME];
        int64_t *next = &writer->months->amounts[i + 1][SYNTH_VISIT][SYNTH_WAGE_INCOME];
        int64_t moved = *amount * synth_between(writer->random, -80, 80) / 1000;

        *amount -= moved;
        *next += moved;
    }
}

static void write_income(struct writer *writer)
{
    struct parts parts = split_income(writer);
    struct random *random = writer->random;
    int kind = synth_below(random, (int)ARRAY_COUNT(receipts));
    int64_t gross = parts.operating * 1000 / (1000 - synth_between(random, 180, 420));

    if (parts.wage > 0) {
        spread(writer, SYNTH_WAGE_INCOME, SYNTH_VISIT, parts.wage,
               synth_chance(random, 7000) ? wages_away : wages_steady);
        make_uneven(writer);
    }
    if (gross > 0) {
        spread(writer, SYNTH_OPERATING_INCOME, SYNTH_VISIT, gross, receipts[kind]);
        spread(writer, SYNTH_PRODUCTION_COST, SYNTH_VISIT, gross - parts.operating, costs[kind]);
    }
    spread(writer, SYNTH_TRANSFER_INCOME, SYNTH_CIVIL_AFFAIRS, parts.pension, quarters);
    spread(writer, SYNTH_TRANSFER_INCOME, SYNTH_AGRICULTURE, parts.subsidy, in_may);
    spread(writer, SYNTH_TRANSFER_INCOME, SYNTH_VISIT, parts.support, quarters);
    spread(writer, SYNTH_PROPERTY_INCOME, SYNTH_SHARED_ASSETS, parts.property, in_december);
}

/* ---- Expenses -------------------------------------------------------------------------------- */

static void write_school_costs(struct writer *writer)
{
    static const int a_term[] = {
        [SYNTH_STAGE_NONE] = 0, [SYNTH_KINDERGARTEN] = 1300, [SYNTH_PRIMARY] = 260,
        [SYNTH_JUNIOR] = 480,   [SYNTH_SENIOR] = 1700,       [SYNTH_VOCATIONAL] = 900,
        [SYNTH_COLLEGE] = 5200};
    int64_t terms = 0;

    for (int i = 0; i < writer->household->size; i++)
        terms += a_term[writer->household->members[i].stage];
    terms = terms * synth_between(writer->random, 70, 130) / 100;
    for (int i = 0; i < SYNTH_MONTHS && terms > 0; i++) {
        int month = (writer->plan->first_month + i) % YEAR_MONTHS;

        if (month == 2 || month == 8)
            writer->months->amounts[i][SYNTH_VISIT][SYNTH_EDUCATION_EXPENSE] = terms;
    }
}

static void write_medical_costs(struct writer *writer)
{
    struct random *random = writer->random;
    int64_t(*months)[SYNTH_SOURCE_COUNT][SYNTH_FLOW_COUNT] = writer->months->amounts;
    int visits = synth_chance(random, 4500) ? synth_between(random, 1, 4) : 0;
    int start = writer->household->illness_month;
    int64_t bill;

    for (int i = 0; i < visits; i++) {
        int month = synth_below(random, SYNTH_MONTHS);

        months[month][SYNTH_VISIT][SYNTH_MEDICAL_EXPENSE] +=
            10 * (int64_t)synth_between(random, 5, 140);
    }
    if (start < 0)
        return;
    bill = 1000 * (int64_t)synth_between(random, 2, 18);
    if (synth_chance(random, 2500))
        bill *= synth_between(random, 2, 4);
    for (int i = start; i < SYNTH_MONTHS && bill > 0; i += synth_between(random, 1, 3)) {
        int64_t paid = bill < 800 ? bill : bill * synth_between(random, 20, 45) / 100;

        months[i][SYNTH_MEDICAL_INSURANCE][SYNTH_MEDICAL_EXPENSE] += paid;
        bill -= paid;
    }
}

static void write_other_costs(struct writer *writer)
{
    const struct synth_household *household = writer->household;
    struct random *random = writer->random;
    int month = synth_below(random, SYNTH_MONTHS);
    int64_t cost = synth_chance(random, 60) ? 500 * (int64_t)synth_between(random, 3, 24) : 0;

    for (int i = household->size; i < household->member_count; i++)
        if (household->members[i].has_died) {
            month = month_of_date(household->members[i].to) - writer->plan->first_month;
            cost = 500 * (int64_t)synth_between(random, 6, 30); /* the funeral */
        }
    if (month >= 0 && month < SYNTH_MONTHS)
        writer->months->amounts[month][SYNTH_VISIT][SYNTH_OTHER_RIGID_EXPENSE] += cost;
}

/* ---- Shocks ---------------------------------------------------------------------------------- */

static void cut_percent(struct writer *writer, enum synth_flow flow, int from, int to, int percent)
{
    for (int i = from; i < to && i < SYNTH_MONTHS; i++) {
        int64_t *amount = &writer->months->amounts[i][SYNTH_VISIT][flow];

        *amount -= *amount * percent / 100;
    }
}

static void write_shocks(struct writer *writer)
{
    const struct synth_plan *plan = writer->plan;
    const struct synth_household *household = writer->household;
    int64_t unsold = household->unsold_value;

    cut_percent(writer, SYNTH_WAGE_INCOME, plan->epidemic_month,
                plan->epidemic_month + household->epidemic_months, household->epidemic_cut_percent);
    if (household->has_lost_job)
        cut_percent(writer, SYNTH_WAGE_INCOME, plan->epidemic_month, SYNTH_MONTHS, 100);
    if (household->is_flooded) {
        cut_percent(writer, SYNTH_OPERATING_INCOME, plan->flood_month,
                    plan->flood_month + FLOOD_MONTHS, household->flood_cut_percent);
        writer->months->amounts[plan->flood_month][SYNTH_VISIT][SYNTH_DISASTER_LOSS] =
            household->flood_loss;
        if (household->flood_loss > 12000)
            writer->months->amounts[plan->flood_month][SYNTH_VISIT][SYNTH_OTHER_RIGID_EXPENSE] +=
                household->flood_loss / 5; /* what the house needed at once */
    }
    for (int i = SYNTH_MONTHS - 1; i >= SYNTH_MONTHS - 3 && unsold > 0; i--) {
        int64_t *amount = &writer->months->amounts[i][SYNTH_VISIT][SYNTH_OPERATING_INCOME];
        int64_t lost = at_most(unsold, *amount);

        *amount -= lost;
        unsold -= lost;
    }
}

static int64_t net_income_12_months(const struct synth_flow_months *months)
{
    int64_t sum = 0;

    for (int i = WINDOW; i < SYNTH_MONTHS; i++)
        for (int source = 0; source < SYNTH_SOURCE_COUNT; source++) {
            const int64_t *amounts = months->amounts[i][source];

            sum += amounts[SYNTH_WAGE_INCOME] + amounts[SYNTH_OPERATING_INCOME] +
                   amounts[SYNTH_PROPERTY_INCOME] + amounts[SYNTH_TRANSFER_INCOME] -
                   amounts[SYNTH_PRODUCTION_COST];
        }
    return sum;
}

static void write_relief(struct writer *writer)
{
    const struct synth_household *household = writer->household;
    int64_t line = writer->plan->incomes.line * household->size;
    int64_t lack = line - net_income_12_months(writer->months);

    if (household->is_poor || lack <= 0 || !synth_chance(writer->random, 8500))
        return;
    lack += line * synth_between(writer->random, 2, 28) / 100;
    writer->months->amounts[SYNTH_MONTHS - 1][SYNTH_CIVIL_AFFAIRS][SYNTH_TRANSFER_INCOME] += lack;
}

/* ---- Reports --------------------------------------------------------------------------------- */

/* The tax office reports some wages too, never quite the same: only one of the two may count. */
static void write_second_reports(struct writer *writer)
{
    int position = writer->plan->bindings[ENTITY_FLOW].positions[SYNTH_WAGE_INCOME];
    int first = synth_below(writer->random, SYNTH_MONTHS - 3);

    if (position < 0 || !synth_chance(writer->random, 300) ||
        writer->plan->bindings[ENTITY_FLOW].variables[position].combination != FLOW_PREFER)
        return;
    for (int i = first; i < first + 3; i++)
        writer->months->amounts[i][SYNTH_TAX][SYNTH_WAGE_INCOME] =
            writer->months->amounts[i][SYNTH_VISIT][SYNTH_WAGE_INCOME] *
            synth_between(writer->random, 88, 104) / 100;
}

/* One household in a hundred was not met in one or two months, one in five hundred never. */
static void forget_months(struct writer *writer)
{
    bool was_never_met = synth_chance(writer->random, 20);
    int missing = synth_chance(writer->random, 100) ? synth_between(writer->random, 1, 2) : 0;

    for (int i = 0; i < SYNTH_MONTHS; i++)
        writer->months->is_unreported[i] = was_never_met;
    for (int i = 0; i < missing; i++)
        writer->months->is_unreported[synth_between(writer->random, WINDOW, SYNTH_MONTHS - 1)] =
            true;
}

void synth_flow_months_make(const struct synth_plan *plan, const struct synth_household *household,
                            struct synth_flow_months *ret_months)
{
    struct random random = synth_random(plan->seed, SYNTH_STREAM_FLOWS, (uint64_t)household->index);
    struct writer writer = {.plan = plan,
                            .household = household,
                            .random = &random,
                            .months = ret_months,
                            .previous_permille = synth_between(&random, 860, 985)};

    memset(ret_months, 0, sizeof *ret_months);
    if (synth_chance(&random, 40))
        writer.previous_permille = synth_between(&random, 1300, 1900); /* it was better off */
    write_income(&writer);
    write_school_costs(&writer);
    write_medical_costs(&writer);
    write_other_costs(&writer);
    write_shocks(&writer);
    write_relief(&writer);
    write_second_reports(&writer);
    forget_months(&writer);
}
