// A file that can be mapped: who maps it, and which of its pages are in memory.
// Kernel: struct file, struct address_space.
//
// The two ways to a page meet here: a VMA of a file is on the list i_mmap, under i_mmap_lock; a
// page of a file is in the page cache, under tree_lock. A search of the cache takes its reference
// under that lock, so the page cannot go before the caller holds it. (The kernel's search takes
// none and looks twice; what is modelled here does not depend on that.)
//
// Invariants:
//   1. Each VMA on i_mmap holds a reference to the file.
//   2. The cache owns one reference to each page in it. It comes from whoever adds the page and
//   goes
//      to whoever removes it.
//   3. At its end a file is on no VMA's side any more; pages left in its cache are given back.
//
// A file of hugetlbfs has a lock of another class, and no pages here: its VMAs have shared page
// tables (core/vmops/hugetlb.h), and what these map is left out.
//
// What it does not do: touch pages. Their mapping and index are set by the caller, who holds the
// page lock. The inode is left out: file and address space live and die together.
#ifndef RMAPCHECK_CORE_MM_FILE_H_
#define RMAPCHECK_CORE_MM_FILE_H_

#include "core/mm/interval_tree.h"
#include "core/mm/list.h"
#include "core/mm/lock_order.h"
#include "core/mm/pte.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

class Machine;
struct Page;
struct Vma;

// A page of a file that is in memory.
struct CachedPage {
  explicit CachedPage(Page& cached) : page(&cached, "cached.page") {}

  const ksync::Plain<Page*> page;
  // Whether the page may hold what is not stored yet. Guarded by the mapping's tree_lock.
  // Kernel: PAGECACHE_TAG_DIRTY.
  ksync::Plain<bool> dirty{false, "cached.dirty"};
  IntervalNode<CachedPage> node{this, "cached.node"};  // Keyed by its one offset. Guarded likewise.
};

enum class FileKind { kOrdinary, kHugetlb };

struct AddressSpace {
  AddressSpace(const Machine& owner, FileKind kind);

  const Machine& machine;
  const FileKind kind;
  ksync::SpinLock i_mmap_lock;
  List<Vma> i_mmap ABSL_GUARDED_BY(i_mmap_lock){"mapping.i_mmap"};
  // How often the file was truncated. Written under i_mmap_lock; faults read it without.
  ksync::Marked<unsigned> truncate_count{0, "mapping.truncate_count"};
  // Whether mm_take_all_locks() holds i_mmap_lock. Guarded by the machine's mm_all_locks_mutex.
  // Kernel: AS_MM_ALL_LOCKS.
  ksync::Plain<bool> taken_by_all_locks{false, "mapping.taken"};
  mutable ksync::SpinLock tree_lock{kTreeLock};
  IntervalTree<CachedPage> page_tree ABSL_GUARDED_BY(tree_lock){"mapping.page_tree"};
};

struct File {
  explicit File(const Machine& machine, FileKind kind = FileKind::kOrdinary)
      : f_mapping(machine, kind) {}

  ksync::RefCount f_count{1, "file.f_count"};
  AddressSpace f_mapping;
};

// Takes another reference. Requires: the caller holds one. Kernel: get_file().
void GetFile(File& file);

// Drops a reference; the last one gives each cached page to `put_page`, with the cache's reference,
// and frees the file. Requires: the file came from ksync::New. Kernel: fput(), and what
// truncate_inode_pages() does at the end of an inode.
void Fput(File& file, void (*put_page)(Page&));

// Puts a VMA on the file's list, or takes it off, under i_mmap_lock. `node` is the VMA's.
// Whoever holds the lock for longer uses mapping.i_mmap.
// Kernel: __vma_link_file(), unlink_file_vma().
void VmaLinkFile(AddressSpace& mapping, ListNode<Vma>& node);
void UnlinkFileVma(AddressSpace& mapping, ListNode<Vma>& node);

enum class AddToPageCacheResult { kAdded, kExists, kNoMemory };

// Puts a page, and the caller's reference to it, in the cache. Requires: the page lock is held.
// Returns: if not kAdded, nothing was changed. Kernel: add_to_page_cache().
[[nodiscard]] AddToPageCacheResult AddToPageCache(AddressSpace& mapping, Page& page,
                                                  PageOffset offset);

// Takes a page out; the cache's reference is the caller's now. Requires: the page lock is held.
// Fails: the page is not in the cache at that offset. Kernel: remove_from_page_cache().
void RemoveFromPageCache(AddressSpace& mapping, const Page& page, PageOffset offset);

// The same if the page is not dirty and `unused(page)`, asked under tree_lock, agrees: then no
// search comes in between. Returns: whether it was taken out. Kernel: __remove_mapping().
[[nodiscard]] bool RemoveFromPageCacheIf(AddressSpace& mapping, const Page& page, PageOffset offset,
                                         bool (*unused)(const Page&));

// Notes that a page may hold what is not stored yet, or that it is about to be stored.
// Requires: the page at the offset is in the cache, and stays: its lock is held.
// Returns (asking, clearing): whether it was noted.
// Kernel: PageDirty(), set_page_dirty(), TestClearPageDirty().
bool PageDirty(const AddressSpace& mapping, PageOffset offset);
void SetPageDirty(AddressSpace& mapping, PageOffset offset);
bool TestClearPageDirty(AddressSpace& mapping, PageOffset offset);

// Returns: the page at the offset, or null.
Page* LookupPage(const AddressSpace& mapping, PageOffset offset)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(mapping.tree_lock);

// Returns: the page at the offset after `get(page)` took a reference, or null.
// Kernel: find_get_page().
template <typename Get>
Page* FindGetPage(const AddressSpace& mapping, PageOffset offset, Get get) {
  ksync::Guard guard(mapping.tree_lock);
  Page* const page = LookupPage(mapping, offset);
  if (page != nullptr) get(*page);
  return page;
}

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_FILE_H_
