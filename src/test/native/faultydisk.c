/*
 * A disk that fails, for the tests of durability: preloaded (LD_PRELOAD) under a program, it writes down everything that the program
 * does to the files below one folder, in order, and makes it fail or wait as a control file says. Nobody's privileges are needed.
 *
 * From the journal, dev.postern.testing.disk.DiskJournal makes the folder as a power cut may leave it. Syncs are not passed on: what
 * would be on the disk follows from the journal alone, and a kill -9 leaves the system's cache of the folder whole anyway.
 *
 *   FAULTYDISK_ROOT     the folder, absolute, without symbolic links
 *   FAULTYDISK_JOURNAL  a file outside of it; one record for each change, see struct record
 *   FAULTYDISK_CONTROL  a file outside of it; lines of KEY=NUMBER, read again for each operation:
 *     write=ERRNO   writing and growing files fails      create=ERRNO  so do making files, folders, links, and renaming
 *     open=ERRNO    opening files to write fails         remove=ERRNO  so does removing
 *     sync=ERRNO    fsync and fdatasync fail             delay=MILLIS  fsync and fdatasync take so long
 *     free=BYTES    statvfs says that so much is free
 *   A write that fails with ENOSPC takes what fits first, as a disk that fills up does: all but the last page's worth is written.
 *
 * What it cannot follow (shared writable mappings, writing through a duplicated descriptor or by stdio) is written down as such or seen by
 * comparing the folder with the journal; the tests do both.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum type { OPEN = 1, CREATE, CLOSE, WRITE, TRUNCATE, SYNC_BEGIN, SYNC_END, RENAME, LINK, UNLINK, MKDIR, RMDIR, UNKNOWN };

/* Little-endian on every machine that this runs on; the two paths and the data follow. */
struct __attribute__((packed)) record {
  uint32_t magic, type, handle;
  int64_t offset;   /* WRITE: where; TRUNCATE: the new size; SYNC_BEGIN, SYNC_END: number of the sync */
  int32_t error;    /* SYNC_END: errno, or 0 */
  uint32_t path_length, other_length, data_length;
};

#define MAGIC 0x4b534946u
#define FDS 65536
#define PAGE 4096

static char root[PATH_MAX];
static size_t root_length;
static int journal = -1, control = -1;
static uint32_t handles[FDS];
static uint32_t next_handle;
static int64_t next_sync;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void start(void) {
  const char *folder = getenv("FAULTYDISK_ROOT"), *to = getenv("FAULTYDISK_JOURNAL"), *from = getenv("FAULTYDISK_CONTROL");
  if (!folder || !to || !from) {
    return;
  }
  journal = syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  control = syscall(SYS_openat, AT_FDCWD, from, O_RDONLY | O_CLOEXEC, 0);
  if (journal < 0 || control < 0 || strlen(folder) >= sizeof root) {
    fprintf(stderr, "faultydisk: cannot open %s or %s: %s\n", to, from, strerror(errno));
    _exit(97);
  }
  strcpy(root, folder);
  root_length = strlen(folder);
}

/* The number behind a key of the control file, or -1. */
static int64_t asked(const char *key) {
  char text[512];
  ssize_t length = syscall(SYS_pread64, control, text, sizeof text - 1, (off_t) 0);
  if (length <= 0) {
    return -1;
  }
  text[length] = 0;
  size_t n = strlen(key);
  for (char *line = text; line; line = strchr(line, '\n'), line += line != NULL) {
    if (!strncmp(line, key, n) && line[n] == '=') {
      return strtoll(line + n + 1, NULL, 10);
    }
  }
  return -1;
}

/* Whether an operation is to fail; then errno is set. */
static int fails(const char *key) {
  int64_t error = asked(key);
  if (error > 0) {
    errno = (int) error;
  }
  return error > 0;
}

/* The path below the root in the form that the journal has, or 0 where it is elsewhere. "" is the root itself. */
static int below(int at, const char *path, char *into) {
  char whole[2 * PATH_MAX];
  if (!root_length || !path) {
    return 0;
  }
  if (path[0] == '/') {
    if (strlen(path) >= PATH_MAX) {
      return 0;
    }
    strcpy(whole, path);
  } else if (at == AT_FDCWD) {
    if (!getcwd(whole, PATH_MAX) || strlen(path) >= PATH_MAX - 1) {
      return 0;
    }
    strcat(strcat(whole, "/"), path);
  } else {
    return 0;
  }
  char *to = whole;
  for (const char *from = whole; *from; from++) {
    if (from[0] == '/' && (from[1] == '/' || from[1] == 0 || (from[1] == '.' && (from[2] == '/' || from[2] == 0) && from++))) {
      continue;
    }
    *to++ = *from;
  }
  *to = 0;
  if (strncmp(whole, root, root_length) || (whole[root_length] && whole[root_length] != '/')) {
    return 0;
  }
  strcpy(into, whole + root_length + (whole[root_length] == '/'));
  return 1;
}

/* Appends a record; under the lock. A journal that cannot be written proves nothing: better no program than that. */
static void note(enum type type, uint32_t handle, int64_t offset, int error, const char *path, const char *other, const struct iovec *data,
                 int pieces, size_t length) {
  int saved = errno;
  struct record record = {MAGIC, type, handle, offset, error, path ? strlen(path) : 0, other ? strlen(other) : 0, length};
  struct iovec all[3 + 64] = {{&record, sizeof record}, {(void *) path, record.path_length}, {(void *) other, record.other_length}};
  int count = 3;
  size_t left = length;
  for (int i = 0; i < pieces && left; i++) {
    size_t n = data[i].iov_len < left ? data[i].iov_len : left;
    all[count++] = (struct iovec) {data[i].iov_base, n};
    left -= n;
  }
  size_t whole = sizeof record + record.path_length + record.other_length + length;
  if (left || syscall(SYS_writev, journal, all, count) != (ssize_t) whole) {
    fprintf(stderr, "faultydisk: the journal cannot be written: %s\n", strerror(errno));
    _exit(98);
  }
  errno = saved;
}

static uint32_t handle(int fd) {
  return fd >= 0 && fd < FDS ? __atomic_load_n(&handles[fd], __ATOMIC_ACQUIRE) : 0;
}

/* Files ------------------------------------------------------------------------------------------------------------------------- */

static int opened(int at, const char *path, int flags, mode_t mode) {
  char name[2 * PATH_MAX];
  if (!below(at, path, name) || (flags & O_TMPFILE) == O_TMPFILE) {
    return syscall(SYS_openat, at, path, flags, mode);
  }
  int writes = (flags & O_ACCMODE) != O_RDONLY;
  pthread_mutex_lock(&lock);
  int there = !syscall(SYS_faccessat, at, path, F_OK);
  int fd = -1;
  if (!(writes && fails("open")) && !(!there && (flags & O_CREAT) && fails("create"))) {
    fd = syscall(SYS_openat, at, path, flags, mode);
  }
  if (fd >= FDS) {
    fprintf(stderr, "faultydisk: descriptor %d is beyond what can be followed\n", fd);
    _exit(99);
  }
  if (fd >= 0) {
    uint32_t given = ++next_handle;
    note(there ? OPEN : CREATE, given, 0, 0, name, NULL, NULL, 0, 0);
    if (there && writes && (flags & O_TRUNC)) {
      note(TRUNCATE, given, 0, 0, NULL, NULL, NULL, 0, 0);
    }
    __atomic_store_n(&handles[fd], given, __ATOMIC_RELEASE);
  }
  pthread_mutex_unlock(&lock);
  return fd;
}

#define MODE(last) mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list more; va_start(more, last); mode = va_arg(more, mode_t); va_end(more); }

int open(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE(flags) return opened(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags) return opened(at, path, flags, mode); }
int creat(const char *path, mode_t mode) { return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

/* What stdio writes is not seen; that it may have written is. */
static FILE *stream(const char *symbol, const char *path, const char *mode) {
  FILE *(*real)(const char *, const char *) = (FILE *(*)(const char *, const char *)) dlsym(RTLD_NEXT, symbol);
  char name[2 * PATH_MAX];
  if (below(AT_FDCWD, path, name) && strpbrk(mode, "wa+")) {
    pthread_mutex_lock(&lock);
    note(UNKNOWN, 0, 0, 0, name, "stdio", NULL, 0, 0);
    pthread_mutex_unlock(&lock);
  }
  return real(path, mode);
}

FILE *fopen(const char *path, const char *mode) { return stream("fopen", path, mode); }
FILE *fopen64(const char *path, const char *mode) { return stream("fopen64", path, mode); }

int close(int fd) {
  uint32_t known = handle(fd);
  if (!known) {
    return syscall(SYS_close, fd);
  }
  pthread_mutex_lock(&lock);
  __atomic_store_n(&handles[fd], 0, __ATOMIC_RELEASE);
  note(CLOSE, known, 0, 0, NULL, NULL, NULL, 0, 0);
  int result = syscall(SYS_close, fd);
  pthread_mutex_unlock(&lock);
  return result;
}

/* Before a descriptor goes by another way than close: what gets its number next is another file, or none. */
static void forget(int fd) {
  uint32_t known = handle(fd);
  if (known) {
    pthread_mutex_lock(&lock);
    __atomic_store_n(&handles[fd], 0, __ATOMIC_RELEASE);
    note(CLOSE, known, 0, 0, NULL, NULL, NULL, 0, 0);
    pthread_mutex_unlock(&lock);
  }
}

int closedir(DIR *folder) {
  int (*real)(DIR *) = (int (*)(DIR *)) dlsym(RTLD_NEXT, "closedir");
  forget(dirfd(folder));
  return real(folder);
}

int fclose(FILE *file) {
  int (*real)(FILE *) = (int (*)(FILE *)) dlsym(RTLD_NEXT, "fclose");
  forget(fileno(file));
  return real(file);
}

int dup3(int fd, int other, int flags) {
  forget(other);
  return syscall(SYS_dup3, fd, other, flags);
}

int dup2(int fd, int other) {
  return fd == other ? (fcntl(fd, F_GETFD) < 0 ? -1 : fd) : dup3(fd, other, 0);
}

/* offset -1: where the descriptor stands */
static ssize_t written(int fd, uint32_t known, const struct iovec *data, int pieces, off_t offset) {
  struct iovec fitting;
  size_t length = 0;
  for (int i = 0; i < pieces; i++) {
    length += data[i].iov_len;
  }
  pthread_mutex_lock(&lock);
  ssize_t result = -1;
  int refused = fails("write");
  if (refused && errno == ENOSPC && data[0].iov_len > PAGE) {
    fitting = (struct iovec) {data[0].iov_base, (data[0].iov_len - 1) / PAGE * PAGE};
    data = &fitting;
    pieces = 1;
    refused = 0;
  }
  if (!refused && pieces > 64) {
    errno = EINVAL;
  } else if (!refused) {
    result = offset < 0 ? syscall(SYS_writev, fd, data, pieces) : syscall(SYS_pwritev, fd, data, pieces, (long) offset, 0L);
  }
  if (result > 0) {
    note(WRITE, known, offset < 0 ? (int64_t) lseek(fd, 0, SEEK_CUR) - result : offset, 0, NULL, NULL, data, pieces, result);
  }
  pthread_mutex_unlock(&lock);
  return result;
}

ssize_t write(int fd, const void *data, size_t length) {
  uint32_t known = handle(fd);
  struct iovec one = {(void *) data, length};
  return known ? written(fd, known, &one, 1, -1) : syscall(SYS_write, fd, data, length);
}

ssize_t writev(int fd, const struct iovec *data, int pieces) {
  uint32_t known = handle(fd);
  return known ? written(fd, known, data, pieces, -1) : syscall(SYS_writev, fd, data, pieces);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
  uint32_t known = handle(fd);
  struct iovec one = {(void *) data, length};
  return known ? written(fd, known, &one, 1, offset) : syscall(SYS_pwrite64, fd, data, length, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return pwrite(fd, data, length, offset); }

ssize_t pwritev(int fd, const struct iovec *data, int pieces, off_t offset) {
  uint32_t known = handle(fd);
  return known ? written(fd, known, data, pieces, offset) : syscall(SYS_pwritev, fd, data, pieces, (long) offset, 0L);
}

ssize_t pwritev64(int fd, const struct iovec *data, int pieces, off64_t offset) { return pwritev(fd, data, pieces, offset); }

int ftruncate(int fd, off_t size) {
  uint32_t known = handle(fd);
  if (!known) {
    return syscall(SYS_ftruncate, fd, size);
  }
  pthread_mutex_lock(&lock);
  struct stat now;
  int result = fstat(fd, &now) || (size > now.st_size && fails("write")) ? -1 : syscall(SYS_ftruncate, fd, size);
  if (!result) {
    note(TRUNCATE, known, size, 0, NULL, NULL, NULL, 0, 0);
  }
  pthread_mutex_unlock(&lock);
  return result;
}

int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }

int truncate(const char *path, off_t size) {
  int fd = opened(AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
  int result = fd < 0 ? -1 : ftruncate(fd, size);
  int saved = errno;
  if (fd >= 0) {
    close(fd);
  }
  errno = saved;
  return result;
}

int truncate64(const char *path, off64_t size) { return truncate(path, size); }

int fallocate(int fd, int mode, off_t offset, off_t length) {
  uint32_t known = handle(fd);
  if (!known) {
    return syscall(SYS_fallocate, fd, mode, offset, length);
  }
  pthread_mutex_lock(&lock);
  struct stat before, after;
  int result = fstat(fd, &before) || fails("write") ? -1 : syscall(SYS_fallocate, fd, mode, offset, length);
  if (!result && !fstat(fd, &after) && after.st_size != before.st_size) {
    note(TRUNCATE, known, after.st_size, 0, NULL, NULL, NULL, 0, 0);
  }
  if (!result && (mode & ~FALLOC_FL_KEEP_SIZE) && offset < before.st_size) {   /* beyond the end there is nothing to change */
    note(UNKNOWN, known, 0, 0, NULL, "fallocate", NULL, 0, 0);
  }
  pthread_mutex_unlock(&lock);
  return result;
}

int fallocate64(int fd, int mode, off64_t offset, off64_t length) { return fallocate(fd, mode, offset, length); }
int posix_fallocate(int fd, off_t offset, off_t length) { return fallocate(fd, 0, offset, length) ? errno : 0; }
int posix_fallocate64(int fd, off64_t offset, off64_t length) { return fallocate(fd, 0, offset, length) ? errno : 0; }

/* Syncs: what was written before one began is promised once it ended. ------------------------------------------------------------ */

static int synced(uint32_t known) {
  pthread_mutex_lock(&lock);
  int64_t number = ++next_sync;
  note(SYNC_BEGIN, known, number, 0, NULL, NULL, NULL, 0, 0);
  pthread_mutex_unlock(&lock);
  int64_t delay = asked("delay");
  if (delay > 0) {
    struct timespec wait = {delay / 1000, delay % 1000 * 1000000};
    nanosleep(&wait, NULL);
  }
  int error = fails("sync") ? errno : 0;
  pthread_mutex_lock(&lock);
  note(SYNC_END, known, number, error, NULL, NULL, NULL, 0, 0);
  pthread_mutex_unlock(&lock);
  errno = error;
  return error ? -1 : 0;
}

int fsync(int fd) { uint32_t known = handle(fd); return known ? synced(known) : syscall(SYS_fsync, fd); }
int fdatasync(int fd) { uint32_t known = handle(fd); return known ? synced(known) : syscall(SYS_fdatasync, fd); }

/* Promises nothing, but tells of errors. */
int sync_file_range(int fd, off64_t offset, off64_t length, unsigned flags) {
  if (handle(fd)) {
    return fails("sync") ? -1 : 0;
  }
  return syscall(SYS_sync_file_range, fd, offset, length, flags);
}

/* Names -------------------------------------------------------------------------------------------------------------------------- */

static int renamed(int at, const char *path, int to, const char *other, unsigned flags) {
  char name[2 * PATH_MAX], target[2 * PATH_MAX];
  int here = below(at, path, name), there = below(to, other, target);
  if (!here && !there) {
    return syscall(SYS_renameat2, at, path, to, other, flags);
  }
  pthread_mutex_lock(&lock);
  int result = fails("create") ? -1 : syscall(SYS_renameat2, at, path, to, other, flags);
  if (!result) {
    note(here && there && !flags ? RENAME : UNKNOWN, 0, 0, 0, name, target, NULL, 0, 0);
  }
  pthread_mutex_unlock(&lock);
  return result;
}

int rename(const char *path, const char *other) { return renamed(AT_FDCWD, path, AT_FDCWD, other, 0); }
int renameat(int at, const char *path, int to, const char *other) { return renamed(at, path, to, other, 0); }
int renameat2(int at, const char *path, int to, const char *other, unsigned flags) { return renamed(at, path, to, other, flags); }

int linkat(int at, const char *path, int to, const char *other, int flags) {
  char name[2 * PATH_MAX], target[2 * PATH_MAX];
  int here = below(at, path, name), there = below(to, other, target);
  if (!here && !there) {
    return syscall(SYS_linkat, at, path, to, other, flags);
  }
  pthread_mutex_lock(&lock);
  int result = fails("create") ? -1 : syscall(SYS_linkat, at, path, to, other, flags);
  if (!result) {
    note(here && there ? LINK : UNKNOWN, 0, 0, 0, name, target, NULL, 0, 0);
  }
  pthread_mutex_unlock(&lock);
  return result;
}

int link(const char *path, const char *other) { return linkat(AT_FDCWD, path, AT_FDCWD, other, 0); }

static int named(enum type type, const char *key, int at, const char *path, mode_t mode) {
  char name[2 * PATH_MAX];
  int here = below(at, path, name);
  if (here) {
    pthread_mutex_lock(&lock);
  }
  int result = -1;
  if (!here || !fails(key)) {
    result = type == MKDIR ? syscall(SYS_mkdirat, at, path, mode) : syscall(SYS_unlinkat, at, path, type == RMDIR ? AT_REMOVEDIR : 0);
  }
  if (here) {
    if (!result) {
      note(type, 0, 0, 0, name, NULL, NULL, 0, 0);
    }
    pthread_mutex_unlock(&lock);
  }
  return result;
}

int mkdir(const char *path, mode_t mode) { return named(MKDIR, "create", AT_FDCWD, path, mode); }
int mkdirat(int at, const char *path, mode_t mode) { return named(MKDIR, "create", at, path, mode); }
int unlink(const char *path) { return named(UNLINK, "remove", AT_FDCWD, path, 0); }
int rmdir(const char *path) { return named(RMDIR, "remove", AT_FDCWD, path, 0); }
int unlinkat(int at, const char *path, int flags) { return named(flags & AT_REMOVEDIR ? RMDIR : UNLINK, "remove", at, path, 0); }

int remove(const char *path) {
  int result = unlink(path);
  return result && errno == EISDIR ? rmdir(path) : result;
}

/* The rest ----------------------------------------------------------------------------------------------------------------------- */

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
  uint32_t known = handle(fd);
  if (known && (protection & PROT_WRITE) && (flags & MAP_SHARED)) {
    pthread_mutex_lock(&lock);
    note(UNKNOWN, known, 0, 0, NULL, "mmap", NULL, 0, 0);
    pthread_mutex_unlock(&lock);
  }
  return (void *) syscall(SYS_mmap, address, length, protection, flags, fd, offset);
}

void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset) {
  return mmap(address, length, protection, flags, fd, offset);
}

static int space(const char *path, int result, struct statvfs *into) {
  char name[2 * PATH_MAX];
  int64_t bytes = result || !below(AT_FDCWD, path, name) ? -1 : asked("free");
  if (bytes >= 0) {
    into->f_bavail = into->f_bfree = bytes / into->f_frsize;
  }
  return result;
}

int statvfs(const char *path, struct statvfs *into) {
  int (*real)(const char *, struct statvfs *) = (int (*)(const char *, struct statvfs *)) dlsym(RTLD_NEXT, "statvfs");
  return space(path, real(path, into), into);
}

int statvfs64(const char *path, struct statvfs64 *into) {
  int (*real)(const char *, struct statvfs64 *) = (int (*)(const char *, struct statvfs64 *)) dlsym(RTLD_NEXT, "statvfs64");
  return space(path, real(path, into), (struct statvfs *) into);
}
