// What a workload is made of: how often each verb, how many of everything. A value with a written
// form for its weights, "fork:3,exit:1".
//
// Profiles are mixes with a name, one for each family of mistakes that the rmap's history knows:
// what is at stake when VMAs change their boundaries is seldom at stake when pages are swapped. A
// profile only makes some verbs more frequent; nothing in it knows a single mistake.
#ifndef RMAPCHECK_STRESS_WORKLOAD_MIX_H_
#define RMAPCHECK_STRESS_WORKLOAD_MIX_H_

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/scripts/script.h"

namespace workload {

// How often a verb is chosen, in proportion to the others of its side.
class Weights {
 public:
  std::uint32_t& operator[](rmap::Verb verb) { return of_[static_cast<int>(verb)]; }
  std::uint32_t operator[](rmap::Verb verb) const { return of_[static_cast<int>(verb)]; }

  friend bool operator==(const Weights&, const Weights&) = default;

 private:
  std::array<std::uint32_t, rmap::kVerbCount> of_{};
};

struct Mix {
  Weights weights;
  std::uint32_t threads = 5;     // That run together.
  std::uint32_t phases = 4;      // In which they do, of each script.
  std::uint32_t steps = 12;      // Of each thread in each phase.
  std::uint32_t processes = 6;   // About so many at a time.
  std::uint32_t pages = 10;      // Of each address space.
  std::uint32_t swap_slots = 8;  // Fewer than pages: swap is full now and then.
  std::uint32_t scarcity = 200;  // In so many of 1000 phases memory may run out.

  friend bool operator==(const Mix&, const Mix&) = default;
};

inline constexpr std::uint32_t kWeightMax = 1000;

struct Profile {
  const char* name;
  const char* meaning;
  Mix mix;
};

// Returns: all profiles, the one that is meant when none is named first.
std::span<const Profile> Profiles();

// Returns: the profile of that name; null if there is none.
const Profile* FindProfile(std::string_view name);

// Sets the weights that the text names, "fork:3,exit:1", and leaves the others.
// Fails: InvalidArgument, in one line that says the mend; then nothing is changed.
absl::Status SetWeights(std::string_view text, Weights& weights);

// Returns: the weights in written form, all of them.
std::string ToText(const Weights& weights);

// Who does what a verb says.
enum class Side {
  kProgram,
  kPage,  // Whoever comes from a page, and from no process: reclaim, migration, failing memory.
  kKsmd,  // Samepage merging: one thread, if any of its verbs has a weight.
};
Side SideOf(rmap::Verb verb);

// Returns: the sum of the weights of a side.
std::uint32_t WeightOf(const Weights& weights, Side side);

}  // namespace workload

#endif  // RMAPCHECK_STRESS_WORKLOAD_MIX_H_
