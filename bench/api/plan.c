/* The plan is written by run.py, which knows what is in the register; here it is only followed. */
#include "plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 8 };

static void stop(const char *path, int line, const char *problem)
{
    fprintf(stderr, "api_load: %s, line %d: %s\n", path, line, problem);
    exit(2);
}

static char *read_whole(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    size_t length = 0;
    size_t capacity = 0;
    size_t count = 0;

    if (file == NULL)
        stop(path, 0, "cannot be opened");
    do {
        if (capacity - length < 65536) {
            capacity += capacity + 65536;
            bytes = realloc(bytes, capacity + 1);
            if (bytes == NULL)
                stop(path, 0, "is too large");
        }
        count = fread(bytes + length, 1, capacity - length, file);
        length += count;
    } while (count > 0);
    fclose(file);
    bytes[length] = 0;
    return bytes;
}

static struct kind *kind_named(struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->kind_count; i++)
        if (strcmp(plan->kinds[i].name, name) == 0)
            return &plan->kinds[i];
    if (plan->kind_count == KINDS_MAX)
        return NULL;
    plan->kinds[plan->kind_count].name = name;
    return &plan->kinds[plan->kind_count++];
}

static void add_line(struct plan *plan, char *fields[FIELDS], const char *path, int line)
{
    struct kind *kind = kind_named(plan, fields[0]);
    size_t count = 0;

    if (kind == NULL)
        stop(path, line, "too many kinds");
    kind->weight = atoi(fields[1]);
    count = kind->request_count++;
    if ((count & (count - 1)) == 0) /* grows by doubling */
        kind->requests =
            realloc(kind->requests, (count == 0 ? 1 : 2 * count) * sizeof *kind->requests);
    if (kind->requests == NULL)
        stop(path, line, "no memory left");
    kind->requests[count] = (struct request){.method = fields[2],
                                             .path = fields[3],
                                             .status = atoi(fields[4]),
                                             .length_min = strtoul(fields[5], NULL, 10),
                                             .contains = fields[6],
                                             .body = fields[7]};
}

void plan_read(const char *path, struct plan *ret_plan)
{
    struct plan plan = {.memory = read_whole(path)};
    char *rest = plan.memory;

    for (int line = 1; *rest != 0; line++) {
        char *text = strsep(&rest, "\n");
        char *fields[FIELDS];
        size_t count = 0;

        while (text != NULL && count < FIELDS)
            fields[count++] = strsep(&text, "\t");
        if (count != FIELDS || text != NULL)
            stop(path, line, "not eight fields");
        add_line(&plan, fields, path, line);
        if (rest == NULL)
            break;
    }
    for (size_t i = 0; i < plan.kind_count; i++)
        plan.weight_sum += plan.kinds[i].weight;
    if (plan.weight_sum <= 0)
        stop(path, 1, "no kind has a weight");
    *ret_plan = plan;
}

int plan_keep_only(struct plan *plan, const char *kind)
{
    for (size_t i = 0; i < plan->kind_count; i++) {
        if (strcmp(plan->kinds[i].name, kind) != 0)
            continue;
        plan->kinds[0] = plan->kinds[i];
        plan->kinds[0].weight = plan->weight_sum = 1;
        plan->kind_count = 1;
        return 1;
    }
    return 0;
}

const struct request *plan_pick(const struct plan *plan, uint64_t random, size_t *ret_kind)
{
    int ticket = (int)(random % (uint64_t)plan->weight_sum);
    size_t i = 0;

    while (ticket >= plan->kinds[i].weight)
        ticket -= plan->kinds[i++].weight;
    *ret_kind = i;
    return &plan->kinds[i].requests[(random >> 20) % plan->kinds[i].request_count];
}
