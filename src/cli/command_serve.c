/*
 * berm serve: the HTTP server: a register's API, and what needs no log-in: is it alive, is it
 * ready, its figures.
 */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "web/web.h"

/* What the server's callbacks share. */
struct service {
    struct invocation *invocation;
    struct api *api;
    struct http_route *routes; /* the API's, and those below */
    const char *log_path;      /* NULL: no file that could be opened again */
    int log_file;
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
    if (http_server_is_ready(request->server))
        serve_health(context, request, response);
    else
        http_response_problem(response, 503, NULL, TEXT("the server is stopping"));
}

static void serve_metrics(void *context, const struct http_request *request,
                          struct http_response *response)
{
    (void)context;
    response->content_type = "text/plain; version=0.0.4; charset=utf-8";
    buffer_append_format(&response->body,
                         "# HELP berm_info The program that runs.\n# TYPE berm_info gauge\n"
                         "berm_info{version=\"%s\"} 1\n",
                         berm_version());
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

/* Half of them may wait for the writer while the others go on reading. */
enum { WORKERS = 8 };

static int open_log(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

/* After logrotate moved the file away. The descriptor keeps its number, so nobody need be told. */
static void reopen_log(void *context)
{
    const struct service *service = context;
    int file;

    if (service->log_path == NULL)
        return;
    file = open_log(service->log_path);
    if (file < 0 || dup3(file, service->log_file, O_CLOEXEC) < 0)
        fprintf(stderr, "berm: the log goes on in the old file: %s: %s\n", service->log_path,
                strerror(errno));
    if (file >= 0)
        close(file);
}

static void tell_reload_failed(void *context, const struct berm_error *error)
{
    (void)context;
    fprintf(stderr, "berm: the old certificate stays: %s\n", error->message);
}

static enum berm_status prepare_log(struct invocation *invocation, struct service *service,
                                    struct http_options *options, struct berm_error *err)
{
    const char *path = invocation_value(invocation, "log");
    const char *address = invocation_value(invocation, "log-address");

    if (path != NULL && strcmp(path, "-") == 0) {
        options->log_file = STDOUT_FILENO;
    } else if (path != NULL) {
        service->log_file = open_log(path);
        if (service->log_file < 0)
            return fail_with(err, BERM_IO, "--log %s: %s", path, strerror(errno));
        service->log_path = path;
        options->log_file = service->log_file;
    }
    if (address == NULL || strcmp(address, "none") == 0) {
        options->log_address = HTTP_LOG_NO_ADDRESS;
    } else if (strcmp(address, "short") == 0) {
        options->log_address = HTTP_LOG_SHORT_ADDRESS;
    } else if (strcmp(address, "full") == 0) {
        options->log_address = HTTP_LOG_FULL_ADDRESS;
    } else {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT, "--log-address %s: it is none, short or full",
                         address);
    }
    return BERM_OK;
}

static enum berm_status read_options(struct invocation *invocation, struct http_options *options,
                                     struct berm_error *err)
{
    const char *listen = invocation_value(invocation, "listen");
    int64_t workers, io_threads, queue, connections, idle_seconds, drain_seconds;

    TRY(invocation_int64(invocation, "workers", 2, 256, WORKERS, &workers, err));
    TRY(invocation_int64(invocation, "io-threads", 1, 16, 0, &io_threads, err));
    TRY(invocation_int64(invocation, "queue", 1, 1000000, 0, &queue, err));
    TRY(invocation_int64(invocation, "max-connections", 1, 1000000, 0, &connections, err));
    TRY(invocation_int64(invocation, "idle-seconds", 1, 86400, 0, &idle_seconds, err));
    TRY(invocation_int64(invocation, "drain-seconds", 1, 3600, 0, &drain_seconds, err));
    options->listen = listen ? listen : "127.0.0.1:8080";
    options->worker_count = (int)workers;
    options->io_thread_count = (int)io_threads;
    options->queue_max = (size_t)queue;
    options->connections_max = (size_t)connections;
    options->idle_timeout_ms = idle_seconds * 1000;
    options->drain_timeout_ms = drain_seconds * 1000;
    options->tls_certificate = invocation_value(invocation, "tls-certificate");
    options->tls_key = invocation_value(invocation, "tls-key");
    return BERM_OK;
}

/* ---- The API --------------------------------------------------------------------------------- */

static enum berm_status open_office(void *context, struct office **ret_office,
                                    struct berm_error *err)
{
    return invocation_open_to_write(context, ret_office, err);
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

static enum berm_status prepare_api(struct service *service, struct http_options *options,
                                    struct berm_error *err)
{
    const struct api_options api_options = {
        .open = open_office,
        .open_context = service->invocation,
        .is_behind_tls =
            options->tls_key != NULL || invocation_has(service->invocation, "behind-tls"),
        .writes_max = (size_t)options->worker_count / 2,
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
    return BERM_OK;
}

static void end_service(const struct service *service)
{
    api_free(service->api);
    free(service->routes);
    if (service->log_file >= 0)
        close(service->log_file);
}

enum berm_status command_serve(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(end_service) struct service service = {.invocation = invocation, .log_file = -1};
    CLEANUP(http_server_freep) struct http_server *server = NULL;
    struct http_options options = {.reload = reopen_log, .reload_failed = tell_reload_failed};

    TRY(read_options(invocation, &options, err));
    TRY(prepare_log(invocation, &service, &options, err));
    http_signals_block();
    TRY(prepare_api(&service, &options, err));
    TRY(http_server_start(&options, &server, err));
    fprintf(stderr, "Serving on %s://%.*s:%d\n", options.tls_key ? "https" : "http",
            (int)(strrchr(options.listen, ':') - options.listen), options.listen,
            http_server_port(server));
    return http_server_wait(server, err);
}
