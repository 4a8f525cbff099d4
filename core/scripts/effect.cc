// Everything is read where it is, without a lock: nothing moves. A swapped page is looked for in
// the swap cache before its slot, as a fault would.
#include "core/scripts/effect.h"

#include "absl/strings/str_cat.h"
#include "core/mm/at_rest.h"
#include "core/mm/mempolicy.h"
#include "core/mm/page.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

constexpr const char* kRights[] = {"-", "r", "w", "rw"};  // By value.

std::string VmaInWords(const Vma& vma) {
  const VirtualPage start = vma.vm_start.Read();
  const VirtualPage end = vma.vm_end.Read();
  const VmFlags flags = vma.vm_flags.Read();
  std::string text = absl::StrCat(" [", start, ",", end, ")", kRights[flags & kVmAccess]);
  if ((flags & kVmLocked) != 0) absl::StrAppend(&text, "-locked");
  if ((flags & kVmMergeable) != 0) absl::StrAppend(&text, "-mergeable");
  if ((flags & kVmGrowsDown) != 0) absl::StrAppend(&text, "-stack");
  const Mempolicy* const policy = vma.vm_policy.Read();
  if (policy != nullptr) absl::StrAppend(&text, "-policy", policy->mode.Read());
  return text;
}

std::string ValueInWords(Value value) {
  if (value < kFirstCommonValue) return absl::StrCat(value);
  return absl::StrCat("c", value - kFirstCommonValue);
}

const char* Mark(Pte pte) {
  if (pte.IsSwap()) return "s";
  if (IsKsm(pte.page().mapping.Read())) return "m";
  return pte.IsWritable() ? "" : "r";
}

}  // namespace

Value ContentOf(const Machine& machine, Pte pte) {
  if (pte.IsNone()) return kFreshValue;
  if (!pte.IsSwap()) return pte.page().content.Read();
  const Page* const cached = machine.swap().LookupSwapCache(pte.entry(), [](Page&) {});
  return cached != nullptr ? cached->content.Read() : machine.swap().ContentAtRest(pte.entry());
}

std::string InWords(const Mm& mm) {
  std::string text;
  for (const Vma* vma = FirstVma(Resting(mm)); vma != nullptr; vma = NextVma(Resting(mm), *vma)) {
    text += VmaInWords(*vma);
  }
  for (VirtualPage at = 0; at < Resting(mm).page_table.size(); ++at) {
    const Pte pte = Resting(mm).page_table[at].Read();
    if (pte.IsNone()) continue;
    absl::StrAppend(&text, " ", at, "=", ValueInWords(ContentOf(mm.machine, pte)), Mark(pte));
    if (pte.IsPresent() && pte.page().mlocked.Read()) text += "!";
  }
  return text;
}

}  // namespace rmap::inline KSYNC_BACKEND
