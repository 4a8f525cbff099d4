// What one page-table entry says, and the page table of one mm.
//
// A pte is one word: its low bits tell what it is, the rest names a page or a swap slot. It is
// written under the mm's pte lock and peeked without it: a Marked field, and whoever peeked looks
// again under the lock. The table is flat; tables of tables have no part in the protocols here.
//
// Kernel: pte_t; the migration and swap entries of include/linux/swapops.h.
#ifndef RMAPCHECK_CORE_MM_PTE_H_
#define RMAPCHECK_CORE_MM_PTE_H_

#include <cstdint>

#include "core/mm/swap.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

struct Page;

using VirtualPage = std::uint32_t;  // A virtual address, in pages.
using PageOffset = std::uint32_t;   // Kernel: pgoff_t. An index into what is mapped, in pages.

// How an address is used. A write needs a writable pte.
enum class Access { kRead, kWrite };

// What a pte or a VMA allows: a set of the two. Kernel: VM_READ, VM_WRITE; pgprot_t.
using Rights = std::uint32_t;
inline constexpr Rights kVmRead = 1;
inline constexpr Rights kVmWrite = 2;
inline constexpr Rights kVmAccess = kVmRead | kVmWrite;

constexpr bool Allows(Rights rights, Access access) {
  const Rights needed = access == Access::kWrite ? kVmWrite : kVmRead;
  return (rights & needed) != 0;
}

class Pte {
 public:
  // Maps nothing.
  constexpr Pte() = default;

  static Pte Present(const Page& page, Rights rights) {
    return Pte(ToWord(page) | kPresent | RightsBits(rights));
  }
  // Stands where a page was mapped while that page moves. Names the old page.
  static Pte Migration(const Page& old, Rights rights) {
    return Pte(ToWord(old) | kMigration | RightsBits(rights));
  }
  static constexpr Pte Swap(SwapEntry entry) {
    return Pte((std::uint64_t{entry.slot} << kKindBits) | kSwap);
  }

  constexpr bool IsNone() const { return word_ == 0; }
  constexpr bool IsPresent() const { return Kind() == kPresent; }
  constexpr bool IsMigration() const { return Kind() == kMigration; }
  constexpr bool IsSwap() const { return Kind() == kSwap; }

  // What needs no fault; of a migration entry: what will need none. Requires: one of the two.
  constexpr Rights rights() const { return static_cast<Rights>(word_ >> kKindBits) & kVmAccess; }
  constexpr bool IsWritable() const { return Allows(rights(), Access::kWrite); }
  // Returns: the same with other rights, or with fewer. Kernel: pte_modify(); pte_wrprotect(),
  // make_migration_entry_read(). Requires: present, or a migration entry.
  constexpr Pte WithRights(Rights to) const {
    return Pte((word_ & ~(RightsBits(kVmAccess) | kHint | kSavedWrite)) | RightsBits(to));
  }
  // A hint stays one, but does not remember.
  constexpr Pte Limited(Rights to) const {
    return IsHint() ? Pte(word_ & ~kSavedWrite) : WithRights(rights() & to);
  }
  constexpr Pte WriteProtected() const { return Limited(kVmRead); }

  // Whether something was written by way of it. Only a machine with dirty bits notes that.
  // Kernel: pte_dirty(), pte_mkdirty(), pte_mkclean(). Requires: to change it, present.
  constexpr bool IsDirty() const { return IsPresent() && (word_ & kDirty) != 0; }
  constexpr Pte Dirtied() const { return Pte(word_ | kDirty); }
  constexpr Pte Cleaned() const { return Pte(word_ & ~kDirty); }

  // A present pte that allows nothing, so that the next access tells which node of memory needs the
  // page; it remembers whether it was writable. It has a bit of its own, for a pte may allow
  // nothing for other reasons: its VMA allows nothing, or only to write, and it is write-protected.
  // Kernel: pte_protnone(), which is asked together with vma_is_accessible(); pte_savedwrite().
  constexpr bool IsHint() const { return IsPresent() && (word_ & kHint) != 0; }
  constexpr bool SavesWrite() const { return IsPresent() && (word_ & kSavedWrite) != 0; }
  constexpr Pte AsHint() const {
    const std::uint64_t saved = IsWritable() ? kSavedWrite : 0;
    return Pte((word_ & ~RightsBits(kVmAccess)) | kHint | saved);
  }

  // Requires: present, or a migration entry.
  Page& page() const { return *reinterpret_cast<Page*>(word_ & ~kLowBits); }
  // Requires: a swap entry.
  constexpr SwapEntry entry() const {
    return SwapEntry{static_cast<std::uint32_t>(word_ >> kKindBits)};
  }

  bool Maps(const Page& wanted) const { return IsPresent() && &page() == &wanted; }
  bool IsMigrationOf(const Page& wanted) const { return IsMigration() && &page() == &wanted; }

  friend constexpr bool operator==(const Pte&, const Pte&) = default;

 private:
  static constexpr int kKindBits = 2;
  static constexpr std::uint64_t kPresent = 1;
  static constexpr std::uint64_t kMigration = 2;
  static constexpr std::uint64_t kSwap = 3;
  static constexpr std::uint64_t kDirty = 16;
  static constexpr std::uint64_t kSavedWrite = 32;
  static constexpr std::uint64_t kHint = 64;
  static constexpr std::uint64_t kLowBits = 127;  // Pages are aligned to 128 bytes.

  explicit constexpr Pte(std::uint64_t word) : word_(word) {}
  constexpr std::uint64_t Kind() const { return word_ & kSwap; }
  static constexpr std::uint64_t RightsBits(Rights rights) {
    return std::uint64_t{rights & kVmAccess} << kKindBits;
  }
  static std::uint64_t ToWord(const Page& page) { return reinterpret_cast<std::uintptr_t>(&page); }

  std::uint64_t word_ = 0;
};

class PageTable {
 public:
  // Requires: every address used is below `size`.
  explicit PageTable(VirtualPage size) : size_(size), entries_(ksync::NewArray<Entry>(size)) {}
  ~PageTable() { ksync::DeleteArray(entries_, size_); }
  PageTable(const PageTable&) = delete;
  PageTable& operator=(const PageTable&) = delete;

  VirtualPage size() const { return size_; }
  // Order: what is read without the pte lock is a hint (PeekPte(), mm.h).
  ksync::Marked<Pte>& operator[](VirtualPage address) const { return entries_[address].pte; }

 private:
  struct Entry {
    ksync::Marked<Pte> pte{Pte{}, "pte"};
  };
  const VirtualPage size_;
  Entry* const entries_;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_PTE_H_
