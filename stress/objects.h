// The objects that a reverse mapping needs to find the VMAs of processes, counted where they are:
// VMAs, their links to anon_vmas, and the anon_vmas.
//
// Bytes are those of the objects of core/, not the kernel's; counts carry over, bytes do not.
#ifndef RMAPCHECK_STRESS_OBJECTS_H_
#define RMAPCHECK_STRESS_OBJECTS_H_

#include <cstdint>
#include <span>

#include "core/history/kernel.h"
#include "core/mm/mm.h"

namespace cost {

struct Objects {
  std::uint64_t vmas = 0;
  std::uint64_t links = 0;      // Of VMAs to anon_vmas.
  std::uint64_t anon_vmas = 0;  // Which are linked.
  std::uint64_t vma_bytes = 0;
  std::uint64_t link_bytes = 0;  // 0 where a link is a part of its VMA, and counted there.
  std::uint64_t anon_vma_bytes = 0;

  // Bytes of the reverse mapping for one byte of VMAs.
  double Overhead() const {
    return vmas == 0 ? 0 : static_cast<double>(link_bytes + anon_vma_bytes) / vma_bytes;
  }
};

// Returns: the objects of the processes together. Requires: nobody changes them.
Objects CountObjects(const rmap::Kernel& kernel, std::span<rmap::Mm* const> mms);

}  // namespace cost

#endif  // RMAPCHECK_STRESS_OBJECTS_H_
