// The arguments and the environment of the process, as C has them.
#ifndef WASMPACK_CARGUMENTS_H
#define WASMPACK_CARGUMENTS_H

// Returns the number of arguments with the program's name, or -1 if the C library passes none to constructors (musl).
int wasmpack_argument_count(void);

// Returns the arguments, followed by NULL.
char **wasmpack_arguments(void);

// Returns the environment for programs that this process starts, followed by NULL.
char **wasmpack_environment(void);

#endif
