// The pages are moved one by one, each to a page that its VMA's policy was asked for. Where pages
// come from is not modelled; that the policy is read is.
#include "core/vmops/mbind.h"

#include <optional>
#include <vector>

#include "core/mm/mempolicy.h"
#include "core/rmap/walk.h"
#include "core/vmops/huge_page.h"
#include "core/vmops/merge.h"
#include "core/vmops/migrate.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Returns: the pages in the range that nobody else maps, each with a reference. Kernel:
// check_range(), migrate_page_add().
std::vector<Page*> IsolatePages(Mm& mm, VirtualPage start, VirtualPage end) {
  std::vector<Page*> pages;
  const ksync::Guard lock(mm.pte_lock);
  for (VirtualPage address = start; address < end; ++address) {
    const Pte pte = mm.page_table[address].Read();
    if (!pte.IsPresent() || PageMapcount(pte.page()) != 1) continue;
    GetPage(pte.page());
    pages.push_back(&pte.page());
  }
  return pages;
}

// Kernel: policy_vma(), vma_replace_policy(). Returns: false if memory ran out.
bool ReplacePolicy(Vma& vma, const Mempolicy& policy) {
  if (MpolEqual(vma.vm_policy.Read(), &policy)) return true;
  const std::optional<Mempolicy*> copy = MpolDup(vma.machine, &policy);
  if (!copy.has_value()) return false;
  Mempolicy* const old = vma.vm_policy.Read();
  vma.vm_policy.Write(*copy);
  MpolPut(old);
  return true;
}

// Kernel: mbind_range(). Returns: false if memory ran out.
bool MbindRange(Mm& mm, VirtualPage start, VirtualPage end, const Mempolicy& policy)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem) {
  while (start < end) {
    Vma* const vma = FindVma(mm, start);
    ksync::Check(vma != nullptr, "mbind of a hole");
    const VirtualPage vma_end = vma->vm_end.Read();
    const VirtualPage stop = vma_end < end ? vma_end : end;
    VmaProperties wanted = PropertiesOf(*vma);
    wanted.policy = &policy;
    Vma* const changed = MergeOrSplit(*vma, start, stop, wanted);
    if (changed == nullptr || !ReplacePolicy(*changed, policy)) return false;
    start = stop;
  }
  return true;
}

// Returns: the VMA with which the range begins, whatever it maps. To ask it for the address of a
// file's page that is elsewhere was a BUG then; with an anonymous page one learnt nothing.
// Kernel: page_address_in_vma(), vma_address() until 2.6.23.
Vma* FirstOfRange(const Page& page, Vma* first) {
  const bool is_file = ToAnonVma(page.mapping.Read()) == nullptr;
  const bool inside = VmaAddress(page, *first).has_value();
  ksync::Check(inside || !is_file, "BUG: a page of a file is looked for in a VMA it is not in");
  return first;
}

// Returns: the first VMA from `first` on that maps the page, or null. Kernel: new_vma_page().
Vma* VmaOfPage(const Mm& mm, const Page& page, Vma* first) ABSL_SHARED_LOCKS_REQUIRED(mm.mmap_sem) {
  if (!mm.machine.Has(Fix::kKh05)) return FirstOfRange(page, first);
  Vma* vma = first;
  while (vma != nullptr && !VmaAddress(page, *vma).has_value()) vma = NextVma(mm, *vma);
  return vma;
}

// Returns: a page from where the VMA's policy says; null if memory ran out.
// Kernel: alloc_page_vma().
Page* NewVmaPage(const Machine& machine, const Vma* vma) {
  const Mempolicy* const policy = vma == nullptr ? nullptr : vma->vm_policy.Read();
  if (policy != nullptr) policy->mode.Read();
  return AllocPage(machine);
}

// Requires: references on both; they are dropped. Kernel: unmap_and_move().
void MovePage(Page& from, Page& to) {
  Migration migration(from, to);
  migration.Begin();
  migration.Finish();
  PutPage(to);
  PutPage(from);
}

// Moves the pages to where the policies of `first` and the VMAs behind it want them. Drops the
// references. Kernel: migrate_pages().
void MigratePages(const Mm& mm, const std::vector<Page*>& pages, Vma* first)
    ABSL_SHARED_LOCKS_REQUIRED(mm.mmap_sem) {
  for (Page* page : pages) {
    Page* const target = NewVmaPage(mm.machine, VmaOfPage(mm, *page, first));
    if (target == nullptr) {
      PutPage(*page);
      continue;
    }
    GetPage(*target);
    MovePage(*page, *target);
  }
}

}  // namespace

bool DoMbind(Mm& mm, VirtualPage start, VirtualPage end, const Mempolicy& policy) {
  SplitHugePmds(mm, start, end);
  Vma* first = FindVma(mm, start);
  const std::vector<Page*> pages = IsolatePages(mm, start, end);
  const bool done = MbindRange(mm, start, end, policy);
  // The VMA that was there may have been merged away.
  if (mm.machine.Has(Fix::kKh63)) first = FindVma(mm, start);
  MigratePages(mm, pages, first);
  return done;
}

bool Mbind(Mm& mm, VirtualPage start, VirtualPage end, const Mempolicy& policy) {
  const ksync::Guard mmap_sem(mm.mmap_sem);
  return DoMbind(mm, start, end, policy);
}

}  // namespace rmap::inline KSYNC_BACKEND
