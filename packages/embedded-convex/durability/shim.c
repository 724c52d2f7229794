/*
 * Loaded into the deployment's process with LD_PRELOAD. Appends one line to the file named by SHIM_LOG for each
 *   wal <markers>    bytes handed to the write-ahead log (a file whose name ends in "-wal")
 *   sync             successful fsync or fdatasync of the write-ahead log
 *   nosync           the same, but failed
 *   send <markers>   bytes about to be handed to a TCP socket
 * where markers are the words "mark-<32 hex digits>" found in the bytes; lines without markers are left out for wal and
 * send. wal and sync are logged after the real call, send before it: so when the log says sync before send, it was so.
 * The file named by SHIM_FAULT, while it exists, holds "<operation> <part of path> <error> <n>": the n-th and all later calls of
 * the operation (write, sync, rename, unlink) on a file with this part in its path fail with the error (EIO, ENOSPC).
 *
 * SHIM_KILL="<event> <n>" kills the process with SIGKILL at the n-th
 *   wal    after bytes were handed to the write-ahead log: not synced yet
 *   sync   after a successful sync of the write-ahead log: committed, and nobody knows
 *   send   before bytes are handed to a TCP socket
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MARKER "mark-"
#define MARKER_LENGTH (5 + 32)

static ssize_t (*real_write)(int, const void *, size_t);
static int log_fd = -1;
static char kill_event[8];
static atomic_int until_kill;

__attribute__((constructor)) static void read_environment(void) {
  real_write = dlsym(RTLD_NEXT, "write");
  const char *path = getenv("SHIM_LOG");
  if (path != NULL) log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const char *kill_point = getenv("SHIM_KILL");
  int count = 0;
  if (kill_point != NULL && sscanf(kill_point, "%7s %d", kill_event, &count) != 2) abort();
  until_kill = count;
}

static void happened(const char *event) {
  if (kill_event[0] != 0 && strcmp(event, kill_event) == 0 && atomic_fetch_sub(&until_kill, 1) == 1)
    kill(getpid(), SIGKILL);
}

static void log_line(const char *line, size_t length) {
  int saved = errno;
  if (log_fd >= 0 && real_write(log_fd, line, length) < 0) abort();
  errno = saved;
}

/* The path of an open file, empty if it has none. */
static size_t path_of(int fd, char path[PATH_MAX]) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length < 0) length = 0;
  path[length] = 0;
  return (size_t)length;
}

static int is_wal(int fd) {
  char path[PATH_MAX];
  size_t length = path_of(fd, path);
  return length > 4 && memcmp(path + length - 4, "-wal", 4) == 0;
}

/* The error that a call must fail with, or 0. */
static int fault(const char *operation, const char *path) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  static char current[256];
  static int calls;
  const char *file = getenv("SHIM_FAULT");
  if (file == NULL || access(file, F_OK) != 0) return 0;
  char text[256] = "", wanted[16], part[128], error[16];
  int first = 1;
  int fd = open(file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  if (read(fd, text, sizeof text - 1) < 0) abort();
  close(fd);
  if (sscanf(text, "%15s %127s %15s %d", wanted, part, error, &first) != 4) return 0;
  if (strcmp(operation, wanted) != 0 || strstr(path, part) == NULL) return 0;
  pthread_mutex_lock(&lock);
  if (strcmp(current, text) != 0) {
    strcpy(current, text);
    calls = 0;
  }
  calls += 1;
  int failing = calls >= first;
  pthread_mutex_unlock(&lock);
  if (!failing) return 0;
  return strcmp(error, "ENOSPC") == 0 ? ENOSPC : EIO;
}

static int fault_of_fd(const char *operation, int fd) {
  if (getenv("SHIM_FAULT") == NULL) return 0;
  int saved = errno;
  char path[PATH_MAX];
  int result = path_of(fd, path) == 0 ? 0 : fault(operation, path);
  errno = saved;
  return result;
}

static int is_tcp(int fd) {
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) return 0;
  return address.ss_family == AF_INET || address.ss_family == AF_INET6;
}

/* One line with all markers in the bytes; nothing without any. */
static void log_markers(const char *kind, const void *bytes, size_t size) {
  char line[16384];
  size_t length = (size_t)snprintf(line, sizeof line, "%s", kind), start = length;
  const char *at = bytes, *end = at + size;
  while ((at = memmem(at, (size_t)(end - at), MARKER, 5)) != NULL && end - at >= MARKER_LENGTH) {
    if (length + MARKER_LENGTH + 2 > sizeof line) {
      line[length++] = '\n';
      log_line(line, length);
      length = start;
    }
    line[length++] = ' ';
    memcpy(line + length, at, MARKER_LENGTH);
    length += MARKER_LENGTH;
    at += MARKER_LENGTH;
  }
  if (length == start) return;
  line[length++] = '\n';
  log_line(line, length);
}

static void before_send(int fd, const void *bytes, size_t size) {
  if (strcmp(kill_event, "send") == 0 && is_tcp(fd)) happened("send");
  if (log_fd >= 0 && memmem(bytes, size, MARKER, 5) != NULL && is_tcp(fd)) log_markers("send", bytes, size);
}

ssize_t write(int fd, const void *bytes, size_t size) {
  if (real_write == NULL) real_write = dlsym(RTLD_NEXT, "write");
  before_send(fd, bytes, size);
  int error = fd == log_fd ? 0 : fault_of_fd("write", fd);
  if (error != 0) {
    errno = error;
    return -1;
  }
  ssize_t written = real_write(fd, bytes, size);
  if (written > 0 && fd != log_fd && is_wal(fd)) log_markers("wal", bytes, (size_t)written);
  return written;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  static ssize_t (*real)(int, const struct iovec *, int);
  if (real == NULL) real = dlsym(RTLD_NEXT, "writev");
  for (int index = 0; index < count; index += 1) before_send(fd, parts[index].iov_base, parts[index].iov_len);
  return real(fd, parts, count);
}

ssize_t send(int fd, const void *bytes, size_t size, int flags) {
  static ssize_t (*real)(int, const void *, size_t, int);
  if (real == NULL) real = dlsym(RTLD_NEXT, "send");
  before_send(fd, bytes, size);
  return real(fd, bytes, size, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  static ssize_t (*real)(int, const struct msghdr *, int);
  if (real == NULL) real = dlsym(RTLD_NEXT, "sendmsg");
  for (size_t index = 0; index < message->msg_iovlen; index += 1)
    before_send(fd, message->msg_iov[index].iov_base, message->msg_iov[index].iov_len);
  return real(fd, message, flags);
}

static ssize_t logged_pwrite(const char *name, int fd, const void *bytes, size_t size, off64_t offset) {
  ssize_t (*real)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, name);
  int error = fault_of_fd("write", fd);
  if (error != 0) {
    errno = error;
    return -1;
  }
  ssize_t written = real(fd, bytes, size, offset);
  if (written > 0 && is_wal(fd)) {
    log_markers("wal", bytes, (size_t)written);
    happened("wal");
  }
  return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset) {
  return logged_pwrite("pwrite", fd, bytes, size, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset) {
  return logged_pwrite("pwrite64", fd, bytes, size, offset);
}

static int logged_sync(const char *name, int fd) {
  int (*real)(int) = dlsym(RTLD_NEXT, name);
  int error = fault_of_fd("sync", fd);
  int result = error == 0 ? real(fd) : -1;
  if (error != 0) errno = error;
  if (!is_wal(fd)) return result;
  if (result == 0) {
    log_line("sync\n", 5);
    happened("sync");
  } else log_line("nosync\n", 7);
  return result;
}

int rename(const char *from, const char *to) {
  int (*real)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");
  int error = fault("rename", from);
  if (error == 0) return real(from, to);
  errno = error;
  return -1;
}

int unlink(const char *path) {
  int (*real)(const char *) = dlsym(RTLD_NEXT, "unlink");
  int error = fault("unlink", path);
  if (error == 0) return real(path);
  errno = error;
  return -1;
}

int fsync(int fd) { return logged_sync("fsync", fd); }

int fdatasync(int fd) { return logged_sync("fdatasync", fd); }
