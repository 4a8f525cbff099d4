// The kernel's functions that a litmus test may call, and what each does to memory.
// Source: tools/memory-model/linux-kernel.def of Linux 6.14; what is not there is nothing here
// either.
#ifndef RMAPCHECK_LITMUS_LKMM_VOCABULARY_H_
#define RMAPCHECK_LITMUS_LKMM_VOCABULARY_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "litmus/lkmm/event.h"

namespace lkmm {

enum class Act : std::uint8_t {
  kRead,             // (place)
  kWrite,            // (place, value)
  kWriteThenMb,      // (place, value), then smp_mb()
  kFence,            // ()
  kExchange,         // (place, value)
  kCompareExchange,  // (place, expected, value)
  kOperate,          // (value, place), or (place) if it counts by one
  kAddUnless,        // (place, value, unless it is this)
  kLock,             // (place)
  kTryLock,          // (place)
  kIsLocked,         // (place)
  kUnlock,           // (place)
  kSyncSrcu,         // (place)
};

// What a read-modify-write gives back.
enum class Result : std::uint8_t { kOld, kNew, kNewIsZero, kNewIsNegative };

struct Function {
  Act act = Act::kFence;
  Tag tag = Tag::kPlain;
  bool by_name = false;  // The place is written as an lvalue, `READ_ONCE(*x)`; else as a pointer.
  char operation = '+';  // kOperate: + - & | ^, or ~ for "and not".
  bool by_one = false;   // kOperate: atomic_inc() and its kin.
  Result result = Result::kOld;
};

std::optional<Function> FindFunction(std::string_view name);

// Returns: how many arguments it takes.
int Arguments(const Function& function);

}  // namespace lkmm

#endif  // RMAPCHECK_LITMUS_LKMM_VOCABULARY_H_
