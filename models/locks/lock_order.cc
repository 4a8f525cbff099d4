// Cycles are found by walking along edges that block each other, from the least class of each. Of
// edges between the same classes in the same modes those stand for all that are gated by least:
// sets of gates of which none has another one in it. What cannot lead back to its class is left
// out.
#include "models/locks/lock_order.h"

#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "models/graph/names.h"

namespace models {
namespace {

using ksync::LockMode;
using ksync::Nesting;

// What can be part of a cycle.
bool MayWait(const Edge& edge) {
  return !edge.tried && edge.held != kRcu && edge.held != edge.taken;
}

// Whether who asks for a lock as `request` does waits for who holds it as `hold` does.
bool Blocks(const Observations& seen, const Edge& request, const Edge& hold) {
  const bool shared =
      request.taken_mode == LockMode::kShared && hold.held_mode == LockMode::kShared;
  const SeenClass& lock_class = seen.classes()[hold.held];
  return !shared || (lock_class.sleeps && lock_class.writer_waits);
}

// Adds an edge, unless one is there that asks for no gate which this one does not have; those that
// ask for more than it go.
void AddLessGated(std::vector<const Edge*>& edges, const Edge& edge) {
  for (const Edge* known : edges) {
    if ((known->gates & ~edge.gates) == 0) return;
  }
  std::erase_if(edges, [&](const Edge* known) { return (edge.gates & ~known->gates) == 0; });
  edges.push_back(&edge);
}

// Returns: for each class those that can be reached from it.
std::vector<ClassMask> ReachOf(const Observations& seen) {
  std::vector<ClassMask> reach(seen.classes().size(), 0);
  for (bool grew = true; grew;) {
    grew = false;
    for (const Edge& edge : seen.edges.all()) {
      if (!MayWait(edge)) continue;
      const ClassMask more = reach[edge.held] | MaskOf(edge.taken) | reach[edge.taken];
      grew |= more != reach[edge.held];
      reach[edge.held] = more;
    }
  }
  return reach;
}

// Returns: the edges that cycles are made of.
std::vector<const Edge*> Representatives(const Observations& seen) {
  const std::vector<ClassMask> reach = ReachOf(seen);
  std::map<std::tuple<ClassId, ClassId, LockMode, LockMode>, std::vector<const Edge*>> chosen;
  for (const bool real : {false, true}) {
    for (const Edge& edge : seen.edges.all()) {
      const bool leads_back = MayWait(edge) && (reach[edge.taken] & MaskOf(edge.held)) != 0;
      if (!leads_back || edge.real.has_value() != real) continue;
      auto& known = chosen[{edge.held, edge.taken, edge.held_mode, edge.taken_mode}];
      if (!real || known.empty()) AddLessGated(known, edge);
    }
  }
  std::vector<const Edge*> edges;
  for (const auto& [key, some] : chosen) edges.insert(edges.end(), some.begin(), some.end());
  return edges;
}

// Adds what keeps a cycle from happening, or may.
void AddGate(const std::string& gate, bool single, OrderProblem& problem) {
  absl::StrAppend(&problem.text,
                  single ? "; cannot happen, because each holds " : "; unless each holds the same ",
                  gate);
  problem.gated |= single;
}

class Cycles {
 public:
  explicit Cycles(const Observations& seen) : seen_(seen), edges_(Representatives(seen)) {}

  std::vector<OrderProblem> Find() {
    for (const Edge* first : edges_) {
      if (first->taken < first->held) continue;  // The cycle begins elsewhere.
      path_ = {first};
      Extend();
    }
    std::vector<OrderProblem> problems;
    for (auto& [classes, problem] : found_) problems.push_back(std::move(problem));
    return problems;
  }

 private:
  void Extend() {
    const ClassId start = path_.front()->held;
    const Edge& last = *path_.back();
    if (last.taken == start) {
      if (Blocks(seen_, last, *path_.front())) Note();
      return;
    }
    for (const Edge* next : edges_) {
      const bool fits = next->held == last.taken && next->taken >= start && !Visited(next->taken);
      if (!fits || !Blocks(seen_, last, *next)) continue;
      path_.push_back(next);
      Extend();
      path_.pop_back();
    }
  }

  // Whether the path has been through a class; its start does not count.
  bool Visited(ClassId id) const {
    return std::any_of(path_.begin() + 1, path_.end(),
                       [id](const Edge* edge) { return edge->held == id; }) ||
           path_.back()->taken == id;
  }

  void Note() {
    ClassMask gates = ~ClassMask{0};
    ClassMask inside = 0;
    std::vector<ClassId> classes;
    std::vector<std::string> names;
    for (const Edge* edge : path_) {
      gates &= edge->gates;
      inside |= MaskOf(edge->held);
      classes.push_back(edge->held);
      names.push_back(seen_.classes()[edge->held].name);
    }
    names.push_back(names.front());
    OrderProblem problem{OrderMistake::kCycle, absl::StrJoin(names, " > "), path_};
    AddGates(gates & ~inside, problem);
    const auto known = found_.find(classes);
    if (known == found_.end()) {
      found_.emplace(classes, problem);
    } else if (known->second.gated && !problem.gated) {
      known->second = problem;
    }
  }

  void AddGates(ClassMask gates, OrderProblem& problem) const {
    for (; gates != 0; gates &= gates - 1) {
      const SeenClass& gate = seen_.classes()[std::countr_zero(gates)];
      AddGate(gate.name, gate.together_max == 1, problem);
    }
  }

  const Observations& seen_;
  const std::vector<const Edge*> edges_;
  std::vector<const Edge*> path_;
  std::map<std::vector<ClassId>, OrderProblem> found_;
};

std::optional<OrderMistake> MistakeOf(const Observations& seen, const Edge& edge) {
  if (edge.tried) return std::nullopt;
  const SeenClass& taken = seen.classes()[edge.taken];
  if (edge.held == kRcu) {
    if (taken.sleeps) return OrderMistake::kSleepsInRcu;
    return std::nullopt;
  }
  const SeenClass& held = seen.classes()[edge.held];
  if (edge.held == edge.taken) {
    if (edge.nesting == Nesting::kNone) return OrderMistake::kNestedUnsaid;
    return std::nullopt;
  }
  if (held.taken == 0 || taken.taken == 0) return std::nullopt;  // Known by name only.
  if (taken.sleeps && !held.sleeps) return OrderMistake::kSleepsUnderSpinning;
  const bool ranked = held.rank != 0 && taken.rank != 0;
  if (ranked && held.rank >= taken.rank) return OrderMistake::kAgainstRank;
  return std::nullopt;
}

// Two of one class in both orders, which no cycle of classes shows.
std::vector<OrderProblem> Inversions(const Observations& seen) {
  std::map<ClassId, OrderProblem> found;
  for (const Inversion& inversion : seen.inversions.all()) {
    const auto& [first, second, gates] = inversion;
    if (!Blocks(seen, first, second) || !Blocks(seen, second, first)) continue;
    const std::string& name = seen.classes()[first.held].name;
    OrderProblem problem{OrderMistake::kCycle,
                         absl::StrCat("two ", name, ", each asked for under the other"),
                         {&inversion.first, &inversion.second}};
    for (ClassMask left = gates; left != 0; left &= left - 1) {
      AddGate(seen.classes()[std::countr_zero(left)].name, /*single=*/true, problem);
    }
    const auto [known, added] = found.try_emplace(first.held, problem);
    if (!added && known->second.gated && !problem.gated) known->second = problem;
  }
  std::vector<OrderProblem> problems;
  for (auto& [id, problem] : found) problems.push_back(std::move(problem));
  return problems;
}

}  // namespace

const char* MistakeName(OrderMistake mistake) {
  switch (mistake) {
    case OrderMistake::kCycle:
      return "potential deadlock";
    case OrderMistake::kAgainstRank:
      return "against the ranks";
    case OrderMistake::kNestedUnsaid:
      return "two of one class";
    case OrderMistake::kSleepsUnderSpinning:
      return "sleeps under a spinning lock";
    case OrderMistake::kSleepsInRcu:
      return "sleeps in a read-side section";
  }
  return "";
}

std::string HeldPlace(const Edge& edge) {
  return edge.real.has_value() ? edge.real->held_at : SiteName(edge.held_at);
}

std::string TakenPlace(const Edge& edge) {
  return edge.real.has_value() ? edge.real->taken_at : SiteName(edge.taken_at);
}

void AddRealEdge(Edge edge, Observations& to) {
  const auto lock = [&to](ClassId id, LockMode mode) {
    return absl::StrCat(to.classes()[id].name, "(", ModeText(mode), ")");
  };
  edge.gates = 0;
  edge.seen.witness.sentence = absl::StrCat(
      "on real threads ", lock(edge.taken, edge.taken_mode),
      edge.tried ? " is got by trying" : " is asked for", " at ", edge.real->taken_at, " while ",
      lock(edge.held, edge.held_mode), " is held, which was taken at ", edge.real->held_at);
  const bool writes = !edge.tried && edge.taken_mode == LockMode::kExclusive;
  if (writes) to.lock_class(edge.taken).writer_waits = true;
  to.edges.At(edge);
}

std::string ClassName(const Observations& seen, ClassId id) {
  return id == kRcu ? "rcu_read_lock" : seen.classes()[id].name;
}

bool Arc::OnlyTried() const {
  return std::all_of(edges.begin(), edges.end(), [](const Edge* edge) { return edge->tried; });
}

bool Arc::OnlyReal() const {
  return std::all_of(edges.begin(), edges.end(), [](const Edge* edge) { return edge->real; });
}

std::vector<Arc> ArcsOf(const Observations& seen) {
  const auto rank = [&](ClassId id) { return id == kRcu ? 0 : seen.classes()[id].rank; };
  std::map<std::tuple<int, ClassId, int, ClassId>, Arc> arcs;
  for (const Edge& edge : seen.edges.all()) {
    Arc& arc = arcs[{rank(edge.held), edge.held, rank(edge.taken), edge.taken}];
    arc.held = edge.held;
    arc.taken = edge.taken;
    arc.edges.push_back(&edge);
  }
  std::vector<Arc> sorted;
  for (auto& [key, arc] : arcs) sorted.push_back(std::move(arc));
  return sorted;
}

std::vector<OrderProblem> FindOrderProblems(const Observations& seen) {
  std::vector<OrderProblem> problems = Cycles(seen).Find();
  for (OrderProblem& problem : Inversions(seen)) problems.push_back(std::move(problem));
  std::set<std::tuple<OrderMistake, ClassId, ClassId>> known;
  for (const Edge& edge : seen.edges.all()) {
    const std::optional<OrderMistake> mistake = MistakeOf(seen, edge);
    if (!mistake.has_value() || !known.insert({*mistake, edge.held, edge.taken}).second) continue;
    problems.push_back({*mistake,
                        absl::StrCat(ClassName(seen, edge.held), " is held when ",
                                     ClassName(seen, edge.taken), " is asked for"),
                        {&edge}});
  }
  return problems;
}

}  // namespace models
