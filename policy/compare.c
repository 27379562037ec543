/* policy/compare.c: what is chosen, allowed, left out and refused of a server's offer. */
#include "policy/compare.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { NAMES_MAX = 128, NAME_ROOM = 128, LINE_ROOM = 1024, OURS_ROOM = 2048 };

/* RFC 4253 section 7.1: the first of the client's names that the server's list holds. */
int sx_offer_choose(const struct sx_offer *offer, enum sx_alg_kind kind, struct sx_slice names)
{
    const char *name;

    for (unsigned i = 0; (name = sx_offer_name(offer, kind, i)) != NULL; i++) {
        if (sx_list_has(names, name))
            return (int)i;
    }
    return -1;
}

static bool is_offered(const struct sx_offer *offer, enum sx_alg_kind kind, const char *name)
{
    const char *ours;

    for (unsigned i = 0; (ours = sx_offer_name(offer, kind, i)) != NULL; i++) {
        if (strcmp(ours, name) == 0)
            return true;
    }
    return false;
}

static enum sx_err row(struct sx_buffer *out, const char *what, const char *name, const char *why,
                       const char *source)
{
    char line[LINE_ROOM];
    bool has_source = source[0] != '\0';

    (void)snprintf(line, sizeof line, "  %-8s  %s%s%s%s%s%s\n", what, name,
                   why[0] == '\0' ? "" : ": ", why, has_source ? " (" : "", source,
                   has_source ? ")" : "");
    return sx_buffer_append(out, sx_slice_text(line));
}

static enum sx_err judge(const struct sx_offer *offer, enum sx_alg_kind kind, const char *chosen,
                         const char *name, struct sx_buffer *out)
{
    struct sx_verdict verdict;

    if (sx_policy_is_signal(kind, name))
        return row(out, "signal", name, "not an algorithm", "");
    if (chosen != NULL && strcmp(chosen, name) == 0)
        return row(out, "chosen", name, "", "");
    if (is_offered(offer, kind, name))
        return row(out, "allowed", name, "", "");
    sx_policy_judge(offer->policy, offer->provider, kind, name, &verdict);
    if (!verdict.is_by_policy)
        return row(out, "refused", name, verdict.reason, verdict.source);
    if (!verdict.is_allowed)
        return row(out, "refused", name, verdict.provider, "the policy allows it");
    return row(out, "left out", name,
               verdict.is_opt_in ? "allowed, but only when a list names it"
                                 : "the user's list doesn't name it",
               "");
}

static enum sx_err nothing_in_common(const struct sx_offer *offer, enum sx_alg_kind kind,
                                     struct sx_buffer *out)
{
    char ours[OURS_ROOM];

    SX_TRY(sx_offer_names(offer, kind, ours, sizeof ours));
    SX_TRY(sx_buffer_append(out, sx_slice_text("  nothing in common; ours: ")));
    SX_TRY(sx_buffer_append(out, sx_slice_text(ours)));
    return sx_buffer_append(out, sx_slice_text("\n"));
}

enum sx_err sx_offer_compare(const struct sx_offer *offer, enum sx_alg_kind kind,
                             const char *direction, bool is_used, struct sx_slice names,
                             struct sx_buffer *out)
{
    int choice = is_used ? sx_offer_choose(offer, kind, names) : -1;
    const char *chosen = choice < 0 ? NULL : sx_offer_name(offer, kind, (unsigned)choice);
    char text[NAME_ROOM];
    struct sx_slice entry;

    (void)snprintf(text, sizeof text, "%s%s%s:\n", sx_alg_kind_name(kind), direction,
                   is_used ? "" : ", not used beside the chosen cipher");
    SX_TRY(sx_buffer_append(out, sx_slice_text(text)));
    for (unsigned i = 0; sx_list_next(&names, &entry); i++) {
        if (i == NAMES_MAX) {
            SX_TRY(sx_buffer_append(out, sx_slice_text("  and more, which are not shown\n")));
            break;
        }
        if (entry.len != 0)
            SX_TRY(judge(offer, kind, chosen, sx_escape(text, sizeof text, entry), out));
    }
    return is_used && choice < 0 ? nothing_in_common(offer, kind, out) : SX_OK;
}
