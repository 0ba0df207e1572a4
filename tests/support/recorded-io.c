/*
 * Loaded into a process by LD_PRELOAD, it writes down what the process does to the files of one folder, in order, so that
 * a test can tell what a machine would find after losing power in between. NABIJ_IO_FOLDER: the folder, with a slash at its
 * end; NABIJ_IO_RECORD: the file that is written. A record: kind, length of name, offset, length of bytes, name, bytes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name, ...) static __typeof__(&name) real; if (!real) real = dlsym(RTLD_NEXT, #name)

static ssize_t plain_write(int fd, const void *bytes, size_t length) {
	REAL(write);
	return real(fd, bytes, length);
}

static const char *within(const char *path) {
	const char *folder = getenv("NABIJ_IO_FOLDER");
	if (!folder) return NULL;
	size_t length = strlen(folder);
	if (strncmp(path, folder, length) == 0) return path + length;
	/* The folder itself. */
	return strncmp(path, folder, length - 1) == 0 && path[length - 1] == 0 ? "" : NULL;
}

static void record(char kind, const char *name, uint64_t offset, const void *bytes, uint64_t length) {
	static int out = -1;
	if (out == -1) {
		const char *file = getenv("NABIJ_IO_RECORD");
		if (!file) return;
		out = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	}
	char head[1 + 4 + 8 + 8];
	uint32_t named = strlen(name);
	head[0] = kind;
	memcpy(head + 1, &named, 4);
	memcpy(head + 5, &offset, 8);
	memcpy(head + 13, &length, 8);
	plain_write(out, head, sizeof head);
	plain_write(out, name, named);
	if (bytes) plain_write(out, bytes, length);
}

/* The name under which a handle was opened; NULL outside of the folder. */
static const char *named(int fd, char *path, size_t size) {
	char link[64];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t length = readlink(link, path, size - 1);
	if (length < 0) return NULL;
	path[length] = 0;
	return within(path);
}

/* Does it, and writes it down in the same turn: the record has the order of the disk. */
#define RECORDED(fd, kind, offset, bytes, length, act) \
	char path[4096]; \
	const char *name = named(fd, path, sizeof path); \
	if (!name) return act; \
	pthread_mutex_lock(&turn); \
	__typeof__(act) done = act; \
	if (done >= 0) record(kind, name, offset, bytes, length); \
	pthread_mutex_unlock(&turn); \
	return done

ssize_t write(int fd, const void *bytes, size_t length) {
	off_t at = lseek(fd, 0, SEEK_CUR);
	if (fcntl(fd, F_GETFL) & O_APPEND) at = lseek(fd, 0, SEEK_END);
	RECORDED(fd, 'w', at, bytes, done, plain_write(fd, bytes, length));
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
	REAL(pwrite);
	RECORDED(fd, 'w', offset, bytes, done, real(fd, bytes, length, offset));
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
	REAL(pwrite64);
	RECORDED(fd, 'w', offset, bytes, done, real(fd, bytes, length, offset));
}

int ftruncate(int fd, off_t size) {
	REAL(ftruncate);
	RECORDED(fd, 't', size, NULL, 0, real(fd, size));
}

int ftruncate64(int fd, off64_t size) {
	REAL(ftruncate64);
	RECORDED(fd, 't', size, NULL, 0, real(fd, size));
}

int fsync(int fd) {
	REAL(fsync);
	RECORDED(fd, 's', 0, NULL, 0, real(fd));
}

int fdatasync(int fd) {
	REAL(fdatasync);
	RECORDED(fd, 's', 0, NULL, 0, real(fd));
}

int unlink(const char *path) {
	REAL(unlink);
	const char *name = within(path);
	if (!name) return real(path);
	pthread_mutex_lock(&turn);
	int done = real(path);
	if (done == 0) record('u', name, 0, NULL, 0);
	pthread_mutex_unlock(&turn);
	return done;
}
