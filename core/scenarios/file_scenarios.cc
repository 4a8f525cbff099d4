// Mappings of files: is what is written stored, and is what is taken away unmapped? Nobody asks an
// anon_vma here: walks go through the list of the file.
#include "core/rmap/validate.h"
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exit.h"
#include "core/vmops/fault.h"
#include "core/vmops/file_map.h"
#include "core/vmops/mmap.h"
#include "core/vmops/mremap.h"
#include "core/vmops/truncate.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// A program writes to a page of its own. Requires: allocations do not fail.
void WriteTo(Mm& mm, VirtualPage address, std::uint32_t value) {
  const bool done = HandlePageFault(mm, address, Access::kWrite);
  ksync::Check(done, "a fault found no memory");
  const ksync::Guard pte_lock(mm.pte_lock);
  const Pte pte = mm.page_table[address].Read();
  ksync::Check(pte.IsPresent() && pte.IsWritable(), "a page cannot be written");
  pte.page().content.Write(value);
}

// Requires: allocations do not fail.
void AddPages(World& world, File& file, PageOffset count) {
  for (PageOffset offset = 0; offset < count; ++offset) {
    const bool done = AddFilePage(file, world.AddPage(), offset);
    ksync::Check(done, "the page cache found no memory");
  }
}

// A written page is stored while a program changes what it may do with it.
void StoreVersusProtect(const Kernel& kernel) {
  World world(kernel);
  File& file = *ksync::New<File>(world.machine());
  AddPages(world, file, 1);
  Mm& mm = world.NewMm();
  MmapFile(mm, file, 0, 1, 0, kVmWrite);
  WriteTo(mm, 0, 1);

  std::uint32_t stored = 0;
  const auto store = [&stored](std::uint32_t content) { stored = content; };
  ksync::Thread other([&mm] { Protect(mm, 0, 1, kVmAccess | kVmShared); }, "mprotect");
  WritePage(file, 0, store);
  other.Join();
  ksync::Check(stored == 1, "a write was not stored");
  WriteTo(mm, 0, 2);
  WritePage(file, 0, store);
  ksync::Check(stored == 2, "a write was not stored");

  Validate({&mm});
  Mmput(mm);
  Fput(file, PutPage);
}

// A written page is stored while it moves.
void StoreVersusMremap(const Kernel& kernel) {
  World world(kernel);
  File& file = *ksync::New<File>(world.machine());
  AddPages(world, file, 1);
  Mm& mm = world.NewMm();
  MmapFile(mm, file, 0, 1, 0);
  WriteTo(mm, 0, 1);

  std::uint32_t stored = 0;
  const auto store = [&stored](std::uint32_t content) { stored = content; };
  ksync::Thread other(
      [&mm] {
        const bool done = Mremap(mm, {0, 1}, {2, 1});
        ksync::Check(done, "mremap found no memory");
      },
      "mremap");
  WritePage(file, 0, store);
  other.Join();
  ksync::Check(stored == 1, "a write was not stored");
  WriteTo(mm, 2, 2);
  WritePage(file, 0, store);
  ksync::Check(stored == 2, "a write was not stored");

  Validate({&mm});
  Mmput(mm);
  Fput(file, PutPage);
}

// All pages of a file are taken away, while a program moves them to lower addresses: behind the
// back of a walk that remembers how far it has come.
void TruncateVersusMremap(const Kernel& kernel) {
  World world(kernel);
  File& file = *ksync::New<File>(world.machine());
  AddPages(world, file, 2);
  Mm& mm = world.NewMm();
  MmapFile(mm, file, 2, 4, 0);
  WriteTo(mm, 2, 1);
  WriteTo(mm, 3, 1);
  ksync::Thread other(
      [&mm] {
        const bool done = Mremap(mm, {2, 2}, {0, 2});
        ksync::Check(done, "mremap found no memory");
      },
      "mremap");
  TruncateInodePages(file, 0, 1);
  other.Join();
  for (VirtualPage address = 0; address < 4; ++address) {
    ksync::Check(Resting(mm).page_table[address].Read().IsNone(),
                 "a page is mapped that was truncated");
  }
  Mmput(mm);
  Fput(file, PutPage);
}

}  // namespace

std::vector<Scenario> FileScenarios() {
  return {
      {.name = "StoreVersusProtect",
       .claim = "What is written to a page of a file after it was stored is noticed, although its "
                "pte was being changed when the right to write was taken away.",
       .oracle = "The page is written and stored once more at the end: what is stored must be what "
                 "was written last. A pte that stayed writable needs no fault, so nobody knows.",
       .run = StoreVersusProtect,
       .default_generation = Generation::kG0,
       .bugs = {{.fix = Fix::kKh03, .violation = "failed check"}}},
      {.name = "StoreVersusMremap",
       .claim = "The same while the page moves: who moves a file's ptes holds i_mmap_lock.",
       .oracle = "As StoreVersusProtect.",
       .run = StoreVersusMremap,
       .expectations = {{"G9 without KH-03"}}},
      {.name = "TruncateVersusMremap",
       .claim = "A truncation finds all pages although they move while its walk pauses.",
       .oracle = "No page may be mapped when it leaves the page cache; afterwards none is mapped. "
                 "Before the walk lost its pauses, what it remembers must not hide moved pages.",
       .run = TruncateVersusMremap,
       .expectations = {{"G5 without KH-46"}, {"G5 with KH-46"}}},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND
