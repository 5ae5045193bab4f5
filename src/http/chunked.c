/*
 * The chunked transfer coding, read strictly: hexadecimal size, CR LF, bytes, CR LF, and at the end
 * 0 CR LF CR LF. Extensions, trailers, bare line feeds and white space about the size are refused;
 * they are where programs that read the same connection have parted ways.
 */
#include "head.h"

enum state { SIZE, SIZE_LF, DATA, DATA_CR, DATA_LF, END_CR, END_LF };

static const struct refusal FINE = {0, NULL};
static const struct refusal BROKEN = {400, "the chunked body is broken"};

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static struct refusal read_size(struct chunked *chunked, char c)
{
    int digit = hex_value(c);

    if (c == '\r' && chunked->digit_count > 0) {
        chunked->state = SIZE_LF;
        return FINE;
    }
    if (c == ';' && chunked->digit_count > 0)
        return (struct refusal){400, "chunk extensions are not taken"};
    if (digit < 0 || chunked->digit_count == 15)
        return BROKEN;
    chunked->left_bytes = chunked->left_bytes * 16 + (uint64_t)digit;
    chunked->digit_count++;
    return FINE;
}

/* One byte that is not body. */
static struct refusal read_frame(struct chunked *chunked, char c)
{
    static const char WANTED[] = {
        [SIZE_LF] = '\n', [DATA_CR] = '\r', [DATA_LF] = '\n', [END_CR] = '\r', [END_LF] = '\n'};

    if (chunked->state == SIZE)
        return read_size(chunked, c);
    if (chunked->state == END_CR && c != '\r')
        return (struct refusal){400, "trailers after a chunked body are not taken"};
    if (c != WANTED[chunked->state])
        return BROKEN;
    switch ((enum state)chunked->state) {
    case SIZE_LF:
        chunked->state = chunked->left_bytes == 0 ? END_CR : DATA;
        break;
    case DATA_CR:
        chunked->state = DATA_LF;
        break;
    case DATA_LF:
        chunked->state = SIZE;
        chunked->digit_count = 0;
        break;
    case END_CR:
        chunked->state = END_LF;
        break;
    default:
        chunked->is_done = true;
    }
    return FINE;
}

struct refusal chunked_decode(struct chunked *chunked, struct text bytes, size_t *ret_used,
                              struct text *ret_data)
{
    size_t used = 0;

    *ret_data = TEXT("");
    while (used < bytes.length && !chunked->is_done && chunked->state != DATA) {
        struct refusal refusal = read_frame(chunked, bytes.bytes[used++]);

        if (refusal.status != 0)
            return refusal;
    }
    if (chunked->state == DATA && used < bytes.length) {
        size_t count = bytes.length - used;

        count = count < chunked->left_bytes ? count : (size_t)chunked->left_bytes;
        *ret_data = (struct text){bytes.bytes + used, count};
        used += count;
        chunked->left_bytes -= count;
        if (chunked->left_bytes == 0)
            chunked->state = DATA_CR;
    }
    *ret_used = used;
    return FINE;
}
