// Sets of values that an address may hold; nearly always of one. What the oracle is made of.
//
// Sorted, so that two sets are compared and joined in one pass, and the same in every execution.
#ifndef RMAPCHECK_CORE_SCRIPTS_VALUES_H_
#define RMAPCHECK_CORE_SCRIPTS_VALUES_H_

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

#include "absl/container/inlined_vector.h"

namespace rmap {

using Value = std::uint32_t;
inline constexpr Value kFreshValue = 0;  // On a page that nobody has written.

// What kStore writes: nobody knows from whom it is.
inline constexpr Value kFirstCommonValue = Value{1} << 31;
inline constexpr Value CommonValue(std::uint32_t number) { return kFirstCommonValue + number; }

using Values = absl::InlinedVector<Value, 2>;

inline bool Contains(const Values& values, Value value) {
  return std::ranges::binary_search(values, value);
}

// Returns: whether the value is new.
inline bool Insert(Values& values, Value value) {
  const auto place = std::ranges::lower_bound(values, value);
  if (place != values.end() && *place == value) return false;
  values.insert(place, value);
  return true;
}

// Returns: whether any of them is new.
inline bool InsertAll(Values& values, const Values& more) {
  if (std::ranges::includes(values, more)) return false;
  Values all;
  std::ranges::set_union(values, more, std::back_inserter(all));
  values = std::move(all);
  return true;
}

inline bool HaveCommon(const Values& a, const Values& b) {
  return std::ranges::any_of(a, [&b](Value value) { return Contains(b, value); });
}

// Of a process: what each address may hold. Empty: there is no such process.
using Memory = std::vector<Values>;

inline Memory FreshMemory(std::uint32_t pages) { return Memory(pages, Values{kFreshValue}); }

// Calls use(values) for each of [start, start + length) that the memory has.
template <typename Use>
void ForRange(Memory& memory, std::uint64_t start, std::uint64_t length, Use use) {
  const std::uint64_t end = std::min<std::uint64_t>(start + length, memory.size());
  for (std::uint64_t at = start; at < end; ++at) use(memory[at]);
}

}  // namespace rmap

#endif  // RMAPCHECK_CORE_SCRIPTS_VALUES_H_
