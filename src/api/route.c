/* The rows of routes.def, read once for each kind: routes, query fields, limits, tags. */
#include "api/route.h"

#include "api/call.h"

/* The words of the column who that are no permissions. */
enum {
    PERMISSION_ANYONE = ROUTE_FOR_ANYONE,
    PERMISSION_SIGNED_IN = ROUTE_FOR_SIGNED_IN,
};

/* A number for each route; a query field of a route that is not there does not compile. */
enum {
#define ROUTE(id, ...) INDEX_##id,
#include "api/routes.def"
};

const struct api_route API_ROUTES[] = {
#define ROUTE(id, method, pattern, who, kind, flags, takes, status, gives, tag, summary)           \
    {#id,          HTTP_##method, pattern, (int)PERMISSION_##who,                                  \
     ROUTE_##kind, flags,         takes,   status,                                                 \
     gives,        tag,           summary, handle_##id},
#include "api/routes.def"
};
const size_t API_ROUTE_COUNT = ARRAY_COUNT(API_ROUTES);

static const struct route_query QUERIES[] = {
#define QUERY(id, name, kind, meaning) {INDEX_##id, #name, QUERY_##kind, meaning},
#include "api/routes.def"
};

const struct route_tag API_TAGS[] = {
#define TAG(name, description) {name, description},
#include "api/routes.def"
};
const size_t API_TAG_COUNT = ARRAY_COUNT(API_TAGS);

static const struct {
    int route_index;
    size_t bytes;
} BODY_LIMITS[] = {
    {-1, 0},
#define BODY_MAX(id, bytes) {INDEX_##id, bytes},
#include "api/routes.def"
};

const struct route_query *route_queries(int route_index, size_t *ret_count)
{
    size_t first = 0;
    size_t count = 0;

    while (first < ARRAY_COUNT(QUERIES) && QUERIES[first].route_index != route_index)
        first++;
    while (first + count < ARRAY_COUNT(QUERIES) &&
           QUERIES[first + count].route_index == route_index)
        count++;
    *ret_count = count;
    return QUERIES + first;
}

size_t route_body_bytes_max(int route_index)
{
    for (size_t l = 0; l < ARRAY_COUNT(BODY_LIMITS); l++)
        if (BODY_LIMITS[l].route_index == route_index)
            return BODY_LIMITS[l].bytes;
    return 0;
}
