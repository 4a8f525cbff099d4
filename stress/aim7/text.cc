// The tables. A legend stands where its columns are; ratios are to the first kernel, and a kernel
// is looked at more closely where it has just collapsed.
#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/table.h"
#include "stress/aim7/report.h"

namespace aim7 {
namespace {

using cli::WithSeparators;

cli::Column Right(std::string title, std::size_t width = 0) {
  return {std::move(title), width, cli::Align::kRight};
}

std::string Number(double number) {
  if (number == 0) return "0";
  if (number < 0.1) return absl::StrFormat("%.3f", number);
  return number >= 100 ? WithSeparators(static_cast<std::uint64_t>(number + 0.5))
                       : absl::StrFormat("%.*f", number < 10 ? 2 : 1, number);
}

std::string Percent(double share) { return absl::StrFormat("%.0f", 100 * share); }

std::string UsersAt(const Crossover& crossover, const Request& request) {
  if (crossover.users.has_value()) return Number(*crossover.users);
  if (crossover.is_earlier) return absl::StrCat("< ", WithSeparators(request.users.front()));
  return absl::StrCat("> ", WithSeparators(request.users.back()));
}

std::string RatioTo(const Crossover& first, const Crossover& other) {
  if (!first.users.has_value() || !other.users.has_value()) return "-";
  return absl::StrFormat("%.2f", *other.users / *first.users);
}

std::size_t KernelWidth(const Request& request) {
  std::size_t width = 0;
  for (const std::string& kernel : request.kernels) width = std::max(width, kernel.size());
  return width;
}

std::string Preface(const Results& results) {
  const Request& request = results.request;
  return absl::StrFormat(
      "%s frames; %d pages for each user, so that %s users fit; %d CPUs and kswapd.\n"
      "The unit of time is %.4g s: of %d jobs for each user that fits, at the %s jobs per second "
      "of\n"
      "%s users. A kernel crosses over where users get less than one job in that time.\n\n",
      WithSeparators(request.load.frames), request.load.pages, Number(results.UsersThatFit()),
      request.load.workers, results.Unit(request.headroom), request.headroom,
      Number(results.Unloaded()), WithSeparators(request.users.front()));
}

constexpr char kPointLegend[] =
    "\njobs/user: in the unit. reclaim, rmap locks: share of the time of all threads, in percent;\n"
    "waiting for an anon_vma's lock and holding it. per walk: VMAs that page_referenced() looks "
    "at.\n"
    "bytes: of a process's VMAs, links and anon_vmas.\n";

std::string PointRow(const cli::Table& table, const std::string& kernel, const Point& point,
                     double unit) {
  WalkLengths lengths = point.work.reclaimed.lengths;
  lengths.Add(point.kswapd.lengths);
  const cost::Objects& objects = point.objects;
  const std::uint64_t bytes = objects.vma_bytes + objects.link_bytes + objects.anon_vma_bytes;
  const std::uint64_t evicted = point.work.reclaimed.evicted + point.kswapd.evicted;
  return table.Row({kernel, WithSeparators(point.users), Number(point.JobsPerSecond()),
                    Number(point.JobsPerSecond() * unit / point.users),
                    Number(evicted / point.seconds), Percent(point.ReclaimShare()),
                    Percent(point.RmapLockShare()), Number(lengths.Average()),
                    WithSeparators(lengths.AtMost(0.99)), WithSeparators(lengths.visits_max),
                    WithSeparators(bytes / (point.users + 1))});
}

std::string PointTable(const Results& results) {
  const cli::Table table({{"kernel", KernelWidth(results.request)},
                          Right("users", 6),
                          Right("jobs/s", 9),
                          Right("jobs/user", 9),
                          Right("evicted/s", 9),
                          Right("reclaim"),
                          Right("rmap locks"),
                          Right("per walk", 6),
                          Right("99%", 6),
                          Right("most", 6),
                          Right("bytes", 5)});
  const double unit = results.Unit(results.request.headroom);
  std::string text = table.Header();
  for (const Series& series : results.series) {
    for (const Point& point : series.points) text += PointRow(table, series.kernel, point, unit);
  }
  return text + kPointLegend;
}

std::vector<cli::Column> CrossoverColumns(const Results& results) {
  std::vector<cli::Column> columns = {Right("jobs per user that fits"), Right("unit, s", 7)};
  for (const Series& series : results.series) columns.push_back(Right(series.kernel, 8));
  for (std::size_t i = 1; i < results.series.size(); ++i) {
    const std::string name = results.series[i].kernel.substr(0, 2);
    columns.push_back(Right(absl::StrCat(name, "/", results.series[0].kernel.substr(0, 2)), 6));
  }
  return columns;
}

std::string CrossoverTable(const Results& results) {
  const cli::Table table(CrossoverColumns(results));
  std::string text = "\nThe crossover, in users, for other units:\n" + table.Header();
  std::vector<double> headrooms(kHeadrooms.begin(), kHeadrooms.end());
  headrooms.push_back(results.request.headroom);
  std::ranges::sort(headrooms);
  const auto [twice, end] = std::ranges::unique(headrooms);
  headrooms.erase(twice, end);
  for (double headroom : headrooms) {
    std::vector<std::string> cells = {absl::StrFormat("%.0f", headroom),
                                      absl::StrFormat("%.4g", results.Unit(headroom))};
    std::vector<Crossover> crossovers;
    for (const Series& series : results.series) {
      crossovers.push_back(results.CrossoverOf(series, headroom));
      cells.push_back(UsersAt(crossovers.back(), results.request));
    }
    for (std::size_t i = 1; i < crossovers.size(); ++i) {
      cells.push_back(RatioTo(crossovers[0], crossovers[i]));
    }
    text += table.Row(cells);
  }
  return text;
}

std::string Verdict(const Results& results) {
  const double headroom = results.request.headroom;
  const Crossover first = results.CrossoverOf(results.series.front(), headroom);
  std::string text;
  for (const Series& series : results.series) {
    const Crossover crossover = results.CrossoverOf(series, headroom);
    absl::StrAppend(&text, series.kernel, " crosses over at ", UsersAt(crossover, results.request),
                    " users; that is ", RatioTo(first, crossover), " of ",
                    results.series.front().kernel, "\n");
  }
  return text +
         absl::StrFormat("2010, with 16 GB: %s users without the chains, %s with them; %.2f\n",
                         Number(kSeedUsersBefore), Number(kSeedUsersAfter),
                         kSeedUsersAfter / kSeedUsersBefore);
}

// Where a kernel is looked at more closely: the first point behind its crossover, or the last.
const Point& CollapsedPoint(const Results& results, const Series& series) {
  const double unit = results.Unit(results.request.headroom);
  for (const Point& point : series.points) {
    if (point.JobsPerSecond() * unit < point.users) return point;
  }
  return series.points.back();
}

std::string LockTable(const Results& results) {
  const cli::Table table({{"kernel", KernelWidth(results.request)},
                          Right("users", 6),
                          {"lock", 15},
                          Right("taken/s", 10),
                          Right("shared", 0),
                          Right("contended", 0),
                          Right("wait", 6),
                          Right("hold", 6),
                          Right("longest wait", 0),
                          Right("longest hold", 0)});
  std::string text =
      "\nLocks at the first point behind the crossover. taken/s: how often; shared, contended: of\n"
      "these, in percent; wait, hold: of the time of all threads, in percent; longest: in us.\n" +
      table.Header();
  for (const Series& series : results.series) {
    const Point& point = CollapsedPoint(results, series);
    const double time = point.locks.seconds * point.threads;
    for (const LockTimes& lock : point.locks.classes) {
      if (lock.acquisitions == 0) continue;
      const double taken = static_cast<double>(lock.acquisitions);
      text += table.Row({series.kernel, WithSeparators(point.users), lock.lock_class,
                         Number(taken / point.locks.seconds), Percent(lock.shared / taken),
                         absl::StrFormat("%.2f", 100 * lock.contended / taken),
                         absl::StrFormat("%.1f", 100 * lock.wait_seconds / time),
                         absl::StrFormat("%.1f", 100 * lock.hold_seconds / time),
                         Number(1e6 * lock.wait_max), Number(1e6 * lock.hold_max)});
    }
  }
  return text;
}

std::string LengthTable(const Results& results) {
  int boxes = 0;
  std::vector<WalkLengths> all;
  for (const Series& series : results.series) {
    const Point& point = CollapsedPoint(results, series);
    all.push_back(point.work.reclaimed.lengths);
    all.back().Add(point.kswapd.lengths);
    for (int i = 0; i < WalkLengths::kBoxes; ++i) {
      if (all.back().boxes[i] > 0) boxes = std::max(boxes, i + 1);
    }
  }
  std::vector<cli::Column> columns = {{"VMAs looked at", 15}};
  for (const Series& series : results.series) columns.push_back(Right(series.kernel, 8));
  const cli::Table table(columns);
  std::string text =
      "\nLengths of walks there, in percent of each kernel's walks:\n" + table.Header();
  for (int i = 0; i < boxes; ++i) {
    const std::uint64_t most = (std::uint64_t{1} << i) - 1;
    std::vector<std::string> cells = {
        absl::StrCat(WithSeparators((most + 1) / 2), " to ", WithSeparators(most))};
    if (i < 2) cells = {absl::StrCat(i)};
    for (const WalkLengths& lengths : all) {
      const double share = lengths.walks == 0 ? 0 : 100.0 * lengths.boxes[i] / lengths.walks;
      cells.push_back(lengths.boxes[i] == 0 ? "" : absl::StrFormat("%.2f", share));
    }
    text += table.Row(cells);
  }
  return text;
}

}  // namespace

std::string ToText(const Results& results) {
  const char* const note = results.ended_early ? "Interrupted: more users were asked for.\n" : "";
  return absl::StrCat(note, Preface(results), PointTable(results), "\n", Verdict(results),
                      CrossoverTable(results), LockTable(results), LengthTable(results));
}

}  // namespace aim7
