// A library to be loaded into a program under test (LD_PRELOAD); nothing is to be called.
