/* PKCS#12: the file as it is, and behind a first byte of 0 what its MAC covers, with a MAC that is
 * right. A count of millions is right to work off and of no use here, so such inputs are left out. */
#include "fuzz/fuzz_store.h"

#include "crypto/key_box.h"

enum { PFX_MAX = 4096, PFX_HEAD = 64 };

/* Puts tag and length before n bytes at out + PFX_HEAD - used, and gives what is used now. */
static size_t put_head(uint8_t *end_of_head, size_t used, uint8_t tag, size_t n)
{
    uint8_t *at = end_of_head - used;

    if (n < 128) {
        *--at = (uint8_t)n;
        used += 1;
    } else if (n < 256) {
        *--at = (uint8_t)n;
        *--at = 0x81;
        used += 2;
    } else {
        *--at = (uint8_t)n;
        *--at = (uint8_t)(n >> 8);
        *--at = 0x82;
        used += 3;
    }
    *--at = tag;
    return used + 1;
}

static size_t put_bytes(uint8_t *end_of_head, size_t used, const uint8_t *bytes, size_t n)
{
    memcpy(end_of_head - used - n, bytes, n);
    return used + n;
}

static void fuzz_inside(const uint8_t *data, size_t size)
{
    static const uint8_t version[] = { 0x02, 0x01, 0x03 };
    static const uint8_t oid[] = {
        0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01
    };
    static const uint8_t mac_head[] = { 0x30, 0x2d, 0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b,
                                        0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14 };
    static const uint8_t mac_tail[] = { 0x04, 0x08, 1, 2, 3, 4, 5, 6, 7, 8 };
    const struct sx_box_password password = { SX_SLICE_NONE, sx_slice_of(mac_tail + 2, 8), 1 };
    uint8_t file[PFX_HEAD + PFX_MAX + 64];
    uint8_t key[SX_DIGEST_MAX], mac[SX_DIGEST_MAX];
    uint8_t *end_of_head = file + PFX_HEAD;
    uint8_t *tail = end_of_head + size;
    size_t used = 0;

    if (size > PFX_MAX ||
        sx_box_pkcs12(provider, SX_HASH_SHA1, SX_BOX_MAC, &password, key, 20) != SX_OK ||
        sx_box_hmac(provider, SX_HASH_SHA1, sx_slice_of(key, 20), sx_slice_of(data, size), mac) !=
            SX_OK)
        return;
    memcpy(end_of_head, data, size);
    memcpy(tail, mac_head, sizeof mac_head);
    memcpy(tail + sizeof mac_head, mac, 20);
    memcpy(tail + sizeof mac_head + 20, mac_tail, sizeof mac_tail);
    used = put_head(end_of_head, used, 0x04, size + used);
    used = put_head(end_of_head, used, 0xa0, size + used);
    used = put_bytes(end_of_head, used, oid, sizeof oid);
    used = put_head(end_of_head, used, 0x30, size + used);
    used = put_bytes(end_of_head, used, version, sizeof version);
    used = put_head(end_of_head, used, 0x30, size + used + sizeof mac_head + 20 + sizeof mac_tail);
    fuzz_form(SX_FORM_PFX,
              sx_slice_of(end_of_head - used, used + size + sizeof mac_head + 20 + sizeof mac_tail),
              "");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i + 1 < size; i++) {
        if (data[i] == 0x02 && data[i + 1] >= 3 && data[i + 1] <= 5)
            return 0;
    }
    if (size > 0 && data[0] == 0)
        fuzz_inside(data + 1, size - 1);
    else
        fuzz_form(SX_FORM_PFX, sx_slice_of(data, size), "opensesame");
    return 0;
}
