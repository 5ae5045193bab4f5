/* From method and path to the route. Private to http. */
#ifndef HTTP_ROUTER_H
#define HTTP_ROUTER_H

#include "http/http.h"

struct router;

/** Errors  BERM_INVALID_INPUT: a pattern that is not valid, or two routes for the same requests. */
MUST_USE enum berm_status router_create(const struct http_route *routes, size_t route_count,
                                        struct router **ret_router, struct berm_error *err);
void router_free(struct router *router);
void router_freep(struct router **router);

struct match {
    int route_index;        /* -1: none */
    uint32_t allow_methods; /* a bit for each method that some route takes on this path */
    struct http_field parameters[HTTP_PARAMETERS_MAX]; /* slices of the path */
    size_t parameter_count;
};

/** Where several patterns fit, the one that has literal words first. Threads may share a router. */
void router_match(const struct router *router, enum http_method method, struct text path,
                  struct match *ret_match);
/** "GET, HEAD, POST" */
void allow_write(uint32_t methods, struct buffer *out);

#endif
