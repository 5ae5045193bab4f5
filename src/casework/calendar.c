/* Days that count: holidays.csv over the week, and clocks in calendar or working days. */
#include <stdlib.h>

#include "casework/casework.h"

enum { SPECIAL_DAYS_MAX = 10000, FRIDAY = 4 };
enum { COLUMN_DATE, COLUMN_KIND, COLUMN_LABEL };

static const char FILE_NAME[] = "holidays.csv";

static int compare_days(const void *left, const void *right)
{
    date_days a = ((const struct special_day *)left)->date;
    date_days b = ((const struct special_day *)right)->date;

    return (a > b) - (a < b);
}

static enum berm_status read_day(const struct csv_table *table, const struct csv_row *row,
                                 struct special_day *day, struct berm_error *err)
{
    struct text kind = row->fields[COLUMN_KIND];
    enum berm_status status = date_parse(row->fields[COLUMN_DATE], &day->date, err);

    if (status != BERM_OK) {
        status = fail_within(err, status, "%s", FILE_NAME);
        if (err != NULL) {
            err->line = row->line;
            err->column = table->positions[COLUMN_DATE];
        }
        return status;
    }
    if (!text_equal(kind, TEXT("holiday")) && !text_equal(kind, TEXT("workday")))
        return fail_at(err, BERM_INVALID_INPUT, row->line, table->positions[COLUMN_KIND],
                       "%s: '%.*s' is no kind of day; write holiday, or workday for a Saturday or "
                       "Sunday on which offices work",
                       FILE_NAME, TEXT_ARG(kind));
    day->is_working = text_equal(kind, TEXT("workday"));
    day->label = row->fields[COLUMN_LABEL];
    return BERM_OK;
}

enum berm_status calendar_read(struct arena *arena, struct text csv, struct calendar *ret_calendar,
                               struct berm_error *err)
{
    static const struct csv_column columns[] = {[COLUMN_DATE] = {TEXT("date"), true},
                                                [COLUMN_KIND] = {TEXT("kind"), true},
                                                [COLUMN_LABEL] = {TEXT("label"), false}};
    struct csv_table table;
    struct special_day *days;

    TRY(csv_table_read(arena, csv, FILE_NAME, columns, ARRAY_COUNT(columns), &table, err));
    if (table.row_count > SPECIAL_DAYS_MAX)
        return fail_at(err, BERM_LIMIT, table.rows[SPECIAL_DAYS_MAX].line, 0,
                       "%s: more than %d days are not taken; take out years that are long over",
                       FILE_NAME, (int)SPECIAL_DAYS_MAX);
    TRY(arena_new(arena, table.row_count, sizeof *days, &days, err));
    for (size_t i = 0; i < table.row_count; i++)
        TRY(read_day(&table, &table.rows[i], &days[i], err));
    qsort(days, table.row_count, sizeof *days, compare_days);
    for (size_t i = 1; i < table.row_count; i++)
        if (days[i].date == days[i - 1].date) {
            char date[DATE_TEXT_MAX];

            return fail_with(err, BERM_INVALID_INPUT, "%s: %.*s stands there twice; keep one",
                             FILE_NAME, TEXT_ARG(date_format(days[i].date, date)));
        }
    *ret_calendar = (struct calendar){.days = days, .count = table.row_count};
    return BERM_OK;
}

bool calendar_is_working(const struct calendar *calendar, date_days day)
{
    const struct special_day wanted = {.date = day};
    const struct special_day *special =
        calendar->count == 0
            ? NULL
            : bsearch(&wanted, calendar->days, calendar->count, sizeof wanted, compare_days);

    return special == NULL ? date_weekday(day) <= FRIDAY : special->is_working;
}

date_days clock_end(const struct calendar *calendar, date_days event, struct clock_days days)
{
    date_days day = event;

    if (days.kind == CALENDAR_DAYS)
        return event + days.count;
    for (int left = days.count; left > 0; left -= calendar_is_working(calendar, day))
        day++;
    return day;
}
