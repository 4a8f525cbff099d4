// The cases of vma_merge that mprotect asks for, as data: which VMAs there are, and what becomes of
// which range. The cases are those of core/vmops/merge.cc; 1 to 3 fill a gap and are not here.
#ifndef RMAPCHECK_CORE_SCENARIOS_PROTECT_CASES_H_
#define RMAPCHECK_CORE_SCENARIOS_PROTECT_CASES_H_

#include <array>
#include <span>

#include "core/mm/mm.h"
#include "core/vmops/mmap.h"

namespace rmap::inline KSYNC_BACKEND {

// One VMA of a case, or what the case asks for.
struct Area {
  VirtualPage start;
  VirtualPage end;
  Rights rights;
};

// An mprotect that makes VMAs alike, or no longer alike.
struct ProtectCase {
  std::array<Area, 3> areas;  // Empty ones are left out.
  Area request;
};

inline constexpr ProtectCase kCase4 = {{{{0, 2, kVmAccess}, {2, 3, kVmRead}, {}}}, {1, 2, kVmRead}};
inline constexpr ProtectCase kCase5 = {{{{0, 1, kVmAccess}, {1, 3, kVmRead}, {}}},
                                       {1, 2, kVmAccess}};
inline constexpr ProtectCase kCase6 = {{{{0, 1, kVmAccess}, {1, 2, kVmRead}, {2, 3, kVmAccess}}},
                                       {1, 2, kVmAccess}};
inline constexpr ProtectCase kCase7 = {{{{0, 1, kVmAccess}, {1, 2, kVmRead}, {}}},
                                       {1, 2, kVmAccess}};
inline constexpr ProtectCase kCase8 = {{{{0, 1, kVmAccess}, {1, 2, kVmRead}, {}}}, {0, 1, kVmRead}};
inline constexpr ProtectCase kSplitBelow = {{{{0, 2, kVmAccess}, {}, {}}}, {1, 2, kVmRead}};
inline constexpr ProtectCase kSplitAbove = {{{{0, 2, kVmAccess}, {}, {}}}, {0, 1, kVmRead}};
inline constexpr ProtectCase kSplitInThree = {{{{0, 3, kVmAccess}, {}, {}}}, {1, 2, kVmRead}};

inline void Map(Mm& mm, std::span<const Area> areas) {
  for (const Area& area : areas) {
    if (area.start < area.end) MmapAnonymous(mm, area.start, area.end, area.rights);
  }
}

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_SCENARIOS_PROTECT_CASES_H_
