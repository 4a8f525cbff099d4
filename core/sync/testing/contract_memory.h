// The contract of memory, RCU, threads and nondeterminism, as scenarios: small enough to be
// explored exhaustively, and run unchanged on real threads.
#ifndef RMAPCHECK_CORE_SYNC_TESTING_CONTRACT_MEMORY_H_
#define RMAPCHECK_CORE_SYNC_TESTING_CONTRACT_MEMORY_H_

#include <cstdint>
#include <memory>

#include "core/sync/sync.h"

namespace ksync::inline KSYNC_BACKEND {
namespace contract {

// An object that one thread publishes and another retires.
struct Published {
  Plain<int> value{42, "value"};
};

// Reads `place` as an RCU reader does.
inline void ReadPublished(const Marked<Published*>& place) {
  RcuReadGuard section;
  const Published* found = place.LoadAcquire();
  if (found != nullptr) Check(found->value.Read() == 42, "a reader sees the object whole");
}

// Unlink, wait for the readers, free: no reader sees a freed object.
inline void GracePeriodProtectsReaders() {
  Marked<Published*> place{New<Published>(), "place"};
  Thread reader([&place] { ReadPublished(place); });
  Published* old = place.Read();
  place.Write(nullptr);
  SynchronizeRcu();
  Delete(old);
}

// A reader that overtakes the replacement sees one version or the other, each whole.
inline void ReplacedObjectIsSeenWhole() {
  Marked<Published*> place{New<Published>(), "place"};
  Thread reader([&place] { ReadPublished(place); });
  Published* old = place.Read();
  Published* replacement = New<Published>();
  place.StoreRelease(replacement);
  SynchronizeRcu();
  Delete(old);
  reader.Join();
  Delete(replacement);
}

// A reader and an updater that meet: the object is unlinked while the reader is inside its section.
struct RcuMeeting {
  Marked<Published*> place{New<Published>(), "place"};
  Atomic<bool> inside{false, "inside"};
  Atomic<bool> unlinked{false, "unlinked"};

  // Order: relaxed throughout, because RCU alone shall protect the object, not the meeting.
  void ReadAcrossUnlinking() {
    const Published* found = place.LoadAcquire();
    inside.Store(true, relaxed);
    unlinked.WaitUntilEqual(true, relaxed);
    if (found != nullptr) Check(found->value.Read() == 42, "the object outlives the section");
  }
  void UnlinkAndFree() {
    inside.WaitUntilEqual(true, relaxed);
    Published* old = place.Read();
    place.Write(nullptr);
    unlinked.Store(true, relaxed);
    SynchronizeRcu();
    Delete(old);
  }
};

inline void GracePeriodWaitsForReaderInside() {
  RcuMeeting meeting;
  Thread reader([&meeting] {
    RcuReadGuard section;
    meeting.ReadAcrossUnlinking();
  });
  meeting.UnlinkAndFree();
}

// The inner end of nested sections does not end the outer one.
inline void ReadSectionsNest() {
  RcuMeeting meeting;
  Thread reader([&meeting] {
    RcuReadGuard outer;
    { RcuReadGuard inner; }
    meeting.ReadAcrossUnlinking();
  });
  meeting.UnlinkAndFree();
}

// The callback runs after the readers that were there, and the caller need not wait.
inline void CallRcuProtectsReaders() {
  Marked<Published*> place{New<Published>(), "place"};
  Thread reader([&place] { ReadPublished(place); });
  Published* old = place.Read();
  place.Write(nullptr);
  const std::unique_ptr<Thread> pending = CallRcu(
      old, +[](Published* object) { Delete(object); });
  pending->Join();
}

// A grace period divides time for every section: what is seen from after its end comes with all
// from before its start. (Herd: RCU-MP.)
inline void GracePeriodOrdersSectionsAfterIt() {
  Marked<int> before{0, "before"};
  Marked<int> after{0, "after"};
  Thread updater([&] {
    before.Write(1);
    SynchronizeRcu();
    after.Write(1);
  });
  RcuReadGuard section;
  const int seen_after = after.Read();
  const int seen_before = before.Read();
  Check(seen_after <= seen_before, "the end of a grace period is not seen without its start");
}

// And a section that missed what came before the start is over before the end. (Herd:
// RCU-deferral.)
inline void GracePeriodWaitsForSectionsBeforeIt() {
  Marked<int> before{0, "before"};
  Marked<int> after{0, "after"};
  Thread updater([&] {
    before.Write(1);
    SynchronizeRcu();
    after.Write(1);
  });
  RcuReadGuard section;
  const int seen_before = before.Read();
  const int seen_after = after.Read();
  Check(seen_after <= seen_before, "a section that missed the start is over before the end");
}

inline void GracePeriodWithoutReadersEnds() {
  { RcuReadGuard section; }
  SynchronizeRcu();
  SynchronizeRcu();
}

// An object of a slab cache; 7 is what its constructor leaves.
struct Slab {
  Marked<int> key{7, "key"};
  Plain<int> payload{0, "payload"};
};

// A reused object is as it was freed; a new one is as it was built.
template <template <typename> typename Cache = SlabCache>
void SlabObjectsAreBuiltOnce() {
  Cache<Slab> cache("slab");
  Slab* first = cache.Alloc();
  Check(first->key.Read() == 7, "a new object was built");
  first->key.Write(9);
  cache.Free(first);
  Slab* second = cache.Alloc();
  const int expected = second == first ? 9 : 7;
  Check(second->key.Read() == expected, "a reused object keeps its contents, a new one is built");
  cache.Free(second);
}

inline void SlabObjectsInUseAreDistinct() {
  SlabCache<Slab> cache("slab");
  Slab* first = cache.Alloc();
  Slab* second = cache.Alloc();
  Check(first != second, "two objects in use are two objects");
  cache.Free(first);
  cache.Free(second);
}

// Two threads may use one cache; an object's free happens before its next use.
inline void SlabCacheServesTwoThreads() {
  SlabCache<Slab> cache("slab");
  const auto use = [&cache](int mark) {
    Slab* mine = cache.Alloc();
    mine->payload.Write(mark);
    Check(mine->payload.Read() == mark, "an object belongs to one user at a time");
    cache.Free(mine);
  };
  Thread other([use] { use(1); });
  use(2);
}

// Type-safe by RCU: inside a section, a pointer to a freed object is a pointer to an object of the
// same type, perhaps in its next life.
inline void FreedSlabObjectKeepsItsType() {
  SlabCache<Slab> cache("slab");
  Slab* object = cache.Alloc();
  Marked<Slab*> place{object, "place"};
  Thread reader([&place] {
    RcuReadGuard section;
    Slab* found = place.LoadAcquire();
    if (found == nullptr) return;
    const int key = found->key.Read();
    Check(key == 7 || key == 8, "the key is of one of the object's lives");
  });
  place.Write(nullptr);
  cache.Free(object);
  Slab* next = cache.Alloc();
  next->key.Write(8);
  reader.Join();
  cache.Free(next);
}

inline void NewBuildsAndDeleteDestroys() {
  struct Counted {
    explicit Counted(Plain<int>& living) : living_(living) { living_.Write(living_.Read() + 1); }
    ~Counted() { living_.Write(living_.Read() - 1); }
    Plain<int>& living_;
  };
  Plain<int> living{0, "living"};
  auto* object = New<Counted>(living);
  Check(living.Read() == 1, "New runs the constructor, with its arguments");
  Delete(object);
  Check(living.Read() == 0, "Delete runs the destructor");
  Delete(static_cast<Counted*>(nullptr));
}

// An object wants more alignment than any fundamental type.
struct alignas(256) Aligned {
  char byte = 0;
};

inline void NewAlignsAsTheTypeWants() {
  const auto is_aligned = [](const Aligned* object) {
    return reinterpret_cast<std::uintptr_t>(object) % alignof(Aligned) == 0;
  };
  Published* const before = New<Published>();
  Aligned* const one = New<Aligned>();
  Aligned* const row = NewArray<Aligned>(2);
  Check(is_aligned(one), "an object is aligned as its type wants");
  Check(is_aligned(row), "so is a row of objects");
  DeleteArray(row, 2);
  Delete(one);
  Delete(before);
}

inline void AllocationMayFail() {
  if (AllocationFails("object")) return;
  Delete(New<Published>());
}

// Creating orders before the body; joining orders after it.
inline void ThreadsStartAndJoinInOrder() {
  Plain<int> value{0, "value"};
  value.Write(1);
  Thread child([&value] {
    Check(value.Read() == 1, "the body sees what came before its creation");
    value.Write(2);
  });
  child.Join();
  Check(value.Read() == 2, "after the join the body's writes are seen");
}

// A thread that goes out of scope is joined.
inline void ThreadJoinsAtItsEnd() {
  Plain<int> value{0, "value"};
  {
    Thread child([&value] { value.Write(1); });
  }
  Check(value.Read() == 1, "the end of the object waited for the body");
}

// That each value is chosen in some execution is what the runners check: one execution cannot.
inline void ChooseStaysInRange() {
  const std::uint32_t chosen = Choose(3, "one of three");
  Check(chosen < 3, "a choice is below its count");
  Check(Choose(1, "one of one") == 0, "one possibility is no choice");
}

// What breaks an assumption is not an execution of the program.
inline void AssumeEndsAnExecution() {
  const bool wanted = Choose(2, "wanted") == 1;
  Assume(wanted);
  Check(wanted, "nothing comes after a broken assumption");
}

inline void AssumeInAThreadEndsTheExecution() {
  Plain<bool> wanted{false, "wanted"};
  Thread chooser([&wanted] {
    wanted.Write(Choose(2, "wanted") == 1);
    Assume(wanted.Read());
  });
  chooser.Join();
  Check(wanted.Read(), "nobody concludes from a thread that broke its assumption");
}

}  // namespace contract
}  // namespace ksync::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_SYNC_TESTING_CONTRACT_MEMORY_H_
