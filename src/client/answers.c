/* client/answers.c: what the server asks the user for: from settings where they say it, else from
 * the handlers. Answers live in wiped storage until the engine has sent them, and nowhere after. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "client/answers.h"
#include "client/events.h"
#include "client/packets.h"
#include "client/values.h"

/* A text of the server as a handler may show it; to be freed. NULL when memory is short. */
static char *shown_text(struct sx_slice bytes)
{
    size_t cap = 4 * bytes.len + 8;
    char *text = sx_alloc(cap);

    return text == NULL ? NULL : sx_escape_lines(text, cap, bytes);
}

/* Whether PasswordPrompt means this prompt, so that the password is the answer. */
static bool is_password_prompt(const struct sexec *object, struct sx_slice prompt)
{
    char text[4 * 1024 + 1];

    if (object->values.password_prompt[0] == '\0' || object->values.ssh_password.len <= 1 ||
        prompt.len >= sizeof text || memchr(prompt.ptr, '\0', prompt.len) != NULL)
        return false;
    memcpy(text, prompt.ptr, prompt.len);
    text[prompt.len] = '\0';
    return sx_pattern_is_match(object->values.password_prompt, text);
}

bool sx_can_answer(const struct sexec *object)
{
    return sx_has_handler(object, SX_ON_SSH_KEYBOARD_INTERACTIVE) ||
           (object->values.password_prompt[0] != '\0' && object->values.ssh_password.len > 1);
}

/* One prompt's answer; *out_has false when nobody has one. */
static enum sx_err answer_prompt(struct sexec *object, const struct sx_event_ask *ask,
                                 unsigned index, struct sx_secret *out, bool *out_has)
{
    const struct sx_prompt *prompt = &ask->prompts[index];
    bool is_password = is_password_prompt(object, prompt->text);
    struct sx_prompt_shown shown = { .is_echoed = prompt->is_echoed };
    char *texts[3];
    enum sx_err err;

    *out_has = is_password || sx_has_handler(object, SX_ON_SSH_KEYBOARD_INTERACTIVE);
    if (!*out_has)
        return SX_OK;
    SX_TRY(
        sx_secret_text_set(out, is_password ? sx_secret_text(&object->values.ssh_password) : ""));
    shown.name = texts[0] = shown_text(ask->name);
    shown.instructions = texts[1] = shown_text(ask->instruction);
    shown.prompt = texts[2] = shown_text(prompt->text);
    err = SX_ERR_MEMORY;
    if (texts[0] != NULL && texts[1] != NULL && texts[2] != NULL)
        err = sx_fire_keyboard_interactive(object, &shown, out);
    for (int i = 0; i < 3; i++)
        sx_free(texts[i]);
    return err;
}

/* Without prompts there is still something to read. */
static void tell(struct sexec *object, const struct sx_event_ask *ask)
{
    char name[256];
    char text[SX_TEXT_MAX];

    if (ask->count > 0 || ask->name.len + ask->instruction.len == 0)
        return;
    sx_status(object, "The server says: %s%s%s", sx_escape(name, sizeof name, ask->name),
              ask->name.len > 0 && ask->instruction.len > 0 ? ": " : "",
              sx_escape(text, sizeof text - sizeof name - 32, ask->instruction));
}

static enum sx_err answer_prompts(struct sexec *object, const struct sx_event_ask *ask,
                                  struct sx_secret *answers, unsigned *out_count)
{
    bool has = true;

    tell(object, ask);
    for (unsigned i = 0; i < ask->count; i++) {
        SX_TRY(answer_prompt(object, ask, i, &answers[i], &has));
        if (!has)
            return SX_OK;
    }
    *out_count = ask->count;
    return SX_OK;
}

static enum sx_err answer_new_password(struct sexec *object, const struct sx_event_ask *ask,
                                       struct sx_secret *answers, unsigned *out_count)
{
    char *prompt = shown_text(ask->prompts[0].text);
    enum sx_err err;

    if (prompt == NULL)
        return SX_ERR_MEMORY;
    err = sx_fire_password_change(object, prompt, &answers[0]);
    sx_free(prompt);
    /* An empty one is none: no server takes it, and a handler that set nothing meant nothing. */
    if (err == SX_OK && answers[0].len > 1)
        *out_count = 1;
    return err;
}

/* The handler speaks hexadecimal; an empty text is no packet. */
static enum sx_err answer_packet(struct sexec *object, const struct sx_event_ask *ask,
                                 struct sx_secret *answers, unsigned *out_count)
{
    struct sx_secret received = { 0 };
    struct sx_secret set = { 0 };
    enum sx_err err = sx_packet_encode(ask->packet, &received);

    if (err == SX_OK)
        err = sx_fire_custom_auth(object, sx_secret_text(&received), &set);
    sx_packets_clear(object);
    if (err == SX_OK && set.len > 1) {
        err = sx_packet_decode(sx_secret_text(&set), &answers[0]);
        if (err == SX_ERR_ARGUMENT)
            err = sx_fault_set(&object->fault, SX_ERR_AUTH_PACKET,
                               "custom authentication: the packet is not in hexadecimal digits, or "
                               "too long");
        *out_count = 1;
    }
    sx_secret_clear(&set);
    sx_secret_clear(&received);
    return err;
}

enum sx_err sx_answer(struct sexec *object, const struct sx_event_ask *ask)
{
    struct sx_secret answers[SX_PROMPTS_MAX] = { { 0 } };
    struct sx_slice slices[SX_PROMPTS_MAX];
    unsigned count = 0;
    enum sx_err err = SX_ERR_INTERNAL;

    switch (ask->kind) {
    case SX_ASK_PROMPTS: err = answer_prompts(object, ask, answers, &count); break;
    case SX_ASK_NEW_PASSWORD: err = answer_new_password(object, ask, answers, &count); break;
    case SX_ASK_PACKET: err = answer_packet(object, ask, answers, &count); break;
    }
    for (unsigned i = 0; i < count; i++)
        slices[i] = ask->kind == SX_ASK_PACKET ? sx_secret_slice(&answers[i])
                                               : sx_secret_text_slice(&answers[i]);
    if (err == SX_OK)
        err = sx_engine_answer_ask(object->engine, slices, count);
    for (unsigned i = 0; i < SX_PROMPTS_MAX; i++)
        sx_secret_clear(&answers[i]);
    return err;
}
