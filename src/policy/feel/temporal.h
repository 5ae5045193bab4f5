/* Private: dates, times and durations. */
#ifndef POLICY_FEEL_TEMPORAL_H
#define POLICY_FEEL_TEMPORAL_H

#include "policy/feel/feel.h"

#define YEAR_MAX INT64_C(999999999)
enum {
    SECONDS_PER_DAY = 86400,
    NANOSECONDS_PER_SECOND = 1000000000,
    TEMPORAL_TEXT_MAX = 160,
};

enum zone_kind {
    ZONE_NONE,   /* local time */
    ZONE_OFFSET, /* +08:00 */
    ZONE_NAME,   /* @Asia/Shanghai */
};

/** A time, or a date and time. offset_seconds is worked out when the moment is made. */
struct feel_moment {
    int64_t day;    /* days since 1970-01-01; 0 for a time */
    int32_t second; /* of the day */
    int32_t nanosecond;
    enum zone_kind zone_kind;
    int32_t offset_seconds;
    struct text zone; /* ZONE_NAME */
};

struct civil {
    int64_t year;
    int month;
    int day;
};

bool civil_is_valid(int64_t year, int64_t month, int64_t day);
int64_t day_from_civil(int64_t year, int month, int day);
struct civil civil_from_day(int64_t day);
bool day_is_in_range(int64_t day);
/** 1 Monday to 7 Sunday. */
int weekday_of_day(int64_t day);
int day_of_year(int64_t day);
/** ISO 8601 week. */
int week_of_year(int64_t day);
/** The month added, the day cut to the month's last. false where the year leaves its range. */
bool day_add_months(int64_t day, int64_t months, int64_t *ret_day);

/** Copies the moment (and nothing else) to the arena; works out a named zone's offset. */
MUST_USE enum berm_status moment_value(struct arena *arena, enum feel_kind kind,
                                       struct feel_moment moment, struct feel_value *ret_value,
                                       struct berm_error *err);
/** Seconds since 1970 in UTC, or in local time where there is no zone. */
int64_t moment_epoch(const struct feel_moment *moment);
/** A date as the moment at its start, in UTC or (where is_local) without a zone. */
struct feel_moment moment_of_day(int64_t day, bool is_local);
/** a - b as seconds with fraction. */
struct feel_decimal moment_difference(const struct feel_moment *a, const struct feel_moment *b);
/** Wall clock moved by a duration; a time goes round midnight. false: out of range. */
bool moment_add_seconds(struct feel_moment *moment, bool is_time, struct feel_decimal seconds);

/* Text. Each is false where the text is no such thing. */
bool parse_day(struct text text, int64_t *ret_day);
bool parse_time(struct text text, struct feel_moment *ret_moment);
bool parse_date_time(struct text text, struct feel_moment *ret_moment);
bool parse_years_months(struct text text, int64_t *ret_months);
bool parse_days_time(struct text text, struct feel_decimal *ret_seconds);

struct text format_day(int64_t day, char out[TEMPORAL_TEXT_MAX]);
struct text format_moment(const struct feel_moment *moment, bool is_time,
                          char out[TEMPORAL_TEXT_MAX]);
struct text format_months(int64_t months, char out[TEMPORAL_TEXT_MAX]);
struct text format_seconds(struct feel_decimal seconds, char out[TEMPORAL_TEXT_MAX]);

/** The offset from UTC in a zone of the system's tz database at a local time. false: no such zone.
 */
bool zone_offset(struct text zone, int64_t local_epoch, int32_t *ret_offset_seconds);

#endif
