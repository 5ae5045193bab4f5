/* What a request says before its body, and why it is refused. Pure. Private to http. */
#ifndef HTTP_HEAD_H
#define HTTP_HEAD_H

#include "http/http.h"

enum { HEAD_FIELDS_MAX = 256 };

/** status 0: nothing is wrong. detail is a literal. */
struct refusal {
    int status;
    const char *detail;
};

struct head_limits {
    size_t head_bytes_max, headers_max, target_bytes_max;
};

/** Looks at each byte of a head once, in whatever pieces it comes. Starts as zero. */
struct head_scanner {
    size_t offset;      /* bytes seen */
    size_t line_start;  /* offset of the line that offset is in */
    size_t line_count;  /* lines that have ended, without blank ones at the start */
    size_t blank_bytes; /* of the empty line that may come before a request */
    bool is_after_return;
};

/**
 * Look for the end of the head in what has come so far: always from the same first byte on.
 * 0 where more must come, or the head's length with its closing empty line. A refusal is final:
 * bare CR or LF, NUL and other controls, too long a line, too many lines, too large.
 */
size_t head_scan(struct head_scanner *scanner, struct text bytes, const struct head_limits *limits,
                 struct refusal *ret_refusal);

struct head {
    enum http_method method;
    int minor_version; /* 1 or 0 */
    struct text path;  /* as sent, without query */
    struct text query; /* without its question mark */
    struct http_field fields[HEAD_FIELDS_MAX];
    size_t field_count;
    uint64_t content_length;
    bool is_chunked;
    bool is_keep_alive;
    bool expects_continue;
};

/**
 * Read a head that head_scan found. The slices point into bytes, whose header names are made lower
 * case in place.
 * Source  RFC 9112; where it leaves a choice, what two programs could read differently is refused.
 */
struct refusal head_parse(char *bytes, size_t length, const struct head_limits *limits,
                          struct head *ret_head);

/**
 * Decode a path once into out (as long as path at least). Refused: what is not UTF-8, controls, an
 * encoded slash, backslashes, and the segments . and .. in any spelling.
 */
struct refusal path_decode(struct text path, char *out, struct text *ret_path);
/** Split and decode a query into fields; out is as long as query at least. */
struct refusal query_decode(struct text query, char *out, struct http_field *ret_fields,
                            size_t *ret_count);

/** The chunked coding, in whatever pieces it comes. Starts as zero. */
struct chunked {
    int state;
    uint64_t left_bytes; /* of the chunk */
    int digit_count;
    bool is_done;
};

/**
 * Decode from bytes: *ret_used of them are done with, and the slice *ret_data (part of bytes) is
 * body. Call again until nothing is used or is_done. Chunk extensions and trailers are refused:
 * nobody needs them, and proxies disagree on them.
 */
struct refusal chunked_decode(struct chunked *chunked, struct text bytes, size_t *ret_used,
                              struct text *ret_data);

/** Does an Accept-Encoding take this coding? One that it names goes before a star. */
bool accepts_coding(struct text list, struct text coding);

bool is_token(struct text text);
/** Next item of a comma list, trimmed; false at its end. *rest starts as the whole list. */
bool list_next(struct text *rest, struct text *ret_item);

#endif
