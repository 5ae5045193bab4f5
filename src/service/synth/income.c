/*
 * How incomes are spread. A register made up for a month must look like that month's: few people
 * below the line, some more just above it, and a middle that earns what was published.
 *
 * Calibration. Share of the rural people below the line of 2010, and the income a head, by year; a
 * month lies between the Decembers around it on a straight line.
 *   - Shares and lines: National Bureau of Statistics of China, rural poverty monitoring, standard
 *     of 2010 (notices of 2018-02-01, 2019-02-15, 2020-01-23; 70-year report no. 15 of 2019-08-12;
 *     communique of 2015); lines of 2011 to 2016: Yunnan survey yearbook 2017, table 4-2; those of
 *     2017 and 2018 are not verified, that of 2019 was seen second-hand, that of 2020 is "about
 *     4,000". Net income to 2013, disposable income from 2014. Where the pack has a parameter
 *     poverty_line, that is the line.
 *   - Incomes: disposable income a head of rural people in poor areas, 2013 and 2016 to 2020 (white
 *     paper of 2021-04-06; NBS); 2014 and 2015 lie on the straight line between, 2010 to 2012 are
 *     carried back at the pace of 2013 to 2016, and years after 2020 stay as 2020. These are means;
 *     the median is assumed to be 85 percent of them.
 *   - After 2020 the published share is 0. A floor of 0.2 percent is kept: people still fall, and a
 *     register in which nobody does would show nothing.
 *   - From the line to 1.5 times the line: 1 percent, and 1.3 times the share below. No series is
 *     published; this keeps the spread smooth at both ends of the decade.
 *   - Above that: steps of a log-normal spread with a somewhat thinner lower tail. The steps are
 *     whole numbers, because exp and log differ from one machine's library to another's.
 * These shares are before shocks (flood, epidemic, illness); flows.c says what is added.
 *
 * Measured: 20,000 households, seed 7, pack rural-cn, people below the line and from there to 1.5
 * times the line, in percent (tests/unit/service/test_synth.c prints and checks them): December
 * 2010 17.6 and 26.6, 2013 8.8 and 16.5, 2015 5.9 and 10.7, 2018 1.8 and 4.4, 2019 0.7 and 2.9,
 * September 2020 0.25 and 3.0; 47 percent of the people are above the median that was aimed at.
 */
#include "service/synth/private.h"

enum { YEAR_FIRST = 2010, YEAR_LAST = 2020, POOR_FLOOR_OF_MILLION = 2000 };

static const struct {
    int poor_of_10000;
    int line;
    int income;
} years[YEAR_LAST - YEAR_FIRST + 1] = {
    {1720, 2300, 4374}, {1270, 2536, 4881}, {1020, 2625, 5447}, {850, 2736, 6079},
    {720, 2800, 6870},  {570, 2855, 7661},  {450, 2952, 8452},  {310, 2952, 9377},
    {170, 2995, 10371}, {60, 3218, 11567},  {0, 4000, 12588},
};

/* The upper body: share of the people, and income in thousandths of the median. */
static const struct {
    int of_million;
    int permille;
} body[] = {
    {60000, 600},   {100000, 660},  {200000, 745},  {300000, 825},   {400000, 910},
    {500000, 1000}, {600000, 1120}, {700000, 1280}, {800000, 1500},  {900000, 1920},
    {950000, 2360}, {990000, 3500}, {999000, 5500}, {1000000, 7500},
};

/* The lower tail: share of the poor, and income in thousandths of the line. */
static const struct {
    int of_1000;
    int permille;
} tail[] = {{0, 350}, {100, 560}, {300, 730}, {600, 880}, {1000, 1000}};

static int64_t between(int64_t a, int64_t b, int part, int whole)
{
    return a + (b - a) * part / whole;
}

static void add_knot(struct synth_incomes *incomes, int of_million, int64_t at)
{
    int count = incomes->knot_count;

    assert(count < SYNTH_INCOME_KNOTS_MAX);
    if (count > 0 && (of_million <= incomes->of_million[count - 1] || at <= incomes->at[count - 1]))
        return;
    incomes->of_million[count] = of_million;
    incomes->at[count] = at;
    incomes->knot_count++;
}

struct synth_incomes synth_incomes_of(month_number month, int64_t line_or_0)
{
    struct synth_incomes incomes = {0};
    int since = month - (YEAR_FIRST * 12 + 11); /* months after the first December */
    int last = (YEAR_LAST - YEAR_FIRST) * 12;
    int year, part, next, join;

    since = since < 0 ? 0 : since > last ? last : since;
    year = since / 12;
    part = since % 12;
    next = year == YEAR_LAST - YEAR_FIRST ? year : year + 1;
    incomes.poor_of_million =
        100 * (int)between(years[year].poor_of_10000, years[next].poor_of_10000, part, 12);
    if (incomes.poor_of_million < POOR_FLOOR_OF_MILLION)
        incomes.poor_of_million = POOR_FLOOR_OF_MILLION;
    incomes.marginal_of_million = 10000 + incomes.poor_of_million * 13 / 10;
    incomes.line = line_or_0 > 0 ? line_or_0 : years[part == 0 ? year : next].line;
    incomes.median = between(years[year].income, years[next].income, part, 12) * 85 / 100;
    for (size_t i = 0; i < ARRAY_COUNT(tail); i++)
        add_knot(&incomes, incomes.poor_of_million * tail[i].of_1000 / 1000,
                 incomes.line * tail[i].permille / 1000);
    join = incomes.poor_of_million + incomes.marginal_of_million;
    add_knot(&incomes, join, incomes.line * 3 / 2);
    for (size_t i = 0; i < ARRAY_COUNT(body); i++)
        if (body[i].of_million > join + 20000)
            add_knot(&incomes, body[i].of_million, incomes.median * body[i].permille / 1000);
    if (incomes.of_million[incomes.knot_count - 1] < SYNTH_MILLION) /* a line above all incomes */
        add_knot(&incomes, SYNTH_MILLION, incomes.at[incomes.knot_count - 1] * 2);
    return incomes;
}

int64_t synth_income_at(const struct synth_incomes *incomes, int of_million)
{
    int next = 1;

    while (next < incomes->knot_count - 1 && incomes->of_million[next] < of_million)
        next++;
    return between(incomes->at[next - 1], incomes->at[next],
                   of_million - incomes->of_million[next - 1],
                   incomes->of_million[next] - incomes->of_million[next - 1]);
}
