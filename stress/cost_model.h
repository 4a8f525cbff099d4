// What the anonymous reverse mapping costs: VMAs that walks look at, and objects that it keeps.
//
// Families of processes are built with the real operations of core/vmops (mmap, write faults, fork,
// exit), on the native back end, at the sizes of a server and not of a proof. Then it is counted
// what is there: WalkResult.visited, members of lists, sizeof. No number comes from a formula; what
// the formula would be is for the tests to say.
//
// What it does not do: contend for locks (one thread runs), or tell the kernel's bytes: sizes are
// those of the objects of core/.
// Source: the description of commit 5beb49305251, and what was said of its cost since.
#ifndef RMAPCHECK_STRESS_COST_MODEL_H_
#define RMAPCHECK_STRESS_COST_MODEL_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "core/history/kernel.h"
#include "stress/objects.h"

namespace cost {

// Called now and then with the share of the work that is done, from 0 to 1.
using Progress = std::function<void(double)>;

// What becomes of the parent's pages before the walks.
enum class Workload {
  kCopied,  // Each child writes to every page, and so has a copy: each page is mapped once.
  kShared,  // Nobody writes: all map all.
  kSplit,   // No children; mprotect has made a VMA of each page.
};

struct FamilySize {
  std::uint32_t children = 1000;
  std::uint32_t pages = 1000;  // Of the parent, in one VMA.
};

// One walk for each page there is.
struct Walks {
  std::uint64_t count = 0;
  std::uint64_t visits = 0;      // VMAs that they looked at, together.
  std::uint64_t visits_max = 0;  // By one walk.

  double Average() const { return count == 0 ? 0 : static_cast<double>(visits) / count; }
};

struct WalkCosts {
  std::uint64_t mappings = 0;  // Ptes that name a page.
  Walks complete;              // A walk that must not miss. Kernel: rmap_walk_anon().
  Walks until_found;           // One that ends when all mappings are found: page_referenced().
  double seconds = 0;          // Of the walks alone.
};

// Returns: what walks cost, for every page of the family once. Fails the run if a walk that ends
// when all are found does not find all: what misses is cheap for the wrong reason.
WalkCosts MeasureWalks(const rmap::Kernel& kernel, Workload workload, const FamilySize& size,
                       const Progress& progress);

// Returns: the objects of a process with so many VMAs, of a page each, and its children.
Objects MeasureObjects(const rmap::Kernel& kernel, std::uint32_t children, std::uint32_t vmas);

// What a server's one VMA needs, so many generations after the first.
struct Generation {
  std::uint32_t generation = 0;
  Objects objects;
};

// Lets a server fork its successor, which writes to its page, and exit; so many times.
// Returns: a row for each generation, the first included.
std::vector<Generation> MeasureGrowth(const rmap::Kernel& kernel, std::uint32_t generations,
                                      const Progress& progress);

}  // namespace cost

#endif  // RMAPCHECK_STRESS_COST_MODEL_H_
