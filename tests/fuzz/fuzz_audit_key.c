/* What verifiers read beside audit files: the copy of a key, and checkpoints, which nobody signed
 * here, so that none of them may ever count. */
#include <stdint.h>
#include <stdlib.h>

#include "audit/checkpoint.h"
#include "audit/key.h"
#include "support/fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct sx_key *key = fixture_key(fixture_provider(), SX_KEY_ECDSA_P256, 0);
    struct sx_slice bytes = sx_slice_of(data, size);
    struct sx_audit_head head = { 0 };
    struct sx_fault fault = { 0 };
    struct sx_buffer covered;

    if (sx_audit_key_decode(bytes, &fault, &head) == SX_OK && size != 21 + 40 + 70)
        abort();
    sx_buffer_init(&covered, 1024 * 1024);
    if (sx_audit_checkpoint_read(key, head.chain, bytes, &fault, &covered) == SX_OK && size != 0)
        abort();
    sx_buffer_clear(&covered);
    return 0;
}
