// A fault may find that somebody else was faster, or that the page has changed: so after it, the
// page is looked at again.
#include "core/ksm/break_cow.h"

#include <cstdint>

#include "core/vmops/fault.h"
#include "core/vmops/huge_page.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// What is at an address at one moment: a page, with a reference; one that just moves; or nothing.
struct Look {
  Page* page = nullptr;
  bool moves = false;
};

// An answer that is an error. Kernel: ERR_PTR(-EFAULT); here it is aligned as a page is.
Page* ErrorInsteadOfPage() { return reinterpret_cast<Page*>(-std::intptr_t{alignof(Page)}); }

// Kernel: !IS_ERR_OR_NULL().
bool IsPage(const Machine& machine, const Page* answer) {
  if (answer == ErrorInsteadOfPage() && machine.Has(Fix::kKh14)) return false;
  return answer != nullptr;
}

// Kernel: follow_page(), since 3.9 with FOLL_MIGRATION.
Look FollowPage(Mm& mm, VirtualPage address) {
  if (mm.machine.InfallibleFails("follow_page")) return {ErrorInsteadOfPage()};
  const ksync::Guard lock(mm.pte_lock);
  const Pte pte = mm.page_table[address].Read();
  if (!pte.IsPresent()) return {nullptr, pte.IsMigration()};
  GetPage(pte.page());
  return {&pte.page()};
}

// The same, and of a huge page the first.
Page* FollowPageOrHead(Mm& mm, VirtualPage address) {
  if (address == HugeStart(address)) {
    if (Page* const head = IsolateHugePage(mm, address)) return head;
  }
  return FollowPage(mm, address).page;
}

}  // namespace

Vma* FindVmaOf(const RmapItem& item) {
  return KsmTestExit(item.mm) ? nullptr : FindVma(item.mm, item.address);
}

Vma* FindMergeableVma(const RmapItem& item) {
  Vma* const vma = FindVmaOf(item);
  if (vma == nullptr) return nullptr;
  return (vma->vm_flags.Read() & kVmMergeable) != 0 ? vma : nullptr;
}

Page* FollowAnonPage(Mm& mm, VirtualPage address) {
  Page* const page = FollowPageOrHead(mm, address);
  if (!IsPage(mm.machine, page)) return nullptr;
  if (IsAnon(page->mapping.Read())) return page;
  PutPage(*page);
  return nullptr;
}

bool BreakKsm(Vma& vma, VirtualPage address) {
  Mm& mm = *vma.vm_mm.Read();
  for (;;) {
    const auto [page, moves] = FollowPage(mm, address);
    mm.mmap_sem.AssertHeldShared();
    if (moves && mm.machine.Has(Fix::kKh59)) {
      // It may be a merged one. Who waits for it needs no memory.
      [[maybe_unused]] const bool waited = HandleMmFault(mm, vma, address, Access::kWrite);
      continue;
    }
    if (!IsPage(mm.machine, page)) return true;
    const bool is_shared = IsKsm(page->mapping.Read());
    const bool had_memory = !is_shared || HandleMmFault(mm, vma, address, Access::kWrite);
    PutPage(*page);
    if (!is_shared || (!had_memory && mm.machine.Has(Fix::kKh08))) return had_memory;
  }
}

bool UnmergeKsmPages(Vma& vma, VirtualPage start, VirtualPage end) {
  for (VirtualPage address = start; address < end; ++address) {
    if (KsmTestExit(*vma.vm_mm.Read())) return true;
    if (!BreakKsm(vma, address)) return false;
  }
  return true;
}

Page* GetMergeablePage(const RmapItem& item) {
  const ksync::SharedGuard mmap_sem(item.mm.mmap_sem);
  const Vma* const vma = FindMergeableVma(item);
  if (vma == nullptr || vma->anon_vma.Read() == nullptr) return nullptr;
  return FollowAnonPage(item.mm, item.address);
}

void BreakCow(RmapItem& item) {
  DropAnonVma(item);
  BreakItem(item);
}

void BreakItem(const RmapItem& item) {
  const ksync::SharedGuard mmap_sem(item.mm.mmap_sem);
  Vma* const vma = FindMergeableVma(item);
  if (vma == nullptr || vma->anon_vma.Read() == nullptr) return;
  [[maybe_unused]] const bool had_memory = BreakKsm(*vma, item.address);
}

}  // namespace rmap::inline KSYNC_BACKEND
