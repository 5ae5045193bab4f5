/* The kinds of jobs and their states, by name. */
#include "service/job/private.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    enum permission permission;
    enum job_lane lane;
} kinds[JOB_KIND_COUNT] = {
#define JOB_KIND_ROW(id, name, permission, lane, function)                                         \
    [JOB_##id] = {name, PERMISSION_##permission, JOB_LANE_##lane},
    JOB_KINDS(JOB_KIND_ROW)
#undef JOB_KIND_ROW
};

static const char *const states[JOB_STATE_COUNT] = {
    [JOB_QUEUED] = "queued", [JOB_RUNNING] = "running",     [JOB_DONE] = "done",
    [JOB_FAILED] = "failed", [JOB_CANCELLED] = "cancelled",
};

static const char *const lanes[JOB_LANE_COUNT] = {
    [JOB_LANE_WRITE] = "write", [JOB_LANE_READ] = "read"};

const char *job_kind_name(enum job_kind kind)
{
    return kinds[kind].name;
}

enum permission job_kind_permission(enum job_kind kind)
{
    return kinds[kind].permission;
}

enum job_lane job_kind_lane(enum job_kind kind)
{
    return kinds[kind].lane;
}

const char *job_lane_name(enum job_lane lane)
{
    return lanes[lane];
}

const char *job_state_name(enum job_state state)
{
    return states[state];
}

/* "there is no kind of job x; there are import, screen" */
static enum berm_status fail_name(struct text name, const char *what,
                                  const char *(*name_of)(int number), int count,
                                  struct berm_error *err)
{
    enum berm_status status =
        fail_with(err, BERM_INVALID_INPUT, "there is no %s %.*s; there are", what, TEXT_ARG(name));

    for (int i = 0; err != NULL && i < count; i++) {
        size_t used = strlen(err->message);

        snprintf(err->message + used, sizeof err->message - used, "%s %s", i > 0 ? "," : "",
                 name_of(i));
    }
    return status;
}

static const char *kind_of_number(int number)
{
    return kinds[number].name;
}

static const char *state_of_number(int number)
{
    return states[number];
}

enum berm_status job_kind_find(struct text name, enum job_kind *ret_kind, struct berm_error *err)
{
    for (int k = 0; k < JOB_KIND_COUNT; k++)
        if (text_equal(name, text_of(kinds[k].name))) {
            *ret_kind = (enum job_kind)k;
            return BERM_OK;
        }
    return fail_name(name, "kind of job", kind_of_number, JOB_KIND_COUNT, err);
}

enum berm_status job_state_find(struct text name, enum job_state *ret_state, struct berm_error *err)
{
    for (int s = 0; s < JOB_STATE_COUNT; s++)
        if (text_equal(name, text_of(states[s]))) {
            *ret_state = (enum job_state)s;
            return BERM_OK;
        }
    return fail_name(name, "state of a job", state_of_number, JOB_STATE_COUNT, err);
}
