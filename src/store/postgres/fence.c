/*
 * The fence: reading as a role to which PostgreSQL's policies show only what the transaction says
 * that its caller may see (migration fence).
 *
 * A store that reads for whoever calls takes the role for its session, so that a transaction of
 * which nobody said anything sees nothing. Writing goes on as the owner, in a transaction or by a
 * statement between two: whoever writes was checked and has to look beyond the own area, since
 * codes and id numbers are unique in the whole register. What a transaction may see ends with it.
 * The command is sent ahead: it costs no round trip.
 *
 * Who sees everything reads by a role of its own, for which nearly all rules are "true": the
 * planner leaves those out, while a rule that has to ask first costs as much as the reading does.
 */
#include "store/postgres/connection.h"

#include <string.h>

/* Ranges as services write them, 19 digits for each end, both included. */
enum { POSITION_DIGITS = 19, RANGE_DIGITS = 2 * POSITION_DIGITS };

static const char EVERYTHING[] = "{(,)}";
static const char *const ROLE_NAMES[ROLE_COUNT] = {
    [ROLE_OWNER] = "none", [ROLE_FENCED] = "berm_fenced", [ROLE_EVERYWHERE] = "berm_everywhere"};

enum berm_status postgres_close_fence(void *handle, struct berm_error *err)
{
    struct connection *connection = handle;

    enum berm_status status = postgres_run(connection, "SET ROLE berm_fenced", NULL, err);

    if (status != BERM_OK)
        return fail_within(err, status,
                           "the role by which callers read is not there or not granted; an "
                           "administrator of %s runs: CREATE ROLE berm_fenced NOLOGIN; GRANT "
                           "berm_fenced TO %s",
                           connection->url, PQuser(connection->server));
    connection->is_fenced = true;
    connection->role = ROLE_FENCED;
    return BERM_OK;
}

/* What goes in one round trip is one transaction, with whose end the role is taken again. */
enum berm_status postgres_leave_fence(struct connection *connection, struct berm_error *err)
{
    TRY(postgres_catch_up(connection, err)); /* nothing before it is to share that transaction */
    return postgres_send_ahead(connection, "SELECT set_config('role', 'none', true)", err);
}

/* "(,)" is how everything is told; the policies compare it. A high end stands for the one behind it
 * in PostgreSQL's own form, which behind the last number is none. */
static void append_range(struct buffer *out, int64_t low, int64_t high)
{
    if (low == 0 && high == INT64_MAX)
        buffer_append_text(out, TEXT("(,)"));
    else if (high == INT64_MAX)
        buffer_append_format(out, "[%lld,)", (long long)low);
    else
        buffer_append_format(out, "[%lld,%lld)", (long long)low, (long long)high + 1);
}

/* As an int8multirange, ended by 0. Anything but ranges is refused: it would be what may be seen.
 */
static enum berm_status append_ranges(struct buffer *out, struct text ranges,
                                      struct berm_error *err)
{
    buffer_append_char(out, '{');
    for (size_t at = 0; at < ranges.length; at += RANGE_DIGITS) {
        int64_t low, high;

        if (ranges.length - at < RANGE_DIGITS ||
            !text_parse_int64((struct text){ranges.bytes + at, POSITION_DIGITS}, &low) ||
            !text_parse_int64((struct text){ranges.bytes + at + POSITION_DIGITS, POSITION_DIGITS},
                              &high) ||
            low < 0 || high < low)
            return fail_with(err, BERM_INTERNAL, "what may be seen is not told as ranges");
        if (at > 0)
            buffer_append_char(out, ',');
        append_range(out, low, high);
    }
    buffer_append_char(out, '}');
    buffer_append_char(out, 0);
    return buffer_status(out, err);
}

enum berm_status postgres_see(void *handle, const struct store_sight *sight, struct berm_error *err)
{
    struct connection *connection = handle;
    CLEANUP(buffer_free) struct buffer areas = {0};
    CLEANUP(buffer_free) struct buffer sensitive = {0};
    CLEANUP(buffer_free) struct buffer roles = {0};
    enum database_role role;

    assert(connection->is_in_transaction);
    TRY(append_ranges(&areas, sight->areas, err));
    TRY(append_ranges(&sensitive, sight->sensitive_areas, err));
    buffer_append_text(&roles, sight->roles);
    buffer_append_char(&roles, 0);
    TRY(buffer_status(&roles, err));
    role = strcmp(areas.bytes, EVERYTHING) == 0 ? ROLE_EVERYWHERE : ROLE_FENCED;
    TRY(postgres_command(
        connection, COMMAND_SEE,
        (const char *const[]){ROLE_NAMES[role], areas.bytes, sensitive.bytes, roles.bytes}, 4, NULL,
        err));
    connection->role = role;
    return BERM_OK;
}
