/*
 * The API as a whole: the routes for http/, each worker's office, the writer with its chores, and
 * the way of a request: who calls, may they, is what they sent well-formed, run it in the right
 * place, answer.
 */
#include <stdlib.h>
#include <string.h>

#include "api/call.h"

enum {
    LOOKS_EVERY_MS = 1000, /* before the seal, which then has them */
    SEAL_EVERY_MS = 1000,
    SWEEP_EVERY_MS = 10 * 60 * 1000,
    WORKER_CACHE_KIB = 1536, /* of each; the system keeps the rest of the register in memory */
};

/* ---- A request's way ------------------------------------------------------------------------- */

/* A call and its answer, as they stood before they were begun. */
struct call_beginning {
    struct call *call;
    struct call before;
    struct http_response response;
};

/* The buffers keep the memory that they have by now. */
static void put_back(struct buffer *buffer, const struct buffer *before)
{
    buffer->length = before->length;
    buffer->has_failed = before->has_failed;
}

static void rewind_call(const struct call_beginning *beginning)
{
    struct http_response *response = beginning->call->response;
    struct buffer body = response->body, headers = response->headers;

    assert(response->stream.next == NULL); /* it is set by what cannot fail any more */
    put_back(&body, &beginning->response.body);
    put_back(&headers, &beginning->response.headers);
    *response = beginning->response;
    response->body = body;
    response->headers = headers;
    *beginning->call = beginning->before;
}

static enum berm_status run_on_writer(void *context, struct office *office, struct berm_error *err)
{
    const struct call_beginning *beginning = context;
    struct call *call = beginning->call;
    struct office *reading = beginning->before.office;
    enum berm_status status;

    rewind_call(beginning);
    call->office = office;
    office->actor = call->actor;
    status = office_refresh(office, err);
    if (status == BERM_OK)
        status = caller_fence(office->store, &call->caller, err); /* for what it answers with */
    if (status == BERM_OK)
        status = call_run_once(call, err);
    call->office = reading;
    return status;
}

static enum berm_status hand_to_writer(struct call *call, struct berm_error *err)
{
    struct call_beginning beginning = {.call = call, .before = *call, .response = *call->response};

    if (call->route->flags & ROUTE_IS_ALONE)
        return writer_run_alone(call->api->writer, run_on_writer, &beginning, err);
    return writer_run(call->api->writer, run_on_writer, &beginning, err);
}

static enum berm_status touch_session(void *context, struct office *office, struct berm_error *err)
{
    const struct call *call = context;

    return session_touch(office->store, call->session_token, call->now_s, err);
}

static enum berm_status admit(struct call *call, struct berm_error *err)
{
    bool touch_is_due = false;

    if (call->route->permission == ROUTE_FOR_ANYONE)
        return BERM_OK;
    TRY(call_authenticate(call, &touch_is_due, err));
    call->actor.name = call->caller.name;
    call->actor.role = caller_role_names(&call->caller, call->route->permission, call->role_names);
    if (call->route->permission >= 0)
        TRY(caller_check(&call->caller, (enum permission)call->route->permission, err));
    if (touch_is_due) /* a session that cannot be noted as used just now is still one */
        (void)!writer_run(call->api->writer, touch_session, call, err);
    return BERM_OK;
}

/* Long work reads in transactions of its own. */
static enum berm_status run_on_worker(struct call *call, struct berm_error *err)
{
    CLEANUP(store_unseep) struct store *store = call->office->store;

    TRY(caller_fence(store, &call->caller, err));
    return call_run_once(call, err);
}

/* What was sent with the request, once it is known who calls. */
static enum berm_status take_request(struct call *call, struct berm_error *err)
{
    TRY(call_check_queries(call, err));
    if (call->route->takes != NULL)
        TRY(call_read_body(call, err));
    call->response->status = call->route->status;
    if (call->route->gives != NULL)
        call->response->content_type =
            strchr(call->route->gives, '/') ? call->route->gives : "application/json";
    call->office->actor = call->actor;
    return BERM_OK;
}

/* What reads does so in one snapshot, from the token to the last row: who may see what, and what
 * there is, are of the same moment, and the database's locks are taken once. Which rules are in
 * force is asked together with who calls. */
static enum berm_status run_reading(struct call *call, struct berm_error *err)
{
    CLEANUP(store_snapshot_endp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *newest = NULL;

    TRY(store_snapshot_begin(call->office->store, err));
    snapshot = call->office->store;
    TRY(office_ask_pack(call->office, &newest, err));
    TRY(admit(call, err));
    TRY(caller_fence_fresh(snapshot, &call->caller, err));
    TRY(take_request(call, err));
    TRY(office_take_pack(call->office, newest, err));
    return call->route->handle(call, err);
}

static enum berm_status run_once(struct call *call, struct berm_error *err)
{
    if (call->route->kind == ROUTE_READS)
        return run_reading(call, err);
    TRY(admit(call, err));
    TRY(take_request(call, err));
    if (call->route->kind == ROUTE_WRITES)
        return hand_to_writer(call, err);
    TRY(office_refresh(call->office, err));
    return run_on_worker(call, err);
}

/* What only reads is read again where the database went away in the middle of it. */
static enum berm_status run(struct call *call, struct berm_error *err)
{
    struct call_beginning beginning = {.call = call, .before = *call, .response = *call->response};
    enum berm_status status = run_once(call, err);

    if (status != BERM_UNAVAILABLE || call->route->kind != ROUTE_READS || call->body_tree != NULL)
        return status;
    rewind_call(&beginning);
    return run_once(call, err);
}

enum berm_status call_note_look(struct call *call, enum look_kind kind, const char *what,
                                struct text code, struct berm_error *err)
{
    struct look *look;

    TRY(rows_reserve(call->arena, &call->looks, sizeof *look, call->look_count,
                     &call->look_capacity, err));
    look = &call->looks[call->look_count++];
    *look = (struct look){.kinds = kind, .what = what};
    return text_copy(call->arena, code, &look->code, err);
}

/* Nobody looks unnoticed: an answer whose looks cannot be noted is not sent. What the client has
 * already (304) shows nothing. */
static enum berm_status note_looks(struct call *call, struct berm_error *err)
{
    if (call->look_count == 0 || call->response->status >= 300)
        return BERM_OK;
    return look_note(call->api->looks, call->office->store, &call->actor, call->now_s, call->looks,
                     call->look_count, err);
}

static void answer(void *context, const struct http_request *request,
                   struct http_response *response)
{
    struct api_worker *worker = request->worker;
    struct berm_error error = {0};
    struct call call = {
        .api = worker->api,
        .request = request,
        .response = response,
        .route = request->route->data,
        .office = worker->office,
        .arena = request->arena,
        .now_s = seconds_since_1970(),
        .actor = {.via = TEXT("api"), .address = client_address(worker->api, request)},
        .json = {.out = &response->body},
    };
    struct actor self = worker->office->actor;
    enum berm_status status = run(&call, &error);

    (void)context;
    worker->office->actor = self; /* the call's lives in the request's memory */
    if (status == BERM_OK)
        status = buffer_status(&response->body, &error);
    if (status == BERM_OK)
        status = note_looks(&call, &error);
    if (status != BERM_OK)
        call_fail(&call, status, &error);
    json_tree_free(call.body_tree);
}

/* ---- Workers --------------------------------------------------------------------------------- */

enum berm_status api_worker_create(struct api *api, void **ret_worker, struct berm_error *err)
{
    struct api_worker *worker = calloc(1, sizeof *worker);
    enum berm_status status;

    if (worker == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for a worker");
    worker->api = api;
    status = api->options.open(api->options.open_context, &worker->office, err);
    if (status == BERM_OK)
        status = store_close_fence(worker->office->store, err);
    if (status != BERM_OK) {
        office_close(worker->office);
        free(worker);
        return status;
    }
    store_limit_cache(worker->office->store, WORKER_CACHE_KIB);
    *ret_worker = worker;
    return BERM_OK;
}

void api_worker_free(void *worker_given)
{
    struct api_worker *worker = worker_given;

    if (worker == NULL)
        return;
    office_close(worker->office);
    free(worker);
}

enum berm_status api_worker_check(void *worker_given, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    const struct api_worker *worker = worker_given;

    TRY(store_begin_read(worker->office->store, err));
    transaction = worker->office->store;
    return BERM_OK;
}

/* ---- The writer's chores --------------------------------------------------------------------- */

static enum berm_status flush_looks(void *context, struct office *office, struct berm_error *err)
{
    const struct api *api = context;

    return look_flush(api->looks, office, err);
}

static enum berm_status seal(void *context, struct office *office, struct berm_error *err)
{
    (void)context;
    return office_seal(office, err);
}

static enum berm_status sweep(void *context, struct office *office, struct berm_error *err)
{
    int64_t count;

    (void)context;
    TRY(answers_sweep(office->store, seconds_since_1970(), err));
    return sessions_sweep(office->store, seconds_since_1970(), &count, err);
}

static void report_chore(void *context, const struct berm_error *error)
{
    const struct api *api = context;

    if (api->options.report != NULL)
        api->options.report(api->options.report_context, TEXT(""), error);
}

/* ---- The API --------------------------------------------------------------------------------- */

static enum berm_status api_start(struct api *api, struct berm_error *err)
{
    const struct writer_chore chores[] = {
        {flush_looks, api, LOOKS_EVERY_MS},
        {seal, NULL, SEAL_EVERY_MS},
        {sweep, NULL, SWEEP_EVERY_MS},
    };
    const struct writer_options options = {
        .open = api->options.open,
        .open_context = api->options.open_context,
        .chores = chores,
        .chore_count = ARRAY_COUNT(chores),
        .report = report_chore,
        .report_context = api,
    };

    api->routes = calloc(API_ROUTE_COUNT, sizeof *api->routes);
    if (api->routes == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for the routes");
    for (size_t r = 0; r < API_ROUTE_COUNT; r++)
        api->routes[r] =
            (struct http_route){.method = API_ROUTES[r].method,
                                .pattern = API_ROUTES[r].pattern,
                                .handle = answer,
                                .flags = API_ROUTES[r].kind == ROUTE_READS ? 0 : HTTP_ROUTE_WAITS,
                                .body_bytes_max = route_body_bytes_max((int)r),
                                .data = &API_ROUTES[r]};
    TRY(look_log_create(&api->looks, err));
    TRY(password_queue_create(PASSWORD_QUEUE_LENGTH, &api->passwords, err));
    return writer_create(&options, &api->writer, err);
}

enum berm_status api_create(const struct api_options *options, struct api **ret_api,
                            struct berm_error *err)
{
    CLEANUP(api_freep) struct api *api = calloc(1, sizeof *api);

    if (api == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for the API");
    api->options = *options;
    TRY(api_start(api, err));
    *ret_api = api;
    api = NULL;
    return BERM_OK;
}

void api_free(struct api *api)
{
    if (api == NULL)
        return;
    writer_free(api->writer);
    look_log_free(api->looks); /* which the writer flushed at its end */
    password_queue_free(api->passwords);
    free(api->routes);
    free(api);
}

void api_freep(struct api **api)
{
    api_free(*api);
}

uint64_t api_write_again_count(const struct api *api)
{
    return writer_again_count(api->writer);
}

const struct http_route *api_routes(const struct api *api, size_t *ret_count)
{
    *ret_count = API_ROUTE_COUNT;
    return api->routes;
}
