// The contract of Atomic, Marked, Fence and WaitUntil, as scenarios: small enough to be explored
// exhaustively, and run unchanged on real threads.
#ifndef RMAPCHECK_CORE_SYNC_TESTING_CONTRACT_ATOMICS_H_
#define RMAPCHECK_CORE_SYNC_TESTING_CONTRACT_ATOMICS_H_

#include <cstdint>
#include <limits>

#include "core/sync/sync.h"

namespace ksync::inline KSYNC_BACKEND {
namespace contract {

// Orders in the scenarios of one thread are relaxed: there is nobody to order with.

// Each read-modify-write returns the value before and leaves the value of its name.
inline void RmwReturnsTheOldValue() {
  Atomic<std::uint32_t> word{0b1100, "word"};
  Check(word.Exchange(0b1010, relaxed) == 0b1100, "Exchange returns the old value");
  Check(word.FetchAnd(0b0110, relaxed) == 0b1010, "and stores the new; FetchAnd returns the old");
  Check(word.FetchOr(0b0101, relaxed) == 0b0010, "FetchAnd masks");
  Check(word.FetchXor(0b0110, relaxed) == 0b0111, "FetchOr sets");
  Check(word.FetchAdd(4, relaxed) == 0b0001, "FetchXor flips");
  Check(word.FetchSub(3, relaxed) == 5, "FetchAdd adds");
  Check(word.Load(relaxed) == 2, "FetchSub subtracts");
}

// Arithmetic wraps at the width of the value, signed or not, and stays inside it.
template <typename T>
void ValueWrapsAtItsWidth() {
  constexpr T kMin = std::numeric_limits<T>::min();
  constexpr T kMax = std::numeric_limits<T>::max();
  Atomic<T> value{kMax, "value"};
  Check(value.FetchAdd(1, relaxed) == kMax, "the largest value is kept whole");
  Check(value.FetchSub(1, relaxed) == kMin, "adding one to the largest gives the smallest");
  Check(value.FetchSub(kMax, relaxed) == kMax, "subtracting one from the smallest: the largest");
  Check(value.Load(relaxed) == 0, "subtracting the value itself gives zero");
  T expected = 0;
  Check(value.CompareExchange(expected, kMin, relaxed), "zero compares equal at every width");
  Check(value.Load(relaxed) == kMin, "the smallest value is kept whole");
}

inline void PointersAreValues() {
  int first = 0;
  int second = 0;
  Atomic<int*> pointer{nullptr, "pointer"};
  Check(pointer.Load(relaxed) == nullptr, "a null pointer is read back");
  pointer.Store(&first, relaxed);
  Check(pointer.Exchange(&second, relaxed) == &first, "a pointer is read back");
  int* expected = &second;
  Check(pointer.CompareExchange(expected, nullptr, relaxed), "pointers compare");
  Check(pointer.Load(relaxed) == nullptr, "a null pointer is stored");
}

inline void BoolsAndEnumsAreValues() {
  enum class Colour : std::uint8_t { kRed, kGreen = 200 };
  Atomic<bool> flag{false, "flag"};
  Check(!flag.Exchange(true, relaxed), "false is read back");
  Check(flag.Load(relaxed), "true is read back");
  Atomic<Colour> colour{Colour::kRed, "colour"};
  colour.Store(Colour::kGreen, relaxed);
  Check(colour.Load(relaxed) == Colour::kGreen, "an enumerator is read back");
}

inline void CompareExchangeStoresOnAMatch() {
  Atomic<int> value{-5, "value"};
  int expected = -5;
  Check(value.CompareExchange(expected, 6, relaxed), "it stores when the values are equal");
  Check(expected == -5, "success leaves `expected` alone");
  Check(value.Load(relaxed) == 6, "success stores the desired value");
}

inline void CompareExchangeTellsAMismatch() {
  Atomic<int> value{-5, "value"};
  int expected = 5;
  Check(!value.CompareExchange(expected, 6, relaxed, relaxed), "it fails when they differ");
  Check(expected == -5, "failure writes what was there to `expected`");
  Check(value.Load(relaxed) == -5, "failure stores nothing");
}

// No addition of two threads is lost.
inline void AddsAreNotLost() {
  Atomic<int> count{0, "count"};
  {
    // Order: relaxed, because atomicity alone keeps both; the join orders the final load.
    Thread other([&count] { count.FetchAdd(1, relaxed); });
    count.FetchAdd(1, relaxed);
    other.Join();
  }
  Check(count.Load(relaxed) == 2, "both additions count");
}

// Of two threads that compare-exchange the same value, exactly one succeeds.
inline void CompareExchangeHasOneWinner() {
  Atomic<int> owner{0, "owner"};
  bool other_won = false;
  // Order: relaxed, because atomicity alone decides; the join orders `other_won`.
  Thread other([&owner, &other_won] {
    int expected = 0;
    other_won = owner.CompareExchange(expected, 1, relaxed);
  });
  int expected = 0;
  const bool we_won = owner.CompareExchange(expected, 2, relaxed);
  other.Join();
  Check(we_won != other_won, "one of them wins");
  Check(we_won || expected == 1, "the loser is told who won");
}

// Reads of one location never go back in time. (Herd: CoRR.)
inline void ReadsOfOneLocationAreCoherent() {
  Atomic<int> value{0, "value"};
  Thread writer([&value] { value.Store(1, relaxed); });  // Order: coherence needs none.
  const int first = value.Load(relaxed);
  const int second = value.Load(relaxed);
  writer.Join();
  Check(first <= second, "the second read is no older than the first");
  Check(value.Load(relaxed) == 1, "the join shows the write");
}

// (Herd: MP+popl+poacq, with plain data.)
inline void ReleaseAcquirePassesMessages() {
  Plain<int> message{0, "message"};
  Atomic<bool> sent{false, "sent"};
  Thread sender([&] {
    message.Write(42);
    sent.Store(true, release);  // Order: release, so that whoever sees the flag sees the message.
  });
  // Order: acquire, so that the read below comes after the sender's write.
  if (sent.Load(acquire)) Check(message.Read() == 42, "the message came with the flag");
}

inline void MarkedFieldsPassMessages() {
  Plain<int> message{0, "message"};
  Marked<int*> place{nullptr, "place"};
  int target = 0;
  Thread sender([&] {
    message.Write(42);
    place.StoreRelease(&target);
  });
  if (place.LoadAcquire() == &target) Check(message.Read() == 42, "it came with the pointer");
}

inline void MarkedFieldsAreCoherent() {
  Marked<int> field{1, "field"};
  Thread writer([&field] { field.Write(2); });
  const int seen = field.Read();
  writer.Join();
  Check(seen == 1 || seen == 2, "a read returns one of the values written");
  Check(field.Read() == 2, "the join shows the write");
}

inline void FencesPassMessages() {
  Plain<int> message{0, "message"};
  Atomic<bool> sent{false, "sent"};
  Thread sender([&] {
    message.Write(42);
    Fence(release);  // Order: release, so that the store after it carries the message.
    sent.Store(true, relaxed);
  });
  const bool seen = sent.Load(relaxed);
  Fence(acquire);  // Order: acquire, so that the load before it brings the message.
  if (seen) Check(message.Read() == 42, "the message came with the flag");
}

// A relaxed read-modify-write hands on what was released before it.
inline void RmwContinuesAReleaseSequence() {
  Plain<int> message{0, "message"};
  Atomic<int> stage{0, "stage"};
  Thread sender([&] {
    message.Write(42);
    stage.Store(1, release);  // Order: release, so that this heads the sequence.
  });
  // Order: relaxed, because a read-modify-write hands on the release before it.
  Thread relay([&] { stage.FetchAdd(1, relaxed); });
  // Order: acquire, so that reading the relay's value is reading the sender's release.
  if (stage.Load(acquire) == 2) Check(message.Read() == 42, "the message came through the relay");
}

// (Herd: SB with sequentially consistent accesses.)
inline void SeqCstForbidsStoreBuffering() {
  Atomic<int> x{0, "x"};
  Atomic<int> y{0, "y"};
  int read_x = 0;
  // Order: seq_cst, all four, so that one store comes first for everybody.
  Thread other([&] {
    y.Store(1, seq_cst);
    read_x = x.Load(seq_cst);
  });
  x.Store(1, seq_cst);
  const int read_y = y.Load(seq_cst);
  other.Join();
  Check(read_x + read_y > 0, "not both threads may miss the other's store");
}

// (Herd: SB with sequentially consistent fences.)
inline void SeqCstFencesForbidStoreBuffering() {
  Atomic<int> x{0, "x"};
  Atomic<int> y{0, "y"};
  int read_x = 0;
  // Order: relaxed accesses, because the fences between them do the work: seq_cst, so that one of
  // them comes first and its store is seen after the other.
  Thread other([&] {
    y.Store(1, relaxed);
    Fence(seq_cst);
    read_x = x.Load(relaxed);
  });
  x.Store(1, relaxed);
  Fence(seq_cst);
  const int read_y = y.Load(relaxed);
  other.Join();
  Check(read_x + read_y > 0, "not both threads may miss the other's store");
}

// Waiting for a value is an acquire load of it.
inline void WaitUntilEqualHandsOver() {
  Plain<int> message{0, "message"};
  Atomic<int> turn{0, "turn"};
  Thread sender([&] {
    message.Write(42);
    turn.Store(1, release);  // Order: release, so that the waiter sees the message.
  });
  // Order: acquire, so that the message is seen.
  Check(turn.WaitUntilEqual(1, acquire) == 1, "it returns the value waited for");
  Check(message.Read() == 42, "the message came with the turn");
}

inline void WaitUntilNotEqualHandsOver() {
  Plain<int> message{0, "message"};
  Atomic<Plain<int>*> place{nullptr, "place"};
  Thread sender([&] {
    message.Write(42);
    place.Store(&message, release);  // Order: release, so that the waiter sees the message.
  });
  // Order: acquire, so that the message is seen.
  const Plain<int>* found = place.WaitUntilNotEqual(nullptr, acquire);
  Check(found == &message, "it returns the value that ended the wait");
  Check(found->Read() == 42, "the message came with the pointer");
}

// Conditions compare the masked bits, unsigned.
inline void WaitUntilTakesAMaskedCondition() {
  using Compare = Condition::Compare;
  Atomic<std::int8_t> word{-128, "word"};
  // Order: relaxed, all of them, because only the word itself is looked at.
  Check(word.WaitUntil({Compare::kGreaterEqual, 128}, relaxed) == -128, "it compares unsigned");
  Check(word.WaitUntil({Compare::kLess, 1, 0x7f}, relaxed) == -128, "it looks under the mask");
  Thread other([&word] { word.FetchOr(3, relaxed); });
  const int seen = word.WaitUntil({Compare::kEqual, 2, 2}, relaxed);
  other.Join();
  Check(seen == -125, "it returns the whole value, not the masked one");
}

}  // namespace contract
}  // namespace ksync::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_SYNC_TESTING_CONTRACT_ATOMICS_H_
