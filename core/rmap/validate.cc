// The order of the rules, and the names of objects in their messages. The gravest come first: what
// breaks a walk, then what the next operation relies on, then what is counted.
#include "core/rmap/validate.h"

#include "absl/strings/str_cat.h"
#include "core/rmap/validate_rules.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Returns: the VMA whose own anon_vma it is; null if none.
const Vma* VmaWith(AllMms mms, const AnonVma* anon_vma) {
  for (Mm* mm : mms) {
    for (auto* vma = FirstVma(Resting(*mm)); vma; vma = NextVma(Resting(*mm), *vma)) {
      if (vma->anon_vma.Read() == anon_vma) return vma;
    }
  }
  return nullptr;
}

}  // namespace

std::string RangeOf(const Vma& vma) {
  const VirtualPage start = vma.vm_start.Read();
  const VirtualPage end = vma.vm_end.Read();
  return absl::StrCat("VMA [", start, ",", end, ")");
}

std::string NameOf(AllMms mms, const Mm& mm) {
  for (std::size_t i = 0; i < mms.size(); ++i) {
    if (mms[i] == &mm) return absl::StrCat("mm#", i);
  }
  return "an mm that was not given";
}

std::string NameOf(AllMms mms, const Vma& vma) {
  for (Mm* mm : mms) {
    if (Resting(*mm).mmap.Contains(vma.mm_node)) {
      return absl::StrCat(RangeOf(vma), " of ", NameOf(mms, *mm));
    }
  }
  return "a VMA that no mm has";
}

std::string NameOf(AllMms mms, const AnonVma* anon_vma) {
  if (const Vma* vma = VmaWith(mms, anon_vma)) {
    return absl::StrCat("the anon_vma of ", NameOf(mms, *vma));
  }
  const std::string name = FirstBrokenVma(mms, [&](const Vma& vma) {
    int position = -1;
    return FirstBrokenLink(vma, [&](const AnonVmaChain& avc) -> std::string {
      ++position;
      if (avc.anon_vma.Read() != anon_vma) return "";
      return absl::StrCat("entry ", position, " of the chain of ", NameOf(mms, vma));
    });
  });
  return name.empty() ? "an anon_vma in no chain" : name;
}

bool ChainNames(const Vma& vma, const AnonVma* wanted) {
  const AnonVmaChains& chain = vma.anon_vma_chain;
  for (auto* node = chain.First(); node != nullptr; node = chain.After(*node)) {
    if (node->owner().anon_vma.Read() == wanted) return true;
  }
  return false;
}

std::string BrokenRule(AllMms mms) {
  for (const auto& rules : {BrokenPages, BrokenStructure, BrokenCounts}) {
    if (std::string broken = rules(mms); !broken.empty()) return broken;
  }
  return "";
}

void Validate(AllMms mms, ksync::Site site) { CheckUnbroken(BrokenRule(mms), site); }

// The text lives until Check has returned or unwound; what reports it makes a copy.
void CheckUnbroken(const std::string& broken, ksync::Site site) {
  ksync::Check(broken.empty(), broken.c_str(), site);
}

}  // namespace rmap::inline KSYNC_BACKEND
