/* keys/pem_key.c: DEK-Info undone. */
#include "keys/pem_key.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "crypto/key_box.h"
#include "keys/container.h"
#include "wire/der.h"

enum { SALT_SIZE = 8 };

bool sx_pem_is_encrypted(const struct sx_pem *pem)
{
    struct sx_slice value;

    return sx_pem_header(pem, "DEK-Info", &value) || sx_pem_header(pem, "Proc-Type", &value);
}

static enum sx_err unusable(const struct sx_pem *pem, struct sx_fault *fault)
{
    struct sx_slice value = SX_SLICE_NONE;
    char shown[64];

    (void)sx_pem_header(pem, "DEK-Info", &value);
    return sx_fault_set(fault, SX_ERR_POLICY_CONTAINER,
                        "the private key is encrypted in the traditional PEM way (%s), for which "
                        "the crypto provider lacks MD5 or the cipher",
                        sx_escape(shown, sizeof shown, value));
}

/* "AES-128-CBC,0011..": the cipher, and its IV, whose first bytes are the salt, too. */
static enum sx_err read_header(const struct sx_pem *pem, struct sx_fault *fault,
                               struct sx_box_cipher *out_cipher, uint8_t *out_iv,
                               size_t *out_iv_len)
{
    static const char *const names[] = { "AES-128-CBC", "AES-192-CBC", "AES-256-CBC",
                                         "DES-EDE3-CBC", "DES-CBC" };
    struct sx_slice value = SX_SLICE_NONE;
    struct sx_slice name = SX_SLICE_NONE;
    char shown[64];

    if (sx_pem_header(pem, "DEK-Info", &value) && sx_list_next(&value, &name) &&
        sx_hex_decode(value, out_iv, SX_BOX_IV_MAX, out_iv_len) == SX_OK &&
        *out_iv_len >= SALT_SIZE) {
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            if (sx_slice_is_text(name, names[i])) {
                *out_cipher =
                    (struct sx_box_cipher){ .evp_name = names[i],
                                            .is_legacy = i + 1 == sizeof names / sizeof names[0],
                                            .is_padded = true };
                return SX_OK;
            }
        }
    }
    return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                        "the private key's DEK-Info names no known cipher with its IV (%s)",
                        sx_escape(shown, sizeof shown, name));
}

static enum sx_err decrypt(struct sx_provider *provider, const struct sx_pem *pem,
                           struct sx_slice passphrase, struct sx_fault *fault,
                           struct sx_secret *out)
{
    struct sx_box_cipher cipher = { .evp_name = NULL };
    struct sx_box_password password = { .text = passphrase };
    uint8_t iv[SX_BOX_IV_MAX];
    uint8_t key[SX_BOX_KEY_MAX];
    size_t iv_len = 0;
    size_t key_len = 0;
    size_t iv_wanted = 0;
    enum sx_err err;

    SX_TRY(read_header(pem, fault, &cipher, iv, &iv_len));
    if (sx_box_sizes(provider, &cipher, &key_len, &iv_wanted) != SX_OK)
        return unusable(pem, fault);
    if (iv_wanted != iv_len)
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "the private key's DEK-Info has an IV of %zu bytes instead of %zu",
                            iv_len, iv_wanted);
    if (passphrase.len == 0)
        return sx_fault_set(fault, SX_ERR_KEY_PASSPHRASE,
                            "the private key is encrypted, and no passphrase was given");
    password.salt = sx_slice_of(iv, iv_len);
    err = sx_box_md5(provider, &password, key, key_len);
    if (err == SX_ERR_PROVIDER_FETCH)
        err = unusable(pem, fault);
    if (err == SX_OK)
        err = sx_box_crypt(provider, &cipher, sx_slice_of(key, key_len), sx_slice_of(iv, iv_len),
                           false, sx_secret_slice(&pem->bytes), out);
    sx_wipe(key, sizeof key);
    return err;
}

enum sx_err sx_pem_key_decode(struct sx_provider *provider, const struct sx_pem *pem,
                              struct sx_slice passphrase, struct sx_fault *fault,
                              struct sx_key **out)
{
    struct sx_secret plain = { 0 };
    enum sx_err err;

    SX_TRY(sx_container_check(provider, "the traditional encryption of PEM (MD5)", fault));
    err = decrypt(provider, pem, passphrase, fault, &plain);
    if (err == SX_ERR_KEY_PASSPHRASE ||
        (err == SX_OK && !sx_der_is_one(sx_secret_slice(&plain), SX_DER_SEQUENCE)))
        err = sx_fault_set(fault, SX_ERR_KEY_PASSPHRASE,
                           "the private key doesn't decrypt: the passphrase is wrong");
    if (err == SX_OK)
        err = sx_key_from_der(provider, sx_secret_slice(&plain), fault, out);
    sx_secret_clear(&plain);
    return err == SX_OK ? SX_OK : sx_fault_note(fault, err);
}
