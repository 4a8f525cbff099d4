// What every back end of ksync must do, as named scenarios written once.
//
// Each is a few operations on two or three threads, small enough to be explored exhaustively. The
// oracle is the Check inside; races, deadlocks and leaks are the runner's to notice. Two runners go
// through the table: stress/sync_contract_stress_test.cc on real threads, many rounds, and
// models/sync_contract_model_test.cc under the checker, every execution.
//
// What it does not do: weak behaviours that a back end *may* show are no contract (see litmus/).
#ifndef RMAPCHECK_CORE_SYNC_TESTING_CONTRACT_H_
#define RMAPCHECK_CORE_SYNC_TESTING_CONTRACT_H_

#include <cstdint>
#include <ostream>

#include "core/sync/sync.h"
#include "core/sync/testing/contract_atomics.h"
#include "core/sync/testing/contract_locks.h"
#include "core/sync/testing/contract_memory.h"

namespace ksync::inline KSYNC_BACKEND {
namespace contract {

struct Scenario {
  const char* name;
  void (*run)();
};

// For a test runner's messages.
inline std::ostream& operator<<(std::ostream& out, const Scenario& scenario) {
  return out << scenario.name;
}

inline constexpr Scenario kContract[] = {
    // Atomics and fences.
    {"RmwReturnsTheOldValue", &RmwReturnsTheOldValue},
    {"ValueWrapsAtOneByte", &ValueWrapsAtItsWidth<std::uint8_t>},
    {"ValueWrapsAtTwoBytes", &ValueWrapsAtItsWidth<std::uint16_t>},
    {"ValueWrapsAtFourBytes", &ValueWrapsAtItsWidth<std::uint32_t>},
    {"ValueWrapsAtEightBytes", &ValueWrapsAtItsWidth<std::uint64_t>},
    {"SignedValueWrapsAtOneByte", &ValueWrapsAtItsWidth<std::int8_t>},
    {"SignedValueWrapsAtFourBytes", &ValueWrapsAtItsWidth<std::int32_t>},
    {"PointersAreValues", &PointersAreValues},
    {"BoolsAndEnumsAreValues", &BoolsAndEnumsAreValues},
    {"CompareExchangeStoresOnAMatch", &CompareExchangeStoresOnAMatch},
    {"CompareExchangeTellsAMismatch", &CompareExchangeTellsAMismatch},
    {"AddsAreNotLost", &AddsAreNotLost},
    {"CompareExchangeHasOneWinner", &CompareExchangeHasOneWinner},
    {"ReadsOfOneLocationAreCoherent", &ReadsOfOneLocationAreCoherent},
    {"ReleaseAcquirePassesMessages", &ReleaseAcquirePassesMessages},
    {"MarkedFieldsPassMessages", &MarkedFieldsPassMessages},
    {"MarkedFieldsAreCoherent", &MarkedFieldsAreCoherent},
    {"FencesPassMessages", &FencesPassMessages},
    {"RmwContinuesAReleaseSequence", &RmwContinuesAReleaseSequence},
    {"SeqCstForbidsStoreBuffering", &SeqCstForbidsStoreBuffering},
    {"SeqCstFencesForbidStoreBuffering", &SeqCstFencesForbidStoreBuffering},
    {"WaitUntilEqualHandsOver", &WaitUntilEqualHandsOver},
    {"WaitUntilNotEqualHandsOver", &WaitUntilNotEqualHandsOver},
    {"WaitUntilTakesAMaskedCondition", &WaitUntilTakesAMaskedCondition},

    // Locks.
    {"SpinLockExcludesOthers", &ExcludesOthers<SpinLock>},
    {"MutexExcludesOthers", &ExcludesOthers<Mutex>},
    {"RwLockExcludesOthers", &ExcludesOthers<RwLock>},
    {"RwSemaphoreExcludesOthers", &ExcludesOthers<RwSemaphore>},
    {"SpinLockWaitsForTheHolder", &LockWaitsForTheHolder<SpinLock>},
    {"MutexWaitsForTheHolder", &LockWaitsForTheHolder<Mutex>},
    {"RwLockWaitsForTheHolder", &LockWaitsForTheHolder<RwLock>},
    {"RwSemaphoreWaitsForTheHolder", &LockWaitsForTheHolder<RwSemaphore>},
    {"SpinLockPassesMessages", &LockPassesMessages<SpinLock>},
    {"MutexPassesMessages", &LockPassesMessages<Mutex>},
    {"RwLockPassesMessages", &LockPassesMessages<RwLock>},
    {"RwSemaphorePassesMessages", &LockPassesMessages<RwSemaphore>},
    {"SpinLockTryLockFailsWhileHeld", &TryLockFailsWhileHeld<SpinLock>},
    {"MutexTryLockFailsWhileHeld", &TryLockFailsWhileHeld<Mutex>},
    {"RwLockTryLockFailsWhileHeld", &TryLockFailsWhileHeld<RwLock>},
    {"RwSemaphoreTryLockFailsWhileHeld", &TryLockFailsWhileHeld<RwSemaphore>},
    {"SpinLockTryLockExcludesOthers", &TryLockExcludesOthers<SpinLock>},
    {"MutexTryLockExcludesOthers", &TryLockExcludesOthers<Mutex>},
    {"RwLockTryLockExcludesOthers", &TryLockExcludesOthers<RwLock>},
    {"RwSemaphoreTryLockExcludesOthers", &TryLockExcludesOthers<RwSemaphore>},
    {"SpinLockIsLockedTells", &IsLockedTells<SpinLock>},
    {"MutexIsLockedTells", &IsLockedTells<Mutex>},
    {"RwLockIsLockedTells", &IsLockedTells<RwLock>},
    {"RwSemaphoreIsLockedTells", &IsLockedTells<RwSemaphore>},
    {"SpinLockLooksFreeAfterTheHolder", &LooksFreeAfterTheHolder<SpinLock>},
    {"MutexLooksFreeAfterTheHolder", &LooksFreeAfterTheHolder<Mutex>},
    {"RwLockLooksFreeAfterTheHolder", &LooksFreeAfterTheHolder<RwLock>},
    {"RwSemaphoreLooksFreeAfterTheHolder", &LooksFreeAfterTheHolder<RwSemaphore>},
    {"LastUserTakesNothingOfAMutex", &LastUserTakesNothing<Mutex>},
    {"LastUserTakesNothingOfARwSemaphore", &LastUserTakesNothing<RwSemaphore>},
    {"GuardGivesASpinLockBack", &GuardGivesBack<SpinLock>},
    {"GuardGivesAMutexBack", &GuardGivesBack<Mutex>},
    {"GuardGivesARwLockBack", &GuardGivesBack<RwLock>},
    {"GuardGivesARwSemaphoreBack", &GuardGivesBack<RwSemaphore>},
    {"RwLockSharedHoldersMeet", &SharedHoldersMeet<RwLock>},
    {"RwSemaphoreSharedHoldersMeet", &SharedHoldersMeet<RwSemaphore>},
    {"RwLockSharedHolderSeesWholeSections", &SharedHolderSeesWholeSections<RwLock>},
    {"RwSemaphoreSharedHolderSeesWholeSections", &SharedHolderSeesWholeSections<RwSemaphore>},
    {"RwLockWriterWaitsForSharedHolder", &WriterWaitsForSharedHolder<RwLock>},
    {"RwSemaphoreWriterWaitsForSharedHolder", &WriterWaitsForSharedHolder<RwSemaphore>},
    {"RwLockSharedHolderWaitsForWriter", &SharedHolderWaitsForWriter<RwLock>},
    {"RwSemaphoreSharedHolderWaitsForWriter", &SharedHolderWaitsForWriter<RwSemaphore>},
    {"RwLockTryLockKnowsTheModes", &TryLockKnowsTheModes<RwLock>},
    {"RwSemaphoreTryLockKnowsTheModes", &TryLockKnowsTheModes<RwSemaphore>},

    // References.
    {"RefCountCounts", &RefCountCounts},
    {"LastReferenceSeesEveryUser", &LastReferenceSeesEveryUser},
    {"DeadObjectIsNotRevived", &DeadObjectIsNotRevived},

    // RCU and memory.
    {"GracePeriodProtectsReaders", &GracePeriodProtectsReaders},
    {"ReplacedObjectIsSeenWhole", &ReplacedObjectIsSeenWhole},
    {"GracePeriodWaitsForReaderInside", &GracePeriodWaitsForReaderInside},
    {"ReadSectionsNest", &ReadSectionsNest},
    {"CallRcuProtectsReaders", &CallRcuProtectsReaders},
    {"GracePeriodOrdersSectionsAfterIt", &GracePeriodOrdersSectionsAfterIt},
    {"GracePeriodWaitsForSectionsBeforeIt", &GracePeriodWaitsForSectionsBeforeIt},
    {"GracePeriodWithoutReadersEnds", &GracePeriodWithoutReadersEnds},
    {"SlabObjectsAreBuiltOnce", &SlabObjectsAreBuiltOnce<>},
    {"SlabObjectsInUseAreDistinct", &SlabObjectsInUseAreDistinct},
    {"SlabCacheServesTwoThreads", &SlabCacheServesTwoThreads},
    {"FreedSlabObjectKeepsItsType", &FreedSlabObjectKeepsItsType},
    {"NewBuildsAndDeleteDestroys", &NewBuildsAndDeleteDestroys},
    {"NewAlignsAsTheTypeWants", &NewAlignsAsTheTypeWants},
    {"AllocationMayFail", &AllocationMayFail},

    // Threads and nondeterminism.
    {"ThreadsStartAndJoinInOrder", &ThreadsStartAndJoinInOrder},
    {"ThreadJoinsAtItsEnd", &ThreadJoinsAtItsEnd},
    {"ChooseStaysInRange", &ChooseStaysInRange},
    {"AssumeEndsAnExecution", &AssumeEndsAnExecution},
    {"AssumeInAThreadEndsTheExecution", &AssumeInAThreadEndsTheExecution},
};

}  // namespace contract
}  // namespace ksync::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_SYNC_TESTING_CONTRACT_H_
