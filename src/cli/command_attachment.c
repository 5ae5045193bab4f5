/* berm attachment add, list, save */
#include "cli.h"
#include "view/view.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { ARENA_BYTES_MAX = 16 << 20 };

static enum berm_status fail_file(const char *path, struct berm_error *err)
{
    return fail_with(err, BERM_IO, "%s: %s", path, strerror(errno));
}

/* ---- add ------------------------------------------------------------------------------------- */

static enum berm_status read_order(struct invocation *invocation, struct attachment_order *order,
                                   struct berm_error *err)
{
    const char *kind = invocation_value(invocation, "kind");
    const char *path = invocation->arguments[1];

    *order = (struct attachment_order){.household = text_of(invocation->arguments[0]),
                                       .file_name = text_of(path),
                                       .taken_on = text_of(invocation_value(invocation, "taken")),
                                       .note = text_of(invocation_value(invocation, "note"))};
    TRY(invocation_int64(invocation, "visit", 1, INT64_MAX, 0, &order->visit_id, err));
    return attachment_kind_find(text_of(kind ? kind : "photo"), &order->kind, err);
}

static void write_added(const struct attachment_row *row, const struct attachment_content *content,
                        bool is_repeated, enum format format, struct buffer *out)
{
    struct json_writer json = {.out = out};

    if (format != FORMAT_TABLE) {
        attachment_write_json(row, &json);
        buffer_append_char(out, '\n');
        return;
    }
    buffer_append_format(out, "attachment %lld: %.*s, %lld bytes", (long long)row->attachment_id,
                         TEXT_ARG(row->media_type), (long long)row->byte_count);
    if (content->removed_bytes > 0)
        buffer_append_format(out, "; %lld bytes that were no picture were left out",
                             (long long)content->removed_bytes);
    buffer_append_text(out, is_repeated ? TEXT("; it was there already\n") : TEXT("\n"));
}

enum berm_status command_attachment_add(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(buffer_free) struct buffer file = {0};
    CLEANUP(buffer_free) struct buffer out = {0};
    CLEANUP(attachment_content_close) struct attachment_content content = {0};
    struct attachment_order order;
    struct attachment_row row;
    const struct caller *caller;
    enum format format;
    bool is_repeated;

    TRY(invocation_format(invocation, &format, err));
    TRY(read_order(invocation, &order, err));
    TRY(file_read(invocation->arguments[1], ATTACHMENT_BYTES_MAX, &file, err));
    TRY(attachment_prepare(buffer_text(&file), invocation_has(invocation, "keep-metadata"),
                           &content, err));
    TRY(invocation_open_to_write(invocation, &office, err));
    TRY(arena_create(ARENA_BYTES_MAX, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    TRY(attachment_add(office, caller, &office->actor, &order, &content, arena, &row, &is_repeated,
                       err));
    TRY(office_seal(office, err));
    write_added(&row, &content, is_repeated, format, &out);
    return text_write(stdout, &out, err);
}

/* ---- list ------------------------------------------------------------------------------------ */

static void write_row(const struct attachment_row *row, struct output *output)
{
    char number[NUMBER_TEXT_MAX], visit[NUMBER_TEXT_MAX], bytes[NUMBER_TEXT_MAX];
    const struct text cells[] = {number_text(row->attachment_id, number),
                                 row->visit_id ? number_text(row->visit_id, visit) : TEXT(""),
                                 text_of(attachment_kind_name(row->kind)),
                                 row->media_type,
                                 number_text(row->byte_count, bytes),
                                 row->file_name,
                                 row->taken_on,
                                 row->note,
                                 row->added_at,
                                 row->added_by,
                                 row->sha256};

    output_row(output, cells);
}

enum berm_status command_attachment_list(struct invocation *invocation, struct berm_error *err)
{
    static const struct output_column COLUMNS[] = {
        {"attachment", CELL_NUMBER}, {"visit", CELL_NUMBER}, {"kind", CELL_TEXT},
        {"media_type", CELL_TEXT},   {"bytes", CELL_NUMBER}, {"file_name", CELL_TEXT},
        {"taken_on", CELL_TEXT},     {"note", CELL_TEXT},    {"added_at", CELL_TEXT},
        {"added_by", CELL_TEXT},     {"sha256", CELL_TEXT},
    };
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(output_discard) struct output output = {0};
    const struct attachment_row *rows;
    const struct caller *caller;
    enum format format;
    int64_t visit_id;
    size_t count;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_int64(invocation, "visit", 1, INT64_MAX, 0, &visit_id, err));
    TRY(invocation_open(invocation, &office, err));
    TRY(arena_create(ARENA_BYTES_MAX, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    TRY(attachments_list(office, caller, text_of(invocation->arguments[0]), visit_id, arena, &rows,
                         &count, err));
    output_begin(&output, stdout, format, COLUMNS, ARRAY_COUNT(COLUMNS));
    for (size_t r = 0; r < count; r++)
        write_row(&rows[r], &output);
    return output_end(&output, err);
}

/* ---- save ------------------------------------------------------------------------------------ */

static void close_file(FILE **file)
{
    if (*file != NULL && *file != stdout)
        fclose(*file);
}

/* A new file that only its owner may read; what is there already is not written over. */
static enum berm_status open_target(const char *path, FILE **ret_file, struct berm_error *err)
{
    int descriptor;

    if (strcmp(path, "-") == 0) {
        *ret_file = stdout;
        return BERM_OK;
    }
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return fail_file(path, err);
    *ret_file = fdopen(descriptor, "wb");
    if (*ret_file == NULL) {
        close(descriptor);
        return fail_file(path, err);
    }
    return BERM_OK;
}

static enum berm_status write_content(struct office *office, const struct attachment_row *row,
                                      FILE *file, const char *path, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer piece = {0};
    int64_t at = 0;

    while (at < row->byte_count) {
        buffer_clear(&piece);
        TRY(attachment_read_bytes(office, row, at, row->byte_count - at, &piece, err));
        if (fwrite(piece.bytes, 1, piece.length, file) != piece.length)
            return fail_file(path, err);
        at += (int64_t)piece.length;
    }
    return fflush(file) == 0 ? BERM_OK : fail_file(path, err);
}

enum berm_status command_attachment_save(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(close_file) FILE *file = NULL;
    const char *path = invocation->arguments[1];
    struct look look = {.kinds = LOOK_FILES, .what = "household"};
    const struct caller *caller;
    struct attachment_row row;
    int64_t number;

    if (!text_parse_int64(text_of(invocation->arguments[0]), &number)) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT,
                         "%s is no attachment's number; berm attachment list shows them",
                         invocation->arguments[0]);
    }
    TRY(invocation_open(invocation, &office, err));
    TRY(arena_create(ARENA_BYTES_MAX, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    TRY(attachment_read(office, caller, number, arena, &row, err));
    look.code = row.household;
    TRY(invocation_note_look(invocation, office, &look, 1, err));
    TRY(open_target(path, &file, err));
    return write_content(office, &row, file, path, err);
}
