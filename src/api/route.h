/* routes.def as a table. Private to api. */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include "api/api.h"

struct call;

/** Where a route's handler runs. */
enum route_kind {
    ROUTE_READS,   /* on a worker, with the worker's office */
    ROUTE_WRITES,  /* on the writer's thread, with its office, inside its batch */
    ROUTE_HANDLES, /* on a worker, writing by itself: what takes too long for the batch */
};

/** Who may come in, where it is not a permission. */
enum {
    ROUTE_FOR_ANYONE = -2,    /* without log-in */
    ROUTE_FOR_SIGNED_IN = -1, /* any account */
};

enum route_flags {
    ROUTE_HAS_SECRET = 1,    /* the answer holds a secret that is told once: it is not kept */
    ROUTE_NEEDS_VERSION = 2, /* If-Match must be given: 428 without */
    ROUTE_IS_VERSIONED = 4,  /* the answer has an ETag */
    ROUTE_HAS_RANGES = 16, /* GET: a part of the answer may be asked for (Range); it has an ETag */
    ROUTE_IS_ALONE = 8,    /* WRITES: nobody else writes to the register meanwhile */
};

struct api_route {
    const char *id; /* also OpenAPI's operationId */
    enum http_method method;
    const char *pattern;
    int permission; /* or ROUTE_FOR_... */
    enum route_kind kind;
    uint32_t flags;
    const char *takes; /* schema of a JSON body, or a content type, with a slash; NULL: no body */
    int status;        /* of success */
    const char *gives; /* the same for the answer; of several types, "a/b, c/d", the handler says
                          which it is */
    const char *tag;
    const char *summary;
    enum berm_status (*handle)(struct call *call, struct berm_error *err);
};

enum query_kind {
    QUERY_TEXT,
    QUERY_TEXTS, /* may come several times */
    QUERY_INTEGER,
    QUERY_BOOLEAN,
    QUERY_MONTH,
    QUERY_DATE,
    QUERY_LANGUAGE, /* zh or en */
};

struct route_query {
    int route_index;
    const char *name;
    enum query_kind kind;
    const char *meaning;
};

struct route_tag {
    const char *name, *description;
};

extern const struct route_tag API_TAGS[];
extern const size_t API_TAG_COUNT;
extern const struct api_route API_ROUTES[];
extern const size_t API_ROUTE_COUNT;

/** The fields of the query string that a route takes. */
const struct route_query *route_queries(int route_index, size_t *ret_count);
/** The largest body that a route takes; 0: the server's usual. */
size_t route_body_bytes_max(int route_index);

#endif
