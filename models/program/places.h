// Lines of the program's source, and names of its variables, out of its debug information.
//
// Read by GCC's libbacktrace when a message needs them, and never before. Of the functions that are
// inlined at an instruction the innermost that is not in a system header is the place: a user wrote
// `x.store(1)`, and not the line in <atomic>. If all are, the caller is asked, and so on.
#ifndef RMAPCHECK_MODELS_PROGRAM_PLACES_H_
#define RMAPCHECK_MODELS_PROGRAM_PLACES_H_

#include <deque>
#include <string>
#include <unordered_map>

#include "core/sync/site.h"
#include "models/program/state.h"

struct backtrace_state;

namespace models::program {

class DebugInformation final : public ksync::Places {
 public:
  ksync::Place PlaceOf(const void* call) override;
  std::string NameOf(const void* address) override;

 private:
  ksync::Place Look(const Call* call);
  backtrace_state* Reader();
  const char* Kept(const std::string& text) { return texts_.emplace_back(text).c_str(); }

  backtrace_state* reader_ = nullptr;
  std::unordered_map<const void*, ksync::Place> known_;
  std::deque<std::string> texts_;
};

}  // namespace models::program

#endif  // RMAPCHECK_MODELS_PROGRAM_PLACES_H_
