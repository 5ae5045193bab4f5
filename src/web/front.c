/*
 * The front page and its files. A page without scripts, that may load nothing but its own style and
 * picture: what is on it cannot be made to do anything.
 */
#include "web/web.h"

#include "web/assets.h"

static const char *const LANGUAGES[] = {"en", "zh"};
static const char *const PAGES[] = {"index.en.html", "index.zh.html"};
static const char *const POLICY =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

static void serve_page(const char *page, const struct http_request *request,
                       struct http_response *response)
{
    http_response_header(response, "Content-Security-Policy", text_of(POLICY));
    http_response_header(response, "Cross-Origin-Opener-Policy", TEXT("same-origin"));
    http_response_header(response, "Permissions-Policy",
                         TEXT("camera=(), geolocation=(), microphone=()"));
    http_asset_serve(WEB_ASSETS, WEB_ASSET_COUNT, text_of(page), request, response);
}

void web_serve_front(void *context, const struct http_request *request,
                     struct http_response *response)
{
    size_t language = http_language_choose(request, LANGUAGES, ARRAY_COUNT(LANGUAGES));

    (void)context;
    http_response_header(response, "Vary", TEXT("Accept-Language"));
    http_response_header(response, "Content-Language", text_of(LANGUAGES[language]));
    serve_page(PAGES[language], request, response);
}

void web_serve_front_english(void *context, const struct http_request *request,
                             struct http_response *response)
{
    (void)context;
    serve_page(PAGES[0], request, response);
}

void web_serve_front_chinese(void *context, const struct http_request *request,
                             struct http_response *response)
{
    (void)context;
    serve_page(PAGES[1], request, response);
}

void web_serve_static(void *context, const struct http_request *request,
                      struct http_response *response)
{
    struct text path = http_request_parameter(request, "path"), suffix = TEXT(".html");

    (void)context;
    if (path.length >= suffix.length &&
        text_equal(text_from(path, path.length - suffix.length), suffix))
        http_response_problem(response, 404, NULL, TEXT("there is no such file"));
    else
        http_asset_serve(WEB_ASSETS, WEB_ASSET_COUNT, path, request, response);
}
