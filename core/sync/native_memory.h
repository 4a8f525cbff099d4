// The memory of the native back end: what was made and is not yet given back is counted, by type.
//
// Include core/sync/sync.h, never this file. LiveObjects() in native_control.h reads the counts.
// They are always on: a count that began in the middle would never add up.
#ifndef RMAPCHECK_CORE_SYNC_NATIVE_MEMORY_H_
#define RMAPCHECK_CORE_SYNC_NATIVE_MEMORY_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/sync/hooks.h"
#include "core/sync/native_watch.h"

namespace ksync::inline native {

namespace internal {

// How many objects of one type are alive. Order: relaxed throughout; a count orders nothing, and
// whoever wants an exact one has joined the threads before.
class LiveKind {
 public:
  // `function`: __PRETTY_FUNCTION__ of one over the type.
  constexpr LiveKind(const char* function, std::size_t object_bytes)
      : function_(function), object_bytes_(object_bytes) {}

  void Add(std::int64_t objects) {
    if (!listed_.load(std::memory_order_relaxed)) [[unlikely]]
      List();
    count_.fetch_add(objects, std::memory_order_relaxed);
  }

 private:
  friend class LiveKinds;

  void List();

  const char* const function_;
  const std::size_t object_bytes_;
  std::atomic<bool> listed_{false};
  LiveKind* next_ = nullptr;  // Constant once it is listed.
  alignas(64) std::atomic<std::int64_t> count_{0};
};

template <typename T>
constexpr const char* FunctionOver() {
  return __PRETTY_FUNCTION__;
}

template <typename T>
inline constinit LiveKind live_kind{FunctionOver<T>(), sizeof(T)};

template <typename T>
void CountLive(std::int64_t objects) {
  live_kind<std::remove_cv_t<T>>.Add(objects);
}

}  // namespace internal

// Memory that must be given back with Delete; never null.
template <typename T, typename... Args>
T* New(Args&&... args) {
  internal::SyncPoint();
  T* const object = new T(std::forward<Args>(args)...);
  internal::CountLive<T>(1);
  return object;
}

// Requires: T is what New made it as.
template <typename T>
void Delete(T* object, Site = Site::current()) {
  if (object == nullptr) return;
  internal::SyncPoint();
  internal::CountLive<T>(-1);
  delete object;
}

template <typename T>
T* NewArray(std::size_t count) {
  internal::SyncPoint();
  T* const first = new T[count];
  internal::CountLive<T>(static_cast<std::int64_t>(count));
  return first;
}

template <typename T>
void DeleteArray(T* first, std::size_t count, Site = Site::current()) {
  if (first == nullptr) return;
  internal::SyncPoint();
  internal::CountLive<T>(-static_cast<std::int64_t>(count));
  delete[] first;
}

// Objects are built once and reused, the last freed first; their memory goes with the cache, so a
// pointer to a freed object stays a pointer to a T. The mutex inside orders all calls of one cache:
// more than the contract's free-before-next-alloc, so a race across it may stay unseen.
template <typename T, typename... Args>
class SlabCache {
 public:
  explicit SlabCache(const char* /*name*/, Args... args, Site = Site::current())
      : args_(std::move(args)...) {}
  SlabCache(const SlabCache&) = delete;
  SlabCache& operator=(const SlabCache&) = delete;
  ~SlabCache() {
    for (const std::unique_ptr<Slot>& slot : slots_) std::destroy_at(slot->Object());
  }

  T* Alloc(Site = Site::current()) {
    internal::SyncPoint();
    internal::CountLive<T>(1);
    if (Slot* slot = TakeFree()) return slot->Object();
    auto slot = std::make_unique_for_overwrite<Slot>();
    // Outside the mutex: T's constructor may allocate as well.
    T* object =
        std::apply([&slot](const Args&... args) { return new (slot->bytes) T(args...); }, args_);
    std::lock_guard<std::mutex> guard(mutex_);
    slots_.push_back(std::move(slot));
    return object;
  }

  // Requires: `object` came from Alloc and was not freed since.
  void Free(T* object, Site = Site::current()) {
    internal::SyncPoint();
    internal::CountLive<T>(-1);
    Slot* slot = reinterpret_cast<Slot*>(object);  // The bytes come first: one address.
    std::lock_guard<std::mutex> guard(mutex_);
    CHECK(!slot->is_free, "an object of a slab cache is freed twice");
    slot->is_free = true;
    slot->next_free = first_free_;
    first_free_ = slot;
  }

 private:
  struct Slot {
    T* Object() { return std::launder(reinterpret_cast<T*>(bytes)); }

    alignas(T) std::byte bytes[sizeof(T)];
    Slot* next_free = nullptr;
    bool is_free = false;
  };

  // Returns: the slot freed last, or null.
  Slot* TakeFree() {
    std::lock_guard<std::mutex> guard(mutex_);
    Slot* slot = first_free_;
    if (slot == nullptr) return nullptr;
    first_free_ = slot->next_free;
    slot->is_free = false;
    return slot;
  }

  const std::tuple<Args...> args_;  // What each object is constructed with.
  // State below is protected by mutex_ (std::mutex has no annotations for the compiler to check).
  std::mutex mutex_;
  std::vector<std::unique_ptr<Slot>> slots_;
  Slot* first_free_ = nullptr;
};

}  // namespace ksync::inline native

#endif  // RMAPCHECK_CORE_SYNC_NATIVE_MEMORY_H_
