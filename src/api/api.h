/*
 * The HTTP API: everything under /v1. routes.def has one row for each route; a handler decodes,
 * calls one service function, and writes. README.md tells how to add one.
 */
#ifndef API_API_H
#define API_API_H

#include "exchange/exchange.h"
#include "http/http.h"
#include "service/service.h"

struct api;

struct api_options {
    /** Opens an office, with its key where there is one: for each worker, and for the writer. */
    enum berm_status (*open)(void *context, struct office **ret_office, struct berm_error *err);
    void *open_context;
    const char *proxy;         /* the address whose X-Forwarded-For is believed; NULL: nobody's */
    bool is_behind_tls;        /* browsers come over TLS: the session's cookie is for TLS only */
    struct job_runner *runner; /* runs the jobs, here or standing by; must outlive the api */
    /** A fault that is not the client's, or of a chore (then request_id is empty). May be NULL. */
    void (*report)(void *context, struct text request_id, const struct berm_error *error);
    void *report_context;
};

/**
 * Owner   options is copied; what it points to must outlive the api.
 * Errors  those of open; BERM_NO_MEMORY.
 */
MUST_USE enum berm_status api_create(const struct api_options *options, struct api **ret_api,
                                     struct berm_error *err);
/** Ends the writer. Call it when the server has stopped. NULL is fine. */
void api_free(struct api *api);
void api_freep(struct api **api);

/** The routes, for a server whose workers are made and freed by the two below. */
const struct http_route *api_routes(const struct api *api, size_t *ret_count);
MUST_USE enum berm_status api_worker_create(struct api *api, void **ret_worker,
                                            struct berm_error *err);
void api_worker_free(void *worker);
/** Whether the worker can read the register: BERM_UNAVAILABLE, BERM_BUSY or BERM_IO where not. */
MUST_USE enum berm_status api_worker_check(void *worker, struct berm_error *err);
/** How often changes were written again because another server's were in their way, or the
 * connection broke. */
uint64_t api_write_again_count(const struct api *api);

/** The OpenAPI 3.1 description, as /v1/openapi.json serves it. */
MUST_USE enum berm_status api_write_openapi(const struct dictionary *dictionary,
                                            struct json_writer *json, struct berm_error *err);

#endif
