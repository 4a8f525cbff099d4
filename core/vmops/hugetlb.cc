// Two faults of one process may race for one VMA: mmap_sem is shared. Whoever comes second to
// page_table_lock gives back what it brought.
#include "core/vmops/hugetlb.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Drops a user; the last frees. Kernel: put_page(virt_to_page(pte)).
void PutTable(SharedTable* table) {
  if (table->vmas.DecrementAndTest()) ksync::Delete(table);
}

// Gives the VMA a table, unless it has got one meanwhile; then `table` is given back.
// Kernel: pud_populate() under page_table_lock.
void Populate(Mm& mm, Vma& vma, SharedTable* table) {
  bool used = false;
  {
    const ksync::Guard page_table_lock(mm.page_table_lock);
    used = vma.shared_table.Read() == nullptr;
    // Order: release, for who finds the table without page_table_lock, in another process.
    if (used) vma.shared_table.StoreRelease(table);
  }
  if (!used) PutTable(table);
}

// Whether one table may serve both. Kernel: page_table_shareable(), vma_shareable().
bool IsShareable(const Vma& vma, const Vma& other) {
  const bool begins_alike = vma.vm_pgoff.Read() == other.vm_pgoff.Read();
  const PageOffset end = EndOffset(vma);
  return begins_alike && end == EndOffset(other);
}

// Returns: a table that another VMA of the file has, counted once more; null if there is none.
SharedTable* FindTable(const AddressSpace& mapping, const Vma& vma)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(mapping.i_mmap_lock) {
  for (auto* node = mapping.i_mmap.First(); node != nullptr; node = mapping.i_mmap.After(*node)) {
    const Vma& other = node->owner();
    if (&other == &vma || !IsShareable(vma, other)) continue;
    SharedTable* const table = other.shared_table.LoadAcquire();
    if (table == nullptr) continue;
    table->vmas.Increment();
    return table;
  }
  return nullptr;
}

// Returns: false if memory ran out. Kernel: pmd_alloc().
bool AllocTable(Mm& mm, Vma& vma) {
  mm.machine.WaitForMemory();
  if (mm.machine.AllocationFails("page table")) return false;
  Populate(mm, vma, ksync::New<SharedTable>());
  return true;
}

// Returns: false if memory ran out. Kernel: huge_pte_alloc(), huge_pmd_share().
bool HugePteAlloc(Mm& mm, Vma& vma) {
  AddressSpace& mapping = vma.vm_file.Read()->f_mapping;
  {
    const ksync::Guard i_mmap_lock(mapping.i_mmap_lock);
    if (SharedTable* const table = FindTable(mapping, vma)) {
      Populate(mm, vma, table);
      return true;
    }
    if (mm.machine.Has(Mechanism::kHugetlbAllocatesLocked)) return AllocTable(mm, vma);
  }
  return AllocTable(mm, vma);
}

}  // namespace

bool HugetlbFault(Mm& mm, VirtualPage address) {
  const ksync::SharedGuard mmap_sem(mm.mmap_sem);
  Vma* const vma = FindVma(mm, address);
  if (vma == nullptr || !IsHugetlb(*vma)) return false;
  // Order: relaxed: a table that is there already was made for this VMA, and is not looked into.
  return vma->shared_table.Read() != nullptr || HugePteAlloc(mm, *vma);
}

void UnmapHugetlb(Vma& vma) {
  SharedTable* table = nullptr;
  {
    const ksync::Guard i_mmap_lock(vma.vm_file.Read()->f_mapping.i_mmap_lock);
    table = vma.shared_table.Read();
    vma.shared_table.Write(nullptr);
  }
  if (table != nullptr) PutTable(table);
}

}  // namespace rmap::inline KSYNC_BACKEND
