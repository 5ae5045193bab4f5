/* What to ask: requests by kind, and how often each kind comes. */
#ifndef BENCH_API_PLAN_H
#define BENCH_API_PLAN_H

#include <stddef.h>
#include <stdint.h>

enum { KINDS_MAX = 16 };

/** One line of the plan. Texts are ended by 0 and lie in the plan's memory. */
struct request {
    const char *method;
    const char *path;
    int status;           /* that the answer must have */
    size_t length_min;    /* that its body must have at least */
    const char *contains; /* that its body must hold; may be empty */
    const char *body;     /* empty: none */
};

struct kind {
    const char *name;
    int weight;
    struct request *requests;
    size_t request_count;
};

struct plan {
    char *memory;
    struct kind kinds[KINDS_MAX];
    size_t kind_count;
    int weight_sum;
};

/**
 * Read a plan: lines of eight fields between tabs, kind, weight, method, path, status, shortest
 * body, text in the body, body to send. A kind has one weight, and as many lines as it likes, which
 * are taken at random. "{n}" in a path or body is replaced by a number that comes only once.
 * Ends the program with a message where the plan is wrong.
 */
void plan_read(const char *path, struct plan *ret_plan);
/** Leave only one kind; 0 where there is none of this name. */
int plan_keep_only(struct plan *plan, const char *kind);
/** By weight, then any of the kind's requests. random: a fresh number. */
const struct request *plan_pick(const struct plan *plan, uint64_t random, size_t *ret_kind);

#endif
