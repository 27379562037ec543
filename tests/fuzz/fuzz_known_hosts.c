/* Fuzzes keys/known_hosts.h: a key is known only by a file that holds its base64, and no reason is
 * unreadable. The first byte chooses the port. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "fuzz/fuzz_host_key.h"
#include "keys/key_line.h"
#include "keys/known_hosts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char key[] = "AAAAC3NzaC1lZDI1NTE5AAAAAUE"; /* ssh-ed25519, "A"; without padding */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = { data, size };
    struct sx_known_hosts known = { .count = 1 };
    struct sx_known_answer answer = { .verdict = SX_KNOWN_NEW };
    struct sx_known_query query = { .host = "host.example" };
    struct sx_known_types types = { .has_ca = false };
    struct sx_fault fault = { 0 };
    struct sx_slice rest;
    uint8_t storage[64];
    char path[] = "file";
    char *text;
    enum sx_err err;

    query.port = (fuzz_u8(&bytes) & 1) != 0 ? 2222 : 22;
    rest = fuzz_slice(&bytes, size);
    PROMISE(sx_key_line_blob(SX_SLICE_NONE, sx_slice_text(key), storage, sizeof storage,
                             &query.key) == SX_OK);
    text = sx_alloc(rest.len + 1);
    PROMISE(text != NULL);
    for (size_t i = 0; i < rest.len; i++)
        text[i] = rest.ptr[i] == 0 ? ' ' : (char)rest.ptr[i];
    known.files[0] = (struct sx_known_file){ path, (uint8_t *)text, rest.len };
    err = sx_known_hosts_ask(&known, provider_of_all_runs(), &query, &fault, &answer);
    PROMISE(err == SX_OK || err == SX_ERR_FILE);
    if (err == SX_OK && (answer.verdict == SX_KNOWN_KEY || answer.verdict == SX_KNOWN_REVOKED))
        PROMISE(strstr(text, key) != NULL);
    PROMISE(answer.verdict != SX_KNOWN_CA); /* no certificate was shown */
    PROMISE((answer.verdict == SX_KNOWN_NEW) == (answer.line == 0));
    promise_plain_text(answer.type);
    promise_plain_text(fault.text);
    PROMISE(sx_known_hosts_types(&known, provider_of_all_runs(), query.host, query.port, NULL,
                                 &types) == err);
    PROMISE(strlen(types.types) < sizeof types.types);
    sx_free(text);
    return 0;
}
