/* keys/p7b.c: the certificates of a SignedData. */
#include "keys/p7b.h"

#include "wire/der.h"

enum { P7B_CERTS_MAX = 64 };

static const uint8_t signed_data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02 };

bool sx_p7b_is(struct sx_slice der)
{
    struct sx_reader reader;
    struct sx_reader inner;

    sx_reader_init(&reader, der);
    sx_reader_init(&inner, sx_der_read(&reader, SX_DER_SEQUENCE));
    return sx_slice_is_equal(sx_der_read(&inner, SX_DER_OID),
                             sx_slice_of(signed_data, sizeof signed_data));
}

static enum sx_err damaged(struct sx_fault *fault)
{
    return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                        "the PKCS#7 file is damaged, has no certificates, or isn't DER");
}

enum sx_err sx_p7b_decode(struct sx_slice der, struct sx_fault *fault,
                          const struct sx_key_sink *sink)
{
    struct sx_reader outer, info, wrapped, data, certs;

    sx_reader_init(&outer, der);
    sx_reader_init(&info, sx_der_read(&outer, SX_DER_SEQUENCE));
    if (!sx_slice_is_equal(sx_der_read(&info, SX_DER_OID),
                           sx_slice_of(signed_data, sizeof signed_data)))
        return damaged(fault);
    sx_reader_init(&wrapped, sx_der_read(&info, SX_DER_CONTEXT_0_CONSTRUCTED));
    sx_reader_init(&data, sx_der_read(&wrapped, SX_DER_SEQUENCE));
    (void)sx_der_u32(&data);                   /* version */
    (void)sx_der_read(&data, SX_DER_SET);      /* digest algorithms */
    (void)sx_der_read(&data, SX_DER_SEQUENCE); /* content */
    sx_reader_init(&certs, sx_der_read(&data, SX_DER_CONTEXT_0_CONSTRUCTED));
    if (sx_reader_finish(&outer) != SX_OK || sx_reader_finish(&info) != SX_OK ||
        sx_reader_finish(&wrapped) != SX_OK || sx_reader_is_bad(&data) || sx_der_peek(&certs) == 0)
        return damaged(fault);
    for (unsigned i = 0; sx_der_peek(&certs) != 0; i++) {
        struct sx_slice cert = sx_der_whole(&certs, SX_DER_SEQUENCE);

        if (sx_reader_is_bad(&certs) || i == P7B_CERTS_MAX)
            return damaged(fault);
        SX_TRY(sink->certificate(sink->context, cert, fault));
    }
    return SX_OK;
}
