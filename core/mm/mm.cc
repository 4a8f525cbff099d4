// The list of VMAs, by address, and the search in it. A linear list serves: an address space here
// has at most kVirtualPages VMAs, and the kernel's tree takes no part in rmap walks.
#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Returns: the first VMA that ends behind the page, or null.
ListNode<Vma>* FirstEndingAfter(const Mm& mm, VirtualPage address) {
  ListNode<Vma>* node = mm.mmap.First();
  while (node != nullptr && node->owner().vm_end.Read() <= address) node = mm.mmap.After(*node);
  return node;
}

Vma* OwnerOf(ListNode<Vma>* node) { return node == nullptr ? nullptr : &node->owner(); }

}  // namespace

Vma* VmAreaDup(const Vma& vma) {
  if (vma.machine.AllocationFails("vma")) return nullptr;
  Mm* const mm = vma.vm_mm.Read();
  const VirtualPage start = vma.vm_start.Read();
  const VirtualPage end = vma.vm_end.Read();
  const PageOffset pgoff = vma.vm_pgoff.Read();
  const VmFlags flags = vma.vm_flags.Read();
  Vma* const copy = ksync::New<Vma>(vma.machine, mm, start, end, pgoff, flags);
  copy->anon_vma.Write(vma.anon_vma.Read());
  return copy;
}

void InsertVmStruct(Mm& mm, Vma& vma) {
  ListNode<Vma>* const next = FirstEndingAfter(mm, vma.vm_start.Read());
  if (next == nullptr) {
    mm.mmap.PushBack(vma.mm_node);
  } else {
    mm.mmap.InsertBefore(vma.mm_node, *next);
  }
}

void VmaUnlink(Mm& mm, Vma& vma) { mm.mmap.Erase(vma.mm_node); }

Vma* FindVma(const Mm& mm, VirtualPage address) {
  Vma* const vma = OwnerOf(FirstEndingAfter(mm, address));
  if (vma == nullptr) return nullptr;
  return vma->vm_start.Read() <= address ? vma : nullptr;
}

Vma* NextVma(const Mm& mm, const Vma& vma) { return OwnerOf(mm.mmap.After(vma.mm_node)); }

Vma* PrevVma(const Mm& mm, const Vma& vma) { return OwnerOf(mm.mmap.Before(vma.mm_node)); }

}  // namespace rmap::inline KSYNC_BACKEND
