// A litmus test made ready to be run many times: every name is a number, every operator an
// instruction over a thread's registers.
//
// The registers of a thread hold, in this order: the named ones of the test, constants and the
// addresses of globals, and what the compiler needs in between. An address is a number that no
// test computes by chance; its upper part says which global, its lower part which element.
//
// Invariants: an instruction makes at most one access to shared memory; a thread runs from its
// first instruction to behind its last.
#ifndef RMAPCHECK_LITMUS_HERD_CODE_H_
#define RMAPCHECK_LITMUS_HERD_CODE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/sync/hooks.h"
#include "litmus/herd/litmus_test.h"

namespace herd {

using Register = std::uint16_t;

enum class Op : std::uint8_t {
  kCopy,
  kNegate,
  kNot,
  kComplement,
  kAdd,
  kElement,  // The address of element b of the array at a.
  kSubtract,
  kMultiply,
  kDivide,
  kRemainder,
  kShiftLeft,
  kShiftRight,
  kAnd,
  kOr,
  kXor,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kJump,
  kJumpIfZero,
  kJumpUnlessZero,
  kCountLoop,     // to += 1; the execution is cut where it exceeds Limits::unroll_max.
  kCountBounded,  // Likewise with kBoundedLoopMax: such a loop ends by itself.
  kLoad,          // to = *a
  kStore,         // *a = b
  kLoadPlain,
  kStorePlain,
  kExchangeAndKin,   // to = *a; *a = operand b, see rmw
  kCompareExchange,  // to = success; a: address, b: expected in, c: desired; seen: what it read
  kFence,
  kLock,
  kUnlock,
};

struct Instruction {
  Op op = Op::kCopy;
  ksync::Order order = ksync::seq_cst;
  ksync::Order failure = ksync::seq_cst;
  ksync::RmwOp::Kind rmw = ksync::RmwOp::Kind::kExchange;
  bool weak = false;
  Register to = 0;
  Register a = 0;
  Register b = 0;
  Register c = 0;
  Register seen = 0;
  std::uint32_t target = 0;  // Jumps: the next instruction.
  int line = 0;              // Of the file.
};

// How a thread, or somebody, accesses a global, as far as the text tells.
struct Access {
  bool atomically = false;
  bool plainly = false;
  bool as_lock = false;
  bool stored_plainly = false;
  bool released = false;  // Written with release or more.
};

struct Global {
  std::string name;
  int elements = 1;
  int first = 0;  // The number of its first element among all elements.
  Access access;  // By whatever thread.
  std::vector<std::int64_t> initial;
};

struct ThreadCode {
  std::string name;                     // "P0"
  int number = 0;                       //
  std::vector<std::string> names;       // Of the named registers, which come first.
  std::vector<std::int64_t> registers;  // All of them, as they are in the beginning.
  std::vector<Instruction> instructions;
  std::vector<Access> accesses;  // To each global.
};

// A proposition over a state: see Code for how states are laid out.
struct Formula {
  Proposition::Kind kind = Proposition::Kind::kTrue;
  int left = 0;
  std::optional<int> right;  // Another part of the state; nothing: `number`.
  std::int64_t number = 0;
  std::vector<Formula> operands;
};

// A state is one array of numbers: the named registers of each thread, then all elements of all
// globals.
struct Code {
  std::string name;
  std::vector<Global> globals;
  std::vector<ThreadCode> threads;
  int elements = 0;   // Of all globals together.
  int registers = 0;  // Named ones of all threads together; so an element's place is behind them.
  bool has_seq_cst = false;
  // Whether a plain access orders as little as a relaxed one would: no thread has a fence that
  // makes it release or acquire, and no plain write stands where it would pass a release on.
  bool plain_is_relaxed = true;
  Quantifier quantifier = Quantifier::kNone;
  Formula condition;
  std::optional<Formula> filter;
  std::vector<int> observed;  // What herd shows: named in the condition or under `locations`.
};

inline constexpr std::int64_t kFirstAddress = std::int64_t{1} << 44;
inline constexpr int kGlobalBits = 20;  // Bytes of a global, at most.
inline constexpr int kElementBytes = 4;
inline constexpr int kBoundedLoopMax = 1'000;

constexpr std::int64_t AddressOf(int global, int element = 0) {
  return kFirstAddress + (std::int64_t{global} << kGlobalBits) + kElementBytes * element;
}

// What an address says: which global, and which byte of it.
struct Offset {
  std::int64_t global;
  std::int64_t bytes;
};

constexpr Offset OffsetOf(std::int64_t address) {
  const std::int64_t offset = address - kFirstAddress;
  return {offset >> kGlobalBits, offset & ((std::int64_t{1} << kGlobalBits) - 1)};
}

// Returns: the number of the element at that address among all elements; nothing if there is none.
inline std::optional<int> ElementAt(const Code& code, std::int64_t address) {
  const auto [number, bytes] = OffsetOf(address);
  if (number < 0 || number >= static_cast<std::int64_t>(code.globals.size())) return std::nullopt;
  const Global& global = code.globals[number];
  if (bytes % kElementBytes != 0 || bytes / kElementBytes >= global.elements) return std::nullopt;
  return global.first + static_cast<int>(bytes / kElementBytes);
}

}  // namespace herd

#endif  // RMAPCHECK_LITMUS_HERD_CODE_H_
