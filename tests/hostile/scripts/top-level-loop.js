// Tries: never to be loaded.
// Report: refused: 0.5 s without a pause
for (;;) ;
