/* client/log_lines.h: log lines between the engine, which writes them in the middle of its work, and
 * the handler of on_log, which may call the object: they wait until no call of the engine runs. */
#ifndef SX_CLIENT_LOG_LINES_H
#define SX_CLIENT_LOG_LINES_H

#include "client/object.h"

/* sx_log_lines_level makes LogLevel hold; without a handler no line is even written. */
void sx_log_lines_level(struct sexec *object);

/* sx_log_lines_add keeps a line. It is dropped where there is no handler or no memory, and where the
 * handler itself brought it about, as that would never end. */
void sx_log_lines_add(struct sexec *object, enum sx_log_level level, const char *line);

/* sx_log_lines_tell gives the lines that wait to the handler. */
void sx_log_lines_tell(struct sexec *object);

#endif
