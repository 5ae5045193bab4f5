/* The day that it is somewhere: time zones are ICU's. */
#include "script/script.h"

#include <unicode/ucal.h>
#include <unicode/ustring.h>

enum { ZONE_LENGTH_MAX = 64, MILLISECONDS = 1000 };

static enum berm_status fail_zone(struct text zone, UErrorCode code, struct berm_error *err)
{
    return fail_with(err, BERM_INVALID_INPUT, "the time zone %.*s cannot be used (%s)",
                     TEXT_ARG(zone), u_errorName(code));
}

/* ICU takes a name that it does not know for UTC. */
static bool is_known(UCalendar *calendar, const UChar *name, int32_t length)
{
    UErrorCode code = U_ZERO_ERROR;
    UChar taken[ZONE_LENGTH_MAX + 1];
    int32_t count = ucal_getTimeZoneID(calendar, taken, ZONE_LENGTH_MAX, &code);

    return U_SUCCESS(code) && count == length && u_memcmp(taken, name, length) == 0;
}

static enum berm_status read_date(UCalendar *calendar, int64_t at_s, struct text zone,
                                  date_days *ret_date, struct berm_error *err)
{
    UErrorCode code = U_ZERO_ERROR;
    int year, month, day;

    ucal_setMillis(calendar, (UDate)at_s * MILLISECONDS, &code);
    year = ucal_get(calendar, UCAL_YEAR, &code);
    month = ucal_get(calendar, UCAL_MONTH, &code) + 1;
    day = ucal_get(calendar, UCAL_DAY_OF_MONTH, &code);
    if (U_FAILURE(code))
        return fail_zone(zone, code, err);
    *ret_date = date_from_civil(year, month, day);
    return BERM_OK;
}

enum berm_status zone_date(struct text zone, int64_t at_s, date_days *ret_date,
                           struct berm_error *err)
{
    UErrorCode code = U_ZERO_ERROR;
    UChar name[ZONE_LENGTH_MAX + 1];
    UCalendar *calendar;
    enum berm_status status;

    if (zone.length == 0 || zone.length > ZONE_LENGTH_MAX)
        return fail_zone(zone, U_ILLEGAL_ARGUMENT_ERROR, err);
    for (size_t i = 0; i < zone.length; i++)
        name[i] = (UChar)zone.bytes[i]; /* names of zones are ASCII */
    calendar = ucal_open(name, (int32_t)zone.length, "", UCAL_GREGORIAN, &code);
    if (U_FAILURE(code))
        return fail_zone(zone, code, err);
    status = is_known(calendar, name, (int32_t)zone.length)
                 ? read_date(calendar, at_s, zone, ret_date, err)
                 : fail_zone(zone, U_ILLEGAL_ARGUMENT_ERROR, err);
    ucal_close(calendar);
    return status;
}
