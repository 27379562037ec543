/* crypto/libssl.h: private to this room: OpenSSL's TLS, loaded when it is first wanted.
 *
 * Few programs send their audits over TLS themselves, and mapping libssl costs each process some
 * 0.3 ms of CPU, a quarter of a whole `true`: so it is no dependency of the library's. It must be
 * the one that belongs to the libcrypto in use, as objects go back and forth between both. */
#ifndef SX_CRYPTO_LIBSSL_H
#define SX_CRYPTO_LIBSSL_H

#include "crypto/openssl.h"

#include <openssl/ssl.h>

/* Each function by its own name and type, so that a wrong call doesn't compile. */
#define SX_LIBSSL_FUNCTIONS(each)                                                                  \
    each(OPENSSL_init_ssl) each(TLS_client_method) each(SSL_CTX_new_ex) each(SSL_CTX_free)         \
        each(SSL_CTX_ctrl) each(SSL_CTX_set_cipher_list) each(SSL_CTX_set_ciphersuites)            \
            each(SSL_CTX_set_options) each(SSL_CTX_set_security_level) each(SSL_CTX_set_verify)    \
                each(SSL_CTX_use_certificate) each(SSL_CTX_use_PrivateKey)                         \
                    each(SSL_CTX_check_private_key) each(SSL_new) each(SSL_free) each(SSL_ctrl)    \
                        each(SSL_set0_rbio) each(SSL_set0_wbio) each(SSL_set_connect_state)        \
                            each(SSL_get0_param) each(SSL_do_handshake) each(SSL_read_ex)          \
                                each(SSL_write_ex) each(SSL_get_error) each(SSL_shutdown)          \
                                    each(SSL_get_verify_result) each(SSL_get_version)              \
                                        each(SSL_get_current_cipher) each(SSL_CIPHER_get_name)

struct sx_libssl {
#define SX_LIBSSL_MEMBER(name) __typeof__(name) *name;
    SX_LIBSSL_FUNCTIONS(SX_LIBSSL_MEMBER)
#undef SX_LIBSSL_MEMBER
};

/* sx_libssl_get loads it once a process and never unloads it. SX_ERR_PROVIDER with a text. */
SX_MUST_USE enum sx_err sx_libssl_get(struct sx_fault *fault, const struct sx_libssl **out);

#endif
