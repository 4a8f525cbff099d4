// The three models. They differ in what synchronises and in the global axiom; coherence, kept by
// LowerBound, is the same idea for all.
#include "models/memory_model/memory_model.h"

#include <algorithm>

namespace models {
namespace {

using ksync::IsAcquire;
using ksync::IsRelease;

// Which parts of RC11 a model changes.
struct Rules {
  bool same_thread_release_sequence;
  bool all_seq_cst;
};

class ViewBuilder {
 public:
  ViewBuilder(const Rules& rules, ExecutionGraph& graph, EventId id)
      : rules_(rules), graph_(graph), id_(id), event_(graph.event(id)) {}

  void Build() {
    event_.hb = graph_.hb_before(id_.thread, id_.index);
    event_.porf = graph_.porf_before(id_.thread, id_.index);
    event_.hb.Set(id_.thread, id_.index + 1);
    event_.porf.Set(id_.thread, id_.index + 1);
    if (event_.blocked) return;  // Learns nothing until it is woken.
    if (event_.reads && !IsInit(event_.rf)) Read();
    if (event_.action.kind == ActionKind::kFence) PassFence();
    if (event_.action.kind == ActionKind::kJoin) PassJoin();
    if (event_.action.kind == ActionKind::kGraceEnd) PassGracePeriod();
    if (event_.writes) Write();
  }

 private:
  Order order() const { return rules_.all_seq_cst ? Order::kSeqCst : event_.order(); }

  void Read() {
    const Event& write = graph_.event(event_.rf);
    event_.porf.Join(write.porf);
    if (event_.action.kind == ActionKind::kPoolAlloc) {
      event_.hb.Join(write.hb);  // The allocator hands an object over in order.
    } else if (IsAcquire(order())) {
      event_.hb.Join(write.released);
    }
  }

  // Acquire: everything relaxed reads before the fence might have learnt. Release: remembered, for
  // the relaxed writes behind it.
  void PassFence() {
    if (IsAcquire(event_.action.order)) {
      for (int i = 0; i < id_.index; ++i) {
        const Event& earlier = graph_.event({id_.thread, static_cast<std::uint16_t>(i)});
        if (!earlier.reads || IsInit(earlier.rf)) continue;
        event_.hb.Join(graph_.event(earlier.rf).released);
      }
    }
    if (IsRelease(event_.action.order)) event_.release_fence = id_.index + 1;
  }

  void PassJoin() {
    const int child = static_cast<int>(event_.action.value);
    const EventId end{static_cast<std::uint16_t>(child),
                      static_cast<std::uint16_t>(graph_.size(child) - 1)};
    event_.hb.Join(graph_.event(end).hb);
    event_.porf.Join(graph_.event(end).porf);
  }

  // A grace period ends behind the end of every section that does not begin behind its start.
  void PassGracePeriod() {
    for (EventId unlock : SectionEndsBefore(graph_, id_)) {
      event_.hb.Join(graph_.event(unlock).hb);
      event_.porf.Join(graph_.event(unlock).porf);
    }
  }

  // released is what [E⊒rel];([F];po)?;rs brings to a reader of this write, rs being
  // [W];(po|loc)?;[W⊒rlx];(rf;rmw)*.
  void Write() {
    if (IsRelease(order())) {
      event_.released = event_.hb;
      if (event_.reads && !IsInit(event_.rf)) Inherit();
      return;
    }
    event_.released = View();
    if (event_.release_fence != 0) {
      event_.released =
          graph_.event({id_.thread, static_cast<std::uint16_t>(event_.release_fence - 1)}).hb;
    }
    if (rules_.same_thread_release_sequence) JoinOwnRelease();
    if (event_.reads && !IsInit(event_.rf)) Inherit();
  }

  void Inherit() { event_.released.Join(graph_.event(event_.rf).released); }

  // The last release store of this thread to this location heads a sequence we are in. It stands
  // behind the earlier ones in mo, and its past holds theirs.
  void JoinOwnRelease() {
    const std::vector<EventId>& mo = graph_.location(event_.action.location).mo;
    for (std::size_t i = mo.size(); i-- > 0;) {
      const EventId id = mo[i];
      if (id.thread != id_.thread || id.index >= id_.index) continue;
      const Event& earlier = graph_.event(id);
      if (IsRelease(earlier.order())) return event_.released.Join(earlier.hb);
    }
  }

  const Rules rules_;
  ExecutionGraph& graph_;
  const EventId id_;
  Event& event_;
};

class Rc11 final : public MemoryModel {
 public:
  explicit Rc11(bool same_thread_release_sequence) : rules_{same_thread_release_sequence, false} {}

  void SetViews(ExecutionGraph& graph, EventId id) const override {
    ViewBuilder(rules_, graph, id).Build();
  }
  bool Consistent(const ExecutionGraph& graph) const override { return PscAcyclic(graph); }

 private:
  const Rules rules_;
};

class Sc final : public MemoryModel {
 public:
  void SetViews(ExecutionGraph& graph, EventId id) const override {
    ViewBuilder({false, true}, graph, id).Build();
  }
  bool Consistent(const ExecutionGraph& graph) const override { return TotallyOrderable(graph); }
};

}  // namespace

// By coherence the accesses of one thread stand in mo as they do in program order, so its last that
// is inside speaks for all of them. From the back, because what was added last mostly decides.
int LowerBound(const ExecutionGraph& graph, LocationId location, const View& before) {
  const LocationState& state = graph.location(location);
  const int last = static_cast<int>(state.mo.size());
  std::uint32_t heard = 0;
  int bound = 0;
  for (std::size_t i = state.accesses.size(); i-- > 0 && bound < last;) {
    const EventId id = state.accesses[i];
    if ((heard >> id.thread & 1) != 0 || !before.Contains(id)) continue;
    const Event& e = graph.event(id);
    if (e.blocked) continue;
    heard |= std::uint32_t{1} << id.thread;
    bound = std::max(bound, e.writes ? int{e.mo} : graph.mo(e.rf));
  }
  return bound;
}

std::vector<EventId> SectionEndsBefore(const ExecutionGraph& graph, EventId grace_end) {
  const Action& action = graph.event(grace_end).action;
  const int start = graph.mo({grace_end.thread, static_cast<std::uint16_t>(action.value)});
  std::vector<EventId> ends;
  for (EventId id : graph.location(action.location).accesses) {
    const Event& lock = graph.event(id);
    if (lock.action.kind != ActionKind::kRcuLock || graph.mo(lock.rf) >= start) continue;
    if (id.thread == grace_end.thread) continue;
    for (int i = id.index + 1; i < graph.size(id.thread); ++i) {
      const EventId end{id.thread, static_cast<std::uint16_t>(i)};
      if (graph.event(end).action.kind != ActionKind::kRcuUnlock) continue;
      ends.push_back(end);
      break;
    }
  }
  return ends;
}

const char* MemoryModelName(MemoryModelKind kind) {
  switch (kind) {
    case MemoryModelKind::kRc11:
      return "rc11";
    case MemoryModelKind::kCpp20:
      return "cpp20";
    case MemoryModelKind::kSc:
      return "sc";
  }
  return "";
}

std::unique_ptr<MemoryModel> MakeMemoryModel(MemoryModelKind kind) {
  switch (kind) {
    case MemoryModelKind::kRc11:
      return std::make_unique<Rc11>(true);
    case MemoryModelKind::kCpp20:
      return std::make_unique<Rc11>(false);
    case MemoryModelKind::kSc:
      return std::make_unique<Sc>();
  }
  return nullptr;
}

}  // namespace models
