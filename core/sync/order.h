// Memory orders under one short name each, for both back ends and for the engine.
//
// The six orders of C++ minus consume, which no model we check gives a useful meaning. They are an
// enum of our own, so that core code names them without <atomic>, which only core/sync may include.
#ifndef RMAPCHECK_CORE_SYNC_ORDER_H_
#define RMAPCHECK_CORE_SYNC_ORDER_H_

#include <cstdint>

namespace ksync {

enum class Order : std::uint8_t { kRelaxed, kAcquire, kRelease, kAcqRel, kSeqCst };

inline constexpr Order relaxed = Order::kRelaxed;
inline constexpr Order acquire = Order::kAcquire;
inline constexpr Order release = Order::kRelease;
inline constexpr Order acq_rel = Order::kAcqRel;
inline constexpr Order seq_cst = Order::kSeqCst;

// Returns: whether a read (or fence) of this order takes part in acquiring.
constexpr bool IsAcquire(Order order) {
  return order == acquire || order == acq_rel || order == seq_cst;
}

// Returns: whether a write (or fence) of this order takes part in releasing.
constexpr bool IsRelease(Order order) {
  return order == release || order == acq_rel || order == seq_cst;
}

// Returns: the order of the read that a failed compare-exchange is, given the order of success.
constexpr Order FailureOrder(Order success) {
  if (success == acq_rel) return acquire;
  return success == release ? relaxed : success;
}

constexpr const char* OrderName(Order order) {
  constexpr const char* kNames[] = {"relaxed", "acquire", "release", "acq_rel", "seq_cst"};
  return kNames[static_cast<int>(order)];
}

}  // namespace ksync

#endif  // RMAPCHECK_CORE_SYNC_ORDER_H_
