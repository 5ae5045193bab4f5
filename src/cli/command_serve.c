/* berm serve: the HTTP server of a register. */
#include "cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "serving.h"

/* Three quarters of them may wait for the writer while the others go on reading; each has its
 * cache. */
enum { WORKERS = 8 };

static enum berm_status prepare_log(struct invocation *invocation, struct serving *serving,
                                    struct berm_error *err)
{
    const char *path = invocation_value(invocation, "log");
    const char *address = invocation_value(invocation, "log-address");

    if (path != NULL && strcmp(path, "-") == 0) {
        serving->http.log_file = STDOUT_FILENO;
    } else if (path != NULL) {
        serving->http.log_file = serving_open_log(path);
        if (serving->http.log_file < 0)
            return fail_with(err, BERM_IO, "--log %s: %s", path, strerror(errno));
        serving->log_path = path;
    }
    if (address == NULL || strcmp(address, "none") == 0) {
        serving->http.log_address = HTTP_LOG_NO_ADDRESS;
    } else if (strcmp(address, "short") == 0) {
        serving->http.log_address = HTTP_LOG_SHORT_ADDRESS;
    } else if (strcmp(address, "full") == 0) {
        serving->http.log_address = HTTP_LOG_FULL_ADDRESS;
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

static enum berm_status open_office(void *context, struct office **ret_office,
                                    struct berm_error *err)
{
    return invocation_open_to_write(context, ret_office, err);
}

static void tell_address(void *context, const char *address)
{
    (void)context;
    fprintf(stderr, "Serving on %s\n", address);
}

static void close_log(const struct serving *serving)
{
    if (serving->log_path != NULL)
        close(serving->http.log_file);
}

enum berm_status command_serve(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(close_log)
    struct serving serving = {
        .is_behind_tls = invocation_has(invocation, "behind-tls"),
        .proxy = invocation_value(invocation, "proxy"),
        .open = open_office,
        .open_context = invocation,
        .announce = tell_address,
    };

    TRY(read_options(invocation, &serving.http, err));
    TRY(prepare_log(invocation, &serving, err));
    return serving_run(&serving, err);
}
