// What was there before, remembered and compared. Each helper keeps values, never objects: what was
// seen before may be freed when it is compared.
#include "core/rmap/validate_change.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/mm/mempolicy.h"
#include "core/mm/page.h"
#include "core/rmap/validate_rules.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// What a pte names, without what it allows.
Pte WithoutRights(Pte pte) {
  return pte.IsPresent() || pte.IsMigration() ? pte.WithRights(0) : pte;
}

// Calls rule(vma) for each VMA on the anon_vma's list, in the order of walks, until one is broken.
// Returns: what that call returned.
template <typename Rule>
std::string FirstBrokenMember(const AnonVma& anon_vma, Rule rule) {
  const AnonVmaMembers& members = anon_vma.members;
  for (auto* avc = members.First(0, kLastOffset); avc != nullptr;
       avc = members.Next(*avc, 0, kLastOffset)) {
    if (std::string broken = rule(*avc->vma.Read()); !broken.empty()) return broken;
  }
  return "";
}

VirtualPage DistanceOf(const Vma& vma) {
  const VirtualPage start = vma.vm_start.Read();
  const PageOffset pgoff = vma.vm_pgoff.Read();
  return start - pgoff;
}

}  // namespace

std::string BrokenWalkOrder(const Vma& source, const Vma& destination) {
  return FirstBrokenLink(source, [&](const AnonVmaChain& avc) -> std::string {
    const AnonVma* const shared = avc.anon_vma.Read();
    if (!ChainNames(destination, shared)) return "";
    bool gave = false;
    return FirstBrokenMember(*shared, [&](const Vma& vma) -> std::string {
      gave = gave || &vma == &source;
      if (gave || &vma != &destination) return "";
      return absl::StrCat("I6: a walk visits ", RangeOf(destination), ", which gets ptes, before ",
                          RangeOf(source), ", which gives them");
    });
  });
}

std::string BrokenForkOrder(const Mm& parent, const Mm& child, VmFlags but_for) {
  const Vma* vma = FirstVma(Resting(parent));
  for (; vma != nullptr; vma = NextVma(Resting(parent), *vma)) {
    const VirtualPage start = vma->vm_start.Read();
    const Vma* const copy = FindVma(Resting(child), start);
    const bool same =
        copy != nullptr && copy->vm_start.Read() == start && EndOffset(*copy) == EndOffset(*vma);
    if (!same || (but_for != 0 && (vma->vm_flags.Read() & but_for) != 0)) continue;
    if (std::string broken = BrokenWalkOrder(*vma, *copy); !broken.empty()) return broken;
  }
  return "";
}

Snapshot::Snapshot(AllMms mms, Cuts cuts) : cuts_(cuts) {
  for (const Mm* mm : mms) mms_.emplace_back(*mm, cuts);
}

Snapshot::VmaState::VmaState(const Vma& vma)
    : start(vma.vm_start.Read()),
      end(vma.vm_end.Read()),
      pgoff(vma.vm_pgoff.Read()),
      flags(vma.vm_flags.Read()),
      prot(vma.vm_page_prot.Read()),
      anon_vma(vma.anon_vma.Read()),
      file(vma.vm_file.Read()) {
  if (const Mempolicy* const its = vma.vm_policy.Read()) policy = its->mode.Read();
  const AnonVmaChains& links = vma.anon_vma_chain;
  for (auto* node = links.First(); node != nullptr; node = links.After(*node)) {
    chain.push_back(node->owner().anon_vma.Read());
  }
}

bool Snapshot::VmaState::GoesOnIn(const VmaState& next) const {
  VmaState whole = *this;
  whole.start = next.start;
  whole.end = next.end;
  whole.pgoff = pgoff + (next.start - start);
  return end == next.start && whole == next;
}

Snapshot::MmState::MmState(const Mm& its_mm, Cuts cuts)
    : mm(&its_mm), brk(Resting(its_mm).brk.Read()) {
  const Mm& still = Resting(its_mm);
  for (auto* vma = FirstVma(still); vma != nullptr; vma = NextVma(still, *vma)) {
    VmaState state(*vma);
    const bool goes_on = cuts == Cuts::kAreNotSeen && !vmas.empty() && vmas.back().GoesOnIn(state);
    if (goes_on) {
      vmas.back().end = state.end;
    } else {
      vmas.push_back(std::move(state));
    }
  }
  for (VirtualPage address = 0; address < still.page_table.size(); ++address) {
    ptes.push_back(WithoutRights(still.page_table[address].Read()));
  }
}

std::string Snapshot::Difference(const VmaState& before, const VmaState& after) {
  if (before == after) return "";
  const std::string vma = absl::StrCat("VMA [", before.start, ",", before.end, ")");
  if (before.start != after.start || before.end != after.end) {
    return absl::StrCat(vma, " became [", after.start, ",", after.end, ")");
  }
  if (before.anon_vma != after.anon_vma) return absl::StrCat(vma, " has another anon_vma");
  if (before.chain != after.chain) return absl::StrCat(vma, " has another chain");
  return absl::StrCat(vma, " has another offset, file, policy or other rights");
}

std::string Snapshot::Difference(const MmState& before, const MmState& after) {
  if (before.vmas.size() != after.vmas.size()) {
    return absl::StrCat(before.vmas.size(), " VMAs became ", after.vmas.size());
  }
  for (std::size_t i = 0; i < before.vmas.size(); ++i) {
    std::string difference = Difference(before.vmas[i], after.vmas[i]);
    if (!difference.empty()) return difference;
  }
  if (before.brk != after.brk) return "the heap ends elsewhere";
  for (std::size_t address = 0; address < before.ptes.size(); ++address) {
    if (before.ptes[address] == after.ptes[address]) continue;
    return absl::StrCat("what is mapped at address ", address, " changed");
  }
  return "";
}

std::string Snapshot::BrokenBy(const char* operation) const {
  for (std::size_t i = 0; i < mms_.size(); ++i) {
    const std::string difference = Difference(mms_[i], MmState(*mms_[i].mm, cuts_));
    if (difference.empty()) continue;
    return absl::StrCat("I9: ", operation, " failed and left mm#", i, " changed: ", difference);
  }
  return "";
}

std::string HeldAnonVma::Broken() const {
  if (seen_ == nullptr || vma_.anon_vma.Read() == seen_) return "";
  return absl::StrCat("I10: the anon_vma of ", RangeOf(vma_), " changed under mmap_sem");
}

std::string BrokenRanges(const AnonVma& anon_vma, absl::Span<const VirtualPage> distances) {
  return FirstBrokenMember(anon_vma, [distances](const Vma& vma) -> std::string {
    if (std::count(distances.begin(), distances.end(), DistanceOf(vma)) > 0) return "";
    return absl::StrCat("I11: the start and the offset of ", RangeOf(vma),
                        " do not belong together");
  });
}

std::string BrokenBoundary(const Vma& lower, const Vma& upper) {
  const VirtualPage end = lower.vm_end.Read();
  const VirtualPage start = upper.vm_start.Read();
  if (end == start) return "";
  return absl::StrCat("I11: ", RangeOf(lower), " and ", RangeOf(upper), " do not touch");
}

std::string BrokenGrowth(const Mm& mm, int links_max) {
  return FirstBrokenVma(mm, [links_max](const Vma& vma) -> std::string {
    int links = 0;
    FirstBrokenLink(vma, [&links](const AnonVmaChain&) {
      ++links;
      return "";
    });
    if (links <= links_max) return "";
    return absl::StrCat("I12: the chain of ", RangeOf(vma), " has ", links, " links, more than ",
                        links_max);
  });
}

std::string BrokenRead(std::uint32_t read, std::uint32_t written) {
  if (read == written) return "";
  return absl::StrCat("I13: ", read, " is read, and ", written, " was written last");
}

}  // namespace rmap::inline KSYNC_BACKEND
