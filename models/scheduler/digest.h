// A digest of words: equal contents have equal digests, and different ones practically never.
// For recognising that nothing changed; no defence against somebody who wants a collision.
#ifndef RMAPCHECK_MODELS_SCHEDULER_DIGEST_H_
#define RMAPCHECK_MODELS_SCHEDULER_DIGEST_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace models {

class Digest {
 public:
  void Add(std::uint64_t word) {
    constexpr std::uint64_t kFactor = 0x9ddfea08eb382d69;
    value_ = (value_ ^ word) * kFactor;
    value_ ^= value_ >> 47;
  }
  void AddBytes(const char* start, std::size_t bytes) {
    std::uint64_t word = 0;
    for (; bytes >= sizeof(word); start += sizeof(word), bytes -= sizeof(word)) {
      std::memcpy(&word, start, sizeof(word));
      Add(word);
    }
    word = bytes;
    std::memcpy(&word, start, bytes);
    Add(word);
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 1;
};

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCHEDULER_DIGEST_H_
