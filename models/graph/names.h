// Names of locations and threads that executions with a common prefix agree on.
//
// The k-th location made by thread t has one number for the whole exploration, likewise the k-th
// child of a thread: numbers are handed out when first seen and never change. What a location is
// called, and where it was made, is noted anew in each execution.
#ifndef RMAPCHECK_MODELS_GRAPH_NAMES_H_
#define RMAPCHECK_MODELS_GRAPH_NAMES_H_

#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/sync/hooks.h"
#include "models/graph/view.h"

namespace models {

struct NamedLocation {
  ksync::LocationInfo info;
  ksync::Site site;
  bool watched = false;  // Any of the next three says something: one look instead of three.
  bool dead = false;
  bool mixed = false;      // Some plain access of it is an event.
  std::uint8_t width = 0;  // Of an atomic by address; 0: of everything else.
  std::uint32_t cell = 0;  // Of an atomic by address: where it lies in the run's shadow memory.
  ksync::Site dead_site;
  int dead_by = 0;
  std::uint32_t next_in_block = 0;
  int pool_object = -1;  // Which object of the run's slabs it lies in; -1: none.
  // By address: the allocation it lies in, and how far behind its beginning; null: none.
  const char* block = nullptr;
  ksync::Site block_site;
  std::size_t block_offset = 0;
};

struct NamedThread {
  int parent = 0;
  int manyeth = 0;  // Among its parent's children.
  const char* name = "main";
  ksync::Site site;
};

class Names {
 public:
  // Location 0 counts grace periods and belongs to nobody.
  Names() : locations_(1), threads_(1), children_(1), order_(1) {}

  ksync::LocationId LocationOf(int thread, int manyeth) {
    if (by_thread_.size() <= static_cast<std::size_t>(thread)) by_thread_.resize(thread + 1);
    std::vector<ksync::LocationId>& mine = by_thread_[thread];
    if (static_cast<std::size_t>(manyeth) == mine.size()) {
      mine.push_back(static_cast<ksync::LocationId>(locations_.size()));
      locations_.emplace_back();
    }
    return mine[manyeth];
  }

  // Returns: the number of the life-th location that begins at an address and is `bytes` wide.
  ksync::LocationId LocationAt(const void* address, std::size_t bytes, int life) {
    const auto [known, added] = by_address_.try_emplace(
        std::tuple(address, bytes, life), static_cast<ksync::LocationId>(locations_.size()));
    if (added) locations_.emplace_back();
    return known->second;
  }

  // Returns: the number of a thread's manyeth child; it may be past kThreadsMax.
  int ChildOf(int thread, int manyeth) {
    if (static_cast<std::size_t>(manyeth) >= children_[thread].size()) {
      children_[thread].resize(manyeth + 1, kUnknown);
    }
    if (children_[thread][manyeth] == kUnknown) {
      children_[thread][manyeth] = static_cast<int>(threads_.size());
      threads_.emplace_back();
      threads_.back().parent = thread;
      threads_.back().manyeth = manyeth;
      children_.emplace_back();
      PutInOrder(threads() - 1);
    }
    return children_[thread][manyeth];
  }

  // Numbers a thread in advance: `id`, which must be the next number, is a child of `parent`.
  // Returns: whether that is possible.
  bool Announce(int id, int parent, int manyeth);

  // Returns: the place of a location among what its thread has made, as LocationOf takes it; thread
  // is kUnknown for one that goes by its address.
  struct Origin {
    int thread;
    int manyeth;
  };
  Origin OriginOf(ksync::LocationId id) const;

  // Returns: all threads, in an order that does not depend on which was met first: who is nearer to
  // the main thread comes first, then whose parent does, then who was created first.
  const std::vector<int>& order() const { return order_; }

  NamedLocation& location(ksync::LocationId id) { return locations_[id]; }
  const NamedLocation& location(ksync::LocationId id) const { return locations_[id]; }
  NamedThread& thread(int id) { return threads_[id]; }
  const NamedThread& thread(int id) const { return threads_[id]; }
  int threads() const { return static_cast<int>(threads_.size()); }

  // Returns: a location as people know it: its name, or where it was made.
  std::string LocationName(ksync::LocationId id) const;
  static std::string NameOf(const NamedLocation& location);
  // Returns: "T2 'walker'".
  std::string ThreadName(int id) const;

  static constexpr int kUnknown = -1;

 private:
  void PutInOrder(int id);
  int DepthOf(int id) const;
  bool Precedes(int a, int b) const;

  std::vector<NamedLocation> locations_;
  std::vector<std::vector<ksync::LocationId>> by_thread_;
  absl::flat_hash_map<std::tuple<const void*, std::size_t, int>, ksync::LocationId> by_address_;
  std::vector<NamedThread> threads_;
  std::vector<std::vector<int>> children_;
  std::vector<int> order_;  // Of threads.
};

// Returns: "file.cc:12", without the directories.
std::string SiteName(ksync::Site site);

}  // namespace models

#endif  // RMAPCHECK_MODELS_GRAPH_NAMES_H_
