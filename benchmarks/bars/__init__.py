"""One file per question; each gives the bars that answer it."""
