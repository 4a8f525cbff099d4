// Nodes are named by their class. An arrow that the others imply is drawn all the same: that it was
// seen is what the picture tells.
#include "models/locks/order_dot.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace models {
namespace {

using Ends = std::pair<std::string, std::string>;

std::string Quoted(const std::string& text) {
  return absl::StrCat(
      "\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", " "}}), "\"");
}

// Returns: the arcs that are part of a mistake.
std::set<Ends> WrongArcs(const Observations& seen, const std::vector<OrderProblem>& problems) {
  std::set<Ends> wrong;
  for (const OrderProblem& problem : problems) {
    if (problem.gated) continue;
    for (const Edge* edge : problem.edges) {
      wrong.emplace(ClassName(seen, edge->held), ClassName(seen, edge->taken));
    }
  }
  return wrong;
}

std::uint64_t ExecutionsOf(const Arc& arc) {
  std::uint64_t most = 0;
  for (const Edge* edge : arc.edges) most = std::max(most, edge->seen.executions);
  return most;
}

std::string ArrowText(const Ends& ends, const std::string& look) {
  return absl::StrCat("  ", Quoted(ends.first), " -> ", Quoted(ends.second), " [", look, "];\n");
}

std::string NodeText(const SeenClass& lock_class) {
  const char* const style = lock_class.sleeps ? "rounded" : "solid";
  const char* const waits = lock_class.sleeps ? "sleeps" : "spins";
  return absl::StrCat("  ", Quoted(lock_class.name),
                      " [label=", Quoted(absl::StrCat(lock_class.name, " (", waits, ")")),
                      ", style=", style, "];\n");
}

}  // namespace

std::string OrderDot(const Observations& seen, const DeclaredOrder& declared,
                     const std::vector<OrderProblem>& problems, const std::string& title) {
  std::string text =
      absl::StrCat("digraph locks {\n  label=", Quoted(title),
                   ";\n  labelloc=t;\n  node [shape=box, fontname=monospace, fontsize=11];\n"
                   "  edge [fontname=monospace, fontsize=8];\n");
  for (const SeenClass& lock_class : seen.classes()) {
    if (lock_class.taken > 0) text += NodeText(lock_class);
  }
  const std::set<Ends> wrong = WrongArcs(seen, problems);
  std::set<Ends> drawn;
  for (const Arc& arc : ArcsOf(seen)) {
    const Ends ends{ClassName(seen, arc.held), ClassName(seen, arc.taken)};
    const bool against = !arc.OnlyTried() && declared.Has(ends.second, ends.first);
    const bool red = against || wrong.contains(ends);
    if (arc.held == kRcu && !red) continue;
    drawn.insert(ends);
    text += ArrowText(ends, absl::StrCat("label=\"", ExecutionsOf(arc), "\"",
                                         arc.OnlyTried() ? ", style=dashed" : "",
                                         red ? ", color=red, fontcolor=red, penwidth=2" : ""));
  }
  for (const Ends& pair : declared.pairs()) {
    if (!drawn.insert(pair).second) continue;
    text += ArrowText(pair, "color=grey, style=dotted, label=\"never\", fontcolor=grey");
  }
  return text + "}\n";
}

}  // namespace models
