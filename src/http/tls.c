/*
 * TLS for offices without a proxy in front: TLS 1.2 and 1.3 with OpenSSL's own choice of ciphers.
 * A new certificate is read beside the old one and takes its place only when it is whole.
 */
#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "connection.h"

struct tls {
    const char *certificate, *key;
    pthread_mutex_t mutex;
    SSL_CTX *context; /* under mutex; connections hold their own reference */
};

static enum berm_status read_files(const char *certificate, const char *key, SSL_CTX **ret_context,
                                   struct berm_error *err)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    char why[160];

    if (context == NULL)
        return fail_with(err, BERM_NO_MEMORY, "TLS could not be set up");
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    if (SSL_CTX_use_certificate_chain_file(context, certificate) == 1 &&
        SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1 &&
        SSL_CTX_check_private_key(context) == 1) {
        *ret_context = context;
        return BERM_OK;
    }
    ERR_error_string_n(ERR_get_error(), why, sizeof why);
    ERR_clear_error();
    SSL_CTX_free(context);
    return fail_with(err, BERM_INVALID_INPUT,
                     "certificate %s with key %s cannot be used (both in PEM, and of each other): "
                     "%s",
                     certificate, key, why);
}

enum berm_status tls_create(const char *certificate, const char *key, struct tls **ret_tls,
                            struct berm_error *err)
{
    struct tls *tls;
    SSL_CTX *context;

    TRY(read_files(certificate, key, &context, err));
    tls = calloc(1, sizeof *tls);
    if (tls == NULL) {
        SSL_CTX_free(context);
        return fail_with(err, BERM_NO_MEMORY, "TLS could not be set up");
    }
    tls->certificate = certificate;
    tls->key = key;
    tls->context = context;
    pthread_mutex_init(&tls->mutex, NULL);
    *ret_tls = tls;
    return BERM_OK;
}

enum berm_status tls_reload(struct tls *tls, struct berm_error *err)
{
    SSL_CTX *context, *old;

    TRY(read_files(tls->certificate, tls->key, &context, err));
    pthread_mutex_lock(&tls->mutex);
    old = tls->context;
    tls->context = context;
    pthread_mutex_unlock(&tls->mutex);
    SSL_CTX_free(old);
    return BERM_OK;
}

void tls_free(struct tls *tls)
{
    if (tls == NULL)
        return;
    SSL_CTX_free(tls->context);
    pthread_mutex_destroy(&tls->mutex);
    free(tls);
}

struct bufferevent *tls_bufferevent(struct tls *tls, struct event_base *base, int socket)
{
    struct bufferevent *bufferevent;
    SSL *ssl;

    pthread_mutex_lock(&tls->mutex);
    ssl = SSL_new(tls->context);
    pthread_mutex_unlock(&tls->mutex);
    if (ssl == NULL)
        return NULL;
    bufferevent = bufferevent_openssl_socket_new(base, socket, ssl, BUFFEREVENT_SSL_ACCEPTING,
                                                 BEV_OPT_CLOSE_ON_FREE);
    if (bufferevent == NULL)
        SSL_free(ssl);
    else
        bufferevent_openssl_set_allow_dirty_shutdown(bufferevent, 1);
    return bufferevent;
}

void tls_shutdown(struct bufferevent *bufferevent)
{
    SSL *ssl = bufferevent_openssl_get_ssl(bufferevent);

    if (SSL_is_init_finished(ssl))
        SSL_shutdown(ssl);
    ERR_clear_error();
    shutdown(bufferevent_getfd(bufferevent), SHUT_WR);
}
