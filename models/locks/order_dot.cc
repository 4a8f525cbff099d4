// Nodes are named by their class and stand by rank, outermost first. Arrows that go against the
// ranks or are of trylocks do not move them. An arrow that follows from two others is drawn all the
// same, thin: that it was seen is what the picture tells.
#include "models/locks/order_dot.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <tuple>
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

// A class that only real threads took gets its box from its arrows.
std::string NodesText(const Observations& seen) {
  std::vector<const SeenClass*> taken;
  for (const SeenClass& lock_class : seen.classes()) {
    if (lock_class.taken > 0) taken.push_back(&lock_class);
  }
  std::sort(taken.begin(), taken.end(), [](const SeenClass* a, const SeenClass* b) {
    return std::tie(a->rank, a->name) < std::tie(b->rank, b->name);
  });
  std::string text;
  for (const SeenClass* lock_class : taken) text += NodeText(*lock_class);
  return text;
}

// The title, and under it what the arrows mean.
std::string LabelText(const std::string& title, bool with_real) {
  const auto bold = absl::StrReplaceAll(title, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}});
  return absl::StrCat(
      "<<table border=\"0\" cellspacing=\"2\">"
      "<tr><td colspan=\"2\"><font point-size=\"15\"><b>",
      bold,
      "</b></font></td></tr><tr>"
      "<td align=\"left\">&#8594; taken while the other is held; the number: executions; thin: "
      "follows from others</td>"
      "<td align=\"left\"><font color=\"red\"><b>&#8594; wrong</b>: a cycle, against the order, or "
      "sleeps where nobody may</font></td></tr><tr>"
      "<td align=\"left\">&#8674; by a trylock only, which waits for nothing</td>"
      "<td align=\"left\"><font color=\"grey40\">&#8943;&gt; declared, and not seen</font></td>"
      "</tr><tr><td align=\"left\" colspan=\"2\">",
      with_real ? "&#8212; &#183; &#8212;&gt; on real threads only" : "", "</td></tr></table>>");
}

// Whether an arc is seen to go down from rank to rank, and so places its ends.
bool GoesDown(const Observations& seen, const Arc& arc) {
  if (arc.held == kRcu || arc.OnlyTried()) return false;
  return seen.classes()[arc.held].rank < seen.classes()[arc.taken].rank;
}

// Whether an arc follows from others: from its outer lock there is a way round to its inner one.
bool Follows(const Observations& seen, const std::vector<Arc>& arcs, const Arc& arc) {
  std::set<ClassId> reached;
  for (const Arc& first : arcs) {
    const bool is_other = first.held == arc.held && first.taken != arc.taken;
    if (is_other && GoesDown(seen, first)) reached.insert(first.taken);
  }
  for (bool grew = true; grew;) {
    grew = false;
    for (const Arc& next : arcs) {
      if (!GoesDown(seen, next) || !reached.contains(next.held)) continue;
      grew |= reached.insert(next.taken).second;
    }
  }
  return reached.contains(arc.taken);
}

// Returns: how an arrow looks that only real threads saw: a dash, a dot, and so on. Graphviz has no
// style for that, but lists of colours, each for a part of the line.
std::string RealLook(const std::string& color) {
  std::string colors;
  for (int i = 0; i < 5; ++i) {
    absl::StrAppend(&colors, color, ";0.1:transparent;0.03:", color, ";0.02:transparent;0.03:");
  }
  return absl::StrCat("label=\"real\", fontcolor=", color, ", color=\"", colors, color,
                      "\", constraint=false");
}

// Returns: how the arrow of what was seen looks.
std::string LookOf(const Observations& seen, const std::vector<Arc>& arcs, const Arc& arc,
                   bool red) {
  if (arc.OnlyReal()) return RealLook(red ? "red" : "black");
  std::string look = absl::StrCat("label=\" ", ExecutionsOf(arc), " \"");  // Off the line.
  if (arc.OnlyTried()) look += ", style=dashed";
  const bool nests = arc.held == arc.taken;
  if (!nests && !GoesDown(seen, arc)) look += ", constraint=false";
  if (red) return look + ", color=red, fontcolor=red, penwidth=2";
  if (GoesDown(seen, arc) && Follows(seen, arcs, arc)) look += ", penwidth=0.6";
  return look;
}

}  // namespace

std::string OrderDot(const Observations& seen, const DeclaredOrder& declared,
                     const std::vector<OrderProblem>& problems, const std::string& title) {
  const std::vector<Arc> arcs = ArcsOf(seen);
  const bool with_real = std::any_of(arcs.begin(), arcs.end(), std::mem_fn(&Arc::OnlyReal));
  std::string text = absl::StrCat("digraph locks {\n  label=", LabelText(title, with_real),
                                  ";\n  labelloc=t; ranksep=0.45; nodesep=0.5;\n"
                                  "  node [shape=box, fontname=monospace, fontsize=12];\n"
                                  "  edge [fontname=monospace, fontsize=9];\n",
                                  NodesText(seen));
  const std::set<Ends> wrong = WrongArcs(seen, problems);
  std::set<Ends> drawn;
  for (const Arc& arc : arcs) {
    const Ends ends{ClassName(seen, arc.held), ClassName(seen, arc.taken)};
    const bool against = !arc.OnlyTried() && declared.Has(ends.second, ends.first);
    const bool red = against || wrong.contains(ends);
    if (arc.held == kRcu && !red) continue;
    drawn.insert(ends);
    text += ArrowText(ends, LookOf(seen, arcs, arc, red));
  }
  for (const Ends& pair : declared.pairs()) {
    if (!drawn.insert(pair).second) continue;
    text += ArrowText(pair, "color=grey60, style=dotted, label=\" not seen \", fontcolor=grey40");
  }
  return text + "}\n";
}

}  // namespace models
