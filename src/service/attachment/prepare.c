/* A content on its way in: cleaned and named by its hash, without the register, since both take
 * longer than anybody should wait for who writes. */
#include "media/media.h"
#include "service/attachment/private.h"

static enum berm_status name_by_hash(struct attachment_content *content, struct berm_error *err)
{
    CLEANUP(digest_freep) struct digest *digest = NULL;

    TRY(digest_create(&digest, err));
    digest_add(digest, content->bytes.bytes, content->bytes.length);
    digest_finish(digest, content->sha256);
    return BERM_OK;
}

enum berm_status attachment_prepare(struct text bytes, bool keep_metadata,
                                    struct attachment_content *ret_content, struct berm_error *err)
{
    CLEANUP(attachment_content_close)
    struct attachment_content content = {
        .has_metadata = keep_metadata,
        .bytes = bytes,
        .cleaned.cap_bytes = bytes.length + MEDIA_ADDED_BYTES,
    };
    struct media_facts facts;

    if (bytes.length > ATTACHMENT_BYTES_MAX)
        return fail_with(err, BERM_LIMIT,
                         "the file has %zu bytes, at most %d are taken; make the picture smaller, "
                         "or add the paper in parts",
                         bytes.length, (int)ATTACHMENT_BYTES_MAX);
    /* At once: growing by halves it would take as much again. */
    if (!keep_metadata &&
        buffer_reserve(&content.cleaned, bytes.length + MEDIA_ADDED_BYTES) == NULL)
        return buffer_status(&content.cleaned, err);
    TRY(media_clean(bytes, keep_metadata ? NULL : &content.cleaned, &facts, err));
    if (!keep_metadata)
        content.bytes = buffer_text(&content.cleaned);
    content.media_type = media_type_name(facts.type);
    content.removed_bytes =
        bytes.length > content.bytes.length ? (int64_t)(bytes.length - content.bytes.length) : 0;
    TRY(name_by_hash(&content, err));
    *ret_content = content;
    content.cleaned = (struct buffer){0};
    return BERM_OK;
}

void attachment_content_close(struct attachment_content *content)
{
    buffer_free(&content->cleaned);
}
