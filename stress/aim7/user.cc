// The jobs. Every operation is one of core/vmops, with its own locks; only what a fault finds no
// frame for is tried again, after direct reclaim.
#include "stress/aim7/user.h"

#include <algorithm>
#include <optional>
#include <thread>

#include "core/base/check.h"
#include "core/vmops/exit.h"
#include "core/vmops/fault.h"
#include "core/vmops/fork.h"
#include "core/vmops/mmap.h"
#include "core/vmops/mprotect.h"
#include "core/vmops/munmap.h"

namespace aim7 {
namespace {

using rmap::Mm;
using rmap::VirtualPage;

// So often in a row without a page that could be taken: memory is too small for those who run.
constexpr int kFruitlessMax = 100'000;

// Calls `access()` until it has found the frames that it needs. Kernel: __alloc_pages_slowpath().
template <typename Access>
void WithReclaim(Cpu& cpu, Access access) {
  int fruitless = 0;
  while (!access()) {
    ++cpu.work.stalls;
    if (ReclaimBatch(cpu.frames, cpu.work.reclaimed) > 0) continue;
    CHECK(++fruitless < kFruitlessMax, "out of memory: no page can be reclaimed");
    std::this_thread::yield();
  }
}

std::uint32_t Read(Cpu& cpu, Mm& mm, VirtualPage address) {
  std::optional<std::uint32_t> value;
  WithReclaim(cpu, [&] {
    value = rmap::UserRead(mm, address);
    return value.has_value();
  });
  return *value;
}

void SetRights(Mm& mm, VirtualPage start, VirtualPage end, rmap::Rights rights) {
  const bool done = rmap::Mprotect(mm, start, end, rights);
  CHECK(done, "of what is not a page there is enough");
}

}  // namespace

const char* Name(Job job) {
  switch (job) {
    case Job::kLogin:
      return "login";
    case Job::kWrite:
      return "write";
    case Job::kRead:
      return "read";
    case Job::kFork:
      return "fork";
    case Job::kMap:
      return "map";
    case Job::kProtect:
      return "protect";
  }
  return "";
}

void Work::Add(const Work& other) {
  for (int i = 0; i < kJobs; ++i) jobs[i] += other.jobs[i];
  stalls += other.stalls;
  reclaimed.Add(other.reclaimed);
}

void Write(Cpu& cpu, Mm& mm, VirtualPage address, std::uint32_t value) {
  WithReclaim(cpu, [&] { return rmap::UserWrite(mm, address, value); });
}

User::User(Mm& mm, const Layout& layout, std::uint64_t seed)
    : mm_(&mm), layout_(layout), random_(seed), written_(layout.pages, 0) {}

std::uint32_t User::Draw(std::uint32_t count) {
  return static_cast<std::uint32_t>(random_.Next() % count);
}

Job User::DrawJob(const Mix& mix) {
  if (!HasLoggedIn()) return Job::kLogin;
  int rest = static_cast<int>(Draw(100));
  if ((rest -= mix.read) < 0) return Job::kRead;
  if ((rest -= mix.fork) < 0) return Job::kFork;
  if ((rest -= mix.map) < 0) return Job::kMap;
  if ((rest -= mix.protect) < 0) return Job::kProtect;
  return Job::kWrite;
}

void User::RunJob(const Mix& mix, Cpu& cpu) {
  const Job job = DrawJob(mix);
  switch (job) {
    case Job::kLogin:
      Login(cpu);
      break;
    case Job::kWrite:
      WriteSome(cpu, kAccesses);
      break;
    case Job::kRead:
      ReadSome(cpu, kAccesses);
      break;
    case Job::kFork:
      Fork(cpu);
      break;
    case Job::kMap:
      Map(cpu);
      break;
    case Job::kProtect:
      Protect(cpu);
      break;
  }
  ++cpu.work.jobs[static_cast<std::size_t>(job)];
}

void User::WriteOwn(Cpu& cpu, VirtualPage address) {
  const std::uint32_t value = written_[address] + 1;
  Write(cpu, *mm_, address, value);
  written_[address] = value;
}

void User::ReadOwn(Cpu& cpu, VirtualPage address) {
  CHECK(Read(cpu, *mm_, address) == written_[address], "a page has lost what was written last");
}

void User::Login(Cpu& cpu) {
  const VirtualPage end = std::min(logged_in_ + kAccesses, layout_.pages);
  while (logged_in_ < end) WriteOwn(cpu, logged_in_++);
}

void User::WriteSome(Cpu& cpu, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) WriteOwn(cpu, Draw(layout_.pages));
}

void User::ReadSome(Cpu& cpu, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) ReadOwn(cpu, Draw(layout_.pages));
}

// The child copies what it writes; so does the parent, as long as the child is there.
void User::Fork(Cpu& cpu) {
  Mm* const child = rmap::DupMm(*mm_);
  CHECK(child != nullptr, "of what is not a page there is enough");
  for (std::uint32_t i = 0; i < kAccesses / 2; ++i) {
    Write(cpu, *child, Draw(layout_.pages), /*value=*/~0u);
    WriteOwn(cpu, Draw(layout_.pages));
  }
  rmap::Mmput(*child);
}

void User::Map(Cpu& cpu) {
  const VirtualPage start = layout_.RoomStart();
  const rmap::Vma* const vma = rmap::MmapRegion(*mm_, {.start = start, .end = start + kAccesses});
  CHECK(vma != nullptr, "of what is not a page there is enough");
  for (VirtualPage i = 0; i < kAccesses; ++i) Write(cpu, *mm_, start + i, /*value=*/i);
  const bool unmapped = rmap::Munmap(*mm_, start, start + kAccesses);
  CHECK(unmapped, "of what is not a page there is enough");
}

// The VMA is split in three while a half of it is read-only, and merged again.
void User::Protect(Cpu& cpu) {
  const VirtualPage start = layout_.pages / 4;
  const VirtualPage end = start + layout_.pages / 2;
  SetRights(*mm_, start, end, rmap::kVmRead);
  WriteOwn(cpu, Draw(start));
  SetRights(*mm_, start, end, rmap::kVmAccess);
  WriteSome(cpu, kAccesses - 1);
}

}  // namespace aim7
