/* What a file is: its first bytes say which reader looks at the rest, and that has the last word.
 */
#include "media/private.h"

static const struct {
    const char *title, *name;
    bool (*is)(struct text bytes);
    enum berm_status (*clean)(struct media_pass *pass, struct berm_error *err);
} TYPES[MEDIA_TYPE_COUNT] = {
    [MEDIA_JPEG] = {"JPEG", "image/jpeg", jpeg_is, jpeg_clean},
    [MEDIA_PNG] = {"PNG", "image/png", png_is, png_clean},
    [MEDIA_PDF] = {"PDF", "application/pdf", pdf_is, pdf_check},
};

const char *media_type_name(enum media_type type)
{
    assert(type < MEDIA_TYPE_COUNT);
    return TYPES[type].name;
}

enum berm_status media_fail(const struct media_pass *pass, const char *what, struct berm_error *err)
{
    return fail_with(err, BERM_INVALID_INPUT,
                     "the %s is broken at byte %zu: %s; save or photograph it anew", pass->name,
                     pass->at, what);
}

enum berm_status media_set_size(struct media_pass *pass, int64_t width_px, int64_t height_px,
                                struct berm_error *err)
{
    if (width_px <= 0 || height_px <= 0)
        return media_fail(pass, "the picture has no size", err);
    if (width_px > MEDIA_PIXELS_MAX / height_px)
        return fail_with(err, BERM_LIMIT,
                         "the %s has %lld by %lld pixels, at most %lld million are taken; make it "
                         "smaller",
                         pass->name, (long long)width_px, (long long)height_px,
                         (long long)(MEDIA_PIXELS_MAX / 1000000));
    pass->facts.width_px = width_px;
    pass->facts.height_px = height_px;
    return BERM_OK;
}

enum berm_status media_clean(struct text bytes, struct buffer *out, struct media_facts *ret_facts,
                             struct berm_error *err)
{
    struct media_pass pass = {
        .bytes = (const uint8_t *)bytes.bytes, .length = bytes.length, .out = out};
    enum media_type type = 0;

    while (type < MEDIA_TYPE_COUNT && !TYPES[type].is(bytes))
        type++;
    if (type == MEDIA_TYPE_COUNT)
        return fail_with(
            err, BERM_INVALID_INPUT,
            "this is no JPEG, PNG or PDF by its content, whatever its name is; save it "
            "as one of them");
    pass.name = TYPES[type].title;
    pass.facts.type = type;
    TRY(TYPES[type].clean(&pass, err));
    if (out != NULL)
        TRY(buffer_status(out, err));
    *ret_facts = pass.facts;
    return BERM_OK;
}
