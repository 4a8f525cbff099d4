// The table of generations, and the life of each mechanism as a span of it.
// A new mechanism needs one line in LifeOf; a new generation one row.
#include "core/history/generation.h"

namespace rmap {
namespace {

using enum Generation;

constexpr GenerationInfo kGenerations[] = {
    {kG0, "G0", "2.6.33", "one anon_vma per VMA, shared by all forked relatives", true},
    {kG1, "G1", "5beb49305251", "anon_vma chains; VM_LOCK_RMAP instead of the lock", true},
    {kG2, "G2", "fc148a5f7e05", "VM_LOCK_RMAP is gone: nothing guards a boundary change", true},
    {kG3, "G3", "2.6.34", "the repairs of April 2010", true},
    {kG4, "G4", "2.6.35", "KSM and migration pin an anon_vma with one count", true},
    {kG5, "G5", "2.6.36", "only the root anon_vma's lock is taken; vma_adjust locks again", true},
    {kG6, "G6", "3.0", "the lock may sleep; the count is the lifetime", true},
    {kG7, "G7", "3.3", "mremap keeps source before destination in the walk", true},
    {kG8, "G8", "3.8", "interval trees instead of lists; walkers share the lock", true},
    {kG9, "G9", "3.19", "an ancestor's anon_vma is reused: chains stop growing", true},
    {kG10, "G10", "4.8", "vma_adjust allocates before its first irreversible step", false},
    {kG11, "G11", "6.1", "maple tree; vma_adjust dissolves into smaller operations", false},
    {kG12, "G12", "6.4", "page faults under a lock per VMA", false},
    {kG13, "G13", "6.15", "VMAs are type-safe by RCU", false},
};

// The life of a mechanism: from the first generation to the last, both included.
struct Span {
  Generation first;
  Generation last;
};

constexpr Span LifeOf(Mechanism mechanism) {
  switch (mechanism) {
    case Mechanism::kChains:
      return {kG1, kG13};
    case Mechanism::kVmLockRmap:
      return {kG1, kG1};
    case Mechanism::kRootLock:
      return {kG5, kG13};
    case Mechanism::kAnchorIsKept:
      return {kG5, kG13};
    case Mechanism::kReanchorOnReuse:
      return {kG1, kG13};
    case Mechanism::kCountIsLifetime:
      return {kG6, kG13};
    case Mechanism::kSleepingLock:
      return {kG6, kG13};
    case Mechanism::kSharedWalkers:
      return {kG8, kG13};
    case Mechanism::kIntervalTree:
      return {kG8, kG13};
    case Mechanism::kMoveTakesRmapLocks:
      return {kG8, kG13};
    case Mechanism::kTruncationBreaks:
      return {kG0, kG5};
    case Mechanism::kChainUnderOneLock:
      return {kG6, kG13};
    case Mechanism::kSplitAboveUnlocked:
      return {kG6, kG7};
    case Mechanism::kEveryBoundaryLocked:
      return {kG8, kG13};
    case Mechanism::kMergeKeepsSingular:
      return {kG6, kG13};
    case Mechanism::kReuse:
      return {kG9, kG13};
    case Mechanism::kMunlockInBatches:
      return {kG9, kG10};
    case Mechanism::kGapsInVmaTree:
      return {kG8, kG10};
    case Mechanism::kHugetlbAllocatesLocked:
      return {kG8, kG13};
    case Mechanism::kHugePages:
      return {kG6, kG9};
    case Mechanism::kMergedPagesMove:
      return {kG9, kG13};
  }
  return {kG13, kG0};
}

const GenerationInfo& Info(Generation generation) {
  return kGenerations[static_cast<int>(generation)];
}

}  // namespace

std::span<const GenerationInfo> Generations() { return kGenerations; }

const char* Name(Generation generation) { return Info(generation).name; }

std::optional<Generation> FindGeneration(std::string_view name) {
  for (const GenerationInfo& info : kGenerations) {
    if (name == info.name) return info.generation;
  }
  return std::nullopt;
}

bool IsModelled(Generation generation) { return Info(generation).modelled; }

Generation NewestGeneration() {
  Generation newest = kG0;
  for (const GenerationInfo& info : kGenerations) {
    if (info.modelled) newest = info.generation;
  }
  return newest;
}

bool Has(Generation generation, Mechanism mechanism) {
  const Span life = LifeOf(mechanism);
  return life.first <= generation && generation <= life.last;
}

}  // namespace rmap
