/* A register's server from its start to its end: for berm serve, and for the demonstration. */
#ifndef CLI_SERVING_H
#define CLI_SERVING_H

#include "http/http.h"
#include "service/service.h"

struct serving {
    struct http_options http; /* address, limits, TLS and log; routes and workers are filled in */
    const char *log_path;     /* http.log_file is this file, opened; NULL: it is no file */
    bool is_behind_tls;       /* a proxy in front speaks TLS */
    const char *proxy;        /* its address; NULL: there is none */
    /** Opens an office for each thread that needs one. */
    enum berm_status (*open)(void *context, struct office **ret_office, struct berm_error *err);
    void *open_context;
    /** The server listens; address is as a browser wants it. */
    void (*announce)(void *context, const char *address);
    void *announce_context;
};

/**
 * Serve until TERM or INT comes.
 * Errors  those of open and of http_server_start; BERM_BUSY (something had to be cut off).
 */
MUST_USE enum berm_status serving_run(struct serving *serving, struct berm_error *err);

/** Open the request log to be appended to; -1 with errno. */
int serving_open_log(const char *path);

#endif
