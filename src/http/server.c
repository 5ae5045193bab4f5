/* A server's start, its signals, and its end. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "server.h"

enum { STUCK_HANDLER_MS = 1000 };

#define DEFAULT(member, value) options->member = options->member ? options->member : (value)

static enum berm_status fill_in(struct http_options *options, struct berm_error *err)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    processors = processors < 1 ? 1 : processors;
    DEFAULT(io_thread_count, processors < 4 ? (int)processors : 4);
    DEFAULT(worker_count, processors < 64 ? 2 * (int)processors : 128);
    DEFAULT(waiting_handlers_max, options->worker_count < 2 ? 1 : options->worker_count * 3 / 4);
    DEFAULT(queue_max, 256);
    DEFAULT(connections_max, 12000);
    DEFAULT(requests_max, 10000);
    DEFAULT(head_bytes_max, 16 << 10);
    DEFAULT(headers_max, 64);
    DEFAULT(target_bytes_max, 4 << 10);
    DEFAULT(body_bytes_max, 1 << 20);
    DEFAULT(bodies_bytes_max, 64 << 20);
    DEFAULT(arena_bytes_max, 16 << 20);
    DEFAULT(idle_timeout_ms, 75000);
    DEFAULT(head_timeout_ms, 10000);
    DEFAULT(body_timeout_ms, 10000);
    DEFAULT(write_timeout_ms, 30000);
    DEFAULT(drain_timeout_ms, 10000);
    if (options->io_thread_count > IO_THREADS_MAX || options->io_thread_count < 1 ||
        options->worker_count > WORKERS_MAX || options->worker_count < 1 ||
        options->headers_max > HEAD_FIELDS_MAX)
        return fail_with(err, BERM_INVALID_INPUT,
                         "at most %d I/O threads, %d workers and %d header fields are possible",
                         IO_THREADS_MAX, WORKERS_MAX, HEAD_FIELDS_MAX);
    if ((options->tls_certificate == NULL) != (options->tls_key == NULL))
        return fail_with(err, BERM_INVALID_INPUT, "TLS needs a certificate and its key");
    return BERM_OK;
}

static enum berm_status build(struct http_server *server, struct berm_error *err)
{
    struct http_options *options = &server->options;

    TRY(fill_in(options, err));
    server->limits = (struct head_limits){options->head_bytes_max, options->headers_max,
                                          options->target_bytes_max};
    if (getrandom(&server->next_id, sizeof server->next_id, 0) < 0)
        return fail_with(err, BERM_IO, "the system gives no random numbers: %s", strerror(errno));
    TRY(router_create(options->routes, options->route_count, &server->router, err));
    server->metrics = metrics_create(options->route_count);
    if (server->metrics == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for the server");
    if (options->tls_certificate != NULL)
        TRY(tls_create(options->tls_certificate, options->tls_key, &server->tls, err));
    TRY(listen_on(options->listen, &server->listen_socket, &server->port, err));
    if (options->log_file > 0)
        TRY(request_log_create(options->log_file, options->log_address, &server->log, err));
    TRY(workers_create(server, &server->workers, err));
    for (int l = 0; l < options->io_thread_count; l++) {
        TRY(loop_create(server, &server->loops[l], err));
        server->loop_count++;
    }
    return BERM_OK;
}

static void wanted_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
}

enum berm_status http_server_start(const struct http_options *options,
                                   struct http_server **ret_server, struct berm_error *err)
{
    CLEANUP(http_server_freep) struct http_server *server = calloc(1, sizeof *server);
    sigset_t all, before, wanted;
    enum berm_status status;

    if (server == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for the server");
    server->options = *options;
    server->listen_socket = -1;
    /* The server's threads take no signals; SIGPIPE in them would end the program. */
    sigfillset(&all);
    wanted_signals(&wanted);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    status = build(server, err);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (status != BERM_OK)
        return status;
    pthread_sigmask(SIG_BLOCK, &wanted, NULL);
    *ret_server = server;
    server = NULL;
    return BERM_OK;
}

void http_signals_block(void)
{
    sigset_t wanted;

    wanted_signals(&wanted);
    pthread_sigmask(SIG_BLOCK, &wanted, NULL);
}

int http_server_port(const struct http_server *server)
{
    return server->port;
}

void http_server_wake(const struct http_server *server, uint64_t topic)
{
    for (int l = 0; l < server->loop_count; l++)
        loop_wake_topic(server->loops[l], topic);
}

bool http_server_is_ready(const struct http_server *server)
{
    return !atomic_load(&server->is_stopping);
}

static void reload(struct http_server *server)
{
    char state[80];

    snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%llu",
             (unsigned long long)(clock_ns() / 1000));
    notify_supervisor(state);
    if (server->tls != NULL) {
        struct berm_error error;

        if (tls_reload(server->tls, &error) != BERM_OK && server->options.reload_failed != NULL)
            server->options.reload_failed(server->options.context, &error);
    }
    if (server->options.reload != NULL)
        server->options.reload(server->options.context);
    notify_supervisor("READY=1");
}

static void tell_loops(struct http_server *server, enum loop_order order)
{
    for (int l = 0; l < server->loop_count; l++)
        loop_tell(server->loops[l], order);
}

/* How often systemd wants to hear of us, halved as it recommends; 0: not at all.
 * Source  sd_watchdog_enabled(3). */
static int64_t watchdog_interval_ns(void)
{
    const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    int64_t period_usec, wanted_pid;

    if (usec == NULL || !text_parse_int64(text_of(usec), &period_usec) || period_usec <= 0 ||
        period_usec > INT64_MAX / 1000)
        return 0;
    if (pid != NULL &&
        (!text_parse_int64(text_of(pid), &wanted_pid) || wanted_pid != (int64_t)getpid()))
        return 0;
    return period_usec * 1000 / 2;
}

/* A sign of life is one of the loops, not of this thread: each must have come to the last order. */
static void tell_watchdog(struct http_server *server)
{
    bool have_all_answered = true;

    for (int l = 0; l < server->loop_count; l++)
        have_all_answered = loop_has_answered(server->loops[l]) && have_all_answered;
    if (have_all_answered)
        notify_supervisor("WATCHDOG=1");
    tell_loops(server, LOOP_ANSWER);
}

enum berm_status http_server_wait(struct http_server *server, struct berm_error *err)
{
    int64_t interval_ns = watchdog_interval_ns();
    const struct timespec interval = {interval_ns / 1000000000, interval_ns % 1000000000};
    sigset_t wanted;
    int signal_number;

    wanted_signals(&wanted);
    pthread_sigmask(SIG_BLOCK, &wanted, NULL);
    notify_supervisor("READY=1");
    do {
        signal_number =
            interval_ns > 0 ? sigtimedwait(&wanted, NULL, &interval) : sigwaitinfo(&wanted, NULL);
        if (signal_number == SIGHUP)
            reload(server);
        else if (signal_number < 0 && errno == EAGAIN)
            tell_watchdog(server);
    } while (signal_number == SIGHUP || signal_number < 0);
    notify_supervisor("STOPPING=1");
    return http_server_stop(server, err);
}

static int64_t left_ms(uint64_t until_ns)
{
    uint64_t now_ns = clock_ns();

    return now_ns >= until_ns ? 0 : (int64_t)((until_ns - now_ns) / 1000000);
}

static bool join_loops(struct http_server *server, uint64_t until_ns)
{
    bool have_all = true;

    for (int l = 0; l < server->loop_count; l++)
        have_all = loop_join(server->loops[l], left_ms(until_ns)) && have_all;
    return have_all;
}

enum berm_status http_server_stop(struct http_server *server, struct berm_error *err)
{
    uint64_t until_ns = clock_ns() + (uint64_t)server->options.drain_timeout_ms * (uint64_t)1000000;
    bool have_all;

    if (server->is_stopped)
        return BERM_OK;
    server->is_stopped = true;
    atomic_store(&server->is_stopping, true);
    tell_loops(server, LOOP_DRAIN);
    have_all = join_loops(server, until_ns);
    if (!have_all) {
        tell_loops(server, LOOP_ABORT);
        if (!join_loops(server, clock_ns() + (uint64_t)STUCK_HANDLER_MS * 1000000))
            server->is_left_behind = true; /* a handler still holds an exchange of its loop */
    }
    if (server->workers != NULL && !server->is_left_behind &&
        !workers_stop(server->workers, STUCK_HANDLER_MS))
        server->is_left_behind = true;
    if (!have_all)
        return fail_with(err, BERM_BUSY,
                         "some requests did not end within %lld ms and were cut off",
                         (long long)server->options.drain_timeout_ms);
    return BERM_OK;
}

bool http_server_is_left_behind(const struct http_server *server)
{
    return server->is_left_behind;
}

void http_server_free(struct http_server *server)
{
    struct berm_error error;

    if (server == NULL)
        return;
    (void)!http_server_stop(server, &error);
    if (server->is_left_behind)
        return;
    for (int l = 0; l < server->loop_count; l++)
        loop_free(server->loops[l]);
    if (server->listen_socket >= 0)
        close(server->listen_socket);
    workers_free(server->workers);
    request_log_free(server->log);
    tls_free(server->tls);
    router_free(server->router);
    metrics_free(server->metrics);
    free(server);
}

void http_server_freep(struct http_server **server)
{
    http_server_free(*server);
}

void http_metrics_write(const struct http_server *server, struct buffer *out)
{
    struct gauges gauges = {
        .connections = atomic_load(&server->connection_count),
        .queued = workers_waiting(server->workers),
        .busy_workers = workers_busy(server->workers),
        .workers = (size_t)server->options.worker_count,
        .bodies_bytes = atomic_load(&server->bodies_bytes),
    };

    metrics_write(server->metrics, server->options.routes, server->options.route_count, gauges,
                  out);
}
