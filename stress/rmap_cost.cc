// prototype
#include <cstdio>
#include <chrono>
#include <cstdlib>
#include "stress/cost_model.h"
int main(int argc, char** argv) {
  cost::FamilySize size; if (argc>2) size={(unsigned)atoi(argv[1]),(unsigned)atoi(argv[2])};
  const auto none = [](double) {};
  for (auto w : {cost::Workload::kCopied, cost::Workload::kShared, cost::Workload::kSplit})
  for (const char* name : {"G0","G1","G3","G3 without KH-21","G5","G8","G9"}) {
    auto t=std::chrono::steady_clock::now();
    auto c = cost::MeasureWalks(*rmap::ParseKernel(name), w, size, none);
    printf("%d %-18s %8lu walks %8lu mappings | %8.3f %5lu | %8.3f %5lu | walks %.2f s all %.2f s\n", (int)w, name, c.complete.count, c.mappings, c.complete.Average(), c.complete.visits_max, c.until_found.Average(), c.until_found.visits_max, c.seconds, std::chrono::duration<double>(std::chrono::steady_clock::now()-t).count());
    fflush(stdout);
  }
  for (unsigned v : {1u, 100u})
  for (const char* name : {"G0","G1","G3","G5","G8","G9"}) {
    auto o = cost::MeasureObjects(*rmap::ParseKernel(name), size.children, v);
    printf("objects %-18s %lu vmas %lu links %lu anon_vmas %lu %lu %lu %.2f\n", name, o.vmas,o.links,o.anon_vmas,o.vma_bytes,o.link_bytes,o.anon_vma_bytes,o.Overhead());
  }
  for (const char* name : {"G0","G1","G3","G5","G8","G9","G9 with KH-88"}) {
    auto g = cost::MeasureGrowth(*rmap::ParseKernel(name), 1000, none);
    printf("growth %s:", name);
    for (int i : {0,1,2,3,4,10,100,1000}) printf(" %lu/%lu", g[i].objects.links, g[i].objects.anon_vmas);
    printf("\n");
  }
}
