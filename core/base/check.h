// CHECK and DCHECK: an invariant of our own is broken, so the process stops here and says where.
//
//   CHECK(count > 0);
//   CHECK(count > 0, "a reference is dropped that nobody held");
//
// For our own mistakes only: what a user got wrong comes back as a value, and what a modelled
// program must hold is ksync::Check (core/sync/sync.h), which the checker can see.
//
// (The pinned Abseil has no absl/log, hence these.)
#ifndef RMAPCHECK_CORE_BASE_CHECK_H_
#define RMAPCHECK_CORE_BASE_CHECK_H_

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace base {

// Prints the broken invariant, where it stands and why it matters, and aborts.
[[noreturn, gnu::cold]] inline void CheckFailed(const char* file, int line, const char* expression,
                                                std::string_view message = {}) {
  std::fprintf(stderr, "%s:%d: CHECK(%s) failed%s%.*s\n", file, line, expression,
               message.empty() ? "" : ": ", static_cast<int>(message.size()), message.data());
  std::abort();
}

}  // namespace base

// Aborts unless `condition` holds. The message, anything that converts to std::string_view, is
// evaluated only then.
#define CHECK(condition, ...) \
  ((condition) ? (void)0      \
               : ::base::CheckFailed(__FILE__, __LINE__, #condition __VA_OPT__(, ) __VA_ARGS__))

// The same in builds with assertions; with NDEBUG it is compiled, but not evaluated.
#ifdef NDEBUG
#define DCHECK(condition, ...) (true ? (void)0 : CHECK(condition __VA_OPT__(, ) __VA_ARGS__))
#else
#define DCHECK(condition, ...) CHECK(condition __VA_OPT__(, ) __VA_ARGS__)
#endif

#endif  // RMAPCHECK_CORE_BASE_CHECK_H_
