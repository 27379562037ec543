/* tests/support/user_cert.c: PROTOCOL.certkeys, field by field. */
#include "support/user_cert.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "wire/reader.h"
#include "wire/writer.h"

struct sx_slice user_cert_make(const struct sx_key *key, const struct sx_sig_alg *alg,
                               uint32_t type, uint8_t storage[USER_CERT_MAX])
{
    static const uint8_t nonce[32] = { 7 };
    struct sx_slice written = SX_SLICE_NONE;
    struct sx_writer writer;
    struct sx_reader reader;

    sx_reader_init(&reader, sx_key_public_blob(key));
    (void)sx_reader_string(&reader); /* the plain name */
    sx_writer_init(&writer, storage, USER_CERT_MAX);
    sx_writer_text(&writer, alg->blob_name != NULL ? alg->blob_name : alg->name);
    sx_writer_string(&writer, sx_slice_of(nonce, sizeof nonce));
    sx_writer_bytes(&writer, sx_reader_rest(&reader));
    sx_writer_u64(&writer, 1); /* serial */
    sx_writer_u32(&writer, type);
    sx_writer_text(&writer, "a certificate");
    sx_writer_text(&writer, ""); /* principals */
    sx_writer_u64(&writer, 0);
    sx_writer_u64(&writer, UINT64_MAX);
    sx_writer_text(&writer, "");                        /* critical options */
    sx_writer_text(&writer, "");                        /* extensions */
    sx_writer_text(&writer, "");                        /* reserved */
    sx_writer_string(&writer, sx_key_public_blob(key)); /* of the authority */
    sx_writer_text(&writer, "signature");
    return sx_writer_finish(&writer, &written) == SX_OK ? written : SX_SLICE_NONE;
}

const char *user_cert_line(const char *name, struct sx_slice blob, char line[USER_CERT_LINE_MAX])
{
    size_t len;

    (void)snprintf(line, USER_CERT_LINE_MAX, "%s ", name);
    len = strlen(line);
    if (sx_base64_encode(blob, line + len, USER_CERT_LINE_MAX - len - 16) != SX_OK)
        line[0] = '\0';
    len = strlen(line);
    (void)snprintf(line + len, USER_CERT_LINE_MAX - len, " comment\n");
    return line;
}
