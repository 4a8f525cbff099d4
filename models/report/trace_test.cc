// Stories of a graph that is built by hand: message passing that went wrong, one line at a time.
// The texts are golden: what a reader sees is what is tested.
#include "models/report/trace.h"

#include <sstream>

#include "gtest/gtest.h"
#include "models/report/labels.h"
#include "models/report/report.h"
#include "models/report/trace_dot.h"
#include "models/report/trace_text.h"

namespace models {
namespace {

class TraceTest : public testing::Test {
 protected:
  LocationId Add(const char* name, ksync::LocationKind kind, std::uint64_t initial = 0) {
    const LocationId id = names_.LocationOf(0, made_++);
    NamedLocation& named = names_.location(id);
    named.info.name = name;
    named.info.kind = kind;
    named.info.address = reinterpret_cast<void*>(0x10000000 + 0x100 * std::uintptr_t{id});
    graph_.location(id).initial = initial;
    return id;
  }
  EventId Append(int thread, ActionKind kind, LocationId location, Order order) {
    Action action;
    action.kind = kind;
    action.location = location;
    action.order = order;
    const EventId id = graph_.Append(thread, action);
    return id;
  }
  EventId Store(int thread, LocationId location, std::uint64_t value, int place = 0) {
    const EventId id = Append(thread, ActionKind::kStore, location, Order::kRelaxed);
    graph_.event(id).writes = true;
    graph_.event(id).written = value;
    const int behind = static_cast<int>(graph_.location(location).mo.size()) + 1;
    graph_.Place(id, place == 0 ? behind : place);
    graph_.PushTrail(id);
    return id;
  }
  EventId Read(int thread, ActionKind kind, LocationId location, EventId from,
               Order order = Order::kRelaxed) {
    const EventId id = Append(thread, kind, location, order);
    Event& event = graph_.event(id);
    event.reads = true;
    event.rf = from;
    event.read = graph_.ValueOf(location, from);
    const Effect effect = Apply(event.action, event.read);
    event.blocked = !effect.satisfied;
    if (event.blocked) return id;
    if (effect.writes) {
      event.writes = true;
      event.written = effect.written;
      graph_.Place(id, graph_.mo(from) + 1);
    }
    graph_.PushTrail(id);
    return id;
  }
  void Spawn(const char* name) {
    const int child = names_.ChildOf(0, graph_.threads() - 1);
    names_.thread(child).name = name;
    Action action;
    action.kind = ActionKind::kCreate;
    action.value = static_cast<std::uint64_t>(child);
    const EventId id = graph_.Append(0, action);
    graph_.PushTrail(id);
    graph_.StartThread(child, id);
  }
  Trace Make(FailureKind kind, std::string message, std::vector<Place> places) {
    return MakeTrace(graph_, names_, {kind, std::move(message), std::move(places)});
  }
  // Message passing whose reader sees the flag and not the data.
  Trace MessagePassing() {
    const LocationId data = Add("data", ksync::LocationKind::kAtomic);
    const LocationId flag = Add("flag", ksync::LocationKind::kAtomic);
    Store(0, data, 7);
    Store(0, data, 0);
    Spawn("reader");
    Store(0, data, 42);
    const EventId set = Store(0, flag, 1);
    Read(1, ActionKind::kLoad, flag, set, Order::kAcquire);
    Read(1, ActionKind::kLoad, data, {0, 1});
    return Make(FailureKind::kCheckFailed, "data is there", {{1, "failed check", ksync::Site()}});
  }

  ExecutionGraph graph_;
  Names names_;
  int made_ = 0;
};

TEST_F(TraceTest, TextHasAColumnForEachThread) {
  EXPECT_EQ(
      TraceText(MessagePassing(), 98),
      "      T0 'main'                                  T1 'reader'"
      "                                where\n"
      "   1  store data = 7\n"
      "   2  store data = 0\n"
      "   3  create T1 'reader'\n"
      "   4  store data = 42\n"
      "   5  store flag = 1\n"
      "   6                                             load flag = 1 [acquire] (from 5)\n"
      "   7                                             load data = 0 (from 2, does not see 4)\n"
      "                                                 => failed check: data is there\n");
}

TEST_F(TraceTest, NarrowTextNamesThreadsInstead) {
  EXPECT_EQ(TraceText(MessagePassing(), 60),
            "      who: what                                        where\n"
            "   1  T0: store data = 7\n"
            "   2  T0: store data = 0\n"
            "   3  T0: create T1 'reader'\n"
            "   4  T0: store data = 42\n"
            "   5  T0: store flag = 1\n"
            "   6  T1: load flag = 1 [acquire] (from 5)\n"
            "   7  T1: load data = 0 (from 2, does not see 4)\n"
            "      T1: => failed check: data is there\n");
}

TEST_F(TraceTest, ALongNameKeepsItsEndsAndItsColumn) {
  Trace trace = MessagePassing();
  trace.threads[0] = "T0 'a_program_with_a_very_long_name_indeed.cc:92'";
  const std::string text = TraceText(trace, 98);
  EXPECT_NE(text.find(" T0 '.."), std::string::npos) << text;
  EXPECT_NE(text.find("_indeed.cc:92'  T1 'reader'"), std::string::npos) << text;
}

TEST_F(TraceTest, SetUpIsLeftOutUnlessItIsRead) {
  const Trace trace = WithoutSetUp(MessagePassing());
  ASSERT_EQ(trace.lines.size(), 8u);
  EXPECT_EQ(trace.lines[0].operation, "...");
  EXPECT_EQ(trace.lines[1].value, "0");
  EXPECT_EQ(trace.lines[2].operation, "create");
}

TEST_F(TraceTest, StoriesOfOneThreadStayWhole) {
  Store(0, Add("x", ksync::LocationKind::kAtomic), 1);
  const Trace trace = Make(FailureKind::kLeak, "leaked", {});
  EXPECT_EQ(WithoutSetUp(trace).lines.size(), trace.lines.size());
}

TEST_F(TraceTest, WritesSayWhatTheyAreOrderedBefore) {
  const LocationId x = Add("x", ksync::LocationKind::kAtomic);
  Spawn("other");
  Store(0, x, 1);
  Store(1, x, 2, 1);
  const std::string text = TraceText(Make(FailureKind::kLeak, "leaked", {}));
  EXPECT_NE(text.find("store x = 2 (ordered before 2)"), std::string::npos) << text;
}

TEST_F(TraceTest, LocksReadAsLocks) {
  const LocationId lock = Add("lock", ksync::LocationKind::kLock);
  Spawn("waiter");
  const EventId taken = Read(0, ActionKind::kAcquire, lock, kInit);
  Read(1, ActionKind::kTryAcquire, lock, taken);
  Read(1, ActionKind::kAcquire, lock, taken);
  const Trace trace = Make(FailureKind::kLeak, "leaked", {});
  ASSERT_EQ(trace.lines.size(), 4u);
  EXPECT_EQ(OperationText(trace.lines[1]), "lock lock");
  EXPECT_EQ(OperationText(trace.lines[2]), "trylock lock: failed");
  EXPECT_EQ(trace.lines[3].operation, "=> waits for lock, held by T0 'main'");
  EXPECT_EQ(trace.lines[3].index, -1);
}

TEST_F(TraceTest, FailuresPlacesStandForTheWaiting) {
  const LocationId lock = Add("lock", ksync::LocationKind::kLock);
  const EventId taken = Read(0, ActionKind::kAcquire, lock, kInit);
  Read(0, ActionKind::kAcquire, lock, taken);
  const Trace trace = Make(FailureKind::kDeadlock, "nobody can go on",
                           {{0, "waits for lock, held by T0 'main'", ksync::Site()}});
  ASSERT_EQ(trace.lines.size(), 2u);
  EXPECT_EQ(trace.lines[1].operation, "=> waits for lock, held by T0 'main'");
}

TEST_F(TraceTest, LabelsNumberThingsOfOneName) {
  const LocationId first = Add("vma.vm_start", ksync::LocationKind::kMarked);
  const LocationId second = Add("vma.vm_start", ksync::LocationKind::kMarked);
  const LocationId alone = Add("page.mapping", ksync::LocationKind::kMarked);
  const LocationId lock = Add("lock", ksync::LocationKind::kLock);
  const Labels labels(graph_, names_);
  EXPECT_EQ(labels.Location(first), "vma#1.vm_start");
  EXPECT_EQ(labels.Location(second), "vma#2.vm_start");
  EXPECT_EQ(labels.Location(alone), "page.mapping");
  const auto pointer = reinterpret_cast<std::uint64_t>(names_.location(second).info.address);
  EXPECT_EQ(labels.Value(alone, pointer), "&vma#2");
  EXPECT_EQ(labels.Value(alone, pointer | 1), "&vma#2|1");
  EXPECT_EQ(labels.Value(alone, 12), "12");
  EXPECT_EQ(labels.Value(alone, 0xffffffff), "-1");
  EXPECT_EQ(labels.Value(alone, 0x123456789abc), "0x123456789abc");
  EXPECT_EQ(labels.Value(lock, 0), "free");
  EXPECT_EQ(labels.Value(lock, kHeldExclusively), "held");
  EXPECT_EQ(labels.Value(lock, 2), "shared by 2");
}

TEST(ShortFunction, KeepsTheNameAlone) {
  EXPECT_EQ(ShortFunction("void rmap::modelled::SplitVma(Vma&, long unsigned int)"), "SplitVma");
  EXPECT_EQ(ShortFunction("rmap::{anonymous}::F(const Kernel&)::<lambda()>"), "F lambda");
  EXPECT_EQ(ShortFunction("void rmap::(anonymous namespace)::F(int)"), "F");
  EXPECT_EQ(ShortFunction("T* ns::List<T>::First() const [with T = int]"), "First");
  EXPECT_EQ(ShortFunction("main"), "main");
  EXPECT_EQ(ShortFunction(""), "");
}

TEST_F(TraceTest, DotHasClustersAndColouredEdges) {
  const std::string dot = TraceDot(MessagePassing());
  EXPECT_NE(dot.find("subgraph cluster_1 {\n    label=\"T1 'reader'\";"), std::string::npos);
  EXPECT_NE(dot.find("  n4 -> n5 [color=green"), std::string::npos) << dot;
  EXPECT_NE(dot.find("    n5 -> n6 -> n7;"), std::string::npos) << dot;
  EXPECT_NE(dot.find("n7 [label=\"=> failed check: data is there\", color=red"), std::string::npos)
      << dot;
}

TEST_F(TraceTest, DotDrawsModificationOrderBetweenThreads) {
  const LocationId x = Add("x", ksync::LocationKind::kAtomic);
  Spawn("other");
  Store(0, x, 1);
  Store(1, x, 2, 1);
  const std::string dot = TraceDot(Make(FailureKind::kLeak, "say \"leaked\"", {}));
  EXPECT_NE(dot.find("  n2 -> n1 [color=brown"), std::string::npos) << dot;
  EXPECT_NE(dot.find("label=\"say \\\"leaked\\\"\""), std::string::npos) << dot;
}

TEST_F(TraceTest, ReportsPrintTheirStory) {
  Report report;
  report.verdict = Verdict::kViolated;
  report.failure_kind = FailureKind::kCheckFailed;
  report.failure = "data is there";
  report.executions = 2;
  report.trace = MessagePassing();
  std::ostringstream out;
  out << report;
  EXPECT_EQ(out.str().substr(0, 85),
            "violated after 2 executions and 0 blocked ones\nfailed check: data is there\n      T0"
            " '");
}

}  // namespace
}  // namespace models
