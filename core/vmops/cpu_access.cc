// Both ways hold the CPU's lock around the use of the page: an interrupt that makes the CPU forget
// comes before it or after it. Looking a pte up is one step under the pte lock; in hardware it is
// an atomic one.
#include "core/vmops/cpu_access.h"

#include "core/mm/page.h"
#include "core/vmops/fault.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

bool Suffices(Pte translation, Access access) {
  if (!translation.IsPresent() || !Allows(translation.rights(), access)) return false;
  return access == Access::kRead || translation.IsDirty();
}

// Returns: whether the access was made.
template <typename Use>
bool AccessAsRemembered(Cpu& cpu, VirtualPage address, Access access, Use use) {
  const ksync::Guard instruction(cpu.lock());
  const Pte translation = cpu.Translation(address);
  if (!Suffices(translation, access)) return false;
  use(translation.page());
  return true;
}

// Returns: whether the access was made; else the pte does not allow it.
template <typename Use>
bool AccessThroughTable(Cpu& cpu, VirtualPage address, Access access, Use use) {
  Mm& mm = cpu.mm();
  const ksync::Guard lock(mm.pte_lock);
  Pte pte = mm.page_table[address].Read();
  if (!pte.IsPresent() || !Allows(pte.rights(), access)) return false;
  if (!Suffices(pte, access)) {
    pte = pte.Dirtied();
    mm.page_table[address].Write(pte);
  }
  const ksync::Guard instruction(cpu.lock());
  cpu.Remember(address, pte);
  use(pte.page());
  return true;
}

// Returns: false if memory ran out, or if no VMA allows the access.
template <typename Use>
bool AccessOn(Cpu& cpu, VirtualPage address, Access access, Use use) {
  for (;;) {
    if (AccessAsRemembered(cpu, address, access, use)) return true;
    if (AccessThroughTable(cpu, address, access, use)) return true;
    if (!HandlePageFault(cpu.mm(), address, access)) return false;
  }
}

}  // namespace

std::optional<std::uint32_t> UserReadOn(Cpu& cpu, VirtualPage address) {
  std::uint32_t value = 0;
  const auto read = [&value](const Page& page) { value = page.content.Read(); };
  if (!AccessOn(cpu, address, Access::kRead, read)) return std::nullopt;
  return value;
}

bool UserWriteOn(Cpu& cpu, VirtualPage address, std::uint32_t value) {
  const auto write = [value](Page& page) { page.content.Write(value); };
  return AccessOn(cpu, address, Access::kWrite, write);
}

}  // namespace rmap::inline KSYNC_BACKEND
