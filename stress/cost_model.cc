// Families are built with the operations of core/vmops, measured, and ended. One thread; memory
// does not run out.
#include "stress/cost_model.h"

#include <algorithm>
#include <chrono>

#include "absl/container/flat_hash_set.h"
#include "core/base/check.h"
#include "core/mm/at_rest.h"
#include "core/rmap/anon_vma.h"
#include "core/rmap/walk.h"
#include "core/rmap/world.h"
#include "core/sync/sync.h"
#include "core/vmops/exit.h"
#include "core/vmops/fault.h"
#include "core/vmops/fork.h"
#include "core/vmops/mmap.h"
#include "core/vmops/mprotect.h"

namespace cost {
namespace {

using rmap::Kernel;
using rmap::Mm;
using rmap::Page;
using rmap::VirtualPage;
using rmap::Vma;

// Some VMAs of one size. Between two there is a hole, or they would share an anon_vma.
struct Layout {
  std::uint32_t vmas;
  std::uint32_t pages_each;

  VirtualPage Start(std::uint32_t vma) const { return vma * (pages_each + 1); }
  VirtualPage End() const { return Start(vmas); }
};

void Write(Mm& mm, VirtualPage address) {
  const bool done = rmap::UserWrite(mm, address, /*value=*/1);
  CHECK(done, "memory does not run out here");
}

void WriteAll(Mm& mm, const Layout& layout) {
  for (std::uint32_t vma = 0; vma < layout.vmas; ++vma) {
    const VirtualPage start = layout.Start(vma);
    for (VirtualPage i = 0; i < layout.pages_each; ++i) Write(mm, start + i);
  }
}

Mm& Fork(Mm& parent) {
  Mm* const child = rmap::DupMm(parent);
  CHECK(child != nullptr, "memory does not run out here");
  return *child;
}

// A process that has written all its pages, and its children. The first is the parent.
class Family {
 public:
  Family(const Kernel& kernel, const Layout& layout)
      : layout_(layout), world_(kernel, {.virtual_pages = layout.End(), .swap_slots = 1}) {
    Mm& parent = world_.NewMm();
    for (std::uint32_t vma = 0; vma < layout.vmas; ++vma) {
      const VirtualPage start = layout.Start(vma);
      rmap::MmapAnonymous(parent, start, start + layout.pages_each);
    }
    WriteAll(parent, layout);
    members_.push_back(&parent);
  }
  ~Family() {
    for (Mm* mm : members_) rmap::Mmput(*mm);
  }
  Family(const Family&) = delete;
  Family& operator=(const Family&) = delete;

  void ForkChildren(std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) members_.push_back(&Fork(parent()));
  }
  void ChildrenWrite() {
    for (std::size_t i = 1; i < members_.size(); ++i) WriteAll(*members_[i], layout_);
  }
  // The parent forks its successor, which writes, and exits.
  void Succeed() {
    Mm& successor = Fork(parent());
    WriteAll(successor, layout_);
    rmap::Mmput(parent());
    members_.front() = &successor;
  }
  // Makes a VMA of each page of the parent.
  void Split() {
    for (VirtualPage address = 0; address < layout_.End(); address += 2) {
      if (rmap::FindVma(rmap::Resting(parent()), address) == nullptr) continue;
      const bool done = rmap::Mprotect(parent(), address, address + 1, rmap::kVmRead);
      CHECK(done, "memory does not run out here");
    }
  }

  Mm& parent() { return *members_.front(); }
  const std::vector<Mm*>& members() const { return members_; }
  const Layout& layout() const { return layout_; }

 private:
  const Layout layout_;
  rmap::World world_;
  std::vector<Mm*> members_;
};

void Build(Family& family, Workload workload, std::uint32_t children) {
  if (workload == Workload::kSplit) return family.Split();
  family.ForkChildren(children);
  if (workload == Workload::kCopied) family.ChildrenWrite();
}

void Count(Walks& walks, int visited) {
  const auto visits = static_cast<std::uint64_t>(visited);
  ++walks.count;
  walks.visits += visits;
  walks.visits_max = std::max(walks.visits_max, visits);
}

// As migration puts a page back, though nothing waits for it: no pte is changed.
int VisitsOfCompleteWalk(Page& page) {
  const ksync::Guard lock(page.lock);
  return rmap::RemoveMigrationPtes(page, page, /*was_mlocked=*/false).visited;
}

void WalkFor(Page& page, WalkCosts& costs) {
  const int mappings = rmap::PageMapcount(page);
  costs.mappings += static_cast<std::uint64_t>(mappings);
  const rmap::WalkResult result = rmap::PageReferenced(page);
  CHECK(result.found == mappings, "a walk has missed a mapping");
  Count(costs.until_found, result.visited);
  Count(costs.complete, VisitsOfCompleteWalk(page));
}

// Returns: the pages that are mapped there by anybody, each once.
std::vector<Page*> PagesAt(const Family& family, VirtualPage address) {
  std::vector<Page*> pages;
  absl::flat_hash_set<const Page*> known;
  for (Mm* mm : family.members()) {
    const rmap::Pte pte = rmap::Resting(*mm).page_table[address].Read();
    if (pte.IsPresent() && known.insert(&pte.page()).second) pages.push_back(&pte.page());
  }
  return pages;
}

}  // namespace

WalkCosts MeasureWalks(const Kernel& kernel, Workload workload, const FamilySize& size,
                       const Progress& progress) {
  using Clock = std::chrono::steady_clock;
  Family family(kernel, {.vmas = 1, .pages_each = size.pages});
  Build(family, workload, size.children);
  WalkCosts costs;
  const Clock::time_point start = Clock::now();
  for (VirtualPage address = 0; address < size.pages; ++address) {
    for (Page* page : PagesAt(family, address)) WalkFor(*page, costs);
    progress((address + 1.0) / size.pages);
  }
  costs.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return costs;
}

Objects MeasureObjects(const Kernel& kernel, std::uint32_t children, std::uint32_t vmas) {
  Family family(kernel, {.vmas = vmas, .pages_each = 1});
  family.ForkChildren(children);
  return CountObjects(kernel, family.members());
}

std::vector<Generation> MeasureGrowth(const Kernel& kernel, std::uint32_t generations,
                                      const Progress& progress) {
  Family family(kernel, {.vmas = 1, .pages_each = 1});
  std::vector<Generation> growth = {{0, CountObjects(kernel, family.members())}};
  for (std::uint32_t i = 1; i <= generations; ++i) {
    family.Succeed();
    growth.push_back({i, CountObjects(kernel, family.members())});
    progress(static_cast<double>(i) / generations);
  }
  return growth;
}

}  // namespace cost
