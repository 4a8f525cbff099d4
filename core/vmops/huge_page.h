// Huge pages of anonymous memory. Kernel: mm/huge_memory.c, from 2.6.38 to 4.4.
//
// A huge page is kHpagePmdNr pages that are allocated and mapped at once: a head, which has the
// counts, the mapping word and the index of all, and the pages behind it, which have only what is
// written on them. A mapping is one huge entry (core/mm/huge_pmd.h). The first fault in an aligned
// piece of a VMA that asks for it makes one; fork shares it; unmapping all of the piece drops it.
// Whoever needs the pages one by one splits the huge page, for everybody who maps it:
//   1. every huge entry is marked, and counted: none may be made, go or be changed from here on;
//   2. the pages behind the head get its mapping word and as many mappings as were counted;
//   3. every huge entry is replaced by ptes of the pages.
// Both walks go through the VMAs of the head's anon_vma, and must find as many entries as the page
// has mappings: what the first misses would map a head that is a single page by then.
//
// The first walk passes over entries that are marked already, because it may meet one twice: in the
// middle of a split of VMAs two cover one address. So two splits of one page beside each other
// count each other's marks for nothing. The anon_vma's lock keeps them apart, if each holds it for
// itself: as walks do, that is shared since 3.8 (KH-58).
//
// What is modelled: the above, with pages of an address space whose VMAs have kVmHugepage, on a
// machine whose size says so. What is not: a huge zero page, khugepaged (nothing becomes huge but
// at its first fault), huge pages that move or change their rights as such, copies as such, pages
// behind the head that somebody has a reference to, mlock. So:
//   * a write to a huge page that may not be written splits it, and copies or keeps one page;
//   * mprotect, mlock, munlock, mbind and mremap split what is in their range; a VMA's boundary
//     that moves into a huge page splits that; direct I/O splits the page it is for;
//   * reclaim, migration and memory failure split a page before they unmap it; who unmaps a huge
//     page by a walk without that fails the run;
//   * a VMA that keeps its pages in memory gets no new huge page;
//   * who only looks at ptes finds none: page_referenced misses the page, IsolatePage() has none.
#ifndef RMAPCHECK_CORE_VMOPS_HUGE_PAGE_H_
#define RMAPCHECK_CORE_VMOPS_HUGE_PAGE_H_

#include "core/mm/mm.h"
#include "core/mm/page.h"

namespace rmap::inline KSYNC_BACKEND {

// Splits a huge page wherever it is mapped. Returns: whether it is split now; false if nobody maps
// it any more. Kernel: split_huge_page(). Requires: `head` was a huge page's when the caller took
// the reference that it has. Order: takes the anon_vma's lock and pte locks.
bool SplitHugePage(Page& head);

// Splits the huge page that is mapped at the address, if one is.
// Kernel: split_huge_page_pmd(); split_huge_page_address().
void SplitHugePmd(Mm& mm, VirtualPage address);
// Splits every huge page of which a part is in the range.
void SplitHugePmds(Mm& mm, VirtualPage start, VirtualPage end);

// Returns: the head of the huge page that is mapped at the address, with a reference, or null.
Page* IsolateHugePage(Mm& mm, VirtualPage address);

// What a fault finds in a huge entry.
enum class HugeFault {
  kNone,   // Nothing: the pte counts.
  kDone,   // The access is allowed.
  kAgain,  // It has been made, split, or waited for.
};

// Mends what is wrong with the huge entry, or makes a huge page if the VMA may have one there.
// `makes`: whether a new huge page will do. Kernel: the part of handle_mm_fault() about pmds,
// do_huge_pmd_anonymous_page(), do_huge_pmd_wp_page().
HugeFault HandleHugePmd(Mm& mm, Vma& vma, VirtualPage address, Access access, bool makes)
    ABSL_SHARED_LOCKS_REQUIRED(mm.mmap_sem);

// Returns: what a program goes through at the address: the pte, or what a huge entry makes of it.
Pte TranslationAt(const Mm& mm, VirtualPage address) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.pte_lock);

// Gives the child a huge entry like the parent's, or takes one away; both wait for a split. `vma`
// is that of the parent, or of the mm. Returns: false if there is none; then the ptes count.
// Kernel: copy_huge_pmd(), zap_huge_pmd(). Requires: mmap_sem for writing, or the caller is the
// mm's last user; nobody else knows the child.
bool CopyHugePmd(Mm& child, Mm& parent, const Vma& vma, VirtualPage address);
bool ZapHugePmd(Mm& mm, const Vma& vma, VirtualPage address);

// Calls act(start, end) for each piece of the VMA that one huge entry may map; on a machine without
// huge pages once for all.
template <typename Act>
void ForEachHugePiece(const Vma& vma, Act act) {
  const VirtualPage end = vma.vm_end.Read();
  VirtualPage start = vma.vm_start.Read();
  if (!vma.machine.HasHugePages()) return act(start, end);
  while (start < end) {
    const VirtualPage next = HugeStart(start) + kHpagePmdNr;
    const VirtualPage stop = next < end ? next : end;
    act(start, stop);
    start = stop;
  }
}

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_HUGE_PAGE_H_
