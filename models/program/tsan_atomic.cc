// What the compilers' ThreadSanitizer instrumentation calls for atomic accesses and fences.
//
// Each is one call on Hooks at the location of the address. The value is the engine's; it is
// written to native memory as well, for code that is not instrumented. But not where memory is
// another thread's stack: that is part of the state its loops are recognised by, which must not
// depend on who went first.
// Calls from outside of an execution are done natively, seq_cst. Atomics of 16 bytes are refused.
// A thread_local atomic is its thread's alone: no event.
#include <cstdint>
#include <type_traits>

#include "models/program/state.h"
#include "models/scheduler/digest.h"

namespace models::program {
namespace {

using ksync::Order;
using ksync::RmwOp;
using ksync::Site;

// Returns: the order that a compiler's number means. Consume is acquire, as in every compiler.
Order OrderOf(int number) {
  constexpr Order kOrders[] = {Order::kRelaxed, Order::kAcquire, Order::kAcquire,
                               Order::kRelease, Order::kAcqRel,  Order::kSeqCst};
  constexpr int kModifiers = 0x7fff;  // Hints for hardware stand above.
  return kOrders[number & kModifiers];
}

template <typename T>
T* Plainly(volatile T* address) {
  return const_cast<T*>(address);
}

template <typename T>
void WriteThrough(volatile T* address, T value) {
  if (!InForeignStack(Plainly(address))) *Plainly(address) = value;
}

template <typename T>
std::uint64_t Bits(T value) {
  return static_cast<std::make_unsigned_t<T>>(value);
}

template <typename T>
ksync::LocationId At(const volatile T* address, Site site) {
  return engine->AtomicAt(const_cast<const T*>(address), sizeof(T), site);
}

[[gnu::noinline]] void NotePrivate(void* byte, std::size_t bytes, bool writes, void* caller) {
  const Site site = SiteOf(caller);
  const Inside inside;
  writes ? engine->PlainWriteAt(byte, bytes, site) : engine->PlainReadAt(byte, bytes, site);
}

// Whether the access is done here and now: outside of an execution, and to a thread's own variable,
// which nobody else has. For loops, that one is an access like a plain one.
template <typename T>
[[gnu::always_inline]] inline bool IsPrivate(const volatile T* address, bool writes, void* caller) {
  if (!in_program) return true;
  void* const byte = const_cast<T*>(address);
  if (!InThreadStorage(byte)) return false;
  NotePrivate(byte, sizeof(T), writes, caller);
  return true;
}

template <typename T>
void RefuseThreadLocals(T value, Site site) {
  if constexpr (sizeof(T) == sizeof(void*)) RefuseThreadLocal(value, site);
}

template <typename T>
T Load(const volatile T* address, int order, void* caller) {
  if (IsPrivate(address, false, caller)) return __atomic_load_n(address, __ATOMIC_SEQ_CST);
  const Site site = SiteOf(caller);
  const Inside inside;
  const ksync::LocationId location = At(address, site);
  return static_cast<T>(engine->Load(location, OrderOf(order), site));
}

template <typename T>
void Store(volatile T* address, T value, int order, void* caller) {
  if (IsPrivate(address, true, caller)) {
    return __atomic_store_n(address, value, __ATOMIC_SEQ_CST);
  }
  const Site site = SiteOf(caller);
  RefuseThreadLocals(value, site);
  {
    const Inside inside;
    const ksync::LocationId location = At(address, site);
    engine->Store(location, Bits(value), OrderOf(order), site);
  }
  WriteThrough(address, value);
}

// Returns: what the location held before.
template <typename T>
T Rmw(volatile T* address, RmwOp op, int order, int failure, void* caller) {
  const Site site = SiteOf(caller);
  RefuseThreadLocals(static_cast<T>(op.operand), site);
  const Inside inside;
  op.bytes = sizeof(T);
  const ksync::LocationId location = At(address, site);
  return static_cast<T>(engine->Rmw(location, op, OrderOf(order), OrderOf(failure), site));
}

template <typename T, typename Apply>
T Fetch(volatile T* address, RmwOp::Kind kind, T operand, Apply apply, int order, void* caller) {
  if (IsPrivate(address, true, caller)) {
    T before = __atomic_load_n(address, __ATOMIC_SEQ_CST);
    while (!__atomic_compare_exchange_n(address, &before, apply(before), false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST)) {
    }
    return before;
  }
  const T before = Rmw(address, {kind, 0, Bits(operand), 0}, order, order, caller);
  WriteThrough(address, apply(before));
  return before;
}

template <typename T>
T CompareExchange(volatile T* address, T expected, T desired, int order, int failure,
                  void* caller) {
  if (IsPrivate(address, true, caller)) {
    __atomic_compare_exchange_n(address, &expected, desired, false, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    return expected;
  }
  const RmwOp op{RmwOp::Kind::kCompareExchange, 0, Bits(desired), Bits(expected)};
  const T before = Rmw(address, op, order, failure, caller);
  if (before == expected) WriteThrough(address, desired);
  return before;
}

template <typename T>
int CompareExchangeAt(volatile T* address, T* expected, T desired, int order, int failure,
                      void* caller) {
  const T wanted = *expected;
  const T before = CompareExchange(address, wanted, desired, order, failure, caller);
  if (before == wanted) return 1;
  *expected = before;
  return 0;
}

void FenceHere(int order, void* caller) {
  if (!in_program) return;
  const Order meant = OrderOf(order);
  if (meant == Order::kRelaxed) return;
  const Site site = SiteOf(caller);
  const Inside inside;
  engine->Fence(meant, site);
}

}  // namespace
}  // namespace models::program

#define RMAPCHECK_CALLER __builtin_return_address(0)

#define RMAPCHECK_FETCH(T, bits, name, kind, operand, after)                           \
  T rmapcheck_atomic##bits##_##name(volatile T* address, T value, int order) {         \
    return models::program::Fetch<T>(                                                  \
        address, ksync::RmwOp::Kind::kind, static_cast<T>(operand),                    \
        [value](T before) { return static_cast<T>(after); }, order, RMAPCHECK_CALLER); \
  }

#define RMAPCHECK_ATOMICS(T, bits)                                                                \
  T rmapcheck_atomic##bits##_load(const volatile T* address, int order) {                         \
    return models::program::Load(address, order, RMAPCHECK_CALLER);                               \
  }                                                                                               \
  void rmapcheck_atomic##bits##_store(volatile T* address, T value, int order) {                  \
    models::program::Store(address, value, order, RMAPCHECK_CALLER);                              \
  }                                                                                               \
  RMAPCHECK_FETCH(T, bits, exchange, kExchange, value, (static_cast<void>(before), value))        \
  RMAPCHECK_FETCH(T, bits, fetch_add, kAdd, value, before + value)                                \
  RMAPCHECK_FETCH(T, bits, fetch_sub, kAdd, T{0} - value, before - value)                         \
  RMAPCHECK_FETCH(T, bits, fetch_and, kAnd, value, before& value)                                 \
  RMAPCHECK_FETCH(T, bits, fetch_or, kOr, value, before | value)                                  \
  RMAPCHECK_FETCH(T, bits, fetch_xor, kXor, value, before ^ value)                                \
  RMAPCHECK_FETCH(T, bits, fetch_nand, kNand, value, ~(before & value))                           \
  int rmapcheck_atomic##bits##_compare_exchange_strong(volatile T* address, T* expected,          \
                                                       T desired, int order, int failure) {       \
    return models::program::CompareExchangeAt(address, expected, desired, order, failure,         \
                                              RMAPCHECK_CALLER);                                  \
  }                                                                                               \
  int rmapcheck_atomic##bits##_compare_exchange_weak(volatile T* address, T* expected, T desired, \
                                                     int order, int failure) {                    \
    return models::program::CompareExchangeAt(address, expected, desired, order, failure,         \
                                              RMAPCHECK_CALLER);                                  \
  }                                                                                               \
  T rmapcheck_atomic##bits##_compare_exchange_val(volatile T* address, T expected, T desired,     \
                                                  int order, int failure) {                       \
    return models::program::CompareExchange(address, expected, desired, order, failure,           \
                                            RMAPCHECK_CALLER);                                    \
  }

#pragma GCC visibility push(hidden)
extern "C" {

RMAPCHECK_ATOMICS(std::uint8_t, 8)
RMAPCHECK_ATOMICS(std::uint16_t, 16)
RMAPCHECK_ATOMICS(std::uint32_t, 32)
RMAPCHECK_ATOMICS(std::uint64_t, 64)

}  // extern "C"
#pragma GCC visibility pop

extern "C" {

void __tsan_atomic_thread_fence(int order) { models::program::FenceHere(order, RMAPCHECK_CALLER); }
// It orders a thread with its own signal handlers, of which a modelled program has none.
void __tsan_atomic_signal_fence(int) {}

}  // extern "C"

// The entry points themselves: they note the registers that a caller keeps across the call, before
// any compiled code has changed one, and go on as the functions above.
#define RMAPCHECK_ENTRY(name)                       \
  asm(".globl __tsan_" name                         \
      "\n"                                          \
      ".type __tsan_" name                          \
      ", @function\n"                               \
      "__tsan_" name                                \
      ":\n"                                         \
      "  movq %rbx, rmapcheck_registers(%rip)\n"    \
      "  movq %rbp, rmapcheck_registers+8(%rip)\n"  \
      "  movq %r12, rmapcheck_registers+16(%rip)\n" \
      "  movq %r13, rmapcheck_registers+24(%rip)\n" \
      "  movq %r14, rmapcheck_registers+32(%rip)\n" \
      "  movq %r15, rmapcheck_registers+40(%rip)\n" \
      "  movq %rsp, rmapcheck_registers+48(%rip)\n" \
      "  jmp rmapcheck_" name "\n");

#define RMAPCHECK_ENTRIES(bits)                              \
  RMAPCHECK_ENTRY("atomic" #bits "_load")                    \
  RMAPCHECK_ENTRY("atomic" #bits "_store")                   \
  RMAPCHECK_ENTRY("atomic" #bits "_exchange")                \
  RMAPCHECK_ENTRY("atomic" #bits "_fetch_add")               \
  RMAPCHECK_ENTRY("atomic" #bits "_fetch_sub")               \
  RMAPCHECK_ENTRY("atomic" #bits "_fetch_and")               \
  RMAPCHECK_ENTRY("atomic" #bits "_fetch_or")                \
  RMAPCHECK_ENTRY("atomic" #bits "_fetch_xor")               \
  RMAPCHECK_ENTRY("atomic" #bits "_fetch_nand")              \
  RMAPCHECK_ENTRY("atomic" #bits "_compare_exchange_strong") \
  RMAPCHECK_ENTRY("atomic" #bits "_compare_exchange_weak")   \
  RMAPCHECK_ENTRY("atomic" #bits "_compare_exchange_val")

RMAPCHECK_ENTRIES(8)
RMAPCHECK_ENTRIES(16)
RMAPCHECK_ENTRIES(32)
RMAPCHECK_ENTRIES(64)

extern "C" {
[[gnu::visibility("hidden")]] std::uint64_t rmapcheck_registers[7];
}

namespace models::program {

std::uint64_t StateDigest() {
  Digest digest;
  for (std::uint64_t word : rmapcheck_registers) digest.Add(word);
  if (self->reads_clock) digest.Add(static_cast<std::uint64_t>(self->now_ns));
  const auto* const top = reinterpret_cast<const std::uint64_t*>(self->stack_top);
  for (auto* word = reinterpret_cast<const std::uint64_t*>(rmapcheck_registers[6]); word < top;
       ++word) {
    digest.Add(*word);
  }
  return digest.value();
}

}  // namespace models::program
