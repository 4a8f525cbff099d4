// Each axiom, and each part of each derived relation, has a graph here that only it forbids.
//
// The name of a test says what it holds in place: with that part gone from axioms.cc it fails.
// Three parts are in the paper but can be left out without changing which graphs are consistent, so
// no test can hold them: `?` in hb;eco? (an hb cycle is a po|rf cycle), `hb` in psc_F (what follows
// the second fence in a psc cycle follows the first), and `?` in psc_base's hb? (fences are among
// the events of E^sc).
#include "models/testing/axioms.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace models::testing {
namespace {

using ksync::acq_rel;
using ksync::acquire;
using ksync::Order;
using ksync::relaxed;
using ksync::release;
using ksync::seq_cst;
using Names = std::vector<std::string>;

constexpr int kX = 0;
constexpr int kY = 1;
constexpr int kZ = 2;

// A graph under construction. The order in which writes to a location are added is their mo.
class Draft {
 public:
  Draft() {
    for (int location : {kX, kY, kZ}) Write(kInitialThread, location, relaxed, true);
  }

  int Write(int thread, int location, Order order, bool plain = false) {
    const int id = graph_.Append({.kind = Event::Kind::kWrite,
                                  .thread = thread,
                                  .location = location,
                                  .plain = plain,
                                  .order = order});
    for (int before : writes_) {
      if (graph_.events[before].location == location) graph_.mo.Add(before, id);
    }
    writes_.push_back(id);
    return id;
  }
  int Read(int thread, int location, Order order, int from, bool plain = false) {
    const int id = ReadLater(thread, location, order, plain);
    ReadsFrom(id, from);
    return id;
  }
  // A read of a write that is not there yet.
  int ReadLater(int thread, int location, Order order, bool plain = false) {
    return graph_.Append({.kind = Event::Kind::kRead,
                          .thread = thread,
                          .location = location,
                          .plain = plain,
                          .order = order});
  }
  void ReadsFrom(int read, int write) { graph_.rf.Add(write, read); }
  // Returns: the write of a read-modify-write.
  int Rmw(int thread, int location, Order order, int from) {
    const int read = Read(thread, location, order, from);
    const int write = Write(thread, location, order);
    graph_.rmw.Add(read, write);
    return write;
  }
  void Fence(int thread, Order order) {
    graph_.Append({.kind = Event::Kind::kFence, .thread = thread, .order = order});
  }

  // Returns: the end of a read-side section, or of a grace period that waited for it.
  int EndSection(int thread) {
    return graph_.Append({.kind = Event::Kind::kFence, .thread = thread});
  }
  void EndGracePeriod(int thread, int section) { graph_.gp.Add(section, EndSection(thread)); }

  Names Broken(Model model = Model::kRc11) const { return BrokenAxioms(graph_, model); }
  bool Racy(Model model = Model::kRc11) const { return HasRace(graph_, model); }

 private:
  Graph graph_;
  std::vector<int> writes_;
};

// Message passing whose reader sees the flag raised and the data old, with the flag raised by
// `raise` and seen by `see`: forbidden if and only if they synchronise.
template <typename Raise, typename See>
Names StaleMessage(Raise raise, See see, Model model = Model::kRc11) {
  Draft draft;
  draft.Write(0, kX, relaxed);
  see(draft, raise(draft));
  draft.Read(1, kX, relaxed, kX);
  return draft.Broken(model);
}

const auto kRaise = [](Draft& d) { return d.Write(0, kY, release); };
const auto kSee = [](Draft& d, int flag) { d.Read(1, kY, acquire, flag); };
const Names kForbidden = {"coherence"};
const Names kAllowed = {};

TEST(Axioms, Coherence) {
  Draft draft;
  const int w = draft.Write(0, kX, relaxed);
  draft.Read(1, kX, relaxed, w);
  draft.Read(1, kX, relaxed, kX);
  EXPECT_EQ(draft.Broken(), kForbidden);
}

// Through asw in hb.
TEST(Axioms, CoherenceOfInitialWrites) {
  Graph graph;
  const int initial = graph.Append({.kind = Event::Kind::kWrite, .location = kX, .plain = true});
  const int w = graph.Append({.kind = Event::Kind::kWrite, .thread = 0, .location = kX});
  graph.mo.Add(w, initial);
  EXPECT_EQ(BrokenAxioms(graph, Model::kRc11), kForbidden);
}

TEST(Axioms, Atomicity) {
  Draft draft;
  draft.Rmw(0, kX, relaxed, kX);
  draft.Rmw(1, kX, relaxed, kX);
  EXPECT_EQ(draft.Broken(), Names{"atomicity"});
  EXPECT_EQ(draft.Broken(Model::kSc), Names{"atomicity"});
}

TEST(Axioms, NoThinAir) {
  Draft draft;
  const int r = draft.ReadLater(0, kX, relaxed);
  const int wy = draft.Write(0, kY, relaxed);
  draft.Read(1, kY, relaxed, wy);
  draft.ReadsFrom(r, draft.Write(1, kX, relaxed));
  EXPECT_EQ(draft.Broken(), Names{"no-thin-air"});
  EXPECT_EQ(draft.Broken(Model::kSc), Names{"sc"});
}

Draft StoreBuffering(Order order, bool fences) {
  Draft draft;
  for (int t : {0, 1}) {
    draft.Write(t, t, order);
    if (fences) draft.Fence(t, seq_cst);
    draft.Read(t, 1 - t, order, 1 - t);
  }
  return draft;
}

TEST(Axioms, PscThroughPoAndRb) {
  EXPECT_EQ(StoreBuffering(seq_cst, false).Broken(), Names{"psc"});
  EXPECT_EQ(StoreBuffering(acq_rel, false).Broken(), kAllowed);
  EXPECT_EQ(StoreBuffering(relaxed, true).Broken(), Names{"psc"});
}

TEST(Axioms, ScThroughRb) {
  EXPECT_EQ(StoreBuffering(relaxed, false).Broken(Model::kSc), Names{"sc"});
}

TEST(Axioms, PscThroughMo) {
  // Thread 0: y = 1; x = 2. Thread 1: x = 1; y = 2. Both second writes come first in mo.
  const auto broken = [](Order order, Model model) {
    Graph graph;
    for (int location : {kX, kY}) {
      graph.Append({.kind = Event::Kind::kWrite, .location = location, .plain = true});
    }
    const auto write = [&](int thread, int location) {
      return graph.Append(
          {.kind = Event::Kind::kWrite, .thread = thread, .location = location, .order = order});
    };
    const int y1 = write(0, kY), x2 = write(0, kX), x1 = write(1, kX), y2 = write(1, kY);
    for (int y : {y1, y2}) graph.mo.Add(kY, y);
    for (int x : {x1, x2}) graph.mo.Add(kX, x);
    graph.mo.Add(x2, x1);
    graph.mo.Add(y2, y1);
    return BrokenAxioms(graph, model);
  };
  EXPECT_EQ(broken(seq_cst, Model::kRc11), Names{"psc"});
  EXPECT_EQ(broken(relaxed, Model::kRc11), kAllowed);
  EXPECT_EQ(broken(relaxed, Model::kSc), Names{"sc"});
}

// Independent reads of independent writes, with `order` everywhere and perhaps fences between.
Draft Iriw(Order order, bool fences) {
  Draft draft;
  const int writes[] = {draft.Write(0, kX, order), draft.Write(1, kY, order)};
  for (int t : {0, 1}) {
    draft.Read(2 + t, t, order, writes[t]);
    if (fences) draft.Fence(2 + t, seq_cst);
    draft.Read(2 + t, 1 - t, order, 1 - t);
  }
  return draft;
}

TEST(Axioms, PscThroughHbOnOneLocation) {
  EXPECT_EQ(Iriw(seq_cst, false).Broken(), Names{"psc"});
  EXPECT_EQ(Iriw(acq_rel, false).Broken(), kAllowed);
}

TEST(Axioms, PscFThroughHbEcoHb) {
  EXPECT_EQ(Iriw(relaxed, true).Broken(), Names{"psc"});
  EXPECT_EQ(Iriw(relaxed, false).Broken(), kAllowed);
}

TEST(Axioms, ScThroughRf) { EXPECT_EQ(Iriw(relaxed, false).Broken(Model::kSc), Names{"sc"}); }

TEST(Axioms, PscThroughPoHbPoOfOtherLocations) {
  Draft draft;
  draft.Write(0, kX, seq_cst);
  const int z = draft.Write(0, kZ, release);
  draft.Read(1, kZ, acquire, z);
  draft.Read(1, kY, seq_cst, kY);
  draft.Write(2, kY, seq_cst);
  draft.Read(2, kX, seq_cst, kX);
  EXPECT_EQ(draft.Broken(), Names{"psc"});
}

TEST(Axioms, PscBetweenFenceAndAccess) {
  Draft draft;
  draft.Write(0, kX, relaxed);
  draft.Fence(0, seq_cst);
  draft.Read(0, kY, relaxed, kY);
  draft.Write(1, kY, seq_cst);
  draft.Read(1, kX, seq_cst, kX);
  EXPECT_EQ(draft.Broken(), Names{"psc"});
}

// [F^sc];hb through another thread: the fence's thread only releases.
TEST(Axioms, PscFromAFenceThroughHb) {
  Draft draft;
  draft.Write(0, kX, relaxed);
  draft.Fence(0, seq_cst);
  const int z = draft.Write(0, kZ, relaxed);
  draft.Read(1, kZ, acquire, z);
  draft.Read(1, kY, relaxed, kY);
  draft.Write(2, kY, seq_cst);
  draft.Read(2, kX, seq_cst, kX);
  EXPECT_EQ(draft.Broken(), Names{"psc"});
}

// hb;[F^sc] through another thread: the fence's thread only acquires.
TEST(Axioms, PscIntoAFenceThroughHb) {
  Draft draft;
  draft.Write(0, kX, relaxed);
  const int z = draft.Write(0, kZ, release);
  draft.Read(1, kZ, relaxed, z);
  draft.Fence(1, seq_cst);
  draft.Read(1, kY, relaxed, kY);
  draft.Write(2, kY, seq_cst);
  draft.Read(2, kX, seq_cst, kX);
  EXPECT_EQ(draft.Broken(), Names{"psc"});
}

// Z6.U, PLDI 2017 section 2: what C11 forbade and RC11 allows, or Power could not be compiled to.
// With po instead of po≠loc behind hb in scb it is forbidden.
TEST(Axioms, Z6UIsAllowed) {
  Draft draft;
  draft.Write(0, kX, seq_cst);
  const int y1 = draft.Write(0, kY, release);
  draft.Rmw(1, kY, seq_cst, y1);
  const int y3 = draft.Write(2, kY, seq_cst);
  draft.Read(1, kY, relaxed, y3);
  draft.Read(2, kX, seq_cst, kX);
  EXPECT_EQ(draft.Broken(), kAllowed);
  EXPECT_EQ(draft.Broken(Model::kSc), Names{"sc"});
}

// The mirror image: with po instead of po≠loc before hb in scb it is forbidden.
TEST(Axioms, MirroredZ6UIsAllowed) {
  Draft draft;
  draft.Write(2, kX, seq_cst);
  draft.Write(2, kY, seq_cst);
  draft.Write(0, kY, seq_cst);
  const int y = draft.Write(0, kY, release);
  draft.Read(1, kY, acquire, y);
  draft.Read(1, kX, seq_cst, kX);
  EXPECT_EQ(draft.Broken(), kAllowed);
}

TEST(Synchronisation, ReleaseAndAcquire) {
  const auto raise_relaxed = [](Draft& d) { return d.Write(0, kY, relaxed); };
  const auto see_relaxed = [](Draft& d, int flag) { d.Read(1, kY, relaxed, flag); };
  EXPECT_EQ(StaleMessage(kRaise, kSee), kForbidden);
  EXPECT_EQ(StaleMessage(raise_relaxed, kSee), kAllowed);
  EXPECT_EQ(StaleMessage(kRaise, see_relaxed), kAllowed);
}

TEST(Synchronisation, Fences) {
  const auto raise = [](Draft& d) {
    d.Fence(0, release);
    return d.Write(0, kY, relaxed);
  };
  const auto see = [](Draft& d, int flag) {
    d.Read(1, kY, relaxed, flag);
    d.Fence(1, acquire);
  };
  EXPECT_EQ(StaleMessage(raise, see), kForbidden);
  EXPECT_EQ(StaleMessage(kRaise, see), kForbidden);
  EXPECT_EQ(StaleMessage(raise, kSee), kForbidden);
  const auto raise_wrongly = [](Draft& d) {
    d.Fence(0, acquire);
    return d.Write(0, kY, relaxed);
  };
  EXPECT_EQ(StaleMessage(raise_wrongly, see), kAllowed);
}

TEST(Synchronisation, PlainAccessesTakeNoPart) {
  const auto raise = [](Draft& d) {
    d.Fence(0, release);
    return d.Write(0, kY, relaxed, true);
  };
  const auto see = [](Draft& d, int flag) {
    d.Read(1, kY, relaxed, flag, true);
    d.Fence(1, acquire);
  };
  EXPECT_EQ(StaleMessage(raise, kSee), kAllowed);
  EXPECT_EQ(StaleMessage(raise, kSee, Model::kCpp20), kAllowed);
  EXPECT_EQ(StaleMessage(kRaise, see), kAllowed);
}

// [W];(po|loc)?;[W⊒rlx]: what C++20 took out.
TEST(ReleaseSequence, LaterStoreOfTheSameThread) {
  const auto raise = [](Draft& d) {
    d.Write(0, kY, release);
    return d.Write(0, kY, relaxed);
  };
  EXPECT_EQ(StaleMessage(raise, kSee), kForbidden);
  EXPECT_EQ(StaleMessage(raise, kSee, Model::kCpp20), kAllowed);
  const auto elsewhere = [](Draft& d) {
    d.Write(0, kZ, release);
    return d.Write(0, kY, relaxed);
  };
  EXPECT_EQ(StaleMessage(elsewhere, kSee), kAllowed);
}

TEST(ReleaseSequence, ChainOfReadModifyWrites) {
  const auto raise = [](Draft& d) {
    return d.Rmw(3, kY, relaxed, d.Rmw(2, kY, relaxed, d.Write(0, kY, release)));
  };
  EXPECT_EQ(StaleMessage(raise, kSee), kForbidden);
  EXPECT_EQ(StaleMessage(raise, kSee, Model::kCpp20), kForbidden);
  const auto broken_chain = [](Draft& d) {
    d.Write(0, kY, release);
    return d.Write(2, kY, relaxed);
  };
  EXPECT_EQ(StaleMessage(broken_chain, kSee), kAllowed);
}

TEST(GracePeriod, IsInHb) {
  Draft draft;
  draft.Write(0, kX, relaxed);
  draft.EndGracePeriod(1, draft.EndSection(0));
  draft.Read(1, kX, relaxed, kX);
  EXPECT_EQ(draft.Broken(), kForbidden);
}

TEST(GracePeriod, IsInNoThinAir) {
  Draft draft;
  const int r = draft.ReadLater(0, kX, relaxed);
  draft.EndGracePeriod(1, draft.EndSection(0));
  draft.Read(2, kY, relaxed, draft.Write(1, kY, relaxed));
  draft.ReadsFrom(r, draft.Write(2, kX, relaxed));
  EXPECT_EQ(draft.Broken(), Names{"no-thin-air"});
}

TEST(GracePeriod, IsInTheTotalOrder) {
  Draft draft;
  draft.Write(2, kY, relaxed);
  draft.Write(2, kZ, relaxed);
  draft.Write(0, kZ, relaxed);
  draft.EndGracePeriod(1, draft.EndSection(0));
  draft.Read(1, kY, relaxed, kY);
  EXPECT_EQ(draft.Broken(Model::kSc), Names{"sc"});
  EXPECT_EQ(draft.Broken(), kAllowed);
}

// Thread 0 writes x plainly and raises y; thread 1 sees it and then does `last` to x.
template <typename Last>
bool RaceAfterMessage(Order raise, Order see, Model model, Last last) {
  Draft draft;
  draft.Write(0, kX, relaxed, true);
  draft.Read(1, kY, see, draft.Write(0, kY, raise));
  last(draft);
  return draft.Racy(model);
}

TEST(Race, UnorderedConflict) {
  const auto plain_write = [](Draft& d) { d.Write(1, kX, relaxed, true); };
  const auto atomic_write = [](Draft& d) { d.Write(1, kX, relaxed); };
  EXPECT_TRUE(RaceAfterMessage(relaxed, relaxed, Model::kRc11, plain_write));
  EXPECT_TRUE(RaceAfterMessage(relaxed, relaxed, Model::kRc11, atomic_write));
  EXPECT_FALSE(RaceAfterMessage(release, acquire, Model::kRc11, plain_write));
  EXPECT_FALSE(RaceAfterMessage(release, acquire, Model::kRc11, atomic_write));
}

// Under sc every atomic access is as if seq_cst, fences are needless, and so are orders.
TEST(Race, OrdersMeanNothingUnderSc) {
  const auto plain_write = [](Draft& d) { d.Write(1, kX, relaxed, true); };
  EXPECT_FALSE(RaceAfterMessage(relaxed, relaxed, Model::kSc, plain_write));
}

TEST(Race, ReadingAPlainWriteOrdersNothing) {
  Draft draft;
  draft.Read(1, kX, relaxed, draft.Write(0, kX, relaxed, true), true);
  for (Model model : {Model::kRc11, Model::kCpp20, Model::kSc}) EXPECT_TRUE(draft.Racy(model));
}

TEST(Race, NeedsAWriteAndAPlainAccessAndTwoThreads) {
  Draft reads;
  reads.Read(0, kX, relaxed, kX, true);
  reads.Read(1, kX, relaxed, kX, true);
  EXPECT_FALSE(reads.Racy());
  Draft atomics;
  atomics.Write(0, kX, relaxed);
  atomics.Write(1, kX, relaxed);
  EXPECT_FALSE(atomics.Racy());
  Draft one_thread;
  one_thread.Write(0, kX, relaxed, true);
  one_thread.Read(0, kX, relaxed, 3, true);
  EXPECT_FALSE(one_thread.Racy());
  Draft two_locations;
  two_locations.Write(0, kX, relaxed, true);
  two_locations.Write(1, kY, relaxed, true);
  EXPECT_FALSE(two_locations.Racy());
}

TEST(Race, ReadAgainstWrite) {
  Draft draft;
  draft.Read(0, kX, relaxed, kX, true);
  EXPECT_FALSE(draft.Racy()) << "initial writes never race";
  draft.Write(1, kX, relaxed);
  EXPECT_TRUE(draft.Racy());
}

}  // namespace
}  // namespace models::testing
