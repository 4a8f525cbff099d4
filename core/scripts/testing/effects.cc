// In each row the value that a step writes is its number in the thread, from one: "3=4" was written
// by the fourth.
#include "core/scripts/testing/effects.h"

#include "absl/strings/str_cat.h"
#include "core/base/check.h"
#include "core/scripts/script_text.h"

namespace rmap::testing {
namespace {

constexpr Outcome kDone = Outcome::kDone;
constexpr Outcome kRefused = Outcome::kRefused;

// The third step.
#define WRITER "start P0\nmap P0 2..5 rw\nwrite P0 3\n"

// Two pages of the same content, in five steps.
#define TWINS                                     \
  "start P0\nmap P0 2..5 rw\nmergeable P0 2..5\n" \
  "store P0 2 = 1\nstore P0 3 = 1\n"

constexpr Effect kEffects[] = {
    {"start P0", kDone, "P0"},
    {"start P1\nstart P1", kRefused, "P1"},
    {"start P0\nexit P0\nstart P0", kDone, "P0"},

    {WRITER "fork P0 -> P1", kDone, "P0 [2,5)rw 3=3r; P1 [2,5)rw 3=3r"},
    {WRITER "fork P0 -> P1\nwrite P1 3", kDone, "P0 [2,5)rw 3=3r; P1 [2,5)rw 3=5"},
    {WRITER "fork P0 -> P1\nwrite P0 3\nwrite P1 3", kDone, "P0 [2,5)rw 3=5; P1 [2,5)rw 3=6"},
    {WRITER "fork P0 -> P0", kRefused, "P0 [2,5)rw 3=3"},
    {WRITER "fork P1 -> P2", kRefused, "P0 [2,5)rw 3=3"},
    {WRITER "start P1\nfork P0 -> P1", kRefused, "P0 [2,5)rw 3=3; P1"},

    {WRITER "fork P0 -> P1\nexit P0", kDone, "P1 [2,5)rw 3=3r"},
    {WRITER "exit P0", kDone, ""},
    {"exit P0", kRefused, ""},

    {WRITER "map P0 5..7 rw", kDone, "P0 [2,7)rw 3=3"},
    {WRITER "map P0 5..7 r", kDone, "P0 [2,5)rw [5,7)r 3=3"},
    {WRITER "map P0 3..4 rw", kDone, "P0 [2,5)rw"},
    {WRITER "map P0 3..9 rw", kRefused, "P0 [2,5)rw 3=3"},
    {WRITER "map P0 3..3 rw", kRefused, "P0 [2,5)rw 3=3"},
    {"map P0 3..4 rw", kRefused, ""},

    {"start P0\nmap-stack P0 5..6 rw", kDone, "P0 [5,6)rw-stack"},
    {"start P0\nmap-stack P0 5..6 rw\nwrite P0 3", kDone, "P0 [3,6)rw-stack 3=3"},

    {WRITER "unmap P0 3..4", kDone, "P0 [2,3)rw [4,5)rw"},
    {WRITER "unmap P0 0..8", kDone, "P0"},
    {WRITER "unmap P0 6..8", kDone, "P0 [2,5)rw 3=3"},
    {WRITER "unmap P0 6..9", kRefused, "P0 [2,5)rw 3=3"},

    {WRITER "protect P0 3..5 r", kDone, "P0 [2,3)rw [3,5)r 3=3r"},
    {WRITER "protect P0 3..4 r\nprotect P0 2..5 -", kDone, "P0 [2,5)- 3=3r"},
    {WRITER "protect P0 3..4 r\nprotect P0 2..5 rw", kDone, "P0 [2,5)rw 3=3r"},
    {WRITER "protect P0 4..6 r", kRefused, "P0 [2,4)rw [4,5)r 3=3"},
    {WRITER "protect P0 1..4 r", kRefused, "P0 [2,5)rw 3=3"},

    {WRITER "move P0 3..4 -> 6..7", kDone, "P0 [2,3)rw [4,5)rw [6,7)rw 6=3"},
    {WRITER "move P0 3..4 -> 6..8", kDone, "P0 [2,3)rw [4,5)rw [6,8)rw 6=3"},
    {WRITER "move P0 3..5 -> 6..7", kDone, "P0 [2,3)rw [6,7)rw 6=3"},
    {WRITER "write P0 2\nmove P0 3..4 -> 2..3", kDone, "P0 [2,3)rw [4,5)rw 2=3"},
    {WRITER "move P0 3..4 -> 3..4", kRefused, "P0 [2,5)rw 3=3"},
    {WRITER "move P0 4..6 -> 6..8", kRefused, "P0 [2,5)rw 3=3"},
    {WRITER "move P0 4..6 -> 2..4", kRefused, "P0 [4,5)rw"},
    {WRITER "move P0 6..7 -> 7..8", kRefused, "P0 [2,5)rw 3=3"},

    {"start P0\nheap P0 3..5\nwrite P0 4\nheap P0 3..6", kDone, "P0 [3,6)rw 4=3"},
    {"start P0\nheap P0 3..5\nwrite P0 4\nheap P0 3..4", kDone, "P0 [3,4)rw"},
    {"start P0\nheap P0 3..5\nheap P0 3..3", kDone, "P0"},
    {"start P0\nheap P0 3..5\nwrite P0 4\nfork P0 -> P1\nheap P1 3..4", kDone,
     "P0 [3,5)rw 4=3r; P1 [3,4)rw"},
    {WRITER "heap P0 7..9", kRefused, "P0 [2,5)rw 3=3"},

    {WRITER "lock P0 3..4", kDone, "P0 [2,3)rw [3,4)rw-locked [4,5)rw 3=3"},
    {WRITER "lock P0 3..6", kRefused, "P0 [2,3)rw [3,5)rw-locked 3=3"},
    {WRITER "lock P0 2..5\nwrite P0 4", kDone, "P0 [2,5)rw-locked 3=3 4=5!"},
    {WRITER "lock P0 2..5\nreclaim P0 3", kRefused, "P0 [2,5)rw-locked 3=3!"},
    {WRITER "lock P0 2..5\nreclaim P0 3\nunlock P0 2..5", kDone, "P0 [2,5)rw 3=3"},
    {WRITER "lock P0 2..5\nunlock P0 2..3", kDone, "P0 [2,3)rw [3,5)rw-locked 3=3"},

    {WRITER "bind P0 3..5 to 1", kDone, "P0 [2,3)rw [3,5)rw-policy1 3=3"},
    {WRITER "bind P0 3..5 to 1\nbind P0 2..5 to 2", kDone, "P0 [2,5)rw-policy2 3=3"},
    {WRITER "bind P0 3..6 to 1", kRefused, "P0 [2,5)rw 3=3"},

    {WRITER "mergeable P0 3..5", kDone, "P0 [2,3)rw [3,5)rw-mergeable 3=3"},
    {WRITER "mergeable P0 3..6", kRefused, "P0 [2,3)rw [3,5)rw-mergeable 3=3"},
    {WRITER "mergeable P0 2..5\nunmergeable P0 2..3", kDone, "P0 [2,3)rw [3,5)rw-mergeable 3=3"},
    {WRITER "unmergeable P0 2..5", kRefused, "P0 [2,5)rw 3=3"},
    {TWINS "ksmd 4", kDone, "P0 [2,5)rw-mergeable 2=c1 3=c1"},
    {TWINS "ksmd 4\nksmd 4", kDone, "P0 [2,5)rw-mergeable 2=c1m 3=c1m"},
    {TWINS "ksmd 4\nksmd 4\nread P0 2", kDone, "P0 [2,5)rw-mergeable 2=c1m 3=c1m"},
    {TWINS "ksmd 4\nksmd 4\nwrite P0 2", kDone, "P0 [2,5)rw-mergeable 2=8 3=c1m"},
    {TWINS "ksmd 4\nksmd 4\nfork P0 -> P1\nwrite P1 3", kDone,
     "P0 [2,5)rw-mergeable 2=c1m 3=c1m; P1 [2,5)rw-mergeable 2=c1m 3=9"},
    {TWINS "ksmd 4\nksmd 4\nunmergeable P0 2..5", kDone, "P0 [2,5)rw 2=c1 3=c1"},
    {TWINS "ksmd 4\nksmd 4\nprotect P0 2..5 -\nunmerge-all", kDone,
     "P0 [2,5)--mergeable 2=c1r 3=c1r"},
    {TWINS "ksmd 4\nksmd 4\nunmerge-all", kDone, "P0 [2,5)rw-mergeable 2=c1 3=c1"},

    {WRITER "all-locks P0", kDone, "P0 [2,5)rw 3=3"},
    {WRITER "all-locks P1", kRefused, "P0 [2,5)rw 3=3"},
    {WRITER "check P0", kDone, "P0 [2,5)rw 3=3"},
    {WRITER "check P1", kRefused, "P0 [2,5)rw 3=3"},

    {WRITER "read P0 3", kDone, "P0 [2,5)rw 3=3"},
    {WRITER "read P0 4", kDone, "P0 [2,5)rw 3=3 4=0"},
    {WRITER "read P0 5", kRefused, "P0 [2,5)rw 3=3"},
    {WRITER "read P0 8", kRefused, "P0 [2,5)rw 3=3"},
    {WRITER "read P1 3", kRefused, "P0 [2,5)rw 3=3"},
    {WRITER "protect P0 2..5 w\nread P0 3", kRefused, "P0 [2,5)w 3=3"},

    {WRITER "write P0 3", kDone, "P0 [2,5)rw 3=4"},
    {WRITER "protect P0 2..5 r\nwrite P0 3", kRefused, "P0 [2,5)r 3=3r"},
    {WRITER "write P0 1", kRefused, "P0 [2,5)rw 3=3"},

    {WRITER "store P0 3 = 1", kDone, "P0 [2,5)rw 3=c1"},
    {WRITER "protect P0 2..5 r\nstore P0 3 = 1", kRefused, "P0 [2,5)r 3=3r"},

    {WRITER "direct-io P0 4", kDone, "P0 [2,5)rw 3=3 4=4"},
    {WRITER "fork P0 -> P1\ndirect-io P0 3", kDone, "P0 [2,5)rw 3=5; P1 [2,5)rw 3=3r"},
    {WRITER "protect P0 2..5 r\ndirect-io P0 3", kRefused, "P0 [2,5)r 3=3r"},

    {WRITER "referenced P0 3", kDone, "P0 [2,5)rw 3=3"},
    {WRITER "referenced P0 4", kRefused, "P0 [2,5)rw 3=3"},
    {WRITER "referenced P0 8", kRefused, "P0 [2,5)rw 3=3"},

    {WRITER "reclaim P0 3", kDone, "P0 [2,5)rw 3=3s"},
    {WRITER "fork P0 -> P1\nreclaim P0 3", kDone, "P0 [2,5)rw 3=3s; P1 [2,5)rw 3=3s"},
    {WRITER "fork P0 -> P1\nreclaim P0 3\nread P1 3", kDone, "P0 [2,5)rw 3=3s; P1 [2,5)rw 3=3r"},
    {WRITER "reclaim P0 3\nwrite P0 3", kDone, "P0 [2,5)rw 3=5"},
    {WRITER "write P0 2\nwrite P0 4\nreclaim P0 2\nreclaim P0 3\nreclaim P0 4", kRefused,
     "P0 [2,5)rw 2=4s 3=3s 4=5"},
    {WRITER "reclaim P0 4", kRefused, "P0 [2,5)rw 3=3"},

    {WRITER "migrate P0 3", kDone, "P0 [2,5)rw 3=3"},
    {WRITER "fork P0 -> P1\nmigrate P0 3", kDone, "P0 [2,5)rw 3=3r; P1 [2,5)rw 3=3r"},
    {WRITER "lock P0 2..5\nwrite P0 4\nmigrate P0 4", kDone, "P0 [2,5)rw-locked 3=3 4=5!"},
    {WRITER "lock P0 2..5\nwrite P0 4\nunlock P0 2..5\nmigrate P0 4", kDone, "P0 [2,5)rw 3=3 4=5"},
    {WRITER "migrate P0 2", kRefused, "P0 [2,5)rw 3=3"},

    {WRITER "poison P0 3", kDone, "P0 [2,5)rw"},
    {WRITER "fork P0 -> P1\npoison P0 3", kDone, "P0 [2,5)rw; P1 [2,5)rw"},
    {WRITER "poison P0 3\nread P0 3", kDone, "P0 [2,5)rw 3=0"},
    {WRITER "poison P0 2", kRefused, "P0 [2,5)rw 3=3"},
};

#undef WRITER

}  // namespace

std::span<const Effect> Effects() { return kEffects; }

Script ScriptOf(const Effect& effect) {
  const absl::StatusOr<Script> script =
      ParseScript(absl::StrCat("pages 8\nswap 2\nphase\nthread\n", effect.steps));
  CHECK(script.ok(), "a row of the table is no script");
  return *script;
}

}  // namespace rmap::testing
