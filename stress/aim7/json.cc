// Everything that was measured, with the unit in the names. Crossovers are null where they are not
// among the users that were measured.
#include <nlohmann/json.hpp>
#include <string>

#include "stress/aim7/report.h"
#include "stress/nesting.h"

namespace aim7 {
namespace {

using Json = nlohmann::ordered_json;

// The boxes up to the last that is not empty.
Json JsonOf(const WalkLengths& lengths) {
  Json boxes = Json::array();
  for (std::uint64_t box : lengths.boxes) boxes.push_back(box);
  while (!boxes.empty() && boxes.back() == 0) boxes.erase(boxes.size() - 1);
  return {{"walks", lengths.walks},
          {"visits", lengths.visits},
          {"visits_max", lengths.visits_max},
          {"visits_per_walk", lengths.Average()},
          {"log2_boxes", boxes}};
}

Json JsonOf(const Reclaimed& reclaimed) {
  return {{"batches", reclaimed.batches},
          {"scanned", reclaimed.scanned},
          {"evicted", reclaimed.evicted},
          {"seconds", reclaimed.seconds},
          {"walk_lengths", JsonOf(reclaimed.lengths)}};
}

Json JsonOf(const cost::Objects& objects) {
  return {{"vmas", objects.vmas},
          {"links", objects.links},
          {"anon_vmas", objects.anon_vmas},
          {"vma_bytes", objects.vma_bytes},
          {"link_bytes", objects.link_bytes},
          {"anon_vma_bytes", objects.anon_vma_bytes}};
}

Json JsonOf(const LockWindow& locks) {
  Json classes = Json::array();
  for (const LockTimes& lock : locks.classes) {
    classes.push_back({{"class", lock.lock_class},
                       {"acquisitions", lock.acquisitions},
                       {"shared", lock.shared},
                       {"contended", lock.contended},
                       {"wait_seconds", lock.wait_seconds},
                       {"hold_seconds", lock.hold_seconds},
                       {"wait_max_seconds", lock.wait_max},
                       {"hold_max_seconds", lock.hold_max}});
  }
  Json order = Json::array();
  for (const ksync::LockNesting& nesting : locks.order) {
    order.push_back(stress::ToJson(stress::NestingOf(nesting)));
  }
  return {{"seconds", locks.seconds}, {"classes", classes}, {"order", order}};
}

Json JsonOf(const std::array<std::uint64_t, kJobs>& jobs) {
  Json json = Json::object();
  for (int i = 0; i < kJobs; ++i) json[Name(static_cast<Job>(i))] = jobs[i];
  return json;
}

Json JsonOf(const Point& point, double unit) {
  const double per_second = point.JobsPerSecond();
  return {{"users", point.users},
          {"seconds", point.seconds},
          {"threads", point.threads},
          {"jobs", point.jobs},
          {"jobs_by_kind", JsonOf(point.work.jobs)},
          {"jobs_per_second", per_second},
          {"jobs_per_unit_and_user", per_second * unit / point.users},
          {"all_logged_in", point.all_logged_in},
          {"stalls", point.work.stalls},
          {"reclaim_share", point.ReclaimShare()},
          {"rmap_lock_share", point.RmapLockShare()},
          {"direct_reclaim", JsonOf(point.work.reclaimed)},
          {"kswapd", JsonOf(point.kswapd)},
          {"locks", JsonOf(point.locks)},
          {"frames_max", point.frames_max},
          {"swap_slots", point.swap_slots},
          {"objects", JsonOf(point.objects)},
          {"validated_processes", point.validated}};
}

Json JsonOf(const Crossover& crossover) {
  return crossover.users.has_value() ? Json(*crossover.users) : Json();
}

Json JsonOfCrossovers(const Results& results, const Series& series) {
  Json json = Json::array();
  for (double headroom : kHeadrooms) {
    json.push_back({{"headroom", headroom},
                    {"unit_seconds", results.Unit(headroom)},
                    {"users", JsonOf(results.CrossoverOf(series, headroom))}});
  }
  return json;
}

Json JsonOf(const Results& results, const Series& series) {
  const double headroom = results.request.headroom;
  const Crossover first = results.CrossoverOf(results.series.front(), headroom);
  const Crossover own = results.CrossoverOf(series, headroom);
  const bool both = first.users.has_value() && own.users.has_value();
  Json points = Json::array();
  for (const Point& point : series.points) {
    points.push_back(JsonOf(point, results.Unit(headroom)));
  }
  return {{"kernel", series.kernel},
          {"crossover_users", JsonOf(own)},
          {"ratio_to_first", both ? Json(*own.users / *first.users) : Json()},
          {"crossovers", JsonOfCrossovers(results, series)},
          {"points", points}};
}

}  // namespace

std::string ToJson(const Results& results) {
  const Request& request = results.request;
  const Load& load = request.load;
  Json series = Json::array();
  for (const Series& one : results.series) series.push_back(JsonOf(results, one));
  const Json json = {{"pages", load.pages},
                     {"frames", load.frames},
                     {"workers", load.workers},
                     {"seed", load.seed},
                     {"reads", load.mix.read},
                     {"headroom", request.headroom},
                     {"repeats", request.repeats},
                     {"interrupted", results.ended_early},
                     {"users_that_fit", results.UsersThatFit()},
                     {"unloaded_jobs_per_second", results.Unloaded()},
                     {"unit_seconds", results.Unit(request.headroom)},
                     {"seed_patch",
                      {{"users_before", kSeedUsersBefore},
                       {"users_after", kSeedUsersAfter},
                       {"ratio", kSeedUsersAfter / kSeedUsersBefore}}},
                     {"kernels", series}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace aim7
