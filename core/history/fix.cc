// The table of repairs: one row each, in the order of their ids. A row's `since` is the first
// generation whose release has the change; changes newer than every generation have none.
#include "core/history/fix.h"

namespace rmap {
namespace {

using enum Fix;
using enum Generation;

constexpr FixInfo kFixes[] = {
    {kKh01, "KH-01", "34bbd704051c",
     "page_lock_anon_vma stays in its RCU section until the lock is given back", kG0},
    {kKh04, "KH-04", "d9d332e0874f",
     "anon_vma_prepare locks even an anon_vma it has just allocated", kG0},
    {kKh16, "KH-16", "4946d54cb55e", "anon_vma_fork undoes its clone when a later allocation fails",
     kG3},
    {kKh17, "KH-17", "287d97ac0321",
     "vma_adjust clones the chain of the VMA that gives pages away, not of its argument", kG3},
    {kKh18, "KH-18", "d0e9fe1758f2",
     "anon_vma_prepare borrows a neighbour's anon_vma only if its chain has one entry", kG3},
    {kKh19, "KH-19", "646d87b481da", "anon_vma_clone keeps the order of the chain", kG3},
    {kKh20, "KH-20", "ea90002b0fa7",
     "a page that others may map is anchored at the oldest anon_vma of the chain", kG3},
    {kKh21, "KH-21", "e8a03feb54ca",
     "a page that nobody else maps is anchored at the newest anon_vma of the chain", kG3},
    {kKh22, "KH-22", "31f2b0ebc01f",
     "anon_vma_prepare frees its link when another fault was faster", kG3},
    {kKh25, "KH-25", "012f18004da3", "vma_adjust holds the anon_vma lock while it moves a boundary",
     kG5},
    {kKh26, "KH-26", "", "vma_adjust takes the neighbour's lock when only the neighbour has one",
     kG8},
    {kKh29, "KH-29", "a247c3a97a02", "fork sets a VMA's mm before rmap walkers can find the VMA",
     kG5},
    {kKh34, "KH-34", "3f6c82728f4e",
     "migration pins the anon_vma before it takes the last mapping away", kG4},
    {kKh37, "KH-37", "f18194275c39",
     "page_lock_anon_vma asks again under the lock whether the page is mapped", kG5},
    {kKh39, "KH-39", "26ba0cb63cb8",
     "anon_vma_prepare appends to the anon_vma's list: parents are visited before children", kG5},
    {kKh108, "KH-108", "b6ac0b3f6013", "an anon_vma is published only after what it contains",
     std::nullopt},
};
static_assert(std::size(kFixes) == kFixCount);

}  // namespace

std::span<const FixInfo> Fixes() { return kFixes; }

const FixInfo& Info(Fix fix) { return kFixes[static_cast<int>(fix)]; }

std::optional<Fix> FindFix(std::string_view id) {
  for (const FixInfo& info : kFixes) {
    if (id == info.id) return info.fix;
  }
  return std::nullopt;
}

bool Has(Generation generation, Fix fix) {
  const std::optional<Generation> since = Info(fix).since;
  return since.has_value() && *since <= generation;
}

}  // namespace rmap
