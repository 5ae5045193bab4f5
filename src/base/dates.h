/* Dates as days since 1970-01-01 and months as a running number, both in the proleptic Gregorian
 * calendar. */
#ifndef BASE_DATES_H
#define BASE_DATES_H

#include "text.h"

enum {
    DATE_TEXT_MAX = 16,
    MONTH_TEXT_MAX = 12,
};

/** Nothing is "no date": absence is told beside it. Years 1 to 9999. */
typedef int32_t date_days;
/** year * 12 + (month - 1): 2020-09 is 24248. Differences are months. */
typedef int32_t month_number;

bool date_is_valid(int year, int month, int day);
date_days date_from_civil(int year, int month, int day);
void date_to_civil(date_days date, int *ret_year, int *ret_month, int *ret_day);
/** 0 Monday to 6 Sunday. */
int date_weekday(date_days date);
int days_in_month(int year, int month);

/** "YYYY-MM-DD", nothing else. Errors: BERM_INVALID_INPUT (which part is wrong, and the form
 * wanted). */
MUST_USE enum berm_status date_parse(struct text text, date_days *ret_date, struct berm_error *err);
struct text date_format(date_days date, char out[DATE_TEXT_MAX]);

/** "YYYY-MM". */
MUST_USE enum berm_status month_parse(struct text text, month_number *ret_month,
                                      struct berm_error *err);
struct text month_format(month_number month, char out[MONTH_TEXT_MAX]);
month_number month_from_civil(int year, int month);
month_number month_of_date(date_days date);
date_days month_first_day(month_number month);
date_days month_last_day(month_number month);

/** Whole years between birth and day; negative where day is before birth. Born on 29 February: 1
 * March. */
int age_years(date_days birth, date_days day);

/** Today in UTC, and now as "YYYY-MM-DDThh:mm:ss.mmmZ" for records. BERM_NOW (an ISO instant)
 * overrides both. */
date_days date_today(void);
struct text instant_now(char out[32]);
/** The same now in whole seconds since 1970-01-01, for what expires. */
int64_t seconds_since_1970(void);

#endif
