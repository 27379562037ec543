/* crypto/legacy_dsa.h: private to this room: what ssh-dss keys and signatures need beside what all
 * keys share. */
#ifndef SX_CRYPTO_LEGACY_DSA_H
#define SX_CRYPTO_LEGACY_DSA_H

#include "crypto/key_inside.h"
#include "wire/reader.h"
#include "wire/writer.h"

enum {
    SX_DSA_BITS_MIN = 1024,
    SX_DSA_BITS_MAX = 3072,
    SX_DSA_Q_BITS = 160, /* SHA-1's size, the only one that ssh-dss has */
    SX_DSA_NUMBER_SIZE = SX_DSA_Q_BITS / 8
};

/* Reads p, q, g, y (RFC 4253 section 6.6) up to the blob's end. SX_ERR_PEER_HOST_KEY. */
SX_MUST_USE enum sx_err sx_dsa_from_public_blob(struct sx_provider *provider,
                                                struct sx_reader *reader, struct sx_fault *fault,
                                                struct sx_key **out);

/* Writes the four, checked, and tells p's size. */
SX_MUST_USE enum sx_err sx_dsa_fields(EVP_PKEY *pkey, enum sx_err bad, struct sx_fault *fault,
                                      struct sx_writer *writer, unsigned *out_bits);

/* A fresh key pair with parameters of its own; NULL with OpenSSL's errors in its queue. */
EVP_PKEY *sx_dsa_generate(struct sx_provider *provider, unsigned bits);

/* From OpenSSL's signature to the signature field, and back. SSH's is r and s of 20 bytes each;
 * x509v3-sign-dss, which no text defines, carries the DER inside, and is read either way. */
SX_MUST_USE enum sx_err sx_dsa_to_ssh(const struct sx_sig_alg *alg, const uint8_t *der, size_t n,
                                      struct sx_writer *writer);
SX_MUST_USE enum sx_err sx_dsa_to_der(const struct sx_sig_alg *alg, struct sx_slice field,
                                      uint8_t *out, size_t cap, size_t *out_len);

#endif
