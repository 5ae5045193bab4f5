/*
 * Files that are part of the program, in the forms made when it was built. Nothing is compressed
 * while a client waits, and secrets never share a compressed body with what a client chose.
 */
#include <stdio.h>

#include "head.h"

static void serve(const struct http_asset *asset, const struct http_request *request,
                  struct http_response *response)
{
    struct text list = http_request_header(request, "accept-encoding");
    bool is_brotli = asset->brotli.length > 0 && accepts_coding(list, TEXT("br"));
    bool is_gzip = !is_brotli && asset->gzip.length > 0 && accepts_coding(list, TEXT("gzip"));
    char etag[32];

    /* A tag names bytes, so each form has its own. */
    snprintf(etag, sizeof etag, "\"%016llx%s\"", (unsigned long long)asset->hash,
             is_brotli ? "-br"
             : is_gzip ? "-gz"
                       : "");
    response->content_type = asset->content_type;
    http_response_header(response, "Vary", TEXT("Accept-Encoding"));
    http_response_header(response, "Cache-Control",
                         asset->is_immutable ? TEXT("public, max-age=31536000, immutable")
                                             : TEXT("no-cache"));
    if (http_response_etag(request, response, text_of(etag)))
        return;
    if (is_brotli || is_gzip)
        http_response_header(response, "Content-Encoding", is_brotli ? TEXT("br") : TEXT("gzip"));
    response->body_constant = is_brotli ? asset->brotli : is_gzip ? asset->gzip : asset->plain;
}

void http_asset_serve(const struct http_asset *assets, size_t asset_count, struct text path,
                      const struct http_request *request, struct http_response *response)
{
    for (size_t a = 0; a < asset_count; a++)
        if (text_equal(text_of(assets[a].path), path)) {
            serve(&assets[a], request, response);
            return;
        }
    http_response_problem(response, 404, NULL, TEXT("there is no such file"));
}
