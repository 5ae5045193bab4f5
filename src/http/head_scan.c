/*
 * Finding where a head ends, without trusting it. This runs on every byte that a stranger sends
 * before anything is allocated for a request, so it keeps a few counters only and sees each byte
 * once, however slowly the bytes come. Controls are refused here because what follows may then
 * treat a head as lines of text: no NUL cuts a string short, and a line ends in CR LF or not at
 * all. (Programs that take a bare LF and programs that do not can be played off against each
 * other.)
 */
#include "head.h"

static struct refusal refused(int status, const char *detail)
{
    return (struct refusal){status, detail};
}

/* A line of line_bytes ended; true where it closes the head. */
static bool end_line(struct head_scanner *scanner, size_t line_bytes)
{
    scanner->line_start = scanner->offset;
    if (line_bytes > 0) {
        scanner->line_count++;
        return false;
    }
    if (scanner->line_count > 0)
        return true;
    scanner->blank_bytes += 2;
    return false;
}

static struct refusal check_limits(const struct head_scanner *scanner,
                                   const struct head_limits *limits)
{
    size_t line_bytes = scanner->offset - scanner->line_start;

    if (scanner->blank_bytes > 2)
        return refused(400, "more than one empty line stands before the request");
    /* The method and version take up to 20 bytes beside the target. */
    if (scanner->line_count == 0 && line_bytes > limits->target_bytes_max + 20)
        return refused(414, "the address is too long");
    if (scanner->line_count > limits->headers_max + 1)
        return refused(431, "there are too many header fields");
    if (scanner->offset > limits->head_bytes_max)
        return refused(431, "the header fields are too large");
    return refused(0, NULL);
}

size_t head_scan(struct head_scanner *scanner, struct text bytes, const struct head_limits *limits,
                 struct refusal *ret_refusal)
{
    *ret_refusal = refused(0, NULL);
    while (scanner->offset < bytes.length) {
        unsigned char byte = (unsigned char)bytes.bytes[scanner->offset++];

        if (scanner->is_after_return != (byte == '\n')) {
            *ret_refusal = refused(400, "a line must end in CR LF");
            return 0;
        }
        scanner->is_after_return = byte == '\r';
        if ((byte < 0x20 && byte != '\t' && byte != '\r' && byte != '\n') || byte == 0x7F ||
            (byte >= 0x80 && scanner->line_count == 0)) {
            *ret_refusal = refused(400, "the head holds bytes that no request may have");
            return 0;
        }
        if (byte == '\n' && end_line(scanner, scanner->offset - scanner->line_start - 2))
            return scanner->offset;
        *ret_refusal = check_limits(scanner, limits);
        if (ret_refusal->status != 0)
            return 0;
    }
    return 0;
}
