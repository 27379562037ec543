/* connection/channel_receive.h: between the two files of the channel. */
#ifndef SX_CONNECTION_CHANNEL_RECEIVE_H
#define SX_CONNECTION_CHANNEL_RECEIVE_H

#include "connection/channel.h"

/* The channel is open: ask for the command. */
SX_MUST_USE enum sx_err sx_channel_send_exec(struct sx_channel *channel);

/* EOF, CLOSE, SUCCESS or FAILURE to the server's end of the channel. */
SX_MUST_USE enum sx_err sx_channel_send_number(struct sx_channel *channel, uint8_t number);

#endif
