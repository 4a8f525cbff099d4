// From each pte to its page and back: would a walk that starts at the page come here?
// The walk itself is not used: it takes locks, stops early, and would be judged by itself.
#include "absl/strings/str_cat.h"
#include "core/mm/file.h"
#include "core/mm/ksm_port.h"
#include "core/rmap/validate_rules.h"
#include "core/rmap/walk.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Returns: whether the anon_vma's list gives the VMA to who looks for the offset.
bool WalkComesTo(const AnonVma& anon_vma, PageOffset index, const Vma& vma) {
  const AnonVmaMembers& members = anon_vma.members;
  const auto* avc = members.First(index, index);
  while (avc != nullptr && avc->vma.Read() != &vma) avc = members.Next(*avc, index, index);
  return avc != nullptr;
}

bool SomeChainNames(AllMms mms, const AnonVma* anon_vma) {
  const std::string found = FirstBrokenVma(
      mms, [anon_vma](const Vma& vma) { return ChainNames(vma, anon_vma) ? "found" : ""; });
  return !found.empty();
}

// Returns: what is wrong with the anchor, of which the VMA is not the owner.
std::string BrokenAnchor(AllMms mms, const Page& page, const AnonVma* anchor, const Vma& vma) {
  if (!SomeChainNames(mms, anchor)) return "I2: no chain has the anon_vma of the ";
  if (!ChainNames(vma, anchor)) return "I3: a VMA's chain lacks the anon_vma of the ";
  const PageOffset index = page.index.Read();
  return WalkComesTo(*anchor, index, vma) ? "" : "I1: a walk does not come to the VMA of the ";
}

bool NamesFileOf(MappingWord mapping, const Vma& vma) {
  File* const file = vma.vm_file.Read();
  return file != nullptr && ToAddressSpace(mapping) == &file->f_mapping;
}

// A merged page is found by way of its stable node, which may say less than all its mappings have.
std::string BrokenMergedPage(const Page& page, Pte pte, const Vma& vma, VirtualPage address) {
  if (pte.IsWritable()) return "I13: a pte allows to write to the merged ";
  const bool found = vma.machine.ksm()->Finds(page, vma, address);
  return found ? "" : "I1: a walk does not come to the VMA of the merged ";
}

std::string BrokenPage(AllMms mms, Pte pte, const Vma& vma, VirtualPage address) {
  const Page& page = pte.page();
  const MappingWord mapping = page.mapping.Read();
  if (IsKsm(mapping)) return BrokenMergedPage(page, pte, vma, address);
  const AnonVma* const anchor = ToAnonVma(mapping);
  if (anchor == nullptr && !NamesFileOf(mapping, vma)) return "I2: nothing is named by the ";
  if (VmaAddress(page, vma) != address) return "I1: a walk would look elsewhere for the ";
  if ((pte.rights() & ~vma.vm_flags.Read()) != 0) return "I13: a pte allows too much of the ";
  return anchor == nullptr ? "" : BrokenAnchor(mms, page, anchor, vma);
}

// Returns: what is wrong with an entry, without its place.
std::string BrokenEntry(AllMms mms, const Mm& mm, Pte pte, VirtualPage address) {
  const Vma* const vma = FindVma(Resting(mm), address);
  if (vma == nullptr) return "I1: no VMA covers what is mapped";
  if (pte.IsMigration()) return "I1: a migration entry is left";
  if (!pte.IsPresent()) return "";
  std::string broken = BrokenPage(mms, pte, *vma, address);
  if (broken.empty()) return "";
  const PageOffset index = pte.page().index.Read();
  return absl::StrCat(broken, "page with index ", index, ", mapped in ", NameOf(mms, *vma));
}

std::string BrokenPte(AllMms mms, const Mm& mm, VirtualPage address) {
  const Pte pte = EntryAt(mm, address);
  if (pte.IsNone()) return "";
  const std::string broken = BrokenEntry(mms, mm, pte, address);
  if (broken.empty()) return "";
  return absl::StrCat(broken, " at address ", address, " of ", NameOf(mms, mm));
}

std::string BrokenOwn(AllMms mms, const Vma& vma) {
  const AnonVma* const own = vma.anon_vma.Read();
  if (own == nullptr || ChainNames(vma, own)) return "";
  return absl::StrCat("I3: the anon_vma of ", NameOf(mms, vma), " is missing from its chain");
}

}  // namespace

Pte EntryAt(const Mm& mm, VirtualPage address) {
  const Pte pte = Resting(mm).page_table[address].Read();
  if (!mm.machine.HasHugePages() || address != HugeStart(address)) return pte;
  const Pte pmd = Resting(mm).huge_pmds[address].pmd.Read();
  return pmd.IsNone() ? pte : pmd;
}

std::string BrokenPages(AllMms mms) {
  for (const Mm* mm : mms) {
    for (VirtualPage address = 0; address < Resting(*mm).page_table.size(); ++address) {
      if (std::string broken = BrokenPte(mms, *mm, address); !broken.empty()) return broken;
    }
  }
  return FirstBrokenVma(mms, [mms](const Vma& vma) { return BrokenOwn(mms, vma); });
}

}  // namespace rmap::inline KSYNC_BACKEND
