/* The route table. */
#include "http/router.h"
#include "lib/unit.h"

static void handle(void *context, const struct http_request *request,
                   struct http_response *response)
{
    (void)context;
    (void)request;
    (void)response;
}

#define ROUTE(method_name, pattern_text)                                                           \
    {                                                                                              \
        .method = (method_name), .pattern = (pattern_text), .handle = handle                       \
    }

static const struct http_route ROUTES[] = {
    ROUTE(HTTP_GET, "/"),
    ROUTE(HTTP_GET, "/v1/households/{code}"),
    ROUTE(HTTP_GET, "/v1/households/search"),
    ROUTE(HTTP_PATCH, "/v1/households/{code}"),
    ROUTE(HTTP_POST, "/v1/households"),
    ROUTE(HTTP_GET, "/v1/areas/{area}/parts/{part}"),
    ROUTE(HTTP_GET, "/assets/{path*}"),
};

static void the_right_route_is_found_with_its_parameters(void **state)
{
    static const struct {
        enum http_method method;
        const char *path;
        int route_index;
    } CASES[] = {
        {HTTP_GET, "/", 0},
        {HTTP_HEAD, "/", 0},
        {HTTP_GET, "/v1/households/H1", 1},
        {HTTP_GET, "/v1/households/search", 2},
        {HTTP_PATCH, "/v1/households/search", 3},
        {HTTP_POST, "/v1/households", 4},
        {HTTP_GET, "/v1/areas/a/parts/b", 5},
        {HTTP_GET, "/assets/a/b.js", 6},
        {HTTP_GET, "/assets/", -1},
        {HTTP_GET, "/assets", -1},
        {HTTP_GET, "/v1/households/", -1},
        {HTTP_GET, "/v1/households/a/b", -1},
        {HTTP_GET, "//v1/households/a", -1},
        {HTTP_GET, "/v1", -1},
        {HTTP_DELETE, "/", -1},
    };
    CLEANUP(router_freep) struct router *router = NULL;
    struct berm_error err;
    struct match match;

    (void)state;
    assert_ok(router_create(ROUTES, ARRAY_COUNT(ROUTES), &router, &err));
    for (size_t c = 0; c < ARRAY_COUNT(CASES); c++) {
        router_match(router, CASES[c].method, text_of(CASES[c].path), &match);
        if (match.route_index != CASES[c].route_index)
            fail_msg("%s: %d", CASES[c].path, match.route_index);
    }
    router_match(router, HTTP_GET, TEXT("/v1/areas/X1/parts/a b"), &match);
    assert_int_equal(match.parameter_count, 2);
    assert_text(match.parameters[0].name, "area");
    assert_text(match.parameters[0].value, "X1");
    assert_text(match.parameters[1].value, "a b");
    router_match(router, HTTP_GET, TEXT("/assets/a/b.js"), &match);
    assert_text(match.parameters[0].value, "a/b.js");
}

static void another_method_is_told_which_are_allowed(void **state)
{
    CLEANUP(router_freep) struct router *router = NULL;
    CLEANUP(buffer_free) struct buffer allow = {0};
    struct berm_error err;
    struct match match;

    (void)state;
    assert_ok(router_create(ROUTES, ARRAY_COUNT(ROUTES), &router, &err));
    router_match(router, HTTP_DELETE, TEXT("/v1/households/H1"), &match);
    assert_int_equal(match.route_index, -1);
    allow_write(match.allow_methods, &allow);
    assert_text(buffer_text(&allow), "GET, HEAD, PATCH");
    router_match(router, HTTP_DELETE, TEXT("/nothing"), &match);
    assert_int_equal(match.allow_methods, 0);
}

static void wrong_patterns_are_refused(void **state)
{
    static const struct http_route WRONG[][2] = {
        {ROUTE(HTTP_GET, "/a/{x}"), ROUTE(HTTP_GET, "/a/{y}")},
        {ROUTE(HTTP_GET, "a"), ROUTE(HTTP_GET, "/b")},
        {ROUTE(HTTP_GET, "/a/{x*}/b"), ROUTE(HTTP_GET, "/b")},
        {ROUTE(HTTP_GET, "/a/{}"), ROUTE(HTTP_GET, "/b")},
        {ROUTE(HTTP_GET, "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}"), ROUTE(HTTP_GET, "/b")},
        {ROUTE(HTTP_GET, "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"), ROUTE(HTTP_GET, "/b")},
        {{HTTP_GET, "/a", NULL, 0, 0, NULL}, ROUTE(HTTP_GET, "/b")},
    };
    CLEANUP(router_freep) struct router *router = NULL;
    struct berm_error err;

    (void)state;
    for (size_t c = 0; c < ARRAY_COUNT(WRONG); c++)
        assert_fails(router_create(WRONG[c], 2, &router, &err), BERM_INVALID_INPUT, "route");
    assert_null(router);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_right_route_is_found_with_its_parameters),
        cmocka_unit_test(another_method_is_told_which_are_allowed),
        cmocka_unit_test(wrong_patterns_are_refused),
    };

    return cmocka_run_group_tests_name("http/router", tests, NULL, NULL);
}
