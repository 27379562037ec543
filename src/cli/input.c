/* cli/input.c: one buffer between read(2) and sexec_send. The descriptor keeps its mode, see
 * output.h; a read follows a poll that found something. */
#include "cli/input.h"

#include <errno.h>
#include <unistd.h>

bool sx_cli_input_wants(const struct sx_cli_input *input)
{
    return input->is_open && !input->is_over && input->start == input->end;
}

void sx_cli_input_read(struct sx_cli_input *input, struct sexec *ssh)
{
    ssize_t n = read(input->fd, input->bytes, sizeof input->bytes);

    if (n > 0) {
        input->start = 0;
        input->end = (size_t)n;
        return;
    }
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    input->is_over = true;
    if (n < 0)
        input->error = errno;
    else
        (void)sexec_send_eof(ssh); /* fails only when the command takes no input any more */
}

bool sx_cli_input_send(struct sx_cli_input *input, struct sexec *ssh)
{
    size_t taken;
    int code;

    if (!input->is_open || input->is_blocked || input->is_over || input->start == input->end)
        return false;
    code = sexec_send(ssh, input->bytes + input->start, input->end - input->start);
    taken = sexec_get_bytes_taken(ssh);
    input->start += taken;
    if (code == SEXEC_SEND_WOULD_BLOCK || code == SEXEC_WOULD_BLOCK_REKEY)
        input->is_blocked = true;
    else if (code != 0)
        input->is_over = true; /* the command ended, or the connection did, which do_events tells */
    return taken > 0;
}
