/*
 * A register's API, the front page, and what needs no log-in: is it alive, is it ready, its
 * figures.
 */
#include "serving.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "exchange/exchange.h"
#include "web/web.h"

enum { POLL_MS = 250, POLL_BESIDE_LISTENING_MS = 1000 };

/* What the server's callbacks share. */
struct service {
    struct serving *serving;
    struct job_runner *runner;
    struct listener *listener;            /* NULL: the database tells nothing */
    _Atomic(struct http_server *) server; /* NULL before it serves */
    struct api *api;
    struct http_route *routes; /* the API's, and those below */
    bool is_in_use;            /* by a handler that did not return when the server stopped */
};

static void serve_health(void *context, const struct http_request *request,
                         struct http_response *response)
{
    (void)context;
    (void)request;
    response->content_type = "application/json";
    buffer_append_text(&response->body, TEXT("{\"status\":\"ok\"}\n"));
}

static void serve_readiness(void *context, const struct http_request *request,
                            struct http_response *response)
{
    struct berm_error error = {0};

    if (!http_server_is_ready(request->server))
        http_response_problem(response, 503, NULL, TEXT("the server is stopping"));
    else if (api_worker_check(request->worker, &error) != BERM_OK)
        http_response_problem(response, 503, NULL, TEXT("the register cannot be read"));
    else
        serve_health(context, request, response);
}

static void serve_metrics(void *context, const struct http_request *request,
                          struct http_response *response)
{
    const struct service *service = context;

    response->content_type = "text/plain; version=0.0.4; charset=utf-8";
    buffer_append_format(&response->body,
                         "# HELP berm_info The program that runs.\n# TYPE berm_info gauge\n"
                         "berm_info{version=\"%s\"} 1\n",
                         berm_version());
    buffer_append_format(
        &response->body,
        "# HELP berm_batches_again_total Batches of changes that ran again: another "
        "server's was in the way, or the connection to the database broke.\n"
        "# TYPE berm_batches_again_total counter\n"
        "berm_batches_again_total %llu\n",
        (unsigned long long)api_write_again_count(service->api));
    http_metrics_write(request->server, &response->body);
}

static const struct http_route OWN_ROUTES[] = {
    {HTTP_GET, "/healthz", serve_health, HTTP_ROUTE_AHEAD, 0, NULL},
    {HTTP_GET, "/readyz", serve_readiness, HTTP_ROUTE_AHEAD, 0, NULL},
    {HTTP_GET, "/metrics", serve_metrics, HTTP_ROUTE_AHEAD, 0, NULL},
    {HTTP_GET, "/", web_serve_front, 0, 0, NULL},
    {HTTP_GET, "/en", web_serve_front_english, 0, 0, NULL},
    {HTTP_GET, "/zh", web_serve_front_chinese, 0, 0, NULL},
    {HTTP_GET, "/static/{path*}", web_serve_static, 0, 0, NULL},
};

int serving_open_log(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

/* After logrotate moved the file away. The descriptor keeps its number, so nobody need be told. */
static void reopen_log(void *context)
{
    const struct serving *serving = ((struct service *)context)->serving;
    int file;

    if (serving->log_path == NULL)
        return;
    file = serving_open_log(serving->log_path);
    if (file < 0 || dup3(file, serving->http.log_file, O_CLOEXEC) < 0)
        fprintf(stderr, "berm: the log goes on in the old file: %s: %s\n", serving->log_path,
                strerror(errno));
    if (file >= 0)
        close(file);
}

static void tell_reload_failed(void *context, const struct berm_error *error)
{
    (void)context;
    fprintf(stderr, "berm: the old certificate stays: %s\n", error->message);
}

/* One sentence for who keeps the server; the request's id leads to its line in the log. */
static void report_failure(void *context, struct text request_id, const struct berm_error *error)
{
    (void)context;
    if (request_id.length > 0)
        fprintf(stderr, "berm: request %.*s: %s\n", TEXT_ARG(request_id), error->message);
    else
        fprintf(stderr, "berm: %s\n", error->message);
}

static enum berm_status make_worker(void *context, void **ret_worker, struct berm_error *err)
{
    const struct service *service = context;

    return api_worker_create(service->api, ret_worker, err);
}

static void free_worker(void *context, void *worker)
{
    (void)context;
    api_worker_free(worker);
}

/* Whoever listens to this job is asked for more. */
static void tell_job_changed(void *context, int64_t job_id)
{
    struct service *service = context;
    const struct http_server *server = atomic_load(&service->server);

    if (server != NULL)
        http_server_wake(server, (uint64_t)job_id);
}

/* What another server did, or this one. */
static void hear(void *context, enum announcement what, int64_t job_id)
{
    struct service *service = context;

    if (what == ANNOUNCED_PROGRESS) {
        tell_job_changed(context, job_id);
        return;
    }
    tell_job_changed(context, (int64_t)HTTP_TOPIC_ALL);
    if (what != ANNOUNCED_ACCESS)
        job_runner_wake(service->runner);
}

static enum berm_status open_for_job(void *context, struct office **ret_office,
                                     struct berm_error *err)
{
    const struct service *service = context;

    return service->serving->open(service->serving->open_context, ret_office, err);
}

static void report_job_failure(void *context, const struct berm_error *error)
{
    report_failure(context, TEXT(""), error);
}

static enum berm_status start_jobs(struct service *service, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL; /* tells where the register is */
    struct job_runner_options options = {.functions = exchange_job_functions,
                                         .context = service,
                                         .open = open_for_job,
                                         .changed = tell_job_changed,
                                         .failed = report_job_failure};
    struct listener_options listening = {
        .context = service, .heard = hear, .failed = report_job_failure};

    TRY(open_for_job(service, &office, err));
    listening.store_url = options.store_url = store_url(office->store);
    /* Where the database tells, looking is for what nobody could tell: that a server died. */
    options.poll_ms = store_can_listen(office->store) ? POLL_BESIDE_LISTENING_MS : POLL_MS;
    TRY(job_runner_start(&options, &service->runner, err));
    return listener_start(&listening, &service->listener, err);
}

static enum berm_status prepare_api(struct service *service, struct berm_error *err)
{
    struct serving *serving = service->serving;
    struct http_options *options = &serving->http;
    const struct api_options api_options = {
        .open = serving->open,
        .open_context = serving->open_context,
        .is_behind_tls = options->tls_key != NULL || serving->is_behind_tls,
        .proxy = serving->proxy,
        .runner = service->runner,
        .report = report_failure,
    };
    const struct http_route *routes;
    size_t count;

    TRY(api_create(&api_options, &service->api, err));
    routes = api_routes(service->api, &count);
    service->routes = calloc(count + ARRAY_COUNT(OWN_ROUTES), sizeof *service->routes);
    if (service->routes == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for the routes");
    memcpy(service->routes, routes, count * sizeof *routes);
    memcpy(service->routes + count, OWN_ROUTES, sizeof OWN_ROUTES);
    options->routes = service->routes;
    options->route_count = count + ARRAY_COUNT(OWN_ROUTES);
    options->context = service;
    options->worker_create = make_worker;
    options->worker_free = free_worker;
    options->reload = reopen_log;
    options->reload_failed = tell_reload_failed;
    return BERM_OK;
}

static void end_service(const struct service *service)
{
    listener_stop(service->listener);
    job_runner_stop(service->runner);
    if (service->is_in_use)
        return;
    api_free(service->api);
    free(service->routes);
}

enum berm_status serving_run(struct serving *serving, struct berm_error *err)
{
    enum { ADDRESS_MAX = 256 };
    CLEANUP(end_service) struct service service = {.serving = serving};
    CLEANUP(http_server_freep) struct http_server *server = NULL;
    const char *listen = serving->http.listen;
    char address[ADDRESS_MAX];
    enum berm_status status;

    http_signals_block();
    TRY(start_jobs(&service, err));
    TRY(prepare_api(&service, err));
    TRY(http_server_start(&serving->http, &server, err));
    atomic_store(&service.server, server);
    snprintf(address, sizeof address, "%s://%.*s:%d", serving->http.tls_key ? "https" : "http",
             (int)(strrchr(listen, ':') - listen), listen, http_server_port(server));
    serving->announce(serving->announce_context, address);
    status = http_server_wait(server, err);
    service.is_in_use = http_server_is_left_behind(server);
    listener_stopp(&service.listener); /* it wakes the runner */
    job_runner_stopp(&service.runner); /* it wakes the server's streams, so it goes first */
    return status;
}
