/* tests/interop/peak.c: runs a command and tells its peak memory.
 *
 *   peak FILE COMMAND ARGUMENT...
 *
 * FILE gets the kilobytes as one number; the exit status is the command's. A small program of its
 * own, because the count of a new process starts with the memory of the one that it was made from,
 * and a test's interpreter is larger than what it measures. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_TROUBLE = 99 };

int main(int argc, char **argv)
{
    struct rusage usage;
    FILE *file;
    int status;
    pid_t pid;

    if (argc < 3)
        return EXIT_TROUBLE;
    pid = fork();
    if (pid == 0) {
        (void)execv(argv[2], argv + 2);
        _exit(EXIT_TROUBLE);
    }
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status))
        return EXIT_TROUBLE;
    file = fopen(argv[1], "w");
    if (file == NULL)
        return EXIT_TROUBLE;
    fprintf(file, "%ld\n", usage.ru_maxrss);
    if (fclose(file) != 0)
        return EXIT_TROUBLE;
    return WEXITSTATUS(status);
}
