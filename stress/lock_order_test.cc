// What ThreadSanitizer says of locks of one class that are taken in both orders: nothing where the
// program has said that this is safe (ksync::Nesting), a deadlock to come everywhere else.
//
// One thread is enough: what is reported is the order, not a wait. The scenarios of core/ that nest
// locks run in other tests of this folder.
#include <string>

#include "absl/base/thread_annotations.h"
#include "core/sync/sync.h"
#include "gtest/gtest.h"

namespace ksync::inline KSYNC_BACKEND {
namespace {

constexpr LockClass kClass{"lock", 1};

template <typename Lock>
void Nest(Lock& outer, Lock& inner, Nesting nesting) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  outer.Lock();
  nesting == Nesting::kNone ? inner.Lock() : inner.LockNested(nesting);
  inner.Unlock();
  outer.Unlock();
}

void InBothOrders(Nesting nesting) {
  RwSemaphore one(kClass);
  RwSemaphore other(kClass);
  Nest(one, other, nesting);
  Nest(other, one, nesting);
}

TEST(LockOrderTest, NestedLocksMayBeTakenInBothOrders) {
  InBothOrders(Nesting::kSecond);
  InBothOrders(Nesting::kAll);
}

// A nested taking waits for who holds the lock, and for readers that came before.
TEST(LockOrderTest, ANestedLockIsTakenWhenItIsFree) {
  RwSemaphore outer(kClass);
  RwSemaphore inner(kClass);
  Plain<int> guarded(0, "guarded");
  Atomic<int> holds(0);
  {
    Thread holder([&] {
      const Guard guard(inner);
      holds.Store(1, relaxed);
      guarded.Write(1);
    });
    holds.WaitUntilEqual(1, relaxed);
    const Guard guard(outer);
    const Guard nested(inner, Nesting::kAll);
    Check(guarded.Read() == 1, "who nests waits for the holder");
  }
}

#ifdef KSYNC_UNDER_TSAN
class LockOrderDeathTest : public testing::Test {
 protected:
  LockOrderDeathTest() { testing::FLAGS_gtest_death_test_style = "threadsafe"; }
  static constexpr char kReport[] = "lock-order-inversion";
};

TEST_F(LockOrderDeathTest, WithoutNestingBothOrdersAreReported) {
  EXPECT_DEATH(InBothOrders(Nesting::kNone), kReport);
}

// To have nested one lock says nothing of another.
TEST_F(LockOrderDeathTest, UnderANestedLockTheOrderCounts) {
  EXPECT_DEATH(
      {
        RwSemaphore outermost(kClass);
        RwSemaphore nested(kClass);
        RwSemaphore third(kClass);
        outermost.Lock();
        nested.LockNested(Nesting::kSecond);
        third.Lock();
        third.Unlock();
        nested.Unlock();
        outermost.Unlock();
        Nest(third, nested, Nesting::kNone);
      },
      kReport);
}

// Other kinds of locks are seen as well.
TEST_F(LockOrderDeathTest, MutexesAreReported) {
  EXPECT_DEATH(
      {
        Mutex one(kClass);
        Mutex other(kClass);
        Nest(one, other, Nesting::kNone);
        Nest(other, one, Nesting::kNone);
      },
      kReport);
}
#endif

}  // namespace
}  // namespace ksync::inline KSYNC_BACKEND
