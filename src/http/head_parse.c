/*
 * Reading a head whose lines head_scan.c has already found sound. The rule for everything that the
 * standard lets a server mend: do not mend it. A request that two programs can read in two ways is
 * how one user's request ends up inside another's, and no honest client sends one.
 */
#include <string.h>

#include "head.h"

static struct refusal refused(int status, const char *detail)
{
    return (struct refusal){status, detail};
}

static const struct refusal FINE = {0, NULL};

static const struct {
    struct text name;
    enum http_method method;
} METHODS[] = {
    {{"GET", 3}, HTTP_GET},         {{"HEAD", 4}, HTTP_HEAD},   {{"POST", 4}, HTTP_POST},
    {{"PUT", 3}, HTTP_PUT},         {{"PATCH", 5}, HTTP_PATCH}, {{"DELETE", 6}, HTTP_DELETE},
    {{"OPTIONS", 7}, HTTP_OPTIONS},
};

static bool is_token_byte(unsigned char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || (byte != 0 && strchr("!#$%&'*+-.^_`|~", byte) != NULL);
}

bool is_token(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (!is_token_byte((unsigned char)text.bytes[i]))
            return false;
    return text.length > 0;
}

bool list_next(struct text *rest, struct text *ret_item)
{
    while (rest->length > 0) {
        const char *comma = memchr(rest->bytes, ',', rest->length);
        size_t length = comma ? (size_t)(comma - rest->bytes) : rest->length;

        *ret_item = text_trimmed((struct text){rest->bytes, length});
        *rest = text_from(*rest, comma ? length + 1 : length);
        if (ret_item->length > 0)
            return true;
    }
    return false;
}

/* Cut bytes up to the separator off the front of *rest; false where it is not there. */
static bool cut(struct text *rest, char separator, struct text *ret_front)
{
    const char *found = rest->length == 0 ? NULL : memchr(rest->bytes, separator, rest->length);

    if (found == NULL)
        return false;
    *ret_front = (struct text){rest->bytes, (size_t)(found - rest->bytes)};
    *rest = text_from(*rest, ret_front->length + 1);
    return true;
}

static bool is_host(struct text host)
{
    for (size_t i = 0; i < host.length; i++) {
        unsigned char byte = (unsigned char)host.bytes[i];

        if (!((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
              (byte >= 'A' && byte <= 'Z') || (byte != 0 && strchr("-._~:[]", byte) != NULL)))
            return false;
    }
    return host.length > 0 && host.length <= 255;
}

/* "http://host/path": take the host off; the rest is the target. Empty host: another form. */
static struct refusal take_absolute_form(struct text *target, struct text *ret_host)
{
    static const struct text SCHEMES[] = {{"http://", 7}, {"https://", 8}};

    *ret_host = TEXT("");
    for (size_t s = 0; s < ARRAY_COUNT(SCHEMES); s++) {
        struct text scheme = {target->bytes, SCHEMES[s].length};
        const char *slash;
        struct text rest;

        if (target->length < SCHEMES[s].length ||
            !text_equal_ignoring_ascii_case(scheme, SCHEMES[s]))
            continue;
        rest = text_from(*target, SCHEMES[s].length);
        slash = rest.length == 0 ? NULL : memchr(rest.bytes, '/', rest.length);
        if (slash == NULL)
            return refused(400, "the address must have a path after its host");
        *ret_host = (struct text){rest.bytes, (size_t)(slash - rest.bytes)};
        *target = text_from(rest, ret_host->length);
        return is_host(*ret_host) ? FINE : refused(400, "the host in the address is not valid");
    }
    return FINE;
}

static struct refusal parse_request_line(struct text line, const struct head_limits *limits,
                                         struct head *head, struct text *ret_host)
{
    struct text method, target, version = line, path;
    size_t m = 0;

    if (!cut(&version, ' ', &method) || !cut(&version, ' ', &target) || !is_token(method) ||
        target.length == 0)
        return refused(400, "the first line must be: METHOD SP ADDRESS SP HTTP/1.1");
    if (version.length != 8 || memcmp(version.bytes, "HTTP/", 5) != 0 || version.bytes[6] != '.')
        return refused(400, "the first line must end in HTTP/1.1");
    if (version.bytes[5] != '1' || (version.bytes[7] != '0' && version.bytes[7] != '1'))
        return refused(505, "this server speaks HTTP/1.1");
    head->minor_version = version.bytes[7] - '0';
    while (m < ARRAY_COUNT(METHODS) && !text_equal(METHODS[m].name, method))
        m++;
    if (m == ARRAY_COUNT(METHODS))
        return refused(501, "this method is not known here");
    head->method = METHODS[m].method;
    if (target.length > limits->target_bytes_max)
        return refused(414, "the address is too long");
    for (size_t i = 0; i < target.length; i++)
        if (target.bytes[i] <= ' ' || target.bytes[i] == '#')
            return refused(400, "the address holds a byte that must be percent-encoded");
    struct refusal refusal = take_absolute_form(&target, ret_host);
    if (refusal.status != 0)
        return refusal;
    if (target.bytes[0] != '/')
        return refused(400, "the address must begin with a slash");
    head->path = target;
    head->query = TEXT("");
    if (cut(&target, '?', &path)) {
        head->path = path;
        head->query = target;
    }
    return FINE;
}

static struct refusal parse_field(char *bytes, size_t length, struct http_field *ret_field)
{
    char *colon = memchr(bytes, ':', length);

    if (bytes[0] == ' ' || bytes[0] == '\t')
        return refused(400, "a header field must stand on one line");
    if (colon == NULL || !is_token((struct text){bytes, (size_t)(colon - bytes)}))
        return refused(400, "a header field's name is not valid");
    for (char *c = bytes; c < colon; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c += 'a' - 'A';
    ret_field->name = (struct text){bytes, (size_t)(colon - bytes)};
    ret_field->value = text_trimmed((struct text){colon + 1, length - (size_t)(colon + 1 - bytes)});
    return FINE;
}

/* The fields that may come once only. */
struct singles {
    const struct text *host, *length, *coding, *expect, *content_type, *authorization;
};

static struct refusal collect(const struct head *head, struct singles *ret_singles)
{
    const struct {
        struct text name;
        const struct text **value;
    } KNOWN[] = {
        {TEXT("host"), &ret_singles->host},
        {TEXT("content-length"), &ret_singles->length},
        {TEXT("transfer-encoding"), &ret_singles->coding},
        {TEXT("expect"), &ret_singles->expect},
        {TEXT("content-type"), &ret_singles->content_type},
        {TEXT("authorization"), &ret_singles->authorization},
    };

    for (size_t f = 0; f < head->field_count; f++)
        for (size_t k = 0; k < ARRAY_COUNT(KNOWN); k++) {
            if (!text_equal(head->fields[f].name, KNOWN[k].name))
                continue;
            if (*KNOWN[k].value != NULL)
                return refused(400, "a header field that may come once comes twice");
            *KNOWN[k].value = &head->fields[f].value;
        }
    return FINE;
}

static struct refusal parse_length(struct text value, uint64_t *ret_length)
{
    uint64_t length = 0;

    if (value.length == 0 || value.length > 18)
        return refused(400, "Content-Length must be one whole number");
    for (size_t i = 0; i < value.length; i++) {
        if (value.bytes[i] < '0' || value.bytes[i] > '9')
            return refused(400, "Content-Length must be one whole number");
        length = length * 10 + (uint64_t)(value.bytes[i] - '0');
    }
    *ret_length = length;
    return FINE;
}

/* Where the body ends. */
static struct refusal check_framing(const struct singles *singles, struct head *head)
{
    if (singles->length != NULL && singles->coding != NULL)
        return refused(400, "Content-Length and Transfer-Encoding may not come together");
    if (singles->coding != NULL) {
        if (head->minor_version == 0)
            return refused(400, "HTTP/1.0 has no Transfer-Encoding");
        if (!text_equal_ignoring_ascii_case(*singles->coding, TEXT("chunked")))
            return refused(501, "the only Transfer-Encoding that is taken is chunked");
        head->is_chunked = true;
    }
    if (singles->length != NULL) {
        struct refusal refusal = parse_length(*singles->length, &head->content_length);
        if (refusal.status != 0)
            return refusal;
    }
    if ((head->method == HTTP_GET || head->method == HTTP_HEAD) &&
        (head->is_chunked || head->content_length > 0))
        return refused(400, "GET and HEAD take no body");
    return FINE;
}

static struct refusal check_host(const struct singles *singles, const struct head *head,
                                 struct text host_of_target)
{
    if (singles->host == NULL)
        return head->minor_version == 0 ? FINE : refused(400, "the Host field is missing");
    if (!is_host(*singles->host))
        return refused(400, "the Host field is not valid");
    if (host_of_target.length > 0 &&
        !text_equal_ignoring_ascii_case(*singles->host, host_of_target))
        return refused(400, "the Host field is not the address's host");
    return FINE;
}

static struct refusal interpret(struct head *head, struct text host_of_target)
{
    struct singles singles = {0};
    struct refusal refusal = collect(head, &singles);

    if (refusal.status == 0)
        refusal = check_framing(&singles, head);
    if (refusal.status == 0)
        refusal = check_host(&singles, head, host_of_target);
    if (refusal.status != 0)
        return refusal;
    if (singles.expect != NULL) {
        if (!text_equal_ignoring_ascii_case(*singles.expect, TEXT("100-continue")))
            return refused(417, "the only Expect that is met is 100-continue");
        head->expects_continue = head->minor_version == 1;
    }
    head->is_keep_alive = head->minor_version == 1;
    for (size_t f = 0; f < head->field_count; f++) {
        struct text rest = head->fields[f].value;
        struct text item;

        if (text_equal(head->fields[f].name, TEXT("connection")))
            while (list_next(&rest, &item))
                if (text_equal_ignoring_ascii_case(item, TEXT("close")))
                    head->is_keep_alive = false;
    }
    return FINE;
}

struct refusal head_parse(char *bytes, size_t length, const struct head_limits *limits,
                          struct head *ret_head)
{
    struct refusal refusal = FINE;
    struct text host_of_target = TEXT("");
    char *at = bytes, *end = bytes + length;
    bool is_first = true;

    ret_head->field_count = 0;
    ret_head->content_length = 0;
    ret_head->is_chunked = ret_head->expects_continue = false;
    while (at < end && refusal.status == 0) {
        char *line_end = memchr(at, '\r', (size_t)(end - at));
        size_t line_bytes = (size_t)((line_end ? line_end : end) - at);

        if (line_bytes > 0 && is_first) {
            refusal = parse_request_line((struct text){at, line_bytes}, limits, ret_head,
                                         &host_of_target);
            is_first = false;
        } else if (line_bytes > 0) {
            if (ret_head->field_count == HEAD_FIELDS_MAX ||
                ret_head->field_count == limits->headers_max)
                return refused(431, "there are too many header fields");
            refusal = parse_field(at, line_bytes, &ret_head->fields[ret_head->field_count++]);
        }
        at += line_bytes + 2;
    }
    if (refusal.status == 0 && is_first)
        refusal = refused(400, "the request has no first line");
    return refusal.status != 0 ? refusal : interpret(ret_head, host_of_target);
}
