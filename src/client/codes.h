/* client/codes.h: from the inside's errors to the outside's numbers, in one table. */
#ifndef SX_CLIENT_CODES_H
#define SX_CLIENT_CODES_H

#include <sexec/codes.h>

#include "base/error.h"

/* The public code of a fault; is_logged_on tells the two timeouts apart. */
int sx_code_of(enum sx_err err, int sys, bool is_logged_on);

#endif
