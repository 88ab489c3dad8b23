/* System calls that the Glibc module of Swift leaves out, because it is built without _GNU_SOURCE. */
int syncfs(int descriptor);
int renameat2(int old_directory, const char *old_path, int new_directory, const char *new_path, unsigned int flags);
/* Offsets are 64 bits wide. flags: 2 is SYNC_FILE_RANGE_WRITE, start writing out and do not wait. */
int sync_file_range(int descriptor, long offset, long count, unsigned int flags);
