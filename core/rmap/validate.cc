// One function per thing that can be broken: a list, a link, a chain, a page, a page table. What
// may be freed is compared by address before it is touched, so that the rule is named and not the
// crash.
#include "core/rmap/validate.h"

#include "core/mm/file.h"
#include "core/rmap/anon_vma.h"
#include "core/rmap/walk.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

using Mms = std::initializer_list<Mm*>;

bool SomeMmHas(Mms mms, const Vma& vma) {
  for (Mm* mm : mms) {
    if (mm->mmap.Contains(vma.mm_node)) return true;
  }
  return false;
}

bool ChainNames(const Vma& vma, const AnonVma* wanted) {
  const AnonVmaChains& chain = vma.anon_vma_chain;
  for (auto* node = chain.First(); node != nullptr; node = chain.After(*node)) {
    if (node->owner().anon_vma.Read() == wanted) return true;
  }
  return false;
}

// Compares VMAs by address only: one that no mm has may be freed.
const char* BrokenRuleOfAnonVma(Mms mms, const AnonVma& anon_vma) {
  const AnonVmaMembers& members = anon_vma.members;
  for (auto* avc = members.First(0, kLastOffset); avc != nullptr;
       avc = members.Next(*avc, 0, kLastOffset)) {
    if (!SomeMmHas(mms, *avc->vma.Read())) {
      return "I7: an anon_vma's list names a VMA that no mm has";
    }
  }
  return nullptr;
}

const char* BrokenRuleOfLink(Mms mms, const Vma& vma, const AnonVmaChain& avc) {
  if (avc.vma.Read() != &vma) return "I7: a link in a VMA's chain names another VMA";
  const AnonVma& anon_vma = *avc.anon_vma.Read();
  if (!anon_vma.members.Contains(avc)) {
    return "I7: a link is not on the list of its anon_vma";
  }
  return BrokenRuleOfAnonVma(mms, anon_vma);
}

const char* BrokenRuleOfChain(Mms mms, const Vma& vma) {
  const AnonVma* const own = vma.anon_vma.Read();
  if (own != nullptr && !ChainNames(vma, own)) {
    return "I3: a VMA's anon_vma is missing from its chain";
  }
  const AnonVmaChains& chain = vma.anon_vma_chain;
  for (auto* node = chain.First(); node != nullptr; node = chain.After(*node)) {
    if (const char* broken = BrokenRuleOfLink(mms, vma, node->owner())) return broken;
  }
  return nullptr;
}

const char* BrokenRuleOfAnchor(const Page& page, const Vma& vma) {
  const MappingWord mapping = page.mapping.Read();
  File* const file = vma.vm_file.Read();
  if (file != nullptr && (vma.vm_flags.Read() & kVmShared) != 0) {
    const bool is_files = ToAddressSpace(mapping) == &file->f_mapping;
    return is_files ? nullptr : "I2: a page mapped from a file does not name it";
  }
  const AnonVma* const anchor = ToAnonVma(mapping);
  if (anchor == nullptr) return "I2: a mapped page names no anon_vma";
  if (!ChainNames(vma, anchor)) return "I3: a page's anon_vma is not in the chain of a VMA";
  return nullptr;
}

const char* BrokenRuleOfPage(Pte pte, const Vma& vma, VirtualPage address) {
  const Page& page = pte.page();
  if (!PageMapped(page)) return "I1: a page that a pte maps has no mapcount";
  if (const char* broken = BrokenRuleOfAnchor(page, vma)) return broken;
  if ((pte.rights() & ~vma.vm_flags.Read()) != 0) return "I13: a pte allows what its VMA forbids";
  if (VmaAddress(page, vma) != address) return "I1: a walk would look for a page elsewhere";
  return nullptr;
}

const char* BrokenRuleOfPtes(Mm& mm, const Vma& vma) {
  const VirtualPage end = vma.vm_end.Read();
  for (VirtualPage address = vma.vm_start.Read(); address < end; ++address) {
    const Pte pte = mm.page_table[address].Read();
    if (pte.IsMigration()) return "I1: a migration entry outlived its migration";
    if (!pte.IsPresent()) continue;
    if (const char* broken = BrokenRuleOfPage(pte, vma, address)) return broken;
  }
  return nullptr;
}

}  // namespace

const char* BrokenRule(Mms mms) {
  for (Mm* mm : mms) {
    for (auto* node = mm->mmap.First(); node != nullptr; node = mm->mmap.After(*node)) {
      const Vma& vma = node->owner();
      if (const char* broken = BrokenRuleOfChain(mms, vma)) return broken;
      if (const char* broken = BrokenRuleOfPtes(*mm, vma)) return broken;
    }
  }
  return nullptr;
}

void Validate(Mms mms, ksync::Site site) {
  const char* const broken = BrokenRule(mms);
  ksync::Check(broken == nullptr, broken, site);
}

}  // namespace rmap::inline KSYNC_BACKEND
