// A place in a program: a line of its source, or a call that is looked up only if somebody asks.
//
// Code that is written against ksync names its places when it is compiled: std::source_location, of
// which a Site keeps the one pointer. A program that is merely instrumented has but addresses of
// instructions; finding their lines means reading debug information, which is far too slow for
// every step. So a Site may also hold a pointer to whatever the runtime knows of the step (a call
// stack), and a Places turns it into file and line when a message is written.
//
// Invariant: both kinds of pointer are even; bit 0 tells them apart.
#ifndef RMAPCHECK_CORE_SYNC_SITE_H_
#define RMAPCHECK_CORE_SYNC_SITE_H_

#include <bit>
#include <cstdint>
#include <source_location>
#include <string>
#include <utility>

namespace ksync {

// A line of source code. The texts must live as long as the process.
struct Place {
  const char* file = "";
  const char* function = "";
  unsigned line = 0;
};

// Knows the lines of calls, and what lives at an address.
class Places {
 public:
  virtual ~Places() = default;
  virtual Place PlaceOf(const void* call) = 0;
  // Returns: the name of the variable at an address, or an empty string.
  virtual std::string NameOf(const void* address) = 0;
};

// Who knows; null while nobody does. Installed once, before the first execution.
inline constinit Places* places = nullptr;

class Site {
 public:
  constexpr Site() = default;

  static Site current(std::source_location place = std::source_location::current()) {
    return Site(std::bit_cast<std::uintptr_t>(place));
  }
  // Requires: `call` is not null, and means something to `places`.
  static Site OfCall(const void* call) {
    return Site(reinterpret_cast<std::uintptr_t>(call) | kIsCall);
  }

  unsigned line() const { return IsCall() ? Looked().line : place().line(); }
  const char* file_name() const { return IsCall() ? Looked().file : place().file_name(); }
  const char* function_name() const {
    return IsCall() ? Looked().function : place().function_name();
  }

  friend constexpr bool operator==(Site, Site) = default;
  template <typename Hash>
  friend Hash AbslHashValue(Hash hash, Site site) {
    return Hash::combine(std::move(hash), site.where_);
  }

 private:
  static constexpr std::uintptr_t kIsCall = 1;
  static_assert(sizeof(std::source_location) == sizeof(std::uintptr_t));

  explicit constexpr Site(std::uintptr_t where) : where_(where) {}
  constexpr bool IsCall() const { return (where_ & kIsCall) != 0; }
  std::source_location place() const { return std::bit_cast<std::source_location>(where_); }
  Place Looked() const {
    return places == nullptr ? Place() : places->PlaceOf(reinterpret_cast<void*>(where_ - kIsCall));
  }

  std::uintptr_t where_ = 0;
};

}  // namespace ksync

#endif  // RMAPCHECK_CORE_SYNC_SITE_H_
