// A program's accesses on a machine whose CPUs remember translations (core/mm/tlb.h).
//
// An access goes by what its CPU remembers, if that allows it; a write also needs that the pte was
// marked dirty when it was looked up, as the hardware does only once. Else the pte is looked up,
// and if that does not do either, there is a fault.
#ifndef RMAPCHECK_CORE_VMOPS_CPU_ACCESS_H_
#define RMAPCHECK_CORE_VMOPS_CPU_ACCESS_H_

#include <cstdint>
#include <optional>

#include "core/mm/tlb.h"

namespace rmap::inline KSYNC_BACKEND {

// As UserRead() and UserWrite() (fault.h), by the thread that runs on the CPU.
[[nodiscard]] std::optional<std::uint32_t> UserReadOn(Cpu& cpu, VirtualPage address);
[[nodiscard]] bool UserWriteOn(Cpu& cpu, VirtualPage address, std::uint32_t value);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_CPU_ACCESS_H_
