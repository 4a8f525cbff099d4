// The memory of the modelled program: what ksync::New and slabs hand out.
//
// One region a thread, handed out upwards and never reused within an execution. So an address
// depends only on the thread and on how many allocations it made before: executions with a common
// prefix agree on it, pointers may be stored in atomics, and a dangling pointer never meets a new
// object. Forgetting an execution half-way leaks nothing.
//
// What it does not do: serve operator new or malloc. A pointer from there may differ between two
// runs of one prefix; storing it in an atomic is then reported as nondeterminism.
#ifndef RMAPCHECK_MODELS_SCHEDULER_HEAP_H_
#define RMAPCHECK_MODELS_SCHEDULER_HEAP_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/sync/hooks.h"
#include "models/graph/view.h"
#include "models/scheduler/digest.h"

namespace models {

struct Allocation {
  char* start = nullptr;
  std::size_t size = 0;
  const char* name = nullptr;
  bool watched = true;   // Must be freed before the end.
  int pool_object = -1;  // Which object of the run's slabs it is; -1: none.
  ksync::Site allocated;
  bool freed = false;
  ksync::Site freed_site;
  std::uint16_t freed_by = 0;
  std::uint32_t first_location = 0;  // Head of the list of locations inside; 0: none.
};

class Heap {
 public:
  Heap();
  ~Heap();
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  // Forgets everything. Cost: proportional to the number of regions used.
  void Reset();

  // Returns: memory filled with a pattern, or null when the thread's region is used up.
  Allocation* Allocate(int thread, std::size_t size, const char* name, ksync::Site site,
                       std::size_t alignment = alignof(std::max_align_t));
  // Returns: the block that holds the address, freed or not, or null.
  Allocation* Find(const void* address);
  bool Owns(const void* address) const {
    const char* byte = static_cast<const char*>(address);
    return byte >= base_ && byte < base_ + kBytes;
  }
  // Adds all that is handed out.
  void AddTo(Digest& digest) const;
  const std::vector<Allocation>& blocks(int thread) const { return regions_[thread].blocks; }

  static constexpr std::size_t kRegionBytes = std::size_t{64} << 20;

 private:
  static constexpr std::size_t kBytes = kRegionBytes * kThreadsMax;
  struct Region {
    std::size_t used = 0;
    std::vector<Allocation> blocks;
  };

  char* base_;
  Region regions_[kThreadsMax];
  int regions_used_ = 0;
};

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCHEDULER_HEAP_H_
