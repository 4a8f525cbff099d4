// What one page-table entry says, and the page table of one mm.
//
// A pte is written under the mm's pte lock and peeked without it: it is a Marked field, and whoever
// peeked looks again under the lock. The table is flat and small; tables of tables have no part in
// the protocols modelled here.
#ifndef RMAPCHECK_CORE_MM_PTE_H_
#define RMAPCHECK_CORE_MM_PTE_H_

#include <cstdint>

#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

using VirtualPage = std::uint32_t;  // A virtual address, in pages.
using PageOffset = std::uint32_t;   // Kernel: pgoff_t. An index into what is mapped, in pages.
using Pfn = std::uint32_t;          // The number of a physical page.

inline constexpr VirtualPage kVirtualPages = 4;  // The size of every address space.

// Kernel: pte_t; the migration entry of include/linux/swapops.h. Pte{} maps nothing.
struct Pte {
  enum class Kind : std::uint32_t { kNone, kPresent, kMigration };
  Kind kind;
  Pfn pfn;

  static constexpr Pte Present(Pfn pfn) { return {Kind::kPresent, pfn}; }
  // Stands where a page was mapped while that page moves. Names the old page.
  static constexpr Pte Migration(Pfn old) { return {Kind::kMigration, old}; }

  constexpr bool IsNone() const { return kind == Kind::kNone; }
  constexpr bool IsPresent() const { return kind == Kind::kPresent; }
  constexpr bool IsMigration() const { return kind == Kind::kMigration; }
  friend constexpr bool operator==(const Pte&, const Pte&) = default;
};

class PageTable {
 public:
  // Order: what is read without the pte lock is a hint. Requires for a write: the pte lock is held.
  ksync::Marked<Pte>& operator[](VirtualPage address) { return entries_[address].pte; }

 private:
  struct Entry {
    ksync::Marked<Pte> pte{Pte{}, "pte"};
  };
  Entry entries_[kVirtualPages];
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_PTE_H_
