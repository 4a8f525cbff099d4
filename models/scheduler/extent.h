// Ranges of the process's own memory: what a thread touched of its stack, where the program's code
// and variables lie, and the storage of which each modelled thread has its own.
#ifndef RMAPCHECK_MODELS_SCHEDULER_EXTENT_H_
#define RMAPCHECK_MODELS_SCHEDULER_EXTENT_H_

#include <algorithm>
#include <cstddef>
#include <vector>

namespace models {

// A range of bytes; an empty one holds and overlaps nothing.
struct Extent {
  static Extent Of(const void* address, std::size_t bytes) {
    char* const begin = const_cast<char*>(static_cast<const char*>(address));
    return {begin, begin + bytes};
  }

  bool empty() const { return begin == end; }
  std::size_t size() const { return end - begin; }
  bool Holds(const void* address) const { return address >= begin && address < end; }
  bool Overlaps(const Extent& other) const { return begin < other.end && other.begin < end; }
  // Grows until it holds `other` as well.
  void Cover(const Extent& other) {
    begin = empty() ? other.begin : std::min(begin, other.begin);
    end = std::max(end, other.end);
  }

  char* begin = nullptr;
  char* end = nullptr;
};

// Memory of the OS thread of which each modelled thread has its own: thread_local variables.
class ThreadStorage {
 public:
  // Requires: not empty.
  void Add(const Extent& extent) {
    extents_.push_back(extent);
    hull_.Cover(extent);
  }
  const std::vector<Extent>& extents() const { return extents_; }
  // Quick where the answer is no: it is asked of every access.
  bool Holds(const void* address) const {
    return hull_.Holds(address) && std::ranges::any_of(extents_, [address](const Extent& extent) {
             return extent.Holds(address);
           });
  }

 private:
  std::vector<Extent> extents_;
  Extent hull_;  // All of them are in it.
};

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCHEDULER_EXTENT_H_
