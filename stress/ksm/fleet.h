// Processes in the shape of virtual machines: many that have much in common, on one machine that
// merges pages, and how much memory that saves while time goes by.
//
// Each begins with the same image: of so many pages each has one of the same content, the others
// are its own. Some pages are written now and then: with what nobody else has, or with what the
// image has there, so that they are equal again. Machines die, and others are booted in their
// place. All of this happens on worker threads, beside ksmd. A tick is a stretch of it; when it has
// ended, nothing moves, and memory is counted by looking at every pte.
//
// The truth is what ptes say. That each reads what its machine wrote there, and what core/ksm keeps
// of itself, is asked at the end of each tick. Contents are numbers mixed well: trees are ordered
// by them.
//
// What it does not do: sleep between batches; so its times are ticks, and not seconds.
#ifndef RMAPCHECK_STRESS_KSM_FLEET_H_
#define RMAPCHECK_STRESS_KSM_FLEET_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace fleet {

struct Request {
  std::uint32_t machines = 32;
  std::uint32_t pages = 256;  // Of each machine.
  std::uint32_t equal = 60;   // Of 100 pages, how many are the image's.
  std::uint32_t hot = 10;     // Of 100 pages, how many are written now and then.
  std::uint32_t writes = 4;   // Of each machine in a tick.
  std::uint32_t life = 40;    // In ticks, of each machine; 0: nobody dies.
  std::uint32_t scan = 2000;  // Pages that ksmd looks at in a tick; 0: ksmd does not run.
  std::uint32_t ticks = 60;
  std::uint32_t workers = 2;
  std::uint64_t seed = 1;
  std::string kernel = "";  // As rmapcheck names it; empty: the newest, with all repairs.
};

// When a tick has ended.
struct Sample {
  // How much is saved, as ptes say it.
  std::uint32_t Saved() const { return mapped - frames; }

  std::uint32_t tick = 0;
  std::uint32_t mapped = 0;  // Ptes; without merging each had a frame.
  std::uint32_t frames = 0;  // That they name.
  // What ksmd says.
  int pages_shared = 0;
  int pages_sharing = 0;
  int pages_unshared = 0;
  int pages_volatile = 0;
  std::uint32_t full_scans = 0;
  // What the machines have done until then.
  std::uint64_t writes = 0;
  std::uint64_t boots = 0;
};

struct Results {
  Request request;
  std::vector<Sample> samples = {};  // One for each tick.
  bool ended_early = false;
};

// Called before each tick. Returns: whether to go on.
using Progress = std::function<bool(std::uint32_t tick)>;

// Fails, by ksync::Check: if a machine reads what it has not written, or a rule of core/ksm is
// broken; the text begins with the rule. Requires: the kernel can be parsed.
Results RunFleet(const Request& request, const Progress& progress);

}  // namespace fleet

#endif  // RMAPCHECK_STRESS_KSM_FLEET_H_
