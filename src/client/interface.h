/* client/interface.h: what the table of settings tells of itself. */
#ifndef SX_CLIENT_INTERFACE_H
#define SX_CLIENT_INTERFACE_H

#include "client/object.h"

struct sx_setting_info {
    const char *name;
    bool is_read_only;
    bool is_locked; /* not while a connection is in progress */
    bool is_action; /* reading it does something */
};

/* The index-th setting; false past the last. */
bool sx_setting_info(size_t index, struct sx_setting_info *out);

#endif
