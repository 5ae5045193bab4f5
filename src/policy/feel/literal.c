/*
 * ISO text to a date, time or duration value.
 */
#include "policy/feel/temporal.h"

static enum berm_status moment_literal(enum feel_kind kind, struct feel_moment moment,
                                       struct arena *arena, struct feel_value *ret_value,
                                       struct berm_error *err)
{
    if (moment.zone_kind == ZONE_NAME)
        TRY(text_copy(arena, moment.zone, &moment.zone, err));
    return moment_value(arena, kind, moment, ret_value, err);
}

enum berm_status feel_parse_literal(enum feel_kind kind, struct text text, struct arena *arena,
                                    struct feel_value *ret_value, struct berm_error *err)
{
    struct feel_value value = {.kind = (uint8_t)kind};
    struct feel_moment moment;
    bool is_fine = false;

    switch (kind) {
    case FEEL_DATE:
        is_fine = parse_day(text, &value.date);
        break;
    case FEEL_TIME:
        is_fine = parse_time(text, &moment);
        if (is_fine)
            return moment_literal(kind, moment, arena, ret_value, err);
        break;
    case FEEL_DATE_TIME:
        is_fine = parse_date_time(text, &moment);
        if (is_fine)
            return moment_literal(kind, moment, arena, ret_value, err);
        break;
    case FEEL_YEARS_MONTHS:
        is_fine = parse_years_months(text, &value.months);
        break;
    case FEEL_DAYS_TIME:
        is_fine = parse_days_time(text, &value.seconds);
        break;
    default:
        break;
    }
    *ret_value = is_fine ? value : (struct feel_value){.kind = FEEL_NULL};
    return BERM_OK;
}
