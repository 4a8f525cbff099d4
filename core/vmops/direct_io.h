// A device that writes to a program's memory. Kernel: get_user_pages(), set_page_dirty() and
// put_page(), as direct I/O uses them (fs/direct-io.c).
//
// A device knows no ptes. What keeps the page for it is a reference, and nothing else: meanwhile
// the page may be unmapped, put in the swap cache, or shared by a fork. So who would go on with a
// copy of what is on the page (reclaim, migration) counts the references first; and who counts them
// after he has copied it (reclaim) asks page.dirty too.
//
// What it does not do: keep a fork from sharing the page; the program that writes next loses what
// the device writes then.
#ifndef RMAPCHECK_CORE_VMOPS_DIRECT_IO_H_
#define RMAPCHECK_CORE_VMOPS_DIRECT_IO_H_

#include <cstdint>

#include "core/mm/mm.h"
#include "core/mm/page.h"

namespace rmap::inline KSYNC_BACKEND {

// Returns: the page that the program could write to at the address, with a reference; null if it
// could not, or memory ran out. Kernel: get_user_pages() with FOLL_WRITE.
[[nodiscard]] Page* GetUserPage(Mm& mm, VirtualPage address);

// The device writes, and is done. Requires: the page is from GetUserPage; its reference goes.
void FinishDirectIo(Page& page, std::uint32_t value);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_DIRECT_IO_H_
