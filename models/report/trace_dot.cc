// Nodes are lines of the story, named by their number in it: "n12".
// Program order is drawn inside the clusters and alone decides the layout.
#include "models/report/trace_dot.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "models/report/trace_text.h"

namespace models {
namespace {

std::string Quoted(const std::string& text) {
  return absl::StrCat(
      "\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", " "}}), "\"");
}

std::string Node(const TraceLine& line, std::size_t number) {
  std::string label = OperationText(line);
  if (line.line != 0) absl::StrAppend(&label, "  (", line.file, ":", line.line, ")");
  const bool failing = line.index < 0 && line.operation != "...";
  return absl::StrCat("    n", number, " [label=", Quoted(label),
                      failing ? ", color=red, penwidth=2];\n" : "];\n");
}

std::string Cluster(const Trace& trace, int thread) {
  std::string nodes;
  std::string order;
  for (std::size_t i = 0; i < trace.lines.size(); ++i) {
    if (trace.lines[i].thread != thread) continue;
    nodes += Node(trace.lines[i], i);
    absl::StrAppend(&order, order.empty() ? "    n" : " -> n", i);
  }
  if (!order.empty()) order += ";\n";
  return absl::StrCat("  subgraph cluster_", thread,
                      " {\n    label=", Quoted(trace.threads[thread]), ";\n", nodes, order,
                      "  }\n");
}

std::string ReadsFrom(const Trace& trace) {
  std::map<std::pair<int, int>, std::size_t> nodes;
  for (std::size_t i = 0; i < trace.lines.size(); ++i) {
    if (trace.lines[i].index >= 0) nodes[{trace.lines[i].thread, trace.lines[i].index}] = i;
  }
  std::string edges;
  for (std::size_t i = 0; i < trace.lines.size(); ++i) {
    const auto from = nodes.find({trace.lines[i].from_thread, trace.lines[i].from_index});
    if (from == nodes.end() || trace.lines[i].from_thread == trace.lines[i].thread) continue;
    absl::StrAppend(&edges, "  n", from->second, " -> n", i,
                    " [color=green, label=\"rf\", constraint=false];\n");
  }
  return edges;
}

// Between neighbours in mo that are of different threads; within a thread program order says it.
std::string ModificationOrder(const Trace& trace) {
  std::map<unsigned, std::map<int, std::size_t>> writes;
  for (std::size_t i = 0; i < trace.lines.size(); ++i) {
    const TraceLine& line = trace.lines[i];
    if (line.mo > 0 && line.location != 0 && !line.is_lock) writes[line.location][line.mo] = i;
  }
  std::string edges;
  for (const auto& [location, in_order] : writes) {
    for (auto next = in_order.begin(), at = next++; next != in_order.end(); at = next++) {
      if (trace.lines[at->second].thread == trace.lines[next->second].thread) continue;
      absl::StrAppend(&edges, "  n", at->second, " -> n", next->second,
                      " [color=brown, style=dashed, label=\"mo\", constraint=false];\n");
    }
  }
  return edges;
}

}  // namespace

std::string TraceDot(const Trace& trace) {
  std::string text =
      absl::StrCat("digraph execution {\n  label=", Quoted(trace.failure),
                   ";\n  labelloc=t;\n  node [shape=box, fontname=monospace, fontsize=10];\n");
  for (std::size_t t = 0; t < trace.threads.size(); ++t) {
    text += Cluster(trace, static_cast<int>(t));
  }
  return absl::StrCat(text, ReadsFrom(trace), ModificationOrder(trace), "}\n");
}

}  // namespace models
