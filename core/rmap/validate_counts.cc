// What is counted, counted again. A count that may have other users as well must be large enough; a
// count that has none must be right. What is too large for ever shows as a leak.
#include <unordered_map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/mm/file.h"
#include "core/mm/mempolicy.h"
#include "core/mm/page.h"
#include "core/rmap/validate_rules.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// How often each object was named, in the order in which they were met.
template <typename T>
class Tally {
 public:
  void Add(const T* object) {
    if (object != nullptr && ++count_[object] == 1) met_.push_back(object);
  }
  const std::vector<const T*>& met() const { return met_; }
  int operator[](const T* object) const {
    const auto found = count_.find(object);
    return found == count_.end() ? 0 : found->second;
  }

 private:
  std::unordered_map<const T*, int> count_;
  std::vector<const T*> met_;
};

// What the page tables name.
struct Named {
  Tally<Page> pages;
  Tally<Page> kept;  // Pages with the mlock flag, by VMAs that ask for it.
  std::unordered_map<std::uint32_t, int> slots;
};

bool IsLocked(const Vma* vma) { return vma != nullptr && (vma->vm_flags.Read() & kVmLocked) != 0; }

Named WhatIsNamed(AllMms mms) {
  Named named;
  for (const Mm* mm : mms) {
    for (VirtualPage address = 0; address < Resting(*mm).page_table.size(); ++address) {
      const Pte pte = EntryAt(*mm, address);
      if (pte.IsSwap()) ++named.slots[pte.entry().slot];
      if (!pte.IsPresent()) continue;
      named.pages.Add(&pte.page());
      const bool flagged = pte.page().mlocked.Read();
      if (flagged && IsLocked(FindVma(Resting(*mm), address))) named.kept.Add(&pte.page());
    }
  }
  return named;
}

std::string BrokenMapcount(const Page& page, int ptes) {
  const int mapcount = PageMapcount(page);
  if (mapcount == ptes) return "";
  const PageOffset index = page.index.Read();
  return absl::StrCat("C1: page with index ", index, " has mapcount ", mapcount, ", and ", ptes,
                      " ptes name it");
}

std::string BrokenCachedPage(const Page& page) {
  const SwapEntry entry = page.swap_entry.Read();
  if (entry == kNoSwapEntry) return "";
  const Page* const cached = page.machine.swap().LookupSwapCache(entry, [](Page&) {});
  if (cached == &page) return "";
  const PageOffset index = page.index.Read();
  return absl::StrCat("C2: page with index ", index, " names slot ", entry.slot,
                      ", which does not cache it");
}

std::string BrokenMlock(const Page& page, int locked_vmas) {
  if (locked_vmas > 0 || !page.mlocked.Read()) return "";
  const PageOffset index = page.index.Read();
  return absl::StrCat("C6: page with index ", index,
                      " is kept in memory, and no locked VMA maps it");
}

std::string BrokenSlots(const Machine& machine, const Named& named) {
  if (named.slots.empty() && machine.swap().SlotsInUse() == 0) return "";
  for (std::uint32_t slot = 0; slot < machine.size().swap_slots; ++slot) {
    const auto found = named.slots.find(slot);
    const int ptes = found == named.slots.end() ? 0 : found->second;
    const int counted = machine.swap().PageSwapcount(SwapEntry{slot});
    if (counted == ptes) continue;
    return absl::StrCat("C2: swap slot ", slot, " counts ", counted, " ptes, and ", ptes,
                        " name it");
  }
  return "";
}

std::string BrokenHugePmd(AllMms mms, const Mm& mm, VirtualPage address) {
  const HugePmd& entry = Resting(mm).huge_pmds[address];
  if (entry.pmd.Read().IsNone()) return "";
  if (entry.splitting.Read()) {
    return absl::StrCat("C7: a huge page is left half split at address ", address, " of ",
                        NameOf(mms, mm));
  }
  if (Resting(mm).page_table[address].Read().IsNone()) return "";
  return absl::StrCat("C7: a page is mapped below a huge one at address ", address, " of ",
                      NameOf(mms, mm));
}

std::string BrokenHugePmds(AllMms mms) {
  for (const Mm* mm : mms) {
    if (!mm->machine.HasHugePages()) return "";
    for (VirtualPage address = 0; address < Resting(*mm).page_table.size(); ++address) {
      if (std::string broken = BrokenHugePmd(mms, *mm, address); !broken.empty()) return broken;
    }
  }
  return "";
}

std::string BrokenFile(AllMms mms, const Vma& vma, const Tally<File>& files) {
  File* const file = vma.vm_file.Read();
  if (file == nullptr) return "";
  const int references = file->f_count.Read();
  if (references < files[file]) {
    return absl::StrCat("C3: the file of ", NameOf(mms, vma), " has ", references,
                        " references, and ", files[file], " VMAs map it");
  }
  if (Resting(file->f_mapping).i_mmap.Contains(vma.shared_node)) return "";
  return absl::StrCat("C3: ", NameOf(mms, vma), " is not on the list of its file");
}

std::string BrokenPolicy(AllMms mms, const Vma& vma, const Tally<Mempolicy>& policies) {
  const Mempolicy* const policy = vma.vm_policy.Read();
  if (policy == nullptr) return "";
  const int references = policy->refcnt.Read();
  if (references >= policies[policy]) return "";
  return absl::StrCat("C4: the policy of ", NameOf(mms, vma), " has ", references,
                      " references, and ", policies[policy], " VMAs name it");
}

// What VMAs name.
std::string BrokenReferences(AllMms mms) {
  Tally<File> files;
  Tally<Mempolicy> policies;
  FirstBrokenVma(mms, [&](const Vma& vma) {
    files.Add(vma.vm_file.Read());
    policies.Add(vma.vm_policy.Read());
    return "";
  });
  return FirstBrokenVma(mms, [&](const Vma& vma) {
    std::string broken = BrokenFile(mms, vma, files);
    return broken.empty() ? BrokenPolicy(mms, vma, policies) : broken;
  });
}

// Whom the kernels that reuse anon_vmas count.
struct Counted {
  Tally<AnonVma> all;       // Each anon_vma of a chain, as often as it is in one.
  Tally<AnonVma> vmas;      // As the anon_vma of a VMA.
  Tally<AnonVma> children;  // As the parent of another one; a root is its own.
};

Counted WhoIsCounted(AllMms mms) {
  Counted counted;
  FirstBrokenVma(mms, [&counted](const Vma& vma) {
    counted.vmas.Add(vma.anon_vma.Read());
    return FirstBrokenLink(vma, [&counted](const AnonVmaChain& avc) {
      counted.all.Add(avc.anon_vma.Read());
      return "";
    });
  });
  for (const AnonVma* anon_vma : counted.all.met()) counted.children.Add(anon_vma->parent.Read());
  return counted;
}

std::string BrokenReuse(AllMms mms) {
  const Counted counted = WhoIsCounted(mms);
  for (const AnonVma* anon_vma : counted.all.met()) {
    const int children = anon_vma->num_children.Read();
    const int vmas = anon_vma->num_active_vmas.Read();
    if (children == counted.children[anon_vma] && vmas == counted.vmas[anon_vma]) continue;
    return absl::StrCat("C5: ", NameOf(mms, anon_vma), " counts ", children, " children and ", vmas,
                        " VMAs, and has ", counted.children[anon_vma], " and ",
                        counted.vmas[anon_vma]);
  }
  return "";
}

}  // namespace

std::string BrokenRuleOfPage(AllMms mms, const Page& page) {
  const Named named = WhatIsNamed(mms);
  return BrokenMapcount(page, named.pages[&page]);
}

std::string BrokenCounts(AllMms mms) {
  if (mms.empty()) return "";
  const Machine& machine = mms.front()->machine;
  const Named named = WhatIsNamed(mms);
  for (const Page* page : named.pages.met()) {
    std::string broken = BrokenMapcount(*page, named.pages[page]);
    if (broken.empty()) broken = BrokenCachedPage(*page);
    if (broken.empty()) broken = BrokenMlock(*page, named.kept[page]);
    if (!broken.empty()) return broken;
  }
  if (std::string broken = BrokenHugePmds(mms); !broken.empty()) return broken;
  if (std::string broken = BrokenSlots(machine, named); !broken.empty()) return broken;
  if (std::string broken = BrokenReferences(mms); !broken.empty()) return broken;
  return machine.Has(Mechanism::kReuse) ? BrokenReuse(mms) : "";
}

}  // namespace rmap::inline KSYNC_BACKEND
