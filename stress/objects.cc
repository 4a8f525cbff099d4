// One pass over the lists of VMAs and over the chain of each. An anon_vma is counted where it is
// first met: many chains name it.
#include "stress/objects.h"

#include "absl/container/flat_hash_set.h"
#include "core/mm/at_rest.h"
#include "core/rmap/anon_vma.h"

namespace cost {
namespace {

using rmap::Kernel;
using rmap::Mm;
using rmap::Vma;

// What the links of one VMA add. `known`: the anon_vmas that were counted already.
void CountLinks(const Vma& vma, Objects& objects,
                absl::flat_hash_set<const rmap::AnonVma*>& known) {
  const rmap::AnonVmaChains& chain = vma.anon_vma_chain;
  for (auto* node = chain.First(); node != nullptr; node = chain.After(*node)) {
    ++objects.links;
    known.insert(node->owner().anon_vma.Read());
  }
}

// Before chains the link was a part of the VMA; after, that part is not used.
void CountBytes(const Kernel& kernel, Objects& objects) {
  const bool chains = kernel.Has(rmap::Mechanism::kChains);
  constexpr std::uint64_t kLink = sizeof(rmap::AnonVmaChain);
  objects.vma_bytes = objects.vmas * (sizeof(Vma) - (chains ? kLink : 0));
  objects.link_bytes = chains ? objects.links * kLink : 0;
  objects.anon_vma_bytes = objects.anon_vmas * sizeof(rmap::AnonVma);
}

}  // namespace

Objects CountObjects(const Kernel& kernel, std::span<Mm* const> mms) {
  Objects objects;
  absl::flat_hash_set<const rmap::AnonVma*> anon_vmas;
  for (const Mm* mm : mms) {
    for (const Vma* vma = rmap::FirstVma(rmap::Resting(*mm)); vma != nullptr;
         vma = rmap::NextVma(rmap::Resting(*mm), *vma)) {
      ++objects.vmas;
      CountLinks(*vma, objects, anon_vmas);
    }
  }
  objects.anon_vmas = anon_vmas.size();
  CountBytes(kernel, objects);
  return objects;
}

}  // namespace cost
