// What functions of the C library do with a program's memory, which nobody instruments: one wrong
// use for each, named by the macro WAY.
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static char text[64];
static atomic_int stop;
static atomic_int* number;
static char name[] = "a name";

static void both(void* (*body)(void*), void* one, void* other) {
  pthread_t first, second;
  pthread_create(&first, NULL, body, one);
  pthread_create(&second, NULL, body, other);
  pthread_join(first, NULL);
  pthread_join(second, NULL);
}

static void* write_text(void* from) {
  strcpy(text, from);
  return NULL;
}
void TextIsShared(void) { both(&write_text, name, name); }

struct three {
  long words[3];
};
static struct three shared_three;
static void* copy_three(void* from) {
  memcpy(&shared_three, from, sizeof(shared_three));
  return NULL;
}
// g++ makes three moves of it, if it may.
void ShortCopyIsShared(void) {
  char bytes[sizeof(struct three)] = "";
  both(&copy_three, bytes, bytes);
}

void TextIsTooLong(void) {
  char* const little = malloc(3);
  strcpy(little, name);
  free(little);
}

void DuplicateIsUsedFreed(void) {
  char* const copy = strdup(name);
  free(copy);
  text[0] = copy[0];
}

static void* store(void* value) {
  atomic_store_explicit(number, (int)(long)value, memory_order_relaxed);
  return NULL;
}
// Either store may be the last, whichever was made first.
void ReallocatedAtomic(void) {
  number = malloc(sizeof(*number));
  atomic_init(number, 0);
  both(&store, (void*)1, (void*)2);
  number = realloc(number, 64);
  assert(atomic_load(number) != 1);
}

// Each round of it changes memory on another thread's stack.
static void* append(void* buffer) {
  while (!atomic_load(&stop)) {
    strcat(buffer, "a");
    assert(strlen(buffer) < 3);
  }
  return NULL;
}
static void with_stop(void* (*body)(void*), void* argument) {
  pthread_t thread;
  pthread_create(&thread, NULL, body, argument);
  atomic_store(&stop, 1);
  pthread_join(thread, NULL);
}
void LoopAppends(void) {
  char buffer[64] = "";
  with_stop(&append, buffer);
}

static void* draw(void* unused) {
  while (!atomic_load(&stop)) assert(rand() % 4 != 0);
  return unused;
}
void LoopDraws(void) { with_stop(&draw, NULL); }

static pthread_mutex_t late;
static void* lock_late(void* unused) {
  pthread_mutex_lock(&late);
  pthread_mutex_unlock(&late);
  return unused;
}
void MutexIsMadeLate(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, &lock_late, NULL);
  pthread_mutex_init(&late, NULL);
  pthread_join(thread, NULL);
}

int main(void) { WAY(); }
