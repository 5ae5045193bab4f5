/* Uploads that come in pieces: where they go on, what is refused, whose they are. */
#include <sys/stat.h>
#include <unistd.h>

#include "service/job/private.h"
#include "unit/service/access_fixture.h"

static const char HASH[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

static int64_t upload_of(struct access_register *made, const struct caller *caller, int64_t bytes,
                         const char *hash)
{
    const struct upload_order order = {TEXT("list.csv"), bytes, text_of(hash)};
    struct berm_error err;
    int64_t upload_id;

    assert_ok(upload_create(made->office->store, caller, &order, &upload_id, &err));
    return upload_id;
}

static void an_upload_goes_on_from_where_it_was(void **state)
{
    struct access_register *made = *state;
    struct store *store = made->office->store;
    int64_t upload_id = upload_of(made, caller_local(), 3, HASH), received = -1;
    char path[JOB_PATH_BYTES_MAX];
    struct upload_row row;
    struct stat status;
    struct text name;
    struct berm_error err;

    assert_ok(upload_read(store, caller_local(), upload_id, made->arena, &row, &err));
    assert_int_equal(row.received_bytes, 0);
    assert_ok(upload_append(store, caller_local(), upload_id, 0, TEXT("a"), &received, &err));
    assert_int_equal(received, 1);
    assert_fails(upload_path(store, caller_local(), upload_id, made->arena, path, &name, &err),
                 BERM_CONFLICT, "1 of 3 bytes");
    /* The answer was lost, so the client sends the piece again, or thinks that more has come. */
    assert_fails(upload_append(store, caller_local(), upload_id, 0, TEXT("a"), &received, &err),
                 BERM_CONFLICT, "at byte 1");
    assert_int_equal(received, 1);
    assert_fails(upload_append(store, caller_local(), upload_id, 2, TEXT("c"), &received, &err),
                 BERM_CONFLICT, "go on from there");
    assert_fails(upload_append(store, caller_local(), upload_id, 1, TEXT("bcd"), &received, &err),
                 BERM_LIMIT, "3 bytes were announced");
    assert_ok(upload_append(store, caller_local(), upload_id, 1, TEXT("bc"), &received, &err));
    assert_int_equal(received, 3);
    assert_ok(upload_path(store, caller_local(), upload_id, made->arena, path, &name, &err));
    assert_text(name, "list.csv");
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_size, 3);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void another_content_than_announced_is_refused(void **state)
{
    struct access_register *made = *state;
    struct store *store = made->office->store;
    int64_t upload_id = upload_of(made, caller_local(), 3, HASH), received;
    char path[JOB_PATH_BYTES_MAX];
    struct text name;
    struct berm_error err;

    assert_ok(upload_append(store, caller_local(), upload_id, 0, TEXT("abd"), &received, &err));
    assert_fails(upload_path(store, caller_local(), upload_id, made->arena, path, &name, &err),
                 BERM_INVALID_INPUT, "upload it again");
}

static void what_cannot_be_announced_is_told(void **state)
{
    static const struct {
        const char *name;
        int64_t bytes;
        const char *hash;
        enum berm_status status;
        const char *words;
    } cases[] = {
        {"", 1, "", BERM_INVALID_INPUT, "file_name"},
        {"../x", 1, "", BERM_INVALID_INPUT, "file_name"},
        {"a\nb", 1, "", BERM_INVALID_INPUT, "file_name"},
        {"a", 0, "", BERM_INVALID_INPUT, "total_bytes"},
        {"a", -1, "", BERM_INVALID_INPUT, "total_bytes"},
        {"a", UPLOAD_BYTES_MAX + 1, "", BERM_LIMIT, "too large"},
        {"a", 1, "12", BERM_INVALID_INPUT, "sha256"},
        {"a", 1, "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
         BERM_INVALID_INPUT, "small letters"},
    };
    struct access_register *made = *state;
    struct berm_error err;
    int64_t upload_id;

    for (size_t c = 0; c < ARRAY_COUNT(cases); c++) {
        const struct upload_order order = {text_of(cases[c].name), cases[c].bytes,
                                           text_of(cases[c].hash)};

        assert_fails(upload_create(made->office->store, caller_local(), &order, &upload_id, &err),
                     cases[c].status, cases[c].words);
    }
}

static void an_upload_is_its_owners_and_bounded(void **state)
{
    struct access_register *made = *state;
    struct store *store = made->office->store;
    struct caller owner = register_new_caller(made, "owner", ROLE_COUNTY, "A");
    struct caller other = register_new_caller(made, "other", ROLE_COUNTY, "Z");
    struct caller viewer = register_new_caller(made, "viewer", ROLE_VIEWER, "A");
    const struct upload_order order = {TEXT("a"), 1, TEXT("")};
    const struct upload_order large = {TEXT("a"), UPLOAD_BYTES_MAX, TEXT("")};
    int64_t upload_id = upload_of(made, &owner, 3, ""), received;
    struct upload_row row;
    struct berm_error err;

    assert_fails(upload_create(store, &viewer, &order, &upload_id, &err), BERM_FORBIDDEN, "import");
    assert_fails(upload_read(store, &other, upload_id, made->arena, &row, &err), BERM_NOT_FOUND,
                 "no upload");
    assert_fails(upload_append(store, &other, upload_id, 0, TEXT("a"), &received, &err),
                 BERM_NOT_FOUND, "no upload");
    assert_fails(upload_delete(store, &other, upload_id, &err), BERM_NOT_FOUND, "no upload");
    upload_of(made, &owner, UPLOAD_BYTES_MAX, "");
    assert_fails(upload_create(store, &owner, &large, &upload_id, &err), BERM_LIMIT, "more than");
    for (int u = 2; u < UPLOADS_MAX; u++)
        upload_id = upload_of(made, &owner, 1, "");
    assert_fails(upload_create(store, &owner, &order, &received, &err), BERM_LIMIT, "16 uploads");
    upload_of(made, &other, 1, "");
    assert_ok(upload_delete(store, &owner, upload_id, &err));
    upload_of(made, &owner, 1, "");
}

static void an_upload_that_nobody_uses_goes(void **state)
{
    struct access_register *made = *state;
    struct store *store = made->office->store;
    int64_t upload_id = upload_of(made, caller_local(), 3, ""), received, count;
    char path[JOB_PATH_BYTES_MAX];
    struct berm_error err;

    assert_ok(upload_append(store, caller_local(), upload_id, 0, TEXT("ab"), &received, &err));
    assert_ok(job_path(store, "uploads", upload_id, path, &err));
    assert_ok(jobs_sweep(store, job_now_s() + UPLOAD_KEPT_S - 60, &count, &err));
    assert_int_equal(count, 0);
    assert_int_equal(access(path, F_OK), 0);
    assert_ok(jobs_sweep(store, job_now_s() + UPLOAD_KEPT_S + 60, &count, &err));
    assert_int_equal(count, 1);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_fails(upload_append(store, caller_local(), upload_id, 2, TEXT("c"), &received, &err),
                 BERM_NOT_FOUND, "older than 2 days");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        REGISTER_TEST(an_upload_goes_on_from_where_it_was),
        REGISTER_TEST(another_content_than_announced_is_refused),
        REGISTER_TEST(what_cannot_be_announced_is_told),
        REGISTER_TEST(an_upload_is_its_owners_and_bounded),
        REGISTER_TEST(an_upload_that_nobody_uses_goes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
