// Bringing everything back from a swap area that is to be given up. Kernel: try_to_unuse(),
// mm/swapfile.c. It comes from the slot, not from the page: each VMA is asked where it would map
// the page.
#ifndef RMAPCHECK_CORE_VMOPS_SWAPOFF_H_
#define RMAPCHECK_CORE_VMOPS_SWAPOFF_H_

#include <initializer_list>

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

// Closes the area and maps each swapped page wherever its swap entry is found, once round. The
// kernel goes round until no slot is in use. Requires: none of `mms` ends meanwhile. They are all
// address spaces but those that begin or end meanwhile: who has no users any more is passed over,
// and gives his entries back himself; who is born is found the next time round.
// Returns: false if memory ran out.
[[nodiscard]] bool TryToUnuse(std::initializer_list<Mm*> mms);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_SWAPOFF_H_
