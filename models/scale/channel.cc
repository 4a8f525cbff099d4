// A message is its length, eight bytes, and its bytes. Both processes are of one machine and one
// build, so the length needs no order of bytes.
#include "models/scale/channel.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace models {
namespace {

// A signal that is handled interrupts a call, and not the message. The other side's death must not
// kill this one (MSG_NOSIGNAL).
bool SendAll(int socket, const void* bytes, std::size_t size) {
  const char* at = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t sent = send(socket, at, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    at += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

bool ReceiveAll(int socket, void* bytes, std::size_t size) {
  char* at = static_cast<char*>(bytes);
  while (size > 0) {
    const ssize_t received = recv(socket, at, size, 0);
    if (received < 0 && errno == EINTR) continue;
    if (received <= 0) return false;
    at += received;
    size -= static_cast<std::size_t>(received);
  }
  return true;
}

}  // namespace

bool Send(int socket, const std::string& message) {
  const std::uint64_t size = message.size();
  return SendAll(socket, &size, sizeof(size)) && SendAll(socket, message.data(), message.size());
}

std::optional<std::string> Receive(int socket) {
  std::uint64_t size = 0;
  if (!ReceiveAll(socket, &size, sizeof(size))) return std::nullopt;
  std::string message(size, '\0');
  if (!ReceiveAll(socket, message.data(), message.size())) return std::nullopt;
  return message;
}

}  // namespace models
