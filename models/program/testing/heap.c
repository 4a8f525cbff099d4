// Memory, used rightly or, if a macro says so, wrongly.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static int* volatile numbers;

static void* look(void* unused) {
  volatile int seen = numbers[1];
  (void)seen;
  return unused;
}

int main(void) {
  pthread_t other;
  numbers = malloc(3 * sizeof(int));
  memset(numbers, 0, 3 * sizeof(int));
  numbers = realloc(numbers, 5 * sizeof(int));
  pthread_create(&other, 0, look, 0);
#ifdef USE_AFTER_FREE
  free(numbers);
#endif
  pthread_join(other, 0);
#ifdef OUT_OF_BOUNDS
  numbers[5] = 1;
#endif
#ifndef LEAK
#ifndef USE_AFTER_FREE
  free(numbers);
#endif
#endif
#ifdef DOUBLE_FREE
  free(numbers);
#endif
  return 0;
}
