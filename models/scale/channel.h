// Messages between two processes of this program, over a socket. A message is there whole or not at
// all; that the other side is gone is no error, but an answer.
#ifndef RMAPCHECK_MODELS_SCALE_CHANNEL_H_
#define RMAPCHECK_MODELS_SCALE_CHANNEL_H_

#include <optional>
#include <string>

namespace models {

// Sends all of the message. Returns: whether the other side is there.
bool Send(int socket, const std::string& message);

// Waits for a whole message. Returns: the message; nothing if the other side is gone.
std::optional<std::string> Receive(int socket);

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCALE_CHANNEL_H_
