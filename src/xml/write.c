/* Text as XML wants it. The elements around it are written by whoever knows the format. */
#include "xml/xml.h"

static bool is_xml_character(uint32_t code)
{
    return code == '\t' || code == '\n' || code == '\r' || (code >= 0x20 && code <= 0xD7FF) ||
           (code >= 0xE000 && code <= 0xFFFD) || code >= 0x10000;
}

/* One character, or one byte that begins none; *at moves past it. */
static uint32_t next_character(struct text text, size_t *at)
{
    size_t length = 1;

    while (length < 4 && *at + length < text.length &&
           ((unsigned char)text.bytes[*at + length] & 0xC0) == 0x80)
        length++;
    if (!text_is_utf8((struct text){text.bytes + *at, length}, NULL)) {
        ++*at;
        return 0xFFFD;
    }
    return text_next_code_point(text, at);
}

void xml_append_text(struct buffer *out, struct text text, size_t characters_max)
{
    size_t at = 0;
    char bytes[4];

    for (size_t count = 0; at < text.length && (characters_max == 0 || count < characters_max);
         count++) {
        uint32_t code = next_character(text, &at);

        switch (code) {
        case '&':
            buffer_append_text(out, TEXT("&amp;"));
            break;
        case '<':
            buffer_append_text(out, TEXT("&lt;"));
            break;
        case '>':
            buffer_append_text(out, TEXT("&gt;"));
            break;
        case '\t': /* a carriage return would come back as a line feed, so each becomes a blank */
        case '\n':
        case '\r':
            buffer_append_char(out, ' ');
            break;
        default:
            if (is_xml_character(code))
                buffer_append(out, bytes, text_encode_code_point(code, bytes));
            else
                buffer_append_char(out, ' ');
        }
    }
}
