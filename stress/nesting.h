// That a lock was taken while another was held, in words: what can be handed to another process,
// and what stands in JSON. One shape for all programs of stress/, which `rmapcheck locks
// --observed=FILE` reads.
//
// What it does not do: judge, or count. Source: ksync::ReadLockOrder().
#ifndef RMAPCHECK_STRESS_NESTING_H_
#define RMAPCHECK_STRESS_NESTING_H_

#include <nlohmann/json.hpp>
#include <string>
#include <tuple>

#include "core/sync/native_control.h"

namespace stress {

struct Nesting {
  std::string held;  // The names of the classes.
  std::string taken;
  std::string held_mode;  // As `rmapcheck locks` has it: "W" exclusively, "R" shared.
  std::string taken_mode;
  bool tried = false;
  bool nested = false;
  std::string held_at;  // "fork.cc:35": where, the first time.
  std::string taken_at;

  // What makes it another one. Where it happened does not.
  auto Key() const { return std::tie(held, taken, held_mode, taken_mode, tried, nested); }
};

Nesting NestingOf(const ksync::LockNesting& nesting);

// Returns: an object with a field for each of the struct.
nlohmann::ordered_json ToJson(const Nesting& nesting);

}  // namespace stress

#endif  // RMAPCHECK_STRESS_NESTING_H_
