// From a merged page to what maps it: along the items of its node, and of each item along the
// anon_vma on which it has a count.
//
// An item says in which process and where the page was merged. Who inherited the mapping by fork
// has it at the same address, and a VMA on the same anon_vma, but perhaps no item yet: so a second
// round looks at the VMAs of other processes.
#include "core/ksm/ksm.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

bool Covers(const Vma& vma, VirtualPage address) {
  return vma.vm_start.Read() <= address && address < vma.vm_end.Read();
}

// One pass over the items of a page. `of_forks`: the VMAs of other processes than the item's.
struct Pass {
  const Machine& machine;
  absl::FunctionRef<bool(Vma& vma, VirtualPage address)> visit;
  const bool of_forks;
  int visited = 0;

  // Returns: whether to go on.
  bool Visit(const RmapItem& item) {
    AnonVma& anon_vma = *item.anon_vma.Read();
    const ksync::SharedGuard lock(LockOf(machine, anon_vma));
    bool goes_on = true;
    anon_vma.members.Visit(0, kLastOffset, [&](const AnonVmaChain& avc) {
      Vma& vma = *avc.vma.Read();
      ++visited;
      if (!Covers(vma, item.address) || (vma.vm_mm.Read() == &item.mm) == of_forks) return true;
      goes_on = visit(vma, item.address);
      return goes_on;
    });
    return goes_on;
  }
};

// The same before an item knew an anon_vma: it knows a process and an address, and no VMA that
// could say more. So one is made up, and who inherited the mapping by fork is not found. Kernel:
// try_to_unmap_ksm(), 5ad6468801.
int ForEachItem(const StableNode& node,
                absl::FunctionRef<bool(Vma& vma, VirtualPage address)> visit) {
  int visited = 0;
  for (auto* link = node.hlist.First(); link != nullptr; link = node.hlist.After(*link)) {
    const RmapItem& item = link->owner();
    Vma made_up(item.mm.machine, &item.mm, item.address, item.address + 1, item.address, VmFlags{});
    ++visited;
    if (!visit(made_up, item.address)) break;
  }
  return visited;
}

}  // namespace

int Ksm::ForEachVma(const Page& page,
                    absl::FunctionRef<bool(Vma& vma, VirtualPage address)> visit) {
  page.lock.AssertHeld();
  const StableNode* const node = ToStableNode(page.mapping.Read());
  if (node == nullptr) return 0;
  if (!machine_.Has(KsmState::kAnonVmaHeld)) return ForEachItem(*node, visit);
  int visited = 0;
  for (const bool of_forks : {false, true}) {
    Pass pass{machine_, visit, of_forks};
    bool goes_on = true;
    for (auto* link = node->hlist.First(); goes_on && link != nullptr;
         link = node->hlist.After(*link)) {
      goes_on = pass.Visit(link->owner());
    }
    visited += pass.visited;
    if (!goes_on) break;
  }
  return visited;
}

void Ksm::Migrated(const Page& from, Page& to) {
  StableNode* const node = ToStableNode(to.mapping.Read());
  if (node == nullptr) return;
  ksync::Check(node->page.Read() == &from, "BUG: a merged page moves that is not its node's");
  const unsigned moves = node->moves.Read();
  node->page.StoreRelease(&to);         // Order: see PeepThroughKeyhole.
  node->moves.StoreRelease(moves + 1);  // Order: who sees it sees the page.
}

// Until this nobody told KSM, and any migration might move a merged page.
void Ksm::MemoryGoingOffline() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  if (machine_.Has(KsmState::kMigratesOffline)) thread_mutex_.Lock();
}

void Ksm::MemoryOffline() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  if (!machine_.Has(KsmState::kMigratesOffline)) return;
  stable_.RemoveStale();
  thread_mutex_.Unlock();
}

}  // namespace rmap::inline KSYNC_BACKEND
