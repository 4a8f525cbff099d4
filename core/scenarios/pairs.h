// Every operation against every other, where the two share an anon_vma; and some threes.
//
// A pair is a parent and its child, which map one page that is anchored at the parent's anon_vma:
// one operation is carried out on the parent's address space while another runs on the child's. Or
// it is one process with two threads, if at least one of them needs mmap_sem for reading at most.
//
// The scenarios are made from a table of operations (pair_operations.cc), so that a new one meets
// all others. What is asked of each pair: no failure that whoever watches memory, locks and races
// would report; a valid structure when both are done, in which each page is found wherever it is
// mapped (rules I1 to I3 and C1) and no migration entry is left; each process reads then what was
// on the page at first, or what it wrote there itself, and if it wrote, that; and a walk finds the
// page once in a process whose VMAs stay what they are.
//
// A triple is a parent, its child or a stranger, and somebody who comes from the page; which ones,
// the kernel's history says: a user goes while a stranger's anon_vma is born, perhaps in the same
// memory (KH-37, KH-52), a page comes back while it goes, a boundary moves (KH-25). Others, as two
// copies of a page that migrates or two that both bring it back, or two that both read a page that
// is reclaimed, have hundreds of thousands of executions, and are left out. So has a swap-in that
// is overtaken (KH-40, KH-41), unless it has found its page before the others begin; two triples
// are made by hand that way.
//
// What cannot be a pair: exec's temporary stack has no relatives and one thread, so it meets only
// what comes from the page; the merges that fill a gap (cases 1 to 3) or join what was never
// touched are the parent's alone, because no kernel since 3.0 joins what a child has inherited with
// what nobody has touched; and who copies a locked page has one thread, because two that copy have
// executions enough where no page is locked.
#ifndef RMAPCHECK_CORE_SCENARIOS_PAIRS_H_
#define RMAPCHECK_CORE_SCENARIOS_PAIRS_H_

#include <algorithm>
#include <string>
#include <vector>

#include "core/mm/mm.h"
#include "core/rmap/world.h"

namespace rmap::inline KSYNC_BACKEND {

// What both sides of a pair know. The page is mapped in the middle of the VMA [2,5).
struct Stage {
  explicit Stage(const Kernel& kernel) : world(kernel, {.virtual_pages = 11, .swap_slots = 2}) {}

  // Returns: what the process writes on the page, and no other does.
  std::uint32_t WrittenBy(const Mm& mm) const {
    const auto place = std::find(processes.begin(), processes.end(), &mm);
    return written + 1 + static_cast<std::uint32_t>(place - processes.begin());
  }

  World world;
  Page* page = nullptr;  // With a reference of the world's, for whoever isolates it.
  // Whether the page can be isolated. Kernel: PageLRU().
  ksync::Atomic<bool> on_lru{true, "page.lru"};
  VirtualPage shared = 3;      // Where it is mapped.
  std::uint32_t written = 7;   // What is on it at first.
  std::vector<Mm*> processes;  // Those that are there before the operations start.
};

// Who changes what.
struct Side {
  Stage& stage;
  Mm* mm;       // Null for who comes from the page.
  Page* spare;  // Where a migration goes, with a reference of the world's.
  bool has_exited = false;
  bool has_written = false;            // On the page, what the process writes.
  Page* held = nullptr;                // By a device.
  bool has_failed = false;             // The page's memory has: who comes later gets another page.
  std::vector<const Mm*> killed = {};  // For that.
  std::vector<Mm*> forked = {};        // What the operation has forked.
};

// How an operation gets at what it works on; decides with which others it can share a process.
enum class Reach {
  kLastUser,      // No other thread has the process.
  kWholeProcess,  // It has mmap_sem for writing.
  kThread,        // It has mmap_sem for reading.
  kPage,          // It comes from the page and has no mmap_sem.
};

struct Operation {
  const char* name;  // "Fork".
  Reach reach;
  // Carries the operation out; memory may run out.
  void (*run)(Side& side);
  // Makes its own side ready before the two start; may be null.
  void (*prepare)(Side& side) = nullptr;
  // Adds VMAs to the first address space, before there is a child; may be null. Then the operation
  // is the parent's.
  void (*add_vmas)(Mm& mm) = nullptr;
  bool maps_new_page = false;  // A thread that gives a page, new to the VMA, its index there.
};

// Returns: all operations that pairs are made of, but for exec's, which needs its own process.
const std::vector<Operation>& PairOperations();
const Operation& ExecShift();

// Carries an operation out with nobody beside it, by a parent or by its child. Returns: the VMAs of
// its process afterwards, as "[2,3)[3,5)"; what is mapped where the page was before: " page",
// " copy", " entry", or " none"; where else something is mapped: " +4"; " written" if it wrote on
// the page; " and a child" if there is one more. Requires: the operation leaves the process alive.
std::string EffectOf(const Kernel& kernel, const Operation& operation, bool by_child);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_SCENARIOS_PAIRS_H_
