/* Where packs come from: folders that nothing leads out of, and the program itself. */
#include "pack/pack.h"
#include "pack/source.h"
#include "pack_folder.h"

static enum berm_status read_from(struct pack_folder *folder, const char *name,
                                  struct text *ret_bytes, struct berm_error *err)
{
    CLEANUP(source_close) struct source source = {.folder = -1};

    TRY(source_open(folder->arena, text_of(folder->path), &source, err));
    return source_read(&source, folder->arena, text_of(name), ret_bytes, err);
}

static void a_file_of_a_folder_is_read_whole(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;
    struct text bytes;

    folder_write_bytes(folder, "a.txt", TEXT("one\0two"));
    folder_make(folder, "sub");
    folder_write(folder, "sub/b.txt", "");
    assert_ok(read_from(folder, "a.txt", &bytes, &err));
    assert_int_equal(bytes.length, 7);
    assert_memory_equal(bytes.bytes, "one\0two", 8);
    assert_ok(read_from(folder, "sub/b.txt", &bytes, &err));
    assert_int_equal(bytes.length, 0);
}

static void a_missing_file_is_named_with_its_path(void **state)
{
    CLEANUP(source_close) struct source source = {.folder = -1};
    struct pack_folder *folder = *state;
    struct berm_error err;
    struct text bytes;
    bool is_there = true;

    assert_fails(read_from(folder, "policy.dmn", &bytes, &err), BERM_NOT_FOUND,
                 "/policy.dmn: the pack has no such file");
    assert_non_null(strstr(err.message, folder->path));
    assert_fails(read_from(folder, "no/policy.dmn", &bytes, &err), BERM_NOT_FOUND, "no such file");
    assert_ok(source_open(folder->arena, text_of(folder->path), &source, &err));
    assert_ok(
        source_read_optional(&source, folder->arena, TEXT("policy.dmn"), &is_there, &bytes, &err));
    assert_false(is_there);
    assert_int_equal(bytes.length, 0);
}

static void no_name_leads_out_of_the_folder(void **state)
{
    static const char *const names[] = {"../a", "/etc/passwd", "a/../../b", "",   ".",
                                        "..",   "a//b",        "a/",        "./a"};
    struct pack_folder *folder = *state;
    struct berm_error err;
    struct text bytes;

    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        assert_fails(read_from(folder, names[i], &bytes, &err), BERM_INVALID_INPUT,
                     "is no file inside the pack");
}

static void links_are_not_followed(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;
    struct text bytes;
    char path[128];

    folder_make(folder, "real");
    folder_write(folder, "real/a.txt", "a");
    snprintf(path, sizeof path, "%s/link.txt", folder->path);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    snprintf(path, sizeof path, "%s/link", folder->path);
    assert_int_equal(symlink("real", path), 0);
    assert_ok(read_from(folder, "real/a.txt", &bytes, &err));
    assert_fails(read_from(folder, "link.txt", &bytes, &err), BERM_INVALID_INPUT,
                 "links are not followed");
    assert_int_not_equal(read_from(folder, "link/a.txt", &bytes, &err), BERM_OK);
}

static void only_plain_files_within_the_limit_are_read(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;
    struct text bytes;
    char path[128];

    folder_make(folder, "sub");
    assert_fails(read_from(folder, "sub", &bytes, &err), BERM_INVALID_INPUT, "no plain file");
    snprintf(path, sizeof path, "%s/pipe", folder->path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_fails(read_from(folder, "pipe", &bytes, &err), BERM_INVALID_INPUT, "no plain file");
    folder_write(folder, "big", "");
    snprintf(path, sizeof path, "%s/big", folder->path);
    assert_int_equal(truncate(path, (off_t)PACK_FILE_BYTES_MAX + 1), 0);
    assert_fails(read_from(folder, "big", &bytes, &err), BERM_LIMIT, "larger than");
}

static void a_pack_that_is_nowhere_lists_those_of_the_program(void **state)
{
    CLEANUP(buffer_free) struct buffer path = {0};
    struct pack_folder *folder = *state;
    struct berm_error err;
    struct source source;

    assert_fails(source_open(folder->arena, TEXT("no-such-pack"), &source, &err), BERM_NOT_FOUND,
                 "there is no pack 'no-such-pack': the program carries ");
    for (size_t i = 0; i < pack_embedded_count(); i++) {
        struct text name = pack_embedded_name(i);

        assert_non_null(memmem(err.message, strlen(err.message), name.bytes, name.length));
    }
    assert_fails(source_open(folder->arena, TEXT(""), &source, &err), BERM_NOT_FOUND, "no pack ''");
    assert_fails(source_open(folder->arena, TEXT("./no-such-pack"), &source, &err), BERM_NOT_FOUND,
                 "./no-such-pack");
    folder_write(folder, "file", "x");
    buffer_append_format(&path, "%s/file", folder->path);
    assert_fails(source_open(folder->arena, buffer_text(&path), &source, &err), BERM_NOT_FOUND,
                 "this is no folder");
    assert_fails(source_open(folder->arena, TEXT("a\0b"), &source, &err), BERM_INVALID_INPUT,
                 "UTF-8");
}

static void case_files_come_by_name_and_others_are_left_out(void **state)
{
    CLEANUP(source_close) struct source source = {.folder = -1};
    struct pack_folder *folder = *state;
    struct berm_error err;
    const struct text *files;
    size_t count;

    assert_ok(source_open(folder->arena, text_of(folder->path), &source, &err));
    assert_ok(source_list_cases(&source, folder->arena, &files, &count, &err));
    assert_int_equal(count, 0);
    folder_make(folder, "cases");
    folder_write(folder, "cases/b.yaml", "");
    folder_write(folder, "cases/a.yaml", "");
    folder_write(folder, "cases/.hidden.yaml", "");
    folder_write(folder, "cases/notes.txt", "");
    assert_ok(source_list_cases(&source, folder->arena, &files, &count, &err));
    assert_int_equal(count, 2);
    assert_text(files[0], "cases/a.yaml");
    assert_text(files[1], "cases/b.yaml");
    folder_write(folder, "cases/c.yml", "");
    assert_fails(source_list_cases(&source, folder->arena, &files, &count, &err),
                 BERM_INVALID_INPUT, "cases/c.yml: only files that end in .yaml are run");
}

static void packs_of_the_program_are_read_by_name(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;

    for (size_t i = 0; i < pack_embedded_count(); i++) {
        CLEANUP(source_close) struct source source = {.folder = -1};
        struct text bytes;
        const struct text *files;
        size_t count;

        assert_ok(source_open(folder->arena, pack_embedded_name(i), &source, &err));
        assert_true(source.is_embedded);
        assert_ok(source_read(&source, folder->arena, TEXT("pack.yaml"), &bytes, &err));
        assert_true(bytes.length > 0);
        assert_int_equal(bytes.bytes[bytes.length], 0);
        assert_fails(source_read(&source, folder->arena, TEXT("nothing.csv"), &bytes, &err),
                     BERM_NOT_FOUND, "nothing.csv: the pack has no such file");
        assert_fails(source_read(&source, folder->arena, TEXT("../x"), &bytes, &err),
                     BERM_INVALID_INPUT, "is no file inside the pack");
        assert_ok(source_list_cases(&source, folder->arena, &files, &count, &err));
        for (size_t j = 0; j < count; j++)
            assert_ok(source_read(&source, folder->arena, files[j], &bytes, &err));
    }
    assert_int_equal(pack_embedded_name(pack_embedded_count()).length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(a_file_of_a_folder_is_read_whole),
        FOLDER_TEST(a_missing_file_is_named_with_its_path),
        FOLDER_TEST(no_name_leads_out_of_the_folder),
        FOLDER_TEST(links_are_not_followed),
        FOLDER_TEST(only_plain_files_within_the_limit_are_read),
        FOLDER_TEST(a_pack_that_is_nowhere_lists_those_of_the_program),
        FOLDER_TEST(case_files_come_by_name_and_others_are_left_out),
        FOLDER_TEST(packs_of_the_program_are_read_by_name),
    };

    return cmocka_run_group_tests_name("pack/source", tests, NULL, NULL);
}
