/* crypto/provider_config.h: private to this room: the section file of a FIPS module.
 *
 * OpenSSL's configuration language can include files, expand variables and load other code. None
 * of that is wanted here, so the file is read and judged by us, and libcrypto gets to see only
 * what passed, from memory. */
#ifndef SX_CRYPTO_PROVIDER_CONFIG_H
#define SX_CRYPTO_PROVIDER_CONFIG_H

#include "base/error.h"
#include "crypto/openssl.h"

enum { SX_CONFIG_FILE_MAX = 16 * 1024, SX_CONFIG_MAC_MAX = 256 };

struct sx_module_config {
    char mac[SX_CONFIG_MAC_MAX];         /* module-mac as the file has it */
    bool has_install_status;             /* a 3.0 or 3.1 module then skips self-tests on load */
    char lines[SX_CONFIG_FILE_MAX + 64]; /* "name = value" lines of the section */
    size_t lines_len;
};

/* sx_module_config_read accepts the section [fips_sect], or the one section that holds
 * module-mac. Every line in it must be "name = value" in plain characters, no name twice, no
 * check switched off, and none of activate, module and identity. SX_ERR_PROVIDER. */
SX_MUST_USE enum sx_err sx_module_config_read(const char *path, struct sx_fault *fault,
                                              struct sx_module_config *out);

/* sx_module_config_apply hands the section to libctx, so that loading "fips" there finds it. */
SX_MUST_USE enum sx_err sx_module_config_apply(const struct sx_module_config *config,
                                               OSSL_LIB_CTX *libctx, struct sx_fault *fault);

#endif
