/* client/io.h: the command's three streams. */
#ifndef SX_CLIENT_IO_H
#define SX_CLIENT_IO_H

#include "client/object.h"

/* Most bytes of a line, record or piece that are kept. */
enum { SX_PIECE_MAX = 1024 * 1024 };

/* ChannelDataEOLFound: whether the output that its handler has now ended with the mark. */
int sx_get_eol_found(struct sexec *object, struct sx_buffer *out);

/* Output as it came from the server: to the handlers as lines or chunks, then the window reopens. */
void sx_output_data(struct sexec *object, bool is_stderr, struct sx_slice data);

/* What is left without a line end, at the end of the command. */
void sx_output_flush(struct sexec *object);

/* The command's input can go on: StdInFile, then the handler. */
void sx_input_ready(struct sexec *object);

/* Opens StdInFile, if one is set. */
SX_MUST_USE enum sx_err sx_input_open(struct sexec *object, struct sx_fault *fault);
void sx_input_close(struct sexec *object);

#endif
