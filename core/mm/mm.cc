// The list of VMAs, by address, and the search in it. A linear list serves: an address space here
// has a handful of VMAs, and the kernel's tree takes no part in rmap walks.
#include "core/mm/mm.h"

#include <algorithm>
#include <optional>

#include "core/mm/file.h"
#include "core/mm/mempolicy.h"
#include "core/mm/page.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Returns: the first VMA that ends behind the page, or null.
ListNode<Vma>* FirstEndingAfter(const Mm& mm, VirtualPage address)
    ABSL_SHARED_LOCKS_REQUIRED(mm.mmap_sem) {
  ListNode<Vma>* node = mm.mmap.First();
  while (node != nullptr && node->owner().vm_end.Read() <= address) node = mm.mmap.After(*node);
  return node;
}

Vma* OwnerOf(ListNode<Vma>* node) { return node == nullptr ? nullptr : &node->owner(); }

// What `*new = *vma` copies beyond what the constructor takes.
void CopyFields(Vma& copy, const Vma& vma) {
  copy.vm_page_prot.Write(vma.vm_page_prot.Read());
  copy.anon_vma.Write(vma.anon_vma.Read());
  copy.vm_file.Write(vma.vm_file.Read());
  copy.vm_policy.Write(vma.vm_policy.Read());
  copy.vm_ops.Write(vma.vm_ops.Read());
  copy.vm_truncate_count.Write(vma.vm_truncate_count.Read());
}

}  // namespace

Vma* VmAreaDup(const Vma& vma) {
  if (vma.machine.AllocationFails("vma")) return nullptr;
  Mm* const mm = vma.vm_mm.Read();
  const VirtualPage start = vma.vm_start.Read();
  const VirtualPage end = vma.vm_end.Read();
  const PageOffset pgoff = vma.vm_pgoff.Read();
  const VmFlags flags = vma.vm_flags.Read();
  Vma* const copy = ksync::New<Vma>(vma.machine, mm, start, end, pgoff, flags);
  CopyFields(*copy, vma);
  return copy;
}

void Mmdrop(Mm& mm) {
  if (mm.mm_count.DecrementAndTest()) ksync::Delete(&mm);
}

void AttachTask(Mm& mm) {
  const ksync::Guard lock(mm.machine.tasklist_lock);
  mm.machine.tasks.PushBack(mm.task_node);
}

void DetachTask(Mm& mm) {
  const ksync::Guard lock(mm.machine.tasklist_lock);
  mm.machine.tasks.Erase(mm.task_node);
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

bool VmaDupPolicy(const Vma& vma, Vma& copy) {
  const std::optional<Mempolicy*> policy = MpolDup(vma.machine, vma.vm_policy.Read());
  copy.vm_policy.Write(policy.value_or(nullptr));
  return policy.has_value();
}

void FreeVma(Vma& vma) {
  if (File* const file = vma.vm_file.Read()) Fput(*file, PutPage);
  if (Mempolicy* const policy = vma.vm_policy.Read()) MpolPut(policy);
  ksync::Delete(&vma);
}

void VmaGapUpdate(Mm& mm) {
  VirtualPage largest = 0;
  VirtualPage end = 0;
  for (auto* node = mm.mmap.First(); node != nullptr; node = mm.mmap.After(*node)) {
    const VirtualPage start = node->owner().vm_start.Read();
    largest = std::max(largest, start - end);
    end = node->owner().vm_end.Read();
  }
  mm.largest_gap.Write(largest);
}

Vma* FindVma(const Mm& mm, VirtualPage address) {
  Vma* const vma = FindVmaOrNext(mm, address);
  if (vma == nullptr) return nullptr;
  return vma->vm_start.Read() <= address ? vma : nullptr;
}

Vma* FindVmaOrNext(const Mm& mm, VirtualPage address) {
  return OwnerOf(FirstEndingAfter(mm, address));
}

Vma* FirstVma(const Mm& mm) { return OwnerOf(mm.mmap.First()); }

Vma* NextVma(const Mm& mm, const Vma& vma) { return OwnerOf(mm.mmap.After(vma.mm_node)); }

Vma* PrevVma(const Mm& mm, const Vma& vma) { return OwnerOf(mm.mmap.Before(vma.mm_node)); }

Vma* VmaBefore(const Mm& mm, VirtualPage address) {
  const Vma* const next = FindVmaOrNext(mm, address);
  return next == nullptr ? OwnerOf(mm.mmap.Last()) : PrevVma(mm, *next);
}

}  // namespace rmap::inline KSYNC_BACKEND
