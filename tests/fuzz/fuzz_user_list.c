/* Fuzzes a user's list of algorithms: whatever it says, what is offered is the policy's and the
 * provider's, each once, and a refusal is one plain sentence. */
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "fuzz/fuzz_bytes.h"
#include "policy/offer_inside.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sx_provider *provider;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const struct sx_provider_spec spec = { .name = "default", .is_legacy_allowed = true };

    (void)argc;
    (void)argv;
    return sx_provider_open(&spec, NULL, &provider) == SX_OK ? 0 : 1;
}

static void promise_offer(const struct sx_offer *offer, enum sx_alg_kind kind)
{
    const char *name, *other;
    unsigned row, i;

    for (i = 0; (name = sx_offer_name(offer, kind, i)) != NULL; i++) {
        PROMISE(sx_policy_row(offer->policy, kind, name, &row));
        PROMISE(sx_policy_is_provided(offer->policy, provider, kind, row));
        for (unsigned j = 0; j < i; j++) {
            other = sx_offer_name(offer, kind, j);
            PROMISE(strcmp(name, other) != 0);
        }
    }
    PROMISE(i > 0 || sx_policy_own_count(offer->policy, kind) == 0);
}

/* A name that a plain list says is in the offer, or the list is refused. */
static void promise_all_said(const struct sx_offer *offer, enum sx_alg_kind kind, const char *list)
{
    struct sx_slice rest = sx_slice_text(list), entry;

    if (list[0] == '+' || list[0] == '^')
        rest = sx_slice_text(list + 1);
    while (list[0] != '-' && sx_list_next(&rest, &entry)) {
        const char *name;
        bool is_there = false;

        for (unsigned i = 0; !is_there && (name = sx_offer_name(offer, kind, i)) != NULL; i++)
            is_there = sx_slice_is_text(entry, name);
        PROMISE(is_there);
    }
}

/* What the policy alone makes of it is more than what both locks do, or the same. */
static void promise_wish(const struct sx_offer *offer, enum sx_alg_kind kind, const char *list)
{
    char names[4096];
    const char *name;

    PROMISE(sx_policy_wish_names(offer->policy, kind, list, names, sizeof names) == SX_OK);
    for (unsigned i = 0; (name = sx_offer_name(offer, kind, i)) != NULL; i++)
        PROMISE(sx_list_has(sx_slice_text(names), name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = { data, size };
    enum sx_alg_kind kind = (enum sx_alg_kind)(fuzz_u8(&bytes) % SX_ALG_KIND_COUNT);
    const struct sx_policy *policy = &sx_policy_default;
    struct sx_offer_wishes wishes = { .strict_kex = -1 };
    struct sx_slice text;
    struct sx_fault fault = { 0 };
    struct sx_offer offer;
    char refusals[1200];
    char *list;

#if SX_LEGACY
    if ((fuzz_u8(&bytes) & 1) != 0)
        policy = &sx_policy_compat;
#endif
    text = fuzz_slice(&bytes, bytes.left < 2000 ? bytes.left : 2000);
    list = sx_alloc(text.len + 1);
    PROMISE(list != NULL);
    if (text.len != 0)
        memcpy(list, text.ptr, text.len);
    wishes.lists[kind] = list;
    if (sx_offer_make(policy, provider, &wishes, &fault, &offer) == SX_OK) {
        promise_offer(&offer, kind);
        promise_all_said(&offer, kind, list);
        promise_wish(&offer, kind, list);
    } else {
        PROMISE(fault.err == SX_ERR_POLICY_ALGORITHM);
        promise_plain_text(fault.text);
    }
    sx_policy_refusals(policy, provider, kind, text, refusals, sizeof refusals);
    promise_plain_text(refusals);
    sx_free(list);
    return 0;
}
