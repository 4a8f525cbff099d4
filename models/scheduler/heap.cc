// The modelled heap: a bump pointer and a sorted list of blocks for each thread. See heap.h for why
// nothing is ever reused within an execution.
#include "models/scheduler/heap.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace models {
namespace {

constexpr std::size_t kFillMax = 4096;  // Larger blocks keep what they held.
constexpr int kFill = 0xcd;
// Far from where Linux puts programs, libraries, stacks and the sanitizers' shadows on x86-64.
constexpr std::uintptr_t kWantedBase = 0x7000'0000'0000 - (std::uintptr_t{1} << 40);
constexpr std::size_t kAlign = alignof(std::max_align_t);

}  // namespace

Heap::Heap() {
  // The same place in every process, if it is free: pointers in stories and replays then agree.
  void* const wanted = reinterpret_cast<void*>(kWantedBase);
  void* memory = mmap(wanted, kBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (memory == MAP_FAILED) {
    memory = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  }
  if (memory == MAP_FAILED) {
    std::fprintf(stderr,
                 "rmapcheck: no address space for the modelled heap: it wants %zu MiB, of which "
                 "it touches what is used; raise `ulimit -v`\n",
                 kBytes >> 20);
    std::_Exit(2);
  }
  base_ = static_cast<char*>(memory);
}

Heap::~Heap() { munmap(base_, kBytes); }

void Heap::Reset() {
  for (int i = 0; i < regions_used_; ++i) {
    regions_[i].used = 0;
    regions_[i].blocks.clear();
  }
  regions_used_ = 0;
}

Allocation* Heap::Allocate(int thread, std::size_t size, const char* name, ksync::Site site,
                           std::size_t alignment) {
  Region& region = regions_[thread];
  alignment = std::max(alignment, kAlign);
  if (size > kRegionBytes || alignment > kRegionBytes) return nullptr;
  const std::size_t start = (region.used + alignment - 1) / alignment * alignment;
  // One byte apart, so that each address belongs to one block and what is behind it to none.
  const std::size_t end = start + size + 1;
  if (end > kRegionBytes) return nullptr;
  region.used = end;
  regions_used_ = std::max(regions_used_, thread + 1);
  char* memory = base_ + kRegionBytes * thread + start;
  std::memset(memory, kFill, std::min(size, kFillMax));
  Allocation& block = region.blocks.emplace_back();
  block.start = memory;
  block.size = size;
  block.name = name;
  block.allocated = site;
  return &block;
}

void Heap::AddTo(Digest& digest) const {
  for (int i = 0; i < regions_used_; ++i) {
    digest.AddBytes(base_ + kRegionBytes * i, regions_[i].used);
  }
}

Allocation* Heap::Find(const void* address) {
  if (!Owns(address)) return nullptr;
  const char* byte = static_cast<const char*>(address);
  std::vector<Allocation>& blocks = regions_[(byte - base_) / kRegionBytes].blocks;
  const auto starts_behind = [](const char* wanted, const Allocation& block) {
    return wanted < block.start;
  };
  // Mostly it is the newest block that is asked for: its object is being made.
  const bool newest = !blocks.empty() && byte >= blocks.back().start;
  const auto after =
      newest ? blocks.end() : std::upper_bound(blocks.begin(), blocks.end(), byte, starts_behind);
  if (after == blocks.begin()) return nullptr;
  Allocation& block = *std::prev(after);
  return byte < block.start + std::max<std::size_t>(block.size, 1) ? &block : nullptr;
}

}  // namespace models
