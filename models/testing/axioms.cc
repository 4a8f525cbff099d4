// The paper's definitions in the paper's order: rs, sw, hb, then scb, psc_base, psc_F, then the
// axioms. Sets are identity relations, [S]; a structured binding names the parts of the graph.
#include "models/testing/axioms.h"

#include <algorithm>
#include <span>

namespace models::testing {

int Graph::Append(Event event) {
  const int id = static_cast<int>(events.size());
  for (Relation* relation : {&po, &rf, &mo, &rmw, &gp}) relation->Resize(id + 1);
  for (int before = 0; before < id; ++before) {
    if (events[before].thread != event.thread || event.thread == kInitialThread) continue;
    po.Add(before, id);
    ++event.index;
  }
  events.push_back(event);
  return id;
}

namespace {

using Kind = Event::Kind;

// Returns: [S], the identity on the events for which `in_set` holds.
template <typename Predicate>
Relation Set(const Graph& graph, Predicate in_set) {
  const int size = static_cast<int>(graph.events.size());
  Relation result(size);
  for (int a = 0; a < size; ++a) {
    if (in_set(graph.events[a])) result.Add(a, a);
  }
  return result;
}

template <typename Predicate>
Relation Pairs(const Graph& graph, Predicate related) {
  const int size = static_cast<int>(graph.events.size());
  Relation result(size);
  for (int a = 0; a < size; ++a) {
    for (int b = 0; b < size; ++b) {
      if (a != b && related(graph.events[a], graph.events[b])) result.Add(a, b);
    }
  }
  return result;
}

Relation SameLocation(const Graph& graph) {
  return Pairs(graph, [](const Event& a, const Event& b) {
    return a.IsAccess() && b.IsAccess() && a.location == b.location;
  });
}

Relation Asw(const Graph& graph) {
  return Pairs(graph, [](const Event& a, const Event& b) {
    return a.thread == kInitialThread && b.thread != kInitialThread;
  });
}

struct Derived {
  Relation rb, eco, rs, sw, hb, psc;
};

Relation Rs(const Graph& graph, Model model) {
  const auto& [events, po, rf, mo, rmw, gp] = graph;
  const Relation w = Set(graph, [](const Event& e) { return e.kind == Kind::kWrite; });
  const Relation w_rlx =
      Set(graph, [](const Event& e) { return e.kind == Kind::kWrite && !e.plain; });
  if (model == Model::kCpp20) return w_rlx >> (rf >> rmw).Star();
  return w >> (po & SameLocation(graph)).Optional() >> w_rlx >> (rf >> rmw).Star();
}

Relation Sw(const Graph& graph, const Relation& rs, Model model) {
  const auto& [events, po, rf, mo, rmw, gp] = graph;
  const Relation r_rlx =
      Set(graph, [](const Event& e) { return e.kind == Kind::kRead && !e.plain; });
  const Relation w_rlx =
      Set(graph, [](const Event& e) { return e.kind == Kind::kWrite && !e.plain; });
  if (model == Model::kSc) return w_rlx >> rf >> r_rlx;
  const Relation f = Set(graph, [](const Event& e) { return !e.IsAccess(); });
  const Relation rel = Set(graph, [](const Event& e) { return !e.plain && IsRelease(e.order); });
  const Relation acq = Set(graph, [](const Event& e) { return !e.plain && IsAcquire(e.order); });
  return rel >> (f >> po).Optional() >> rs >> rf >> r_rlx >> (po >> f).Optional() >> acq;
}

Relation Psc(const Graph& graph, const Relation& rb, const Relation& eco, const Relation& hb) {
  const auto& [events, po, rf, mo, rmw, gp] = graph;
  const Relation loc = SameLocation(graph);
  const Relation po_neq_loc = po - loc;
  const Relation sc = Set(graph, [](const Event& e) { return e.order == ksync::seq_cst; });
  const Relation f_sc =
      Set(graph, [](const Event& e) { return !e.IsAccess() && e.order == ksync::seq_cst; });
  const Relation scb = po | po_neq_loc >> hb >> po_neq_loc | (hb & loc) | mo | rb;
  const Relation psc_base = (sc | f_sc >> hb.Optional()) >> scb >> (sc | hb.Optional() >> f_sc);
  const Relation psc_f = f_sc >> (hb | hb >> eco >> hb) >> f_sc;
  return psc_base | psc_f;
}

Derived Derive(const Graph& graph, Model model) {
  const auto& [events, po, rf, mo, rmw, gp] = graph;
  Derived derived;
  auto& [rb, eco, rs, sw, hb, psc] = derived;
  rb = rf.Inverse() >> mo;
  eco = (rf | mo | rb).Plus();
  rs = Rs(graph, model);
  sw = Sw(graph, rs, model);
  hb = (po | Asw(graph) | sw | gp).Plus();
  psc = Psc(graph, rb, eco, hb);
  return derived;
}

struct Axiom {
  const char* name;
  bool (*holds)(const Graph&, const Derived&);
};

bool Coherence(const Graph&, const Derived& d) {
  return (d.hb >> d.eco.Optional()).IsIrreflexive();
}
bool Atomicity(const Graph& g, const Derived& d) { return (g.rmw & d.rb >> g.mo).IsEmpty(); }
bool SeqCst(const Graph&, const Derived& d) { return d.psc.IsAcyclic(); }
bool NoThinAir(const Graph& g, const Derived&) { return (g.po | g.rf | g.gp).IsAcyclic(); }
bool Sc(const Graph& g, const Derived& d) { return (g.po | g.rf | g.mo | d.rb | g.gp).IsAcyclic(); }

constexpr Axiom kRc11Axioms[] = {{"atomicity", Atomicity},
                                 {"coherence", Coherence},
                                 {"psc", SeqCst},
                                 {"no-thin-air", NoThinAir}};
constexpr Axiom kScAxioms[] = {{"atomicity", Atomicity}, {"sc", Sc}};

std::span<const Axiom> AxiomsOf(Model model) {
  if (model == Model::kSc) return kScAxioms;
  return kRc11Axioms;
}

}  // namespace

std::vector<std::string> BrokenAxioms(const Graph& graph, Model model) {
  const Derived derived = Derive(graph, model);
  std::vector<std::string> broken;
  for (const Axiom& axiom : AxiomsOf(model)) {
    if (!axiom.holds(graph, derived)) broken.push_back(axiom.name);
  }
  return broken;
}

bool IsConsistent(const Graph& graph, Model model) {
  const Derived derived = Derive(graph, model);
  return std::ranges::all_of(AxiomsOf(model),
                             [&](const Axiom& axiom) { return axiom.holds(graph, derived); });
}

bool HasRace(const Graph& graph, Model model) {
  const Relation conflict = SameLocation(graph) & Pairs(graph, [](const Event& a, const Event& b) {
                              const bool write = a.kind == Kind::kWrite || b.kind == Kind::kWrite;
                              return write && (a.plain || b.plain);
                            });
  if (conflict.IsEmpty()) return false;
  const Relation hb = Derive(graph, model).hb;
  return !(conflict - hb - hb.Inverse()).IsEmpty();
}

}  // namespace models::testing
