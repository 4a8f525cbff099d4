// RC11, C++20 and SC as axioms over an execution graph, transcribed to be read, not to be fast.
//
// Source: Lahav, Vafeiadis, Kang, Hur, Dreyer, "Repairing Sequential Consistency in C/C++11", PLDI
// 2017, section 3. The relations bear the paper's names (sb is po here), `>>` is its `;`. A
// read-modify-write is a read and a write of the same order, joined by rmw, as there.
//
// Departures from the paper:
//   1. Initial writes are before all others by asw instead of sb. No difference: they are plain, so
//      psc neither starts, ends nor passes at one.
//   2. kCpp20 drops `(sb|loc)?` from release sequences, as C++20 did (P0982).
//   3. kSc: acyclic(po | rf | mo | rb) and atomicity. Memory orders then mean nothing, for races
//      too: each atomic read synchronises with the write it reads from.
//   4. A race needs a plain access. Initial writes never race, because asw is in hb.
//   5. RCU: gp leads from the end of each read-side section to the end of each grace period that
//      waited for it. It is in hb, in no-thin-air and under kSc in the total order. Such an end is
//      a relaxed fence, which means nothing else.
//
// What it does not do: know programs, or how graphs come about.
#ifndef RMAPCHECK_MODELS_TESTING_AXIOMS_H_
#define RMAPCHECK_MODELS_TESTING_AXIOMS_H_

#include <string>
#include <vector>

#include "core/sync/order.h"
#include "models/testing/relation.h"

namespace models::testing {

inline constexpr int kInitialThread = -1;

struct Event {
  enum class Kind { kRead, kWrite, kFence };
  Kind kind;
  int thread = kInitialThread;
  int index = 0;      // Its place in its thread.
  int location = -1;  // Fences have none.
  bool plain = false;
  ksync::Order order = ksync::relaxed;
  int value = 0;

  bool IsAccess() const { return kind != Kind::kFence; }
};

struct Graph {
  std::vector<Event> events;
  Relation po, rf, mo, rmw, gp;

  // Appends `event`, after the other events of its thread in po. Returns: its number.
  int Append(Event event);
};

enum class Model { kRc11, kCpp20, kSc };

// Returns: the names of the axioms of `model` that `graph` breaks.
std::vector<std::string> BrokenAxioms(const Graph& graph, Model model);
// Returns: whether there are none.
bool IsConsistent(const Graph& graph, Model model);
// Returns: whether two accesses to one location, one of them plain and one of them a write, are
// unordered by hb. (So they are of different threads.)
bool HasRace(const Graph& graph, Model model);

}  // namespace models::testing

#endif  // RMAPCHECK_MODELS_TESTING_AXIOMS_H_
