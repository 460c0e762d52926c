// Tries: to be no JavaScript at all.
// Report: refused: SyntaxError
}{ <?php system('id'); ?>
