// SPDX-License-Identifier: Apache-2.0
#include "failing_memory.h"

#include <sqlite3.h>

#include <atomic>
#include <cstdlib>
#include <limits>
#include <new>

namespace listwarden {
namespace {

constexpr long kNever = std::numeric_limits<long>::max();

thread_local long calls = 0, first = kNever, last = kNever;
thread_local bool is_asking = false;
std::atomic<bool> are_others_counted{false};
std::atomic<long> others_calls{0}, others_first{kNever}, others_last{kNever};
std::atomic<long> others_failures{0}, live{0};

bool Fails() {
  if (are_others_counted && !is_asking) {
    const long call = ++others_calls;
    const bool fails = call >= others_first && call <= others_last;
    if (fails) ++others_failures;
    return fails;
  }
  const long call = ++calls;
  return call >= first && call <= last;
}

void* Count(void* block) {
  if (block != nullptr) ++live;
  return block;
}

void* Take(std::size_t size) { return Fails() ? nullptr : Count(std::malloc(size == 0 ? 1 : size)); }

void* TakeAligned(std::size_t size, std::align_val_t align) {
  const auto step = static_cast<std::size_t>(align);
  return Fails() ? nullptr : Count(std::aligned_alloc(step, (size + step) / step * step));
}

void* OrThrow(void* block) {
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

void GiveBack(void* block) {
  if (block != nullptr) --live;
  std::free(block);
}

sqlite3_mem_methods below;

void* TakeForSqlite(int size) { return Fails() ? nullptr : Count(below.xMalloc(size)); }
void* ResizeForSqlite(void* block, int size) { return Fails() ? nullptr : below.xRealloc(block, size); }
void GiveBackForSqlite(void* block) {
  if (block != nullptr) --live;
  below.xFree(block);
}

// Before SQLite's first use.
[[maybe_unused]] const bool kIsBelowSqlite = [] {
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &below);
  sqlite3_mem_methods failing = below;
  failing.xMalloc = TakeForSqlite;
  failing.xRealloc = ResizeForSqlite;
  failing.xFree = GiveBackForSqlite;
  return sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) == SQLITE_OK || (std::abort(), false);
}();

void Set(long from, long to) {
  calls = 0;
  first = from;
  last = to;
}

void SetOthers(long from, long to) {
  others_calls = 0;
  others_first = from;
  others_last = to;
  are_others_counted = is_asking = true;
}

}  // namespace

void FailingMemory::FailAt(long call) { Set(call, call); }
void FailingMemory::FailFrom(long call) { Set(call, kNever); }
void FailingMemory::FailOtherThreads() { SetOthers(1, kNever); }
void FailingMemory::FailOtherThreadsAt(long call) { SetOthers(call, call); }
void FailingMemory::Mend() {
  are_others_counted = is_asking = false;
  Set(kNever, kNever);
}
bool FailingMemory::has_failed() const { return calls >= first; }
long FailingMemory::others_failed() { return others_failures; }
long FailingMemory::blocks() { return live; }

}  // namespace listwarden

using listwarden::GiveBack;
using listwarden::OrThrow;
using listwarden::Take;
using listwarden::TakeAligned;

void* operator new(std::size_t size) { return OrThrow(Take(size)); }
void* operator new[](std::size_t size) { return OrThrow(Take(size)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return Take(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return Take(size); }
void* operator new(std::size_t size, std::align_val_t align) { return OrThrow(TakeAligned(size, align)); }
void* operator new[](std::size_t size, std::align_val_t align) { return OrThrow(TakeAligned(size, align)); }
void operator delete(void* block) noexcept { GiveBack(block); }
void operator delete[](void* block) noexcept { GiveBack(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { GiveBack(block); }
void operator delete[](void* block, const std::nothrow_t&) noexcept { GiveBack(block); }
void operator delete(void* block, std::size_t) noexcept { GiveBack(block); }
void operator delete[](void* block, std::size_t) noexcept { GiveBack(block); }
void operator delete(void* block, std::align_val_t) noexcept { GiveBack(block); }
void operator delete[](void* block, std::align_val_t) noexcept { GiveBack(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { GiveBack(block); }
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept { GiveBack(block); }
