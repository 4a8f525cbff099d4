// Ratios are to the first row of a table. A depth is told beside that of a tree of so many nodes
// which is as flat as can be.
#include "stress/ksm/report.h"

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/table.h"
#include "stress/gnuplot.h"

namespace fleet {
namespace {

using Json = nlohmann::ordered_json;
using cli::Align;
using cli::WithSeparators;

constexpr std::size_t kRowsMax = 20;

std::string Share(std::uint32_t part, std::uint32_t whole) {
  return absl::StrFormat("%.1f %%", whole == 0 ? 0.0 : 100.0 * part / whole);
}

cli::Table TableOf(const std::vector<const char*>& titles) {
  std::vector<cli::Column> columns;
  for (const char* title : titles) columns.push_back({title, 9, Align::kRight});
  return cli::Table(std::move(columns));
}

std::string RowOf(const cli::Table& table, const Sample& sample) {
  return table.Row({absl::StrCat(sample.tick), WithSeparators(sample.mapped),
                    WithSeparators(sample.frames), WithSeparators(sample.Saved()),
                    Share(sample.Saved(), sample.mapped), absl::StrCat(sample.pages_shared),
                    absl::StrCat(sample.pages_sharing), absl::StrCat(sample.pages_unshared),
                    absl::StrCat(sample.pages_volatile), absl::StrCat(sample.full_scans)});
}

std::string Head(const Results& results) {
  const Request& request = results.request;
  return absl::StrCat(request.machines, " machines of ", request.pages, " pages, ", request.equal,
                      " % of them equal, ", request.hot,
                      " % written now and then: ", request.writes, " writes a tick;\n",
                      request.life == 0 ? "nobody dies" : "each dies after ",
                      request.life == 0 ? "" : absl::StrCat(request.life, " ticks"),
                      ". ksmd looks at ", request.scan, " pages a tick. Pages:\n\n");
}

std::string Tail(const Results& results) {
  if (results.samples.empty()) return "interrupted before the first tick had ended\n";
  const Sample& last = results.samples.back();
  return absl::StrCat(
      results.ended_early ? "\nInterrupted. " : "\n", "In ", last.tick, " ticks ", last.writes,
      " writes and ", last.boots, " boots; each page read was what its machine had written.\n",
      "without: page frames if nothing were merged, by counting ptes; used: those that ptes name. "
      "The others\nare ksmd's own counters: sharing is what it takes for saved, which is more by "
      "what was written since it came by.\n");
}

double Ratio(double rate, double baseline) { return baseline > 0 ? rate / baseline : 0; }

std::string ScansToText(const std::vector<ScanCost>& scans) {
  const cli::Table table = TableOf({"processes", "equal", "saved", "first", "merging", "settled"});
  std::string text = table.Header();
  for (const ScanCost& scan : scans) {
    const double baseline = scans.front().first;
    absl::StrAppend(&text, table.Row({absl::StrCat(scan.processes), absl::StrCat(scan.equal, " %"),
                                      WithSeparators(scan.saved),
                                      absl::StrFormat("%.2f", Ratio(scan.first, baseline)),
                                      absl::StrFormat("%.2f", Ratio(scan.merging, baseline)),
                                      absl::StrFormat("%.2f", Ratio(scan.settled, baseline))}));
  }
  return text;
}

// The depth of the flattest tree of so many nodes.
int LeastDepth(int nodes) { return std::bit_width(static_cast<unsigned>(nodes)); }

std::string TreesToText(const std::vector<TreeCost>& trees) {
  const cli::Table table = TableOf({"tree", "contents", "nodes", "depth", "mean", "least", "rate"});
  std::string text = table.Header();
  double baseline = 0;
  std::string tree;
  for (const TreeCost& cost : trees) {
    if (cost.tree != tree) baseline = cost.rate;
    tree = cost.tree;
    absl::StrAppend(&text,
                    table.Row({cost.tree, cost.in_order ? "in order" : "mixed",
                               WithSeparators(cost.shape.nodes), absl::StrCat(cost.shape.depth_max),
                               absl::StrFormat("%.1f", cost.shape.depth_mean),
                               absl::StrCat(LeastDepth(cost.shape.nodes)),
                               absl::StrFormat("%.3f", Ratio(cost.rate, baseline))}));
  }
  return text;
}

Json ToJsonValue(const Sample& sample) {
  return {{"tick", sample.tick},
          {"mapped", sample.mapped},
          {"frames", sample.frames},
          {"saved", sample.Saved()},
          {"pages_shared", sample.pages_shared},
          {"pages_sharing", sample.pages_sharing},
          {"pages_unshared", sample.pages_unshared},
          {"pages_volatile", sample.pages_volatile},
          {"full_scans", sample.full_scans},
          {"writes", sample.writes},
          {"boots", sample.boots}};
}

Json ToJsonValue(const Request& request) {
  return {{"machines", request.machines}, {"pages", request.pages},   {"equal", request.equal},
          {"hot", request.hot},           {"writes", request.writes}, {"life", request.life},
          {"scan", request.scan},         {"ticks", request.ticks},   {"workers", request.workers},
          {"seed", request.seed},         {"kernel", request.kernel}};
}

// A line of the picture: which number of a sample, and what it is called.
struct Line {
  const char* title;
  double (*value)(const Sample& sample);
};

constexpr Line kLines[] = {
    {"frames without merging", [](const Sample& sample) { return 1.0 * sample.mapped; }},
    {"frames used", [](const Sample& sample) { return 1.0 * sample.frames; }},
    {"pages sharing", [](const Sample& sample) { return 1.0 * sample.pages_sharing; }},
    {"pages unshared", [](const Sample& sample) { return 1.0 * sample.pages_unshared; }},
    {"pages volatile", [](const Sample& sample) { return 1.0 * sample.pages_volatile; }},
};
static_assert(std::size(kLines) <= gnuplot::kStyles);

constexpr char kPlotHead[] = R"(set encoding utf8
set terminal svg noenhanced size 960,560 font "Helvetica,Arial,sans-serif,15" background "white"
set border 3 linecolor "#666666"
set tics nomirror textcolor "#333333"
set grid ytics linecolor "#e4e4e4" linetype 1 linewidth 1
set key bmargin center Left reverse maxrows 2 textcolor "#333333" spacing 1.35 samplen 2.5
set xlabel "ticks"
set ylabel "pages" offset 1
set yrange [0:*]
set lmargin 11
set bmargin 7
set rmargin 5
)";

}  // namespace

std::string ToText(const Results& results) {
  if (results.samples.empty()) return Tail(results);
  const cli::Table table = TableOf({"tick", "without", "used", "saved", "saved", "shared",
                                    "sharing", "unshared", "volatile", "scans"});
  std::string text = Head(results) + table.Header();
  const std::size_t step = (results.samples.size() + kRowsMax - 1) / kRowsMax;
  for (std::size_t i = (results.samples.size() - 1) % step; i < results.samples.size(); i += step) {
    text += RowOf(table, results.samples[i]);
  }
  return text + Tail(results);
}

std::string ToText(const Costs& costs) {
  if (costs.scans.empty()) return "interrupted before the first measurement had ended\n";
  std::string text = absl::StrFormat(
      "%s pages in all. Pages a second, in proportion to the first round of the first row, which "
      "does %.3g\na second: in the first round, in the one that merges, and when everything has "
      "its place.\n\n",
      WithSeparators(costs.request.pages), costs.scans.front().first);
  text += ScansToText(costs.scans);
  if (!costs.trees.empty()) {
    absl::StrAppend(&text, "\nTrees: how deep, on the mean, and at least. Pages a second, in ",
                    "proportion to the first row of the tree.\n\n", TreesToText(costs.trees));
  }
  return text + (costs.ended_early ? "\nInterrupted.\n" : "");
}

std::string ToJson(const Results& results) {
  Json json = {{"request", ToJsonValue(results.request)},
               {"interrupted", results.ended_early},
               {"samples", Json::array()}};
  for (const Sample& sample : results.samples) json["samples"].push_back(ToJsonValue(sample));
  return json.dump(2) + "\n";
}

std::string ToJson(const Costs& costs) {
  Json json = {{"pages", costs.request.pages},
               {"interrupted", costs.ended_early},
               {"scans", Json::array()},
               {"trees", Json::array()}};
  for (const ScanCost& scan : costs.scans) {
    json["scans"].push_back({{"processes", scan.processes},
                             {"equal", scan.equal},
                             {"saved", scan.saved},
                             {"first", scan.first},
                             {"merging", scan.merging},
                             {"settled", scan.settled}});
  }
  for (const TreeCost& tree : costs.trees) {
    json["trees"].push_back({{"tree", tree.tree},
                             {"in_order", tree.in_order},
                             {"nodes", tree.shape.nodes},
                             {"depth_max", tree.shape.depth_max},
                             {"depth_mean", tree.shape.depth_mean},
                             {"pages_per_second", tree.rate}});
  }
  return json.dump(2) + "\n";
}

std::string PlotScript(const Results& results) {
  std::string text = kPlotHead;
  const std::string title =
      absl::StrFormat("%d machines of %d pages, %d %% of them equal", results.request.machines,
                      results.request.pages, results.request.equal);
  absl::StrAppend(&text, "set title ", gnuplot::Quoted(title), " font \",18\"\n$data << END\n");
  for (const Sample& sample : results.samples) {
    absl::StrAppend(&text, sample.tick);
    for (const Line& line : kLines) absl::StrAppendFormat(&text, " %g", line.value(sample));
    text += "\n";
  }
  text += "END\nplot ";
  for (std::size_t i = 0; i < std::size(kLines); ++i) {
    absl::StrAppendFormat(
        &text,
        "%s$data using 1:%d with linespoints linecolor \"%s\" linewidth 2.5 pointtype %d "
        "pointsize 0.5 title %s",
        i == 0 ? "" : ", ", i + 2, gnuplot::kColours[i], gnuplot::kMarks[i],
        gnuplot::Quoted(kLines[i].title));
  }
  return text + "\n";
}

}  // namespace fleet
