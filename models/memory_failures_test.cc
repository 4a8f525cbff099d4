// The planted faults of memory: use after free, double free, leak, uninitialised read; see
// failures_test.cc for the rest.
#include <functional>

#include "core/sync/sync.h"
#include "gtest/gtest.h"
#include "models/check.h"
#include "models/testing/expect.h"

namespace models {
namespace {

using ksync::acquire;
using ksync::Atomic;
using ksync::Plain;
using ksync::relaxed;
using ksync::release;
using ksync::SlabCache;
using ksync::Thread;

struct Node {
  Atomic<int> value{1, "node->value"};
  Plain<int> plain{2, "node->plain"};
};

TEST(UseAfterFree, OfAnAtomicOrAPlainFieldInOneThread) {
  ExpectFailure(FailureKind::kUseAfterFree, [] {
    Node* node = ksync::New<Node>();
    ksync::Delete(node);
    node->value.Load(relaxed);
  });
  ExpectFailure(FailureKind::kUseAfterFree, [] {
    Node* node = ksync::New<Node>();
    ksync::Delete(node);
    node->plain.Read();
  });
}

TEST(UseAfterFree, AnAccessThatTheFreeDoesNotWaitFor) {
  ExpectFailure(FailureKind::kUseAfterFree, [] {
    Node* node = ksync::New<Node>();
    Thread user([&] { node->value.Load(relaxed); });
    ksync::Delete(node);
  });
  ExpectHolds([] {
    Node* node = ksync::New<Node>();
    Thread user([&] { node->value.Load(relaxed); });
    user.Join();
    ksync::Delete(node);
  });
}

TEST(UseAfterFree, OfALocalThatWentOutOfScope) {
  ExpectFailure(FailureKind::kUseAfterFree, [] {
    Atomic<Atomic<int>*> shared(nullptr, "shared");
    Thread user([&] {
      if (Atomic<int>* local = shared.Load(acquire)) local->Load(relaxed);
    });
    {
      Atomic<int> local(3, "local");
      shared.Store(&local, release);
    }
    user.Join();
  });
}

// A reader of a recycled object, with and without the read-side section that keeps its memory.
std::function<void()> SlabReader(bool section) {
  return [section] {
    SlabCache<Node> cache("node_cache");
    Node* node = cache.Alloc();
    Thread reader([&] {
      if (section) ksync::RcuReadLock();
      node->value.Load(relaxed);
      if (section) ksync::RcuReadUnlock();
    });
    cache.Free(node);
    reader.Join();
  };
}

TEST(UseAfterFree, ATypeStableObjectNeedsAReadSideSection) {
  ExpectFailure(FailureKind::kUseAfterFree, SlabReader(false));
}

TEST(UseAfterFree, ASectionThatBeginsBehindTheFreeIsTooLate) {
  ExpectFailure(FailureKind::kUseAfterFree, [] {
    SlabCache<Node> cache("node_cache");
    Node* node = cache.Alloc();
    cache.Free(node);
    ksync::RcuReadGuard guard;
    node->value.Load(relaxed);
  });
}

TEST(UseAfterFree, OfAPlainFieldOfASlabObjectInBothOrders) {
  ExpectFailure(FailureKind::kUseAfterFree, [] {
    SlabCache<Node> cache("node_cache");
    Node* node = cache.Alloc();
    cache.Free(node);
    node->plain.Write(1);
  });
  ExpectFailure(FailureKind::kUseAfterFree, [] {
    SlabCache<Node> cache("node_cache");
    Node* node = cache.Alloc();
    Thread reader([&] { node->plain.Read(); });
    cache.Free(node);
    reader.Join();
  });
  ExpectHolds([] {
    SlabCache<Node> cache("node_cache");
    Node* node = cache.Alloc();
    Thread reader([&] { node->plain.Read(); });
    reader.Join();
    cache.Free(node);
  });
}

TEST(UseAfterFree, RcuFreeWithoutAGracePeriod) {
  const auto program = [](bool wait) {
    return [wait] {
      Atomic<Node*> shared(ksync::New<Node>(), "shared");
      Thread reader([&] {
        ksync::RcuReadGuard guard;
        if (Node* node = shared.Load(acquire)) node->value.Load(relaxed);
      });
      Node* old = shared.Exchange(nullptr, ksync::acq_rel);
      if (wait) ksync::SynchronizeRcu();
      ksync::Delete(old);
      reader.Join();
    };
  };
  ExpectFailure(FailureKind::kUseAfterFree, program(false));
  ExpectHolds(program(true));
}

TEST(DoubleFree, OfMemoryAndOfASlabObject) {
  ExpectFailure(FailureKind::kDoubleFree, [] {
    int* memory = ksync::New<int>(1);
    ksync::Delete(memory);
    ksync::Delete(memory);
  });
  ExpectFailure(FailureKind::kDoubleFree, [] {
    SlabCache<int> cache("ints");
    int* object = cache.Alloc();
    cache.Free(object);
    cache.Free(object);
  });
}

TEST(DoubleFree, OfMemoryThatIsNotOurs) {
  ExpectFailure(FailureKind::kDoubleFree, [] {
    int local = 0;
    ksync::Delete(&local);
  });
}

TEST(Leak, OfMemoryAndOfASlabObject) {
  const Report memory = RunChecked([] { ksync::New<int>(1); });
  EXPECT_EQ(memory.failure_kind, FailureKind::kLeak) << memory;
  const Report slab = RunChecked([] {
    SlabCache<int> cache("ints");
    cache.Alloc();
  });
  EXPECT_EQ(slab.failure_kind, FailureKind::kLeak) << slab;
  EXPECT_NE(slab.failure.find("ints"), std::string::npos) << slab.failure;
}

TEST(Leak, OnlyInTheExecutionWhereAllocationFails) {
  ExpectFailure(FailureKind::kCheckFailed,
                [] { ksync::Check(!ksync::AllocationFails("node"), "allocation succeeds"); });
}

TEST(UninitialisedRead, OfAPlainFieldWithoutAValue) {
  ExpectFailure(FailureKind::kUninitialisedRead, [] {
    Plain<int> field("field");
    field.Read();
  });
  ExpectHolds([] {
    Plain<int> field("field");
    field.Write(1);
    field.Read();
  });
}

}  // namespace
}  // namespace models
