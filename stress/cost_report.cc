// Which kernels are measured, and a table for each question.
// Adjacent rows are there to be compared: the unit is the same, and only the kernel differs.
#include "stress/cost_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/table.h"
#include "core/base/check.h"

namespace cost {
namespace {

using cli::WithSeparators;
using Json = nlohmann::ordered_json;

// G0 comes first: ratios are to it. KH-21 is the one repair that was made for the cost alone.
constexpr const char* kWalkKernels[] = {"G0", "G1", "G3", "G3 without KH-21", "G5", "G8", "G9"};
constexpr const char* kKernels[] = {"G0", "G1", "G3", "G5", "G8", "G9"};
constexpr Workload kWorkloads[] = {Workload::kCopied, Workload::kShared, Workload::kSplit};
constexpr std::uint32_t kVmasEach[] = {1, 100};

const char* NameOf(Workload workload) {
  switch (workload) {
    case Workload::kCopied:
      return "copied";
    case Workload::kShared:
      return "shared";
    case Workload::kSplit:
      return "split";
  }
  return "";
}

const char* StoryOf(Workload workload) {
  switch (workload) {
    case Workload::kCopied:
      return "Every child has written every page, so each page is mapped once:";
    case Workload::kShared:
      return "No child has written, so all map all:";
    case Workload::kSplit:
      return "One process without children, whose VMA mprotect has split into one for each page:";
  }
  return "";
}

rmap::Kernel KernelOf(const char* name) {
  const absl::StatusOr<rmap::Kernel> kernel = rmap::ParseKernel(name);
  CHECK(kernel.ok(), "a kernel of the tables above has a wrong name");
  return *kernel;
}

Progress ProgressOf(const StepProgress& progress, std::string step) {
  return [&progress, step = std::move(step)](double fraction) { progress(step, fraction); };
}

void MeasureWorkload(Workload workload, Results& results, const StepProgress& progress) {
  const std::size_t g0 = results.walks.size();
  for (const char* kernel : kWalkKernels) {
    const Progress walks =
        ProgressOf(progress, absl::StrCat("walks, ", NameOf(workload), ", ", kernel));
    WalkRow row{workload, kernel,
                MeasureWalks(KernelOf(kernel), workload, results.request.family, walks)};
    const Walks& reference =
        results.walks.size() == g0 ? row.costs.complete : results.walks[g0].costs.complete;
    row.g0_ratio = static_cast<double>(reference.visits) / row.costs.complete.visits;
    results.walks.push_back(std::move(row));
  }
}

bool IsPowerOfTen(std::uint32_t number) {
  while (number >= 10 && number % 10 == 0) number /= 10;
  return number == 1;
}

GrowthRow GrowthOf(const char* kernel, std::uint32_t generations, const Progress& progress) {
  GrowthRow row;
  row.kernel = kernel;
  for (const Generation& now : MeasureGrowth(KernelOf(kernel), generations, progress)) {
    row.links_max = std::max(row.links_max, now.objects.links);
    const bool last = now.generation == generations;
    if (last || IsPowerOfTen(now.generation)) row.growth.push_back(now);
  }
  return row;
}

// ---- Text ----

cli::Column Right(std::string title, std::size_t width) {
  return {std::move(title), width, cli::Align::kRight};
}

std::string Decimals(double number, int digits) { return absl::StrFormat("%.*f", digits, number); }

std::string WalkTable(const std::vector<WalkRow>& rows, Workload workload) {
  const cli::Table table({{"kernel", 16},
                          Right("walks", 9),
                          Right("visits", 13),
                          Right("per walk", 8),
                          Right("most", 5),
                          Right("G0/this", 7),
                          Right("until found", 0),
                          Right("most", 5),
                          Right("seconds", 0)});
  std::string text = absl::StrCat(StoryOf(workload), "\n", table.Header());
  for (const WalkRow& row : rows) {
    if (row.workload != workload) continue;
    const Walks& all = row.costs.complete;
    const Walks& found = row.costs.until_found;
    text += table.Row({row.kernel, WithSeparators(all.count), WithSeparators(all.visits),
                       Decimals(all.Average(), 3), WithSeparators(all.visits_max),
                       Decimals(row.g0_ratio, 1), Decimals(found.Average(), 3),
                       WithSeparators(found.visits_max), Decimals(row.costs.seconds, 2)});
  }
  return text;
}

std::string ObjectTable(const std::vector<ObjectRow>& rows) {
  const cli::Table table({{"kernel", 6},
                          Right("VMAs each", 0),
                          Right("VMAs", 9),
                          Right("links", 9),
                          Right("anon_vmas", 9),
                          Right("VMA bytes", 11),
                          Right("link bytes", 11),
                          Right("anon_vma bytes", 0),
                          Right("overhead", 0)});
  std::string text = table.Header();
  for (const ObjectRow& row : rows) {
    const Objects& is = row.objects;
    text += table.Row({row.kernel, absl::StrCat(row.vmas_each), WithSeparators(is.vmas),
                       WithSeparators(is.links), WithSeparators(is.anon_vmas),
                       WithSeparators(is.vma_bytes), WithSeparators(is.link_bytes),
                       WithSeparators(is.anon_vma_bytes), Decimals(is.Overhead(), 2)});
  }
  return text;
}

std::vector<cli::Column> GrowthColumns(const GrowthRow& row) {
  std::vector<cli::Column> columns = {{"kernel", 6}};
  for (const Generation& now : row.growth) {
    columns.push_back(Right(absl::StrCat("after ", WithSeparators(now.generation)), 0));
  }
  columns.push_back(Right("most ever", 0));
  columns.push_back(Right("anon_vmas at the end", 0));
  columns.push_back(Right("overhead", 0));
  return columns;
}

// Requires: each row has the same generations, one at least.
std::string GrowthTable(const std::vector<GrowthRow>& rows) {
  const cli::Table table(GrowthColumns(rows.front()));
  std::string text = table.Header();
  for (const GrowthRow& row : rows) {
    std::vector<std::string> cells = {row.kernel};
    for (const Generation& now : row.growth) cells.push_back(WithSeparators(now.objects.links));
    const Objects& end = row.growth.back().objects;
    cells.push_back(WithSeparators(row.links_max));
    cells.push_back(WithSeparators(end.anon_vmas));
    cells.push_back(Decimals(end.Overhead(), 2));
    text += table.Row(cells);
  }
  return text;
}

constexpr char kWalkLegend[] =
    "One walk for each page. visits: VMAs that a walk looks at which must not miss (migration);\n"
    "until found: per walk, by one that ends when it has found all mappings (page_referenced).\n\n";

constexpr char kObjectLegend[] =
    "Objects of a process and its children after fork. overhead: bytes of links and anon_vmas for\n"
    "each byte of VMAs, as large as they are here. In G0 the link is a part of the VMA.\n";

constexpr char kGrowthLegend[] =
    "A server forks its successor and exits, again and again. Links of the one VMA there is:\n";

// ---- JSON ----

Json JsonOf(const Walks& walks) {
  return {{"walks", walks.count},
          {"visits", walks.visits},
          {"visits_max", walks.visits_max},
          {"visits_per_walk", walks.Average()}};
}

Json JsonOf(const WalkRow& row) {
  return {{"workload", NameOf(row.workload)},
          {"kernel", row.kernel},
          {"mappings", row.costs.mappings},
          {"complete", JsonOf(row.costs.complete)},
          {"until_found", JsonOf(row.costs.until_found)},
          {"g0_ratio", row.g0_ratio},
          {"seconds", row.costs.seconds}};
}

Json JsonOf(const Objects& objects) {
  return {{"vmas", objects.vmas},
          {"links", objects.links},
          {"anon_vmas", objects.anon_vmas},
          {"vma_bytes", objects.vma_bytes},
          {"link_bytes", objects.link_bytes},
          {"anon_vma_bytes", objects.anon_vma_bytes},
          {"overhead", objects.Overhead()}};
}

Json JsonOf(const ObjectRow& row) {
  Json json = {{"kernel", row.kernel}, {"vmas_each", row.vmas_each}};
  json.update(JsonOf(row.objects));
  return json;
}

Json JsonOf(const GrowthRow& row) {
  Json generations = Json::array();
  for (const Generation& now : row.growth) {
    Json json = {{"generation", now.generation}};
    json.update(JsonOf(now.objects));
    generations.push_back(json);
  }
  return {{"kernel", row.kernel}, {"links_max", row.links_max}, {"generations", generations}};
}

template <typename Row>
Json JsonOfAll(const std::vector<Row>& rows) {
  Json json = Json::array();
  for (const Row& row : rows) json.push_back(JsonOf(row));
  return json;
}

}  // namespace

Results MeasureAll(const Request& request, const StepProgress& progress) {
  Results results;
  results.request = request;
  for (Workload workload : kWorkloads) MeasureWorkload(workload, results, progress);
  for (std::uint32_t vmas_each : kVmasEach) {
    for (const char* kernel : kKernels) {
      progress(absl::StrCat("objects, ", kernel), 0);
      const Objects objects = MeasureObjects(KernelOf(kernel), request.family.children, vmas_each);
      results.objects.push_back({kernel, vmas_each, objects});
    }
  }
  for (const char* kernel : kKernels) {
    const Progress forks = ProgressOf(progress, absl::StrCat("growth, ", kernel));
    results.growth.push_back(GrowthOf(kernel, request.fork_generations, forks));
  }
  return results;
}

std::string ToText(const Results& results) {
  std::string text = kWalkLegend;
  for (Workload workload : kWorkloads) {
    absl::StrAppend(&text, WalkTable(results.walks, workload), "\n");
  }
  absl::StrAppend(&text, kObjectLegend, ObjectTable(results.objects), "\n");
  absl::StrAppend(&text, kGrowthLegend, GrowthTable(results.growth));
  return text;
}

std::string ToJson(const Results& results) {
  const Request& request = results.request;
  const Json json = {
      {"children", request.family.children},          {"pages", request.family.pages},
      {"fork_generations", request.fork_generations}, {"walks", JsonOfAll(results.walks)},
      {"objects", JsonOfAll(results.objects)},        {"growth", JsonOfAll(results.growth)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cost
