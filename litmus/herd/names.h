// What the names of a litmus test stand for: globals, found from everywhere they are mentioned, and
// the layout of a state.
#ifndef RMAPCHECK_LITMUS_HERD_NAMES_H_
#define RMAPCHECK_LITMUS_HERD_NAMES_H_

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "litmus/herd/code.h"
#include "litmus/herd/litmus_test.h"

namespace herd {

// Thrown while a test is compiled, and caught in Compile.
struct Rejected {
  absl::Status status;
};

// Throw `Rejected`: the test means nothing; it means something that is not decided here.
[[noreturn]] void RejectWrong(const LitmusTest& test, Position at, const std::string& what);
[[noreturn]] void RejectUnsupported(const std::string& reason, Position at = {});

// Returns: the number as an int, whose bits it may be: 0xffffffff is -1. Throws: Rejected.
std::int64_t InInt(std::int64_t number, Position at = {});

// Returns: the value of NULL, true, false; nothing for other names.
std::optional<std::int64_t> ConstantOf(std::string_view name);

// The globals of a test, by name. A global exists because it is initialised, a parameter, an
// initial or final value, or asked for.
class Globals {
 public:
  // Throws: Rejected. Requires: the test outlives it.
  explicit Globals(const LitmusTest& test);

  // Returns: its number, or nothing.
  std::optional<int> Find(const std::string& name) const;
  // Returns: the address that an initial or final value names.
  std::int64_t Address(const Place& place) const;

  std::vector<Global>& all() { return globals_; }
  const std::vector<Global>& all() const { return globals_; }

 private:
  void Note(const std::string& name);
  void NoteValue(const StateValue& value);
  void NoteProposition(const Proposition& proposition);
  void Initialise(const InitialValue& initial);
  std::int64_t Evaluate(const StateValue& value) const;

  const LitmusTest& test_;
  std::vector<Global> globals_;
  absl::flat_hash_map<std::string, int> numbers_;
};

// Returns: the registers that the thread assigns, declares or reads, and those that the initial
// state, the condition, the filter and the locations name; in the order of the alphabet.
std::set<std::string> RegistersOf(const LitmusTest& test, const Thread& thread);

// Returns: the initial value of each register that has one. Throws: Rejected.
absl::flat_hash_map<std::string, std::int64_t> InitialRegisters(const LitmusTest& test,
                                                                const Thread& thread,
                                                                const Globals& globals);

}  // namespace herd

#endif  // RMAPCHECK_LITMUS_HERD_NAMES_H_
