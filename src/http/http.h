/*
 * http: an HTTP/1.1 server for routes that the caller declares. It knows nothing of households.
 * Connections live on a few event loops; handlers run on a pool of workers behind a bounded queue.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "base/base.h"

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS,
    HTTP_METHOD_COUNT
};

enum { HTTP_PARAMETERS_MAX = 8, HTTP_QUERY_FIELDS_MAX = 64 };

const char *http_method_name(enum http_method method); /* "GET" */

struct http_server;

struct http_field {
    struct text name; /* a header's is in lower case */
    struct text value;
};

/** What a handler reads. Everything lives until the handler returns. */
struct http_request {
    enum http_method method; /* HEAD comes to the handler of GET; its body is not sent */
    struct text path;        /* decoded, well-formed UTF-8 */
    struct text body;
    const struct http_field *headers;
    size_t header_count;
    struct http_field parameters[HTTP_PARAMETERS_MAX]; /* of the route's pattern, decoded */
    size_t parameter_count;
    struct http_field query[HTTP_QUERY_FIELDS_MAX]; /* decoded, in their order */
    size_t query_count;
    struct text address; /* the peer's, without its port */
    struct text id;      /* 16 hexadecimal digits; also sent as X-Request-Id */
    struct arena *arena; /* the worker's, empty when the handler is called */
    void *worker;        /* what options.worker_create made for this thread */
    const struct http_server *server;
    const struct http_route *route; /* which of options.routes it is for */
};

/** The header's value, empty where it is missing. name is in lower case. */
struct text http_request_header(const struct http_request *request, const char *name);
struct text http_request_parameter(const struct http_request *request, const char *name);
/** The first value of a query field; false where it is missing. */
bool http_request_query(const struct http_request *request, const char *name,
                        struct text *ret_value);

/**
 * A body made piece by piece. The functions are called by workers, never two at once, but not
 * always by the same one; the next piece is asked for when the client has taken most of the last.
 * Owner   context is the handler's until close is called, exactly once in every case. The request's
 *         body, headers and address live as long; its arena is gone when the handler returns.
 */
struct http_stream {
    void *context;
    /** Append a piece to chunk (empty is fine). Failing cuts the response off, visibly. */
    enum berm_status (*next)(void *context, void *worker, struct buffer *chunk, bool *ret_is_last,
                             struct berm_error *err);
    /** is_complete false: the client went away, next failed, or the server stops. */
    void (*close)(void *context, void *worker, bool is_complete);
    /**
     * For streams of events: asked behind each next that was not the last, how long next need not
     * be asked again; 0: as soon as the client took the piece. http_server_wake ends a pause early.
     * A stream that pauses holds a connection and a timer, no worker; when the server stops it is
     * cut off at once. NULL: never.
     */
    int64_t (*pause_ms)(void *context);
    uint64_t topic; /* what http_server_wake names; 0: nothing wakes it */
};

/**
 * The language that Accept-Language likes best, as an index; 0 where it likes none of them. A wish
 * for zh-Hans-CN is one for zh.
 * Source  RFC 4647 section 3.3.1, RFC 9110 section 12.5.4.
 */
size_t http_language_choose(const struct http_request *request, const char *const *languages,
                            size_t count);

/** What a handler fills: zero but for status, which is 200. */
struct http_response {
    int status;
    const char *content_type; /* a literal; NULL: application/octet-stream */
    struct buffer body;
    struct text body_constant; /* instead of body: bytes that outlive the server */
    struct http_stream stream; /* instead of both, where next is not NULL */
    struct buffer headers;     /* private: http_response_header writes it */
    uint32_t own_headers;      /* private: which of the usual headers the handler set itself */
};

/** Add a header. A name or value that cannot be sent (line breaks, controls) makes it a 500. */
void http_response_header(struct http_response *response, const char *name, struct text value);
/**
 * Replace what was there by application/problem+json: type, title, status, detail.
 * type may be NULL ("about:blank"); detail may be empty.
 * Source  RFC 9457.
 */
void http_response_problem(struct http_response *response, int status, const char *type,
                           struct text detail);
/** The words of a status, such as "Not Found". Never NULL. */
const char *http_status_title(int status);

/** Is the tag in a list such as If-None-Match's? Weak comparison; * fits all. */
bool http_etag_is_in(struct text list, struct text etag);
/** Set ETag; where a GET's If-None-Match has it the response becomes 304, and true returns. */
bool http_response_etag(const struct http_request *request, struct http_response *response,
                        struct text etag);

enum http_range {
    HTTP_RANGE_ALL,  /* no range is asked for, or in a way that is not answered: the whole (200) */
    HTTP_RANGE_PART, /* *ret_first, *ret_count: answer with 206 and Content-Range */
    HTTP_RANGE_NONE, /* nothing of the body lies in it: 416 */
};
/**
 * What the request's Range asks of a body of total bytes. Several ranges at once are not answered.
 * etag: the body's own, for If-Range.
 * Source  RFC 9110 sections 13.1.5, 14.1.2, 14.2.
 */
enum http_range http_request_range(const struct http_request *request, struct text etag,
                                   int64_t total, int64_t *ret_first, int64_t *ret_count);

enum http_route_flags {
    HTTP_ROUTE_AHEAD =
        1, /* goes before all others, also where the queue is full: health, metrics */
    HTTP_ROUTE_WAITS =
        2, /* waits for what all share: at most waiting_handlers_max of these run at once */
};

struct http_route {
    enum http_method method; /* GET answers HEAD too */
    /** "/v1/households/{code}"; "{path*}" at the end takes all that follows. */
    const char *pattern;
    /** Called by a worker. context is options.context. */
    void (*handle)(void *context, const struct http_request *request,
                   struct http_response *response);
    uint32_t flags;
    size_t body_bytes_max; /* 0: options.body_bytes_max */
    const void *data;      /* the caller's own */
};

enum http_log_address { HTTP_LOG_NO_ADDRESS, HTTP_LOG_SHORT_ADDRESS, HTTP_LOG_FULL_ADDRESS };

/** 0 and NULL take what stands in the comment. All of it is read while the server lives. */
struct http_options {
    const char *listen; /* "127.0.0.1:8080", "[::1]:0"; must be given */
    const struct http_route *routes;
    size_t route_count;
    void *context;

    int io_thread_count;      /* one for each processor, at most 4 */
    int worker_count;         /* two for each processor */
    int waiting_handlers_max; /* three quarters of the workers, of which one at least */
    size_t queue_max;         /* 256 requests that wait for a worker */
    size_t connections_max;   /* 12,000; beyond, connections wait in the kernel */
    size_t requests_max;      /* 10,000 on one connection */
    size_t head_bytes_max;    /* 16 KiB */
    size_t headers_max;       /* 64 */
    size_t target_bytes_max;  /* 4 KiB */
    size_t body_bytes_max;    /* 1 MiB */
    size_t bodies_bytes_max;  /* 64 MiB: all bodies that are in memory at one time */
    size_t arena_bytes_max;   /* 16 MiB for each worker */
    int64_t idle_timeout_ms;  /* 75,000 between requests */
    int64_t head_timeout_ms;  /* 10,000 for a whole head */
    int64_t body_timeout_ms;  /* 10,000 in which 4 KiB must come */
    int64_t write_timeout_ms; /* 30,000 in which something must be taken */
    int64_t drain_timeout_ms; /* 10,000 to finish what runs when stopping */

    const char *tls_certificate; /* file of the chain, PEM; NULL: no TLS */
    const char *tls_key;

    /** Make and free what each worker has of its own (a store's connection). May be NULL. */
    enum berm_status (*worker_create)(void *context, void **ret_worker, struct berm_error *err);
    void (*worker_free)(void *context, void *worker);
    /** SIGHUP, called in http_server_wait. NULL: nothing beside the certificate is read again. */
    void (*reload)(void *context);
    /** The certificate could not be read again; the old one stays. May be NULL. */
    void (*reload_failed)(void *context, const struct berm_error *error);

    int log_file; /* JSON lines go to this descriptor, which stays the caller's; 0: no log */
    enum http_log_address log_address;
};

/**
 * Block in the calling thread the signals that http_server_wait takes. To be called before threads
 * of one's own are made: one that does not block them would be ended by them, and all with it.
 */
void http_signals_block(void);
/**
 * Listen and serve. SIGTERM, SIGINT and SIGHUP are blocked in the calling thread from here on,
 * because http_server_wait takes them.
 * Errors  BERM_INVALID_INPUT (address, routes, certificate), BERM_IO, BERM_NO_MEMORY.
 */
MUST_USE enum berm_status http_server_start(const struct http_options *options,
                                            struct http_server **ret_server,
                                            struct berm_error *err);
/** The port that it listens on. */
int http_server_port(const struct http_server *server);
/** Wakes every stream: what it waits for may have happened. */
#define HTTP_TOPIC_ALL UINT64_MAX
/**
 * Something happened that streams of this topic wait for: their next is asked now, also where it
 * was being asked meanwhile. From any thread, until the server is freed.
 */
void http_server_wake(const struct http_server *server, uint64_t topic);
/** false from the moment at which it is told to stop. */
bool http_server_is_ready(const struct http_server *server);
/**
 * Tell systemd READY=1 where it asks, then wait for signals: HUP reloads; TERM or INT stops.
 * Errors  as http_server_stop.
 */
MUST_USE enum berm_status http_server_wait(struct http_server *server, struct berm_error *err);
/**
 * Take no more connections, finish the requests that run, close.
 * Errors  BERM_BUSY: some did not end within the drain timeout and were cut off.
 */
MUST_USE enum berm_status http_server_stop(struct http_server *server, struct berm_error *err);
/**
 * After stopping: a handler did not return, and still uses what it was given. That must not be
 * freed then, only left to the program's end.
 */
bool http_server_is_left_behind(const struct http_server *server);
/** Stops first where need be. A handler that never returns is left behind, with its memory. */
void http_server_free(struct http_server *server);
void http_server_freep(struct http_server **server);
/** Append the server's own figures in Prometheus' text format 0.0.4. */
void http_metrics_write(const struct http_server *server, struct buffer *out);

/** A file of the program's, compressed when it was built. Empty gzip or brotli: there is none. */
struct http_asset {
    const char *path; /* as it follows the route's prefix: "office/main.js" */
    const char *content_type;
    struct text plain, gzip, brotli;
    uint64_t hash;     /* of plain */
    bool is_immutable; /* its name changes with its content: cached for a year */
};

/** Answer with the asset of this path in the form that Accept-Encoding likes best; 404 else. */
void http_asset_serve(const struct http_asset *assets, size_t asset_count, struct text path,
                      const struct http_request *request, struct http_response *response);

#endif
