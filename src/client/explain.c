/* client/explain.c: what is allowed and why not, as text for people and scripts. */
#include "client/auditing.h"
#include "client/explain.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "client/action.h"
#include "client/errors.h"
#include "client/rules.h"
#include "client/session.h"
#include "policy/compare.h"

static enum sx_err add(struct sx_buffer *out, const char *fmt, ...) SX_PRINTF(2, 3);

static enum sx_err add(struct sx_buffer *out, const char *fmt, ...)
{
    char line[SX_TEXT_MAX];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    return sx_buffer_append(out, sx_slice_text(line));
}

/* ---- one algorithm ------------------------------------------------------------------------- */

/* Who is asked, and what kept a provider from being asked. */
struct question {
    const struct sx_policy *policy;
    struct sx_provider *provider; /* NULL: none could be had */
    const char *no_provider;      /* why */
    const char *name;
};

static enum sx_err answer(const struct question *question, enum sx_alg_kind kind,
                          const struct sx_verdict *verdict, struct sx_buffer *out)
{
    bool is_allowed = verdict->is_allowed && question->provider != NULL;
    char shown[128];

    SX_TRY(add(out, "%s: %s\nverdict: %s%s\n", sx_alg_kind_name(kind),
               sx_escape(shown, sizeof shown, sx_slice_text(question->name)),
               is_allowed ? "allowed" : "refused",
               is_allowed && verdict->is_opt_in ? " when a list names it" : ""));
    if (verdict->is_by_policy)
        SX_TRY(add(out, "rule: policy %s lists it\nsource: %s\n", question->policy->name,
                   question->policy->source));
    else
        SX_TRY(add(out, "rule: policy %s refuses it: %s\nsource: %s\n", question->policy->name,
                   verdict->reason, verdict->source[0] == '\0' ? "-" : verdict->source));
    return add(out, "provider: %s\n",
               question->provider == NULL ? question->no_provider : verdict->provider);
}

/* One answer for each kind that has heard of the name; at least one. */
static enum sx_err answer_kinds(const struct question *question, struct sx_buffer *out)
{
    struct sx_verdict verdict;
    bool is_answered = false;

    for (int kind = 0; kind < SX_ALG_KIND_COUNT; kind++) {
        if (!sx_policy_knows((enum sx_alg_kind)kind, question->name))
            continue;
        if (is_answered)
            SX_TRY(add(out, "\n"));
        sx_policy_judge(question->policy, question->provider, (enum sx_alg_kind)kind,
                        question->name, &verdict);
        SX_TRY(answer(question, (enum sx_alg_kind)kind, &verdict, out));
        is_answered = true;
    }
    if (is_answered)
        return SX_OK;
    return add(out, "verdict: refused\nrule: no algorithm of this name is known\nsource: -\n"
                    "provider: isn't asked\n");
}

/* The object's provider where it may serve, else the policy's own. */
static enum sx_err open_provider(struct sexec *object, const struct sx_policy *policy,
                                 struct sx_fault *fault, struct sx_provider **out)
{
    struct sx_provider_spec spec = {
        .name = sx_session_provider_name(object, policy),
        .module_dir = object->values.module_dir,
        .config_file = object->values.provider_config,
        .is_unapproved_allowed = !policy->is_approved_only,
        .is_legacy_allowed = policy->is_weak_allowed,
    };
    bool may_serve = strcmp(policy->providers[0], "*") == 0;

    for (size_t i = 0; !may_serve && policy->providers[i] != NULL; i++)
        may_serve = strcmp(policy->providers[i], spec.name) == 0;
    if (!may_serve)
        spec.name = policy->providers[0];
    return sx_provider_open(&spec, fault, out);
}

static enum sx_err explain(struct sexec *object, const struct sx_policy *table,
                           const char *algorithm, struct sx_machine_room *room)
{
    struct sx_fault fault = { 0 };
    struct question question = { .name = algorithm, .no_provider = fault.text };
    enum sx_err err;

    SX_TRY(sx_rules_other(object, table, &object->fault, room, &question.policy));
    err = open_provider(object, question.policy, &fault, &question.provider);
    if (err != SX_OK)
        question.provider = NULL; /* the answer says so */
    err = answer_kinds(&question, &object->lent);
    sx_provider_close(question.provider);
    return err;
}

int sexec_explain(struct sexec *object, const char *policy, const char *algorithm, const char **out)
{
    const struct sx_policy *table = sx_policy_find(policy);
    struct sx_machine_room *room;
    char shown[80];
    enum sx_err err;

    sx_auditing_count(object, SX_COUNTED_GETTER);
    if (table == NULL)
        return sx_fail(object, SEXEC_POLICY, "there is no policy \"%s\"",
                       sx_escape(shown, sizeof shown, sx_slice_text(policy)));
    room = sx_alloc(sizeof *room);
    if (room == NULL)
        return sx_fail_err(object, SX_ERR_MEMORY, &object->fault);
    sx_buffer_clear(&object->lent);
    err = explain(object, table, algorithm, room);
    sx_free(room);
    if (err == SX_OK)
        err = sx_buffer_append(&object->lent, sx_slice_of("", 1));
    if (err != SX_OK)
        return sx_fail_err(object, err, &object->fault);
    *out = (const char *)sx_buffer_unread(&object->lent).ptr;
    return 0;
}

/* ---- a server's offer ------------------------------------------------------------------------ */

/* The lists of a KEXINIT in their order (RFC 4253 section 7.1). */
static const struct {
    enum sx_alg_kind kind;
    const char *direction;
} lists_in_order[SX_EVENT_OFFER_LISTS] = {
    { SX_ALG_KEX, "" },
    { SX_ALG_HOST_KEY, "" },
    { SX_ALG_CIPHER, " from client to server" },
    { SX_ALG_CIPHER, " from server to client" },
    { SX_ALG_MAC, " from client to server" },
    { SX_ALG_MAC, " from server to client" },
    { SX_ALG_COMPRESSION, " from client to server" },
    { SX_ALG_COMPRESSION, " from server to client" },
};

/* Where the cipher of a direction authenticates by itself, its MAC isn't negotiated. */
static bool is_mac_unused(const struct sx_offer *offer, const struct sx_event_offer *lists, int i)
{
    int cipher;

    if (lists_in_order[i].kind != SX_ALG_MAC)
        return false;
    if (offer->macs[0] == NULL)
        return true; /* all ciphers that are offered do */
    cipher = sx_offer_choose(offer, SX_ALG_CIPHER, lists->lists[i - 2]);
    return cipher >= 0 && sx_cipher_is_aead(offer->ciphers[cipher]);
}

static enum sx_err write_offer(struct sexec *object, const struct sx_event_offer *lists)
{
    const struct sx_provider_info *info = sx_provider_get_info(object->provider);
    struct sx_buffer *out = &object->server_offer;
    char shown[3 * SX_IDENT_MAX];

    SX_TRY(add(out, "server: %s\npolicy: %s\nprovider: %s (version %s)\n",
               sx_escape(shown, sizeof shown, sx_slice_text(object->server_version)),
               object->policy->name, info->name, info->version));
    for (int i = 0; i < SX_EVENT_OFFER_LISTS; i++)
        SX_TRY(sx_offer_compare(&object->offer, lists_in_order[i].kind, lists_in_order[i].direction,
                                !is_mac_unused(&object->offer, lists, i), lists->lists[i], out));
    return sx_buffer_append(out, sx_slice_of("", 1));
}

void sx_explain_offer(struct sexec *object, const struct sx_event_offer *lists)
{
    enum sx_err err;

    if (!object->is_explaining)
        return;
    sx_buffer_clear(&object->server_offer);
    err = write_offer(object, lists);
    if (err != SX_OK) {
        sx_buffer_clear(&object->server_offer);
        object->stream_error =
            sx_fault_set(&object->fault, err, "the server's offer can't be written down");
        return;
    }
    sx_action_leave(object);
}

const char *sexec_get_server_offer(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    struct sx_slice text = sx_buffer_unread(&object->server_offer);

    return text.len == 0 ? "" : (const char *)text.ptr;
}

static int explain_server(struct sexec *object, const char *host, int port, const char **out)
{
    int code;

    if (sx_is_busy(object))
        return sx_fail_code(object, SEXEC_BUSY);
    sx_buffer_clear(&object->server_offer);
    object->is_explaining = true;
    code = sexec_ssh_logon(object, host, port);
    if (object->action == SX_ACTION_NONE)
        object->is_explaining = false;
    *out = sexec_get_server_offer(object);
    return code;
}

int sexec_explain_server(struct sexec *object, const char *host, int port, const char **out)
{
    sx_method_begin(object);
    return sx_method_end(object, sx_auditing_call(object, "explain_server", NULL,
                                                  explain_server(object, host, port, out)));
}
