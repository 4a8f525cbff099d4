// The script carries its data. Colours are told apart by most who do not see all of them (Okabe and
// Ito, 2008), and lines by their marks as well.
#include "stress/aim7/plot.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "cli/table.h"
#include "core/history/generation.h"
#include "core/history/kernel.h"

namespace aim7 {
namespace {

constexpr const char* kColours[] = {"#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00"};
constexpr int kMarks[] = {7, 5, 9, 13, 11};  // Disc, square, triangles, diamond.
constexpr std::size_t kStyles = std::size(kColours);

// As a string of gnuplot's between double quotes.
std::string Quoted(const std::string& text) {
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
}

// The frame of the picture. Grey is what is not data.
constexpr char kHead[] = R"(set encoding utf8
set terminal svg noenhanced size 960,640 font "Helvetica,Arial,sans-serif,15" background "white"
set logscale xy
set border 3 linecolor "#666666"
set tics nomirror textcolor "#333333"
set grid xtics ytics linecolor "#e4e4e4" linetype 1 linewidth 1
set key bmargin center Left reverse maxrows 2 textcolor "#333333" spacing 1.35 samplen 2.5
set xlabel "users: processes forked from one parent"
set ylabel "jobs per second" offset 1
set lmargin 13
set bmargin 8
set rmargin 9
)";

struct Range {
  double low;
  double high;
};

Range RangeOfJobs(const Results& results) {
  Range range{1e300, 0};
  for (const Series& series : results.series) {
    for (const Point& point : series.points) {
      range.low = std::min(range.low, point.JobsPerSecond());
      range.high = std::max(range.high, point.JobsPerSecond());
    }
  }
  // Room above for the key. A point without jobs has no place on a logarithmic axis.
  return {std::max(range.low, 1.0) / 2, range.high * 4};
}

std::string Tics(const Request& request) {
  std::string tics;
  for (std::uint32_t users : request.users) {
    absl::StrAppend(&tics, tics.empty() ? "" : ", ", Quoted(cli::WithSeparators(users)), " ",
                    users);
  }
  return tics;
}

std::string DecadeTics(const Range& range) {
  std::string tics;
  for (double decade = 1; decade <= range.high; decade *= 10) {
    const std::string name = cli::WithSeparators(static_cast<std::uint64_t>(decade));
    absl::StrAppend(&tics, tics.empty() ? "" : ", ", Quoted(name), " ", decade);
  }
  return tics;
}

std::string Axes(const Results& results) {
  const Request& request = results.request;
  const Range jobs = RangeOfJobs(results);
  const double left = request.users.front() / 1.25;
  const double right = request.users.back() * 1.25;
  std::string text =
      absl::StrFormat("set xrange [%g:%g]\nset yrange [%g:%g]\nset xtics (%s)\nset ytics (%s)\n",
                      left, right, jobs.low, jobs.high, Tics(request), DecadeTics(jobs));
  absl::StrAppend(
      &text, "set title ",
      Quoted(absl::StrFormat(
          "Throughput under memory pressure: %s frames, %d pages per user, %d CPUs",
          cli::WithSeparators(request.load.frames), request.load.pages, request.load.workers)),
      " font \",18\"\n");
  const double fit = results.UsersThatFit();
  if (fit <= left || fit >= right) return text;
  absl::StrAppendFormat(
      &text,
      "set arrow from %g,graph 0 to %g,graph 1 nohead linecolor \"#999999\" "
      "dashtype 3 linewidth 1.5\n"
      "set label \"memory is full\" at %g,graph 0.97 right offset -0.6,0 textcolor "
      "\"#777777\" font \",13\"\n",
      fit, fit, fit);
  return text;
}

// Data block i: users and jobs per second of series i. Block "crossed": where each crosses over.
std::string Data(const Results& results) {
  const double headroom = results.request.headroom;
  std::string text;
  for (std::size_t i = 0; i < results.series.size(); ++i) {
    absl::StrAppend(&text, "$series", i, " << END\n");
    for (const Point& point : results.series[i].points) {
      absl::StrAppendFormat(&text, "%d %g\n", point.users, point.JobsPerSecond());
    }
    absl::StrAppend(&text, "END\n");
  }
  for (std::size_t i = 0; i < results.series.size(); ++i) {
    const Crossover crossover = results.CrossoverOf(results.series[i], headroom);
    absl::StrAppend(&text, "$crossed", i, " << END\n");
    if (crossover.users.has_value()) {
      const double users = *crossover.users;
      absl::StrAppendFormat(&text, "%g %g \"%s users\"\n", users, users / results.Unit(headroom),
                            cli::WithSeparators(static_cast<std::uint64_t>(users + 0.5)));
    }
    absl::StrAppend(&text, "END\n");
  }
  return text;
}

// The kernel as it is called here, and as it is called elsewhere.
std::string TitleOf(const Series& series) {
  const absl::StatusOr<rmap::Kernel> kernel = rmap::ParseKernel(series.kernel);
  if (!kernel.ok()) return series.kernel;
  const auto generation = static_cast<std::size_t>(kernel->generation());
  return absl::StrCat(series.kernel, " (", rmap::Generations()[generation].kernel, ")");
}

// What there is below the line of one job per unit and user, then the lines, then their ends.
std::string Layers(const Results& results) {
  const double unit = results.Unit(results.request.headroom);
  const Range jobs = RangeOfJobs(results);
  std::string text = absl::StrFormat(
      "unit = %g\nplot \\\n"
      "  '+' using 1:(%g):(column(1) / unit) with filledcurves fillcolor \"#f3f3f3\" notitle, \\\n"
      "  x / unit with lines linecolor \"#888888\" dashtype 2 linewidth 1.5 title \"one job per "
      "user "
      "and unit (%.3g ms)\"",
      unit, jobs.low, 1e3 * unit);
  for (std::size_t i = 0; i < results.series.size(); ++i) {
    absl::StrAppendFormat(&text,
                          ", \\\n  $series%d with linespoints linecolor \"%s\" linewidth 2.5 "
                          "pointtype %d pointsize 0.8 title %s",
                          i, kColours[i % kStyles], kMarks[i % kStyles],
                          Quoted(TitleOf(results.series[i])));
  }
  const double headroom = results.request.headroom;
  for (std::size_t i = 0; i < results.series.size(); ++i) {
    if (!results.CrossoverOf(results.series[i], headroom).users.has_value()) continue;
    const char* const colour = kColours[i % kStyles];
    absl::StrAppendFormat(
        &text,
        ", \\\n  $crossed%d using 1:2 with impulses dashtype 3 linewidth 1.5 linecolor \"%s\" "
        "notitle, \\\n"
        "  $crossed%d using 1:2 with points pointtype 6 pointsize 2 linewidth 2.5 linecolor \"%s\" "
        "notitle, \\\n"
        "  $crossed%d using 1:(%g):3 with labels left offset 0.5,%g textcolor \"%s\" notitle",
        i, colour, i, colour, i, jobs.low,
        0.9 + 1.2 * static_cast<double>(results.series.size() - 1 - i), colour);
  }
  return text + "\n";
}

absl::Status Missing() {
  return absl::NotFoundError(
      "gnuplot: is not here: apt-get install gnuplot-nox, or leave --svg out");
}

absl::Status CannotWrite(const std::string& file) {
  return absl::UnknownError(
      absl::StrCat("--svg=", file, ": cannot be written: ", std::strerror(errno)));
}

// Runs gnuplot on the script, with its output in the open file. Returns: its exit status; -1 if it
// could not be started, or was killed.
int RunGnuplot(const std::string& script, int output) {
  const int input = memfd_create("plot", 0);
  const bool written = input >= 0 && write(input, script.data(), script.size()) ==
                                         static_cast<ssize_t>(script.size());
  int status = -1;
  if (written && lseek(input, 0, SEEK_SET) == 0) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    char name[] = "gnuplot";
    char* arguments[] = {name, nullptr};
    pid_t child = 0;
    const int failed = posix_spawnp(&child, name, &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0 || waitpid(child, &status, 0) != child) status = -1;
  }
  if (input >= 0) close(input);
  return status != -1 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

std::string PlotScript(const Results& results) {
  return absl::StrCat(kHead, Axes(results), Data(results), Layers(results));
}

absl::Status CheckPlot(const std::string& file) {
  const int output = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (output < 0) return CannotWrite(file);
  const int status = RunGnuplot("exit\n", output);
  close(output);
  return status == 0 ? absl::OkStatus() : Missing();
}

absl::Status DrawPlot(const std::string& script, const std::string& file) {
  const int output = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (output < 0) return CannotWrite(file);
  const int status = RunGnuplot(script, output);
  const bool empty = lseek(output, 0, SEEK_END) <= 0;
  close(output);
  if (status == 0 && !empty) return absl::OkStatus();
  return absl::UnknownError(
      absl::StrCat("--svg=", file, ": gnuplot could not draw it (exit code ", status, ")"));
}

}  // namespace aim7
