// Each helper keeps values, never objects: what was seen before may be freed when it is compared.
// What was there before, remembered and compared.
#include "core/rmap/validate_change.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/mm/page.h"
#include "core/rmap/validate_rules.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// What a pte names, without what it allows.
Pte WithoutRights(Pte pte) { return pte.IsPresent() || pte.IsMigration() ? pte.Limited(0) : pte; }

// Returns: which of the two VMAs a walk of the anon_vma visits first; null if neither.
const Vma* FirstVisited(const AnonVma& anon_vma, const Vma& one, const Vma& other) {
  const AnonVmaMembers& members = anon_vma.members;
  for (auto* avc = members.First(0, kLastOffset); avc != nullptr;
       avc = members.Next(*avc, 0, kLastOffset)) {
    const Vma* const vma = avc->vma.Read();
    if (vma == &one || vma == &other) return vma;
  }
  return nullptr;
}

VirtualPage DistanceOf(const Vma& vma) {
  const VirtualPage start = vma.vm_start.Read();
  const PageOffset pgoff = vma.vm_pgoff.Read();
  return start - pgoff;
}

}  // namespace

std::string WrittenData::BrokenBy(const Written& last, Pte pte) {
  if (pte.IsNone()) return "I13: what was written is gone";
  if (!pte.IsPresent()) return "";
  const std::uint32_t content = pte.page().content.Read();
  if (content == last.value) return "";
  return absl::StrCat("I13: ", content, " is read, and ", last.value, " was written last,");
}

std::string BrokenWalkOrder(const Vma& source, const Vma& destination) {
  return FirstBrokenLink(source, [&](const AnonVmaChain& avc) -> std::string {
    const AnonVma* const shared = avc.anon_vma.Read();
    if (!ChainNames(destination, shared)) return "";
    if (FirstVisited(*shared, source, destination) == &source) return "";
    return absl::StrCat("I6: a walk visits ", RangeOf(destination), ", which gets ptes, before ",
                        RangeOf(source), ", which gives them");
  });
}

Snapshot::Snapshot(AllMms mms) {
  for (const Mm* mm : mms) mms_.emplace_back(*mm);
}

Snapshot::VmaState::VmaState(const Vma& vma)
    : start(vma.vm_start.Read()),
      end(vma.vm_end.Read()),
      pgoff(vma.vm_pgoff.Read()),
      flags(vma.vm_flags.Read()),
      prot(vma.vm_page_prot.Read()),
      anon_vma(vma.anon_vma.Read()),
      file(vma.vm_file.Read()),
      policy(vma.vm_policy.Read()) {
  const AnonVmaChains& links = vma.anon_vma_chain;
  for (auto* node = links.First(); node != nullptr; node = links.After(*node)) {
    chain.push_back(node->owner().anon_vma.Read());
  }
}

Snapshot::MmState::MmState(const Mm& its_mm) : mm(&its_mm) {
  for (auto* node = mm->mmap.First(); node != nullptr; node = mm->mmap.After(*node)) {
    vmas.emplace_back(node->owner());
  }
  for (VirtualPage address = 0; address < mm->page_table.size(); ++address) {
    ptes.push_back(WithoutRights(mm->page_table[address].Read()));
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
  for (std::size_t address = 0; address < before.ptes.size(); ++address) {
    if (before.ptes[address] == after.ptes[address]) continue;
    return absl::StrCat("what is mapped at address ", address, " changed");
  }
  return "";
}

std::string Snapshot::BrokenBy(const char* operation) const {
  for (std::size_t i = 0; i < mms_.size(); ++i) {
    const std::string difference = Difference(mms_[i], MmState(*mms_[i].mm));
    if (difference.empty()) continue;
    return absl::StrCat("I9: ", operation, " failed and left mm#", i, " changed: ", difference);
  }
  return "";
}

std::string HeldAnonVma::Broken() const {
  if (seen_ == nullptr || vma_.anon_vma.Read() == seen_) return "";
  return absl::StrCat("I10: the anon_vma of ", RangeOf(vma_), " changed under mmap_sem");
}

WholeRange::WholeRange(const Vma& vma) : vma_(vma), distance_(DistanceOf(vma)) {}

std::string WholeRange::Broken() const {
  if (DistanceOf(vma_) == distance_) return "";
  return absl::StrCat("I11: the start and the offset of ", RangeOf(vma_),
                      " do not belong together");
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

void WrittenData::Wrote(const Mm& mm, VirtualPage address, std::uint32_t value) {
  std::erase_if(written_,
                [&](const Written& old) { return old.mm == &mm && old.address == address; });
  written_.push_back({&mm, address, value});
}

void WrittenData::Forked(const Mm& parent, const Mm& child) {
  const std::size_t before = written_.size();
  for (std::size_t i = 0; i < before; ++i) {
    const Written old = written_[i];
    if (old.mm == &parent) written_.push_back({&child, old.address, old.value});
  }
}

void WrittenData::Forget(const Mm& mm) {
  std::erase_if(written_, [&mm](const Written& old) { return old.mm == &mm; });
}

std::string WrittenData::Broken(AllMms mms) const {
  for (const Written& last : written_) {
    const Pte pte = last.mm->page_table[last.address].Read();
    const std::string broken = BrokenBy(last, pte);
    if (broken.empty()) continue;
    return absl::StrCat(broken, " at address ", last.address, " of ", NameOf(mms, *last.mm));
  }
  return "";
}

}  // namespace rmap::inline KSYNC_BACKEND
