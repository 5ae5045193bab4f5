/* What a client takes, by its Accept-Encoding and Accept-Language. Pure. */
#include "head.h"

enum { QUALITY_MAX = 1000 };

/* The weight behind an item, in thousandths: ";q=0.8". One that cannot be read counts as none. */
static int quality_of(struct text parameters)
{
    struct text q = text_trimmed(parameters);
    int quality = 0;

    if (q.length < 3 || (q.bytes[0] | 32) != 'q' || q.bytes[1] != '=')
        return QUALITY_MAX;
    if (q.bytes[2] == '1')
        return QUALITY_MAX;
    for (size_t i = 4, place = QUALITY_MAX / 10; i < q.length && place > 0; i++, place /= 10)
        if ('0' <= q.bytes[i] && q.bytes[i] <= '9')
            quality += (q.bytes[i] - '0') * (int)place;
    return quality;
}

/* The next item of the list, and how much it is wanted. */
static bool next_wish(struct text *list, struct text *ret_name, int *ret_quality)
{
    struct text item;
    size_t end = 0;

    if (!list_next(list, &item))
        return false;
    while (end < item.length && item.bytes[end] != ';')
        end++;
    *ret_name = text_trimmed((struct text){item.bytes, end});
    *ret_quality = quality_of(text_from(item, end < item.length ? end + 1 : end));
    return true;
}

bool accepts_coding(struct text list, struct text coding)
{
    bool takes_all = false;
    struct text name;
    int quality;

    while (next_wish(&list, &name, &quality)) {
        if (text_equal_ignoring_ascii_case(name, coding))
            return quality > 0;
        if (text_equal(name, TEXT("*")))
            takes_all = quality > 0;
    }
    return takes_all;
}

/* Is the wish this language, or one of its kinds as zh-Hans-CN is of zh? */
static bool is_language(struct text wish, struct text language)
{
    struct text start = {wish.bytes, language.length};

    return wish.length >= language.length && text_equal_ignoring_ascii_case(start, language) &&
           (wish.length == language.length || wish.bytes[language.length] == '-');
}

size_t http_language_choose(const struct http_request *request, const char *const *languages,
                            size_t count)
{
    struct text list = http_request_header(request, "accept-language"), wish;
    int quality, most = 0;
    size_t best = 0;

    while (next_wish(&list, &wish, &quality))
        for (size_t l = 0; l < count; l++)
            if (quality > most && is_language(wish, text_of(languages[l]))) {
                most = quality;
                best = l;
            }
    return best;
}
