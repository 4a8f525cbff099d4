// The page cache is a tree of entries from the checked heap, one offset each; the kernel's radix
// tree allocates its nodes before it takes the lock, and so does this. Kernel: mm/filemap.c.
#include "core/mm/file.h"

#include "core/mm/at_rest.h"
#include "core/mm/machine.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

CachedPage* FindEntry(const AddressSpace& mapping, PageOffset offset)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(mapping.tree_lock) {
  IntervalNode<CachedPage>* const node = mapping.page_tree.First(offset, offset);
  return node == nullptr ? nullptr : &node->owner();
}

// Returns: false if the offset is taken.
bool InsertEntry(AddressSpace& mapping, CachedPage& entry, PageOffset offset) {
  ksync::Guard guard(mapping.tree_lock);
  if (FindEntry(mapping, offset) != nullptr) return false;
  mapping.page_tree.Insert(entry.node, offset, offset);
  return true;
}

CachedPage* TakeEntry(AddressSpace& mapping, const Page& page, PageOffset offset) {
  ksync::Guard guard(mapping.tree_lock);
  CachedPage* const entry = FindEntry(mapping, offset);
  const bool found = entry != nullptr && entry->page.Read() == &page;
  ksync::Check(found, "BUG: a page leaves a page cache that it is not in");
  mapping.page_tree.Erase(entry->node);
  return entry;
}

// Returns: the entry that is left out of the cache now; null if the page is dirty or used.
CachedPage* TakeEntryIf(AddressSpace& mapping, const Page& page, PageOffset offset,
                        bool (*unused)(const Page&)) {
  ksync::Guard guard(mapping.tree_lock);
  CachedPage* const entry = FindEntry(mapping, offset);
  if (!unused(page) || entry->dirty.Read()) return nullptr;
  mapping.page_tree.Erase(entry->node);
  return entry;
}

const ksync::LockClass& IMmapClass(const Machine& machine, FileKind kind) {
  const bool sleeps = machine.Has(Mechanism::kSleepingLock);
  if (kind == FileKind::kOrdinary) return sleeps ? kSleepingIMmapLock : kIMmapLock;
  if (machine.Has(Mechanism::kHugetlbAllocatesLocked)) return kSleepingHugetlbIMmapLock;
  return sleeps ? kSleepingUnrankedHugetlbIMmapLock : kUnrankedHugetlbIMmapLock;
}

// Returns: the page of the first entry, which is erased; null if there is none.
Page* TakeFirstPage(AddressSpace& mapping) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mapping.tree_lock) {
  IntervalNode<CachedPage>* const node = mapping.page_tree.First(0, static_cast<PageOffset>(-1));
  if (node == nullptr) return nullptr;
  mapping.page_tree.Erase(*node);
  CachedPage* const entry = &node->owner();
  Page* const page = entry->page.Read();
  ksync::Delete(entry);
  return page;
}

}  // namespace

AddressSpace::AddressSpace(const Machine& owner, FileKind of_kind)
    : machine(owner), kind(of_kind), i_mmap_lock(IMmapClass(owner, of_kind)) {}

void GetFile(File& file) { file.f_count.Increment(); }

void Fput(File& file, void (*put_page)(Page&)) {
  if (!file.f_count.DecrementAndTest()) return;
  AssertLastUser(file.f_mapping);  // Nobody else can find the file.
  ksync::Check(file.f_mapping.i_mmap.Empty(), "BUG: a file is freed that a VMA maps");
  while (Page* const page = TakeFirstPage(file.f_mapping)) put_page(*page);
  ksync::Delete(&file);
}

void VmaLinkFile(AddressSpace& mapping, ListNode<Vma>& node) {
  ksync::Guard guard(mapping.i_mmap_lock);
  mapping.i_mmap.PushBack(node);
}

void UnlinkFileVma(AddressSpace& mapping, ListNode<Vma>& node) {
  ksync::Guard guard(mapping.i_mmap_lock);
  mapping.i_mmap.Erase(node);
}

AddToPageCacheResult AddToPageCache(AddressSpace& mapping, Page& page, PageOffset offset) {
  if (mapping.machine.AllocationFails("page cache entry")) return AddToPageCacheResult::kNoMemory;
  CachedPage* const entry = ksync::New<CachedPage>(page);
  if (InsertEntry(mapping, *entry, offset)) return AddToPageCacheResult::kAdded;
  ksync::Delete(entry);
  return AddToPageCacheResult::kExists;
}

void RemoveFromPageCache(AddressSpace& mapping, const Page& page, PageOffset offset) {
  CachedPage* const entry = TakeEntry(mapping, page, offset);
  ksync::Delete(entry);
}

bool RemoveFromPageCacheIf(AddressSpace& mapping, const Page& page, PageOffset offset,
                           bool (*unused)(const Page&)) {
  CachedPage* const entry = TakeEntryIf(mapping, page, offset, unused);
  if (entry == nullptr) return false;
  ksync::Delete(entry);
  return true;
}

bool PageDirty(const AddressSpace& mapping, PageOffset offset) {
  ksync::Guard guard(mapping.tree_lock);
  return FindEntry(mapping, offset)->dirty.Read();
}

void SetPageDirty(AddressSpace& mapping, PageOffset offset) {
  ksync::Guard guard(mapping.tree_lock);
  FindEntry(mapping, offset)->dirty.Write(true);
}

bool TestClearPageDirty(AddressSpace& mapping, PageOffset offset) {
  ksync::Guard guard(mapping.tree_lock);
  CachedPage& entry = *FindEntry(mapping, offset);
  const bool dirty = entry.dirty.Read();
  entry.dirty.Write(false);
  return dirty;
}

Page* LookupPage(const AddressSpace& mapping, PageOffset offset) {
  const CachedPage* const entry = FindEntry(mapping, offset);
  return entry == nullptr ? nullptr : entry->page.Read();
}

}  // namespace rmap::inline KSYNC_BACKEND
