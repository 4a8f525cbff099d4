// The two global axioms: psc of RC11 and the total order of SC.
//
// psc relates SC events. Instead of composing relations over all events, each pair is decided by
// looking at a few extreme events: the earliest event of another location behind x and the latest
// one before y decide po≠loc;hb;po≠loc, because hb is transitive along po.
//
// Source: Lahav et al., PLDI 2017: scb, psc_base, psc_F.
#include <vector>

#include "models/memory_model/memory_model.h"

namespace models {
namespace {

bool IsFence(const Event& e) { return e.action.kind == ActionKind::kFence; }
bool IsAccess(const Event& e) { return HasLocation(e.action.kind); }
// Choices, creations, joins and the like order things, but are no events of the paper.
bool IsBookkeeping(const Event& e) { return !IsFence(e) && !IsAccess(e); }

// A directed graph over small numbers, and whether it has a cycle.
class Digraph {
 public:
  explicit Digraph(std::size_t nodes) : edges_(nodes), entering_(nodes, 0) {}

  void Add(std::size_t from, std::size_t to) {
    edges_[from].push_back(to);
    ++entering_[to];
  }

  bool Acyclic() {
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < edges_.size(); ++i) {
      if (entering_[i] == 0) ready.push_back(i);
    }
    std::size_t removed = 0;
    while (!ready.empty()) {
      const std::size_t node = ready.back();
      ready.pop_back();
      ++removed;
      for (std::size_t next : edges_[node]) {
        if (--entering_[next] == 0) ready.push_back(next);
      }
    }
    return removed == edges_.size();
  }

 private:
  std::vector<std::vector<std::size_t>> edges_;
  std::vector<int> entering_;
};

class Psc {
 public:
  explicit Psc(const ExecutionGraph& graph) : graph_(graph) {
    for (EventId id : graph.trail()) {
      const Event& e = graph.event(id);
      if (e.order() != Order::kSeqCst) continue;
      if (IsFence(e) || IsAccess(e)) sc_.push_back(id);
    }
  }

  bool Acyclic() {
    if (sc_.size() < 2) return true;
    Digraph psc(sc_.size());
    for (std::size_t a = 0; a < sc_.size(); ++a) {
      for (std::size_t b = 0; b < sc_.size(); ++b) {
        if (a != b && Related(sc_[a], sc_[b])) psc.Add(a, b);
      }
    }
    return psc.Acyclic();
  }

 private:
  bool Hb(EventId a, EventId b) const { return a != b && graph_.event(b).hb.Contains(a); }

  // psc(a, b), both SC.
  bool Related(EventId a, EventId b) const {
    const bool from_fence = IsFence(graph_.event(a));
    const bool to_fence = IsFence(graph_.event(b));
    if (from_fence && to_fence && Hb(a, b)) return true;
    if (Scb(a, b)) return true;
    if (to_fence && BaseInto(a, b)) return true;
    if (!from_fence) return false;
    for (EventId x : graph_.trail()) {
      if (!Hb(a, x)) continue;
      if (Scb(x, b) || (to_fence && BaseInto(x, b))) return true;
      if (to_fence && EcoThenHb(x, b)) return true;
    }
    return false;
  }

  // Exists y: scb(x, y), hb(y, fence).
  bool BaseInto(EventId x, EventId fence) const {
    for (EventId y : graph_.trail()) {
      if (Hb(y, fence) && Scb(x, y)) return true;
    }
    return false;
  }

  bool EcoThenHb(EventId x, EventId fence) const {
    for (EventId y : graph_.trail()) {
      if (Hb(y, fence) && Eco(x, y)) return true;
    }
    return false;
  }

  static bool SameLocation(const Event& x, const Event& y) {
    return IsAccess(x) && IsAccess(y) && x.action.location == y.action.location;
  }

  bool Scb(EventId xi, EventId yi) const {
    if (xi == yi) return false;
    const Event& x = graph_.event(xi);
    const Event& y = graph_.event(yi);
    if (xi.thread == yi.thread && xi.index < yi.index) return true;  // po
    if (SameLocation(x, y)) {
      if (Hb(xi, yi)) return true;                      // hb|loc
      if (y.writes && Position(x) < y.mo) return true;  // mo, rb
    }
    return AroundOtherLocations(xi, yi);
  }

  // po≠loc ; hb ; po≠loc, through events of the paper.
  bool AroundOtherLocations(EventId xi, EventId yi) const {
    const Event& x = graph_.event(xi);
    const Event& y = graph_.event(yi);
    for (int c = xi.index + 1; c < graph_.size(xi.thread); ++c) {
      const EventId first{xi.thread, static_cast<std::uint16_t>(c)};
      if (graph_.event(first).blocked || IsBookkeeping(graph_.event(first))) continue;
      if (SameLocation(x, graph_.event(first))) continue;
      for (int d = yi.index - 1; d >= 0; --d) {
        const EventId last{yi.thread, static_cast<std::uint16_t>(d)};
        if (IsBookkeeping(graph_.event(last)) || SameLocation(y, graph_.event(last))) continue;
        return Hb(first, last);
      }
      return false;
    }
    return false;
  }

  // Where an access stands in mo: its own write, or the write it reads.
  int Position(const Event& e) const { return e.writes ? int{e.mo} : graph_.mo(e.rf); }

  bool Eco(EventId xi, EventId yi) const {
    const Event& x = graph_.event(xi);
    const Event& y = graph_.event(yi);
    if (xi == yi || !SameLocation(x, y)) return false;
    if (y.writes && Position(x) < y.mo) return true;  // mo, rb
    if (!y.reads) return false;
    const int read = graph_.mo(y.rf);
    return x.writes ? x.mo <= read : graph_.mo(x.rf) < read;  // rf, mo;rf, rb;rf
  }

  const ExecutionGraph& graph_;
  std::vector<EventId> sc_;
};

}  // namespace

bool PscAcyclic(const ExecutionGraph& graph) { return Psc(graph).Acyclic(); }

bool TotallyOrderable(const ExecutionGraph& graph) {
  std::vector<std::size_t> first(graph.threads() + 1, 0);
  for (int t = 0; t < graph.threads(); ++t) first[t + 1] = first[t] + graph.size(t);
  const auto node = [&](EventId id) { return first[id.thread] + id.index; };
  Digraph order(first.back());
  for (EventId id : graph.trail()) {
    const Event& e = graph.event(id);
    if (id.index > 0) order.Add(node(id) - 1, node(id));
    if (e.action.kind == ActionKind::kCreate && graph.size(e.action.value) > 0) {
      order.Add(node(id), first[e.action.value]);
    }
    if (e.action.kind == ActionKind::kJoin) order.Add(first[e.action.value + 1] - 1, node(id));
    if (e.action.kind == ActionKind::kGraceEnd) {
      for (EventId end : SectionEndsBefore(graph, id)) order.Add(node(end), node(id));
    }
    if (e.action.kind == ActionKind::kPoolAlloc && !IsInit(e.rf)) order.Add(node(e.rf), node(id));
    if (!IsAccess(e)) continue;
    const LocationState& location = graph.location(e.action.location);
    if (e.reads && !IsInit(e.rf)) order.Add(node(e.rf), node(id));
    const std::size_t next = e.writes ? e.mo : graph.mo(e.rf);
    if (next < location.mo.size()) order.Add(node(id), node(location.mo[next]));
  }
  return order.Acyclic();
}

}  // namespace models
